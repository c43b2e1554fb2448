"""People and items cut by what a data set knows of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recsys_core.comparing.cutting import by_value
from recsys_core.data.dataset import Ids
from recsys_core.data.impressions.log import Impressions
from recsys_core.engagement.events import events_of
from recsys_core.engagement.person_days import person_days
from recsys_core.engagement.slices import FIGURES, attributes_of, cuts_of_log, people_cuts, rows_in, slices
from recsys_core.errors import DataError
from tests.engagement.logs import events
from tests.worlds import golden

DAY = 86_400


def test_each_slice_is_measured_as_if_it_were_alone() -> None:
    # Of 80 people the first half come every day, the others every eighth.
    people, day = (grid.ravel() for grid in np.meshgrid(np.arange(80), np.arange(60), indexing="ij"))
    there = (people < 40) | ((day - people) % 8 == 0)
    made = events(people[there], day[there] * DAY + 43_200)
    data = person_days(made)
    cut = by_value("kind", "Kind", np.where(np.arange(80) < 40, "daily", "rare").astype(object), 30)
    found = {one.name: one for one in slices(data, cut)}
    assert (found["daily"].people, found["rare"].people) == (40, 40)
    assert found["daily"].figures["d1"].value == 1
    assert found["rare"].figures["d1"].value == 0
    assert found["daily"].figures["stickiness"].value == 1
    assert found["rare"].figures["stickiness"].value == pytest.approx(1 / 8, abs=0.01)
    alone = data.among(np.arange(80) >= 40)
    for key, figure in FIGURES.items():
        assert found["rare"].figures[key] == figure.measure(alone)
    assert found["rare"].as_json()["events"]["value"] == 1


def test_too_few_people_are_named_and_not_measured() -> None:
    data = person_days(events(np.arange(50), np.zeros(50)))
    cut = by_value("kind", "Kind", np.array(["many"] * 45 + ["few"] * 5, dtype=object), 30)
    found = {one.name: one for one in slices(data, cut)}
    assert found["few"].people == 5
    assert set(found["few"].figures.values()) == {None}
    assert found["many"].figures["d7"] is None, "one day says nothing about the seventh"


def test_people_of_a_log_are_found_by_id_and_strangers_are_not_known() -> None:
    known = golden()
    table = known.user_table.assign(age=[20.0, 30.0, 40.0, 50.0])
    rows = rows_in(Ids.of(["nobody", str(known.user_ids.values[2])]), known.user_ids)
    assert rows.tolist() == [-1, 2]
    about = attributes_of(replace(known, user_table=table), rows)
    assert np.isnan(about["age"][0])
    assert about["age"][1] == 40
    cuts = people_cuts(about, np.array([1, 5]), fewest=1)
    assert [cut.key for cut in cuts] == ["attribute-age", "activity"]
    assert people_cuts(about, np.array([1, 5]), fewest=30) == []


def test_impressions_are_cut_by_people_and_by_items() -> None:
    known = golden()
    table = known.item_table.assign(genres=pd.Series([("Drama", "War"), ("Comedy",), (), ("Drama",)] + [()] * 2))
    known = replace(known, item_table=table)
    n = len(known.item_ids)
    shown = np.arange(12, dtype=np.int32) % n
    log = Impressions("log", Ids.of([]), known.item_ids, None, shown, None, np.zeros(12, bool), None, None)
    cuts = {f"{who}-{cut.key}": cut for who, cut in cuts_of_log(log, known, fewest=1)}
    assert set(cuts["items-genre"].names) == {"Drama", "Comedy", "not known"}
    assert not [key for key in cuts if key.startswith("people")]
    people = replace(log, user_ids=Ids.of(["a", "b"]), users=np.array([0] * 4 + [1] * 8, np.int32))
    assert "people-activity" in {f"{who}-{cut.key}" for who, cut in cuts_of_log(people, known, fewest=1)}


def test_what_says_nothing_of_people_or_times_is_refused_in_words() -> None:
    log = Impressions(
        "log", Ids.of([]), Ids.of(["x"]), None, np.zeros(2, np.int32), None, np.zeros(2, bool), None, np.arange(2)
    )
    with pytest.raises(DataError, match="to whom") as caught:
        events_of(log)
    assert caught.value.code == "no-people"
    timeless = golden().with_interactions(replace(golden().interactions, times=None))
    with pytest.raises(DataError, match="do not say when") as caught:
        events_of(timeless)
    assert caught.value.code == "no-times"
