"""Columns of text that grow batch by batch, each as a dictionary for as long as its texts come again."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


class TextColumns:
    """What a reader has read so far. A column that a batch lacks is "" there."""

    def __init__(self) -> None:
        self._chunks: dict[str, list[pa.Array]] = {}
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    @property
    def names(self) -> list[str]:
        return list(self._chunks)

    def add(self, columns: Mapping[str, "pa.Array"]) -> None:
        """Add the rows of a batch, its columns being text, plain or as dictionaries, and without nulls."""
        rows = len(next(iter(columns.values()), ()))
        for name, column in columns.items():
            if name in self._chunks:
                self._chunks[name].append(_like(self._chunks[name][0], column))
            else:
                first = _worth_encoding(column)
                self._chunks[name] = [_blank(self._rows, first), first] if self._rows else [first]
        for name in self._chunks.keys() - columns.keys():
            self._chunks[name].append(_blank(rows, self._chunks[name][0]))
        self._rows += rows

    def table(self) -> "pa.Table":
        import pyarrow as pa

        columns = {name: pa.chunked_array(chunks) for name, chunks in self._chunks.items()}
        return pa.table(columns).unify_dictionaries()


def _worth_encoding(column: "pa.Array") -> "pa.Array":
    encoded = column.dictionary_encode()
    return encoded if len(encoded.dictionary) <= len(encoded) / 2 else _plain(column)


def _like(first: "pa.Array", column: "pa.Array") -> "pa.Array":
    import pyarrow as pa

    return column.dictionary_encode() if pa.types.is_dictionary(first.type) else _plain(column)


def _plain(column: "pa.Array") -> "pa.Array":
    """A copy: a column that comes from another library keeps the memory of its whole batch."""
    import pyarrow as pa

    text = column.cast(pa.string())
    return pa.concat_arrays([text, text.slice(0, 0)])


def _blank(rows: int, like: "pa.Array") -> "pa.Array":
    import pyarrow as pa

    return _like(like, pa.repeat(pa.scalar("", pa.string()), rows))
