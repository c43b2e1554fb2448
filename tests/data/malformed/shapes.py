"""Headers, numbers of columns, wide matrices, and how events are spread."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.data.files import HEADER, ROWS, text_of
from tests.data.malformed.case import N, accepts, at, either, inserted, joined, refuses, untimed, whole

# Header and shape


def named(name: str, *header: str, **options: Any) -> None:
    accepts(f"names {name}", text_of(header=header), **options)


accepts("no header", text_of(header=None), noted="column 1|told by|guess")
refuses("two columns of one name", text_of(header=("user_id", "item_id", "rating", "rating")), '"rating"')
refuses("two users", text_of(header=("user_id", "user_id", "rating", "timestamp")), '"user_id"')
either(
    "names that differ in case", text_of([(*row, "x") for row in ROWS], header=(*HEADER, "Rating")), words="[Rr]ating"
)
named("all empty", "", "", "", "", expects="either", rows=(N, N + 1), words="header|column|name")
named("one empty", "", "item_id", "rating", "timestamp", expects="either", words="user|column")
named("in capitals and blanks", " User ID ", "ITEM-ID", "  Rating", "Time Stamp ")
named("in camels", "userId", "movieId", "rating", "timestamp")
named("of RecBole", "user_id:token", "item_id:token", "rating:float", "timestamp:float")
named("in German", "Benutzer", "Artikel", "Bewertung", "Zeitpunkt", expects="either", words=("Benutzer", "Artikel"))
named("in Chinese", "用户", "物品", "评分", "时间", expects="either", words=("用户", "物品"))
named("that say nothing", "a", "b", "c", "d", expects="either", words=("user|item", '"a"'))
named("with quotes", '"user_id"', '"item_id"', '"rating"', '"timestamp"')
named(
    "with markup",
    "user_id",
    "item_id",
    "rating",
    "<script>alert(1)</script>",
    expects="either",
    words="script",
    events=untimed(),
)
named(
    "with a right-to-left override",
    "user_id",
    "item_id",
    "rating",
    "\u202etime",
    expects="either",
    words="time",
    events=untimed(),
)
named("with line ends", "user_id", "item_id", "rating", '"time\nstamp"', expects="either", words="header|line 1")
named("with a NUL", "user_id", "item_id", "rating", "time\0stamp", expects="either", words="NUL|line 1|column")
for extra in (
    "__index_level_0__",
    "index",
    "Unnamed: 0",
    "",
    "rowid",
    "filename",
    "c0",
    "x'); DROP TABLE t;--",
    "=cmd|' /C calc'!A0",
    "{{7*7}}",
    "🎬",
    "SELECT",
    "a.b",
    'q""q',
):
    text = text_of([(str(n), *row) for n, row in enumerate(ROWS)], header=(f'"{extra}"', *HEADER))
    accepts(f"a column {extra or 'without name'!r} before", text)
accepts("a name of 10 kB", text_of([(*row, "x") for row in ROWS], header=(*HEADER, "n" * 10_000)))
refuses("a header of 600 kB", "n" * 600_000 + "," + text_of(), "line|row|column|header")
either(
    "a header of 600 kB in one name",
    text_of(header=("user_id", "item_id", "rating", "n" * 600_000)),
    untimed(),
    words="column|header|line",
)
accepts(
    "1,024 columns", text_of([(*row, *["0"] * 1020) for row in ROWS], header=(*HEADER, *(f"c{n}" for n in range(1020))))
)
for columns in (10_000, 17_000):
    either(
        f"{columns:,} columns",
        partial(
            lambda columns: text_of(
                [(*row, *["0"] * columns) for row in ROWS[:12]], header=(*HEADER, *(f"c{n}" for n in range(columns)))
            ).encode(),
            columns,
        ),
        ROWS[:12],
        words="columns",
    )
refuses(
    "1,000,000 columns",
    lambda: (",".join(f"c{n}" for n in range(1_000_000)) + "\n" + ",".join("1" * 1_000_000) + "\n").encode(),
    "column|field",
)
refuses("one row of 1,000,000 fields", lambda: inserted(17, "1," * 1_000_000).encode(), at(17))
accepts(
    "two columns",
    text_of([row[:2] for row in ROWS], header=HEADER[:2]),
    [(*row[:2], "", "") for row in ROWS],
    noted="implicit|who met what",
)
either(
    "no rating column",
    text_of([(u, i, t) for u, i, _, t in ROWS], header=("user_id", "item_id", "timestamp")),
    [(u, i, "", t) for u, i, _, t in ROWS],
    words="rating",
    noted="implicit|who met what",
)
refuses(
    "no item column",
    text_of([(u, "some words about it " + i, r) for u, i, r, _ in ROWS], header=("user_id", "comment", "rating")),
    "item",
    "comment",
)
refuses(
    "no user column",
    text_of([("words on the whole matter " + u, i, r) for u, i, r, _ in ROWS], header=("comment", "item_id", "rating")),
    "user",
    "comment",
)
refuses(
    "an item table",
    text_of(
        [(f"i{n}", f"The long title of film {n}", "Drama|War", "1999") for n in range(30)],
        header=("item_id", "title", "genres", "year"),
    ),
    "user",
)
refuses("one column", "rating\n" + "5\n" * 30, "column|text|table")
accepts(
    "users and items named the wrong way round",
    text_of(header=("item_id", "user_id", "rating", "timestamp")),
    [(i, u, r, t) for u, i, r, t in ROWS],
)
accepts("columns in another order", text_of([row[::-1] for row in ROWS], header=HEADER[::-1]))

# Wide matrices: one row a person, one column an item.
CELLS = {(user, item): (user * 3 + item * 5) % 6 for user in range(12) for item in range(9)}  # 0 stands for none
RATED = [(f"p{user}", f"j{item}", str(value), "") for (user, item), value in CELLS.items() if value]


def wide(
    none: str, header: bool = True, ids: bool = True, delimiter: str = ",", scale: Callable[[int], str] = str
) -> str:
    lines = [delimiter.join([*["user_id"] * ids, *(f"j{item}" for item in range(9))])] * header
    for user in range(12):
        cells = [scale(CELLS[user, item]) if CELLS[user, item] else none for item in range(9)]
        lines.append(delimiter.join([*[f"p{user}"] * ids, *cells]))
    return joined(lines)


WIDE = {"kept": len(RATED), "rows": (len(RATED), len(CELLS), 12), "words": "wide|matrix|row per|one event|column|item"}
for none in ("99", "-1", "", "NaN"):
    either(f"wide matrix with {none or 'blanks'} for none", wide(none), RATED, **WIDE)
either(
    "wide matrix of zeros and more",
    wide("0"),
    [(f"p{user}", f"j{item}", str(value), "") for (user, item), value in CELLS.items()],
    **{**WIDE, "kept": (len(RATED), len(CELLS))},
)
either("wide matrix without ids", wide("99", ids=False), None, **WIDE)
either("wide matrix without header", wide("99", header=False), None, **WIDE)
either(
    "wide matrix as in Jester",
    joined(
        ",".join(
            [
                str(sum(1 for item in range(9) if CELLS[user, item])),
                *(f"{CELLS[user, item] - 3.25:.2f}" if CELLS[user, item] else "99" for item in range(9)),
            ]
        )
        for user in range(12)
    ),
    None,
    **WIDE,
)
either(
    "wide matrix with semicolons and decimal commas",
    wide("", delimiter=";", scale=lambda value: f"{value},5"),
    whole(2, lambda row: f"{row[2]}.5", RATED),
    **WIDE,
)
either("wide matrix with a blank behind an id", wide("99").replace("p3,", "p3 ,", 1), RATED, **WIDE)


# Size and structure

EACH_ONE = [(f"u{n}", f"i{n % 7}", r, t) for n, (_, _, r, t) in enumerate(ROWS)]
accepts("everybody rates once", text_of(EACH_ONE), EACH_ONE, noted="one event|one rating|once|single|1 event")
ONE_HOLDS = [("u0", f"i{n}", str(1 + n % 5), "") for n in range(90)] + [
    (f"u{1 + n % 5}", f"i{n}", str(1 + n % 5), "") for n in range(10)
]
accepts("one person holds nine tenths", text_of([row[:3] for row in ONE_HOLDS], header=HEADER[:3]), ONE_HOLDS)
ISLANDS = [(f"{side}{u}", f"{side}{i}", r, t) for side in "ab" for u, i, r, t in ROWS]
accepts("two groups that share nothing", text_of(ISLANDS), ISLANDS)
refuses("nothing is left", text_of(whole(2, lambda row: "nan")), "rating", at(0))
refuses(
    "most rows have other faults",
    text_of([("", *row[1:]) if n % 2 else (*row[:2], "inf", row[3]) for n, row in enumerate(ROWS)]),
    r"(row|line) \d",
    "35 of 35|35 rows",
)
accepts(
    "10,000 rows",
    lambda: text_of([(f"u{n % 100}", f"i{n // 100}", str(n % 5), "978300000") for n in range(10_000)]).encode(),
    None,
    rows=10_000,
    kept=10_000,
)
