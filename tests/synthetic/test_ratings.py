from dataclasses import replace

import numpy as np
import pytest

from recsys_core.synthetic.tastes.ratings import Values, leanings
from tests.synthetic.small_town import town
from tests.worlds import dataset

PEOPLE, ITEMS = 300, 40


def world(rate, seed=0):
    """Everybody rates twenty random items by ``rate(rng, users, items)``. Codes: one number each."""
    rng = np.random.default_rng(seed)
    codes = rng.normal(size=(PEOPLE, 1))
    users = np.repeat(np.arange(PEOPLE), 20)
    items = np.concatenate([rng.choice(ITEMS, 20, replace=False) for _ in range(PEOPLE)])
    values = rate(rng, users, items, codes[:, 0])
    rows = list(zip(users.tolist(), items.tolist(), values.tolist(), [0] * len(users), strict=True))
    return dataset(rows, PEOPLE, ITEMS).interactions, codes


def drawn(events, codes, ranks=None, seed=1):
    rng = np.random.default_rng(seed)
    ranks = rng.random(PEOPLE) if ranks is None else ranks
    return Values.learn(events, codes).draw(events.users, events.items.astype(np.int64), codes, ranks, rng)


def stars(latent):
    return np.clip(np.rint(latent), 1, 5)


def shares(values):
    return np.bincount(values.astype(int), minlength=6) / len(values)


def means(events, values):
    return np.bincount(events.items, values, ITEMS) / events.item_counts()


def test_levels_come_up_as_often_as_in_the_data():
    events, codes = world(lambda rng, users, items, codes: rng.choice([1.0, 4.0, 5.0], len(users), p=[0.1, 0.6, 0.3]))
    assert shares(drawn(events, codes)) == pytest.approx(shares(events.values), abs=0.02)


def test_items_keep_their_means():
    events, codes = world(lambda rng, users, items, codes: stars(2 + items / 20 + rng.normal(0, 1, len(users))))
    assert np.corrcoef(means(events, drawn(events, codes)), means(events, events.values))[0, 1] > 0.97


def test_people_who_stand_higher_rate_higher():
    events, codes = world(lambda rng, users, items, codes: stars(3 + users / PEOPLE * 2 - 1))
    values = drawn(events, codes, np.arange(PEOPLE) / PEOPLE)
    assert values[events.users < 50].mean() + 1 < values[events.users >= PEOPLE - 50].mean()
    assert np.corrcoef(leanings(events), np.arange(PEOPLE))[0, 1] > 0.9


def test_people_rate_by_their_taste():
    def rate(rng, users, items, codes):
        return stars(3 + np.where(items % 2, 1, -1) * codes[users])

    events, codes = world(rate)
    suits = np.where(events.items % 2, 1, -1) * codes[events.users, 0]
    assert np.corrcoef(drawn(events, codes), suits)[0, 1] > 0.6


def test_one_rating_stays_the_only_one():
    events, codes = world(lambda rng, users, items, codes: np.full(len(users), 3.0))
    assert set(drawn(events, codes)) == {3.0}


def test_a_scale_without_steps_has_values_in_between():
    events, codes = world(lambda rng, users, items, codes: rng.gamma(2, 1, len(users)))
    values = drawn(events, codes)
    assert len(np.unique(values)) > 1000
    assert np.quantile(values, [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(events.values, [0.1, 0.5, 0.9]), rel=0.1)


def test_the_tail_of_weights_stays():
    events, codes = world(lambda rng, users, items, codes: rng.zipf(2, len(users)).clip(max=50).astype(float))
    values = drawn(events, codes)
    assert set(values) <= set(events.values)
    assert (values == 1).mean() == pytest.approx((events.values == 1).mean(), abs=0.03)
    assert (values > 10).mean() == pytest.approx((events.values > 10).mean(), abs=0.02)


def test_codes_that_are_all_the_same_say_nothing():
    real = town().interactions
    values = Values.learn(replace(real), np.zeros((60, 3)))
    assert values.suits.shape == (30, 0)
