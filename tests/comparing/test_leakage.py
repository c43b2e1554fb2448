"""A leak is told where there is one, and nowhere else."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.comparing.leak_arms import Arms, arms, future_share
from recsys_core.comparing.leakage import Leakage, LeakTest, leakage
from recsys_core.data.dataset import Dataset
from recsys_core.errors import SplitError
from recsys_core.evaluation import evaluate
from recsys_core.models import find_model
from recsys_core.splitting import KNOWN, TEST, TRAIN, UNUSED, VALID, Split, SplitRecipe
from recsys_core.statistics.estimates import PerUser, as_it_is
from tests import worlds

RECIPE = SplitRecipe()


def measured(dataset: Dataset, keys: tuple[str, ...], metric: str = "ndcg@10") -> Leakage:
    both = arms(dataset, RECIPE)
    figures = {
        key: tuple(
            evaluate(find_model(key)().fit(split.train), split.test, dataset).per_user[metric]
            for split in (both.with_future, both.without_future)
        )
        for key in keys
    }
    return leakage(metric, LeakTest.of(both), figures, {key: find_model(key).info.title for key in keys})


# Worlds with known answers


def test_where_fashions_change_the_future_is_worth_much_and_the_order_rests_on_it():
    found = measured(worlds.eras(), ("popularity", "item_knn"))
    knn, popularity = found.models
    assert (knn.run, popularity.run) == ("item_knn", "popularity")
    assert knn.leak.low > 0.2  # it knows the second era, or nothing of it
    assert abs(popularity.leak.value) < 0.05  # what is of all times stays on top
    assert [(flip.ahead_with, flip.ahead_without) for flip in found.flips] == [("item_knn", "popularity")]
    assert found.tau == -1
    assert f"ItemKNN owes {knn.leak.value:.3f} [" in found.sentence
    assert "The order flips: of ItemKNN and Popularity, the first leads with the future" in found.sentence


def test_in_a_world_that_never_changes_there_is_no_leak():
    found = measured(worlds.steady(), ("popularity", "item_knn", "ease"))
    for model in found.models:
        assert model.leak.low <= 0.01
        assert abs(model.leak.value) < 0.04
    assert not found.flips
    assert found.models[-1].run == "popularity"
    assert "is better beyond chance" in found.sentence or "owes 0.0" in found.sentence
    assert "No two models change places beyond chance." in found.sentence


# What both ways share


def lengths(split: Split) -> list[int]:
    counts = split.events(TRAIN, VALID).user_counts()
    return sorted(counts[counts > 0].tolist())


def check(dataset: Dataset, both: Arms) -> None:
    events, (leaky, honest) = dataset.interactions, (both.with_future, both.without_future)
    for role in (TEST, KNOWN):
        assert np.array_equal(leaky.roles == role, honest.roles == role)
    assert lengths(leaky) == lengths(honest)
    assert (leaky.roles == VALID).sum() == (honest.roles == VALID).sum()
    past = np.isin(honest.roles, (TRAIN, VALID))
    assert events.times[past].max() < both.cut <= events.times[leaky.roles == TEST].min()
    judged = events.users[leaky.roles == TEST]
    assert len(set(judged.tolist())) == len(judged)
    for split in (leaky, honest):
        assert not np.isin(split.events(TRAIN, VALID).users, judged).any()
        told = split.test.known.lengths()[judged]
        assert np.array_equal(told, events.user_counts()[judged] - 1)
    for user, row in zip(judged, np.flatnonzero(leaky.roles == TEST), strict=True):
        assert events.times[row] == events.times[events.users == user].max()
    assert not np.isin(events.users[honest.roles == UNUSED], judged).any()


@given(st.integers(60, 90), st.integers(0, 2**32 - 1), st.booleans())
def test_both_ways_differ_in_when_others_acted_and_in_nothing_else(n: int, seed: int, crowded: bool):
    rng = np.random.default_rng(seed)
    rows = [
        (user, int(item), float(rng.integers(1, 6)), int(start + rng.integers(20 if crowded else 500)))
        for user in range(n)
        for start in [int(rng.integers(1000))]
        for item in rng.permutation(15)[: 1 + int(rng.integers(9))]
    ]
    dataset = worlds.dataset(rows, n, 15)
    recipe = SplitRecipe(seed=seed % 7)
    both = arms(dataset, recipe)
    check(dataset, both)
    again = arms(dataset, recipe)
    assert both.with_future.fingerprint == again.with_future.fingerprint


def test_only_events_worth_finding_are_to_be_found():
    world = worlds.planted_ratings(np.random.default_rng(0), n_users=120).dataset
    both = arms(world, SplitRecipe(threshold=3.0))
    assert (both.with_future.events(TEST).values >= 3).all()
    check(world, both)


def test_the_cut_goes_back_until_enough_can_be_judged_and_no_further_than_the_middle():
    small, large = worlds.steady(480), worlds.steady(3000)
    both = arms(small, RECIPE)
    assert LeakTest.of(both).people == 160  # of 480, two thirds come after the cut, and half of those judge
    both = arms(large, RECIPE)
    test = LeakTest.of(both)
    assert test.people == 500
    assert 0 <= test.between < 0.05
    assert both.cut == np.sort(large.interactions.times)[len(large.interactions) // 2]
    assert 0.37 < test.future < 0.42  # of those who are not judged, 1,000 of 2,500 come after them


def test_data_that_cannot_tell_are_refused_in_words():
    with pytest.raises(SplitError, match="has no times"):
        arms(worlds.golden(timed=False), RECIPE)
    still = worlds.steady(60)
    events = replace(still.interactions, times=np.zeros(len(still.interactions), dtype=np.int64))
    with pytest.raises(SplitError, match="has no times"):
        arms(still.with_interactions(events), RECIPE)
    with pytest.raises(SplitError, match="The last events of only 1 person can be judged"):
        arms(worlds.golden(), RECIPE)
    one = worlds.dataset([(0, 0, 5.0, 1), (0, 1, 5.0, 2)], 1, 2)
    with pytest.raises(SplitError, match="0 people"):
        arms(one, RECIPE)


def test_the_share_of_the_future_is_counted():
    dataset = worlds.dataset([(0, 0, 5.0, 1), (0, 1, 5.0, 4), (1, 0, 5.0, 3), (1, 1, 5.0, 6), (2, 1, 5.0, 9)], 3, 2)
    roles = np.array([TRAIN, TEST, TRAIN, TEST, TRAIN], dtype=np.int8)
    assert future_share(Split(dataset, roles, RECIPE)) == pytest.approx(1 / 3)  # of 1, 3 and 9, later than 4 and 6: 9
    bare = np.full(5, TRAIN, dtype=np.int8)
    assert future_share(Split(dataset, bare, RECIPE)) is None
    untimed = dataset.with_interactions(replace(dataset.interactions, times=None))
    assert future_share(Split(untimed, roles, RECIPE)) is None


# What is said


def figure(values: np.ndarray) -> PerUser:
    return PerUser(np.arange(len(values)), values, np.ones(len(values)), as_it_is)


TEST_FACTS = LeakTest(people=400, events=1000, share=0.4, cut=0, until=10, future=0.3, between=0.1)


def test_an_order_that_turns_round_by_chance_is_no_flip():
    rng = np.random.default_rng(1)
    noise = rng.normal(0.5, 0.2, (4, 400))
    figures = {
        "a": (figure(noise[0] + 0.001), figure(noise[1])),
        "b": (figure(noise[2]), figure(noise[3] + 0.001)),
    }
    found = leakage("ndcg@10", TEST_FACTS, figures, {"a": "A", "b": "B"})
    assert not found.flips
    assert "No model's NDCG@10 is better beyond chance" in found.sentence
    assert "a leak of less than about 0.0" in found.sentence


def test_of_many_models_one_is_not_called_leaking_by_chance(monkeypatch):
    """Ten models without a leak, in 40 samples of people: one by one, four in ten samples would have a culprit."""
    monkeypatch.setattr("recsys_core.statistics.bootstrap.RESAMPLES", 400)
    monkeypatch.setattr("recsys_core.statistics.permutation.PERMUTATIONS", 1_000)
    rng = np.random.default_rng(3)
    alone, found = 0, 0
    for _ in range(40):
        figures = {str(run): (figure(rng.normal(size=60)), figure(rng.normal(size=60))) for run in range(10)}
        measured = leakage("ndcg@10", TEST_FACTS, figures, {run: f"Model {run}" for run in figures})
        alone += any(model.leak.low > 0 or model.leak.high < 0 for model in measured.models)
        found += any(model.is_certain or model.is_harmed for model in measured.models)
        assert not measured.flips
    assert alone > 8
    assert found <= 6  # two are expected


def test_a_leak_of_few_people_needs_the_test_as_well_as_the_interval():
    moved = np.zeros(60)
    moved[:5] = 1.0  # five gain and nobody loses: by a coin's throw for each, one time in sixteen
    found = leakage("ndcg@10", TEST_FACTS, {"a": (figure(moved), figure(np.zeros(60)))}, {"a": "A"})
    (model,) = found.models
    assert model.leak.low > 0
    assert model.p == pytest.approx(1 / 16, abs=0.01)
    assert "No model's NDCG@10 is better beyond chance" in found.sentence


def test_a_leak_that_may_well_not_show_is_the_detectable_one():
    rng = np.random.default_rng(4)
    figures = {run: (figure(rng.normal(size=400)), figure(rng.normal(size=400))) for run in "ab"}
    found = leakage("ndcg@10", TEST_FACTS, figures, {"a": "A", "b": "B"})
    spread = np.std(np.subtract(*(part.numerator for part in figures["a"])), ddof=1)
    least = next(model.detectable for model in found.models if model.run == "a")
    assert least == pytest.approx((2.2414 + 0.8416) * spread / 20, rel=1e-3)  # a level of 2.5 % for each of two


def test_for_errors_less_is_better():
    rng = np.random.default_rng(2)
    base = rng.normal(1.0, 0.1, 400)
    found = leakage("mae", TEST_FACTS, {"a": (figure(base - 0.3), figure(base))}, {"a": "A"})
    (model,) = found.models
    assert model.leak.value == pytest.approx(0.3)
    assert found.tau is None
    assert "A owes 0.300 [" in found.sentence
    assert "] MAE to other people's future (0." in found.sentence
    assert "change places" not in found.sentence
    harmed = leakage("ndcg@10", TEST_FACTS, {"a": (figure(base - 0.3), figure(base))}, {"a": "A"})
    assert "A does better without the future." in harmed.sentence


def test_it_survives_being_written_down():
    found = measured(worlds.steady(200), ("popularity",))
    assert Leakage.model_validate_json(found.model_dump_json()) == found
