"""What fine-tuning changed, on worlds small enough to count by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from recsys_core.runs.before_after import (
    Change,
    Changes,
    forgetting,
    gain,
    never_seen,
    not_learned,
    roles_elsewhere,
    sentence,
)
from recsys_core.splitting import TEST, TRAIN, VALID, Split, SplitRecipe, split
from tests import worlds
from tests.runs.builders import with_ids
from tests.test_evaluation import Given

SECOND, THIRD = 1 / math.log2(3), 1 / math.log2(4)


def parts(rows: list[tuple[int, int, int]], users: list[str], items: list[str]) -> Split:
    """A split from rows of person, item and role; all ratings are 4."""
    events = [(user, item, 4.0, time) for time, (user, item, _) in enumerate(rows)]
    dataset = with_ids(worlds.dataset(events, len(users), len(items)), users, items)
    return Split(dataset, np.array([role for *_, role in rows], dtype=np.int8), SplitRecipe())


OLD = parts(
    [(0, 0, TRAIN), (0, 1, TEST), (1, 1, TRAIN), (1, 2, VALID), (1, 0, TEST), (1, 3, TEST)],
    ["ann", "bob"],
    ["a", "b", "c", "d"],
)
# Other positions, a new person, a new item; it teaches what tested bob, (bob, a).
NEW = parts(
    [(2, 4, TRAIN), (1, 3, TRAIN), (1, 4, TRAIN), (1, 2, TEST), (0, 4, TRAIN), (0, 0, TEST), (2, 3, TEST)],
    ["cy", "bob", "ann"],
    ["new", "d", "c", "b", "a"],
)
BEFORE = Given([[9, 5, 4, 3], [3, 9, 9, 2]])  # of a, b, c, d
AFTER = Given([[5, 1, 1, 1, 9], [4, 1, 2, 9, 8], [6, 7, 3, 5, 9]])  # cy, bob, ann by new, d, c, b, a
for model, one in ((BEFORE, OLD), (AFTER, NEW)):
    model.n_users, model.n_items = one.dataset.n_users, one.dataset.n_items


def test_events_are_found_again_by_the_ids_of_person_and_item():
    assert roles_elsewhere(NEW, OLD).tolist() == [TRAIN, TRAIN, TEST, VALID, -1, -1, TEST]
    assert roles_elsewhere(OLD, NEW).tolist() == [TRAIN, TEST, TRAIN, TEST, TRAIN, -1]


def test_what_a_run_learned_from_is_never_held_out():
    amended, moved = never_seen(NEW, OLD)
    assert moved == 1
    assert amended.roles.tolist() == [TRAIN, TRAIN, TRAIN, VALID, TRAIN, TEST, TEST]
    assert not np.isin(roles_elsewhere(amended, OLD)[amended.roles == TEST], (TRAIN, VALID)).any()


def test_a_split_without_a_leak_is_the_one_that_was_given():
    clean = replace(NEW, roles=np.where(roles_elsewhere(NEW, OLD) == VALID, VALID, NEW.roles).astype(np.int8))
    same, moved = never_seen(clean, OLD)
    assert (same, moved) == (clean, 0)


def test_what_a_run_learned_from_and_its_successor_does_not_is_counted():
    assert not_learned(OLD, NEW) == 1  # (bob, c), which chose the best epoch, tests now
    assert not_learned(OLD, never_seen(NEW, OLD)[0]) == 0


def test_a_split_by_time_of_more_data_hardly_ever_leaks():
    """Of each person the latest events are held out, so what was learned from stays learned from."""
    whole = worlds.planted_ratings(np.random.default_rng(0), 30, 40).dataset
    times = whole.interactions.times
    earlier = whole.with_interactions(whole.interactions.take(times <= np.quantile(times, 0.8)))
    assert never_seen(split(whole, SplitRecipe()), split(earlier, SplitRecipe()))[1] == 0


def test_forgetting_is_counted_on_the_old_catalogue_without_what_is_taught_now():
    """Ann looks for b among b, c and d: first before, second after, for d comes before it. Bob looks for d alone, as
    a is taught now: last of one."""
    found = forgetting(BEFORE, OLD, AFTER, NEW)
    change = found.figures["ndcg@10"]
    assert (found.people, found.left_out) == (2, 1)
    assert change.before == pytest.approx((1 + 1) / 2)
    assert change.after == pytest.approx((SECOND + 1) / 2)
    assert (change.low, change.high) == (None, None)


def test_gain_is_counted_over_people_whom_both_serve_and_new_items_come_last_in_old_lists():
    """Ann looks for b, of new, d, c and b: the old model says b, c, d, new; the new one d, new, b, c. Bob looks for c
    of new, d and c: the old one says c, d, new, the new one new, c, d. Cy is a stranger to the old model, which
    cannot be told of anybody."""
    found = gain(BEFORE, OLD, AFTER, NEW)
    change = found.figures["ndcg@10"]
    assert (found.people, found.left_out) == (2, 0)
    assert change.before == pytest.approx(1.0)
    assert change.after == pytest.approx((THIRD + SECOND) / 2)


def test_the_same_model_has_gained_and_forgotten_nothing():
    whole = split(worlds.planted_ratings(np.random.default_rng(0), 30, 20).dataset, SplitRecipe())
    model = Given(np.random.default_rng(1).random((30, 20)), rates=True)
    model.n_users, model.n_items = 30, 20
    for measure in (gain, forgetting):
        found = measure(model, whole, model, whole)
        for change in found.figures.values():
            assert (change.before, change.low, change.high) == (change.after, 0.0, 0.0)
        assert set(found.figures) == {"ndcg@10", "rmse"}


def test_ratings_are_compared_where_both_can_predict():
    """Ann rated b, which the old model took for a 5 and the new one for a 4, as it is; bob rated d: 2, and 1."""
    before, after = Given(BEFORE.table, rates=True), Given(AFTER.table, rates=True)
    before.n_users, before.n_items, after.n_users, after.n_items = 2, 4, 3, 5
    change = forgetting(before, OLD, after, NEW).figures["rmse"]
    assert change.before == pytest.approx(math.sqrt((1 + 4) / 2))
    assert change.after == pytest.approx(math.sqrt((1 + 9) / 2))


def about(before: float, after: float, low: float | None, high: float | None, name: str = "ndcg@10") -> dict:
    won = Changes({name: Change(0.151, 0.182, 0.01, 0.05)}, 100, 0).as_json()
    lost = Changes({name: Change(before, after, low, high)}, 100, 0).as_json()
    return {"gain": won, "forgetting": lost}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (about(0.174, 0.169, -0.008, -0.002), "(before: 0.174): it is better on the new ones; little was forgotten."),
        (about(0.2, 0.1, -0.2, -0.05), "it is better on the new ones; 50% of it was forgotten."),
        (about(0.2, 0.19, -0.03, 0.01), "no forgetting shows."),
        (about(0.2, 0.3, None, None), "no forgetting shows."),
        (about(0.9, 1.0, 0.05, 0.15, "rmse"), "RMSE on the new test events 0.182 (before: 0.151)"),
        (about(0.9, 1.0, 0.05, 0.15, "rmse"), "it is worse on the new ones; 11% of it was forgotten."),
        (
            about(0.2, 0.19, -0.03, 0.01) | {"gain": about(0.2, 0.19, -0.03, 0.01)["forgetting"]},
            ": no gain shows; no f",
        ),
        (about(0.9, 0.8, -0.15, -0.05, "rmse"), "no forgetting shows."),
    ],
)
def test_gain_and_forgetting_are_said_in_words(told: dict, words: str):
    assert words in sentence(told)


def test_where_nothing_old_is_left_the_sentence_says_so():
    told = about(0.2, 0.1, None, None) | {"forgetting": Changes({}, 0, 7).as_json()}
    assert sentence(told).endswith(
        "it is better on the new ones; no old test event is left to judge what was forgotten."
    )
