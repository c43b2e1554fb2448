from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ks_2samp

from recsys_core.synthetic.tastes.clocks import PAUSE, Clock
from tests.synthetic.small_town import DAY, HOURS, START, town

N = 400


def clock_of(events=None):
    return Clock.learn(town().interactions if events is None else events)


def drawn(clock, counts=None, seed=0):
    """Times of N people, and to whom they belong."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 13, N) if counts is None else counts
    return clock.draw(rng.random(N), rng.random(N), counts, rng), np.repeat(np.arange(N), counts), counts


def test_times_ascend_within_people_and_lie_within_the_data():
    clock, _ = clock_of()
    times, people, _ = drawn(clock)
    assert (np.diff(times)[np.diff(people) == 0] >= 0).all()
    assert times.min() >= clock.first
    assert times.max() <= clock.last


def test_what_is_learned_of_people():
    _, traits = clock_of()
    events = town().interactions
    first = [events.times[events.users == user].min() - events.times.min() for user in range(60)]
    assert list(traits[:, 0]) == first
    assert (traits[:, 1] > 0).all()
    assert (traits[:, 1] < 1).all()


def test_sessions_start_at_the_usual_hours():
    clock, _ = clock_of()
    times, people, _ = drawn(clock)
    starts = times[np.diff(people, prepend=-1) != 0]
    hours = (starts % DAY) / 3600
    assert ((hours >= HOURS[0]) & (hours <= HOURS[1] + 1)).mean() > 0.95


def test_pauses_and_gaps_are_as_in_the_data():
    clock, _ = clock_of()
    times, people, _ = drawn(clock)
    gaps = np.diff(times)[np.diff(people) == 0]
    events = town().interactions
    order = np.lexsort((events.times, events.users))
    real = np.diff(events.times[order])[np.diff(events.users[order]) == 0]
    assert (gaps > PAUSE).mean() == pytest.approx((real > PAUSE).mean(), abs=0.06)
    assert np.median(gaps[gaps <= PAUSE]) == pytest.approx(np.median(real[real <= PAUSE]), rel=0.1)


def test_people_come_when_real_people_come():
    clock, _ = clock_of()
    times, people, _ = drawn(clock)
    starts = times[np.diff(people, prepend=-1) != 0]
    events = town().interactions
    assert ks_2samp(starts, [events.times[events.users == user].min() for user in range(60)]).statistic < 0.12


def test_days_stay_days():
    events = town().interactions
    clock, _ = clock_of(replace(events, times=events.times // DAY * DAY))
    assert clock.unit == DAY
    times, _, _ = drawn(clock)
    assert set((times - START) % DAY) == {0}


def test_minutes_stay_minutes():
    clock, _ = clock_of()
    assert clock.unit == 60
    assert set((drawn(clock)[0] - START) % 60) == {0}


def test_people_with_very_many_events_end_in_time_and_not_all_at_the_very_end():
    clock, _ = clock_of()
    times, _, _ = drawn(clock, np.full(N, 500))
    assert times.max() <= clock.last
    assert (times == clock.last).mean() < 0.3


def test_nobody_meets_an_item_before_it_appeared():
    clock, _ = clock_of()
    times, people, counts = drawn(clock, np.full(N, 4))
    rng = np.random.default_rng(0)
    items = np.concatenate([rng.choice(30, 4, replace=False) for _ in range(N)]).astype(np.int32)
    dealt, moved = clock.in_order(items, np.arange(30), times, counts, rng)
    assert (moved >= clock.appeared[dealt]).all()
    assert (np.diff(moved)[np.diff(people) == 0] >= 0).all()
    assert moved.max() <= clock.last
    rows = zip(np.sort(items.reshape(N, 4)), np.sort(dealt.reshape(N, 4)), strict=True)
    assert all((before == after).all() for before, after in rows)


def test_the_order_says_nothing_about_an_items_place_in_the_catalogue():
    clock, _ = clock_of()
    clock = replace(clock, appeared=np.full(30, clock.first))
    times, _, counts = drawn(clock, np.full(N, 30))
    items = np.tile(np.arange(30, dtype=np.int32), N)
    dealt, moved = clock.in_order(items, np.arange(30), times, counts, np.random.default_rng(0))
    assert list(moved) == list(times)
    assert dealt.reshape(N, 30)[:, :15].mean() == pytest.approx(14.5, abs=0.5)


def test_one_event_each_is_enough():
    events = town().interactions
    clock, traits = clock_of(events.take(np.unique(events.users, return_index=True)[1]))
    assert (traits[:, 1] == 0).all()
    assert len(drawn(clock)[0])
