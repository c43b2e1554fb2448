"""Something else under the name of a table, and names that disagree with what is in the file."""

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
from functools import partial

from tests.data.files import HEADER, ROWS, text_of
from tests.data.malformed.case import accepts, either, inserted, refuses
from tests.data.malformed.formats import FORMATS, PACKED, as_text, zipped

# Something else under the name of a table

PAGE = b"<!DOCTYPE html><html><head><title>404</title></head><body><table><tr><td>u1</td></tr></table></body></html>"
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
ELSE: dict[str, tuple[bytes, str]] = {
    "web page": (PAGE, "web page|HTML"),
    "web page in capitals": (b"\n\n" + PAGE.upper(), "web page|HTML"),
    "web page behind a comment": (b"<!-- saved -->\n" + PAGE, "web page|HTML|text|table"),
    "XML": (b'<?xml version="1.0"?><ratings><r u="1" i="2"/></ratings>', "XML"),
    "JSON object": (b'{"error": {"code": 404, "message": "not found"}}', "JSON"),
    "JSON configuration": (b'{\n "users": {"1": {"2": 5}},\n "items": {}\n}\n', "JSON|small"),
    "pickle": (pickle.dumps({"a": [1, 2, 3]}, protocol=4), "pickle"),
    "pickle of protocol 0": (pickle.dumps({"a": [1, 2, 3]}, protocol=0), "pickle|text|table"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "PDF"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(200), "PNG|picture|image"),
    "JPEG": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(200), "JPEG|picture|image"),
    "Windows program": (b"MZ\x90\x00" + bytes(300), "program"),
    "ELF program": (b"\x7fELF\x02\x01\x01" + bytes(300), "program"),
    "SQLite database": (b"SQLite format 3\0" + bytes(300), "SQLite"),
    "old Excel": (OLD_EXCEL, "Excel"),
    "7z": (b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(range(256)), "7z|7-Zip|archive|binary|NUL"),
    "RAR": (b"Rar!\x1a\x07\x01\x00" + bytes(range(256)), "RAR|archive|binary|NUL"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(range(256)), "zstd|archive|binary|NUL"),
    "Arrow file": (b"ARROW1\0\0" + bytes(200), "Arrow|Feather|binary|NUL"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(200), "HDF5|binary|NUL"),
    "numpy array": (b"\x93NUMPY\x01\x00v\x00{'descr': '<f8'}" + bytes(200), "numpy|binary|NUL"),
    "random bytes": (bytes((n * n * 31 + n * 7) % 256 for n in range(4000)), "binary|NUL|text"),
    "control characters": (bytes(range(1, 32)) * 50, "binary|text"),
    "a letter": (b"Dear reader,\nthis is a letter.\nIt goes on, and on, and on.\nYours\n", "text|table"),
    "Python source": (b"import os\n\ndef main():\n    return os.getcwd()\n\nprint(main())\n", "text|table|column"),
    "Markdown table": (b"| user | item |\n|------|------|\n| u1 | i1 |\n| u2 | i2 |\n", "small|text|table|column|row"),
    "LFS pointer": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n",
        "text|table|column|small",
    ),
    "e-mail": (b"From: a@b.c\nTo: d@e.f\nSubject: ratings\n\nPlease find attached\n", "text|table|column|small"),
}
for what, (content, words) in ELSE.items():
    refuses(f"{what} named csv", content, words)
for what in ("web page", "pickle", "PDF", "random bytes"):
    content, words = ELSE[what]
    refuses(f"{what} in gz", gzip.compress(content), words, file="ratings.csv.gz")
    refuses(f"{what} in zip", partial(zipped, ("ratings.csv", content)), words, file="ratings.zip")
    refuses(f"{what} named xlsx", content, f"{words}|Excel", file="ratings.xlsx")
    refuses(f"{what} named parquet", content, f"{words}|Parquet", file="ratings.parquet")
    refuses(f"{what} named jsonl", content, f"{words}|JSON", file="ratings.jsonl")
refuses(
    "torch checkpoint",
    lambda: zipped(("model/data.pkl", pickle.dumps({"w": 1})), ("model/version", b"3")),
    "zip|archive|table|pickle",
    file="model.pt",
)
refuses(
    "OpenDocument sheet",
    lambda: zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<x/>")),
    "OpenDocument|ods|zip|table|web page or XML",
    file="ratings.ods",
)
for what, packed in (("bz2", bz2.compress), ("xz", lzma.compress)):
    either(
        f"{what} of a table",
        lambda packed=packed: packed(as_text(ROWS)),
        file=f"ratings.csv.{what}",
        words="archive|" + f"{what}|binary|NUL|pack|compress",
    )


def tarred() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        entry = tarfile.TarInfo("ratings.csv")
        entry.size = len(as_text(ROWS))
        archive.addfile(entry, io.BytesIO(as_text(ROWS)))
    return target.getvalue()


either("tar of a table", tarred, file="ratings.tar", words="tar|archive|binary|NUL")
either("tar in gz", lambda: gzip.compress(tarred()), file="ratings.tar.gz", words="tar|archive|binary|NUL")


# Names and contents that disagree

for kind in PACKED:
    accepts(f"{kind} named csv", partial(FORMATS[kind][1], ROWS, HEADER), file="ratings.csv")
for extension in ("xlsx", "parquet", "jsonl", "csv.gz", "zip"):
    either(f"csv named {extension}", text_of(), file=f"ratings.{extension}", words=r"\w")
ODD_NAMES = {
    "capitals": "RATINGS.CSV",
    "no extension": "ratings",
    "two extensions": "ratings.csv.csv",
    "foreign extension": "ratings.exe",
    "long": "r" * 246 + ".csv",
    "device": "CON",
    "hidden": ".csv",
    "dash": "-rf.csv",
    "blank": " .csv",
    "wildcards": "r[1]*?{a,b}.csv",
    "quotes": 'it\'s "a" `name`.csv',
    "markup": "<script>alert(1)<|script>.csv",
    "statement": "x'); DROP TABLE users;--.csv",
    "percent": "..%2f..%2fetc%2fpasswd.csv",
    "backslashes": "..\\..\\boot.ini.csv",
    "emoji": "🎬👩‍👧 ratings.csv",
    "right to left": "\u202evsc.sgnitar.csv",
    "line end": "two\nlines.csv",
    "bytes": "r\udcff\udcfe.csv",
}
for what, file in ODD_NAMES.items():
    accepts(f"file name with {what}", text_of(), file=file)
for what in ("long", "markup", "right to left", "line end", "bytes"):
    refuses(f"file name with {what}, empty", b"", "empty", file=ODD_NAMES[what])
    refuses(f"file name with {what}, ragged", inserted(3, *["u,i,5,9,9,9"] * 60), "line 5", file=ODD_NAMES[what])
    refuses(f"file name with {what}, web page", PAGE, "web page|HTML", file=ODD_NAMES[what])
    refuses(
        f"file name with {what}, no item column",
        text_of([row[:3] for row in ROWS], header=("user_id", "colour", "rating")).replace(
            ",i", ",some long words of "
        ),
        "item",
        file=ODD_NAMES[what],
    )
