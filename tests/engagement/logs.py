"""Invented logs."""

import numpy as np

from recsys_core.engagement.events import Events

EDGES = {  # unix seconds around which clocks are set, or skip a day
    "Europe/Berlin": (1711846800, 1729990800),
    "America/New_York": (1710054000, 1730613600),
    "Asia/Kolkata": (1711846800,),
    "Pacific/Apia": (1325239200,),  # 30 December 2011 was skipped
    "Australia/Lord_Howe": (1712415600, 1728142200),  # by half an hour
    "America/St_Johns": (1268451060, 1289097060),  # a minute after midnight, so that a date comes back
    "UTC": (1711846800,),
}


def events(people, times, n_people: int | None = None) -> Events:
    people, times = np.array(people, np.int32), np.array(times, np.int64)
    return Events(people, times, int(people.max()) + 1 if n_people is None else n_people, "event")


def around_the_edges(zone: str, rng: np.random.Generator, n: int = 4000, n_people: int = 40) -> Events:
    """Events on the ninety days around each setting of the clock, many of them within minutes of midnight."""
    edges = np.array(EDGES[zone])
    times = rng.choice(edges, n) + rng.integers(-45 * 86_400, 45 * 86_400, n)
    close = rng.random(n) < 0.3
    times[close] = rng.choice(edges, close.sum()) + rng.integers(-7200, 7200, close.sum())
    near_midnight = rng.random(n) < 0.3
    times[near_midnight] = times[near_midnight] // 1800 * 1800 + rng.integers(-2, 3, near_midnight.sum())
    return events(rng.integers(0, n_people, n), times, n_people + 2)
