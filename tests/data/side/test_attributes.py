"""Columns of text -> numbers, dates and texts, or a word on why not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.findings import Finding
from recsys_core.data.side.attributes import MOST_ATTRIBUTES, attribute_names, read_attributes
from recsys_core.data.side.clean_text import clean


def read(values: list[str], name: str = "x") -> tuple[pd.Series, list[Finding]]:
    made = read_attributes(pd.DataFrame({"c": pd.Series(values, dtype="str")}), {"c": name}, "items.csv")
    assert list(made.frame) == [name], made.findings
    return made.frame[name], made.findings


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        (["1", "-2.5", "+3e2", ".5", "7."], [1, -2.5, 300, 0.5, 7]),
        (["1", "Unknown", "", "nan", "-", "2"], [1, None, None, None, None, 2]),
        (["1,5", "2", "3,25"], [1.5, 2, 3.25]),
        (["0,123", "0,456"], [0.123, 0.456]),
        (["1.234,5", "2,0"], [1234.5, 2]),
        (["1,234,567", "89"], [1_234_567, 89]),
        (["1,234.5", "89"], [1234.5, 89]),
        ([f"{n},234" for n in range(1, 12)] + ["17"], [n * 1000 + 234 for n in range(1, 12)] + [17]),
        (["280K", "8.8k", "231", "1.5M"], [280_000, 8_800, 231, 1_500_000]),
        ([" 1 ", "2"], [1, 2]),
    ],
)
def test_numbers(written: list[str], numbers: list[float | None]) -> None:
    column, findings = read(written)
    assert column.dtype == np.float64
    assert [None if np.isnan(value) else value for value in column] == numbers
    assert findings == []


@pytest.mark.parametrize(
    ("written", "days"),
    [
        (["2001-02-03", "1789-07-14", ""], ["2001-02-03", "1789-07-14", None]),
        (["01-Jan-1995", "4-feb-1971"], ["1995-01-01", "1971-02-04"]),
        (["January 5, 2001", "Dec 24, 1999"], ["2001-01-05", "1999-12-24"]),
        (["13/02/2001", "01/02/2001"], ["2001-02-13", "2001-02-01"]),
        (["02/13/2001", "01/02/2001"], ["2001-02-13", "2001-01-02"]),
        (["02.03.2001", "01.02.2001"], ["2001-03-02", "2001-02-01"]),
        (["2001/2/3", "2001/2/4"], ["2001-02-03", "2001-02-04"]),
    ],
)
def test_dates(written: list[str], days: list[str | None]) -> None:
    column, findings = read(written)
    assert column.dtype == "datetime64[s]"
    assert [None if pd.isna(day) else str(day.date()) for day in column] == days
    assert findings == []


def test_times_are_counted_in_utc() -> None:
    column, _ = read(["2001-02-03T10:00:00+02:00", "2001-02-03 10:00:00"])
    assert [str(moment) for moment in column] == ["2001-02-03 08:00:00", "2001-02-03 10:00:00"]


@pytest.mark.parametrize(
    ("written", "code"), [(["02/03/2001", "01/02/2001"], "dates-in-doubt"), (["1,234", "5,678"], "numbers-in-doubt")]
)
def test_what_can_be_read_in_two_ways_stays_text(written: list[str], code: str) -> None:
    column, findings = read(written)
    assert column.tolist() == written
    assert [finding.code for finding in findings] == [code]
    assert written[0] in findings[0].message


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (["01002", "85711"], "x"),  # leading zeros
        (["12", "13"], "imdbId"),
        (["85711", "10001"], "zip"),
        (["12345678901234567890", "1"], "x"),  # no float64 holds it
        (["3,5", "3.5"], "x"),
        (["1e999", "5"], "x"),
        (["PG", "R"], "x"),
        (["true", "false"], "x"),
    ],
)
def test_codes_and_words_stay_text(written: list[str], name: str) -> None:
    column, _ = read(written, name)
    assert column.dtype == object
    assert column.tolist() == written


def test_text_is_cleaned_and_lists_are_written_out() -> None:
    column, _ = read(["a\u202eb\x07", "['David Lean', \"O'Hara\"]", "NaN", "two\nlines"])
    assert column.tolist() == ["ab", "David Lean, O'Hara", "", "two lines"]


def test_a_few_strays_among_numbers_are_counted() -> None:
    column, findings = read(["5", "6"] * 60 + ["many"])
    assert column.dtype == np.float64
    assert [(finding.level, finding.code, finding.rows) for finding in findings] == [
        ("warning", "attribute-cells-unreadable", 1)
    ]
    assert '"many"' in findings[0].message


@pytest.mark.parametrize(
    ("values", "name", "reason"),
    [
        (["", "", ""], "x", "empty"),
        (["", "nan", "N/A"], "x", "empty"),
        (["a", "a", "a"], "x", "the same in each row"),
        (["0", "1", "2"], "Unnamed: 0", "numbers of rows"),
        (["1", "2", "4"], "column 1", "numbers of rows"),
        (["https://a/1", "", "http://b/2"], "x", "only addresses"),
        (["['https://a/1', 'https://a/2']", "", "['https://b/2']"], "x", "only addresses"),
    ],
)
def test_columns_that_say_nothing_are_left_out_with_a_note(values: list[str], name: str, reason: str) -> None:
    made = read_attributes(pd.DataFrame({"c": pd.Series(values, dtype="str")}), {"c": name}, "items.csv")
    assert made.frame.shape == (3, 0)
    assert [(finding.level, finding.code) for finding in made.findings] == [("note", "columns-left-out")]
    assert f'"{name}" ({reason})' in made.findings[0].message


def test_a_rank_is_no_row_index() -> None:
    assert read(["1", "2", "3"], "rank")[0].tolist() == [1, 2, 3]


def test_at_most_a_few_hundred() -> None:
    names = {f"c{n}": f"c{n}" for n in range(MOST_ATTRIBUTES + 7)}
    made = read_attributes(pd.DataFrame({name: ["a", "b"] for name in names}, dtype="str"), names, "items.csv")
    assert made.frame.shape == (2, MOST_ATTRIBUTES)
    assert [finding.rows for finding in made.findings] == [7]


@given(st.lists(st.text(max_size=80), unique=True, max_size=12))
def test_names_are_clean_and_differ_from_each_other_and_from_those_taken(labels: list[str]) -> None:
    names = attribute_names({label: label for label in labels}, ("title", "id"))
    assert list(names) == labels
    plain = [name.casefold() for name in names.values()]
    assert len({*plain, "title", "id"}) == len(plain) + 2
    assert all(name and clean(name, 100) == name for name in names.values())


def test_names_that_differ_in_capitals_only_are_told_apart() -> None:
    names = attribute_names({"a": "Price", "b": "price", "c": "TITLE"}, ("title",))
    assert list(names.values()) == ["Price", "price 2", "TITLE 2"]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=20, unique=True))
def test_numbers_as_python_writes_them_come_back(numbers: list[float]) -> None:
    written = [repr(number) for number in numbers]
    column, findings = read(written)
    assert column.tolist() == numbers
    assert findings == []


@given(st.lists(st.text(max_size=30), min_size=2, max_size=10))
def test_no_text_breaks_it(values: list[str]) -> None:
    made = read_attributes(pd.DataFrame({"c": pd.Series(values, dtype=object)}).astype("str"), {"c": "x"}, "items.csv")
    assert len(made.frame) == len(values)
