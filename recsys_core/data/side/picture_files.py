"""Picture files in a folder or a zip, read safely: what lies outside, leads outside or swells is refused."""

import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Protocol

from recsys_core.data.findings import quote
from recsys_core.errors import DataError

LARGEST_PICTURE = 20_000_000  # bytes
MOST_FILES = 200_000
MOST_RATIO = 100  # pictures are compressed already; what shrinks more is a bomb, unless it is small
_SMALL = 1_000_000  # bytes
_LARGEST_DIRECTORY = 64_000_000  # bytes, of the list of members at the end of a zip
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack without a bound on the memory they take
_SUFFIXES = frozenset(["", ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp"])


class Shelf(Protocol):
    """Pictures by name.

    Attributes:
        sizes: bytes of each, by its name relative to the folder or the zip.
        refused: names that are left alone, and why.
    """

    sizes: dict[str, int]
    refused: dict[str, str]

    def read(self, name: str) -> bytes:
        """The content of one of ``sizes``; OSError, or another error of zipfile, where it cannot be read."""
        ...


@contextmanager
def open_shelf(source: Path) -> Iterator[Shelf]:
    """The pictures of a folder or a zip.

    Raises:
        DataError: it is neither, or holds too many files.
    """
    if source.is_dir():
        yield _folder(source)
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(_Bounded(source))
            shelf = _members(stack.enter_context(zipfile.ZipFile(file)), source.name)
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
            raise DataError(
                f"{quote(source.name)} is neither a folder nor a zip that can be read ({error}).",
                "Choose a folder of pictures, or a zip of one.",
                "no-picture-folder",
            ) from error
        yield shelf


def is_plain(name: str) -> bool:
    """Whether a name is a plain relative path on any system."""
    if not name or not name.isprintable() or "\\" in name or ":" in name:
        return False
    path = PurePosixPath(name)  # without parts: "."
    return (
        bool(path.parts)
        and not path.is_absolute()
        and not PureWindowsPath(name).is_absolute()
        and ".." not in path.parts
    )


@dataclass
class _Folder:
    root: Path
    sizes: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def read(self, name: str) -> bytes:
        with (self.root / name).open("rb") as file:
            return file.read(LARGEST_PICTURE)


def _folder(root: Path) -> _Folder:
    shelf, files = _Folder(root), 0
    for folder, folders, names in os.walk(root, followlinks=False):
        folders.sort()
        for name in sorted(names):
            files += 1
            if files > MOST_FILES:
                raise _too_many(root.name)
            path = Path(folder) / name
            about = path.lstat()
            why = "" if stat.S_ISREG(about.st_mode) else "is a link or no file at all"
            _sort_in(shelf, path.relative_to(root).as_posix(), about.st_size, why)
    return shelf


@dataclass
class _Members:
    archive: zipfile.ZipFile
    sizes: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def read(self, name: str) -> bytes:
        with self.archive.open(name) as member:
            return member.read(LARGEST_PICTURE)


def _members(archive: zipfile.ZipFile, name: str) -> _Members:
    shelf, members = _Members(archive), archive.infolist()
    if len(members) > MOST_FILES:
        raise _too_many(name)
    for member in members:
        if member.filename.endswith("/"):
            continue
        why = ""
        if member.flag_bits & 0x1:
            why = "is encrypted"
        elif member.compress_type not in _METHODS:
            why = "is packed by an unusual method"
        elif stat.S_ISLNK(member.external_attr >> 16):
            why = "is a link"
        elif member.file_size > max(_SMALL, MOST_RATIO * member.compress_size):
            why = f"swells to more than {MOST_RATIO} times its size"
        _sort_in(shelf, member.filename, member.file_size, why)
    return shelf


def _sort_in(shelf: Shelf, name: str, size: int, why: str) -> None:
    path = PurePosixPath(name)
    if path.suffix.lower() not in _SUFFIXES or path.name.startswith(".") or "__MACOSX" in path.parts:
        return
    if not is_plain(name):
        why = "is no plain name"
    elif size > LARGEST_PICTURE:
        why = why or f"has more than {LARGEST_PICTURE // 1_000_000} MB"
    if why:
        shelf.refused[name] = why
    else:
        shelf.sizes[name] = size


def _too_many(name: str) -> DataError:
    return DataError(
        f"{quote(name)} holds more than {MOST_FILES:,} files.",
        "Choose a folder or a zip with one picture for each item.",
        "too-many-pictures",
    )


class _Bounded(FileIO):
    """A file that does not hand out an endless list of members, which zipfile asks for in one piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        most = _LARGEST_DIRECTORY + 1
        content = super().read(most if size is None or size < 0 else min(size, most)) or b""
        if len(content) > _LARGEST_DIRECTORY:
            raise ValueError("its list of members is too long")
        return content
