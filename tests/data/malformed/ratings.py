"""Ratings in every spelling, and odd ones among others."""

from collections.abc import Callable
from typing import Any

from tests.data.files import ROWS, text_of
from tests.data.malformed.case import N, Row, accepts, at, changed, quoted, whole, without


def rated(name: str, ratings: Callable[[Row], str], events: Callable[[Row], str] | None = None, **options: Any) -> None:
    """Ratings written in another way; ``events`` says what they mean."""
    accepts(f"ratings {name}", quoted(whole(2, ratings)), whole(2, events or ratings), **options)


def lone_rating(name: str, value: str, kept: int | tuple[int, ...] = N - 1, **options: Any) -> None:
    """One odd rating in the middle of others from 1 to 5."""
    events = without(17) if kept == N - 1 else changed(17, 2, "")
    accepts(
        f"one rating {name}",
        quoted(changed(17, 2, value)),
        events,
        rows=N,
        kept=kept,
        **{"noted": (at(17), "rating"), **options},
    )


rated("in words", lambda row: "five", expects="refuses", words=(at(0), "rating"))
rated("all blank", lambda row: "", expects="either", words="rating")
rated("all equal", lambda row: "4", noted="All ratings|implicit")
rated("as 3.0", lambda row: f"{row[2]}.0")
rated("in half stars", lambda row: f"{int(row[2]) - 0.5}")
rated("from -10 to 10", lambda row: f"{(int(row[2]) - 3) * 4.9:.2f}")
rated("0 and 1", lambda row: str(int(row[2]) % 2))
rated("as play counts", lambda row: str(10 ** int(row[2]) + 7))
rated("with 40 decimals", lambda row: f"{row[2]}.1415926535897932384626433832795028841971")
rated("with plus signs", lambda row: f"+{row[2]}")
rated("with bare points", lambda row: f".{row[2]}")
rated("with blanks around", lambda row: f"  {row[2]} ")
rated("with exponents", lambda row: f"{row[2]}e0")
for what, text in {
    "as 4/5": "{}/5",
    "as 4 stars": "{} stars",
    "as percentages": "{}0%",
    "as stars": "{}★",
    "in euros": "€{}",
    "in brackets": "({})",
}.items():
    rated(what, lambda row, text=text: text.format(row[2]), lambda row: "", expects="either", words=("rating", at(0)))
for what, pair in {
    "of true and false": ("true", "false"),
    "of yes and no": ("yes", "no"),
    "of thumbs": ("👍", "👎"),
    "of like and dislike": ("like", "dislike"),
}.items():
    rated(what, lambda row, pair=pair: pair[int(row[2]) % 2], lambda row: "", expects="either", words=("rating", at(0)))
rated(
    "in full-width digits",
    lambda row: chr(0xFF10 + int(row[2])),
    expects="either",
    words=("rating", at(0)),
    events=lambda row: row[2],
)
rated(
    "in Arabic digits",
    lambda row: chr(0x660 + int(row[2])),
    expects="either",
    words=("rating", at(0)),
    events=lambda row: row[2],
)
rated(
    "on two scales",
    lambda row: row[2] if int(row[0][1]) % 2 else str(int(row[2]) * 20),
    noted="scale|range|spread|100|largest",
)
rated(
    "with letters",
    lambda row: "ABCDE"[int(row[2]) - 1],
    expects="either",
    words=("rating", at(0)),
    events=lambda row: "",
)
for what, value in {
    "NaN": "NaN",
    "inf": "inf",
    "-Infinity": "-Infinity",
    "1e400": "1e400",
    "1e39": "1e39",
    "null": "null",
    "N/A": "#N/A",
    "a dash": "-",
    "4/5": "4/5",
    "4 stars": "4 stars",
    "a formula": "=2+2",
    "a date": "05-Apr",
    "NBSP": "\u00a0",
    "hexadecimal": "0x4",
    "two numbers": "4 5",
    "a number of 400 digits": "9" * 400,
    "markup": "<b>5</b>",
}.items():
    lone_rating(f"of {what}", value)
for what, value in {
    "11": "11",
    "0": "0",
    "-1": "-1",
    "99": "99",
    "-99": "-99",
    "1000": "1000",
    "5.000001": "5.000001",
}.items():
    lone_rating(
        f"of {what} on a scale to 5",
        value,
        (N, N - 1),
        noted="" if value in ("0", "5.000001") else f"scale|range|far from|{at(17)}",
    )
lone_rating("in full-width digits", "\uff14", (N, N - 1), noted="")
lone_rating("with a thousands point", "1.234.567")
for sentinel in ("99", "-1", "0"):
    position_of = [n for n in range(N) if n % 4 == 0]
    rows_with = [(u, i, sentinel if n in position_of else r, t) for n, (u, i, r, t) in enumerate(ROWS)]
    accepts(
        f"{sentinel} for not rated",
        text_of(rows_with),
        rows_with,
        kept=(N, N - len(position_of)),
        noted="" if sentinel == "0" else rf"{sentinel}\b|not rated|scale|range",
    )
accepts(
    "one value in 99.9 % of rows",
    text_of([(f"u{n % 50}", f"i{n // 50}", "5" if n != 500 else "3", str(978_300_000 + n)) for n in range(1000)]),
    [(f"u{n % 50}", f"i{n // 50}", "5" if n != 500 else "3", str(978_300_000 + n)) for n in range(1000)],
    noted="same|one value|99|almost all",
)
accepts("every row twice", text_of(ROWS * 2), ROWS, rows=2 * N, noted="again|repeat|duplicate")
accepts("one row a hundred times", text_of([*ROWS, *[ROWS[3]] * 99]), ROWS, rows=N + 99, noted="again|repeat|duplicate")
accepts(
    "one pair rated twice",
    text_of([*ROWS, ("u0", "i0", "5", "978400000")]),
    [*ROWS[1:], ("u0", "i0", "5", "978400000")],
    rows=N + 1,
    noted="again|repeat|duplicate|conflict",
)
accepts(
    "every pair rated twice",
    text_of([*ROWS, *whole(2, lambda row: str(6 - int(row[2])))]),
    [(*row[:2], "", row[3]) for row in ROWS],
    rows=2 * N,
    noted="again|repeat|duplicate|conflict",
)
