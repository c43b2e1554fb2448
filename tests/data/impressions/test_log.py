"""Impression logs: what is read, guessed, kept and said, and what the rates are."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.dataset import Ids
from recsys_core.data.impressions.columns import LogRecipe
from recsys_core.data.impressions.importing import ImportedLog, check_log, import_log, preview_log
from recsys_core.data.impressions.log import Impressions, match
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.errors import ConfigError, DataError
from tests.data.files import real, write
from tests.worlds import golden

HEADER = "user_id,item_id,position,click,propensity,timestamp\n"
ROWS = [f"u{n % 5},i{n % 7},{1 + n % 3},{int(n % 4 == 0)},0.25,{1_700_000_000 + n}" for n in range(40)]


def imported(folder: Path, text: str, recipe: LogRecipe | None = None) -> ImportedLog:
    made = import_log(write(folder, text, "log.csv"), "shown", recipe or LogRecipe())
    assert made.rows == made.kept + made.rejected
    assert made.kept == len(made.log)
    return made


def log_of(folder: Path, rows: list[str], header: str = HEADER) -> ImportedLog:
    return imported(folder, header + "".join(f"{row}\n" for row in rows))


def codes(made: ImportedLog) -> list[str]:
    return [finding.code for finding in made.findings]


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("folder", "name", "clicks", "items"),
    [
        ("random", "all", 38, 80),
        ("random", "men", 46, 34),
        ("random", "women", 46, 46),
        ("bts", "all", 42, 80),
        ("bts", "men", 69, 34),
        ("bts", "women", 46, 46),
    ],
)
def test_the_open_bandit_logs_are_read_without_help(folder: str, name: str, clicks: int, items: int) -> None:
    made = import_log(real(f"obd/{folder}/{name}/{name}.csv"), name)
    log, summary = made.log, made.summary()
    assert (summary["impressions"], summary["clicks"], summary["items"], made.rejected) == (10_000, clicks, items, 0)
    assert log.users is None
    assert sorted(set(log.positions.tolist())) == [1, 2, 3]
    assert made.recipe.chosen_columns() == {
        "user": None,
        "item": "item_id",
        "position": "position",
        "click": "click",
        "propensity": "propensity_score",
        "time": "timestamp",
    }
    first = np.datetime64(int(log.times.min()), "s")
    assert np.datetime64("2019-11-24T00:00") <= first < np.datetime64("2019-11-24T00:04")
    constant = {"all": 1 / 80, "men": 1 / 34, "women": 1 / 46}[name]
    assert (float(np.ptp(log.propensities)) == 0) == (folder == "random")
    assert folder == "bts" or log.propensities[0] == pytest.approx(constant)
    assert codes(made) == ([] if folder == "random" else ["extreme-weights"])
    assert made.summary()["ctr"] == clicks / 10_000


@pytest.mark.realdata
def test_the_smallest_propensity_is_said_without_an_exponent() -> None:
    (note,) = import_log(real("obd/bts/women/women.csv"), "women").findings
    assert "smallest propensity is 0.000001" in note.message
    assert "1,000,000" in note.message
    assert "clip the weights" in note.message


def test_every_column_is_read_as_it_stands(tmp_path: Path) -> None:
    log = log_of(tmp_path, ROWS).log
    assert len(log) == 40
    assert log.item_ids.values[log.items].tolist() == [f"i{n % 7}" for n in range(40)]
    assert log.user_ids.values[log.users].tolist() == [f"u{n % 5}" for n in range(40)]
    assert log.positions.tolist() == [1 + n % 3 for n in range(40)]
    assert log.clicks.tolist() == [n % 4 == 0 for n in range(40)]
    assert set(log.propensities.tolist()) == {0.25}
    assert log.times.tolist() == [1_700_000_000 + n for n in range(40)]
    assert log.positions.dtype == np.int16
    assert log.propensities.dtype == np.float32


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("1", "0"),
        ("true", "false"),
        ("True", "False"),
        ("YES", "no"),
        ("1.0", "0.0"),
        ("t", "f"),
        ("click", "impression"),
        ("click", "view"),
    ],
)
def test_clicks_in_many_words(tmp_path: Path, yes: str, no: str) -> None:
    log = log_of(tmp_path, [f"i{n % 3},{yes if n % 3 else no}" for n in range(30)], "item,clicked\n").log
    assert log.clicks.tolist() == [bool(n % 3) for n in range(30)]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("ad_id,slot,is_click,pscore", ("ad_id", "slot", "is_click", "pscore")),
        ("action,position,reward,action_prob", ("action", "position", "reward", "action_prob")),
        ("productId,itemPosition,label,probability", ("productId", "itemPosition", "label", "probability")),
        ("adgroup_id,pos,clk,pscore", ("adgroup_id", "pos", "clk", "pscore")),
        ("campaign,pos,clk,pscore", ("campaign", "pos", "clk", "pscore")),
        ("item,rank,Clicked,propensityScore", ("item", "rank", "Clicked", "propensityScore")),
    ],
)
def test_roles_by_names(tmp_path: Path, header: str, expected: tuple[str, ...]) -> None:
    made = log_of(tmp_path, [f"x{n % 4},{n % 3},{n % 2},0.{n % 9 + 1}" for n in range(40)], f"{header}\n")
    recipe = made.recipe
    assert (recipe.item, recipe.position, recipe.click, recipe.propensity) == expected
    assert codes(made) == []


def test_an_event_of_two_kinds_says_what_was_clicked(tmp_path: Path) -> None:
    made = log_of(tmp_path, [f"i{n % 3},{'click' if n % 4 else 'impression'}" for n in range(40)], "item,event_type\n")
    assert made.recipe.click == "event_type"
    assert made.log.clicks.tolist() == [bool(n % 4) for n in range(40)]


def test_a_file_without_names_is_told_by_its_values_and_says_so(tmp_path: Path) -> None:
    rows = [f"u{n % 5},i{n % 7},{int(n % 4 == 0)},{1_700_000_000 + n}" for n in range(40)]
    made = log_of(tmp_path, rows, "")
    chosen = made.recipe.chosen_columns()
    assert [chosen[role] for role in ("user", "item", "click", "time")] == [f"column {n}" for n in (1, 2, 3, 4)]
    assert codes(made) == ["columns-guessed"]


def test_columns_that_are_chosen_by_hand_are_used(tmp_path: Path) -> None:
    text = "shown,clicked,also,item\n" + "".join(f"x{n % 3},{n % 2},{int(n % 5 == 0)},y\n" for n in range(20))
    made = imported(tmp_path, text, LogRecipe(item="shown", click="3"))
    assert made.log.item_ids.values.tolist() == ["x0", "x1", "x2"]
    assert int(made.log.clicks.sum()) == 4


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ({"item": "nothing"}, "unknown-column"),
        ({"item": "click"}, "column-chosen-twice"),
        ({"item": None}, "no-item-column"),
    ],
)
def test_wrong_choices_are_said(tmp_path: Path, chosen: dict[str, str | None], code: str) -> None:
    with pytest.raises(DataError) as caught:
        imported(tmp_path, HEADER + "\n".join(ROWS), LogRecipe(click="click").changed(chosen))
    assert caught.value.code == code
    assert caught.value.fix


def test_a_recipe_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(ConfigError, match="rating"):
        LogRecipe.parse({"rating": "stars"})


def test_a_ratings_file_is_no_log(tmp_path: Path) -> None:
    path = write(tmp_path, "user,item,rating\n" + "".join(f"u{n},i{n % 3},{n % 5 + 1}\n" for n in range(20)))
    with pytest.raises(DataError, match="clicked") as caught:
        import_log(path, "x")
    assert caught.value.code == "no-click-column"
    found = preview_log(path)
    assert found.recipe is None
    assert found.problem is not None
    assert len(found.frame) == 20


def test_counts_of_clicks_are_refused_with_a_row(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"row 3 \(line 4\).*\"12\"") as caught:
        log_of(tmp_path, ["a,0", "b,1", "c,12", "d,7", "e,30"], "item,clicks\n")
    assert "one impression a row" in caught.value.fix


def test_header_only_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        log_of(tmp_path, [])
    assert caught.value.fix


def test_a_log_of_nothing_but_clicks_is_warned_about(tmp_path: Path) -> None:
    made = log_of(tmp_path, [f"i{n % 3},1" for n in range(12)], "item,click\n")
    assert codes(made) == ["only-clicks"]
    assert made.findings[0].level == "warning"
    assert "100%" in made.findings[0].message
    assert codes(log_of(tmp_path, [f"i{n % 3},0" for n in range(12)], "item,click\n")) == ["no-clicks"]


def test_rows_without_item_click_or_time_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [*ROWS, "u1,,1,0,0.5,1700000000", "u1,i1,1,perhaps,0.5,1700000000", "u1,i1,1,0,0.5,soon"]
    made = log_of(tmp_path, rows)
    assert (made.rows, made.kept, made.rejected) == (43, 40, 3)
    assert set(codes(made)) == {"missing-item", "bad-click", "bad-time"}
    assert made.rejects["line"].tolist() == [42, 43, 44]


def test_rows_without_a_person_offer_to_leave_the_people_aside(tmp_path: Path) -> None:
    made = log_of(tmp_path, [*ROWS, ",i1,1,0,0.5,1700000000"])
    (finding,) = made.findings
    (fix,) = finding.fixes
    assert (finding.code, made.rejected) == ("missing-user", 1)
    again = imported(tmp_path, (tmp_path / "log.csv").read_text(), made.recipe.changed(fix.changes))
    assert again.rejected == 0
    assert again.log.users is None
    assert len(again.log.user_ids) == 0


def test_rows_without_a_propensity_or_position_still_count(tmp_path: Path) -> None:
    odd = [
        f"u1,i1,{place},1,{chance},1700000000" for place, chance in (("x", "0"), ("2", "1.5"), ("-1", ""), ("3", "1"))
    ]
    made = log_of(tmp_path, [*ROWS, *odd])
    log = made.log
    assert made.rejected == 0
    assert log.positions[40:].tolist() == [-1, 2, -1, 3]
    assert np.isnan(log.propensities[40:]).tolist() == [True, True, True, False]
    rows = {finding.code: finding.rows for finding in made.findings}
    assert rows == {"bad-position": 2, "bad-propensity": 3}
    assert "row 41 (line 42)" in made.findings[0].message


def test_a_column_of_no_propensities_is_left_aside_loudly(tmp_path: Path) -> None:
    made = log_of(tmp_path, [row.replace("0.25", "25") for row in ROWS])
    assert made.log.propensities is None
    assert codes(made) == ["bad-propensity"]
    assert "left aside" in made.findings[0].message


def test_extreme_weights_are_noted(tmp_path: Path) -> None:
    (note,) = log_of(tmp_path, [*ROWS, "u1,i1,1,0,0.0004,1700000000", "u1,i1,1,0,0.001,1700000000"]).findings
    assert (note.code, note.level, note.rows) == ("extreme-weights", "note", 1)
    assert "0.0004" in note.message
    assert "2,500" in note.message


def test_propensities_that_vanish_in_float32_are_none(tmp_path: Path) -> None:
    made = log_of(tmp_path, [*ROWS, "u1,i1,1,0,1e-60,1700000000"])
    assert codes(made) == ["bad-propensity"]


def test_decimal_commas(tmp_path: Path) -> None:
    text = (HEADER + "\n".join(ROWS)).replace(",", ";").replace("0.25", "0,25")
    assert set(imported(tmp_path, text).log.propensities.tolist()) == {0.25}


IDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=6)


@given(st.lists(st.tuples(IDS, st.sampled_from(["0", "1", "maybe", ""]), st.sampled_from(["1", "2", "x"])), min_size=1))
def test_every_row_is_kept_or_rejected(rows: list[tuple[str, str, str]]) -> None:
    table = RawTable.of("log", pd.DataFrame(rows, columns=["item", "click", "position"]))
    good = [(item, click) for item, click, _ in rows if click in "01" and click]
    if len(good) * 2 < len(rows):
        with pytest.raises(DataError) as caught:
            check_log(table, "log")
        assert caught.value.code in {"mostly-unusable", "no-click-column"}
        return
    made = check_log(table, "log")
    assert made.kept + made.rejected == len(rows)
    assert made.kept == len(good)
    assert int(made.log.clicks.sum()) == sum(click == "1" for _, click in good)


def test_a_log_and_a_data_set_are_matched_by_ids() -> None:
    """The data set has the people u0 to u3 and the items i0 to i5."""
    log = Impressions(
        "log",
        Ids.of(["u1", "x"]),
        Ids.of(["i0", "i9", "i5"]),
        np.array([0, 0, 1, 1], np.int32),
        np.array([0, 1, 2, 0], np.int32),
        None,
        np.array([True, False, False, False]),
        None,
        None,
    )
    found = match(log, golden())
    assert (found.items.matched, found.items.missing, found.items.surplus) == (2, 4, 1)
    assert found.items.examples == {"missing": ("i1", "i2", "i3", "i4"), "surplus": ("i9",)}
    assert found.people is not None
    assert (found.people.matched, found.people.missing, found.people.surplus) == (1, 3, 1)
    assert found.impressions == 1


def test_a_log_with_columns_that_do_not_fit_cannot_be_made() -> None:
    one = np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="different lengths"):
        Impressions("x", Ids.of([]), Ids.of(["i"]), None, one, None, np.zeros(2, bool), None, None)
    with pytest.raises(ValueError, match="outside"):
        Impressions("x", Ids.of([]), Ids.of([]), None, one, None, np.zeros(1, bool), None, None)
    with pytest.raises(ValueError, match="user ids"):
        Impressions("x", Ids.of(["u"]), Ids.of(["i"]), None, one, None, np.zeros(1, bool), None, None)
