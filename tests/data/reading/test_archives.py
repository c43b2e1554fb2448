"""Archives: gzip and zip, what they may hold, and what they may not do."""

import gzip
import io
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from recsys_core.data.reading import archives
from recsys_core.data.reading.any_table import parts, read_table
from recsys_core.errors import DataError
from tests.data.files import HEADER, ROWS, text_of, write

TABLE = text_of().encode()
ITEMS = b"item_id,title\ni1,One\ni2,Two\n"


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def claimed(offsets: tuple[int, int], value: int, made: bytes) -> bytes:
    """A zip of one member with another number in its two headers."""
    changed = bytearray(made)
    for signature, offset in zip((b"PK\3\4", b"PK\1\2"), offsets, strict=True):
        struct.pack_into("<H", changed, changed.index(signature) + offset, value)
    return bytes(changed)


def link() -> bytes:
    entry = zipfile.ZipInfo("ratings.csv")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return zipped((entry, b"/etc/passwd"))


def overlapping() -> bytes:
    made = zipped(("ratings.csv", TABLE))
    start, end = made.index(b"PK\1\2"), made.index(b"PK\5\6")
    listed = made[start:end] * 9
    return made[:start] + listed + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, len(listed), start, 0)


def test_the_member_that_speaks_of_events_is_read(tmp_path: Path) -> None:
    files = ["README.txt", "links.csv", "movies.csv", "ratings.csv", "ratings_small.csv", "tags.csv", "posters/1.jpg"]
    litter = ["__MACOSX/._ratings.csv", ".DS_Store"]
    path = write(
        tmp_path, zipped(*((f"ml/{name}", TABLE if "ratings." in name else ITEMS) for name in files + litter)), "ml.zip"
    )
    table = read_table(path)
    assert (table.part, table.name, len(table)) == ("ml/ratings.csv", "ml.zip: ratings.csv", 35)
    assert [finding.code for finding in table.findings] == ["part-chosen"]
    assert parts(path) == ["ml/links.csv", "ml/movies.csv", "ml/ratings.csv", "ml/ratings_small.csv", "ml/tags.csv"]
    for part in ("ml/movies.csv", "movies.csv"):
        chosen = read_table(path, part=part)
        assert (chosen.part, chosen.columns, chosen.findings) == ("ml/movies.csv", ["item_id", "title"], ())


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["movies.dat", "ratings.dat", "users.dat"], "ratings.dat"),
        (["u.data", "u.item", "u.user", "u.info", "mku.sh", "u1.base"], "u.data"),
        (["BX-Books.csv", "BX-Book-Ratings.csv", "BX-Users.csv"], "BX-Book-Ratings.csv"),
        (["genome-scores.csv", "ratings.csv"], "ratings.csv"),
        (["items.csv", "events.csv", "reviews.csv"], "events.csv"),
        (["Amazon.inter", "Amazon.link"], "Amazon.inter"),
        (["anything.csv", "readme.csv", "script.py"], "anything.csv"),
    ],
)
def test_names_that_tell(tmp_path: Path, names: list[str], chosen: str) -> None:
    path = write(tmp_path, zipped(*((name, TABLE) for name in names)), "a.zip")
    assert read_table(path).name == f"a.zip: {chosen}"


@pytest.mark.parametrize("names", [["first.csv", "second.csv"], ["a/ratings.csv", "b/ratings.csv"]])
def test_several_tables_are_a_question(tmp_path: Path, names: list[str]) -> None:
    path = write(tmp_path, zipped(*((name, TABLE) for name in names)), "a.zip")
    with pytest.raises(DataError, match=f'holds 2 tables: "{names[0]}", "{names[1]}"') as error:
        read_table(path)
    assert error.value.code == "choose-part"
    assert "--part" in error.value.fix
    assert read_table(path, part=names[1]).part == names[1]
    with pytest.raises(DataError, match='no table "third.csv"'):
        read_table(path, part="third.csv")


def test_names_are_shown_and_never_followed(tmp_path: Path) -> None:
    path = write(tmp_path, zipped(("\u202e<b>\n" + "x" * 300 + ".csv", TABLE)), "a.zip")
    name = read_table(path).name
    assert name.startswith("a.zip: _<b>_xxx")
    assert len(name) < 256


def test_messages_name_the_packed_file(tmp_path: Path) -> None:
    ragged = (text_of(ROWS[:3]) + "u,i,5,9,9\n" * 9).encode()
    with pytest.raises(DataError, match=r"^r\.csv\.gz line 5"):
        read_table(write(tmp_path, gzip.compress(ragged), "r.csv.gz"))
    with pytest.raises(DataError, match=r"^a\.zip: r\.csv line 5"):
        read_table(write(tmp_path, zipped(("x/r.csv", ragged)), "a.zip"))


@pytest.mark.parametrize("shift", ["", "x"])  # one of them has its end within a character
def test_a_sample_of_a_large_table_unpacks_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift: str
) -> None:
    content = (shift + text_of([("é" * 300 + row[0], *row[1:]) for row in ROWS] * 850)).encode()
    monkeypatch.setattr(archives, "MOST_BYTES", len(content) - 1)
    for packed in (gzip.compress(content, 1), zipped(("r.csv", content))):
        path = write(tmp_path, packed, "r.bin")
        table = read_table(path, sample=True)
        assert table.cut
        assert table.dialect is not None
        assert table.dialect.encoding == "utf-8"
        with pytest.raises(DataError, match="larger than"):
            read_table(path)


BLOCK = b"u1,i1,5\n" * (1 << 20)


@pytest.mark.parametrize(
    "pack",
    [
        lambda: gzip.compress(BLOCK * 12),
        lambda: gzip.compress(BLOCK) * 1000,  # refused long before its 8 GB, though its own size is large
        lambda: zipped(("r.csv", BLOCK * 12)),
    ],
)
def test_bombs_are_refused_in_time(tmp_path: Path, pack: Callable[[], bytes]) -> None:
    path = write(tmp_path, pack(), "bomb")
    started = time.perf_counter()
    with pytest.raises(DataError, match="more than 200 times as large") as error:
        read_table(path)
    assert error.value.code == "unpacks-hugely"
    assert time.perf_counter() - started < 5
    assert read_table(path, sample=True).cut


PACKED = gzip.compress(TABLE * 20, mtime=0)
STORED = zipped(("ratings.csv", TABLE), method=zipfile.ZIP_STORED)


@pytest.mark.parametrize(
    ("content", "words", "code"),
    [
        (PACKED[: len(PACKED) // 2], "damaged or incomplete", "damaged"),
        (PACKED[:-8] + b"\1\2\3\4" + PACKED[-4:], "damaged or incomplete", "damaged"),
        (PACKED[:150] + bytes(60) + PACKED[210:], "damaged or incomplete", "damaged"),
        (gzip.compress(TABLE, mtime=0) + b"rubbish", "damaged or incomplete", "damaged"),
        (b"\x1f\x8b", "damaged or incomplete", "damaged"),
        (gzip.compress(b"", mtime=0), "is empty", "empty-file"),
        (gzip.compress(PACKED, mtime=0), "an archive in an archive", "packed-twice"),
        (STORED[: len(STORED) // 2], "damaged or incomplete", "damaged"),
        (STORED.replace(b"u0,i0,1", b"u0,i0,2", 1), "damaged or incomplete", "damaged"),
        (claimed((6, 8), 1, STORED), "locked with a password", "locked"),
        (zipped(("r.csv", TABLE), method=zipfile.ZIP_BZIP2), "unusual method", "unusual-zip"),
        (zipped(("inner.zip", STORED), ("README", b"")), 'only other archives \\("inner.zip"\\)', "packed-twice"),
        (zipped(("r.csv.gz", PACKED)), "only other archives", "packed-twice"),
        (zipped(("r.csv", STORED)), "an archive in an archive", "packed-twice"),
        (zipped(("../../r.csv", TABLE)), "leads out of its folder", "unsafe-member"),
        (zipped(("/tmp/r.csv", TABLE)), "leads out of its folder", "unsafe-member"),  # noqa: S108
        (zipped(("..\\r.csv", TABLE)), "leads out of its folder", "unsafe-member"),
        (zipped(("C:\\r.csv", TABLE)), "leads out of its folder", "unsafe-member"),
        (link(), "a link to another file", "unsafe-member"),
        (overlapping(), "more than once", "repeated-members"),
        (zipped(), "it is empty", "no-table"),
        (zipped(("a/", b"")), "it is empty", "no-table"),
        (zipped(("xyz", b"x")).replace(b"xyz", b"\0yz"), "it is empty", "no-table"),  # a name ends at a NUL
        (zipped((".", b"x"), ("./", b"")), "it is empty", "no-table"),
        (zipped(("a.png", b"x"), ("README.md", b"x")), "no file that could be a table", "no-table"),
        (zipped(("r.csv", b"")), "a: r.csv is empty", "empty-file"),
        (zipped(*((f"{n}.csv", b"") for n in range(10_001))), "holds 10,001 files", "too-many-members"),
        (zipped(("mimetype", b"x"), ("content.xml", b"<x/>")), "OpenDocument", "not-a-table"),
    ],
)
def test_archives_that_cannot_be_read(tmp_path: Path, content: bytes, words: str, code: str) -> None:
    with pytest.raises(DataError, match=words) as error:
        read_table(write(tmp_path, content, "a"))
    assert error.value.code == code
    assert error.value.fix


def test_a_zip_that_lies_about_its_size(tmp_path: Path) -> None:
    made = bytearray(zipped(("ratings.csv", TABLE)))
    struct.pack_into("<L", made, made.index(b"PK\3\4") + 22, 100)
    struct.pack_into("<L", made, made.rindex(b"PK\1\2") + 24, 100)
    with pytest.raises(DataError, match="damaged"):
        read_table(write(tmp_path, bytes(made), "a.zip"))


def test_plain_files_have_no_parts(tmp_path: Path) -> None:
    assert parts(write(tmp_path, TABLE)) == []
    assert parts(write(tmp_path, gzip.compress(TABLE))) == []
    with pytest.raises(DataError, match="cannot be read"):
        parts(tmp_path / "nothing.csv")
    assert read_table(write(tmp_path, TABLE)).columns == list(HEADER)
