"""Worlds with known answers: what comes of a course can be worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_core.simulating.assumptions import Assumptions
from recsys_core.simulating.clicks import Deck
from recsys_core.simulating.course import Course, simulate

# Nobody differs, nothing that happens has any effect.
STILL = {"noise": 0, "held_out": 0, "fatigue": 0, "turnover": 0, "pull": 0}
STILL |= {"delight": 0, "letdown": 0, "boredom": 0, "forgetting": 0}
STILL |= {"variety": 0, "habit": 0, "return_pull": 0, "churn": 0}


def lists(n: int, depth: int = 200) -> Deck:
    items = np.tile(np.arange(depth, dtype=np.int32), (n, 1))
    return Deck(items, np.zeros(items.shape, dtype=bool))


def course(
    n: int = 400, days: int = 40, told: np.ndarray | None = None, deck: Deck | None = None, seed: int = 0, **how: object
) -> Course:
    deck = lists(n) if deck is None else deck
    told = np.zeros(deck.items.shape, dtype=np.float32) if told is None else told
    assumptions = Assumptions(**(STILL | how))
    return simulate(np.arange(n), deck, told, assumptions, days, 5, np.random.default_rng(seed))


def ctr(found: Course) -> float:
    return float(found.clicks.sum() / found.shown.sum())


def share(found: Course, day: int) -> float:
    return float(found.came[day].mean())


def around(expected: float, number: int) -> object:
    """Within four standard errors of a share that is told by so many yeses and noes."""
    return pytest.approx(expected, abs=4 * (expected * (1 - expected) / number) ** 0.5)


def test_without_position_bias_the_ctr_is_the_attraction():
    found = course(position_bias=0, attraction=0.05)
    assert ctr(found) == around(0.05, found.shown.sum())


@pytest.mark.parametrize(("eta", "slots"), [(1.0, 10), (0.5, 4), (2.0, 20)])
def test_position_bias_multiplies_by_the_mean_look(eta, slots):
    found = course(position_bias=eta, slots=slots, attraction=0.1)
    looked = np.mean(np.arange(1, slots + 1) ** -eta)
    assert ctr(found) == around(0.1 * looked, found.shown.sum())
    assert (found.shown == slots * found.came.sum(axis=0)).all()


def test_liking_moves_the_odds():
    found = course(told=np.full((400, 200), 2.0), position_bias=0, attraction=0.02, pull=1)
    odds = 0.02 / 0.98 * np.exp(2)
    assert ctr(found) == around(odds / (1 + odds), found.shown.sum())


def test_held_out_items_are_liked_more():
    deck = Deck(lists(400).items, np.ones((400, 200), dtype=bool))
    assert ctr(course(deck=deck, held_out=1.5, pull=1, seed=1)) == ctr(
        course(told=np.full((400, 200), 1.5), pull=1, seed=1)
    )


def test_fatigue_takes_a_share_of_attraction_for_each_showing_in_vain():
    found = course(days=2, n=4_000, position_bias=0, attraction=0.1, fatigue=0.5, coming=0.5)
    again = found.came[1].sum()
    # Of the second visit, one of ten items is new: the clicked ones left.
    assert ctr(found) == pytest.approx(
        (0.1 * found.came[0].size + (0.1 * 0.1 + 0.9 * 0.05) * again) / (found.came[0].size + again), abs=0.004
    )


@given(
    low=st.floats(0, 0.5),
    more=st.floats(0, 0.5),
    turnover=st.floats(0, 0.5),
    pull=st.floats(0, 2),
    seed=st.integers(0, 1000),
)
@settings(max_examples=15)
def test_more_fatigue_never_raises_the_ctr(low, more, turnover, pull, seed):
    """Where places do not count and people come all the same, it holds person by person: luck is the same."""
    told = np.random.default_rng(seed).normal(0, 1, (40, 200)).astype(np.float32)
    how = {
        "position_bias": 0,
        "pull": pull,
        "turnover": turnover,
        "attraction": 0.05,
        "n": 40,
        "told": told,
        "seed": seed,
    }
    fresh, tired = (course(fatigue=fatigue, days=25, **how) for fatigue in (low, min(0.5, low + more)))
    assert (fresh.shown == tired.shown).all()
    assert fresh.clicks.sum() >= tired.clicks.sum()


def test_who_comes_by_chance_alone_comes_as_often_as_assumed():
    found = course(coming=0.3)
    assert found.came[0].all()
    assert float(found.came[1:].mean()) == around(0.3, found.came[1:].size)
    assert all(share(found, day) == around(0.3, found.came[day].size) for day in (1, 7, 30))


def test_churn_takes_people_away_day_by_day():
    found = course(coming=0.5, churn=0.02, n=1000)
    for day in (1, 7, 30):
        assert share(found, day) == around(0.5 * 0.98**day, found.came[day].size)
    last = found.came[-5:].any(axis=0)
    assert float(last.mean()) < 0.6  # those who left do not come back


def test_variety_is_the_same_person_on_all_days():
    found = course(variety=2, coming=0.2, n=1000)
    first, second = (part.mean(axis=0).ravel() for part in (found.came[1:20], found.came[20:]))
    assert np.corrcoef(first, second)[0, 1] > 0.8
    still = course(coming=0.2, n=1000)
    first, second = (part.mean(axis=0).ravel() for part in (still.came[1:20], still.came[20:]))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.1


def test_habit_lets_those_come_who_came():
    found = course(habit=3, coming=0.3, n=1000)
    here = found.came[29]
    assert found.came[30][here].mean() > found.came[30][~here].mean() + 0.1


def test_what_pleases_brings_people_back_and_what_disappoints_keeps_them_away():
    how = {"attraction": 0.1, "return_pull": 2, "delight": 0.3, "letdown": 0.3, "n": 500}
    liked, neutral, disliked = (
        course(told=np.full((500, 200), level), bar=2, **how | extra).came[1:].mean()
        for level, extra in ((3.0, {}), (3.0, {"return_pull": 0}), (1.0, {}))
    )
    assert liked > neutral + 0.02
    assert disliked < neutral - 0.02


def test_a_visit_without_a_click_bores():
    bored = course(attraction=0.005, boredom=0.2, return_pull=2)
    assert bored.came[1:].mean() < course(attraction=0.005, return_pull=2).came[1:].mean() - 0.02


def test_what_was_clicked_leaves_the_list_and_the_next_one_follows():
    deck = lists(50, depth=12)
    found = course(n=50, deck=deck, attraction=0.1, position_bias=0, coming=0.5, days=365)
    assert found.clicks.max() <= 12
    assert found.clicks.mean() > 11.9  # in the end everything was clicked once, and nothing twice
    assert (found.shown < 10 * found.came.sum(axis=0)).any()  # and lists ran empty


def test_a_list_may_be_shorter_than_its_places():
    items = np.full((50, 3), -1, dtype=np.int32)
    items[:, 0] = 5
    found = course(n=50, deck=Deck(items, np.zeros(items.shape, dtype=bool)), days=3)
    assert found.shown.max() <= 3
    assert found.clicks.max() <= 1


def test_turnover_brings_new_items():
    best_first = np.tile(np.linspace(4, -4, 200, dtype=np.float32), (300, 1))
    stays, goes = (course(n=300, told=best_first, turnover=rate, coming=0.5, pull=1) for rate in (0, 0.5))
    assert ctr(stays) > ctr(goes)  # the best items are on top, and leave


def test_a_better_list_wins_and_shuffled_people_lose():
    rng = np.random.default_rng(3)
    n, items = 300, 120
    liking = rng.normal(0, 1, (n, items)).astype(np.float32)

    def shown(order: np.ndarray) -> Course:
        deck = Deck(order.astype(np.int32), np.zeros(order.shape, dtype=bool))
        return course(n=n, deck=deck, told=np.take_along_axis(liking, order, axis=1), pull=1, noise=1)

    best = np.argsort(-liking, axis=1)
    right, wrong, worst = shown(best), shown(best[rng.permutation(n)]), shown(best[:, ::-1])
    assert ctr(right) > 1.5 * ctr(wrong)
    assert ctr(wrong) > 1.5 * ctr(worst)


def test_models_that_show_the_same_tie_exactly_and_seeds_repeat():
    one, other = (course(noise=1, pull=1, variety=1, churn=0.01, return_pull=1, delight=0.2) for _ in range(2))
    assert all(
        (getattr(one, name) == getattr(other, name)).all() for name in ("came", "shown", "pleased", "disappointed")
    )
    assert (one.came != course(noise=1, pull=1, variety=1, seed=1).came).any()


def test_what_is_told_of_a_person_does_not_depend_on_the_others():
    """So that a model that is judged by fewer people is no luckier."""
    how = Assumptions()
    told = np.zeros((30, 200), dtype=np.float32)
    every = simulate(np.arange(30), lists(30), told, how, 20, 3, np.random.default_rng(0))
    some = simulate(np.arange(10, 20), lists(10), told[:10], how, 20, 3, np.random.default_rng(0))
    assert (every.clicks[:, 10:20] == some.clicks).all()
