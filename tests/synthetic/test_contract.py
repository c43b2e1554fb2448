"""What holds for every generator."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from recsys_core.data.dataset import ITEM_COLUMNS, USER_COLUMNS
from recsys_core.errors import ConfigError, ModelError
from recsys_core.splitting import default_recipe
from recsys_core.synthetic import GENERATORS, Generator, Knobs, Produces, find_generator
from recsys_core.synthetic.base import Batch
from recsys_core.synthetic.making import assemble, augmented, made_by
from recsys_core.training.context import Cancelled, FitContext
from recsys_core.types import Feedback
from tests.synthetic.small_town import town
from tests.worlds import dataset, golden

LEARNING = [generator for generator in GENERATORS if generator.info.learns]
every = pytest.mark.parametrize("kind", GENERATORS, ids=lambda kind: kind.info.key)
learning = pytest.mark.parametrize("kind", LEARNING, ids=lambda kind: kind.info.key)


def quick(kind):
    few = {"pull": 1.0} if "pull" in kind.Config.model_fields else {}  # the town is small
    return kind(kind.Config(**kind.Config.quick | few))


@cache
def learned(kind) -> Generator:
    return quick(kind).fit(town() if kind.info.learns else None)


@cache
def generated(kind, seed=0, **knobs):
    return assemble(learned(kind).population(Knobs(**{"people": 80} | knobs), seed), "generated", made(kind))[0]


def made(kind):
    real = town() if kind.info.learns else None
    return made_by(learned(kind), Knobs(), 0, real, default_recipe(real) if real else None)


def same(one: list[Batch], other: list[Batch]) -> bool:
    """Whether all is the same, bit by bit."""
    return len(one) == len(other) and all(
        a.people.equals(b.people)
        and all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("users", "items", "values", "times"))
        for a, b in zip(one, other, strict=True)
    )


@every
def test_it_is_found_by_its_key(kind):
    assert find_generator(kind.info.key) is kind
    assert kind.info.title
    assert kind.info.idea.endswith(".")
    assert Produces.HISTORIES in kind.info.produces


def test_an_unknown_key_names_those_that_there_are():
    with pytest.raises(ConfigError, match="probabilistic"):
        find_generator("oracle")


@every
def test_events_are_within_bounds_ordered_by_people_and_no_item_comes_twice(kind):
    population = learned(kind).population(Knobs(people=80), 0)
    first = 0
    for batch in population.batches():
        n = len(batch.people)
        assert (np.diff(batch.users) >= 0).all()
        assert batch.users.min() >= first
        assert batch.users.max() < first + n
        assert batch.items.min() >= 0
        assert batch.items.max() < len(population.item_ids)
        pairs = batch.users.astype(np.int64) * len(population.item_ids) + batch.items
        assert len(np.unique(pairs)) == len(pairs)
        assert (batch.users.dtype, batch.items.dtype, batch.values.dtype) == (np.int32, np.int32, np.float32)
        if batch.times is not None:
            assert batch.times.dtype == np.int64
        first += n
    assert first == 80


@every
def test_tables_have_the_columns_of_a_data_set(kind):
    made = generated(kind)
    assert tuple(made.item_table)[: len(ITEM_COLUMNS)] == ITEM_COLUMNS
    assert tuple(made.user_table)[: len(USER_COLUMNS)] == USER_COLUMNS
    assert set(made.item_table["image"]) == {""}
    if kind.info.learns:
        assert set(made.user_table["name"]) == {""}  # nobody real is named
        assert dict(made.user_table.dtypes) == dict(town().user_table.dtypes)
        assert dict(made.item_table.dtypes) == dict(town().item_table.dtypes)
        assert list(made.item_ids.values) == list(town().item_ids.values)


@every
def test_values_are_on_the_scale(kind):
    made = generated(kind)
    if made.feedback is Feedback.EXPLICIT:
        assert made.interactions.values.min() >= made.scale.low
        assert made.interactions.values.max() <= made.scale.high
    assert np.isfinite(made.interactions.values).all()


@every
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(kind):
    population = learned(kind).population(Knobs(people=40), 5)
    bits = list(population.batches())
    assert same(bits, list(population.batches()))
    assert same(bits, list(learned(kind).population(Knobs(people=40), 5).batches()))
    assert not same(bits, list(learned(kind).population(Knobs(people=40), 6).batches()))


@learning
def test_learning_with_the_same_seed_comes_to_the_same(kind):
    again = quick(kind).fit(town())
    bits = list(again.population(Knobs(people=40), 5).batches())
    assert same(bits, list(learned(kind).population(Knobs(people=40), 5).batches()))


@every
@pytest.mark.parametrize("people", [1, 33])
def test_there_are_as_many_people_as_asked_for(kind, people):
    made = generated(kind, people=people)
    assert made.n_users == people == len(made.user_table)


@learning
def test_everybody_does_something(kind):
    assert (generated(kind).interactions.user_counts() > 0).all()


@every
def test_density_multiplies_events(kind):
    usual, twice = (len(generated(kind, density=density).interactions) for density in (1.0, 2.0))
    assert 1.4 * usual < twice < 2.6 * usual


@every
def test_how_many_events_there_will_be_is_told_before(kind):
    population = learned(kind).population(Knobs(people=80), 0)
    assert population.expected_events == pytest.approx(len(generated(kind).interactions), rel=0.25)


@every
def test_skew_makes_popular_items_more_popular(kind):
    def top_share(skew):
        counts = np.sort(generated(kind, skew=skew, people=200).interactions.item_counts())[::-1]
        return counts[: len(counts) // 5].sum() / counts.sum()

    assert top_share(0.0) + 0.05 < top_share(1.0) < top_share(2.0) - 0.05


@every
def test_fewer_items_can_be_had(kind):
    made = generated(kind, items=12)
    assert made.n_items == 12 == len(made.item_table)


@learning
def test_items_beyond_those_that_were_learned_are_made(kind):
    made = generated(kind, items=45)
    assert list(made.item_ids.values[:30]) == list(town().item_ids.values)
    assert made.item_ids.values[44] == "synthetic-item-15"
    assert made.title(44) == "Synthetic item 15"
    assert made.interactions.item_counts()[30:].sum() > 0


@learning
def test_taste_is_learned_and_noise_undoes_it(kind):
    def loyalty(noise):
        """How far people keep to even items, or to odd ones."""
        events = generated(kind, noise=noise, people=300).interactions
        odd = np.bincount(events.users, events.items % 2, 300) / events.user_counts()
        return float(np.abs(odd - 0.5).mean())

    assert loyalty(0.0) > loyalty(1.0) + 0.03


@learning
def test_times_lie_where_the_data_have_some(kind):
    times, real = generated(kind).interactions.times, town().interactions.times
    assert times.min() >= real.min()
    assert times.max() <= real.max()


@every
def test_more_events_than_can_be_worked_on_are_refused(kind):
    population = learned(kind).population(Knobs(people=10_000_000, density=20), 0)
    with pytest.raises(ConfigError, match="at most") as caught:
        assemble(population, "far too many", made_by_nobody(kind, town()))
    assert caught.value.code == "too-many-events"


@learning
def test_too_few_people_are_refused_in_words(kind):
    for real in (golden(), None):
        with pytest.raises(ModelError, match="at least 10 are needed") as caught:
            quick(kind).fit(real)
        assert caught.value.fix


@learning
def test_one_item_constant_ratings_and_no_times_are_enough(kind):
    real = dataset([(user, 0, 3.0, 0) for user in range(12)], 12, 1, timed=False)
    made = assemble(quick(kind).fit(real).population(Knobs(people=5), 0), "one", made_by_nobody(kind, real))[0]
    assert list(made.interactions.items) == [0] * 5
    assert list(made.interactions.values) == [3.0] * 5
    assert made.interactions.times is None


@learning
def test_times_that_tell_nothing_stay_as_they_are(kind):
    real = town()
    events = replace(real.interactions, times=np.full(len(real.interactions), 7, dtype=np.int64))
    batch = next(quick(kind).fit(real.with_interactions(events)).population(Knobs(people=5), 0).batches())
    assert set(batch.times) == {7}


def made_by_nobody(kind, real):
    return made_by(quick(kind), Knobs(), 0, real, default_recipe(real))


@learning
def test_it_stops_when_asked_to(kind):
    with pytest.raises(Cancelled):
        quick(kind).fit(town(), FitContext(cancel=lambda: True))


@every
def test_findings_are_sentences(kind):
    for finding in learned(kind).findings:
        assert finding.message.endswith(".")
        assert finding.level in ("note", "warning")


@learning
def test_its_people_can_be_added_to_the_real_ones(kind):
    both = augmented(town(), generated(kind))
    assert both.n_users == 60 + 80
