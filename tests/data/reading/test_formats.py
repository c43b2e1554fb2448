"""Formats: one small table, however it is written and packed, is the same table of text."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_core.data.reading import json_table
from recsys_core.data.reading.any_table import Dialect, RawTable, parts, read_table
from recsys_core.errors import DataError
from tests.data.files import HEADER, ROWS, real, text_of, write

Rows = Sequence[Sequence[Any]]


def cells(table: RawTable) -> list[tuple[str, ...]]:
    return [tuple(row) for row in table.frame.itertuples(index=False)]


def text(rows: Rows) -> bytes:
    return text_of([tuple(map(str, row)) for row in rows], ",", None).encode()


def xlsx(rows: Rows, *more: Rows, finish: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, sheet_rows in enumerate((rows, *more), start=1):
        sheet = book.create_sheet(f"Sheet{number}")
        for row in sheet_rows:
            sheet.append(list(row))
    if finish:
        finish(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def parquet(columns: Any, **options: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), target, **options)
    return target.getvalue()


def columns_of(rows: Rows) -> dict[str, list[Any]]:
    return {name: list(values) for name, *values in zip(*rows, strict=True)}


def jsonl(rows: Rows) -> bytes:
    return "".join(json.dumps(dict(zip(rows[0], row, strict=True))) + "\n" for row in rows[1:]).encode()


def json_list(rows: Rows) -> bytes:
    return json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]], indent=1).encode()


def zipped(*members: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


FORMATS: dict[str, Callable[[Rows], bytes]] = {
    "ratings.csv": text,
    "ratings.xlsx": xlsx,
    "ratings.parquet": lambda rows: parquet(columns_of(rows)),
    "ratings.jsonl": jsonl,
    "ratings.json": json_list,
}
TABLE: Rows = [HEADER, *((user, item, int(rating), int(time)) for user, item, rating, time in ROWS)]


@pytest.mark.parametrize("packing", ["plain", "gzip", "zip"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_the_same_table(tmp_path: Path, name: str, packing: str) -> None:
    content = FORMATS[name](TABLE)
    packed = {"plain": content, "gzip": gzip.compress(content), "zip": zipped((f"folder/{name}", content))}[packing]
    path = write(tmp_path, packed, "anything.csv")
    table = read_table(path)
    assert (table.columns, cells(table)) == (list(HEADER), ROWS)
    assert (table.rows, len(table.rejected), table.cut, table.part, table.findings) == (35, 0, False, "", ())
    assert table.name == (f"anything.csv: {name}" if packing == "zip" else "anything.csv")
    sample = read_table(path, sample=True)
    assert cells(sample) == ROWS


@pytest.mark.parametrize("name", FORMATS)
def test_a_sample_is_the_beginning(tmp_path: Path, name: str) -> None:
    table = read_table(write(tmp_path, FORMATS[name]([HEADER, *ROWS * 2000]), name), sample=True)
    assert table.cut
    assert cells(table)[:35] == ROWS
    assert 1000 < len(table) < 69_000


IDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda t: t == t.strip()
)
PAIRS = st.lists(st.tuples(IDS, st.integers(-(2**63), 2**63 - 1).map(str)), min_size=2, max_size=8)


@pytest.mark.parametrize("name", ["ratings.xlsx", "ratings.parquet", "ratings.jsonl", "ratings.json"])
def test_ids_survive(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.mktemp("ids")

    @settings(max_examples=30, deadline=None, database=None)
    @given(PAIRS)
    def holds(pairs: list[tuple[str, str]]) -> None:
        table = read_table(write(folder, FORMATS[name]([("user_id", "item_id"), *pairs]), name))
        assert cells(table) == pairs
        column = table.column("item_id")
        assert column.codes is None or column.texts.is_unique

    holds()


# --- Excel ------------------------------------------------------------------------------------------------------------


def test_cells_of_every_kind_become_text(tmp_path: Path) -> None:
    rows = [
        ("user_id", "item_id", "rating", "time"),
        ("007", 7, 3.5, date(2024, 5, 6)),
        (7.0, 2**53 - 1, 0.1, datetime(2024, 5, 6, 7, 8, 9)),
        (True, "=1", 1e300, None),
    ]
    table = read_table(write(tmp_path, xlsx(rows[:3] + [(True, "'=1", 1e300, None)]), "r.xlsx"))
    assert cells(table) == [
        ("007", "7", "3.5", "2024-05-06T00:00:00"),
        ("7", "9007199254740991", "0.1", "2024-05-06T07:08:09"),
        ("true", "'=1", "1e+300", ""),
    ]


def test_whole_numbers_written_as_fractions(tmp_path: Path) -> None:
    content = changed(xlsx([("user_id", "item_id"), (7, 8)]), lambda xml: xml.replace(b"<v>7</v>", b"<v>7.0</v>"))
    assert cells(read_table(write(tmp_path, content, "r.xlsx"))) == [("7", "8")]


def test_rows_of_a_sheet_keep_their_numbers(tmp_path: Path) -> None:
    rows = [[], *TABLE[:4], [], [None] * 4, *TABLE[4:]]
    table = read_table(write(tmp_path, xlsx(rows), "r.xlsx"))
    assert cells(table) == ROWS
    assert [table.place(0), table.place(3)] == ["row 1 (line 3)", "row 4 (line 8)"]


def test_values_beyond_the_last_column_are_set_aside(tmp_path: Path) -> None:
    rows = [*TABLE[:5], (*TABLE[5], "surplus"), *TABLE[6:]]
    table = read_table(write(tmp_path, xlsx(rows), "r.xlsx"))
    assert (table.rows, len(table)) == (35, 34)
    assert table.rejected[["line", "text"]].values.tolist() == [[6, "\t".join(map(str, rows[5]))]]


def test_the_sheet_with_the_table_is_found_and_others_can_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, xlsx([["Read me"]], TABLE, [("a", "b"), ("x", 1), ("y", 2)]), "r.xlsx")
    assert parts(path) == ["Sheet1", "Sheet2", "Sheet3"]
    table = read_table(path)
    assert (table.part, table.name, len(table)) == ("Sheet2", "r.xlsx: Sheet2", 35)
    assert [finding.code for finding in table.findings] == ["part-chosen"]
    assert read_table(path, part="Sheet3").columns == ["a", "b"]
    with pytest.raises(DataError, match='no sheet "Sheet9"; its sheets are "Sheet1"') as error:
        read_table(path, part="Sheet9")
    assert error.value.code == "choose-part"


def test_a_sheet_without_names(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, xlsx(TABLE[1:]), "r.xlsx"))
    assert table.columns == ["column 1", "column 2", "column 3", "column 4"]
    assert cells(table) == ROWS


@pytest.mark.parametrize(
    "titles", [[["Ratings of the shop"]], [["Average of rating", "Column Labels"]], [["Shop"], [], ["made", 2024]]]
)
def test_titles_before_a_table_are_skipped_and_said(tmp_path: Path, titles: Rows) -> None:
    path = write(tmp_path, xlsx([*titles, *TABLE]), "r.xlsx")
    for dialect in (None, Dialect("utf-8", ",", True)):
        table = read_table(path, dialect)
        assert (table.columns, cells(table)) == (list(HEADER), ROWS)
        assert table.place(0) == f"row 1 (line {len(titles) + 2})"
        skipped = sum(bool(row) for row in titles)
        assert [(finding.code, finding.rows) for finding in table.findings] == [("preamble", skipped)]


def test_a_sparse_first_row_without_names_is_a_row(tmp_path: Path) -> None:
    rows = [(1, None, None, 2), *[(n, 1, 2, 3) for n in range(30)]]
    assert len(read_table(write(tmp_path, xlsx(rows), "r.xlsx"))) == 31


def test_empty_columns_before_a_table_are_none(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, xlsx([[None, None, *row] for row in TABLE]), "r.xlsx"))
    assert (table.columns, cells(table)) == (list(HEADER), ROWS)


def test_formulas_without_results(tmp_path: Path) -> None:
    one = [*TABLE[:9], (*TABLE[9][:2], "=2+3", TABLE[9][3]), *TABLE[10:]]
    table = read_table(write(tmp_path, xlsx(one), "r.xlsx"))
    assert table.value("rating", 8) == ""
    assert [(finding.code, finding.rows) for finding in table.findings] == [("formula-no-value", 1)]
    assert "line 10" in table.findings[0].message
    with pytest.raises(DataError, match="35 rows with a formula but without its result"):
        read_table(write(tmp_path, xlsx([HEADER, *((*row[:2], "=1+1", 9) for row in ROWS)]), "r.xlsx"))


def changed(archive: bytes, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        members = [(name, source.read(name)) for name in source.namelist()]
    return zipped(*((name, change(content) if "sheet1" in name else content) for name, content in members))


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "words", "code"),
    [
        (xlsx([]), "is empty", "empty-file"),
        (xlsx([HEADER]), "a header but no rows", "no-rows"),
        (xlsx([["=1+1", "=2"], ["=3", "=4"]]), "formulas without their results and nothing", "formula-no-value"),
        (xlsx([["Ratings"], [4], [5]]), 'row 1, names 1 column \\("Ratings"\\)', "not-a-table"),
        (xlsx([["ids", None, "much", "when"], *TABLE]), "no name for column 2 in row 1", "nameless-column"),
        (xlsx([("a", "a", "b"), (1, 2, 3)]), 'more than one column called "a"', "repeated-columns"),
        (xlsx([[f"c{n}" for n in range(3000)]]), "more than 2,000 columns in row 1", "too-many-columns"),
        (changed(xlsx(TABLE), lambda xml: LAUGHS + xml), "entities of its own", "unsafe-xml"),
        (changed(xlsx(TABLE), lambda xml: (LAUGHS + xml).decode().encode("utf-16")), "entities", "unsafe-xml"),
        (changed(xlsx(TABLE), lambda xml: xml[: len(xml) // 2]), "damaged", "damaged"),
        (changed(xlsx(TABLE), lambda xml: xml + b" " * (70 << 20)), "more than 200 times", "unpacks-hugely"),
        (
            changed(xlsx(TABLE), lambda xml: xml.replace(b'r="36"', b'r="99999999"')),
            "1,048,576 rows",
            "too-many-columns",
        ),
        (OLD, "old Excel file", "old-excel"),
        (OLD + "EncryptedPackage".encode("utf-16-le"), "locked with a password", "locked"),
        (zipped(("[Content_Types].xml", b""), ("word/document.xml", b"")), "Office document", "not-a-table"),
        (zipped(("[Content_Types].xml", b""), ("xl/workbook.bin", b"")), "xlsb", "old-excel"),
    ],
)
def test_workbooks_that_cannot_be_read(tmp_path: Path, content: bytes, words: str, code: str) -> None:
    with pytest.raises(DataError, match=words) as error:
        read_table(write(tmp_path, content, "r.xlsx"))
    assert error.value.code == code
    assert error.value.fix


# --- Parquet ----------------------------------------------------------------------------------------------------------


def test_values_of_every_type_become_text(tmp_path: Path) -> None:
    moment = datetime(2024, 5, 6, 7, 8, 9)
    columns = {
        "big": pa.array([2**63 + 1, None], pa.uint64()),
        "float": [7.0, 3.25],
        "small": pa.array([0.1, float("nan")], pa.float32()),
        "huge": [1e300, -0.5],
        "bool": [True, None],
        "decimal": [Decimal("3.50"), Decimal("-1.00")],
        "date": [date(2024, 5, 6), None],
        "time": pa.array([moment, moment], pa.timestamp("ns")),
        "zone": pa.array([moment, None], pa.timestamp("us", "America/New_York")),
        "bytes": [b"a", "é".encode()],
        "labels": pa.array(["x", None]).dictionary_encode(),
        "list": [["Drama", "War"], None],
        "__index_level_0__": [0, 1],
    }
    table = read_table(write(tmp_path, parquet(columns), "r.parquet"))
    assert table.columns == list(columns)[:-1]
    assert [list(row) for row in zip(*cells(table), strict=True)] == [
        ["9223372036854775809", ""],
        ["7.0", "3.25"],
        ["0.1", ""],
        ["1e+300", "-0.5"],
        ["true", ""],
        ["3.50", "-1.00"],
        ["2024-05-06", ""],
        ["2024-05-06 07:08:09", "2024-05-06 07:08:09"],
        ["2024-05-06 07:08:09Z", ""],
        ["a", "é"],
        ["x", ""],
        ['["Drama", "War"]', ""],
    ]
    assert table.place(1) == "row 2"


def test_row_groups_share_their_texts(tmp_path: Path) -> None:
    rows = [HEADER, *ROWS * 40]
    table = read_table(write(tmp_path, parquet(columns_of(rows), row_group_size=100), "r.parquet"))
    assert cells(table) == list(rows[1:])
    column = table.column("user_id")
    assert column.texts.tolist() == ["u0", "u1", "u2", "u3", "u4"]


TWICE = pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["rating", "rating"])
WHOLE = parquet(columns_of([HEADER, *ROWS * 9]))


@pytest.mark.parametrize(
    ("content", "words", "code"),
    [
        (parquet({"user_id": ["a"], "item_id": [[1, 2]]}), '"item_id" holds several values', "nested-column"),
        (parquet({"user_id": ["a"], "item_id": [b"\xff"]}), '"item_id" holds bytes', "binary-column"),
        (parquet({"user_id": ["a"]}), "fewer than 2 columns", "not-a-table"),
        (parquet({"user_id": pa.array([], "string"), "item_id": pa.array([], "string")}), "no rows", "no-rows"),
        (parquet(TWICE), 'more than one column called "rating"', "repeated-columns"),
        (parquet({name: pa.array([""] * 4_000_000) for name in "ab"}), "4,000,000 rows in", "too-large"),
        (WHOLE[: len(WHOLE) // 2], "damaged or incomplete Parquet", "damaged"),
        (WHOLE[:8] + bytes(400) + WHOLE[408:], "damaged or incomplete Parquet", "damaged"),
        (b"PAR1", "damaged or incomplete Parquet", "damaged"),
    ],
)
def test_parquet_files_that_cannot_be_read(tmp_path: Path, content: bytes, words: str, code: str) -> None:
    with pytest.raises(DataError, match=words) as error:
        read_table(write(tmp_path, content, "r.parquet"))
    assert error.value.code == code


# --- JSON -------------------------------------------------------------------------------------------------------------


def test_values_in_json_are_as_written(tmp_path: Path) -> None:
    lines = [
        '{"user_id": 9007199254740993, "item_id": "007", "rating": 4.0}',
        '{"item_id": null, "user_id": "9", "rating": 1e2, "more": true, "tags": ["a", {"b": 1}]}',
    ]
    table = read_table(write(tmp_path, "\n".join(lines), "r.jsonl"))
    assert table.columns == ["user_id", "item_id", "rating", "more", "tags"]
    assert cells(table) == [
        ("9007199254740993", "007", "4.0", "", ""),
        ("9", "", "1e2", "true", '["a", {"b": "1"}]'),
    ]


def test_keys_that_come_late_or_stay_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_table, "BATCH_ROWS", 2)
    rows = [{"a": "1"}, {"a": "1"}, {"b": "2"}, {"b": "2"}, {"a": "3", "c": "4"}]
    table = read_table(write(tmp_path, "".join(json.dumps(row) + "\n" for row in rows), "r.jsonl"))
    assert table.frame.to_dict("records") == [{"a": "", "b": "", "c": "", **row} for row in rows]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"user_id": "u1", "ite', "is not JSON"),
        ("u1,i1,5", "is not JSON"),
        ("[1, 2]", "holds no object with keys and values"),
        ("{}", "holds no object with keys and values"),
        ('{"user_id": 1, "user_id": 2}', "has a key twice"),
        ('{"user_id": [1, 2], "item_id": 2}', 'holds several values under the key "user_id"'),
        (
            json.dumps({"user_id": dict.fromkeys(map(str, range(21)), 1)}),
            'holds several values under the key "user_id"',
        ),
        ('{"user_id": "\\ud800", "item_id": 2}', "holds half a character (a lone surrogate)"),
        ('{"user_id": ' + "[" * 100_000, "is not JSON"),
    ],
)
@pytest.mark.parametrize("position", [0, 17, 35])
def test_broken_lines_are_set_aside(tmp_path: Path, line: str, reason: str, position: int) -> None:
    lines = jsonl(TABLE).decode().splitlines()
    lines.insert(position, line)
    table = read_table(write(tmp_path, "\n\n".join(lines), "r.jsonl"))
    assert cells(table) == ROWS
    assert table.rejected[["line", "reason", "text"]].values.tolist() == [[2 * position + 1, reason, line]]
    assert table.place(34) == ("row 36 (line 71)" if position < 35 else "row 35 (line 69)")


def test_an_object_of_objects_is_a_table_with_ids(tmp_path: Path) -> None:
    content = json.dumps({"1": {"plot": "A", "year": 1999}, "2": {"plot": "B"}})
    for made in (content, json.dumps(json.loads(content), indent=2)):
        table = read_table(write(tmp_path, made, "items.json"))
        assert (table.columns, cells(table)) == (["id", "plot", "year"], [("1", "A", "1999"), ("2", "B", "")])


RECORDS = [dict(zip(HEADER, row, strict=True)) for row in ROWS]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "whole",
    [
        {"status": "ok", "count": 35, "data": RECORDS},
        {"data": RECORDS},
        {name: list(values) for name, values in zip(HEADER, zip(*ROWS, strict=True), strict=True)},
        {"columns": HEADER, "index": list(range(35)), "data": ROWS},
        {
            name: dict(zip(map(str, range(35)), values, strict=True))
            for name, values in zip(HEADER, zip(*ROWS, strict=True), strict=True)
        },
    ],
)
def test_a_table_inside_one_object(tmp_path: Path, whole: dict[str, Any], indent: int | None) -> None:
    table = read_table(write(tmp_path, json.dumps(whole, indent=indent), "r.json"))
    assert (table.columns, cells(table)) == (list(HEADER), ROWS)


def test_two_lists_of_objects_are_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="one object and not a table"):
        read_table(write(tmp_path, json.dumps({"users": RECORDS, "items": RECORDS}, indent=1), "r.json"))


def test_columns_called_alike_are_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="one object and not a table"):
        read_table(write(tmp_path, json.dumps({"columns": ["a", "a"], "data": [[1, 2]]}, indent=1), "r.json"))


def test_objects_that_wrap_a_value_are_that_value(tmp_path: Path) -> None:
    rows = [
        {"_id": {"$oid": "5f"}, "user": {"id": "u1"}, "n": {"$numberLong": "7"}, "t": {"$date": {"$numberLong": "9"}}},
        {"_id": {"$oid": "60"}, "user": {"id": "u2"}, "n": {"$numberInt": "8"}, "t": {"$date": "2024-05-06"}},
    ]
    table = read_table(write(tmp_path, "".join(json.dumps(row) + "\n" for row in rows), "r.jsonl"))
    assert table.columns == ["_id", "user", "n", "t"]
    assert cells(table) == [("5f", "u1", "7", "9"), ("60", "u2", "8", "2024-05-06")]


def test_objects_of_people_and_items_become_columns(tmp_path: Path) -> None:
    row = {"user": {"id": "u1", "name": "Ann"}, "item": {"id": {"$oid": "5f"}, "year": 1999}, "more": {"a": 1, "b": 2}}
    table = read_table(write(tmp_path, f"{json.dumps(row)}\n" * 2, "r.jsonl"))
    assert table.columns == ["user.id", "user.name", "item.id", "item.year", "more"]
    assert cells(table)[0] == ("u1", "Ann", "5f", "1999", '{"a": "1", "b": "2"}')


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_json_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    content = jsonl([("user_id", "item_id"), ("Zoë", "1")]).decode().replace("\\u00eb", "ë")
    assert cells(read_table(write(tmp_path, content.encode(encoding), "r.jsonl"))) == [("Zoë", "1")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"error": {"code": 404}}', "a single key"),
        (b'{\n "users": {"1": {"2": 5}},\n "items": {}\n}', "one object and not a table"),
        (b"[]", "JSON without any rows"),
        (b'[{"a": 1, "b": 2}, {"a": 1', "broken in line 1"),
        (b'[{"a": 1, "b": 2}\n{"a": 1}]', "broken in line 1"),
        (b'{"a": 1}\n{"a": 2}\n', "a single key"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"a":' * 100_000, "looks like JSON"),
        (b'{"a": "' + b"x" * 3_000_000 + b'"}\n{"a": 1}', "broken in line 2"),
        (b"\n".join(b'{"a": 1, "k%d": 2}' % n for n in range(3000)), "more than 2,000 different keys"),
    ],
)
def test_json_that_is_no_table(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(DataError, match=words) as error:
        read_table(write(tmp_path, content, "r.json"))
    assert "Write one object a line" in error.value.fix


@pytest.mark.realdata
def test_real_descriptions_and_pairs() -> None:
    assert len(read_table(real("ml-latest-plots/descriptions.json"))) == 1939
    pairs = read_table(real("ml-1m/ratings_user_movie_only.parquet"))
    assert (len(pairs), len(pairs.column("userID").texts), len(pairs.column("movieID").texts)) == (
        1_000_209,
        6040,
        3706,
    )
    assert len(read_table(real("ncf-ml-1m/ml-1m.train.pairs.tsv.gz"))) == 994_169
