import numpy as np
import pytest

from recsys_core.errors import ModelError
from recsys_core.models.popularity import Popularity
from recsys_core.models.recent_popularity import RecentPopularity, RecentPopularityConfig
from tests import worlds

DAY = 86_400
ROWS = [(0, 0, 4.0, 0), (1, 0, 1.0, 3 * DAY), (0, 1, 5.0, 2 * DAY), (1, 2, 2.0, 3 * DAY), (2, 2, 2.0, DAY // 2)]


def weights(rows: list[tuple[int, int, float, int]], half_life_days: float) -> np.ndarray:
    model = RecentPopularity(RecentPopularityConfig(half_life_days=half_life_days))
    return model.fit(worlds.dataset(rows, 3, 4)).score(np.array([0], dtype=np.int32))[0]


def test_an_event_counts_half_for_every_half_life_before_the_last_one():
    assert weights(ROWS, 1) == pytest.approx([1 / 8 + 1, 1 / 2, 1 + 2**-2.5, 0])
    assert weights(ROWS, 2) == pytest.approx([2**-1.5 + 1, 2**-0.5, 1 + 2**-1.25, 0])


def test_the_clock_starts_at_the_last_event_wherever_that_lies():
    later = [(user, item, value, time + 10_000 * DAY) for user, item, value, time in ROWS]
    assert np.array_equal(weights(ROWS, 1), weights(later, 1))


def test_with_a_long_half_life_it_is_popularity():
    popular = Popularity().fit(worlds.dataset(ROWS, 3, 4)).score(np.array([0], dtype=np.int32))[0]
    assert weights(ROWS, 10_000) == pytest.approx(popular, abs=1e-3)


def test_with_a_short_half_life_the_latest_item_wins():
    rows = [(user, 0, 4.0, user) for user in range(3)] + [(0, 1, 4.0, 40 * DAY)]
    assert weights(rows, 10_000).argmax() == 0
    assert weights(rows, 1).argmax() == 1
    assert weights(rows, 0.01)[0] == 0  # 4,000 half-lives: nothing is left, and nothing breaks


@pytest.mark.parametrize("timed", [False, True], ids=["no times", "equal times"])
def test_events_without_an_order_are_refused_in_words(timed: bool):
    rows = [(user, item, value, 5) for user, item, value, _ in ROWS]
    with pytest.raises(ModelError, match="asks when things happened.*column of times") as caught:
        RecentPopularity().fit(worlds.dataset(rows, 3, 4, timed=timed))
    assert caught.value.code == "needs-times"
