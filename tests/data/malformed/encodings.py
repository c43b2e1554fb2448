"""Bytes that are no UTF-8, or only in part."""

import codecs
from pathlib import Path

from tests.data.files import ROWS, text_of
from tests.data.malformed.case import (
    CATALOGUE,
    WHERE,
    Case,
    N,
    accepts,
    at,
    changed,
    either,
    inserted,
    lines_of,
    quoted,
    refuses,
    whole,
)

ACCENTED = whole(0, lambda row: row[0].replace("u", "Zoë "))
PLAIN = text_of(ACCENTED)
for what, content in {
    "UTF-8 with a mark": codecs.BOM_UTF8 + PLAIN.encode(),
    "UTF-8 with two marks": codecs.BOM_UTF8 * 2 + PLAIN.encode(),
    "UTF-16 little-endian": codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"),
    "UTF-16 big-endian": codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
}.items():
    accepts(what, content, ACCENTED)
    accepts(
        f"{what} tsv CRLF",
        content.replace(b",", b"\t") if b"\0" not in content else content,
        ACCENTED,
        file="ratings.tsv",
    )
accepts("UTF-8 mark before quoted names", codecs.BOM_UTF8 + quoted(ACCENTED).encode(), ACCENTED)
either(
    "UTF-8 marks in the middle",
    inserted(17, "\ufeff" + lines_of()[18]),
    [*ROWS, ("\ufeff" + ROWS[17][0], *ROWS[17][1:])],
    rows=N + 1,
    kept=(N, N + 1),
    words=at(17),
)
for codec in ("utf-16-le", "utf-16-be"):
    either(f"{codec} without a mark", PLAIN.encode(codec), ACCENTED, words="UTF-16|NUL")
for codec in ("utf-32", "utf-32-be"):
    either(
        f"{codec}",
        (codecs.BOM_UTF32_BE if codec == "utf-32-be" else b"") + PLAIN.encode(codec),
        ACCENTED,
        words="UTF-32|NUL",
    )
either("utf-32 without a mark", PLAIN.encode("utf-32-le"), ACCENTED, words="UTF-32|UTF-16|NUL")
either(
    "UTF-16 cut in a character",
    (codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"))[:-1],
    ACCENTED,
    rows=(N, N + 1),
    words="byte|line|row|UTF-16",
)
either(
    "UTF-16 with a lone surrogate",
    codecs.BOM_UTF16_LE + PLAIN.replace("Zoë 0", "Zoë 0\ud800", 1).encode("utf-16-le", "surrogatepass"),
    None,
    rows=N,
    words="byte|line|row",
)
either("UTF-7", text_of(ACCENTED).encode("utf-7"), None, rows=N, kept=N)
accepts("Windows-1252", PLAIN.encode("cp1252"), ACCENTED, noted="Windows-1252|Latin-1")
accepts(
    "Windows-1252 with a euro and curly quotes",
    text_of(whole(0, lambda row: row[0] + "€’é")).encode("cp1252"),
    whole(0, lambda row: row[0] + "€’é"),
    noted="Windows-1252",
)
accepts(
    "Latin-1 beyond Windows-1252",
    text_of(whole(0, lambda row: row[0] + "é\x81")).encode("latin-1"),
    None,
    rows=N,
    kept=N,
    noted="Latin-1",
)
for codec, word in (
    ("shift_jis", "映画"),
    ("gb18030", "电影"),
    ("euc_kr", "영화"),
    ("koi8_r", "фильм"),
    ("cp1251", "фильм"),
    ("iso8859_2", "łąka"),
    ("mac_roman", "Zoë"),
    ("cp437", "Zoë"),
):
    either(
        f"{codec}",
        text_of(whole(1, lambda row, word=word: word + row[1])).encode(codec),
        None,
        rows=N,
        kept=N,
        noted="not UTF-8|encoding|read as",
        words="encoding|UTF-8|byte",
    )
either("mojibake", text_of(whole(1, lambda row: "AmÃ©lie" + row[1])), whole(1, lambda row: "AmÃ©lie" + row[1]))


def odd_bytes(name: str, odd: bytes) -> None:
    """Bytes that are no UTF-8 in one row must not turn the accents of all others."""
    for where, position in WHERE.items():
        lines = PLAIN.encode().splitlines(keepends=True)
        lines[position + 1] = b"u" + odd + lines[position + 1]
        sure = ACCENTED[:position] + ACCENTED[position + 1 :]
        guesses = [
            f"u{odd.decode(codec, 'replace')}{ACCENTED[position][0]}" for codec in ("utf-8", "cp1252", "latin-1")
        ]
        either(
            f"{name} {where}",
            b"".join(lines),
            [*sure, *((guess, *ACCENTED[position][1:]) for guess in guesses)],
            rows=N,
            kept=(N, N - 1),
            noted="byte|line|row|UTF-8",
            words="byte|line|row",
        )


odd_bytes("Latin-1 among UTF-8", "é".encode("latin-1"))
odd_bytes("lone surrogate", b"\xed\xa0\x80")
odd_bytes("overlong slash", b"\xc0\xaf")
odd_bytes("bytes FF FE", b"\xff\xfe")
for where, position in WHERE.items():
    either(
        f"NUL byte {where}",
        text_of(changed(position, 0, "u\0x")),
        None,
        rows=N,
        kept=(N, N - 1),
        noted=at(position),
        words=at(position),
    )
either("NUL bytes behind the table", text_of() + "\0" * 4096, rows=(N, N + 1), words="NUL|line|row")
refuses("NUL bytes throughout", bytes(10_000), "NUL|binary|empty")


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(256 << 20)


CATALOGUE.append(Case("256 MB of zeros", "ratings.csv", sparse, "refuses", words=("NUL|binary|empty|large",)))
