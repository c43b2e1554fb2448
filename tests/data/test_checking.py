"""Checking: what is rejected, merged, refused, and that every row is accounted for."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.checking import Checked, check
from recsys_core.data.dataset import Scale
from recsys_core.data.findings import quote
from recsys_core.data.reading import read_table, sniff
from recsys_core.data.roles import guess_columns
from recsys_core.errors import DataError
from recsys_core.types import Feedback
from tests.data.files import HEADER, ROWS, text_of, write

Row = tuple[str, ...]


def checked(folder: Path, rows: list[Row], delimiter: str = ",", header: Row = HEADER) -> Checked:
    path = write(folder, text_of(rows, delimiter, header[: len(rows[0])]))
    table = read_table(path, sniff(path))
    result = check(table, guess_columns(table))
    assert result.rows == result.kept + result.rejected + result.merged
    assert result.kept == len(result.interactions)
    return result


def codes(result: Checked) -> dict[str, int]:
    return {finding.code: finding.rows for finding in result.findings}


def changed(position: int, column: int, *values: str) -> list[Row]:
    """ROWS with some values of a column replaced."""
    rows = [list(row) for row in ROWS]
    for offset, value in enumerate(values):
        rows[position + offset][column] = value
    return [tuple(row) for row in rows]


def test_clean_rows_pass_unchanged(tmp_path: Path) -> None:
    result = checked(tmp_path, ROWS)
    events = result.interactions
    assert (result.rows, result.kept, result.rejected, result.merged) == (35, 35, 0, 0)
    assert result.findings == ()
    assert [result.user_ids.values[u] for u in events.users] == [row[0] for row in ROWS]
    assert [result.item_ids.values[i] for i in events.items] == [row[1] for row in ROWS]
    assert events.values.tolist() == [float(row[2]) for row in ROWS]
    assert events.times is not None
    assert events.times.tolist() == [int(row[3]) for row in ROWS]
    assert (result.feedback, result.scale) == (Feedback.EXPLICIT, Scale(1, 5, 1))
    assert events.values.dtype == np.float32
    assert events.users.dtype == np.int32


def test_ids_are_numbered_by_first_appearance_and_stay_text(tmp_path: Path) -> None:
    rows = [(f"00{9 - int(u[1])}", i, r, t) for u, i, r, t in ROWS]
    result = checked(tmp_path, rows)
    assert result.user_ids.values.tolist() == ["009", "008", "007", "006", "005"]


def test_blanks_around_ids_are_trimmed(tmp_path: Path) -> None:
    result = checked(tmp_path, changed(5, 0, " u0", "u1\u00a0"))
    assert len(result.user_ids) == 5
    assert codes(result) == {"ids-trimmed": 2}


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        (0, "", "missing-user"),
        (0, "   ", "missing-user"),
        (1, "", "missing-item"),
        (1, "x" * 2000, "long-item"),
        (2, "", "missing-rating"),
        (2, "n/a", "missing-rating"),
        (2, "nan", "missing-rating"),
        (2, "inf", "infinite-rating"),
        (2, "-Infinity", "infinite-rating"),
        (2, "1e400", "infinite-rating"),
        (2, "1e39", "infinite-rating"),
        (2, "1e7", "huge-rating"),
        (2, "-1000001", "huge-rating"),
        (2, "good", "rating-not-a-number"),
        (2, "0x10", "rating-not-a-number"),
        (2, "1_0", "rating-not-a-number"),
        (2, "٣", "rating-not-a-number"),
        (3, "yesterday", "bad-time"),
        (3, "", "bad-time"),
    ],
)
def test_a_few_bad_values_cost_their_rows_and_are_reported(tmp_path: Path, column: int, value: str, code: str) -> None:
    result = checked(tmp_path, changed(4, column, value, value))
    assert (result.rejected, result.kept) == (2, 33)
    assert codes(result) == {code: 2}
    finding = result.findings[0]
    assert finding.level == "warning"
    shown = quote(value)
    assert f"(row 5 (line 6): {shown}, row 6 (line 7): {shown})" in finding.message
    assert HEADER[column] in finding.message


def test_a_rating_of_a_million_is_kept(tmp_path: Path) -> None:
    assert checked(tmp_path, changed(4, 2, "1000000", "-1e6")).kept == 35


def test_fixes_name_no_flags_of_the_shell(tmp_path: Path) -> None:
    for column, value in ((0, ""), (1, ""), (2, "good"), (3, "yesterday")):
        with pytest.raises(DataError) as error:
            checked(tmp_path, changed(0, column, *[value] * 35))
        assert "--" not in error.value.fix


def test_rejected_rows_of_the_reader_count(tmp_path: Path) -> None:
    rows = [*ROWS, ("u1", "i1", "5", "9", "9")]
    result = checked(tmp_path, rows[:1] + rows[-1:] + rows[1:-1])
    assert (result.rows, result.rejected) == (36, 1)
    assert "line 3 has too many fields" in result.findings[0].message


@pytest.mark.parametrize(("column", "name"), [(0, "user_id"), (1, "item_id")])
def test_ids_missing_in_most_rows(tmp_path: Path, column: int, name: str) -> None:
    with pytest.raises(DataError) as error:
        checked(tmp_path, changed(3, column, *[""] * 20))
    assert f'ratings.csv row 4 (line 5), column "{name}": "" is no' in error.value.message
    assert "20 of 35 rows" in error.value.message
    assert name[:4] in error.value.fix


def test_ratings_as_words(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        checked(tmp_path, [(u, i, "good", t) for u, i, _, t in ROWS])
    assert error.value.code == "ratings-are-words"
    assert 'ratings.csv row 1 (line 2), column "rating": "good" is not a number.' in error.value.message
    assert "numbers" in error.value.fix


def test_values_in_messages_are_short_and_visible(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        checked(tmp_path, [(u, i, "a\u202eb\t" + "x" * 99, t) for u, i, _, t in ROWS])
    assert r'"a\u202eb\t' in error.value.message
    assert "x" * 40 not in error.value.message


def test_times_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match='column "timestamp": "31/12/2024" is not a time') as error:
        checked(tmp_path, [(u, i, r, "31/12/2024") for u, i, r, _ in ROWS])
    assert "ISO 8601" in error.value.fix


def test_mixed_time_units(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="mixes unix seconds"):
        checked(tmp_path, changed(3, 3, "978300000123", "978300000124"))


def test_empty_time_column_means_no_times(tmp_path: Path) -> None:
    result = checked(tmp_path, [(u, i, r, "") for u, i, r, _ in ROWS])
    assert result.interactions.times is None


def test_dates_without_zone_are_utc(tmp_path: Path) -> None:
    result = checked(tmp_path, [(u, i, r, "2024-05-01 12:00:00") for u, i, r, _ in ROWS])
    assert result.interactions.times is not None
    assert set(result.interactions.times.tolist()) == {1_714_564_800}
    assert codes(result) == {"times-without-zone": 0}


@pytest.mark.parametrize(("time", "kept"), [("978400000", 2.0), ("100000000", 1.0)])
def test_of_a_repeated_pair_the_latest_is_kept(tmp_path: Path, time: str, kept: float) -> None:
    result = checked(tmp_path, [*ROWS, ("u0", "i0", "2", time)])
    events = result.interactions
    first = (events.users == 0) & (events.items == 0)
    assert events.values[first].tolist() == [kept]
    assert (result.merged, result.kept) == (1, 35)
    assert codes(result) == {"repeated-pairs": 1}
    assert "1 with another rating" in result.findings[0].message


def test_without_times_the_last_in_the_file_is_kept(tmp_path: Path) -> None:
    result = checked(tmp_path, [row[:3] for row in ROWS] + [("u0", "i0", "4"), ("u0", "i0", "2")])
    assert result.merged == 2
    assert result.interactions.values[-1] == 2


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_decimal_commas(tmp_path: Path, delimiter: str) -> None:
    result = checked(tmp_path, [(u, i, f"{r},5", t) for u, i, r, t in ROWS], delimiter)
    assert result.scale == Scale(1.5, 5.5, 1)


def test_decimal_comma_in_a_comma_file_is_a_word(tmp_path: Path) -> None:
    result = checked(tmp_path, changed(3, 2, '"3,5"'))
    assert codes(result) == {"rating-not-a-number": 1}


def test_equal_ratings_are_implicit(tmp_path: Path) -> None:
    result = checked(tmp_path, [(u, i, "3.0", t) for u, i, _, t in ROWS])
    assert (result.feedback, result.scale) == (Feedback.IMPLICIT, None)
    assert set(result.interactions.values.tolist()) == {1.0}
    assert codes(result) == {"constant-ratings": 35}


def test_two_columns_are_implicit(tmp_path: Path) -> None:
    result = checked(tmp_path, [row[:2] for row in ROWS])
    assert result.feedback is Feedback.IMPLICIT
    assert codes(result) == {"implicit": 0}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (ROWS[:1], "1 person, 1 item and 1 event in 1 row"),
        (ROWS[:9], "5 people, 7 items and 9 events in 9 rows"),
        ([("u1", f"i{n}", *row[2:]) for n, row in enumerate(ROWS)], "1 person, 35 items and 35 events"),
        ([(f"u{n}", "i1", *row[2:]) for n, row in enumerate(ROWS)], "35 people, 1 item and 35 events"),
    ],
)
def test_too_small_to_learn_from(tmp_path: Path, rows: list[Row], words: str) -> None:
    with pytest.raises(DataError, match=f"too small to learn from: {words}") as error:
        checked(tmp_path, rows)
    assert error.value.code == "too-small"


cell = st.sampled_from(["u1", "u2", "i3", "4", "2.5", "", "nan", "word", "978300000", "-inf", " 7 "])
dirty = st.lists(st.lists(cell, min_size=3, max_size=5).map(tuple), max_size=15)


@given(dirty=dirty)
def test_every_row_is_kept_rejected_or_merged(tmp_path_factory: pytest.TempPathFactory, dirty: list[Row]) -> None:
    rows = ROWS * 2 + dirty
    result = checked(tmp_path_factory.mktemp("dirty"), rows)
    assert result.rows == len(rows)
    pairs = set(zip(result.interactions.users.tolist(), result.interactions.items.tolist(), strict=True))
    assert len(pairs) == result.kept
    assert all(finding.rows <= result.rows for finding in result.findings)
