"""The figures of a search: the best so far, and each setting against what trials came to."""

import pytest

from recsys_core.figures.theme import DARK, LIGHT
from recsys_core.figures.tuning import Dot, Search, search_chart, setting_chart

DOTS = [
    Dot(1, 0.2, True, "as it comes"),
    Dot(2, 0.5, False, "<b>ended early</b>"),
    Dot(3, 0.3, True, ""),
    Dot(5, 0.1, True, ""),
    Dot(6, 0.1, False, ""),
]


def test_the_best_so_far_grows_by_whole_trials_and_reaches_to_the_last():
    chart = search_chart([Search("<i>EASE</i>", "#0072B2", DOTS)], 8, "NDCG@10", True, LIGHT)
    dots, line = chart.data
    assert list(line.x) == [1, 3, 5, 6]
    assert list(line.y) == [0.2, 0.3, 0.3, 0.3]
    assert line.line.shape == "hv"
    assert list(dots.y) == [0.2, 0.5, 0.3, 0.1, 0.1]
    assert list(dots.marker.color) == ["#0072B2", LIGHT.paper, "#0072B2", "#0072B2", LIGHT.paper]
    assert chart.layout.xaxis.range[1] > 8
    assert "<" not in line.name
    assert "<" not in dots.text[1]
    lower = search_chart([Search("EASE", "#0072B2", DOTS)], 8, "RMSE", False, LIGHT).data[1]
    assert list(lower.y) == [0.2, 0.2, 0.1, 0.1]


@pytest.mark.parametrize("dots", [[], DOTS[1:2]])
def test_without_a_whole_trial_there_is_no_line_yet(dots):
    chart = search_chart([Search("EASE", "#0072B2", dots)], 8, "NDCG@10", True, DARK)
    assert not chart.data[1].x
    if dots:
        assert chart.layout.yaxis.range[0] == 0


def test_a_setting_stands_against_the_figure_and_the_best_trial_has_a_ring():
    chart = setting_chart("Dropout", [0.1, 0.2, 0.3, 0.4, 0.5], DOTS, 3, False, [], "NDCG@10", LIGHT, "#0072B2")
    dots, ring = chart.data
    assert list(zip(dots.x, dots.y, strict=True))[2] == (0.3, 0.3)
    assert (ring.x[0], ring.y[0]) == (0.3, 0.3)
    assert chart.layout.xaxis.type is None
    by_ratio = setting_chart("Rate", [1, 10, 100, 1000, 1], DOTS, 3, True, [], "NDCG@10", LIGHT, "#0072B2")
    assert by_ratio.layout.xaxis.type == "log"
    assert list(by_ratio.layout.xaxis.tickvals) == [1, 10, 100, 1000]
    for values, ticks in (([2, 20, 5, 4, 3], [3, 10]), ([4, 5, 6, 7, 8], [4, 8]), ([2, 2, 2, 2, 2], [2])):
        chart = setting_chart("Rate", values, DOTS, 3, True, [], "NDCG@10", LIGHT, "#0072B2")
        assert list(chart.layout.xaxis.tickvals) == ticks
    towers = setting_chart(
        "Tower",
        ["64", "64, 32", "64", "128", "64"],
        DOTS,
        3,
        False,
        ["64", "128", "64, 32"],
        "NDCG@10",
        DARK,
        "#0072B2",
    )
    assert towers.layout.xaxis.type == "category"
    assert list(towers.layout.xaxis.ticktext) == ["64", "128", "64<br>32"]
    assert setting_chart("Nothing", [], [], 1, False, [], "NDCG@10", LIGHT, "#0072B2").data
