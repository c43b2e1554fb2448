"""What clocks showed, against pandas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.local_time import find_zone, local_seconds, zones
from recsys_core.errors import ConfigError
from tests.engagement.logs import EDGES


def by_pandas(times: np.ndarray, zone: str) -> list[int]:
    when = pd.DatetimeIndex(times.astype("M8[s]")).tz_localize("UTC").tz_convert(zone)
    return when.tz_localize(None).to_numpy().astype("M8[s]").astype(np.int64).tolist()


@pytest.mark.parametrize("zone", [*EDGES, "Africa/Casablanca", "Antarctica/Troll"])
def test_clocks_are_read_as_pandas_does(zone: str) -> None:
    rng = np.random.default_rng(0)
    times = rng.integers(-2_000_000_000, 4_000_000_000, 3000)
    edges = np.array(EDGES.get(zone, (0,)))
    times = np.concatenate([times, (edges[:, None] + np.arange(-3, 4)).ravel()])
    assert local_seconds(times, zone).tolist() == by_pandas(times, zone)


@given(st.lists(st.integers(-(10**9), 4 * 10**9), min_size=1, max_size=20), st.sampled_from(sorted(EDGES)))
def test_any_few_moments_are_read_as_pandas_does(times: list[int], zone: str) -> None:
    assert local_seconds(np.array(times), zone).tolist() == by_pandas(np.array(times), zone)


def test_nothing_and_the_ends_of_the_calendar() -> None:
    assert local_seconds(np.empty(0, np.int64), "Europe/Berlin").tolist() == []
    ends = np.array([-62_135_596_800, 253_402_300_799])
    assert (np.abs(local_seconds(ends, "Pacific/Apia") - ends) < 86_400).all()


@pytest.mark.parametrize(
    ("name", "near"),
    [("Berlin", "Europe/Berlin"), ("Europe/Berln", "Europe/Berlin"), ("new york", "America/New_York"), ("???", "such")],
)
def test_an_unknown_zone_is_told_with_near_names(name: str, near: str) -> None:
    with pytest.raises(ConfigError, match=r"There is no time zone") as caught:
        find_zone(name)
    assert near in caught.value.fix
    assert caught.value.code == "unknown-zone"


def test_no_name_becomes_a_path() -> None:
    for name in ("../../etc/passwd", "/etc/localtime", ""):
        with pytest.raises(ConfigError):
            find_zone(name)
    assert zones()[0] == "UTC"
