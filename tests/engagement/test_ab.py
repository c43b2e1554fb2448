"""Two logs as the arms of a test: right at every look, over people, and honest about what it is not."""

import numpy as np
import pytest

from recsys_core.data.dataset import Ids
from recsys_core.data.impressions.importing import import_log
from recsys_core.data.impressions.log import Impressions
from recsys_core.engagement.ab import FEWEST, readout
from recsys_core.errors import ConfigError
from tests.data.files import real


def log(name: str, people, clicks, times=None, prefix: str = "") -> Impressions:
    people, clicks = np.asarray(people, np.int32), np.asarray(clicks, bool)
    ids = [f"{prefix or name}{n}" for n in range(int(people.max()) + 1)]
    items = np.zeros(len(people), np.int32)
    times = None if times is None else np.asarray(times, np.int64)
    return Impressions(name, Ids.of(ids), Ids.of(["x"]), people, items, None, clicks, None, times)


def arm(rng: np.random.Generator, name: str, rate: float, n: int = 200, prefix: str = "") -> Impressions:
    """People with rates of their own, who come back again and again."""
    own = rng.beta(rate * 5, (1 - rate) * 5, n)
    people = np.repeat(np.arange(n), rng.geometric(1 / 15, n))
    start = rng.random(n) * 0.8
    times = 1e6 * (start[people] + rng.random(len(people)) * (1 - start[people]))
    return log(name, people, rng.random(len(people)) < own[people], times, prefix)


def anonymous(made: Impressions) -> Impressions:
    columns = (made.items, None, made.clicks, None, made.times)
    return Impressions(made.name, Ids.of([]), made.item_ids, None, *columns)


def test_arms_that_are_alike_are_seldom_told_apart_at_any_look() -> None:
    rng = np.random.default_rng(1)
    wrong = naive = 0
    for _ in range(60):
        one, two = arm(rng, "a", 0.1), arm(rng, "b", 0.1)
        found = readout(one, two)
        wrong += bool(((found.low > 0) | (found.high < 0)).any())
        found = readout(anonymous(one), anonymous(two))
        naive += bool(((found.low > 0) | (found.high < 0)).any())
    assert wrong <= 60 * 0.08
    assert naive > 60 * 0.15, "people who are not known make impressions look independent"


def test_a_better_arm_is_named_with_the_day_since_when_it_is_clear() -> None:
    rng = np.random.default_rng(2)
    found = readout(arm(rng, "old", 0.1, 800), arm(rng, "new", 0.25, 800))
    assert found.leader == 1
    assert found.verdict().startswith("new is clicked more")
    assert "That is clear since 1970-01-0" in found.verdict()
    assert found.low[found.times >= found.since].min() > 0
    assert not found.cautions()
    assert readout(arm(rng, "old", 0.25, 800), arm(rng, "new", 0.1, 800)).leader == 0


def test_people_who_all_do_the_same_say_nothing_and_break_nothing() -> None:
    people = np.repeat(np.arange(50), 2)
    for clicks in (np.ones(100), np.tile([1, 0], 50)):
        found = readout(*(log(name, people, clicks, np.arange(100)) for name in "ab"))
        assert found.leader is None
        assert found.since is None
        assert found.as_json()["leader"] is None


def test_the_order_within_a_moment_says_nothing() -> None:
    rng = np.random.default_rng(3)
    days = 86_400 * np.sort(rng.integers(0, 20, 3000))
    one, two = (log(name, np.arange(3000), rng.random(3000) < 0.2, days) for name in "ab")
    first = np.lexsort((~one.clicks, one.times))  # the clicks of a day before what was not clicked
    sorted_one = log("a", one.users[first], one.clicks[first], one.times[first])
    assert np.array_equal(readout(one, two).low, readout(sorted_one, two).low)
    assert np.array_equal(readout(one, two).high, readout(sorted_one, two).high)


def test_the_last_look_is_the_difference_of_the_rates_with_an_error_over_people() -> None:
    rng = np.random.default_rng(3)
    one, two = arm(rng, "a", 0.2), arm(rng, "b", 0.2)
    found = readout(one, two)
    assert found.difference[-1] == pytest.approx(two.clicks.mean() - one.clicks.mean())
    errors = []
    for made in (one, two):
        clicks = np.bincount(made.users, made.clicks)
        shown = np.bincount(made.users)
        errors.append(((clicks - made.clicks.mean() * shown) ** 2).sum() / shown.sum() ** 2)
    width = (found.high[-1] - found.low[-1]) / 2 / np.sqrt(sum(errors))
    assert 2.5 < width < 5


def test_the_same_people_in_both_arms_cancel_out() -> None:
    rng = np.random.default_rng(4)
    people = np.repeat(np.arange(300), 20)
    own = rng.beta(0.5, 2, 300)[people]
    one = log("a", people, rng.random(6000) < own, prefix="p")
    two = log("b", people, rng.random(6000) < own, prefix="p")
    other = log("b", people, two.clicks)
    paired, apart = readout(one, two), readout(one, other)
    assert paired.in_both == 300
    assert "300 people are in both logs" in paired.cautions()[0]
    assert paired.high[-1] - paired.low[-1] < 0.8 * (apart.high[-1] - apart.low[-1])
    assert paired.times is None
    assert len(paired.difference) == 1


def test_too_few_clicks_the_same_log_and_arms_apart_in_time() -> None:
    rng = np.random.default_rng(5)
    few = log("a", np.arange(100), np.arange(100) < FEWEST - 1, np.arange(100))
    many = arm(rng, "b", 0.3)
    found = readout(few, many)
    assert found.leader is None
    assert "too early" in found.verdict()
    assert found.as_json()["looks"] == []
    with pytest.raises(ConfigError, match="same log"):
        readout(many, many)
    later = log("c", many.users, many.clicks[::-1], many.times + 2_000_000)
    found = readout(many, later)
    assert "only 0% of the time" in found.cautions()[0]
    assert found.since is None


def test_no_winner_is_said_with_both_rates() -> None:
    rng = np.random.default_rng(6)
    found = readout(arm(rng, "a", 0.1), arm(rng, "b", 0.1), ("A", "B"))
    assert found.verdict().startswith("No winner yet: B is clicked in")
    told = found.as_json()
    assert [one["log"] for one in told["arms"]] == ["A", "B"]
    assert told["looks"][-1]["time"].startswith("1970-01-1")
    assert told["leader"] is None


@pytest.mark.realdata
def test_the_two_policies_of_the_open_bandit_sample_are_not_told_apart() -> None:
    arms = [import_log(real(f"obd/{policy}/all/all.csv"), policy).log for policy in ("random", "bts")]
    found = readout(*arms)
    assert [int(rate.clicks[0]) for rate in found.rates] == [38, 42]
    assert found.leader is None
    assert found.difference[-1] == pytest.approx(4 / 10_000)
