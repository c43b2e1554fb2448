"""Click-through rates against formulas written out, and what is said about them."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.dataset import Ids
from recsys_core.data.impressions.click_profile import click_profile
from recsys_core.data.impressions.log import Impressions
from recsys_core.data.impressions.rates import Rates
from recsys_core.statistics.shares import wilson

WORDS_OF_CAUSES = ("because", "effect", "cause", "thanks to", "lift", "leads to")


def log(
    items: list[int],
    clicks: list[int],
    positions: list[int] | None = None,
    times: list[int] | None = None,
    propensities: list[float] | None = None,
) -> Impressions:
    return Impressions(
        "log",
        Ids.of([]),
        Ids.of([f"i{n}" for n in range(max(items) + 1)]),
        None,
        np.array(items, np.int32),
        None if positions is None else np.array(positions, np.int16),
        np.array(clicks, bool),
        None if propensities is None else np.array(propensities, np.float32),
        None if times is None else np.array(times, np.int64),
    )


@pytest.mark.parametrize(
    ("clicks", "n", "low", "high"),
    # Newcombe 1998 (Stat. Med. 17, 857-872), table I, method 3, and the two ends by their closed forms.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_as_published(clicks: int, n: int, low: float, high: float) -> None:
    found = wilson(np.array([clicks]), np.array([n]))
    assert (float(found[0][0]), float(found[1][0])) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10**9), st.floats(0, 1))
def test_wilson_intervals_hold_the_rate_and_stay_in_bounds(n: int, share: float) -> None:
    clicks = round(n * share)
    low, high = (float(end[0]) for end in wilson(np.array([clicks]), np.array([n])))
    assert 0 <= low <= clicks / n <= high <= 1
    assert clicks != 0 or low == 0
    assert clicks != n or high == 1


def test_without_impressions_nothing_is_known() -> None:
    rates = Rates.of(np.array([0]), np.array([0]))
    assert (rates.low[0], rates.high[0]) == (0, 1)
    assert math.isnan(rates.values[0])
    assert rates.rows()[0]["ctr"] is None


def test_chance_is_counted_from_the_binomial_distribution() -> None:
    n, rate = 40, 0.1
    rates = Rates.of(np.array([4, 4]), np.array([n, n]))
    counts = np.arange(n + 1)
    low, high = wilson(counts, np.full(n + 1, n))
    weights = [math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(n + 1)]
    above = 2 * sum(weight for weight, is_out in zip(weights, low > rate, strict=True) if is_out)
    below = 2 * sum(weight for weight, is_out in zip(weights, high < rate, strict=True) if is_out)
    assert above > 0.01
    assert rates.apart_by_chance(rate) == pytest.approx((above, below))
    assert rates.apart_by_chance(0.0) == (0, 0)
    assert rates.apart_by_chance(1.0) == (0, 0)
    assert Rates.of(np.array([0]), np.array([1])).apart_by_chance(0.99) == pytest.approx((0, 0.01))


def test_rates_by_item_position_and_time_against_loops() -> None:
    random = np.random.default_rng(5)
    n = 3000
    items, positions = random.integers(0, 9, n).tolist(), random.integers(-1, 4, n).tolist()
    clicks, times = random.integers(0, 2, n).tolist(), (1_700_000_000 + random.integers(0, 5 * 86_400, n)).tolist()
    found = click_profile(log(items, clicks, positions, times))
    rows = list(zip(items, clicks, positions, times, strict=True))
    for item in range(9):
        mine = [click for one, click, _, _ in rows if one == item]
        assert (found.items.impressions[item], found.items.clicks[item]) == (len(mine), sum(mine))
    by = found.positions
    assert by is not None
    assert by.positions.tolist() == [0, 1, 2, 3]
    assert by.without == sum(place == -1 for place in positions)
    later = [click for _, click, place, _ in rows if place > 0]
    assert (by.later.impressions[0], by.later.clicks[0]) == (len(later), sum(later))
    line = found.times
    assert line is not None
    assert line.unit == "day"
    assert (line.rates.impressions.sum() + line.outside, line.outside) == (n, 0)
    assert line.rates.clicks.sum() == sum(clicks)
    second = [click for _, click, _, time in rows if line.edges[1] <= time < line.edges[2]]
    assert (line.rates.impressions[1], line.rates.clicks[1]) == (len(second), sum(second))


def test_hours_for_a_day_days_for_a_week_and_strays_apart() -> None:
    start = 1_700_000_000
    units = {}
    for days in (0.01, 1, 7, 60, 400):
        times = np.linspace(start, start + days * 86_400, 500).astype(int).tolist()
        line = click_profile(log([0] * 500, [0] * 500, times=times)).times
        units[days] = line.unit
        assert len(line.labels) == len(line.rates) == len(line.edges) - 1
        assert line.outside == 0
    assert units == {0.01: "hour", 1: "hour", 7: "day", 60: "day", 400: "week"}
    times = [0, *range(start, start + 4 * 86_400, 600)]
    line = click_profile(log([0] * len(times), [1] * len(times), times=times)).times
    assert (line.unit, line.outside) == ("day", 1)


def test_a_bucket_begins_with_its_first_second_and_ends_before_the_next() -> None:
    line = click_profile(log([0] * 4, [1, 0, 0, 1], times=[0, 86_399, 86_400, 5 * 86_400])).times
    assert line.rates.impressions.tolist() == [2, 1, 0, 0, 0, 1]
    assert line.rates.clicks.tolist() == [1, 0, 0, 0, 0, 1]


def test_the_first_position_against_all_later_ones() -> None:
    """56 of 70 and 48 of 80: Newcombe 1998 (Stat. Med. 17, 873-890), table II, method 10: 0.0524 to 0.3339."""
    positions = [1] * 70 + [2] * 50 + [3] * 30
    clicks = [1] * 56 + [0] * 14 + [1] * 30 + [0] * 20 + [1] * 18 + [0] * 12
    found = click_profile(log([0] * 150, clicks, positions))
    assert found.positions.difference == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    sentence = found.sentences()[1]
    assert "80.0% of 70 impressions" in sentence
    assert "60.0% of 80" in sentence
    assert "the counts alone do not say" in sentence
    alike = click_profile(log([0] * 20, [0, 1] * 10, [1] * 10 + [2] * 10))
    assert "does not tell them apart" in alike.sentences()[1]
    assert click_profile(log([0, 0], [0, 1], [4, 4])).positions.difference is None


def test_items_with_few_impressions_are_not_compared_and_that_is_said() -> None:
    items = [0] * 100 + [1] * 99 + [2] * 300
    clicks = [1] * 50 + [0] * 50 + [1] * 99 + [0] * 300
    found = click_profile(log(items, clicks))
    assert found.comparable.tolist() == [0, 2]
    assert "Of 2 items with at least 100 impressions" in found.sentences()[1]
    assert "Those with fewer, 1 in all, are not compared" in found.sentences()[1]
    assert "too few to compare" in click_profile(log([0, 1], [0, 1])).sentences()[1]


def test_sentences_name_denominators_and_no_causes() -> None:
    random = np.random.default_rng(1)
    n = 2000
    found = click_profile(
        log(
            random.integers(0, 5, n).tolist(),
            (random.random(n) < 0.1).astype(int).tolist(),
            random.integers(1, 4, n).tolist(),
            propensities=[0.5, *random.random(n - 1).tolist()],
        )
    )
    sentences = found.sentences()
    assert sentences[0].startswith(f"{found.clicks:,} of 2,000 impressions were clicked")
    assert not [word for word in WORDS_OF_CAUSES for sentence in sentences if word in sentence.lower()]


def test_a_profile_is_plain_data() -> None:
    found = click_profile(log([0, 1, 1], [0, 1, 0], [1, 1, 2], [0, 10, 99_999_999], [0.5, float("nan"), 1.0]))
    plain = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert (plain["impressions"], plain["clicks"], plain["items"], plain["users"]) == (3, 1, 2, None)
    assert plain["by_item"][0] == {"item": "i1"} | found.items.take(np.array([1])).rows()[0]
    assert plain["propensities"] == {"least": 0.5, "median": 0.75, "greatest": 1.0}
    bare = click_profile(log([0], [0])).as_json()
    assert bare["by_position"] is bare["over_time"] is bare["propensities"] is None
    assert json.dumps(bare, allow_nan=False)


def test_columns_in_which_nothing_is_known() -> None:
    bare = click_profile(log([0], [0], positions=[-1], propensities=[float("nan")]))
    assert bare.propensities is bare.positions is None
