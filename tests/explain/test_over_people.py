"""Explanations over many people, on a world in which genres decide: all sums can be told by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recsys_core.explain.explainers import EXPLAINERS, Shap
from recsys_core.explain.explanation import Contributions, Kind
from recsys_core.explain.faithfulness import Curves
from recsys_core.explain.overview import (
    PROPERTIES,
    TOGETHER,
    dependence,
    dependence_finding,
    explain_first,
    finding,
    grouped_points,
    ways_to_group,
    weights,
)
from recsys_core.explain.players import PLAYERS
from recsys_core.explain.sample import kinds_offered, methods_offered, sample_people
from recsys_core.explain.trust import Trust
from recsys_core.explain.trust_over_people import Judged, Remembering, agreement, judge_first, standings
from recsys_core.explain.trust_over_people import finding as trust_finding
from recsys_core.splitting import SplitRecipe, split
from recsys_core.statistics.estimates import Estimate
from tests.by_genre import ByGenre, two_tastes
from tests.explain.games import Table

SPLIT = split(two_tastes(), SplitRecipe(key="random"))
MODEL = ByGenre().fit(SPLIT.train)
HISTORY = PLAYERS[0]
TITLES = {one.about.key: one.about.title for one in EXPLAINERS}


def points(people: list[int], kind=HISTORY) -> pd.DataFrame:
    return pd.concat([explain_first(MODEL, SPLIT, user, kind) for user in people], ignore_index=True)


def test_people_are_drawn_once_and_the_first_of_many_are_the_few():
    many, few = sample_people(SPLIT, 40, 3), sample_people(SPLIT, 10, 3)
    assert few.tolist() == many[:10].tolist()
    assert len(set(many.tolist())) == 40
    assert sample_people(SPLIT, 40, 4).tolist() != many.tolist()


def test_each_event_contributes_one_and_groups_add_up():
    """score = events of the item's genre + a constant; all that people did is of one genre."""
    people = sample_people(SPLIT, 20, 0).tolist()
    found = points(people)
    assert found["value"].to_numpy() == pytest.approx(np.ones(len(found)), abs=1e-5)
    lengths = SPLIT.train.interactions.user_counts()[people]
    by_genre = {one.group: one for one in weights(grouped_points(found, SPLIT.dataset, "genres"), people)}
    is_even = np.array(people) % 2 == 0
    assert set(by_genre) == {"Horror", "Comedy"}
    assert by_genre["Horror"].strength.value == pytest.approx((lengths * is_even).mean(), abs=1e-4)
    assert by_genre["Comedy"].people == int((~is_even).sum())
    assert sum(one.share for one in by_genre.values()) == pytest.approx(1)
    assert by_genre["Horror"].share == pytest.approx(by_genre["Horror"].of_parts, abs=1e-4)


def test_a_part_of_several_genres_counts_once():
    dataset = two_tastes()
    dataset.item_table["genres"] = pd.Series([("Horror", "Comedy")] * dataset.n_items, dtype=object)
    grouped = grouped_points(points([0]), dataset, "genres")
    assert grouped["share"].sum() == pytest.approx(len(points([0])))
    (one, other) = weights(grouped, [0])
    assert one.strength.value == pytest.approx(other.strength.value)


def test_signs_cancel_within_a_person_and_not_between_people():
    frame = pd.DataFrame(
        {
            "user": [0, 0, 1, 1, 1],
            "group": ["a", "a", "a", "b", TOGETHER],
            "value": [2.0, -2.0, -3.0, 1.0, 50.0],
            "share": [1.0] * 5,
        }
    )
    first, second = weights(frame, [0, 1, 2])
    assert (first.group, first.strength.value, first.mean, first.people) == ("a", 1.0, -1.0, 2)
    assert (second.group, second.strength.value) == ("b", pytest.approx(1 / 3))
    assert first.strength.low is None
    assert "rest mostly on a" in finding("M", [first, second], "genres")
    assert "makes a difference to M: it recommends the same to everybody" in finding("M", [], "genres")


def test_what_depends_on_a_property_is_found_within_people():
    """Contributions rise with the year for each person, though the person with older items has the larger ones."""
    rows = [
        (user, float(year) + 100 * (9 - user), 1900.0 + year + 10 * user) for user in range(10) for year in range(6)
    ]
    frame = pd.DataFrame(rows, columns=["user", "value", "year"])
    year = next(one for one in PROPERTIES if one.key == "year")
    found = dependence(frame, year)
    assert found.correlation is not None
    assert (found.correlation.value, found.people, found.is_sure) == (pytest.approx(1), 10, True)
    assert dependence_finding(found, year).startswith("What is newer contributes more")
    assert dependence(frame.assign(year=np.nan), year).correlation is None
    noise = frame.assign(value=np.random.default_rng(0).normal(size=len(frame)))
    assert "cannot be told" in dependence_finding(dependence(noise, year), year)


def test_attributes_are_parts_too():
    kinds = {players.key: players for players in kinds_offered(MODEL)}
    found = points(sample_people(SPLIT, 5, 0).tolist(), kinds[Kind.ATTRIBUTE])
    assert set(found["name"]) <= {"Horror", "Comedy"}
    assert ways_to_group(SPLIT.dataset, Kind.ATTRIBUTE) == {"name": "attributes"}


def test_a_game_that_remembers_asks_once():
    game = Table(4, seed=0)
    remembering = Remembering(game)
    kept = np.random.default_rng(0).random((50, 4)) < 0.5
    for _ in range(2):
        assert remembering(kept).tolist() == Table(4, seed=0)(kept).tolist()
    assert game.asked == remembering.asked == len(np.unique(kept, axis=0))


def test_methods_that_name_what_carries_the_score_are_better_than_chance_and_a_wrong_one_is_caught(monkeypatch):
    """Of twenty people, by a model in which events of the other camp, rated 1, say nothing."""
    from recsys_core.models import find_model
    from tests import worlds

    parts = split(worlds.planted_ratings(np.random.default_rng(0)).dataset, SplitRecipe(key="random"))
    model = find_model("ease")().fit(parts.train)

    class Backwards(Shap):
        about = Shap.about.__class__(**{**vars(Shap.about), "key": "backwards", "title": "Backwards"})

        def steps(self, game, budget, rng):
            for found in super().steps(game, budget, rng):
                yield Contributions(**{**vars(found), "values": -found.values})

    monkeypatch.setattr("recsys_core.explain.sample.EXPLAINERS", (*EXPLAINERS, Backwards()))
    judged = [judge_first(model, parts, user, HISTORY, 200) for user in sample_people(parts, 20, 0).tolist()]
    titles = {one.about.key: one.about.title for one in methods_offered(model, HISTORY)}
    found = {one.method: one for one in standings(judged, titles)}
    assert {key for key, one in found.items() if one.is_better_than_chance} == set(titles) - {"backwards"}
    assert found["backwards"].deletion.value < 0
    assert found["linear"].gap == pytest.approx(0, abs=1e-5)
    assert found["lime"].fit is not None
    assert found["shap"].gap is not None
    assert found["leave-one-out"].gap is None
    unsure = replace(found["shap"], deletion=Estimate(0.2, -0.01, 0.4))
    assert not unsure.is_better_than_chance
    words = trust_finding(list(found.values()), "EASE")
    assert "Backwards is not surely better than chance" in words
    alike = agreement(judged, ["linear", "leave-one-out", "backwards"])
    assert alike[0, 1] == pytest.approx(1, abs=0.02)
    assert alike[0, 2] == pytest.approx(-1, abs=0.02)


def test_gaps_count_whichever_their_sign_and_the_most_faithful_comes_first():
    def judged(gap: float, span: float, gain: float) -> Judged:
        falls = Curves(
            np.array([0.0, 1.0]), np.array([1 - gain, 0.0]), np.array([0.0, 1.0]), *np.eye(2)[:, ::-1][:, None]
        )
        return Judged(np.ones(2), Trust(2, gap, span, None, falls, stability=1.0), 0.1, False)

    people = [
        {"shap": judged(-0.5, 1.0, -1.0), "lime": judged(1.0, 1.0, 1.0)},
        {"shap": judged(0.5, 2.0, -1.0), "lime": judged(1.0, 0.0, 1.0)},
    ]
    lime, shap = standings(people, TITLES)
    assert (lime.method, lime.gap, shap.gap) == ("lime", 1.0, pytest.approx(0.375))
    assert lime.deletion.value > shap.deletion.value


def test_nobody_with_two_reasons_is_said():
    assert standings([{}, {}], TITLES) == []
    assert "no explanation of M can be judged" in trust_finding([], "M")
