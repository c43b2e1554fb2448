"""Estimators on logs small enough for a pencil, and on worlds whose rate is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.bandits import Bandit
from recsys_core.engagement.policy import OFF_POLICY_ESTIMATORS
from recsys_core.engagement.policy.clipped import CLIPPED, clip_of
from recsys_core.engagement.policy.direct import DIRECT
from recsys_core.engagement.policy.doubly_robust import DOUBLY_ROBUST
from recsys_core.engagement.policy.estimating import click_rate, estimate_policy
from recsys_core.engagement.policy.interval import click_chances, interval
from recsys_core.engagement.policy.ips import IPS
from recsys_core.engagement.policy.snips import SNIPS
from recsys_core.engagement.policy.target import Table, mean_propensities
from recsys_core.engagement.policy.weighing import weigh
from tests.engagement.weighed import by_chance, weighed

CLICKS, WEIGHTS = [1, 0, 1, 0], [0.5, 1.0, 2.0, 0.0]


def value(estimator, log):
    return estimator.terms(log).value(log.clicks)


def test_each_estimator_by_hand():
    log = weighed(CLICKS, WEIGHTS, expected=[0.4, 0.4, 0.2, 0.2], fitted=[0.5, 0.25, 0.25, 1.0])
    assert value(IPS, log) == pytest.approx(2.5 / 4)
    assert value(SNIPS, log) == pytest.approx(2.5 / 3.5)
    assert value(DIRECT, log) == pytest.approx(1.2 / 4)
    assert value(DOUBLY_ROBUST, log) == pytest.approx((1.2 + 0.5 * 0.5 - 0.25 + 2 * 0.75) / 4)


def test_clipping_cuts_what_costs_more_variance_than_bias():
    rng = np.random.default_rng(0)
    weights = np.where(rng.random(4000) < 0.002, 200.0, 0.6)
    log = weighed(rng.random(4000) < 0.1, weights, fitted=0.1)
    assert clip_of(log) < 200
    assert value(CLIPPED, log) < value(IPS, log)
    even = weighed(CLICKS, [1, 1, 1, 1], fitted=0.5)
    assert clip_of(even) == 1
    assert value(CLIPPED, even) == value(IPS, even)


@given(st.lists(st.tuples(st.booleans(), st.floats(0.01, 50)), min_size=1, max_size=40))
def test_snips_is_a_rate_and_does_not_mind_the_scale_of_weights(rows):
    clicks, weights = zip(*rows, strict=True)
    found = value(SNIPS, weighed(clicks, weights))
    assert -1e-12 <= found <= 1 + 1e-12
    assert value(SNIPS, weighed(clicks, np.array(weights) * 7)) == pytest.approx(found)


def test_the_logs_own_policy_is_what_was_measured():
    """All weights are 1, and every estimator but the direct method gives the click-through rate."""
    log = by_chance()
    seen = weigh(log, Table(np.zeros(len(log), dtype=np.int64), np.full((1, 4), 0.25)), np.random.default_rng(0))
    assert np.allclose(seen.weights, 1)
    for estimator in (IPS, SNIPS, CLIPPED):
        assert value(estimator, seen) == pytest.approx(log.clicks.mean())
    assert value(DOUBLY_ROBUST, seen) == pytest.approx(log.clicks.mean(), abs=0.003)
    found = estimate_policy(seen)
    assert found.overlap.share == pytest.approx(1)
    plain = click_rate(log)
    assert found.ctr.low == pytest.approx(plain.low, rel=0.01)


def test_the_expectation_under_a_policy_is_a_sum_over_its_items():
    """Against a loop over rows and items, for a policy that differs by context."""
    log, rng = by_chance(400), np.random.default_rng(1)
    table = rng.dirichlet(np.ones(4), 3)
    contexts = rng.integers(3, size=400)
    seen = weigh(log, Table(contexts, table), np.random.default_rng(2))
    everywhere = weigh(log, Table(contexts, np.eye(4)[[2, 2, 2]]), np.random.default_rng(2))  # only item 2: its rates
    of_item = [weigh(log, Table(contexts, np.eye(4)[[i] * 3]), np.random.default_rng(2)).expected for i in range(4)]
    assert np.allclose(everywhere.expected, of_item[2])
    assert np.allclose(seen.expected, sum(table[contexts, i] * of_item[i] for i in range(4)))
    assert np.allclose(seen.weights, table[contexts, log.items] * 4)


def test_the_model_of_clicks_never_learned_from_who_it_speaks_about():
    """The only click of all is by one person: elsewhere it is known, for that person it is not."""
    log = by_chance(300)
    log.clicks[:] = 0
    log.clicks[17] = 1
    seen = weigh(log, Table(np.zeros(300, dtype=np.int64), np.full((1, 4), 0.25)), np.random.default_rng(0))
    same = (log.items == log.items[17]) & (log.positions == log.positions[17])
    assert seen.fitted[17] == seen.fitted[same].min() < seen.fitted[same].max()


def test_mean_propensities_sum_to_one_and_keep_what_is_constant():
    table = mean_propensities(by_chance())
    assert table.shape == (2, 4)
    assert np.allclose(table, 0.25)


def test_the_better_item_is_found_out():
    log = by_chance()
    seen = weigh(log, Table(np.zeros(len(log), dtype=np.int64), np.eye(4)[:1]), np.random.default_rng(0))
    found = estimate_policy(seen)
    assert set(found.estimates) == {one.key for one in OFF_POLICY_ESTIMATORS}
    assert found.ctr.low <= 0.3 <= found.ctr.high
    assert found.ctr.value == pytest.approx(log.clicks[log.items == 0].mean())
    assert found.estimates["direct"].low is None


def test_people_who_repeat_themselves_make_intervals_wider():
    rng = np.random.default_rng(3)
    clicks = np.repeat(rng.random(300) < 0.2, 20)
    alone, together = (weighed(clicks, 1.0, fitted=0.2, units=units) for units in (None, np.arange(6000) // 20))
    widths = [
        high - low for low, high in (interval(SNIPS.terms(log), log, click_chances(log)) for log in (alone, together))
    ]
    assert widths[1] > 3 * widths[0]


def test_without_clicks_there_is_no_interval():
    log = weighed([0, 0, 0], 1.0, fitted=0.1)
    assert interval(IPS.terms(log), log, log.fitted) is None


def test_intervals_hold_where_weights_are_heavy_and_normal_ones_do_not():
    """200 logs near the line; benchmarks/off_policy.py has many worlds and repetitions."""
    bandit = Bandit("near the line", 0, 1.8, 0, 0.02, impressions=3000, seed=2)
    held = normal = 0
    for seed in range(200):
        log = bandit.draw(np.random.default_rng(seed))
        terms = SNIPS.terms(log)
        rate = terms.value(log.clicks)
        low, high = interval(terms, log, click_chances(log))
        error = np.sqrt(((log.weights * (log.clicks - rate)) ** 2).sum()) / log.weights.sum()
        held += low <= bandit.truth <= high
        normal += abs(rate - bandit.truth) <= 1.96 * error
    assert 182 <= held <= 198
    assert normal < held - 10
