from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ks_2samp, spearmanr

from recsys_core.errors import ModelError
from recsys_core.models.base import Config
from recsys_core.splitting import default_recipe
from recsys_core.synthetic.base import GeneratorInfo, Knobs, Produces
from recsys_core.synthetic.making import assemble, made_by
from recsys_core.synthetic.tastes.clocks import DAY
from recsys_core.synthetic.tastes.generator import TasteGenerator
from tests.synthetic.small_town import own_share, town


class Settings(Config):
    pass


class Sides(TasteGenerator):
    """Knows beforehand on which side of the town people live, and that they like even or odd items."""

    info = GeneratorInfo("sides", "Sides", "Knows it.", "none", frozenset({Produces.HISTORIES}))
    Config = Settings

    def _learn(self, real, context):
        self._n = real.n_items
        rng = np.random.default_rng(0)
        return np.where(real.user_table["side"] == "east", 1.0, -1.0)[:, None] + rng.normal(0, 0.05, (real.n_users, 1))

    def _logits(self, codes):
        return codes * np.where(np.arange(self._n) % 2, -2.0, 2.0).astype(np.float32)


def made(real=None, seed=0, **knobs):
    real = town(200) if real is None else real
    generator = Sides().fit(real)
    population = generator.population(Knobs(**{"people": 200} | knobs), seed)
    about = made_by(generator, Knobs(), seed, real, default_recipe(real))
    return assemble(population, "generated", about)[0]


def sides(generated):
    return np.where(generated.user_table["side"] == "west", 1, 0)


def test_people_of_a_group_keep_its_taste_and_its_hours_stay_theirs():
    generated = made()
    assert own_share(generated.interactions, sides(generated)) > 0.8
    assert 0.35 < sides(generated).mean() < 0.65


def test_activity_popularity_and_values_come_out_as_in_the_data():
    real, generated = town(200).interactions, made().interactions
    assert ks_2samp(real.user_counts(), generated.user_counts()).statistic < 0.1
    assert ks_2samp(real.item_counts(), generated.item_counts()).statistic < 0.15
    assert spearmanr(real.item_counts(), generated.item_counts()).statistic > 0.9
    assert ks_2samp(real.values, generated.values).statistic < 0.08


def test_people_like_what_they_meet_as_real_people_do():
    generated = made()
    events = generated.interactions
    is_own = events.items % 2 == sides(generated)[events.users]
    assert events.values[is_own].mean() > events.values[~is_own].mean() + 1


def test_noise_alone_leaves_no_taste():
    generated = made(noise=1.0)
    assert own_share(generated.interactions, sides(generated)) == pytest.approx(0.5, abs=0.05)


def test_without_skew_all_items_are_met_alike_often():
    counts = made(skew=0.0, people=1000).interactions.item_counts()
    assert counts.std() < 0.1 * counts.mean()


def test_an_item_that_came_late_is_met_late():
    real, generated = town(200).interactions, made().interactions
    since = real.times[real.items == 29].min() - real.times.min()
    assert since > DAY
    assert generated.times[generated.items == 29].min() >= real.times.min() + since // DAY * DAY


def test_many_people_come_in_batches_that_go_on_where_the_last_one_ended():
    population = Sides().fit(town()).population(Knobs(people=9000), 0)
    batches = list(population.batches())
    assert [len(batch.people) for batch in batches] == [4096, 4096, 808]
    assert [int(batch.users[0]) for batch in batches] == [0, 4096, 8192]
    assert not np.array_equal(batches[0].items[:50], batches[1].items[:50])


def test_people_without_events_are_not_learned_from():
    real = town()
    few = real.with_interactions(real.interactions.take(real.interactions.users % 3 > 0))
    generator = Sides().fit(few)
    assert generator.known.n_users == 40
    assert len(generator.traits) == len(generator.cells) == 40
    assert set(generator.known.user_table["name"]) == {f"Person {user}" for user in range(60) if user % 3}


def test_ten_people_are_enough_and_nine_are_not():
    real = town()
    events = real.interactions
    Sides().fit(real.with_interactions(events.take(events.users < 10)))
    with pytest.raises(ModelError, match="there are 9") as caught:
        Sides().fit(real.with_interactions(events.take(events.users < 9)))
    assert caught.value.code == "too-few-people"


def test_values_that_are_no_numbers_are_refused():
    real = town()
    values = real.interactions.values.copy()
    values[3] = np.nan
    with pytest.raises(ModelError, match="not a number"):
        Sides().fit(real.with_interactions(replace(real.interactions, values=values)))


def test_who_does_much_likes_what_active_people_like():
    real = town(200)
    events = real.interactions
    is_east = real.user_table["side"].to_numpy() == "east"
    kept = is_east[events.users] | (np.random.default_rng(0).random(len(events)) < 0.4)
    generated = made(real.with_interactions(events.take(kept)))
    counts = generated.interactions.user_counts()
    assert counts[sides(generated) == 0].mean() > 1.5 * counts[sides(generated) == 1].mean()


def test_more_events_than_items_are_never_asked_for():
    generated = made(density=20.0, people=20)
    assert generated.interactions.user_counts().max() <= 30
