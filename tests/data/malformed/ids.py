"""Ids as people have them: they come out as they were."""

import unicodedata
from collections.abc import Callable
from typing import Any

from tests.data.files import ROWS, text_of
from tests.data.malformed.case import N, Row, accepts, at, changed, either, quoted, refuses, whole, without


def spelled(name: str, ids: Callable[[Row], str], **options: Any) -> None:
    """Users with other ids, which must come out as they are."""
    rows = whole(0, ids)
    accepts(f"ids {name}", quoted(rows), rows, **options)


spelled("of emoji", lambda row: "👩‍👧🏽" + row[0])
spelled("right to left", lambda row: "שלום" + row[0])
spelled("with a right-to-left override", lambda row: "\u202e" + row[0], expects="either", words=at(0))
spelled("of Chinese", lambda row: "电影" + row[0])
spelled("with leading zeros", lambda row: row[0].replace("u", "00"))
spelled("with minus signs", lambda row: row[0].replace("u", "-"))
spelled("with one called 0", lambda row: row[0][1:])
spelled("beyond 2^63", lambda row: str(2**63 + int(row[0][1])))
spelled("beyond 2^53", lambda row: str(2**53 + int(row[0][1])))
spelled("of a hundred digits", lambda row: "9" * 99 + row[0][1])
spelled("in hexadecimal", lambda row: "0x1" + row[0][1])
spelled("with underscores", lambda row: "1_00" + row[0][1])
spelled("of yes and no", lambda row: ("True", "False", "true", "yes", "T")[int(row[0][1])])
spelled("of UUIDs", lambda row: f"550e8400-e29b-41d4-a716-44665544000{row[0][1]}")
spelled("of e-mail addresses", lambda row: f"{row[0]}@example.org")
spelled("of addresses", lambda row: f"https://example.org/{row[0]}?a=1&b=2")
spelled("with commas", lambda row: f"{row[0]}, Ann")
spelled("with quotes", lambda row: f'{row[0]} "Ann"')
spelled("with apostrophes", lambda row: f"'{row[0]}'")
spelled("with slashes", lambda row: f"../{row[0]}\\x")
spelled("with line ends", lambda row: f"{row[0]}\nAnn")
spelled("with U+2028 and U+0085", lambda row: f"{row[0]}\u2028A\u0085B")
spelled("with form feeds", lambda row: f"{row[0]}\x0cA\x0bB", expects="either", words=f"binary|{at(0)}")
spelled("that are formulas", lambda row: f"=1+{row[0][1]}")
spelled("that begin with + or @", lambda row: ("+" if int(row[0][1]) % 2 else "@") + row[0])
spelled("of markup", lambda row: f"<img src=x onerror=alert({row[0][1]})>")
spelled("of templates", lambda row: f"{{{{7*7}}}} %s {{0}} ${{x}} {row[0]}")
spelled("of SQL", lambda row: f"'; DROP TABLE users; -- {row[0]}")
spelled("mixed of numbers and words", lambda row: row[0] if int(row[0][1]) % 2 else row[0][1])
spelled("7 and 7.0", lambda row: ("7", "7.0", "7.00", "07", "8")[int(row[0][1])])
spelled("with floats", lambda row: f"{row[0][1]}.0")
spelled("with fractions", lambda row: f"{row[0][1]}.5", expects="either", words="user")
spelled(
    "as Excel damages them",
    lambda row: f"1.2345{row[0][1]}E+15",
    noted="scientific|Excel|exponent|spreadsheet",
    expects="either",
    words="user",
)
spelled(
    "1e5", lambda row: f"1e{row[0][1]}", noted="scientific|Excel|exponent|spreadsheet", expects="either", words="user"
)
spelled("NA, None, null, nan", lambda row: ("NA", "None", "null", "nan", "u4")[int(row[0][1])], noted="NA|null")
spelled(
    "with a look-alike letter",
    lambda row: "\u0430" if row[0] == "u0" else "a" if row[0] == "u1" else row[0],
    noted="alike|look|letters|script",
)
spelled(
    "composed and decomposed",
    lambda row: "é" if row[0] == "u0" else unicodedata.normalize("NFD", "é") if row[0] == "u1" else row[0],
    noted="alike|look|Unicode|composed|written",
)
spelled("in two cases", lambda row: "Ann" if row[0] == "u0" else "ann" if row[0] == "u1" else row[0])
accepts(
    "ids equal for users and items",
    text_of([(u[1], i[1], r, t) for u, i, r, t in ROWS]),
    [(u[1], i[1], r, t) for u, i, r, t in ROWS],
)
for what, blank in {
    "a blank": " ",
    "a no-break space": "\u00a0",
    "a zero-width space": "\u200b",
    "a word joiner": "\u2060",
    "a mark": "\ufeff",
    "a tab": "\t",
    "an ideographic space": "\u3000",
}.items():
    accepts(
        f"ids with {what} around",
        quoted(changed(17, 0, blank + ROWS[17][0] + blank)),
        noted="blank|space|trim|invisible|joined",
    )
    either(f"ids of {what} only", quoted(changed(17, 0, blank)), without(17), rows=N, noted=at(17), words=at(17))
accepts(
    "ids with blanks, twice",
    text_of([*ROWS, (" u0 ", "i0", "1", "1")]),
    ROWS,
    rows=N + 1,
    noted="blank|joined|again|repeat",
)
for length in (1_001, 10_000, 1_000_000):
    either(
        f"id of {length:,} characters",
        text_of(changed(17, 0, "x" * length)),
        without(17),
        rows=N,
        noted=(at(17), "user_id"),
        words=at(17),
    )
either(
    "id of 20 MB",
    lambda: text_of(changed(17, 0, "x" * 20_000_000)).encode(),
    without(17),
    rows=N,
    noted=at(17),
    words=r"line 19|row 18",
)
either("ids of 10 kB throughout", text_of(whole(0, lambda row: row[0] * 5000)), None, rows=N, words=(at(0), "user"))
accepts(
    "100,000 people",
    lambda: text_of([(f"user{n}", f"i{n % 997}", str(n % 5), "") for n in range(100_000)]).encode(),
    None,
    rows=100_000,
    kept=100_000,
)
refuses("no user in any row", text_of(whole(0, lambda row: "")), "user", at(0))
refuses("no item in most rows", text_of(changed(0, 1, *[""] * 30)), "item", at(0))
