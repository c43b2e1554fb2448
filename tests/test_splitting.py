"""Laws of every split, and what each of them promises about time."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.errors import SplitError
from recsys_core.splitting import (
    KNOWN,
    SPLITTERS,
    TEST,
    TRAIN,
    UNUSED,
    VALID,
    Split,
    SplitRecipe,
    default_recipe,
    find_splitter,
    several,
    split,
)
from recsys_core.types import Feedback
from tests import worlds

KEYS = [splitter.key for splitter in SPLITTERS]
OF_NEW_PEOPLE = ("user-folds", "cold-user")
CUTS_IN_TIME = ("global-temporal", "rolling")


@st.composite
def datasets(draw: st.DrawFn, timed: bool = True, n_users: int = 6, n_items: int = 9) -> Dataset:
    """13 to 54 events (so that somebody has three), at most one for a pair, in any order, with many equal times."""
    pairs = draw(st.sets(st.tuples(st.integers(0, n_users - 1), st.integers(0, n_items - 1)), min_size=13))
    rows = [
        (user, item, draw(st.sampled_from([1.0, 3.0, 5.0])), draw(st.integers(0, 12)))
        for user, item in draw(st.permutations(sorted(pairs)))
    ]
    return worlds.dataset(rows, n_users, n_items, timed=timed)


@st.composite
def all_recipes(draw: st.DrawFn) -> SplitRecipe:
    folds = draw(st.integers(2, 4))
    return SplitRecipe(
        key=draw(st.sampled_from(KEYS)),
        test_share=draw(st.floats(0.01, 0.89)),
        valid_share=draw(st.floats(0.01, 0.89)),
        seed=draw(st.integers(0, 5)),
        folds=folds,
        fold=draw(st.integers(1, folds)),
        known_events=draw(st.integers(1, 4)),
    )


recipes = all_recipes()


def with_key(recipe: SplitRecipe, key: str) -> SplitRecipe:
    return recipe.model_copy(update={"key": key})


def try_split(dataset: Dataset, recipe: SplitRecipe) -> Split:
    """The split, or no example where the data set is too small for it."""
    try:
        return split(dataset, recipe)
    except SplitError:
        reject()


def ids_of(events: Interactions) -> set[tuple[int, int]]:
    pairs = list(zip(events.users.tolist(), events.items.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    return set(pairs)


def pairs_of(histories: Histories) -> set[tuple[int, int]]:
    return set(zip(histories.people().tolist(), histories.items.tolist(), strict=True))


@given(datasets(), recipes)
def test_every_event_has_exactly_one_role_and_nothing_is_lost(dataset: Dataset, recipe: SplitRecipe):
    made = try_split(dataset, recipe)
    assert made.roles.shape == (len(dataset.interactions),)
    assert made.roles.dtype == np.int8
    assert set(made.roles.tolist()) <= {TRAIN, VALID, TEST, KNOWN, UNUSED}
    left = [made.events(KNOWN), made.events(UNUSED)]
    parts = [ids_of(part) for part in (made.train.interactions, made.valid.targets, made.test.targets, *left)]
    assert sum(len(part) for part in parts) == len(dataset.interactions)
    assert set.union(*parts) == ids_of(dataset.interactions)


@given(datasets(), recipes)
def test_there_is_always_something_to_learn_from_and_somebody_to_judge(dataset: Dataset, recipe: SplitRecipe):
    made = try_split(dataset, recipe)
    assert len(made.train.interactions) > 0
    assert len(made.test.warm_users) > 0


@given(datasets(), recipes)
def test_the_same_seed_gives_the_same_roles(dataset: Dataset, recipe: SplitRecipe):
    assert np.array_equal(try_split(dataset, recipe).roles, split(dataset, recipe).roles)


@pytest.mark.parametrize("key", ["random", "leave-one-out", *OF_NEW_PEOPLE, "cold-item"])
def test_another_seed_gives_other_roles_where_chance_decides(key: str):
    dataset = worlds.two_camps(20).dataset
    dataset = dataset.with_interactions(replace(dataset.interactions, times=None))
    seeds = [split(dataset, SplitRecipe(key=key, seed=seed)).roles.tobytes() for seed in range(4)]
    assert len(set(seeds)) == 4


@pytest.mark.parametrize("key", ["temporal", "leave-one-out", *CUTS_IN_TIME])
def test_the_seed_does_not_matter_where_time_decides(key: str):
    dataset = worlds.two_camps(20).dataset  # no two times are equal
    seeds = [split(dataset, SplitRecipe(key=key, seed=seed)).roles.tobytes() for seed in range(4)]
    assert len(set(seeds)) == 1


def test_equal_times_are_ordered_by_chance_and_not_by_the_file():
    rows = [(user, item, 5.0, 0) for user in range(200) for item in range(4)]
    made = split(worlds.dataset(rows, 200, 4), SplitRecipe(key="leave-one-out"))
    counts = made.test.targets.item_counts()
    assert counts.sum() == 200
    assert counts.min() > 25  # 50 expected, 6 standard deviations are 37


def last_and_first(made: Split, user: int) -> tuple[list[int], list[int], list[int]]:
    events = made.dataset.interactions
    assert events.times is not None
    mine = events.users == user
    train, valid, test = (events.times[mine & (made.roles == role)].tolist() for role in (TRAIN, VALID, TEST))
    return train, valid, test


@pytest.mark.parametrize("key", ["temporal", "leave-one-out"])
@given(dataset=datasets(), recipe=recipes)
def test_nobody_learns_from_a_persons_own_future(key: str, dataset: Dataset, recipe: SplitRecipe):
    made = try_split(dataset, recipe.model_copy(update={"key": key}))
    for user in range(dataset.n_users):
        train, valid, test = last_and_first(made, user)
        assert max(train, default=-1) <= min(valid + test, default=99)
        assert max(train + valid, default=-1) <= min(test, default=99)


@pytest.mark.parametrize("key", CUTS_IN_TIME)
@given(dataset=datasets(), recipe=recipes)
def test_a_cut_in_time_lets_nobody_see_the_future(key: str, dataset: Dataset, recipe: SplitRecipe):
    made = try_split(dataset, with_key(recipe, key))
    times = dataset.interactions.times
    assert times is not None
    used = np.isin(made.roles, (TRAIN, VALID, KNOWN))
    assert times[used].max() < times[made.roles == TEST].min()
    assert times[made.roles == TEST].max() < times[made.roles == UNUSED].min(initial=99)
    assert not (made.roles == KNOWN).any()
    for user in range(dataset.n_users):
        train, valid, _ = last_and_first(made, user)
        assert max(train, default=-1) <= min(valid, default=99), "validation is the latest of what went before the cut"


def test_the_global_cut_holds_out_the_share_asked_for():
    rows = [(event % 10, event // 10, 3.0, event) for event in range(100)]
    made = split(worlds.dataset(rows, 10, 10), SplitRecipe(key="global-temporal", test_share=0.25, valid_share=0.2))
    assert np.flatnonzero(made.roles == TEST).tolist() == list(range(75, 100))
    assert np.flatnonzero(made.roles == VALID).tolist() == list(range(60, 75))


def test_each_window_judges_what_comes_next_and_trains_on_all_before_it():
    rows = [(event % 10, event // 10, 3.0, event) for event in range(100)]
    dataset = worlds.dataset(rows, 10, 10)
    made = several(dataset, SplitRecipe(key="rolling", folds=4))
    assert [np.flatnonzero(one.roles == TEST).tolist() for one in made] == [
        list(range(start, start + 20)) for start in (20, 40, 60, 80)
    ]
    for one, start in zip(made, (20, 40, 60, 80), strict=True):
        assert (np.isin(one.roles, (TRAIN, VALID)) == (np.arange(100) < start)).all()
        assert (one.roles == UNUSED).sum() == 80 - start
        assert pairs_of(one.test.known) == ids_of(dataset.interactions.take(np.arange(start)))


@given(datasets(), st.integers(2, 5))
def test_no_event_is_in_two_windows_and_none_of_the_later_ones_in_none(dataset: Dataset, folds: int):
    tested, first = np.zeros(len(dataset.interactions), dtype=int), 99
    times = dataset.interactions.times
    for fold in range(1, folds + 1):
        made = try_split(dataset, SplitRecipe(key="rolling", folds=folds, fold=fold))
        tested += made.roles == TEST
        first = min(first, int(times[made.roles == TEST].min()))
    assert tested.tolist() == (times >= first).astype(int).tolist()


def people_with(made: Split, role: int) -> set[int]:
    return set(made.events(role).users.tolist())


@pytest.mark.parametrize("key", OF_NEW_PEOPLE)
@given(dataset=datasets(), recipe=recipes)
def test_new_people_are_never_trained_on_and_are_validated_by_new_people(
    key: str, dataset: Dataset, recipe: SplitRecipe
):
    made = try_split(dataset, with_key(recipe, key))
    learned, valid, test = (people_with(made, role) for role in (TRAIN, VALID, TEST))
    assert not learned & test
    assert not learned & valid
    assert not valid & test
    assert people_with(made, KNOWN) == valid | test, "everybody new has something known and something to find"
    assert set(made.test.warm_users.tolist()) == test <= set(made.test.strangers.tolist())
    assert set(made.valid.warm_users.tolist()) == valid <= set(made.valid.strangers.tolist())
    assert not made.test.cold_users.size
    times, roles = dataset.interactions.times, made.roles
    for user in valid | test:
        mine = dataset.interactions.users == user
        assert times[mine & (roles == KNOWN)].max() <= times[mine & (roles != KNOWN)].min()


@given(datasets(), recipes)
def test_everybody_with_two_events_is_in_exactly_one_fold(dataset: Dataset, recipe: SplitRecipe):
    recipe = with_key(recipe, "user-folds")
    folds = [try_split(dataset, recipe.model_copy(update={"fold": 1 + fold})) for fold in range(recipe.folds)]
    tested = np.sum([np.bincount(sorted(people_with(one, TEST)), minlength=dataset.n_users) for one in folds], axis=0)
    counts = dataset.interactions.user_counts()
    assert tested.tolist() == (counts >= 2).astype(int).tolist()
    sizes = [len(people_with(one, TEST)) for one in folds]
    assert max(sizes) - min(sizes) <= 1


@given(datasets(), recipes)
def test_of_a_new_person_the_share_asked_for_is_to_be_found(dataset: Dataset, recipe: SplitRecipe):
    made = try_split(dataset, with_key(recipe, "user-folds"))
    counts, found = dataset.interactions.user_counts(), made.events(TEST, VALID).user_counts()
    for user in people_with(made, TEST) | people_with(made, VALID):
        assert found[user] == min(max(1, round(counts[user] * recipe.test_share)), counts[user] - 1)


@given(datasets(), recipes)
def test_of_a_cold_user_the_first_few_events_are_known_and_the_rest_is_to_be_found(
    dataset: Dataset, recipe: SplitRecipe
):
    made = try_split(dataset, with_key(recipe, "cold-user"))
    counts, told = dataset.interactions.user_counts(), made.events(KNOWN).user_counts()
    for user in people_with(made, TEST) | people_with(made, VALID):
        assert told[user] == min(recipe.known_events, counts[user] - 1)
    people = np.count_nonzero(counts >= 2)
    assert len(people_with(made, TEST)) == min(max(1, round(people * recipe.test_share)), people - 1)


@given(datasets(), recipes)
def test_cold_items_have_no_training_events_nor_have_those_that_validate(dataset: Dataset, recipe: SplitRecipe):
    made = try_split(dataset, with_key(recipe, "cold-item"))
    learned, valid, test = (set(made.events(role).items.tolist()) for role in (TRAIN, VALID, TEST))
    assert not learned & test
    assert not learned & valid
    assert not valid & test
    met = len(learned | valid | test)
    assert len(test) == min(max(1, round(met * recipe.test_share)), met - 1)
    assert not np.isin(made.roles, (KNOWN, UNUSED)).any()


def test_a_splitter_without_folds_gives_one_split():
    dataset = worlds.golden()
    (made,) = several(dataset, SplitRecipe(folds=3))
    assert np.array_equal(made.roles, split(dataset, SplitRecipe()).roles)


@pytest.mark.parametrize("splitter", [one for one in SPLITTERS if one.part], ids=lambda one: one.key)
def test_folds_and_windows_are_different_splits_and_there_are_no_more_than_asked_for(splitter):
    dataset = worlds.two_camps(20).dataset
    made = several(dataset, SplitRecipe(key=splitter.key, folds=3))
    assert len({one.fingerprint for one in made}) == 3
    with pytest.raises(SplitError, match=f"no {splitter.part} 4: .* makes 3.*from 1 to 3") as caught:
        split(dataset, SplitRecipe(key=splitter.key, folds=3, fold=4))
    assert caught.value.code == "unknown-fold"


def test_the_global_cut_trains_on_all_that_came_before_when_that_has_a_single_time():
    rows = [(user, item, 3.0, item // 3) for user in range(4) for item in range(4)]
    made = split(worlds.dataset(rows, 4, 4), SplitRecipe(key="global-temporal"))
    assert (made.roles == TRAIN).sum() == 12
    assert (made.roles == TEST).sum() == 4


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("share", [1e-18, 0.8999999])
def test_any_share_within_bounds_gives_a_split(key: str, share: float):
    rows = [(user, item, 3.0, 20 * item + user) for user in range(2) for item in range(60)]
    recipe = SplitRecipe(key=key, test_share=share, valid_share=share, folds=2)
    made = split(worlds.dataset(rows, 2, 60), recipe)
    assert len(made.test.targets)
    assert len(made.train.interactions)


@given(datasets(), st.integers(0, 3), st.booleans())
def test_leave_one_out_holds_out_one_event_of_whoever_has_two(dataset: Dataset, seed: int, timed: bool):
    if not timed:
        dataset = dataset.with_interactions(replace(dataset.interactions, times=None))
    made = try_split(dataset, SplitRecipe(key="leave-one-out", seed=seed))
    counts = dataset.interactions.user_counts()
    assert made.test.targets.user_counts().tolist() == (counts >= 2).astype(int).tolist()
    assert made.valid.targets.user_counts().tolist() == (counts >= 3).astype(int).tolist()


@pytest.mark.parametrize("key", ["temporal", "random"])
@given(dataset=datasets(), recipe=recipes)
def test_shares_are_of_each_persons_events(key: str, dataset: Dataset, recipe: SplitRecipe):
    recipe = recipe.model_copy(update={"key": key})
    made = try_split(dataset, recipe)
    counts = dataset.interactions.user_counts()
    for user, count in enumerate(counts.tolist()):
        train, valid, test = ((made.roles[dataset.interactions.users == user] == role).sum() for role in range(3))
        wanted = max(1, round(count * recipe.test_share)) if count >= 3 else 0
        assert test == min(wanted, max(count - 1, 0))
        assert count == 0 or train >= 1
        if count >= 5:
            assert valid == min(max(1, round(count * recipe.valid_share)), count - test - 1)
        else:
            assert valid == 0


@given(datasets(), recipes)
def test_what_is_known_is_what_was_learned_and_told_and_never_what_is_to_be_found(
    dataset: Dataset, recipe: SplitRecipe
):
    made = try_split(dataset, recipe)
    train, valid, test = (ids_of(part) for part in (made.train.interactions, made.valid.targets, made.test.targets))
    told = ids_of(made.events(KNOWN))
    assert pairs_of(made.valid.known) == train | told
    assert pairs_of(made.test.known) == train | told | valid
    assert not pairs_of(made.valid.known) & (valid | test)
    assert not pairs_of(made.test.known) & test
    assert len(made.test.known) == dataset.n_users


@given(datasets(), recipes, st.sampled_from([1.0, 3.0, 5.0]))
def test_the_threshold_decides_what_counts_as_found_and_never_who_learns(
    dataset: Dataset, recipe: SplitRecipe, threshold: float
):
    plain = try_split(dataset, recipe)
    made = try_split(dataset, recipe.model_copy(update={"threshold": threshold}))
    assert np.array_equal(plain.roles, made.roles)
    assert ids_of(made.test.targets) == ids_of(plain.test.targets)
    targets = made.test.targets
    assert ids_of(made.test.relevant) == ids_of(targets.take(targets.values >= threshold))
    assert ids_of(plain.test.relevant) == ids_of(targets)


@given(datasets(), recipes)
def test_warm_and_cold_are_all_who_have_something_to_find(dataset: Dataset, recipe: SplitRecipe):
    holdout = try_split(dataset, recipe).test
    warm, cold = holdout.warm_users.tolist(), holdout.cold_users.tolist()
    assert sorted(warm + cold) == sorted(set(holdout.relevant.users.tolist()))
    made = try_split(dataset, recipe)
    learned = made.train.interactions.user_counts() > 0
    assert holdout.strangers.tolist() == np.flatnonzero(~learned).tolist()
    if recipe.key not in (*OF_NEW_PEOPLE, "cold-item"):
        assert all(learned[warm]), "judged, but never trained on"
    assert all(holdout.known.lengths()[warm] > 0)
    assert all(holdout.known.lengths()[cold] == 0)


def test_the_fingerprint_changes_with_roles_threshold_and_data_and_not_with_the_name():
    dataset = worlds.two_camps(12, Feedback.EXPLICIT).dataset
    plain = split(dataset, SplitRecipe())
    events = dataset.interactions
    others = [
        split(dataset, SplitRecipe(key="random")),
        split(dataset, SplitRecipe(test_share=0.4)),
        split(dataset, SplitRecipe(threshold=4.0)),
        split(dataset.with_interactions(replace(events, values=events.values[::-1])), SplitRecipe()),
    ]
    prints = [one.fingerprint for one in (plain, *others)]
    assert len(set(prints)) == len(prints)
    assert split(replace(dataset, name="another"), SplitRecipe(seed=9)).fingerprint == plain.fingerprint


def test_the_default_follows_time_where_there_is_one():
    assert default_recipe(worlds.golden(), seed=4) == SplitRecipe(key="temporal", seed=4)
    assert default_recipe(worlds.golden(timed=False)).key == "random"


def test_the_golden_table_is_split_as_by_hand(small_dataset: Dataset):
    made = split(small_dataset, SplitRecipe())
    assert ids_of(made.test.targets) == {(0, 4), (1, 1), (2, 4)}
    assert ids_of(made.valid.targets) == {(0, 3)}
    assert made.test.warm_users.tolist() == [0, 1, 2]


def test_an_unknown_split_is_refused_with_the_known_ones():
    with pytest.raises(SplitError, match="no split called 'by-moon'.*temporal, random, leave-one-out") as caught:
        split(worlds.golden(), SplitRecipe(key="by-moon"))
    assert caught.value.code == "unknown-split"


@pytest.mark.parametrize("key", [splitter.key for splitter in SPLITTERS if splitter.needs_times])
def test_a_split_by_time_needs_times(key: str):
    with pytest.raises(SplitError, match="'golden' has no timestamps.*time column") as caught:
        split(worlds.golden(timed=False), SplitRecipe(key=key))
    assert caught.value.code == "no-times"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("rows", [[], [(0, 0, 3.0, 5)], [(0, 0, 3.0, 5), (1, 0, 3.0, 5)]], ids=len)
def test_a_split_that_judges_nobody_is_refused(key: str, rows: list[tuple[int, int, float, int]]):
    another = find_splitter(key).part or "Hold out another share"
    with pytest.raises(
        SplitError, match=f"leaves nobody .* held-out item.*{another}|the same one everywhere"
    ) as caught:
        split(worlds.dataset(rows, 2, 2), SplitRecipe(key=key))
    assert caught.value.code in {"empty-split", "no-times"}


def test_a_cut_after_which_there_are_only_newcomers_is_refused():
    rows = [(0, item, 3.0, item) for item in range(8)] + [(1, item, 3.0, 50 + item) for item in range(2)]
    with pytest.raises(SplitError, match="leaves nobody"):
        split(worlds.dataset(rows, 2, 8), SplitRecipe(key="global-temporal"))


def test_a_threshold_that_nothing_reaches_is_named():
    with pytest.raises(SplitError, match=r"rated 5\.5 or more"):
        split(worlds.golden(), SplitRecipe(threshold=5.5))


def test_splitters_have_different_keys_and_say_what_they_do():
    assert len(set(KEYS)) == len(KEYS)
    assert all(splitter.title and splitter.idea.endswith(".") for splitter in SPLITTERS)
