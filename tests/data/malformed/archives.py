"""gzip and zip: damaged, hostile, or with something unexpected inside."""

import gzip
import struct
import zipfile
import zlib
from functools import partial

from tests.data.files import ROWS, text_of
from tests.data.malformed.case import ITEM_HEADER, ITEMS, in_file, whole
from tests.data.malformed.formats import as_text, as_xlsx, zipped
from tests.data.malformed.other_files import ELSE

# gzip

PACKED_TABLE = gzip.compress(as_text(ROWS * 300))


def zeros_bomb() -> bytes:
    """200 MB of zeros in 200 kB."""
    packer = zlib.compressobj(9, wbits=31)
    block = bytes(1 << 20)
    return b"".join([packer.compress(block) for _ in range(200)] + [packer.flush()])


gz_accepts, gz_either, gz_refuses = in_file("ratings.csv.gz")
gz_accepts(
    "gz of two members", gzip.compress(as_text(ROWS[:20])) + gzip.compress(text_of(ROWS[20:], header=None).encode())
)
gz_accepts(
    "gz with a file name inside", b"\x1f\x8b\x08\x08" + bytes(6) + b"../../x\0" + gzip.compress(as_text(ROWS))[10:]
)
gz_accepts("gz of UTF-16", gzip.compress(text_of().encode("utf-16")))
gz_accepts(
    "gz of semicolons in Latin-1",
    gzip.compress(text_of(whole(0, lambda row: row[0] + "é"), ";").encode("latin-1")),
    whole(0, lambda row: row[0] + "é"),
)
for share in (0.02, 0.5, 0.99):
    gz_refuses(
        f"gz cut at {share:.0%}",
        PACKED_TABLE[: max(12, int(len(PACKED_TABLE) * share))],
        "gzip|cut|damaged|incomplete|end",
    )
gz_refuses("gz signature only", b"\x1f\x8b", "gzip|cut|damaged|incomplete|empty")
gz_refuses("gz with a wrong checksum", PACKED_TABLE[:-8] + b"\1\2\3\4" + PACKED_TABLE[-4:], "gzip|damaged|check")
gz_refuses("gz with damaged content", PACKED_TABLE[:200] + bytes(60) + PACKED_TABLE[260:], "gzip|damaged")
gz_refuses("gz of an unknown method", b"\x1f\x8b\x07" + PACKED_TABLE[3:], "gzip|damaged|method")
gz_either("gz with rubbish behind it", gzip.compress(as_text(ROWS)) + b"rubbish" * 9, words="gzip|damaged|behind")
gz_either("gz with zeros behind it", gzip.compress(as_text(ROWS)) + bytes(512), words="gzip|damaged|behind")
gz_either("gz in gz", gzip.compress(gzip.compress(as_text(ROWS))), words="gzip|archive|pack")
gz_refuses("gz of 200 MB of zeros", zeros_bomb, "NUL|large|size|times|MB|GB|binary")
gz_refuses("gz of 10 GB of zeros", lambda: gzip.compress(bytes(10 << 20)) * 1000, "NUL|large|size|times|MB|GB|binary")
gz_refuses(
    "gz of 5 GB of rows",
    lambda: gzip.compress(as_text(ROWS)) + gzip.compress(text_of(header=None).encode() * 6000) * 1200,
    "large|size|times|MB|GB",
)


# zip

zip_accepts, zip_either, zip_refuses = in_file("ratings.zip")
TABLE = as_text(ROWS)


def link(target: str) -> bytes:
    entry = zipfile.ZipInfo("ratings.csv")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return zipped((entry, target.encode()))


def flagged(flags: int = 0, method: int | None = None) -> bytes:
    """A stored zip whose headers claim other flags or another method."""
    made = bytearray(zipped(("ratings.csv", TABLE), method=zipfile.ZIP_STORED))
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = made.index(signature) + offset
        old_flags, old_method = struct.unpack_from("<HH", made, start)
        struct.pack_into("<HH", made, start, old_flags | flags, old_method if method is None else method)
    return bytes(made)


def overlapping(entries: int) -> bytes:
    """A zip whose directory names one 10 MB entry many times."""
    made = zipped(("ratings.csv", TABLE + b"\n" * (10 << 20)))
    start = made.index(b"PK\1\2")
    end = made.index(b"PK\5\6")
    directory = made[start:end] * entries
    return (
        made[:start] + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries, entries, len(directory), start, 0)
    )


def lying_zip() -> bytes:
    """A zip whose directory says 100 bytes of an entry of 100 MB."""
    made = bytearray(zipped(("ratings.csv", TABLE + b"\n" * (100 << 20))))
    struct.pack_into("<L", made, made.index(b"PK\3\4") + 22, 100)
    struct.pack_into("<L", made, made.rindex(b"PK\1\2") + 24, 100)
    return bytes(made)


zip_accepts(
    "zip with folders and Finder's shadows",
    lambda: zipped(
        ("data/", b""),
        ("data/ratings.csv", TABLE),
        ("__MACOSX/data/._ratings.csv", b"\0\5\x16\7"),
        ("data/.DS_Store", b"\0"),
    ),
)
zip_accepts("zip without compression", lambda: zipped(("ratings.csv", TABLE), method=zipfile.ZIP_STORED))
zip_accepts("zip with an odd entry name", lambda: zipped(("🎬 \u202e<b>.csv", TABLE)))
zip_accepts("zip of a dat file", lambda: zipped(("ml/u.data", as_text(ROWS, delimiter="\t"))))
zip_accepts(
    "zip with a comment before it",
    lambda: b"#!/bin/sh\nexit 0\n" + zipped(("ratings.csv", TABLE)),
    words="zip|text",
    expects="either",
)
zip_either(
    "zip with a read-me",
    lambda: zipped(("ratings.csv", TABLE), ("README.md", b"# Ratings\nOf 2024.\n")),
    words="README",
)
zip_either(
    "zip with ratings and items",
    lambda: zipped(("movies.csv", as_text(ITEMS, ITEM_HEADER)), ("ratings.csv", TABLE)),
    words=(r"movies\.csv", r"ratings\.csv"),
)
zip_refuses(
    "zip with two tables", lambda: zipped(("first.csv", TABLE), ("second.csv", TABLE)), r"first\.csv", r"second\.csv"
)
zip_refuses("zip of a zip", lambda: zipped(("inner.zip", zipped(("ratings.csv", TABLE)))), "zip|archive")
zip_refuses(
    "zip of a zip of a zip", lambda: zipped(("a.csv", zipped(("b.csv", zipped(("c.csv", TABLE)))))), "zip|archive"
)
zip_either("zip of a gz", lambda: zipped(("ratings.csv.gz", gzip.compress(TABLE))), words="gzip|archive|pack")
zip_either("zip of a workbook", lambda: zipped(("ratings.xlsx", as_xlsx(ROWS))), words="Excel|archive|zip")
for what, entry in (
    ("parents", "../../evil.csv"),
    ("many parents", "../" * 40 + "evil.csv"),
    ("an absolute path", "/var/foretaste-evil.csv"),
    ("a drive", "C:\\evil.csv"),
    ("backslashes", "..\\..\\evil.csv"),
    ("a hidden parent", "data/../../evil.csv"),
    ("a network share", "//host/share/evil.csv"),
):
    zip_either(f"zip entry with {what}", partial(zipped, (entry, TABLE)), words="path|name|entry|zip|folder")
zip_refuses("zip entry that is a link", partial(link, "/etc/passwd"), "link|table|zip|text")
zip_refuses("zip entry that is a link to a neighbour", partial(link, "other.csv"), "link|table|zip|text")
zip_refuses("encrypted zip", partial(flagged, 1), "password|encrypt|protect")
zip_refuses("zip of an unknown method", partial(flagged, 0, 99), "compress|method|zip|encrypt|protect|damaged")
zip_refuses("empty zip", lambda: zipped(), "empty|no |zip")
zip_refuses("zip of folders only", lambda: zipped(("a/", b""), ("a/b/", b"")), "empty|no |zip")
zip_refuses(
    "zip of pictures only",
    lambda: zipped(("a.png", ELSE["PNG"][0]), ("b.jpg", ELSE["JPEG"][0])),
    "no |zip|picture|table",
)
zip_refuses(
    "zip of 10,000 entries",
    lambda: zipped(*((f"part{n}.csv", b"u,i,5\n") for n in range(10_000))),
    "10,000|10000|entries|files|tables",
)
zip_refuses(
    "zip of 200 MB of zeros", lambda: zipped(("ratings.csv", bytes(200 << 20))), "NUL|large|size|times|MB|GB|binary"
)
zip_refuses(
    "zip of 100 MB of rows",
    lambda: zipped(("ratings.csv", TABLE + text_of(header=None).encode() * 150_000)),
    "large|size|times|MB|GB",
)
zip_refuses("zip with overlapping entries", partial(overlapping, 2000), "zip|entries|files|large|times|damaged|tables")
zip_refuses("zip that lies about its size", lying_zip, "zip|large|size|times|damaged")
for share in (0.1, 0.6, 0.98):
    zip_refuses(
        f"zip cut at {share:.0%}",
        lambda share=share: (made := zipped(("ratings.csv", TABLE)))[: int(len(made) * share)],
        "zip|damaged|cut|incomplete",
    )
zip_refuses(
    "zip with a wrong checksum",
    lambda: zipped(("ratings.csv", TABLE), method=zipfile.ZIP_STORED).replace(b"u0,i0,1", b"u0,i0,2", 1),
    "zip|damaged|check",
)
