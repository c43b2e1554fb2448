"""Slices of people and each person's gain, drawn: traces, labels, odd input; never pixels."""

import numpy as np
import pytest

from recsys_core.figures.slices import Model, Slice, gain_histogram, slice_chart
from recsys_core.figures.theme import DARK, LIGHT

MODELS = (Model("EASE", "#0072B2", 0.2), Model("<b>ALS</b>", "#E69F00", 0.3))
SLICES = (
    Slice("up to 20 ratings", 136, ((0.1, 0.05, 0.2), (0.2, 0.1, 0.3))),
    Slice("<img src=x> " + "very long words " * 20, 30, ((0.4, 0.3, 0.5), (0.5, None, None))),
    Slice("others", 3, ()),
)


def test_each_model_has_a_point_and_an_interval_for_each_slice_with_enough_people():
    chart = slice_chart(SLICES, MODELS, "NDCG@10", LIGHT)
    first, second = chart.data
    assert list(first.x) == [0.1, 0.4]
    assert list(second.x) == [0.2, 0.5]
    assert list(first.error_x.array) == pytest.approx([0.1, 0.1])
    assert list(second.error_x.arrayminus) == pytest.approx([0.1, 0.0])
    assert (first.marker.color, second.marker.color) == (MODELS[0].colour, MODELS[1].colour)
    assert first.marker.symbol != second.marker.symbol  # two runs of one model share their colour
    assert all(one < other for one, other in zip(first.y, second.y, strict=True))
    assert chart.layout.showlegend
    assert {shape.x0 for shape in chart.layout.shapes} == {0.2, 0.3}
    assert [note.text for note in chart.layout.annotations] == ["too few people to say"]
    assert chart.layout.annotations[0].y == 2
    assert chart.layout.yaxis.range[0] > chart.layout.yaxis.range[1]  # the first on top
    assert chart.layout.xaxis.title.text == "NDCG@10"


def test_names_from_outside_are_shown_as_text_and_cut_to_a_few_lines():
    chart = slice_chart(SLICES, MODELS, "NDCG@10", DARK)
    name = chart.layout.yaxis.ticktext[1]
    assert "<img" not in name
    assert "&lt;img src=x&gt;" in name
    assert name.count("<br>") == 3
    assert "…" in name
    assert "30 people" in name
    assert "<b>" not in chart.data[1].name + chart.data[1].hovertemplate
    assert "<img" not in chart.data[0].customdata[1]


def test_a_name_in_two_lines_is_cut_in_the_middle():
    for name, lines in (
        ("16 Sep 1997 to 19 May 2003", ["16 Sep 1997 to", "19 May 2003"]),
        ("up to 20 ratings", ["up to 20 ratings"]),
        ("a" * 30, ["a" * 15, "a" * 15]),
    ):
        (label,) = slice_chart([Slice(name, 40, ())], MODELS, "NDCG@10", LIGHT).layout.yaxis.ticktext
        assert label.split("<br>")[:-1] == lines


def test_one_model_alone_needs_no_legend():
    chart = slice_chart([Slice("all", 40, ((0.1, 0.0, 0.2),))], MODELS[:1], "NDCG@10", LIGHT)
    assert not chart.layout.showlegend
    assert list(chart.data[0].y) == [0.0]


def test_nothing_but_small_slices_is_drawn_too():
    assert not slice_chart([Slice("few", 3, ())], MODELS, "NDCG@10", LIGHT).data[0].x


def test_everybody_with_a_difference_is_in_a_bar_of_the_better_model():
    gains = np.array([-0.4, -0.1, 0.01, 0.2, 0.2, 0.4])
    chart = gain_histogram(gains, "gain in NDCG@10", "79 % see <no> difference", ("#111111", "#222222"), LIGHT)
    (bars,) = chart.data
    places, counts, colours = np.array(bars.x), np.array(bars.y), np.array(bars.marker.color)
    assert counts.sum() == len(gains)
    assert counts[places < 0].sum() == 2
    assert set(colours[places < 0]) == {"#111111"}
    assert set(colours[places > 0]) == {"#222222"}
    assert places == pytest.approx(-places[::-1])  # zero stands in the middle
    assert "&lt;no&gt;" in " ".join(note.text for note in chart.layout.annotations)


@pytest.mark.parametrize("gains", [[0.5], [-0.5], []])
def test_one_gain_or_none_is_drawn(gains):
    chart = gain_histogram(np.array(gains), "gain", "", ("#111111", "#222222"), DARK)
    assert sum(chart.data[0].y) == len(gains)
