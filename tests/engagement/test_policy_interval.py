"""Intervals of rates where people repeat: of few people, of people who are alike, and where all is clicked."""

import numpy as np
import pytest

from recsys_core.data.dataset import Ids
from recsys_core.data.impressions.log import Impressions
from recsys_core.engagement.policy.estimating import click_rate
from recsys_core.engagement.policy.logged import Logged, logged
from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL


def log(people, clicks) -> Logged:
    people, clicks, n = np.asarray(people, np.int32), np.asarray(clicks, bool), len(people)
    users, items = Ids.of([f"u{one}" for one in range(people.max() + 1)]), Ids.of([f"i{one}" for one in range(5)])
    shown, chance = (np.arange(n) % 5).astype(np.int32), np.full(n, 0.2, dtype=np.float32)
    return logged(Impressions("log", users, items, people, shown, None, clicks, chance, None), np.ones(n, dtype=bool))


def drawn(people: int, rng: np.random.Generator, each: int = 40) -> Logged:
    """People with rates of their own, 0.2 on average."""
    who = np.repeat(np.arange(people), each)
    return log(who, rng.random(len(who)) < rng.beta(2, 8, people)[who])


@pytest.mark.parametrize("people", [FEWEST_FOR_INTERVAL, 20, 60])
def test_of_few_people_who_differ_the_interval_still_holds(people):
    rng = np.random.default_rng(people)
    rates = [click_rate(drawn(people, rng)) for _ in range(400)]
    assert 0.91 <= np.mean([rate.low <= 0.2 <= rate.high for rate in rates]) <= 0.98


def test_of_fewer_there_is_none():
    assert click_rate(drawn(FEWEST_FOR_INTERVAL - 1, np.random.default_rng(0))).low is None


def test_where_people_all_do_the_same_there_is_an_interval_below_one():
    people = np.repeat(np.arange(40), 10)
    for clicks, value in ((np.ones(400), 1.0), (np.tile([1, 0], 200), 0.5)):
        rate = click_rate(log(people, clicks))
        assert rate.value == value
        assert rate.low is None or 0 < rate.low <= value <= rate.high <= 1
