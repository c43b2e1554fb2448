"""Every format: sound, empty, and with one fault in one row; and files with nothing or little in them."""

import codecs
import gzip
from functools import partial

from tests.data.files import HEADER, ROWS, text_of
from tests.data.malformed.case import WHERE, N, accepts, at, changed, either, near, refuses, whole, without
from tests.data.malformed.formats import FORMATS, PACKED, parquet, zipped

# Every format, sound, empty, and with one fault in one row

for kind, (file, write_as) in FORMATS.items():
    accepts(f"sound {kind}", partial(write_as, ROWS, HEADER), file=file)
    if kind != "jsonl":
        empty_columns = partial(parquet, {name: [] for name in HEADER})
        refuses(
            f"header only {kind}",
            empty_columns if kind == "parquet" else partial(write_as, [], HEADER),
            "no rows|empty|nothing",
            file=file,
        )
    for what, column, value in (
        ("blank user", 0, ""),
        ("blank item", 1, "  "),
        ("blank rating", 2, ""),
        ("rating in words", 2, "five"),
        ("infinite rating", 2, "-inf"),
        ("time in words", 3, "yesterday"),
    ):
        for where, position in WHERE.items() if kind == "csv" else [("middle", 17)]:
            place = near(position) if kind in PACKED else at(position)
            accepts(
                f"{what} {where} {kind}",
                partial(write_as, changed(position, column, value), HEADER),
                without(position),
                file=file,
                rows=N,
                noted=(place, HEADER[column]),
            )


# Nothing or little in it

refuses("zero bytes", b"", "empty")
refuses("zero bytes gz", gzip.compress(b""), "empty", file="ratings.csv.gz")
refuses("zero bytes in zip", lambda: zipped(("ratings.csv", b"")), "empty", file="ratings.zip")
refuses("zero bytes named xlsx", b"", "empty|Excel", file="ratings.xlsx")
refuses("zero bytes named parquet", b"", "empty|Parquet", file="ratings.parquet")
refuses("zero bytes named jsonl", b"", "empty|JSON", file="ratings.jsonl")
refuses("only a UTF-8 mark", codecs.BOM_UTF8, "empty")
refuses("only a UTF-16 mark", codecs.BOM_UTF16_LE, "empty")
refuses("only blanks", b" \n\t\n   \r\n\n", "empty")
refuses("header without line end", text_of([]).rstrip("\n"), "no rows|empty")
refuses("one row", text_of(ROWS[:1]), "small|few")
refuses("one row without header", text_of(ROWS[:1], header=None), "small|few")
refuses("five rows", text_of(ROWS[:5]), "small|few")
refuses("one person", text_of([("u1", f"i{n}", *row[2:]) for n, row in enumerate(ROWS)]), r"1 person|one person")
refuses("one item", text_of([(f"u{n}", "i1", *row[2:]) for n, row in enumerate(ROWS)]), r"1 item|one item")
refuses("only a word", b"hello", "text|column|table")
refuses("only a number", b"42\n", "text|column|table")
accepts("no final line end", text_of().rstrip("\n"))
either("cut in the last row", text_of()[:-14], without(N - 1), rows=N, noted=at(N - 1), words=at(N - 1))
accepts("cut in the last time", text_of()[:-5], changed(N - 1, 3, ROWS[-1][3][:-4]), kept=(N, N - 1))
either(
    "cut in a character",
    text_of(whole(0, lambda row: row[0] + "é")).encode() + "ué,".encode()[:2],
    [*whole(0, lambda row: row[0] + "é")],
    rows=(N, N + 1),
    words="byte|line|row",
)
