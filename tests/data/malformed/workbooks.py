"""Excel: sheets, headers, formulas, dates, and damaged or hostile files."""

from collections.abc import Sequence
from typing import Any

from tests.data.files import HEADER, ROWS
from tests.data.malformed.case import N, Row, in_file, near, untimed, whole, without
from tests.data.malformed.formats import rezipped, workbook, zipped
from tests.data.malformed.other_files import OLD_EXCEL

xlsx_accepts, xlsx_either, xlsx_refuses = in_file("ratings.xlsx")
SHEET: list[Sequence[Any]] = [HEADER, *([u, i, int(r), int(t)] for u, i, r, t in ROWS)]


def sheet_with(position: int, column: int, value: Any) -> list[Sequence[Any]]:
    cells = [list(row) for row in SHEET]
    cells[position + 1][column] = value
    return cells


def moment(row: Row) -> Any:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(int(row[3]), UTC).replace(tzinfo=None)


def with_entity(xml: bytes, declared: bytes, used: bytes) -> bytes:
    body = xml.partition(b"?>")[2] if xml.startswith(b"<?xml") else xml
    return b"<!DOCTYPE x [" + declared + b"]>" + body.replace(b"<v>1</v>", b"<v>" + used + b"</v>")


def laughing(xml: bytes) -> bytes:
    """A sheet whose first text is a billion laughs."""
    levels = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    return with_entity(xml, b'<!ENTITY l0 "ha">' + levels, b"&l9;")


def reaching_out(xml: bytes) -> bytes:
    """A sheet that asks for a file of the server."""
    return with_entity(xml, b'<!ENTITY e SYSTEM "file:///etc/passwd">', b"&e;")


def spaced(xml: bytes) -> bytes:
    return xml.replace(b"</sheetData>", b" " * (150 << 20) + b"</sheetData>")


def hide_first(book: Any) -> None:
    book.worksheets[0].sheet_state = "hidden"
    book.active = 1


def merge_header(book: Any) -> None:
    book.worksheets[0].merge_cells("A1:B1")


def chart_only() -> bytes:
    return workbook([["x"]], finish=lambda book: (book.create_chartsheet("Chart"), book.remove(book.worksheets[0])))


xlsx_either(
    "xlsx with two sheets of ratings",
    lambda: workbook(SHEET, SHEET, names=("January", "February")),
    noted="January",
    words=("January", "February"),
)
xlsx_either(
    "xlsx with notes before the ratings",
    lambda: workbook([["Read me"], ["Made in May"]], SHEET, names=("Notes", "Ratings")),
    words=("Notes", "Ratings"),
)
xlsx_accepts("xlsx with an empty second sheet", lambda: workbook(SHEET, [], names=("Ratings", "Sheet2")))
xlsx_either(
    "xlsx with a hidden first sheet",
    lambda: workbook([["secret"]], SHEET, names=("Hidden", "Ratings"), finish=hide_first),
    words="Ratings|sheet",
)
xlsx_either(
    "xlsx with a merged header",
    lambda: workbook([["ids", None, "how much", "when"], *SHEET], finish=merge_header),
    rows=(N, N + 1),
    kept=N,
    words="header|merged|row|column|sheet",
)
xlsx_refuses(
    "xlsx with formulas and no values",
    lambda: workbook([HEADER, *([u, i, f"=1+{r}", int(t)] for u, i, r, t in ROWS)]),
    "rating|formula|column",
)
xlsx_accepts(
    "xlsx with one formula without a value",
    lambda: workbook(sheet_with(17, 2, "=2+3")),
    without(17),
    rows=N,
    noted=(near(17), "rating"),
)
xlsx_accepts(
    "xlsx with an error cell",
    lambda: workbook(sheet_with(17, 2, "#DIV/0!")),
    without(17),
    rows=N,
    noted=(near(17), "rating"),
)
xlsx_accepts(
    "xlsx with dates",
    lambda: workbook([HEADER, *([u, i, int(r), moment(row)] for row in ROWS for u, i, r, _ in [row])]),
)
xlsx_either(
    "xlsx with dates as bare serials",
    lambda: workbook([HEADER, *([u, i, int(r), int(t) / 86400 + 25569] for u, i, r, t in ROWS)]),
    untimed(),
    words=("timestamp", r"\brow|\bline|column"),
)
xlsx_accepts(
    "xlsx with whole numbers as ids",
    lambda: workbook([HEADER, *([int(u[1]), int(i[1]) + 100, int(r), int(t)] for u, i, r, t in ROWS)]),
    [(u[1], f"10{i[1]}", r, t) for u, i, r, t in ROWS],
)
xlsx_accepts(
    "xlsx with leading zeros in text",
    lambda: workbook([HEADER, *((u.replace("u", "00"), i, int(r), int(t)) for u, i, r, t in ROWS)]),
    whole(0, lambda row: row[0].replace("u", "00")),
)
xlsx_accepts(
    "xlsx with half stars",
    lambda: workbook([HEADER, *((u, i, int(r) - 0.5, int(t)) for u, i, r, t in ROWS)]),
    whole(2, lambda row: str(int(row[2]) - 0.5)),
)
xlsx_accepts(
    "xlsx with blank rows between", lambda: workbook([*SHEET[:9], [], [None] * 4, *SHEET[9:]]), rows=(N, N + 2)
)
xlsx_either(
    "xlsx with blank rows before",
    lambda: workbook([[], [], *SHEET]),
    rows=tuple(range(N, N + 4)),
    kept=N,
    words="header|empty|row|column",
)
xlsx_either(
    "xlsx with a title above",
    lambda: workbook([["Ratings of May"], [], *SHEET]),
    rows=(N, N + 1, N + 2),
    kept=N,
    words="header|row|column",
)
xlsx_either(
    "xlsx that begins in column C", lambda: workbook([[None, None, *row] for row in SHEET]), words="header|column"
)
xlsx_accepts("xlsx with an empty column behind", lambda: workbook([[*row, None] for row in SHEET]))
xlsx_accepts(
    "xlsx with markup and formulas as text",
    lambda: workbook([HEADER, *(("<b>" + u, "'" + i, int(r), int(t)) for u, i, r, t in ROWS)]),
    [("<b>" + u, "'" + i, r, t) for u, i, r, t in ROWS],
)
xlsx_either(
    "xlsx with yes and no as ratings",
    lambda: workbook([HEADER, *((u, i, int(r) > 2, int(t)) for u, i, r, t in ROWS)]),
    whole(2, lambda row: str(int(int(row[2]) > 2))),
    words=("rating", near(0)),
)
xlsx_refuses("xlsx without cells", lambda: workbook([]), "empty|no |sheet")
xlsx_refuses("xlsx with a chart only", chart_only, "sheet|empty|Excel|table")
xlsx_refuses(
    "xlsx with 5,000 columns", lambda: workbook([[f"c{n}" for n in range(5000)], list(range(5000))]), "column|small"
)
xlsx_refuses("xlsx behind a password", OLD_EXCEL, "Excel|password|encrypt|protect")
xlsx_refuses("xlsx without a workbook", lambda: zipped(("[Content_Types].xml", b"<Types/>")), "Excel|damaged|sheet|zip")
xlsx_refuses(
    "xlsx with broken XML",
    lambda: rezipped(workbook(SHEET), sheet1=lambda xml: xml[: len(xml) // 2]),
    "Excel|damaged|XML|sheet",
)
xlsx_refuses(
    "xlsx with a billion laughs", lambda: rezipped(workbook(SHEET), sheet1=laughing), "Excel|damaged|XML|sheet"
)
xlsx_either(
    "xlsx that asks for a file of the server",
    lambda: rezipped(workbook(SHEET), sheet1=reaching_out),
    None,
    rows=N,
    words="Excel|damaged|XML|sheet|row|column",
)
xlsx_refuses(
    "xlsx of 150 MB of blanks", lambda: rezipped(workbook(SHEET), sheet1=spaced), "large|size|times|MB|GB|Excel"
)
xlsx_accepts(
    "xlsx that claims a million rows",
    lambda: rezipped(workbook(SHEET), sheet1=lambda xml: xml.replace(b'ref="A1:D36"', b'ref="A1:XFD1048576"')),
)
for share in (0.1, 0.6, 0.98):
    xlsx_refuses(
        f"xlsx cut at {share:.0%}",
        lambda share=share: (made := workbook(SHEET))[: int(len(made) * share)],
        "Excel|zip|damaged|cut|incomplete",
    )
