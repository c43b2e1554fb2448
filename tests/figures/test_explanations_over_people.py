"""Figures of explanations over many people: what they show, by looking into them."""

import numpy as np
import pytest

from recsys_core.figures.explanation_overview import (
    Strength,
    Swarm,
    dependence_chart,
    strength_chart,
    swarm_chart,
)
from recsys_core.figures.explanation_trust import Gain, gain_chart
from recsys_core.figures.theme import DARK, LIGHT


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_strengths_are_bars_with_intervals_beside_what_equal_parts_would_give(look):
    chart = strength_chart([Strength("<b>a</b>", 2, 1, 4, 1.5, 7), Strength("b", 1, 0.5, 2, 1.5, 3)], "size", look)
    bars, marks = chart.data
    assert list(bars.x) == [2, 1]
    assert (list(bars.error_x.array), list(bars.error_x.arrayminus)) == ([2, 1], [1, 0.5])
    assert list(marks.x) == [1.5, 1.5]
    assert "<b>a</b>" not in str(chart.layout.yaxis.ticktext) + str(bars.customdata)


def test_points_of_a_swarm_lie_side_by_side_in_their_row():
    values = np.array([0.0, 0.0, 0.0, 1.0])
    row = Swarm("a", values, np.array([0.0, 0.5, np.nan, 1.0]), ["<i>w</i>", "x", "y", "z"])
    chart = swarm_chart([row, Swarm("b", np.array([0.5]), np.array([0.5]), ["v"])], "contribution", "rating", LIGHT)
    drawn = {(float(x), round(float(y), 6)) for trace in chart.data for x, y in zip(trace.x, trace.y, strict=True)}
    assert len(drawn) == 5
    assert all(abs(y - round(y)) < 0.45 for _, y in drawn)
    assert "<i>" not in str(chart.data[0].customdata) + str(chart.data[1].customdata)
    assert len(swarm_chart([Swarm("a", np.zeros(3), np.full(3, np.nan), ["", "", ""])], "x", "", LIGHT).data) == 1


def test_the_line_of_a_dependence_is_the_median_of_each_level():
    prop = np.repeat([1.0, 2.0, 3.0], 9)
    values = prop * 10 + np.tile(np.arange(-4, 5), 3)
    chart = dependence_chart(values, prop, ["n"] * 27, "rating", "contribution", False, LIGHT)
    line = chart.data[-1]
    assert (list(line.x), list(line.y)) == ([1, 2, 3], [10, 20, 30])
    assert len(dependence_chart(values[:3], prop[:3], ["n"] * 3, "rating", "c", True, LIGHT).data) == 1


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_a_method_that_is_not_better_than_chance_is_grey_and_hollow(look):
    good, poor = (
        Gain("Good", (0.3, 0.2, 0.4), (0.2, 0.1, 0.3), True),
        Gain("Poor", (0.0, None, None), (-0.1, -0.2, 0), False),
    )
    chart = gain_chart([good, poor], look)
    points = {(float(trace.x[0]), trace.marker.color) for trace in chart.data if trace.x[0] is not None}
    assert {(0.0, look.paper), (-0.1, look.paper)} <= points
    assert look.popularity in chart.layout.yaxis.ticktext[1]
    assert "Poor" in chart.layout.yaxis.ticktext[1]
    assert chart.layout.xaxis.range[0] < -0.2
