"""All of it together: in words, as plain data, and for data of which there is hardly anything."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest

from recsys_core.data.dataset import Dataset, Scale
from recsys_core.errors import DataError
from recsys_core.synthetic.judging.judgement import Judgement, judge
from tests.synthetic.town import implicit, only, town, without_taste
from tests.worlds import dataset, golden


@pytest.fixture(scope="module")
def real() -> Dataset:
    return town()


def test_people_who_are_alike_are_said_to_be(real):
    found = judge(real, town(seed=1), 0)
    likeness, copying, drifting = found.verdict()
    assert likeness == "Looks like the real data in all 13 respects that can be told."
    assert "of a real one" in copying or "no more than is asked" in copying
    assert drifting.startswith("No drift")
    assert (found.people, found.events[0]) == ((150, 150), len(real.interactions))


def test_what_is_not_alike_is_named(real):
    likeness, _, _ = judge(real, without_taste(real), 0).verdict()
    assert likeness.startswith("Looks like the real data in 6 of 10 respects, not in ")
    for aspect in ("items that go together", "what a classifier sees"):
        assert aspect in likeness


def test_a_respect_in_which_even_real_halves_are_unlike_speaks_neither_for_nor_against(real):
    found = judge(real, town(seed=1), 0)

    def verdict(floor: float, score: float, keys: set[str]) -> list[str]:
        aspects = tuple(
            replace(aspect, score=score, floor_score=floor) if aspect.key in keys else aspect
            for aspect in found.quality.aspects
        )
        return replace(found, quality=replace(found.quality, aspects=aspects)).verdict()

    likeness, untold, *_ = verdict(0.2, 0.02, {"item_ranks", "co_occurrence"})
    assert likeness == "Looks like the real data in all 11 respects that can be told."
    assert untold == "Too few real people to tell: which items are popular and items that go together."
    likeness, copying, *_ = verdict(0.3, 0.02, {"co_occurrence"})
    assert likeness == "Looks like the real data in 12 of 13 respects, not in items that go together."
    assert "of a real one" in copying
    everything = {aspect.key for aspect in found.quality.aspects}
    assert verdict(0.1, 1.0, everything)[0] == "Whether it looks like the real data cannot be told."


def test_one_copy_is_said_to_be_one(real):
    found = judge(real, only(real, np.arange(real.n_users)), 0)
    one = replace(found.copies, found=found.copies.found[:1], looked_at=200)
    assert (
        "1 of 200 generated people (0.5%) is a copy of a real one, no more than is asked."
        in replace(found, copies=one).verdict()
    )


def test_copies_are_said_to_be_copies(real):
    likeness, copying, _ = judge(real, only(real, np.arange(real.n_users)), 0).verdict()
    assert likeness.startswith("Looks like the real data in all")
    assert "(100.0%) are copies of real ones, too many" in copying


def test_other_groups_are_named(real):
    _, _, drifting = judge(real, town(seed=1, fans=0.9), 0).verdict()
    assert "Kind fan, share of the people 0." in drifting


def test_it_is_kept_as_plain_data_with_its_charts(real):
    found = judge(real, town(seed=1), 0)
    text = json.dumps(found.as_json(), allow_nan=False)
    assert Judgement.from_json(json.loads(text)) == found
    assert len(text) < 300_000
    assert json.loads(text)["verdict"] == found.verdict()
    assert all(aspect.chart.real.y and aspect.chart.synthetic.y for aspect in found.quality.aspects)


ONE = dataset([(0, 0, 3.0, 5)], 1, 1)
SMALL = {
    "three people": golden(),
    "one item": dataset([(user, 0, 4.0, user) for user in range(30)], 30, 1),
    "constant ratings": dataset(
        [(user, (user + place) % 9, 3.0, 7) for user in range(30) for place in range(4)], 30, 9
    ),
    "one event": ONE,
    "implicit, without times": implicit(town(30)),
    "one person": dataset([(0, item, 3.0, item) for item in range(9)], 1, 9),
    "mostly idle": dataset([(0, 1, 3.0, 1), (5, 2, 4.0, 9)], 400, 500),
    "fine ratings": replace(
        town(30),
        scale=Scale(1, 5, 0),
        interactions=replace(
            town(30).interactions,
            values=np.random.default_rng(0).uniform(1, 5, len(town(30).interactions)).astype(np.float32),
        ),
    ),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", SMALL)
def test_hardly_any_data_are_judged_all_the_same(name, real):
    for one, other in ((SMALL[name], SMALL[name]), (real, SMALL[name]), (SMALL[name], real)):
        found = judge(one, other, 0)
        assert 0 <= found.quality.score <= 1
        assert found.quality.find("activity") is not None
        assert 3 <= len(found.verdict()) <= 4
        json.dumps(found.as_json(), allow_nan=False)


def test_nobody_who_did_anything_is_refused(real):
    with pytest.raises(DataError, match="did anything"):
        judge(real, dataset([], 5, 4), 0)


def test_many_people_take_no_longer_than_what_is_drawn_of_them(monkeypatch, real):
    many = town(2500, seed=3)
    began = time.perf_counter()
    found = judge(many, town(2500, seed=4), 0)
    assert time.perf_counter() - began < 30
    assert found.quality.score > 0.9
