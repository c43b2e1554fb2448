"""Reading: encodings, delimiters, headers, quotes, ragged rows; nothing shifts and nothing is lost."""

import codecs
import gzip
import io
import pickle
import time
import zipfile
from pathlib import Path

import pytest

from recsys_core.data.reading import text_table
from recsys_core.data.reading.any_table import Dialect, RawTable, read_table, sniff
from recsys_core.data.recipe import Recipe
from recsys_core.errors import ConfigError, DataError
from tests.data.files import HEADER, ROWS, real, text_of, write


def read(path: Path) -> RawTable:
    return read_table(path, sniff(path))


def cells(table: RawTable) -> list[tuple[str, ...]]:
    return [tuple(row) for row in table.frame.itertuples(index=False)]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "::", " "])
@pytest.mark.parametrize("header", [HEADER, None])
def test_delimiter_and_header_are_recognised(tmp_path: Path, delimiter: str, header: tuple[str, ...] | None) -> None:
    path = write(tmp_path, text_of(delimiter=delimiter, header=header))
    assert sniff(path) == Dialect("utf-8", delimiter, header is not None)
    table = read(path)
    assert cells(table) == ROWS
    assert table.columns == list(header or ("column 1", "column 2", "column 3", "column 4"))
    assert table.place(0) == ("row 1 (line 2)" if header else "row 1 (line 1)")


@pytest.mark.parametrize(
    ("mark", "encoding", "found"),
    [
        (b"", "utf-8", "utf-8"),
        (codecs.BOM_UTF8, "utf-8", "utf-8"),
        (codecs.BOM_UTF8 * 2, "utf-8", "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32"),
        (b"", "cp1252", "cp1252"),
    ],
)
def test_encodings(tmp_path: Path, mark: bytes, encoding: str, found: str) -> None:
    rows = [("Zoë", *row[1:]) for row in ROWS]
    path = write(tmp_path, mark + text_of(rows).encode(encoding))
    assert sniff(path).encoding == found
    table = read(path)
    assert cells(table) == rows
    assert table.columns[0] == "user_id"
    assert [note.code for note in table.findings] == (["encoding"] if found == "cp1252" else [])


def test_latin_1_beyond_windows_1252(tmp_path: Path) -> None:
    path = write(tmp_path, text_of().encode() + "ü\x81,i1,4,5\n".encode("latin-1"))
    assert sniff(path).encoding == "latin-1"
    assert "Latin-1" in read(path).findings[0].message


def test_accent_far_behind_the_first_block_decides_the_encoding(tmp_path: Path) -> None:
    path = write(tmp_path, text_of(ROWS * 3000).encode() + "é,i,4,5\n".encode("cp1252"))
    assert sniff(path).encoding == "cp1252"
    assert cells(read(path))[-1][0] == "é"


def test_wrong_encoding_is_named_with_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeff".encode("utf-16") + "user,item\na".encode("utf-16-le") + b"\x00\xd8")
    with pytest.raises(DataError, match="cannot be read as utf-16.*byte"):
        read_table(path, Dialect("utf-16", ",", True))


@pytest.mark.parametrize("accents", ["é", "e"])
def test_lines_that_are_not_utf8_are_set_aside_where_others_are(tmp_path: Path, accents: str) -> None:
    rows = [(f"u{accents}{n}", *rest) for n, (_, *rest) in enumerate(ROWS)]
    content = text_of(rows).encode() + b"\xff,i,4,5\n" + text_of(rows, header=None).encode()
    if accents == "e":
        assert sniff(write(tmp_path, content)).encoding == "cp1252"
    table = read_table(write(tmp_path, content), Dialect("utf-8", ",", True))
    assert cells(table) == rows + rows
    assert table.rejected[["line", "reason"]].values.tolist() == [[37, "is not UTF-8"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    table = read(write(tmp_path, text_of().replace("\n", end)))
    assert cells(table) == ROWS
    assert table.place(34) == "row 35 (line 36)"


def test_mixed_line_ends(tmp_path: Path) -> None:
    text = text_of().replace("\n", "\r\n", 9).replace("\r\n", "\r", 3)
    table = read(write(tmp_path, text))
    assert cells(table) == ROWS
    assert table.place(34) == "row 35 (line 36)"


@pytest.mark.parametrize("name", ['"x', 'x"'])
def test_a_lone_quote_among_mixed_line_ends(tmp_path: Path, name: str) -> None:
    text = (
        text_of(ROWS[:5], "|").replace("\n", "\r\n")
        + f"{name}|y|3|9\n"
        + text_of(ROWS, "|", None).replace("\n", "\r\n")
    )
    assert read(write(tmp_path, text)).rows == 41


def test_quoted_newlines_commas_and_quotes(tmp_path: Path) -> None:
    text = text_of(ROWS[:4]) + '"a,""b""\nc\r\nd",i1,4,9\nx,y,3,9\n'
    table = read(write(tmp_path, text))
    assert cells(table)[-2] == ('a,"b"\nc\r\nd', "i1", "4", "9")
    assert [table.place(position) for position in (3, 4, 5)] == ["row 4 (line 5)", "row 5 (line 6)", "row 6 (line 9)"]


def test_ragged_rows_are_set_aside_with_their_lines(tmp_path: Path) -> None:
    lines = text_of().splitlines()
    lines.insert(3, "u1,i1,5,9,999")
    lines.insert(9, "u1,i1")
    table = read(write(tmp_path, "\n".join(lines)))
    assert cells(table) == ROWS
    assert table.rejected[["line", "reason"]].values.tolist() == [
        [4, "has too many fields"],
        [10, "has too few fields"],
    ]
    assert table.rows == 37
    assert table.place(2) == "row 4 (line 5)"
    assert table.place(34) == "row 37 (line 38)"


def test_header_with_one_name_too_few_shifts_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, text_of(header=("user_id", "item_id", "rating")))
    with pytest.raises(DataError, match="line 2: .*too many fields; 3 are wanted.*35 of 35") as error:
        read(path)
    assert error.value.code == "ragged-rows"


def test_trailing_delimiters_are_harmless(tmp_path: Path) -> None:
    rows = [(*row, "") for row in ROWS]
    assert cells(read(write(tmp_path, text_of(rows)))) == ROWS


def test_blank_lines_are_no_rows_but_count_as_lines(tmp_path: Path) -> None:
    table = read(write(tmp_path, "\n" + text_of(ROWS[:20]) + "\n   \n" + text_of(ROWS[20:], header=None)))
    assert table.rows == 35
    assert table.place(0) == "row 1 (line 3)"
    assert table.place(20) == "row 21 (line 25)"


def test_a_faulty_row_behind_blank_lines_has_its_own_line(tmp_path: Path) -> None:
    table = read(write(tmp_path, text_of() + '\n\n"u1"x,i1,5,9\n\nu1,i1\n'))
    assert table.rejected[["line", "text"]].values.tolist() == [[39, '"u1"x,i1,5,9'], [41, "u1,i1"]]


def test_values_are_never_cast(tmp_path: Path) -> None:
    rows = [("007", "1e5", "NA", ""), ("7", "null", "9007199254740993", "0x10")]
    assert cells(read(write(tmp_path, text_of(rows)))) == rows


def test_open_quote_is_refused_with_its_line(tmp_path: Path) -> None:
    lines = text_of(ROWS * 20_000).splitlines()
    lines[3] = 'u1,"i1,5,9'
    with pytest.raises(DataError, match="line 4 opens a quote") as error:
        read(write(tmp_path, "\n".join(lines)))
    assert error.value.code == "open-quote"


def test_open_quote_among_lone_carriage_returns(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="opens a quote"):
        read(write(tmp_path, (text_of() + '"u1,i1,5,9\n' + text_of(header=None)).replace("\n", "\r")))


def test_rows_that_the_reader_loses_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = text_table._run_reader

    def lossy(*given):
        content, errors = run(*given)
        return content.slice(0, len(content) - 3), errors

    monkeypatch.setattr(text_table, "_run_reader", lossy)
    with pytest.raises(DataError, match="cannot be told apart"):
        read(write(tmp_path, text_of()))


def test_a_quote_left_open_in_the_header(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="opens a quote that is not closed"):
        read(write(tmp_path, '"' + text_of() + 'u1,"i1",5,9\n'))
    with pytest.raises(DataError, match="The header of ratings.csv opens a quote"):
        read(write(tmp_path, '"""' + text_of(ROWS[:9]).rstrip("\n") + '"\n' + text_of(header=None)))
    assert read(write(tmp_path, '"' + text_of(delimiter="\t"))).rows == 35


def test_row_with_text_behind_a_quote_is_one_rejected_row(tmp_path: Path) -> None:
    table = read(write(tmp_path, text_of() + '"u1"x,i1,5,9\n' + text_of(header=None)))
    assert table.rejected["line"].tolist() == [37]
    assert len(table.frame) == 70


@pytest.mark.parametrize("delimiter", ["\t", "::", "|"])
def test_lone_quotes_are_plain_where_quoting_is_unusual(tmp_path: Path, delimiter: str) -> None:
    rows = [*ROWS, ('"Great" Cats', 'a"', "3", "9"), ('"Oh', "b", "3", "9"), ("x", "y", "3", "9")]
    table = read(write(tmp_path, text_of(rows, delimiter)))
    assert cells(table) == rows
    assert table.place(37) == "row 38 (line 39)"


def test_quotes_around_a_double_colon(tmp_path: Path) -> None:
    table = read(write(tmp_path, text_of(ROWS, "::", None) + '"a::b"::i::4::9\n'))
    assert cells(table)[-1] == ("a::b", "i", "4", "9")


def test_a_lone_quote_inside_a_field_costs_no_row(tmp_path: Path) -> None:
    lines = text_of().splitlines()
    lines[5] = '5" disc,i1,4,9'
    lines.insert(8, "")
    table = read(write(tmp_path, "\n".join(lines)))
    assert cells(table)[4] == ('5" disc', "i1", "4", "9")
    assert table.rows == 35


def test_a_sample_is_the_beginning(tmp_path: Path) -> None:
    path = write(tmp_path, text_of(ROWS * 2000))
    table = read_table(path, sniff(path), sample=True)
    assert table.cut
    assert 1000 < table.rows < 70_000
    assert cells(table)[:35] == ROWS


def test_repeated_and_nameless_columns(tmp_path: Path) -> None:
    with pytest.raises(DataError, match='more than one column called "rating"'):
        read(write(tmp_path, text_of(header=("user_id", "item_id", "rating", "rating"))))
    assert read(write(tmp_path, text_of(header=("", "user_id", "rating", "time")))).columns[0] == "column 1"


def test_thousands_of_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="13,000 columns"):
        read(write(tmp_path, ",".join(f"c{n}" for n in range(13_000)) + "\n" + ",".join("1" * 13_000) + "\n"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("1," * 120_000, "line 4 has 120,001 fields; 3 are wanted"),
        ('"1"",2","' + '3","' * 5_000 + '"', "line 4 has 5,002 fields; 3 are wanted"),
        (("x" * 99_999 + ",") * 30, "line 4 is 3,000,000 bytes long; a line may have up to 2,000,000"),
    ],
)
def test_endless_lines_are_refused_at_once(tmp_path: Path, line: str, words: str) -> None:
    path = write(tmp_path, f"user_id,item_id,rating\nu1,i1,5\n\n{line}\nu2,i2,4\n")
    started = time.perf_counter()
    with pytest.raises(DataError, match=words) as error:
        read_table(path, Dialect("utf-8", ",", True))
    assert error.value.code == "endless-line"
    assert time.perf_counter() - started < 2


def test_separators_inside_quotes_do_not_make_a_line_endless(tmp_path: Path) -> None:
    words = "a, b, " * 3_000
    several_lines = f'i2,Two,"first\n{words}\nlast"\n'
    for second in ('i2,5" disc,x\n', several_lines):
        text = f'item_id,title,text\ni1,One,"{words}"\n{second}i3,Three,"{words}"\n'
        table = read_table(write(tmp_path, text, "items.csv"), Dialect("utf-8", ",", True))
        assert table.frame["item_id"].tolist() == ["i1", "i2", "i3"]
        assert table.frame["text"].iat[2] == words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (codecs.BOM_UTF8, "is empty"),
        (b"\n  \n\n", "is empty"),
        (b"user_id,item_id,rating\n", "has a header but no rows"),
        (b"user_id,item_id,rating", "has a header but no rows"),
    ],
)
def test_files_without_rows(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read(write(tmp_path, content))


def zipped(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, "content")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "looks_like"),
    [
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (gzip.compress(b"a,b,c\n", mtime=0), "a gzip archive"),
        (zipped("ratings.csv"), "a zip archive"),
        (zipped("[Content_Types].xml"), "an Excel workbook"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        (b"\n <html>\n", "a web page"),
        (b'{"user": 1, "item": 2}\n{"user": 1, "item": 3}\n', "JSON"),
        (b'[{"user": 1}]', "JSON"),
        (pickle.dumps({"a": 1}), "a Python pickle"),
        (bytes(range(1, 32)) * 9, "a binary file"),
        (b"a,b,c\n1,\x00,3\n", "a NUL byte"),
        (text_of().encode("utf-16-le"), "a NUL byte"),
        (b"Dear reader,\nthis is a letter.\nIt goes on, and on, and on.\nNo table here.\n", "plain text"),
        (b"ratings\n1\n2\n3\n", "plain text"),
    ],
)
def test_what_is_not_a_table_is_named(tmp_path: Path, content: bytes, looks_like: str) -> None:
    with pytest.raises(DataError, match=looks_like) as error:
        read(write(tmp_path, content))
    assert error.value.code == "not-a-table"
    assert "text table" in error.value.fix


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nothing\.csv cannot be read"):
        sniff(tmp_path / "nothing.csv")


def test_a_delimiter_that_most_rows_share_is_not_the_delimiter(tmp_path: Path) -> None:
    rows = [(f"i{n}", f"Film {n}", "A|B|C|D" if n % 5 < 4 else "A") for n in range(40)]
    assert sniff(write(tmp_path, text_of(rows, header=None))).delimiter == ","


def test_headers_of_tables_without_numbers(tmp_path: Path) -> None:
    rows = [(f"k{n % 5}", f"a{n % 7}") for n in range(35)]
    assert sniff(write(tmp_path, text_of(rows, header=("kunde", "artikel")))).header
    assert not sniff(write(tmp_path, text_of(rows, header=None))).header


def test_decimal_commas_do_not_make_a_comma_file(tmp_path: Path) -> None:
    path = write(tmp_path, text_of([(u, i, "3,5", t) for u, i, _, t in ROWS], ";"))
    assert sniff(path).delimiter == ";"


def test_a_path_with_wildcards_is_a_plain_path(tmp_path: Path) -> None:
    write(tmp_path, text_of(ROWS[:5]), "ratings1.csv")
    assert read(write(tmp_path, text_of(), "ratings[1]*.csv")).rows == 35


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "dialect", "rows", "columns"),
    [
        ("ml-100k/u.data", ("\t", False), 100_000, 4),
        ("ml-100k/u.item", ("|", False), 1682, 24),
        ("ml-1m/ratings_sample_100k.dat", ("::", False), 100_000, 4),
        ("ml-1m/movies.dat", ("::", False), 3883, 3),
        ("ml-latest-small/ratings.csv", (",", True), 100_836, 4),
        ("ml-latest-small/movies.csv", (",", True), 9742, 3),
        ("ml-latest-small/tags.csv", (",", True), 3683, 4),
        ("anime/anime_info.dat", ("\t", True), 7390, 7),
        ("ml-100k-text/items_overview.csv", (",", True), 1746, 27),
        ("ml-100k-text/movielens100k_details.csv", (",", True), 1591, 15),
    ],
)
def test_real_files(name: str, dialect: tuple[str, bool], rows: int, columns: int) -> None:
    path = real(name)
    found = sniff(path)
    assert (found.delimiter, found.header) == dialect
    table = read(path)
    assert (table.rows, len(table.rejected), len(table.columns)) == (rows, 0, columns)
    assert table.lines is not None


@pytest.mark.parametrize(
    "lines",
    [
        "sep=,\n",
        "# made by a program\n# in 2024\n",
        "Ratings of the shop\n\n",
        '"sep=,"\n',
        "Ratings of the shop,,,\nmade on,2024-05-06,,\n,,,\n",
        "# made by a program\n,,Totals,Totals\n",
    ],
)
def test_lines_before_the_table_are_skipped_and_said(tmp_path: Path, lines: str) -> None:
    table = read(write(tmp_path, lines + text_of()))
    assert cells(table) == ROWS
    assert table.columns == list(HEADER)
    assert table.place(0) == f"row 1 (line {lines.count(chr(10)) + 2})"
    assert [(finding.code, finding.rows) for finding in table.findings] == [("preamble", lines.count("\n"))]


def test_excel_tells_its_delimiter(tmp_path: Path) -> None:
    table = read(write(tmp_path, "sep=;\n" + text_of([(u, i, f"{r},5", t) for u, i, r, t in ROWS], ";")))
    assert (table.dialect.delimiter, table.dialect.skip, len(table)) == (";", 1, 35)


def test_a_header_behind_a_mark_is_a_header(tmp_path: Path) -> None:
    for mark in ("#", "%"):
        path = write(tmp_path, f"# made by a program, in 2024\n{mark}{text_of()}")
        assert sniff(path) == Dialect("utf-8", ",", True, 1)
        assert cells(read(path)) == ROWS


def test_ids_that_begin_with_a_mark_are_rows(tmp_path: Path) -> None:
    rows = [(f"#{user}", *others) for user, *others in ROWS[:5]] + ROWS[5:]
    path = write(tmp_path, text_of(rows, header=None))
    assert sniff(path) == Dialect("utf-8", ",", False)
    assert cells(read(path)) == rows


def test_the_sizes_of_a_matrix_market_file_are_no_row(tmp_path: Path) -> None:
    lines = [f"{n % 5 + 1} {n % 7 + 1} {n % 5 + 1}" for n in range(35)]
    head = ["%%MatrixMarket matrix coordinate integer general", "% made by a program", "5 7 35"]
    table = read(write(tmp_path, "\n".join([*head, *lines]) + "\n"))
    assert cells(table) == [tuple(line.split()) for line in lines]
    assert table.dialect == Dialect("utf-8", " ", False, 3)


BLOCKS = "1:\n7,3,2005-09-06\n8,5,2005-05-13\n"


@pytest.mark.parametrize("text", [BLOCKS, BLOCKS + "2:\n7,4,2005-10-19\n", "a1:\n7,3\na2:\n7,4\n8,4\n"])
def test_blocks_of_rows_are_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match='written in blocks: "a?1:" seems to be an id') as error:
        read_table(write(tmp_path, text))
    assert error.value.code == "blocks-of-rows"
    assert "on each of these lines" in error.value.fix


@pytest.mark.parametrize("encoding", ["hex", "base64", "rot13", "no-such", "", "utf-8\0", "undefined", "punycode"])
def test_a_dialect_with_an_encoding_of_no_text_is_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match="no text encoding"):
        Dialect(encoding, ",", True)


@pytest.mark.parametrize("delimiter", ["", '"', "\n", ",\r", "\0", "12345"])
def test_a_delimiter_that_cannot_stand_between_fields_is_refused(delimiter: str) -> None:
    with pytest.raises(ValueError, match="1 to 4 characters"):
        Dialect("utf-8", delimiter, True)


def test_a_wrong_dialect_in_a_recipe_is_an_error_in_words() -> None:
    with pytest.raises(ValueError, match="cannot be skipped"):
        Dialect("utf-8", ",", True, -1)
    with pytest.raises(ConfigError, match="no text encoding"):
        Recipe.parse({"dialect": {"encoding": "hex", "delimiter": ",", "header": True}})


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_unreadable_rows_whatever_ends_a_line(tmp_path: Path, end: str) -> None:
    text = end.join(["user,item,rating", "a,1,1", "b,2", "", "c,3,3", "d,4,4,4", "e,5,5", ""])
    table = read(write(tmp_path, text))
    assert table.rejected["line"].tolist() == [3, 6]
    assert [table.place(row) for row in range(3)] == ["row 1 (line 2)", "row 3 (line 5)", "row 5 (line 7)"]


def test_a_stray_quote_among_mixed_line_ends_is_said(tmp_path: Path) -> None:
    text = 'user,item,rating\n53,1,43\n19,14,3\r\nw7,92,1\r\n x,27,"\n22,95,"x"\r\n37,72,1\r\n'
    with pytest.raises(DataError):
        read(write(tmp_path, text))
