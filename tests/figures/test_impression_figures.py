"""The charts of an impression log: what they show, what their titles find, and text that stays text."""

import numpy as np
import pytest

from recsys_core.data.impressions.rates import Rates
from recsys_core.figures.impressions import clicks_by_item, clicks_by_position, clicks_over_time
from recsys_core.figures.theme import LIGHT

START = 1_700_006_400


def rates(*pairs: tuple[int, int]) -> Rates:
    """From clicks and impressions."""
    return Rates.of(np.array([clicks for clicks, _ in pairs]), np.array([shown for _, shown in pairs]))


@pytest.mark.parametrize(
    ("difference", "title"),
    [
        ((0.1, 0.05, 0.15), "Position 1: 20.0%, later ones 10.0%"),
        ((0.1, -0.05, 0.25), "Position 1 is not told apart from others"),
    ],
)
def test_positions_are_compared_in_the_title(difference: tuple[float, float, float], title: str) -> None:
    made = rates((20, 100), (10, 100), (10, 100))
    chart = clicks_by_position(np.array([1, 2, 3]), made, 0.13, difference, LIGHT)
    assert chart.layout.title.text == title
    (dots,) = chart.data
    assert list(dots.y) == [0.2, 0.1, 0.1]
    assert dots.error_y.array == pytest.approx(made.high - made.values)
    assert dots.error_y.arrayminus == pytest.approx(made.values - made.low)
    assert dots.customdata[0].startswith("position 1<br>20.0%, 95% ")
    assert dots.customdata[0].endswith("20 of 100 clicked")


def test_one_position_and_very_many() -> None:
    assert clicks_by_position(np.array([4]), rates((1, 9)), 1 / 9, None, LIGHT).layout.title.text.endswith("position 4")
    chart = clicks_by_position(np.arange(50), rates(*[(1, 100)] * 50), 0.01, (0.0, -0.1, 0.1), LIGHT)
    assert len(chart.data[0].x) == 20
    assert "the first 20 of 50" in chart.layout.xaxis.title.text


def test_items_stand_by_name_and_markup_stays_text() -> None:
    names = ["<b>one</b>", "a very long name of an item", *[f"i{n}" for n in range(20)]]
    chart = clicks_by_item(names, rates((90, 100), *[(10, 100)] * 21), 0.1, 1, 0.54, LIGHT)
    assert chart.layout.title.text == "1 of 22 items above 10.0%, by chance 0.5"
    assert len(chart.data[0].x) == 12
    assert chart.layout.yaxis.ticktext[0] == "&lt;b&gt;one&lt;/b&gt;"
    assert chart.data[0].customdata[0].startswith("&lt;b&gt;one")
    assert len(chart.layout.yaxis.ticktext[1]) == 18
    assert "the first 12" in chart.layout.yaxis.title.text
    colours = chart.data[0].marker.color
    assert colours[0] == LIGHT.accent
    assert set(colours[1:]) == {LIGHT.popularity}


def test_time_leaves_out_buckets_without_impressions() -> None:
    edges = START + np.arange(4) * 86_400
    made = rates((10, 100), (0, 0), (12, 100))
    chart = clicks_over_time(edges, ["one", "two", "three"], made, 0.11, "day", LIGHT)
    assert chart.layout.title.text == "No day stands apart from 11.0%"
    assert [text.partition("<br>")[0] for text in chart.data[0].customdata] == ["one", "three"]
    assert str(chart.data[0].x[0]) == "2023-11-15T12:00:00"
    odd = clicks_over_time(edges, ["one", "two", "three"], rates((90, 100), (9, 90), (9, 90)), 0.1, "day", LIGHT)
    assert odd.layout.title.text == "1 of 3 days stands apart from 10.0%"


@pytest.mark.parametrize("clicks", [0, 5])
def test_no_clicks_and_nothing_but_clicks_are_drawn(clicks: int) -> None:
    chart = clicks_over_time(START + np.arange(2) * 3600, ["one"], rates((clicks, 5)), clicks / 5, "hour", LIGHT)
    low, high = chart.layout.yaxis.range
    assert low < clicks / 5 < high
    assert chart.layout.title.text == "All impressions are of one hour"
