"""Generated people beside real ones, drawn: traces, colours, labels, odd input; never pixels."""

import numpy as np
import pytest

from recsys_core.figures.synthetic import (
    Roc,
    Score,
    Shift,
    colours,
    drift_chart,
    nearest_chart,
    roc_chart,
    score_chart,
    side_by_side,
)
from recsys_core.figures.theme import DARK, LIGHT

TAIL = ([1.0, 10.0, 400.0], [1.0, 0.5, 0.01])
NARROW = ([0.4, 0.5, 0.6], [1.0, 0.5, 0.1])
HEIGHTS: tuple[list[float], list[float]] = ([], [0.2, 0.8])


def texts(chart) -> str:
    return str(chart.to_dict())


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_real_and_generated_have_the_same_two_colours_on_every_chart(look):
    real, generated = colours(look)
    assert real != generated
    bars = side_by_side("bars", "rating", "share of events", HEIGHTS, HEIGHTS, ["1", "2"], look)
    lines = side_by_side("survival", "events", "share of people", TAIL, TAIL, [], look)
    drifts = drift_chart([Shift("fan", (0.5, 0.4, 0.6), (0.7, 0.6, 0.8), True)], "share of people", look)
    near = nearest_chart(NARROW, NARROW, look)
    assert [trace.marker.color for trace in bars.data] == [real, generated]
    assert [trace.line.color for trace in lines.data] == [real, generated]
    assert [trace.line.color for trace in near.data] == [real, generated]
    assert [trace.marker.color for trace in drifts.data[1:]] == [real, generated]
    for chart in (bars, lines, drifts, near):
        assert [trace.name for trace in chart.data if trace.name] == ["real", "generated"]
        assert chart.layout.showlegend


def test_tails_are_seen_on_logarithmic_axes_and_narrow_spans_on_plain_ones():
    tail = side_by_side("survival", "events of a person", "share of people", TAIL, NARROW, [], LIGHT)
    assert (tail.layout.xaxis.type, tail.layout.yaxis.type) == ("log", "log")
    low, high = tail.layout.yaxis.range
    assert 10**low < 0.01 < 1.0 < 10**high
    few = side_by_side("survival", "events of a person", "share of people", TAIL, TAIL, [], LIGHT)
    assert list(few.layout.xaxis.tickvals) == [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
    assert tail.layout.xaxis.tickformat == ",~f"
    far = ([0.001, 0.5, 400.0], [1.0, 0.5, 0.01])
    wide = side_by_side("survival", "share of people", "share of items", far, far, [], LIGHT)
    assert list(wide.layout.xaxis.tickvals) == pytest.approx([0.001, 0.01, 0.1, 1, 10, 100, 1000])
    assert wide.layout.xaxis.tickformat == ".1~%"
    narrow = side_by_side("survival", "difference", "share of people", NARROW, NARROW, [], LIGHT)
    assert narrow.layout.xaxis.type is None
    assert list(narrow.layout.yaxis.range) == [0, 1.03]
    assert tail.data[0].line.shape == "vh"  # at a level stands who has at least so much


def test_bars_stand_in_pairs_over_their_labels_which_are_shown_as_text():
    chart = side_by_side("bars", "<b>rating</b>", "share", HEIGHTS, ([], [0.5, 0.5]), ["<i>1</i>", "2"], LIGHT)
    assert list(chart.data[0].x) == ["&lt;i&gt;1&lt;/i&gt;", "2"]
    assert [list(trace.y) for trace in chart.data] == [[0.2, 0.8], [0.5, 0.5]]
    assert chart.layout.xaxis.type == "category"
    assert chart.layout.xaxis.title.text == "&lt;b&gt;rating&lt;/b&gt;"


def test_points_stand_beside_the_line_where_both_are_the_same():
    chart = side_by_side("points", "real", "generated", ([], [0.1, 0.9]), ([], [0.2, -0.4]), [], LIGHT)
    line, points = chart.data
    assert list(line.x) == list(line.y) == [-0.4, 0.9]
    assert (list(points.x), list(points.y)) == ([0.1, 0.9], [0.2, -0.4])


def test_each_respect_has_a_bar_and_a_mark_for_halves_of_the_real_people():
    scores = [Score("Activity", 0.95, 0.9, True), Score("<b>Spectrum</b>", 0.1, None, False)]
    chart = score_chart(scores, LIGHT)
    bars, marks = chart.data
    assert list(bars.x) == [0.95, 0.1]
    assert bars.marker.opacity[0] < bars.marker.opacity[1] == 1.0
    assert list(bars.textposition) == ["inside", "outside"]
    assert (list(marks.x), list(marks.y)) == ([0.9], [0])
    assert list(chart.layout.yaxis.ticktext) == ["Activity", "&lt;b&gt;Spectrum&lt;/b&gt;"]
    assert chart.layout.yaxis.range[0] > chart.layout.yaxis.range[1]  # the first on top
    assert "<b>" not in texts(chart)


def test_attacks_are_drawn_over_few_false_alarms_and_the_worst_stands_out():
    rocs = [Roc("Nearest", [0.0, 0.01, 1.0], [0.0, 0.3, 1.0]), Roc("<b>Pairs</b>", [0.0, 1.0], [0.0, 1.0])]
    chart = roc_chart(rocs, "Nearest", LIGHT)
    guess, pairs, worst = chart.data
    assert np.allclose(guess.x, guess.y)
    assert (worst.name, worst.line.color) == ("Nearest", LIGHT.accent)
    assert worst.line.width > pairs.line.width
    assert pairs.name == "&lt;b&gt;Pairs&lt;/b&gt;"
    assert chart.layout.xaxis.type == "log"
    assert min(worst.x) > 0  # or a logarithmic axis would lose the point
    assert {shape.x0 for shape in chart.layout.shapes} == {0.01}


def test_each_group_goes_from_its_share_of_real_people_to_that_of_generated_ones():
    shifts = [
        Shift("fan", (0.5, 0.4, 0.6), (0.8, 0.7, 0.9), True),
        Shift("<b>a very long name of a group of people</b>", (0.5, None, None), (0.4, None, None), False),
    ]
    chart = drift_chart(shifts, "share of people", DARK)
    certain, uncertain, real, generated = chart.data
    assert list(certain.x) == [0.5, 0.8]
    assert (certain.line.color, uncertain.line.color) == (DARK.accent, DARK.line)
    assert list(real.error_x.array) == pytest.approx([0.1, 0.0])
    assert list(generated.x) == [0.8, 0.4]
    assert max(len(part) for part in chart.layout.yaxis.ticktext[0].split("<br>")) <= 26
    assert "<b>" not in texts(chart).replace("<br>", "")


@pytest.mark.parametrize("kind", ["survival", "lines", "bars", "points"])
def test_nothing_and_a_single_value_are_drawn(kind):
    for points in (([], []), ([3.0], [1.0])):
        labels = ["x"] if points[0] else []
        assert side_by_side(kind, "across", "up", points, points, labels, LIGHT).data
    assert score_chart([], LIGHT).layout.height > 0
    assert drift_chart([], "share", LIGHT).layout.height > 0
