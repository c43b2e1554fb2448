"""Item files: malformed ones, and titles that must stay inert."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from tests.data.files import text_of
from tests.data.malformed.archives import PACKED_TABLE
from tests.data.malformed.case import ITEM_HEADER, ITEMS, TITLES, Content, accepts, changed, quoted, refuses
from tests.data.malformed.formats import FORMATS, zipped
from tests.data.malformed.other_files import ELSE


def with_items(
    name: str, content: Content, titles: Mapping[str, str] | None = TITLES, file: str = "items.csv", **options: Any
) -> None:
    accepts(f"items {name}", text_of(), items=(file, content), titles=titles, **options)


for kind, (file, write_as) in FORMATS.items():
    with_items(
        f"sound {kind}",
        partial(
            write_as, [(*row[:2], row[2].replace("|", "/")) for row in ITEMS] if kind == "bar" else ITEMS, ITEM_HEADER
        ),
        file=file.replace("ratings", "items"),
    )
for what, (content, words) in {name: ELSE[name] for name in ("web page", "pickle", "random bytes", "PDF")}.items():
    refuses(f"items that are a {what}", text_of(), words, items=("items.csv", content))
for what, content, words in (
    ("empty", b"", "empty"),
    ("of a header only", ",".join(ITEM_HEADER) + "\n", "no rows|empty"),
    ("without ids", text_of([row[1:] for row in ITEMS], header=ITEM_HEADER[1:]), "item|id|column"),
    ("without details", text_of([(row[0], "7") for row in ITEMS], header=("item_id", "weight")), "title|weight"),
    ("with foreign ids", text_of([("x" + row[0], *row[1:]) for row in ITEMS], header=ITEM_HEADER), "fits|match|join"),
    ("with a quote never closed", text_of(changed(3, 1, '"Film', rows=ITEMS), header=ITEM_HEADER), "line 5|row 4"),
    ("with a column twice", text_of(ITEMS, header=("item_id", "title", "title")), '"title"'),
    ("with a field more in every row", text_of([(*row, "x") for row in ITEMS], header=ITEM_HEADER), "line 2|row 1"),
    (
        "with 10,000 columns",
        ",".join(["item_id", *(f"c{n}" for n in range(10_000))]) + "\n" + "0," * 10_000 + "0\n",
        "column|field",
    ),
    ("in a gz that is cut", PACKED_TABLE[:60], "gzip|cut|damaged|incomplete"),
):
    refuses(f"items {what}", text_of(), words, items=("items.csv", content))
refuses(
    "items in a zip bomb",
    text_of(),
    "NUL|large|size|times|MB|GB|binary",
    items=("items.zip", lambda: zipped(("items.csv", bytes(200 << 20)))),
)
with_items(
    "in Latin-1",
    text_of([(i, "Amélie", g) for i, _, g in ITEMS], header=ITEM_HEADER).encode("latin-1"),
    dict.fromkeys(TITLES, "Amélie"),
    noted="Windows-1252|Latin-1",
)
with_items(
    "in UTF-16",
    text_of([(i, "Amélie", g) for i, _, g in ITEMS], header=ITEM_HEADER).encode("utf-16"),
    dict.fromkeys(TITLES, "Amélie"),
)
with_items(
    "with a short row",
    text_of(ITEMS[:6], header=ITEM_HEADER) + "i6\n",
    {i: t for i, t in TITLES.items() if i != "i6"},
    noted="line 8|row 7",
)
with_items(
    "with a row missing",
    text_of(ITEMS[:6], header=ITEM_HEADER),
    {i: t for i, t in TITLES.items() if i != "i6"},
    noted="1 item.*items.csv|i6",
)
with_items("with rows that nobody rated", text_of([*ITEMS, ("cold", "Cold film", "")], header=ITEM_HEADER))
with_items(
    "with one id twice",
    text_of([*ITEMS, ("i0", "Another", "")], header=ITEM_HEADER),
    noted="repeat|again|twice|more than once|same id|seen before",
)
with_items(
    "with a NUL",
    text_of(changed(3, 1, "a\0b", rows=ITEMS), header=ITEM_HEADER),
    None,
    expects="either",
    words="NUL|line 5|row 4",
)
with_items("with blank ids", text_of([*ITEMS, ("", "Nobody", ""), ("", "Nothing", "")], header=ITEM_HEADER))
HOSTILE = {
    "a formula": "=cmd|'/c calc'!A1",
    "a plus formula": "+1+cmd|' /C calc'!A0",
    "a minus formula": "-2+3+cmd|' /C calc'!A0",
    "an at formula": "@SUM(1+1)*cmd|' /C calc'!A0",
    "a script": "<script>alert(1)</script>",
    "a picture that fails": "<img src=x onerror=alert(1)>",
    "an SVG": "<svg onload=alert(1)>",
    "a script address": "javascript:alert(1)",
    "an entity": "&lt;b&gt; &amp; &#60;",
    "a Markdown picture": "![x](https://example.org/x.png)",
    "a Markdown link": "[click](javascript:alert(1))",
    "a Markdown heading": "# Heading",
    "a Markdown table": "| a | b |",
    "LaTeX": "$\\frac{1}{0}$ $$x$$",
    "a Streamlit colour": ":red[x] :material/home: :smile:",
    "a template": "{{7*7}} ${7*7} <%= 7*7 %>",
    "format marks": "%s %n {0} {x!r}",
    "SQL": "Robert'); DROP TABLE items;--",
    "a path": "../../etc/passwd",
    "an apostrophe": "'tis",
    "emoji": "👩‍👩‍👧 🎬",
    "right-to-left text": "מלחמת הכוכבים",
    "Arabic": "حرب النجوم",
    "combining marks": "Z̷a̷l̷g̷o̷",
    "a no-break hyphen": "Spider\u2011Man",
    "a null word": "null",
    "a number": "007",
}
for what, title in HOSTILE.items():
    made = [(i, title, g) for i, _, g in ITEMS]
    with_items(f"titled with {what}", quoted(made, ITEM_HEADER), dict.fromkeys(TITLES, title))
for what, title, seen in (
    ("line ends", "Line one\r\n2024-01-01 ERROR forged", "Line one 2024-01-01 ERROR forged"),
    ("a right-to-left override", "evil\u202egpj.exe", "evilgpj.exe"),
    ("an escape sequence", "a\x1b[31mb", "a[31mb"),
    ("a bell and a backspace", "a\x07\x08b", "ab"),
    ("a tab before a formula", "\t=1+1", "=1+1"),
):
    with_items(f"titled with {what}", quoted(changed(0, 1, title, rows=ITEMS), ITEM_HEADER), {**TITLES, "i0": seen})
with_items(
    "titled with 1 MB",
    text_of([("i0", "x" * 1_000_000, ""), *ITEMS[1:]], header=ITEM_HEADER),
    {i: t for i, t in TITLES.items() if i != "i0"},
)
with_items(
    "with a text of 3 MB",
    text_of([("i0", "x" * 3_000_000, ""), *ITEMS[1:]], header=ITEM_HEADER),
    {i: t for i, t in TITLES.items() if i != "i0"},
    expects="either",
    words="line 2|row 1",
)
with_items(
    "with texts on several lines",
    quoted([(*row, 'first\nsecond, "third"\n\nfourth') for row in ITEMS], (*ITEM_HEADER, "text")),
)
