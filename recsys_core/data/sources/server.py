"""Tables on the server's own disk, inside the one folder that its operator offers."""

import heapq
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from recsys_core.data.findings import listing as names_in_a_row
from recsys_core.data.findings import quote
from recsys_core.data.sources.source import ServerFile, check_relative
from recsys_core.errors import DataError

ROOT_VARIABLE = "FORETASTE_DATA_ROOT"
MOST_ENTRIES = 500
TABLE_ENDINGS = frozenset(
    (
        *(".csv", ".tsv", ".tab", ".psv", ".txt", ".dat", ".data", ".gz", ".zip"),
        *(".xlsx", ".parquet", ".pq", ".json", ".jsonl", ".ndjson"),
        *(".inter", ".item", ".user", ".base", ".test"),  # as RecBole and MovieLens name theirs
    )
)


@dataclass(frozen=True)
class Entry:
    """A folder, or a file that may hold a table.

    Attributes:
        size: in bytes, 0 for folders.
        modified: in UTC.
    """

    name: str
    size: int
    modified: datetime
    is_folder: bool


def data_root() -> Path | None:
    """The folder that is offered, or None where this source is off."""
    root = os.environ.get(ROOT_VARIABLE)
    return Path(root) if root else None


def offered_root() -> Path:
    """The folder that is offered.

    Raises:
        DataError: none is, with a sentence on how to offer one.
    """
    root = data_root()
    if root is None:
        raise DataError(
            "Files on the server's own disk are not offered here.",
            f"Set the environment variable {ROOT_VARIABLE} to the folder that may be read, and start the app again.",
            "server-files-off",
        )
    return root


def find_file(source: ServerFile) -> Path:
    """The file itself, where it lies; a folder stands for the one table in it, beside which pictures may lie.

    Raises:
        DataError: it is not there, is not an ordinary file, lies elsewhere, or cannot hold a table.
    """
    root = offered_root()
    path = _inside(root, source.path)
    if not path.is_dir():
        return _table(path, source.path)
    tables = [entry.name for entry in listing(root, source.path) if not entry.is_folder]
    if len(tables) != 1:
        found = f"{len(tables)} tables ({names_in_a_row(tables)})" if tables else "no table"
        raise DataError(
            f"The folder {quote(source.path)} holds {found}; one is wanted.",
            "Name the file itself.",
            "not-one-table",
        )
    inner = str(Path(source.path) / tables[0])
    return _table(_inside(root, inner), inner)


def listing(root: Path, folder: str = "") -> list[Entry]:
    """What a folder offers: folders first, then tables by name, at most 500 in all.

    Args:
        root: the offered folder.
        folder: a path below it.

    Raises:
        DataError: the folder is not there, cannot be read, or lies elsewhere.
    """
    place = _inside(root, folder)
    if not place.is_dir():
        raise DataError(f"{quote(folder)} is not a folder.", "Choose a folder from the list.", "no-such-file")
    try:
        with os.scandir(place) as found:
            entries = (entry for one in found if (entry := _entry(root, folder, one.name)))
            return heapq.nsmallest(MOST_ENTRIES, entries, key=lambda entry: (not entry.is_folder, entry.name))
    except OSError as error:
        raise _unreadable(folder, error) from None


def _entry(root: Path, folder: str, name: str) -> Entry | None:
    """What is told of a name in a folder; None where it is not offered."""
    inner = str(Path(folder) / name)
    try:
        path = _inside(root, inner)
        if not path.is_dir():
            _table(path, inner)
        found = path.stat()
    except (DataError, OSError):
        return None
    folded = stat.S_ISDIR(found.st_mode)
    return Entry(name, 0 if folded else found.st_size, datetime.fromtimestamp(found.st_mtime, UTC), folded)


def _inside(root: Path, path: str) -> Path:
    """The real path, all links followed, of something below the root."""
    check_relative(path)
    try:
        real_root = root.resolve(strict=True)
        real = (real_root / path).resolve(strict=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        raise _unreadable(path, error) from None
    if not real.is_relative_to(real_root):
        raise DataError(
            f"{quote(path)} leads out of the folder that the server offers.",
            "Choose a file from the list of that folder.",
            "path-not-allowed",
        )
    # A link inside the root may still lead to something hidden there.
    check_relative(str(real.relative_to(real_root)))
    return real


def _table(path: Path, told: str) -> Path:
    """The path, if it is an ordinary file that may hold a table."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise DataError(f"{quote(told)} is not an ordinary file.", "Choose a file with a table.", "not-a-file")
    if path.suffix.lower() not in TABLE_ENDINGS:
        raise DataError(
            f"{quote(told)} does not end like a table.",
            f"Choose a file that ends in one of: {', '.join(sorted(TABLE_ENDINGS))}.",
            "not-a-table",
        )
    if not os.access(path, os.R_OK):
        raise DataError(f"The server may not read {quote(told)}.", "Let the app's user read it.", "unreadable")
    return path


def _unreadable(path: str, error: OSError | RuntimeError) -> DataError:
    """Said without the path of the root, which is nobody's business."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return DataError(
            f"There is no {quote(path)} in the folder that the server offers.",
            "Choose a file from the list of that folder.",
            "no-such-file",
        )
    reason = error.strerror if isinstance(error, OSError) else "links in a circle"
    return DataError(f"{quote(path)} cannot be read: {reason}.", "Choose another file.", "unreadable")
