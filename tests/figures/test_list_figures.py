"""Figures of lists and rules: what they show, by looking into them."""

import numpy as np
import pytest

from recsys_core.figures.lists import Filling, filling_chart, likeness_chart
from recsys_core.figures.rules import Step, trade_off_chart
from recsys_core.figures.theme import DARK, LIGHT


def matrix(n: int) -> np.ndarray:
    return np.where(np.eye(n, dtype=bool), 10.0, np.arange(n * n).reshape(n, n) % 9.0)


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_the_matrix_has_a_number_in_each_square_but_those_of_a_model_with_itself(look):
    chart = likeness_chart(["<b>A</b>", "B, k 5", "C"], matrix(3), "common items", 1, 10, look)
    (squares,) = chart.data
    assert np.isnan(np.diag(squares.z)).all()
    assert [one.text for one in chart.layout.annotations] == ["1.0", "2.0", "3.0", "5.0", "6.0", "7.0"]
    assert "&lt;b&gt;A&lt;/b&gt;" in chart.layout.yaxis.ticktext[0]
    assert "<b>A</b>" not in str(squares.customdata)


def test_of_thirty_models_the_numbers_are_left_to_hovering_and_labels_are_short():
    chart = likeness_chart([f"A model with a long name, number {n}" for n in range(30)], matrix(30), "x", 1, 10, LIGHT)
    assert not chart.layout.annotations
    assert all("<br>" not in text for text in chart.layout.yaxis.ticktext)


def test_unknown_squares_are_empty():
    values = np.array([[1, np.nan], [np.nan, 1]])
    assert not likeness_chart(["A", "B"], values, "x", 2, 1, LIGHT).layout.annotations


def test_the_filling_of_each_model_is_a_line_and_twins_are_told_apart():
    fillings = [Filling("A", "#000000", [1, 2], [0.5, 1.0]), Filling("A, 2", "#000000", [1], [1.0], dash=1)]
    chart = filling_chart(fillings, LIGHT)
    assert [list(line.y) for line in chart.data] == [[50, 100], [100]]
    assert [line.line.dash for line in chart.data] == ["solid", "dash"]
    assert len(filling_chart([], LIGHT).data) == 0
    assert chart.layout.showlegend
    assert not filling_chart(fillings * 7, LIGHT).layout.showlegend


def test_the_trade_off_has_a_point_for_each_weight_and_a_ring_around_the_chosen_one():
    steps = [Step(1.0, 0.7, 0.12, 0.12, 0.12), Step(0.5, 0.8, 0.1, 0.09, 0.11), Step(0.0, 0.9, 0.05, None, None)]
    chart = trade_off_chart(steps, 0.5, "NDCG@10", "diversity", "#000000", LIGHT)
    line, ring = chart.data
    assert list(line.text) == ["1", "0.5", "0"]
    assert list(line.error_y.array) == pytest.approx([0, 0.01, 0])
    assert (list(ring.x), list(ring.y)) == ([0.8], [0.1])
