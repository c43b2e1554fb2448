"""Sessions against plain pandas, and in a log that can be read by eye."""

import numpy as np
import pytest

from recsys_core.engagement.sessions import sessions
from tests.engagement import by_pandas
from tests.engagement.logs import events


def test_a_pause_of_exactly_the_gap_does_not_end_a_session() -> None:
    found = sessions(events([0, 0, 0, 1], [0, 1800, 3601, 5], 3))
    assert found.people.tolist() == [0, 0, 1]
    assert found.events.tolist() == [2, 1, 1]
    assert found.seconds.tolist() == [1800, 0, 0]
    assert found.at_once == pytest.approx(2 / 3)
    assert found.minutes() == 30
    assert found.events_each().value == pytest.approx(4 / 3)
    assert len(sessions(events([0, 0], [0, 61]), gap=1)) == 2


def test_sessions_are_those_of_pandas() -> None:
    rng = np.random.default_rng(7)
    people, times = rng.integers(0, 30, 3000), 1_700_000_000 + rng.integers(0, 20 * 86_400, 3000)
    for gap in (5, 30, 240):
        found, theirs = sessions(events(people, times), gap), by_pandas.sessions(people, times, gap)
        assert found.events.tolist() == theirs["events"].tolist()
        assert found.seconds.tolist() == theirs["seconds"].tolist()
    told = found.as_json()
    assert told["sessions"] == len(theirs)
    assert told["minutes"]["median"] == pytest.approx(theirs.loc[theirs["seconds"] > 0, "seconds"].median() / 60)


def test_events_of_one_moment_have_no_length() -> None:
    found = sessions(events([0, 0], [5, 5]))
    assert found.minutes() is None
    assert found.at_once == 1
