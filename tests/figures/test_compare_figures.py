"""Metric curves, precision and recall, rating errors and cost: traces, titles and odd input; never pixels."""

import pytest

from recsys_core.figures.cost import PALE, Priced, pareto_chart
from recsys_core.figures.lines_with_bands import Band, Curve, at_k_chart, precision_recall_chart
from recsys_core.figures.rating_errors import Point, calibration_chart, error_chart
from recsys_core.figures.theme import DARK, LIGHT


def test_a_curve_has_its_band_and_a_figure_without_interval_has_none():
    bands = [
        Band("EASE <b>", "#111111", [5, 10, 20], [0.1, 0.2, 0.3], [0.05, 0.1, 0.2], [0.2, 0.3, 0.4]),
        Band("Coverage", "#222222", [5, 10], [0.1, 0.2], [None, None], [None, None], dash=1),
    ]
    chart = at_k_chart(bands, "NDCG", LIGHT)
    band, first, second = chart.data
    assert list(band.x) == [5, 10, 20, 20, 10, 5]
    assert list(band.y) == [0.2, 0.3, 0.4, 0.2, 0.1, 0.05]
    assert first.name == "EASE &lt;b&gt;"
    assert (first.line.dash, second.line.dash) == ("solid", "dash")
    assert list(chart.layout.xaxis.tickvals) == [5, 10, 20]
    assert chart.layout.yaxis.title.text == "NDCG"
    low, high = chart.layout.yaxis.range
    assert low < 0.05
    assert high > 0.4
    assert [note.text.partition("</span> ")[2] for note in chart.layout.annotations] == ["EASE &lt;b&gt;", "Coverage"]


def test_precision_over_recall_names_the_list_lengths_once():
    curves = [Curve(name, "#111111", [5, 10], [0.1, 0.2], [0.3, 0.2]) for name in ("A", "B")]
    first, second = precision_recall_chart(curves, DARK).data
    assert list(first.text) == ["5", "10"]
    assert list(second.text) == ["", ""]
    assert list(first.x) == [0.1, 0.2]


def test_ratings_are_drawn_beside_the_line_of_truth():
    points = [Point(2.0, 2.5, 2.4, 2.7, 40), Point(4.0, 3.9, None, None, 3)]
    truth, sure, unsure = calibration_chart(points, "Bias", "#111111", LIGHT).data
    assert list(truth.x) == list(truth.y) == [2.0, 4.0]
    assert (list(sure.x), list(unsure.x)) == ([2.0], [4.0])
    assert list(sure.error_y.array) == pytest.approx([0.2])
    assert list(sure.error_y.arrayminus) == pytest.approx([0.1])
    assert unsure.mode == "markers", "one rating draws no line"
    errors, _ = error_chart(points[:1], "Bias", "#111111", LIGHT).data
    assert errors.customdata[0].startswith("40 ratings")


def priced(label: str, cost: float, value: float, worth: bool) -> Priced:
    return Priced(label, "#111111", cost, f"{cost} s", value, None, None, worth)


def test_the_front_is_joined_and_the_beaten_are_paler():
    models = [
        priced("A, with 3 thousand neighbours", 1, 0.2, True),
        priced("B", 30, 0.1, False),
        priced("C", 20, 0.4, True),
    ]
    chart = pareto_chart(models, "Training, seconds", "NDCG@10", True, LIGHT)
    front, *points = chart.data
    assert list(front.x) == [1, 20]
    assert front.line.shape == "hv"
    assert {point.text[0].strip(): point.marker.opacity for point in points} == {"A": 1.0, "B": PALE, "C": 1.0}
    assert chart.layout.xaxis.type == "log"


def test_names_of_points_at_one_height_stand_on_different_sides():
    models = [priced("A", 1, 0.9, True), priced("B", 2, 0.5, False), priced("C", 3, 0.501, False)]
    _, *points = pareto_chart(models, "Memory, MB", "NDCG@10", True, LIGHT).data
    assert [point.textposition for point in points] == ["top center", "top center", "bottom center"]


def test_small_costs_are_written_out():
    chart = pareto_chart([priced("A", 0.0001, 0.1, True), priced("B", 10, 0.2, True)], "s", "NDCG@10", True, LIGHT)
    assert chart.layout.xaxis.tickformat == "~g", "plotly would write 100µ"


def test_of_many_models_only_those_that_are_worth_their_cost_have_a_name():
    models = [priced("Best", 1, 0.9, True), *(priced(f"M{n}", 2, 0.1, False) for n in range(30))]
    _, *points = pareto_chart(models, "Memory, MB", "NDCG@10", True, DARK).data
    assert [point.text[0].strip() for point in points] == ["Best", *[""] * 30]


@pytest.mark.parametrize("cost", [0.0, 5.0])
def test_one_model_and_a_cost_of_nothing_are_drawn(cost: float):
    chart = pareto_chart([priced("A", cost, 0.0, True)], "Memory, MB", "RMSE", False, LIGHT)
    assert chart.layout.xaxis.type is None
    low, high = chart.layout.xaxis.range
    assert low < cost < high
    assert chart.layout.yaxis.range[0] > chart.layout.yaxis.range[1], "better is up"
