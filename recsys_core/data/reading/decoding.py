"""Bytes on disk -> text: which encoding, is it text at all, and a clean UTF-8 copy for the reader."""

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recsys_core.data.findings import quote
from recsys_core.errors import DataError
from recsys_core.types import Bool

Uint8 = NDArray[np.uint8]

BLOCK = 1 << 20
DAMAGED = "surrogateescape"  # bytes that are no UTF-8 pass through as they are, for the reader to refuse their lines
WANTED = "Save the ratings as a text table, one event a line, for instance CSV with user, item, rating and time."

_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"PAR1", "a Parquet file"),
    (b"PARE", "an encrypted Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"BZh91AY", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
)
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Utf8Copy:
    """A file as UTF-8 without a byte order mark.

    Attributes:
        path: of the copy.
        newline: how its records end, throughout: "\\n" or "\\r\\n".
        cut: whether it holds only the beginning.
        blank_lines: how many lines before the first that holds something.
    """

    path: Path
    newline: str
    cut: bool
    blank_lines: int

    def content(self) -> Uint8:
        """Uint8[n], the content."""
        return np.fromfile(self.path, dtype=np.uint8)


def detect_encoding(path: Path) -> str:
    """The encoding of a text file, or a :class:`DataError` that says what the file looks like instead.

    A byte order mark decides; without one it is UTF-8 if the whole file is valid UTF-8, or all but some damaged places;
    else Windows-1252, else Latin-1 (which accepts any byte).
    """
    head = first_bytes(path, 4096)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    _refuse_other_formats(head, path.name)
    if _decodes(path, "utf-8") or _is_damaged_utf8(path):
        return "utf-8"
    return "cp1252" if _decodes(path, "cp1252") else "latin-1"


def first_bytes(path: Path, count: int) -> bytes:
    """The beginning of a file, or a :class:`DataError` where it cannot be opened."""
    try:
        with path.open("rb") as file:
            return file.read(count)
    except OSError as error:
        raise DataError(
            f"{path.name} cannot be read: {error.strerror}.", "Check the path and try again.", "unreadable"
        ) from error


def read_head(path: Path, encoding: str, characters: int) -> str:
    """The first characters of a file, without a byte order mark; :class:`DataError` if it is not a text table."""
    text = next(_blocks(path, encoding, characters), "")
    _refuse_markup(text.lstrip(), path.name)
    if not text.strip():
        raise DataError(f"{path.name} is empty.", WANTED, "empty-file")
    return text


@contextmanager
def utf8_copy(path: Path, encoding: str, quoted: bool, characters: int | None = None) -> Iterator[Utf8Copy]:
    """A temporary UTF-8 copy of a file whose records all end in the same way.

    Args:
        quoted: whether line ends inside double quotes are content, to be left as they are.
        characters: copy only about this much of the beginning.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "table.csv"
        ends, cut = _transcode(path, encoding, target, characters)
        if not ends["\r"] or ends["\r\n"] == ends["\r"] == ends["\n"]:
            yield Utf8Copy(target, "\r\n" if ends["\r"] else "\n", cut, _blank_lines(target))
        else:
            _unify_line_ends(target, quoted)
            yield Utf8Copy(target, "\n", cut, _blank_lines(target))


def inside_quotes(content: Uint8) -> Bool:
    """Bool[n], whether each byte lies after an odd number of double quotes."""
    return np.bitwise_xor.accumulate((content == ord('"')).view(np.uint8)).view(bool)


def _transcode(path: Path, encoding: str, target: Path, characters: int | None) -> tuple[dict[str, int], bool]:
    ends = {"\r": 0, "\n": 0, "\r\n": 0}
    written, last = 0, ""
    with target.open("wb") as file:
        for text in _blocks(path, encoding, BLOCK):
            if characters is not None and written >= characters:
                return ends, True
            for end in ends:
                ends[end] += text.count(end)
            ends["\r\n"] += last == "\r" and text[0] == "\n"
            file.write(text.encode("utf-8", DAMAGED))
            written, last = written + len(text), text[-1]
    return ends, False


def _blank_lines(path: Path) -> int:
    with path.open("rb") as file:
        start = file.read(BLOCK)
    return start[: len(start) - len(start.lstrip())].count(b"\n")


def _unify_line_ends(path: Path, quoted: bool) -> None:
    content = np.fromfile(path, dtype=np.uint8)
    returns = content == ord("\r")
    if quoted:
        returns &= ~inside_quotes(content)
    before_newline = returns & np.append(content[1:] == ord("\n"), False)
    content[returns] = ord("\n")
    content[~before_newline].tofile(path)


def _blocks(path: Path, encoding: str, characters: int) -> Iterator[str]:
    """The text of a file in blocks, without byte order marks at its start."""
    errors = DAMAGED if encoding == "utf-8" else "strict"
    with path.open(encoding=encoding, newline="", errors=errors) as file:
        first, lines = True, 1
        while True:
            try:
                text = file.read(characters)
            except (UnicodeError, LookupError) as error:
                raise _wrong_encoding(path.name, encoding, error) from error
            if not text:
                return
            if "\0" in text:
                line = lines + text[: text.index("\0")].count("\n")
                raise DataError(
                    f"{path.name} line {line:,} holds a NUL byte, so it is not a text table (or it is UTF-16 without a "
                    "mark).",
                    WANTED,
                    "not-a-table",
                )
            text = text.lstrip("\ufeff") if first else text
            first = False
            lines += text.count("\n")
            if text:
                yield text


def _wrong_encoding(name: str, encoding: str, error: Exception) -> DataError:
    place = f" at byte {error.start:,}" if isinstance(error, UnicodeDecodeError) else ""
    return DataError(
        f"{name} cannot be read as {encoding}: there is something else{place}.",
        "Choose another encoding, or save the file as UTF-8.",
        "wrong-encoding",
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _is_damaged_utf8(path: Path) -> bool:
    """Whether more characters beyond ASCII are written as UTF-8 writes them than bytes are not: in other encodings
    that happens by chance only."""
    right = wrong = 0
    with path.open(encoding="utf-8", newline="", errors=DAMAGED) as file:
        while text := file.read(BLOCK):
            if not text.isascii():
                content = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
                damaged = (content >= 0xDC80) & (content <= 0xDCFF)
                wrong += int(damaged.sum())
                right += int((content > 127).sum()) - int(damaged.sum())
    return right > wrong


def _refuse_other_formats(head: bytes, name: str) -> None:
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            raise _not_a_table(name, what)
    if head[257:262] == b"ustar":
        raise _not_a_table(name, "a tar archive")
    if head.startswith(b"PK\x03\x04"):
        excel = b"[Content_Types]" in head or b"xl/" in head
        raise _not_a_table(name, "an Excel workbook" if excel else "a zip archive")
    strange = sum(byte < 32 and byte not in b"\t\n\r\f\0" for byte in head)
    if strange > len(head) / 50:
        raise _not_a_table(name, "a binary file")


def _refuse_markup(text: str, name: str) -> None:
    start = text[:300].lower()
    if start.startswith(("<!doctype", "<html", "<head", "<body", "<?xml", "<svg")):
        raise _not_a_table(name, "a web page or XML document")
    if start[:1] in "{[" and start[1:].lstrip()[:1] in tuple('{["'):
        raise _not_a_table(name, "JSON")


def _not_a_table(name: str, what: str) -> DataError:
    return DataError(f"{quote(name)} looks like {what}, not like a table of ratings.", WANTED, "not-a-table")
