"""Charts of an explanation."""

import numpy as np
import pytest

from recsys_core.figures.explanation import (
    AGAINST,
    FOR,
    Share,
    bars_chart,
    picture_chart,
    removal_chart,
    waterfall_chart,
)
from recsys_core.figures.theme import DARK, LIGHT

SHARES = [
    Share("Alien", 3.0, 0.5),
    Share("<b>Titanic</b>", -1.0),
    Share("A title that is much too long for two lines of it", 0.5),
]


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_each_part_begins_where_the_last_one_ended(look):
    chart = waterfall_chart(SHARES, ("For anybody", 1.0), 3.5, "score", look)
    bars = [trace for trace in chart.data if trace.type == "bar"]
    assert [bar.base[0] for bar in bars] == [1.0, 4.0, 3.0]
    assert bars[-1].base[0] + bars[-1].x[0] == 3.5
    assert [bar.marker.color for bar in bars] == [FOR, AGAINST, FOR]
    assert list(bars[0].error_x.array) == [0.5]
    assert bars[1].error_x.array is None
    names = chart.layout.yaxis.ticktext
    assert (names[0], names[-1]) == ("For anybody", "Score")
    assert names[2] == "&lt;b&gt;Titanic&lt;/b&gt;"
    assert all(name.count("<br>") <= 1 for name in names)
    low, high = chart.layout.xaxis.range
    assert low < 1.0
    assert high > 4.5


def test_parts_that_do_not_add_up_begin_at_zero():
    chart = bars_chart(SHARES, "weight", LIGHT)
    assert [bar.base[0] for bar in chart.data] == [0, 0, 0]
    assert [note.text for note in chart.layout.annotations] == ["+3.00", "−1.00", "+0.50"]


def test_numbers_stay_inside_a_narrow_chart():
    """At the left of bars that end far right, but not on top of names, and with the decimals that the largest needs."""
    chart = waterfall_chart([Share("A", 0.0191), Share("B", 0.0028)], ("For anybody", 0.0), 0.0219, "score", LIGHT)
    assert [(note.text, note.xanchor) for note in chart.layout.annotations] == [
        ("+0.0191", "left"),
        ("+0.0028", "right"),
    ]
    assert chart.layout.xaxis.range[1] > 1.3 * 0.0219
    assert [(trace.text[0].strip(), trace.textposition) for trace in chart.data if trace.type == "scatter"] == [
        ("<b>0</b>", "middle right"),
        ("<b>0.0219</b>", "middle left"),
    ]


def test_the_number_of_an_interval_from_end_to_end_does_not_lie_on_the_name():
    chart = waterfall_chart([Share("A", 0.1, 0.8), Share("B", 0.2, 0.1)], ("For anybody", 2.0), 2.3, "score", LIGHT)
    assert [note.xanchor for note in chart.layout.annotations] == ["left", "right"]
    assert chart.layout.xaxis.range[1] > 2.9 + 0.3 * 1.6


def test_an_interval_without_end_and_a_score_without_range_can_be_drawn():
    chart = waterfall_chart([Share("A", 0.0, np.inf)], ("For anybody", 2.0), 2.0, "score", LIGHT)
    low, high = chart.layout.xaxis.range
    assert low < 2.0 < high
    assert chart.data[-1].error_x.array is None


def test_curves_lie_beside_the_band_of_random_orders():
    shares = np.linspace(0, 1, 5)
    random = np.array([[4.0, 3, 2, 1, 0], [4.0, 2, 2, 2, 0]])
    chart = removal_chart(shares, np.array([4.0, 1, 0, 0, 0]), random, "parts taken away", "score", LIGHT)
    band, mean, own = chart.data
    assert list(band.y) == [4, 3, 2, 2, 0, 0, 1, 2, 2, 4]
    assert list(mean.y) == [4, 2.5, 2, 1.5, 0]
    assert list(own.y) == [4, 1, 0, 0, 0]
    assert list(own.x) == [0, 25, 50, 75, 100]


def test_each_pixel_of_a_picture_has_the_number_of_its_region():
    segments = np.repeat([[0, 1, 1]], 4, axis=0)
    chart = picture_chart("data:image/png;base64,AAAA", segments, [Share("left", 2.0), Share("right", -1.0)], LIGHT)
    (heat,) = chart.data
    assert heat.z.tolist() == [[2, -1, -1]] * 4
    assert (heat.zmin, heat.zmax) == (-2, 2)
    assert heat.customdata[0].tolist() == ["left", "right", "right"]
    large = picture_chart("", np.zeros((1000, 600), dtype=np.int64), [Share("all", 0.0)], LIGHT)
    assert max(np.shape(large.data[0].z)) <= 125
