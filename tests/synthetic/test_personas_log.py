"""The log of personas against the truth that made it."""

import numpy as np
import pytest

from recsys_core.synthetic.personas.clicks import POINTED, examination, season_table
from recsys_core.synthetic.personas.domains import DOMAINS
from recsys_core.synthetic.personas.showing import make_policy
from tests.synthetic.lived import lived

SURE = 4.5  # standard deviations that chance does not reach


@pytest.fixture(scope="module")
def world():
    return lived(people=400, items=60, noise=0.2)


@pytest.fixture(scope="module")
def truth(world):
    """Float32[N], what each impression would have been clicked with, had it been looked at."""
    assert len(world.population.crowd(0)[0]) == world.dataset.n_users  # one batch
    crowd, _ = world.population.crowd(0)
    log = world.log
    return world.population.clicks.attraction(crowd, log.users, log.items, np.minimum(world.days(log.times), 364))


def policy_of(n_items, slots=4, bias=1.0, personal=0.5, chance=0.1):
    rng = np.random.default_rng(3)
    genres = rng.dirichlet([0.5] * 3, n_items).astype(np.float32)
    popularity = (2.0 + rng.permutation(n_items)) ** -1.0
    return make_policy(popularity / popularity.mean(), genres, slots, bias, personal, chance, rng)


@pytest.mark.parametrize("n_items", [1, 3, 4, 9, 30])
def test_items_are_shown_as_often_as_the_policy_says(n_items):
    policy = policy_of(n_items)
    n = 40_000
    for genre in range(3):
        shown = policy.draw(np.full(n, genre, dtype=np.int32), np.random.default_rng(genre))
        assert all(len(set(row)) == policy.slots for row in shown[:500].tolist())
        told = policy.propensities[genre].astype(float)
        assert told.sum() == pytest.approx(1, abs=1e-5)
        assert (told > 0).all()
        for slot in range(policy.slots):
            counts = np.bincount(shown[:, slot], minlength=n_items)
            z = (counts - n * told) / np.sqrt(n * told * (1 - told) + 1e-9)
            assert np.abs(z).max() < SURE if n_items > 1 else counts[0] == n


def test_chance_alone_shows_all_items_alike_often():
    assert policy_of(12, chance=1.0).propensities == pytest.approx(1 / 12)
    assert policy_of(12, bias=0.0, personal=0.0).propensities == pytest.approx(1 / 12)


def test_lists_go_to_what_somebody_likes_best_and_to_what_is_popular():
    genres = np.eye(2, dtype=np.float32)[np.arange(400) % 2]
    popularity = np.where(np.arange(400) < 200, 1.5, 0.5)

    def shares(bias, personal):
        policy = make_policy(popularity, genres, 2, bias, personal, 0.1, np.random.default_rng(0))
        return policy.propensities[0][genres[:, 0] > 0].sum(), policy.propensities[0][:200].sum()

    assert shares(0.0, 0.0) == pytest.approx((0.5, 0.5), abs=1e-6)
    assert shares(0.0, 0.8)[0] == pytest.approx(0.1 / 2 + 0.9 * (0.2 / 2 + 0.8), abs=0.03)
    assert shares(1.0, 0.0)[1] == pytest.approx(0.1 / 2 + 0.9 * 0.75, abs=0.03)


def test_the_log_tells_the_propensities_of_its_policy(world):
    crowd, _ = world.population.crowd(0)
    log = world.log
    assert (log.propensities == world.population.policy.propensities[crowd.favourites[log.users], log.items]).all()
    told = np.bincount(log.items[log.positions == 3], minlength=60)
    lists = crowd.favourites[log.users[log.positions == 3]]
    p = world.population.policy.propensities[lists].astype(float)
    z = (told - p.sum(axis=0)) / np.sqrt((p * (1 - p)).sum(axis=0))
    assert np.abs(z).max() < SURE


def test_clicks_are_looks_times_attraction_at_each_position(world, truth):
    log = world.log
    looks = examination(10, 1.0)
    assert looks == pytest.approx([1 / k for k in range(1, 11)])
    for position in range(1, 11):
        here = log.positions == position
        p = looks[position - 1] * truth[here].astype(float)
        z = (log.clicks[here].sum() - p.sum()) / np.sqrt((p * (1 - p)).sum())
        assert abs(z) < SURE


def test_clicks_are_calibrated_from_the_least_to_the_most_attractive(world, truth):
    first = world.log.positions == 1
    p, clicks = truth[first].astype(float), world.log.clicks[first]
    assert np.quantile(p, 0.9) > 5 * np.quantile(p, 0.1)
    for part in np.array_split(np.argsort(p), 10):
        z = (clicks[part].sum() - p[part].sum()) / np.sqrt((p[part] * (1 - p[part])).sum())
        assert abs(z) < SURE


def test_without_position_bias_all_positions_are_alike():
    log = lived(people=100, items=60, settings=(("position_bias", 0.0),)).log
    rates = [log.clicks[log.positions == position].mean() for position in (1, 10)]
    assert rates[0] == pytest.approx(rates[1], rel=0.1)


def test_inverse_propensities_tell_what_a_policy_of_chance_would_get(world):
    """And the plain rate of the log does not."""
    log, population = world.log, world.population
    crowd, _ = population.crowd(0)
    first = np.flatnonzero(log.positions == 1)
    weights = 1 / 60 / log.propensities[first].astype(float)
    gains = weights * log.clicks[first]
    days = np.minimum(world.days(log.times[first]), 364)
    grid = np.tile(np.arange(60, dtype=np.int32), len(first))
    truth = population.clicks.attraction(crowd, np.repeat(log.users[first], 60), grid, np.repeat(days, 60)).mean()
    error = gains.std() / np.sqrt(len(first))
    assert gains.mean() == pytest.approx(truth, abs=4 * error)
    assert error < 0.02 * log.clicks[first].mean() + 0.01
    assert log.clicks[first].mean() > truth + 6 * error


def test_attraction_is_what_the_formula_says(world):
    """Number by number, in plain Python."""
    clicks, (crowd, _) = world.population.clicks, world.population.crowd(0)
    catalogue = world.population.catalogue
    season = season_table(DOMAINS["films"], 365, 1.0)
    rng = np.random.default_rng(0)
    users, items, days = (rng.integers(0, n, 50).astype(np.int32) for n in (400, 60, 365))
    for user, item, day, found in zip(users, items, days, clicks.attraction(crowd, users, items, days), strict=True):
        gone = 0.3 * day / 364
        taste = (1 - gone) * crowd.tastes[user] + gone * crowd.later[user]
        match = (12 * float(taste @ catalogue.genres[item])) ** POINTED
        plain = 0.15 / 0.85 * catalogue.popularity[item] ** crowd.conformity[user]
        odds = plain * match * np.exp(crowd.manner[user] @ catalogue.manner[item])
        odds *= season[day, catalogue.main[item]]
        assert found == pytest.approx(0.8 * odds / (1 + odds) + 0.2 * plain / (1 + plain), rel=1e-4)


def test_where_all_is_noise_only_popularity_counts():
    population = lived(people=50, items=30, noise=1.0).population
    crowd, _ = population.crowd(0)
    users, days = np.repeat(np.arange(50, dtype=np.int32), 30), np.zeros(1500, dtype=np.int32)
    items = np.tile(np.arange(30, dtype=np.int32), 50)
    p = population.clicks.attraction(crowd, users, items, days).reshape(50, 30)
    ranks = np.argsort(population.catalogue.popularity, kind="stable")
    assert (np.diff(p[:, ranks], axis=1) >= 0).all()


def test_more_skew_and_more_exposure_bias_concentrate_what_is_met():
    def gini(**knobs):
        settings = tuple(knobs.pop("settings", {}).items())
        counts = np.sort(lived(people=150, settings=settings, **knobs).dataset.interactions.item_counts())
        n = len(counts)
        return (2 * np.arange(1, n + 1) - n - 1) @ counts / (n * counts.sum())

    assert gini(skew=0.0) < 0.25 < gini() < gini(skew=2.0)
    assert gini(settings={"exposure_bias": 0.0}) < gini() < gini(settings={"exposure_bias": 2.0})
