"""Delimiters, quotes, line ends, ragged rows, and lines that are no events."""

import gzip

from tests.data.files import HEADER, ROWS, text_of
from tests.data.malformed.case import (
    ITEM_HEADER,
    ITEMS,
    WHERE,
    N,
    accepts,
    at,
    changed,
    either,
    inserted,
    joined,
    lines_of,
    quoted,
    refuses,
    whole,
    without,
)

for delimiter, what in {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar", "::": "colons", " ": "space"}.items():
    accepts(f"{what} without header", text_of(delimiter=delimiter, header=None), file="ratings.dat")
    accepts(
        f"{what} quoted throughout",
        quoted(ROWS, delimiter=delimiter).replace('"user_id"', "user_id", 1),
        file="ratings.txt",
    )
    if delimiter == " ":
        continue
    for where, position in WHERE.items():
        options = {"rows": N + 1, "noted": at(position), "file": "ratings.txt"}
        accepts(
            f"{what}: one field more {where}",
            inserted(position, delimiter.join(["u9", "i9", "5", "9", "9"]), delimiter=delimiter),
            **options,
        )
        accepts(
            f"{what}: one field less {where}",
            inserted(position, delimiter.join(["u9", "i9"]), delimiter=delimiter),
            **options,
        )
    accepts(
        f"{what}: 15 fields in the middle",
        inserted(17, delimiter.join("123456789abcdef"), delimiter=delimiter),
        rows=N + 1,
        noted=at(17),
    )
    accepts(
        f"{what}: another delimiter in one row",
        inserted(17, "/".join(ROWS[17]), delimiter=delimiter),
        rows=N + 1,
        noted=at(17),
    )
    accepts(
        f"{what}: the header again in the middle",
        inserted(17, delimiter.join(HEADER), delimiter=delimiter),
        rows=(N, N + 1),
        noted=rf"header|{at(17)}",
    )
either("single colon", text_of(delimiter=":"), words="text|column|delimiter")
either("two tabs", text_of(delimiter="\t\t"), words="text|column|delimiter|row")
either(
    "several blanks, aligned",
    joined(f"{u:<8}{i:<8}{r:<4}{t}" for u, i, r, t in [HEADER, *ROWS]).replace("timestamp", " timestamp"),
    words="text|column|delimiter|row|line|header",
)
either("comma and blank as delimiter", text_of(delimiter=", "), words="column|row|line")
either(
    "blank before quotes",
    "".join('"' + '", "'.join(row) + '"\n' for row in [HEADER, *ROWS]),
    words="column|row|line|quote",
)
either("caret", text_of(delimiter="^"), words="text|column|delimiter")
either("written \\t", text_of(delimiter="\\t"), words="text|column|delimiter")
either("unit separators", text_of(delimiter="\x1f"), words="text|column|delimiter|binary")
accepts(
    "decimal commas with semicolons",
    text_of(whole(2, lambda row: f"{row[2]},5"), ";"),
    whole(2, lambda row: f"{row[2]}.5"),
)
accepts(
    "decimal commas with tabs", text_of(whole(2, lambda row: f"{row[2]},5"), "\t"), whole(2, lambda row: f"{row[2]}.5")
)
either(
    "decimal commas in quotes",
    quoted(whole(2, lambda row: f"{row[2]},5")),
    whole(2, lambda row: f"{row[2]}.5"),
    words=("rating", at(0)),
)
refuses(
    "decimal commas with commas", text_of([(u, i, f"{r},5") for u, i, r, _ in ROWS], header=HEADER[:3]), "line 2|row 1"
)
either(
    "a number with a thousands comma",
    quoted(changed(17, 2, "1,234")),
    changed(17, 2, "1234"),
    rows=N,
    kept=(N, N - 1),
    noted=at(17),
    words=at(17),
)
for end, what in {"\r": "CR", "\r\n": "CRLF", "\n\r": "LFCR", "\r\r\n": "CRCRLF"}.items():
    (accepts if len(end) < 3 and end != "\n\r" else either)(
        f"line ends {what}", text_of().replace("\n", end), words="line|row|text"
    )
accepts("line ends mixed", text_of().replace("\n", "\r\n", 9).replace("\r\n", "\r", 4))
either("line ends of vertical tabs", text_of().replace("\n", "\x0b"), words="text|row|line|binary|column|small|header")
accepts(
    "a quoted line end of each kind",
    quoted([*ROWS[:20], ("a\nb\r\nc\rd", "i1", "4", "978300099"), *ROWS[20:]]),
    [*ROWS, ("a\nb\r\nc\rd", "i1", "4", "978300099")],
)
accepts("blank lines between", text_of().replace("\n", "\n\n"))
accepts("blank lines before and behind", "\n\n \n" + text_of() + "\n \n\n")
accepts("lines of delimiters between", inserted(17, ",,,", ",,,"), rows=(N, N + 2), noted="|row|line")
either(
    "apostrophes as quotes",
    "".join(",".join(f"'{text}'" for text in row) + "\n" for row in [HEADER, *ROWS]),
    words=r"'|quote|row|column",
)
either(
    "apostrophes as quotes around delimiters",
    text_of(whole(1, lambda row: f"'a,{row[1]}'")),
    whole(1, lambda row: f"a,{row[1]}"),
    words="line 2|row 1",
)
either("backslash before a quote", text_of(changed(17, 1, '"a\\"b"')), None, rows=N, kept=(N, N - 1), words=at(17))
either("backslash before a delimiter", text_of(changed(17, 1, "a\\,b")), None, rows=N, kept=(N, N - 1), words=at(17))
for where, position in WHERE.items():
    refuses(
        f"quote never closed {where} of many rows",
        lambda position=position: text_of(changed(position, 1, '"i1') + ROWS * 6000).encode(),
        at(position),
    )
    either(
        f"quote never closed {where}",
        text_of(changed(position, 0, '"u1')),
        without(position),
        rows=N,
        kept=N - 1,
        noted=at(position),
        words=at(position),
    )
    either(
        f"quote inside a quoted field {where}",
        text_of(changed(position, 1, '"a "b" c"')),
        without(position),
        rows=N,
        noted=at(position),
        words=at(position),
    )
    either(
        f"text behind a quote {where}",
        text_of(changed(position, 1, '"a"b')),
        without(position),
        rows=N,
        noted=at(position),
        words=at(position),
    )
    accepts(f"a lone quote in a field {where}", text_of(changed(position, 1, 'a"b')), changed(position, 1, 'a"b'))
accepts("a lone quote with tabs", text_of(changed(17, 1, '"i1'), "\t"), changed(17, 1, '"i1'), file="ratings.tsv")
refuses(
    "quote never closed gz",
    gzip.compress(text_of(changed(17, 1, '"i1', rows=ROWS * 9)).encode()),
    at(17),
    file="ratings.csv.gz",
)
refuses("quote never closed in the header", '"' + text_of(), "header|line 1|quote")
accepts("blanks behind delimiters", text_of(delimiter=", ").replace(", ", ",  "))
accepts("delimiter at every end", text_of([(*row, "") for row in ROWS], header=(*HEADER, "")))
accepts("delimiter at every end but the header's", text_of([(*row, "") for row in ROWS]))
accepts("three empty columns behind", text_of([(*row, "", "", "") for row in ROWS], header=(*HEADER, "", "", "")))
refuses("a field more in every row", text_of([(*row, "999") for row in ROWS]), "line 2|row 1")
refuses("a field less in every row", text_of([row[:3] for row in ROWS]), "line 2|row 1")
refuses(
    "a field more in most rows",
    text_of([(*row, "9") if n > 9 else row for n, row in enumerate(ROWS)]),
    r"(line|row) \d+",
)
either(
    "delimiter changes half-way",
    text_of(ROWS[:15]) + text_of(ROWS[15:], ";", None),
    rows=(N, N + 1),
    kept=(15, 20),
    noted=r"(line|row) \d+",
    words=r"(line|row) \d+",
)
for what, preamble in {
    "one line of words": ["Ratings of the shop"],
    "hash lines": ["# exported by shop 2.1", "# 2024-05-01"],
    "hash lines with delimiters": ["# user, item, rating, time", "# a,b,c,d"],
    "a title and a blank line": ["Ratings of the shop,,,", ""],
}.items():
    either(
        f"preamble of {what}",
        joined(preamble) + text_of(),
        rows=tuple(range(N, N + 4)),
        kept=N,
        words="line|row|header|column",
        noted="skip|line|row|left out",
    )
either("hash before the names", "#" + text_of(), words="column|header")
for what, line in {
    "total": "Total,,121,",
    "note": "exported on 2024-05-01",
    "end mark": "-- end --",
    "count": "(35 rows affected)",
    "dots": "...",
}.items():
    accepts(f"footer with a {what}", text_of() + line + "\n", rows=(N, N + 1), noted=rf"foot|skip|{at(N)}")
accepts(
    "footer behind a blank line", text_of() + "\nTotal: 35 rows\n", rows=(N, N + 1), noted="foot|skip|line 38|row 36"
)
for where, position in (("first", 0), ("last", N)):
    accepts(
        f"the header again {where}",
        inserted(position, ",".join(HEADER)),
        rows=(N, N + 1),
        noted=rf"header|{at(position)}",
    )
accepts(
    "the header again three times", inserted(17, *[",".join(HEADER)] * 3), rows=(N, N + 3), noted=rf"header|{at(17)}"
)
accepts(
    "the header again in capitals", inserted(17, ",".join(HEADER).upper()), rows=(N, N + 1), noted=rf"header|{at(17)}"
)
accepts(
    "the header again without numbers",
    "user_id,item_id\n"
    + text_of([row[:2] for row in ROWS[:20]], header=None)
    + "user_id,item_id\n"
    + text_of([row[:2] for row in ROWS[20:]], header=None),
    [(*row[:2], "", "") for row in ROWS],
    rows=(N, N + 1),
    noted="header",
)
either(
    "a second line of units",
    inserted(0, "text,text,1-5,unix"),
    rows=(N, N + 1),
    noted=rf"header|{at(0)}",
    words=f"header|{at(0)}",
)
either(
    "names on two lines",
    joined(["who,what,how,when", ",".join(HEADER), *lines_of()[1:]]),
    rows=(N, N + 1),
    noted="header|row|line",
    words="header|row|line|column",
)
for delimiter in (";", ",", "\t"):
    accepts(
        f"sep={delimiter!r} as Excel writes it",
        f"sep={delimiter}\r\n" + text_of(delimiter=delimiter).replace("\n", "\r\n"),
    )
either(
    "two tables, one below the other",
    text_of() + "\n" + text_of(ITEMS, header=ITEM_HEADER),
    rows=N + 8,
    noted="line 38|row 36",
    words="line 38|row 36",
)
either(
    "two tables of one shape",
    text_of() + "\nitem_id,title,genres,year\n" + "".join(f"i{n},Film {n},Drama,1999\n" for n in range(7)),
    None,
    rows=N + 8,
    kept=N,
    noted="header|line 38|row 36",
    words="line 38|row 36",
)
accepts(
    "two exports, one behind the other",
    text_of(ROWS[:20]) + text_of(ROWS[20:]),
    rows=(N, N + 1),
    noted="header|row 21|line 22",
)
