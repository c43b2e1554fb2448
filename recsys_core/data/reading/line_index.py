"""Where the lines of a text file begin and which of them begin a record, found in blocks: files may be huge."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from recsys_core.data.reading.decoding import BLOCK, Uint8
from recsys_core.types import Bool, Int32, Int64

_NEWLINE, _QUOTE = ord("\n"), ord('"')


@dataclass(frozen=True)
class LineIndex:
    """The physical lines of a file.

    Attributes:
        newlines: Int64[n], the position of each line's end.
        inside: Bool[n], whether that end lies after an odd number of double quotes.
        size: of the file in bytes.
        end_width: bytes of a line's end, 1 or 2.
    """

    newlines: Int64
    inside: Bool
    size: int
    end_width: int

    @classmethod
    def of(cls, path: Path, newline: str) -> "LineIndex":
        positions: list[Int64] = []
        parities: list[Bool] = []
        start, odd = 0, False
        for content in blocks(path):
            found = np.flatnonzero(content == _NEWLINE)
            quotes = content == _QUOTE
            if quotes.any():
                inside = np.bitwise_xor.accumulate(quotes.view(np.uint8)).view(bool) ^ odd
                parities.append(inside[found])
                odd = bool(inside[-1])
            else:
                parities.append(np.full(len(found), odd))
            positions.append(found + start)
            start += len(content)
        empty = np.empty(0, np.int64)
        return cls(np.concatenate([empty, *positions]), np.concatenate([empty == 0, *parities]), start, len(newline))

    def __len__(self) -> int:
        """How many lines there are, the last one counting even where it does not end."""
        return len(self.newlines) + int(self.size > (self.newlines[-1] + 1 if len(self.newlines) else 0))

    @cached_property
    def lengths(self) -> Int32:
        """Int32[lines], bytes of each line without its newline byte."""
        result = np.empty(len(self), dtype=np.int32)
        ends = self.newlines
        result[1 : len(ends)] = ends[1:] - ends[:-1] - 1
        result[:1] = ends[0] if len(ends) else self.size
        if 0 < len(ends) < len(self):
            result[-1] = self.size - ends[-1] - 1
        return result

    def first_filled(self, line: int) -> int:
        """The first line from this one on that is not blank."""
        filled = np.flatnonzero(self.lengths[line:] >= self.end_width)
        return line + int(filled[0]) if len(filled) else line

    def start(self, line: int) -> int:
        """The position of the first byte of a line; the first line is 0."""
        return int(self.newlines[line - 1]) + 1 if line else 0

    def begins_inside(self, line: int) -> bool:
        """Whether a line begins after an odd number of quotes."""
        return bool(line and self.inside[line - 1])

    def records(self, quoted: bool) -> Int32:
        """Int32[n], the lines (from 0) on which records begin, blank lines left out."""
        begins = self.lengths >= self.end_width
        if quoted:
            begins[1:] &= ~self.inside[: len(begins) - 1]
        return np.flatnonzero(begins).astype(np.int32)

    def line_at(self, positions: Int64) -> Int64:
        """The lines (from 0) on which these bytes lie."""
        return np.searchsorted(self.newlines, positions)


def blocks(path: Path, size: int = 16 * BLOCK) -> Iterator[Uint8]:
    """The bytes of a file, one block after another."""
    with path.open("rb") as file:
        while len(content := np.fromfile(file, dtype=np.uint8, count=size)):
            yield content
