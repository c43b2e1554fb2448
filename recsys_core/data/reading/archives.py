"""Packed files -> plain ones: gzip and zip, counted while they are unpacked, since a header may say anything."""

import errno
import gzip
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from recsys_core.data import column_names
from recsys_core.data.findings import Finding, counted, listing, quote
from recsys_core.data.reading.decoding import BLOCK, first_bytes
from recsys_core.errors import DataError

MOST_BYTES = 8 << 30  # of one unpacked file; 25 million ratings are about 1 GB
MOST_RATIO = 200  # real ratings are packed 4 to 15 times smaller
RATIO_FROM = 64 << 20  # bytes that may come out before the ratio counts
MOST_MEMBERS = 10_000
SAMPLE_BYTES = 16 << 20  # more than a sample of any encoding needs
LONGEST_FILE_NAME = 200  # bytes

GZIP, ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack without a bound on the memory they take
_ARCHIVE_NAMES = ".zip .gz .tgz .bz2 .xz .7z .rar .tar .zst .lz4"
_OTHER_NAMES = """
    .png .jpg .jpeg .gif .webp .bmp .svg .tif .tiff .mp3 .mp4 .wav .avi .pdf .doc .docx .ppt .pptx .odt .md .rst .html
    .htm .css .js .py .pl .sh .bat .r .ipynb .java .c .cpp .exe .dll .so .xml .yaml .yml .toml .ini .cfg .pkl .pickle
    .pt .pth .npy .npz .h5 .hdf5 .mat .safetensors .sqlite .db"""
_ARCHIVES, _NO_TABLES = frozenset(_ARCHIVE_NAMES.split()), frozenset(_OTHER_NAMES.split())
_DOCUMENTS = ("readme", "license", "licence", "copying", "changelog", "citation")
_TELLING = tuple(
    frozenset(words.split())  # names of files that hold events, the surest first
    for words in (
        "ratings rating",
        "interactions interaction inter",
        "events event",
        "reviews review",
        "clicks click",
        "feedback transactions purchases orders plays listens views votes history",
        "data",
    )
)


@dataclass(frozen=True)
class Plain:
    """A file that came out of a packed one.

    Attributes:
        path: of the plain file; its name is for messages: ``ratings.csv.gz`` or ``archive.zip: ratings.csv``.
        part: the member of a zip that it is; "" where there is one alone.
        findings: that this member was a guess.
    """

    path: Path
    part: str
    findings: tuple[Finding, ...]


def is_gzip(path: Path) -> bool:
    return first_bytes(path, 2) == GZIP


def is_zip(path: Path) -> bool:
    return first_bytes(path, 4).startswith(ZIP)


@contextmanager
def unpacked(path: Path, part: str | None = None, sample: bool = False) -> Iterator[Plain]:
    """The table in a gzip or zip file as a plain temporary file.

    Args:
        part: the name of a member of a zip; where it is None, the one whose name speaks of events.
        sample: unpack only the beginning, if it is text.

    Raises:
        DataError: it is damaged, locked, too large, packed twice, or does not show which member is meant.
    """
    with tempfile.TemporaryDirectory() as folder:
        if is_gzip(path):
            target = Path(folder) / path.name
            with path.open("rb") as packed, gzip.open(packed) as source:
                _write(_blocks(source, packed.tell, path.name), target, sample)
            yield Plain(target, "", ())
            return
        with open_zip(path) as archive:
            found = _tables(archive, path.name)
            member = _chosen(path.name, found) if part is None else _named(path.name, found, part)
            name = f"{path.name}: {PurePosixPath(member.filename).name}"
            target = Path(folder) / shown_name(name)
            _write(member_blocks(archive, member, name), target, sample)
        alone = len(found) == 1
        guessed = not alone and part is None
        yield Plain(target, "" if alone else member.filename, (_guess(path.name, member, found),) if guessed else ())


def member_names(path: Path) -> list[str]:
    """The members of a zip that may hold a table."""
    with open_zip(path) as archive:
        return [member.filename for member in _tables(archive, path.name)]


@contextmanager
def open_zip(path: Path, what: str = "zip archive") -> Iterator[zipfile.ZipFile]:
    """A zip file whose directory is sound and not too long."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise damaged(path.name, what) from error
    with archive:
        if len(archive.filelist) > MOST_MEMBERS:
            raise DataError(
                f"{path.name} holds {len(archive.filelist):,} files; {MOST_MEMBERS:,} are the most that are looked at.",
                "Pack only the table of events.",
                "too-many-members",
            )
        yield archive


def member_blocks(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """The content of a member, within the limits."""
    if member.flag_bits & 1:
        raise DataError(f"{name} is locked with a password.", "Pack it again without a password.", "locked")
    if member.compress_type not in _METHODS:
        raise DataError(
            f"{name} is packed by an unusual method.", "Pack it again as a common zip (deflate).", "unusual-zip"
        )
    packed = archive.fp
    if packed is None:
        raise ValueError("a closed archive")
    try:
        source = archive.open(member)
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, NotImplementedError) as error:
        raise damaged(name, "zip archive") from error
    with source:
        yield from _blocks(source, lambda: packed.tell() - member.header_offset, name)


def damaged(name: str, what: str) -> DataError:
    return DataError(
        f"{name} is a damaged or incomplete {what}.", "Get the file once more, or save the table as CSV.", "damaged"
    )


def _blocks(source: IO[bytes] | gzip.GzipFile, consumed: Callable[[], int], name: str) -> Iterator[bytes]:
    """What comes out of a packed file, until it is more than the bytes ``consumed`` so far can honestly hold."""
    written = 0
    while True:
        try:
            block = source.read(BLOCK)
        except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
            raise damaged(name, "packed file (gzip or zip)") from error
        if not block:
            return
        written += len(block)
        if written > MOST_BYTES:
            raise DataError(
                f"{name} is larger than {MOST_BYTES >> 30} GB when it is unpacked.",
                "Leave out what is not needed, or cut it into several files.",
                "too-large",
            )
        if written > RATIO_FROM and written > MOST_RATIO * consumed():
            raise DataError(
                f"{name} is more than {MOST_RATIO} times as large when it is unpacked, as no table of events is.",
                "Check where the file comes from, or unpack it yourself and choose the table.",
                "unpacks-hugely",
            )
        yield block


def _write(blocks: Iterator[bytes], target: Path, sample: bool = False) -> None:
    written, most = 0, MOST_BYTES
    try:
        with target.open("wb") as file:
            for block in blocks:
                if not written and sample and not block.startswith((b"PAR1", *ZIP)):
                    most = SAMPLE_BYTES
                file.write(block)
                written += len(block)
                if written > most:  # not within a character
                    file.truncate(written - len(block) + max(block.rfind(b"\n"), block.rfind(b"\r")) + 1)
                    return
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DataError(
            f"There is no room on the disk to unpack {target.name}.", "Make room and try again.", "disk-full"
        ) from error


def _tables(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """The members that may hold a table."""
    _refuse_other_packages(archive, name)
    for member in archive.filelist:
        _refuse_unsafe(member, name)
    files = [member for member in archive.filelist if not _is_litter(member.filename) and not member.is_dir()]
    tables = [member for member in files if _may_hold_table(member.filename)]
    if not tables:
        inner = [member.filename for member in files if _suffix(member.filename) in _ARCHIVES]
        what = f"only other archives ({listing(inner)})" if inner else "no file that could be a table"
        raise DataError(
            f"{name} is a zip archive with {what}" + ("." if files else "; it is empty."),
            "Unpack it and choose the table inside." if inner else "Pack the table of events, for instance as CSV.",
            "packed-twice" if inner else "no-table",
        )
    names = [member.filename for member in tables]
    if len(set(names)) < len(names):
        twice = sorted({one for one in names if names.count(one) > 1})
        raise DataError(
            f"{name} is a zip archive that holds {listing(twice)} more than once.", "Pack it again.", "repeated-members"
        )
    return tables


def _refuse_other_packages(archive: zipfile.ZipFile, name: str) -> None:
    if {"mimetype", "content.xml"} <= archive.NameToInfo.keys():
        raise DataError(
            f"{name} is an OpenDocument file.", "Save the sheet as .xlsx or CSV and choose that.", "not-a-table"
        )


def _refuse_unsafe(member: zipfile.ZipInfo, name: str) -> None:
    path = PureWindowsPath(member.filename)  # knows both kinds of slashes
    if path.root or path.drive or ".." in path.parts:
        what = "whose name leads out of its folder"
    elif stat.S_ISLNK(member.external_attr >> 16):
        what = "that is a link to another file"
    else:
        return
    raise DataError(
        f"{name} is a zip archive with an entry {what}: {quote(member.filename)}.",
        "Pack the table itself, under a plain name.",
        "unsafe-member",
    )


def _is_litter(name: str) -> bool:
    parts = PurePosixPath(name).parts  # none of "." and of ""
    return not parts or "__MACOSX" in parts or parts[-1].startswith(".")


def _may_hold_table(name: str) -> bool:
    is_document = PurePosixPath(name).name.lower().startswith(_DOCUMENTS)
    return not is_document and _suffix(name) not in _NO_TABLES | _ARCHIVES


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _chosen(name: str, tables: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    ranks = [_rank(member.filename) for member in tables]
    best = min(ranks)
    if len(tables) > 1 and (best[0] == len(_TELLING) or ranks.count(best) > 1):
        raise _ask(f"{name} holds {counted(len(tables), 'table')}", tables)
    return tables[ranks.index(best)]


def _rank(name: str) -> tuple[int, bool]:
    """How surely a file holds events, the surest first."""
    path = PurePosixPath(name)
    words = column_names.tokens(path.name)
    for rank, telling in enumerate(_TELLING):
        if telling.intersection(words):
            return rank, path.stem.lower() not in telling
    return len(_TELLING), True


def _named(name: str, tables: list[zipfile.ZipInfo], part: str) -> zipfile.ZipInfo:
    found = [member for member in tables if member.filename == part]
    found = found or [member for member in tables if PurePosixPath(member.filename).name == part]
    if len(found) != 1:
        raise _ask(f"{name} has no table {quote(part)}", tables)
    return found[0]


def _ask(what: str, tables: list[zipfile.ZipInfo]) -> DataError:
    names = listing([member.filename for member in tables])
    return DataError(f"{what}: {names}.", "Choose one of them (in the shell: --part NAME).", "choose-part")


def _guess(name: str, member: zipfile.ZipInfo, tables: list[zipfile.ZipInfo]) -> Finding:
    others = listing([other.filename for other in tables if other is not member])
    return Finding("note", "part-chosen", f"{name}: {quote(member.filename)} was read; it also holds {others}.")


def shown_name(text: str) -> str:
    """A text as the name of a file and in messages: no folders, nothing invisible, not too long."""
    plain = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in text)
    return plain.encode("utf-8", "replace")[:LONGEST_FILE_NAME].decode("utf-8", "ignore")
