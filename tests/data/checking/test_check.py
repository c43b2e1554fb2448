"""Checking: what is rejected, merged, refused, and that every row is accounted for."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.checking.check import Checked, check
from recsys_core.data.checking.roles import settle
from recsys_core.data.dataset import Scale
from recsys_core.data.findings import Finding, quote
from recsys_core.data.reading.any_table import read_table, sniff
from recsys_core.data.recipe import Recipe
from recsys_core.errors import DataError
from recsys_core.types import Feedback
from tests.data.files import HEADER, ROWS, text_of, write

Row = tuple[str, ...]


def checked(folder: Path, rows: list[Row], delimiter: str = ",", header: Row = HEADER, **recipe) -> Checked:
    path = write(folder, text_of(rows, delimiter, header[: len(rows[0])]))
    table = read_table(path, sniff(path))
    result = check(table, settle(table, Recipe.parse(recipe)))
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
    assert f"(such as row 5 (line 6): {shown})" in finding.message
    assert finding.examples == (f"row 5 (line 6): {shown}", f"row 6 (line 7): {shown}")
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
    with pytest.raises(DataError, match='column "timestamp": "the 31st" is not a time') as error:
        checked(tmp_path, [(u, i, r, "the 31st") for u, i, r, _ in ROWS])
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
    assert codes(result) == {"times-without-zone": 0, "same-times": 35}


@pytest.mark.parametrize(("time", "kept"), [("978400000", 2.0), ("100000000", 1.0)])
def test_of_a_repeated_pair_the_latest_is_kept(tmp_path: Path, time: str, kept: float) -> None:
    result = checked(tmp_path, [*ROWS, ("u0", "i0", "2", time)])
    events = result.interactions
    user, item = result.user_ids.find("u0", "user"), result.item_ids.find("i0", "item")
    first = (events.users == user) & (events.items == item)
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


def findings(result: Checked) -> dict[str, Finding]:
    return {finding.code: finding for finding in result.findings}


def column_of(*values: str, column: int = 2) -> list[Row]:
    """ROWS with a column that runs through these values."""
    return [(*row[:column], values[n % len(values)], *row[column + 1 :]) for n, row in enumerate(ROWS)]


@pytest.mark.parametrize(("repeats", "kept"), [("last", 4.0), ("first", 1.0), ("mean", 3.0), ("highest", 4.0)])
def test_what_becomes_of_repeated_pairs_can_be_chosen(tmp_path: Path, repeats: str, kept: float) -> None:
    rows = [*ROWS, ("u0", "i0", "4", "978400009"), ("u0", "i0", "4", "978400008")]
    result = checked(tmp_path, rows, repeats=repeats)
    user, item = result.user_ids.find("u0", "user"), result.item_ids.find("i0", "item")
    event = (result.interactions.users == user) & (result.interactions.items == item)
    assert result.interactions.values[event].tolist() == [kept]
    assert result.interactions.times is not None
    assert result.interactions.times[event].tolist() == [978_300_000 if repeats == "first" else 978_400_009]
    assert (result.merged, result.kept) == (2, 35)


def test_a_fix_is_a_change_of_the_recipe(tmp_path: Path) -> None:
    rows = [*ROWS, ("u0", "i0", "4", "978400009")]
    fixes = findings(checked(tmp_path, rows))["repeated-pairs"].fixes
    assert [fix.label for fix in fixes] == ["Keep the first", "Keep the mean"]
    again = checked(tmp_path, rows, **fixes[1].changes)
    assert "their mean was kept" in findings(again)["repeated-pairs"].message


@pytest.mark.parametrize("mark", ["-1", "99"])
def test_marks_for_not_rated(tmp_path: Path, mark: str) -> None:
    rows = column_of("1", "2", "3", "4", mark)
    result = checked(tmp_path, rows)
    assert (result.rejected, result.scale) == (7, Scale(1, 4, 1))
    finding = findings(result)["not-rated"]
    kept = checked(tmp_path, rows, **finding.fixes[0].changes)
    assert kept.rejected == 0
    assert float(mark) in (kept.scale.low, kept.scale.high)


@pytest.mark.parametrize("values", [("-1", "1"), ("-1", "0", "1"), ("-10", "-1", "10"), ("1", "5", "100")])
def test_scales_that_hold_no_mark(tmp_path: Path, values: tuple[str, ...]) -> None:
    result = checked(tmp_path, column_of(*values))
    assert result.rejected == 0
    assert result.scale == Scale(float(values[0]), float(values[-1]), pytest.approx(result.scale.step))


def test_many_zeros_are_asked_about(tmp_path: Path) -> None:
    rows = column_of("0", "7", "8")
    result = checked(tmp_path, rows)
    assert result.scale == Scale(0, 8, 1)
    again = checked(tmp_path, rows, **findings(result)["many-zeros"].fixes[0].changes)
    assert (again.scale, again.rejected) == (Scale(7, 8, 1), 12)


def test_a_rating_beyond_a_known_scale(tmp_path: Path) -> None:
    rows = [row for copy in range(7) for row in [(f"{u}{copy}", *rest) for u, *rest in ROWS]]
    rows[9] = (*rows[9][:2], "11", rows[9][3])
    result = checked(tmp_path, rows)
    assert result.scale == Scale(1, 11, 1)
    again = checked(tmp_path, rows, **findings(result)["beyond-scale"].fixes[0].changes)
    assert (again.rejected, again.scale) == (1, Scale(1, 5, 1))
    assert codes(again)["out-of-scale"] == 1


def test_counts_are_weights(tmp_path: Path) -> None:
    rows = [*column_of("1", "250", "3", "0"), ("u0", "i0", "6", "978400009")]
    result = checked(tmp_path, rows)
    assert (result.feedback, result.scale) == (Feedback.IMPLICIT, None)
    assert codes(result)["no-event"] == 8
    user, item = result.user_ids.find("u0", "user"), result.item_ids.find("i0", "item")
    event = (result.interactions.users == user) & (result.interactions.items == item)
    assert result.interactions.values[event].tolist() == [7.0], "counts of a repeated pair are added up"
    rated = checked(tmp_path, rows, **findings(result)["counts"].fixes[0].changes)
    assert rated.feedback is Feedback.EXPLICIT


def test_a_column_called_plays_is_counts(tmp_path: Path) -> None:
    result = checked(tmp_path, column_of("1", "2", "9"), header=("user", "artist", "plays", "time"))
    assert result.feedback is Feedback.IMPLICIT
    assert result.interactions.values.max() == 9


def test_zeros_and_ones_are_a_scale(tmp_path: Path) -> None:
    assert checked(tmp_path, column_of("0", "1", "1")).scale == Scale(0, 1, 1)


def test_a_threshold_makes_events_of_ratings(tmp_path: Path) -> None:
    result = checked(tmp_path, ROWS, feedback="implicit", threshold=4)
    liked = sum(float(row[2]) >= 4 for row in ROWS)
    assert (result.kept, result.rejected) == (liked, 35 - liked)
    assert set(result.interactions.values.tolist()) == {1.0}
    assert codes(result)["below-threshold"] == 35 - liked


def test_kinds_of_events_have_weights(tmp_path: Path) -> None:
    rows = column_of("view", "addtocart", "transaction", "remove_from_cart")
    header = ("visitorid", "itemid", "event", "timestamp")
    result = checked(tmp_path, rows, header=header)
    assert result.feedback is Feedback.IMPLICIT
    assert result.decided["weights"] == {"view": 1, "addtocart": 3, "transaction": 5, "remove_from_cart": 0}
    assert codes(result)["event-counts-nothing"] == 8
    assert result.interactions.values[:3].tolist() == [1, 3, 5]
    own = checked(tmp_path, rows, header=header, weights={"view": 0, "transaction": 2})
    assert own.interactions.values[:2].tolist() == [3, 2]


def test_ids_with_point_zero_are_joined_only_after_asking(tmp_path: Path) -> None:
    rows = [(("7" if n % 2 else "7.0") if u == "u0" else u, i, r, t) for n, (u, i, r, t) in enumerate(ROWS)]
    result = checked(tmp_path, rows)
    assert len(result.user_ids) == 6
    again = checked(tmp_path, rows, **findings(result)["ids-with-point-zero"].fixes[0].changes)
    assert (len(again.user_ids), "7" in again.user_ids.positions) == (5, True)


def test_ids_that_look_alike_are_joined_only_after_asking(tmp_path: Path) -> None:
    rows = [
        (("caf\u00e9" if n % 2 else "cafe\u0301") if u == "u0" else u, i, r, t) for n, (u, i, r, t) in enumerate(ROWS)
    ]
    result = checked(tmp_path, rows)
    assert len(result.user_ids) == 6
    assert len(checked(tmp_path, rows, **findings(result)["ids-look-alike"].fixes[0].changes).user_ids) == 5


def test_guarded_ids_come_back(tmp_path: Path) -> None:
    rows = changed(0, 0, "'=1+1", "''-5", "'x")
    assert checked(tmp_path, rows).user_ids.values.tolist()[:3] == ["=1+1", "'-5", "'x"]


def test_a_file_with_unguarded_formulas_is_none_of_our_exports(tmp_path: Path) -> None:
    rows = changed(0, 0, "'-u1", "-u1", "'=x")
    assert checked(tmp_path, rows).user_ids.values.tolist()[:3] == ["'-u1", "-u1", "'=x"]


@pytest.mark.parametrize(("ids", "code"), [("1.2E+{}", "ids-shortened"), ("a{}@b.org", "personal-ids")])
def test_ids_to_think_about(tmp_path: Path, ids: str, code: str) -> None:
    assert code in codes(checked(tmp_path, [(ids.format(u[1]), *rest) for u, *rest in ROWS]))


def test_odd_times(tmp_path: Path) -> None:
    rows = changed(3, 3, "0", "4102444800")
    result = checked(tmp_path, rows)
    assert (codes(result), result.rejected) == ({"odd-times": 2}, 0)
    again = checked(tmp_path, rows, **findings(result)["odd-times"].fixes[0].changes)
    assert again.rejected == 2


def test_dates_with_the_day_or_the_month_first(tmp_path: Path) -> None:
    rows = column_of("3/4/2024", "5/6/2024", column=3)
    result = checked(tmp_path, rows)
    turned = checked(tmp_path, rows, **findings(result)["ambiguous-dates"].fixes[0].changes)
    assert result.interactions.times is not None
    assert turned.interactions.times is not None
    assert (result.interactions.times[0], turned.interactions.times[0]) == (1_712_102_400, 1_709_510_400)


def test_days_of_a_spreadsheet(tmp_path: Path) -> None:
    rows = column_of("45413.5", "45414.5", column=3)
    again = checked(tmp_path, rows, **findings(checked(tmp_path, rows))["times-small"].fixes[0].changes)
    assert again.interactions.times is not None
    assert again.interactions.times.max() == 1_714_651_200


def test_people_who_rate_everything_the_same(tmp_path: Path) -> None:
    rows = [(u, i, "3" if u == "u0" else r, t) for u, i, r, t in ROWS]
    result = checked(tmp_path, rows)
    assert codes(result) == {"constant-people": 7}
    again = checked(tmp_path, rows, **findings(result)["constant-people"].fixes[0].changes)
    assert (len(again.user_ids), again.rejected, again.kept) == (4, 7, 28)


def test_minimum_counts_and_core(tmp_path: Path) -> None:
    single = [("lone", "i0", "2", "978300100"), ("u0", "rare", "2", "978300101"), ("other", "rare", "1", "978300102")]
    result = checked(tmp_path, ROWS + single)
    assert codes(result) == {"single-event-person": 2}
    once = checked(tmp_path, ROWS + single, fewest_per_person=2)
    assert (once.rejected, "rare" in once.item_ids.positions) == (2, True)
    core = checked(tmp_path, ROWS + single, fewest_per_person=2, fewest_per_item=2, core=True)
    assert (core.rejected, core.kept) == (3, 35)
    with pytest.raises(DataError, match="fewer than 100 events") as error:
        checked(tmp_path, ROWS, fewest_per_person=100)
    assert "fewer events" in error.value.fix


def test_repeated_headers_in_the_middle(tmp_path: Path) -> None:
    result = checked(tmp_path, ROWS[:9] + [HEADER] + ROWS[9:20] + [HEADER] + ROWS[20:])
    assert (result.rejected, codes(result)) == (2, {"header-in-data": 2})


def test_rejected_rows_are_listed_with_reasons(tmp_path: Path) -> None:
    rows = changed(4, 2, "good", "")
    rows.insert(1, ("a", "b"))
    listed = checked(tmp_path, rows).rejects
    assert listed["line"].tolist() == [3, 7, 8]
    assert listed["reason"].tolist() == ["has too few fields", "is not a number", "is no rating"]
    assert listed["text"].tolist()[1] == ",".join(rows[5])


def test_one_person_with_most_events(tmp_path: Path) -> None:
    rows = [*ROWS, *((f"u{n % 2 * 9}", f"j{n}", "3", "978300100") for n in range(40))]
    assert "one-person-dominates" in codes(checked(tmp_path, rows))


def test_ratings_cannot_be_added_up(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be added up"):
        checked(tmp_path, ROWS, repeats="sum")


@pytest.mark.parametrize(("repeats", "stays"), [("last", False), ("mean", False), ("first", True), ("highest", True)])
def test_a_threshold_judges_what_becomes_of_repeated_pairs(tmp_path: Path, repeats: str, stays: bool) -> None:
    rows = [*ROWS, ("u9", "i0", "5", "978400000"), ("u9", "i0", "1", "978400001")]
    result = checked(tmp_path, rows, threshold=4, repeats=repeats)
    assert ("u9" in result.user_ids.positions) is stays
    assert "constant-ratings" not in codes(result)


def test_counts_of_99_are_no_marks(tmp_path: Path) -> None:
    rows = column_of("1", "15", "99", "3")
    assert checked(tmp_path, rows, header=("user", "artist", "plays", "time")).rejected == 0


def test_a_mark_far_below_the_scale(tmp_path: Path) -> None:
    result = checked(tmp_path, column_of("1", "2", "3", "-99"))
    assert (result.rejected, result.scale) == (8, Scale(1, 3, 1))


def test_one_fix_does_not_undo_another(tmp_path: Path) -> None:
    rows = column_of("0", "2", "5", "99", "-1", "0")
    result = checked(tmp_path, rows)
    fixes = {fix.label: fix.changes["not_ratings"] for finding in result.findings for fix in finding.fixes[:1]}
    assert fixes["0 means not rated"] == [-1, 99, 0]
    assert (fixes["Keep -1 as a rating"], fixes["Keep 99 as a rating"]) == ([99], [-1])


@pytest.mark.parametrize("value", ["1,500", "1.500"])
def test_thousands_are_asked_about(tmp_path: Path, value: str) -> None:
    rows = column_of(value, "200", "300")
    result = checked(tmp_path, rows, delimiter=";", header=("user", "item", "plays", "time"))
    assert result.interactions.values.min() == 1.5
    fix = findings(result)["thousands"].fixes[0]
    again = checked(tmp_path, rows, delimiter=";", header=("user", "item", "plays", "time"), **fix.changes)
    assert again.interactions.values.max() == 1500
    assert "thousands" not in codes(checked(tmp_path, column_of("3,125", "2,5", "1"), delimiter=";"))


@pytest.mark.parametrize(("kind", "weight"), [("dislike", 0), ("un-like", 0), ("unpaid_order", 0), ("return_visit", 1)])
def test_kinds_are_told_by_whole_words(tmp_path: Path, kind: str, weight: float) -> None:
    rows = column_of("view", "buy", "view", kind)
    result = checked(tmp_path, rows, header=("user", "item", "event", "timestamp"))
    assert result.decided["weights"][kind] == weight


def test_invisible_blanks_around_ids_are_trimmed_in_any_order(tmp_path: Path) -> None:
    rows = changed(0, 0, "\u200b \u200bu0", "u1 \ufeff\u00a0")
    assert len(checked(tmp_path, rows).user_ids) == 5


def test_ratings_beside_kinds_of_events_are_counts(tmp_path: Path) -> None:
    rows = [(*row, ("view", "buy")[n % 2]) for n, row in enumerate(column_of("0", "1", "5"))]
    result = checked(tmp_path, rows, header=(*HEADER, "event"), event="event")
    assert (result.feedback, result.rejected) == (Feedback.IMPLICIT, 12)
    assert result.interactions.values.min() > 0


def test_a_long_tail_under_no_name_is_counts(tmp_path: Path) -> None:
    rows = column_of("1", "1", "2", "1", "30", "1", "2")
    assert checked(tmp_path, rows, header=("user", "item", "x", "time"), rating="x").feedback is Feedback.IMPLICIT
    assert checked(tmp_path, rows).feedback is Feedback.EXPLICIT
    even = column_of("1", "20", "40", "60", "80", "100")
    assert checked(tmp_path, even, header=("user", "item", "x", "time"), rating="x").feedback is Feedback.EXPLICIT
