"""How long are activity, retention and sessions of many events?

``python -m benchmarks.activity [--events 25000000]``

Events of 160,000 people on 3,000 days, most people on few days, as in MovieLens 25M. Asked: the figures of activity and
retention of 25 million events in ten seconds, with the days of a zone that sets its clocks.
"""

import argparse
import sys
import time

import numpy as np

from benchmarks.common import record
from recsys_core.engagement.activity import active, growth, stickiness
from recsys_core.engagement.events import Events
from recsys_core.engagement.person_days import person_days
from recsys_core.engagement.retention import cohorts, retention
from recsys_core.engagement.sessions import sessions

PEOPLE, DAYS, SITTINGS, ASKED = 160_000, 3_000, 4, 10.0
DAY = 86_400


def many_events(n: int) -> Events:
    """Each person does something in four evenings on average, in any order."""
    rng = np.random.default_rng(0)
    people = rng.integers(0, PEOPLE, n, dtype=np.int32)
    evenings = rng.integers(0, DAYS, (PEOPLE, SITTINGS)) * DAY + 1_000_000_000
    times = evenings[people, rng.integers(0, SITTINGS, n)] + rng.integers(0, 4 * 3600, n)
    return Events(people, times, PEOPLE, "event")


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=25_000_000)
    options = parser.parse_args(words)
    made = many_events(options.events)
    started = time.perf_counter()
    data = person_days(made, "Europe/Berlin")
    active(data)
    stickiness(data)
    growth(data, "week")
    retention(data)
    cohorts(data, "month")
    took = time.perf_counter() - started
    started = time.perf_counter()
    sessions(made)
    others = time.perf_counter() - started
    rows = [
        (f"activity and retention of {options.events:,} events", f"< {ASKED:.0f} s", f"{took:.1f} s"),
        ("sessions of the same", "", f"{others:.1f} s"),
    ]
    record("activity", rows)
    return int(took > ASKED)


if __name__ == "__main__":
    sys.exit(main())
