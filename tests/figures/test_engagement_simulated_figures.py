"""Figures of simulations: everything is called simulated, and what is unsure is drawn so."""

import pytest

from recsys_core.figures.engagement_simulated import End, Level, Tried, day_chart, level_chart, tornado_chart
from recsys_core.figures.lines_with_bands import Band
from recsys_core.figures.theme import DARK, LIGHT

LEVELS = [
    Level("EASE", "4.5 % [4.4, 4.6]", 4.5, 4.4, 4.6, "#111111"),
    Level("<b>Mine</b>", "3 %", 3.0, None, None, "#222222"),
]
TRIED = [
    Tried("Fatigue", (End("0", 2.0, 1.0, 3.0), End("0.5", -1.0, -1.5, -0.5))),
    Tried("Habit", (End("0", 0.5, -0.1, 1.1), End("3", 1.0, 0.4, 1.6))),
    Tried("Who tells", (End("<i>", -0.2, -0.5, 0.1), End("B", -0.4, -0.6, -0.2), End("C", -0.3, -0.4, -0.2))),
]
SIDES = (("EASE", "#111111"), ("ALS & co", "#222222"))


def test_levels_are_points_with_intervals_and_words():
    chart = level_chart(LEVELS, "simulated CTR, %", LIGHT)
    first, second = chart.data
    assert first.text == ("4.5 %",)
    assert first.error_x.array[0] == pytest.approx(0.1)
    assert second.error_x.array == (0,)
    assert chart.layout.xaxis.title.text == "simulated CTR, %"
    assert chart.layout.yaxis.ticktext[1] == "&lt;b&gt;Mine&lt;/b&gt;"
    assert "simulated CTR, %: 4.5 % [4.4, 4.6]" in first.hovertemplate


def test_days_are_lines_in_bands_with_names_at_their_ends():
    band = Band("EASE", "#111111", [1, 2, 3], [20.0, 21.0, 19.0], [18.0, 19.0, 17.0], [22.0, 23.0, 21.0])
    chart = day_chart([band], "simulated DAU, %", DARK)
    assert [trace.mode for trace in chart.data] == ["lines", "lines"]
    assert chart.layout.xaxis.title.text == "simulated day"
    assert chart.layout.yaxis.range[0] == 0
    assert chart.layout.yaxis.range[1] > 23
    assert "simulated day 2: 21.0" in chart.data[1].text[1]
    assert chart.layout.annotations[0].text.endswith("EASE")


def test_days_without_anybody_are_drawn_too():
    band = Band("EASE", "#111111", [1, 2], [0.0, 0.0], [None, None], [None, None])
    assert day_chart([band], "simulated DAU, %", LIGHT).layout.yaxis.range == (0, 1)


def test_the_bars_of_a_tornado_are_split_at_zero():
    chart = tornado_chart(TRIED, 0.8, SIDES, "simulated lead in CTR", LIGHT)
    first, second, ends = chart.data
    assert (first.name, second.name) == ("EASE", "ALS &amp; co")
    assert list(zip(first.base, first.x, strict=True)) == [(0, 2.0), (0.5, 0.5), (0, 0)]
    assert list(zip(second.base, second.x, strict=True)) == [(0, -1.0), (0, 0), (-0.2, pytest.approx(-0.2))]
    assert chart.layout.xaxis.title.text == "simulated lead in CTR"
    assert [note.text for note in chart.layout.annotations] == ["EASE ahead →", "← ALS &amp; co ahead"]
    assert [line.x0 for line in chart.layout.shapes] == [0, 0.8]
    assert ends.text == (" 0 ", " 0.5 ", " 0 ", " 3 ", " &lt;i&gt; ", " B ", "")
    assert ends.textposition[:2] == ("middle right", "middle left")
    assert set(ends.textposition[4:]) == {"top center"}  # a choice has names, for which there is no room beside it


def test_ends_that_cannot_be_told_from_zero_are_hollow():
    chart = tornado_chart(TRIED, 0.8, SIDES, "simulated lead in CTR", DARK)
    colours = chart.data[2].marker.color
    one, other = SIDES[0][1], SIDES[1][1]
    assert colours == (one, other, DARK.paper, one, DARK.paper, other, other)
    assert chart.data[2].customdata[1] == "Fatigue: 0.5<br>simulated lead −1.000<br>95 % interval −1.500 to −0.500"
