"""Charts of estimated click-through rates."""

import pytest

from recsys_core.figures.engagement_policy import Rate, Reach, rates_chart, reach_chart
from recsys_core.figures.theme import DARK, LIGHT

SHOWN = Rate("", 0.04, 0.03, 0.05, "4%", "4% (3% to 5%)", "")
RATES = [
    Rate("<b>ALS</b>", 0.06, 0.05, 0.08, "6%", "6% (95% interval 5% to 8%)", "#123456"),
    Rate("Direct method", 0.05, None, None, "5%", "5%", "#654321"),
]


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_rows_have_dots_intervals_and_words(look):
    chart = rates_chart(RATES, SHOWN, look)
    assert [dot.x[0] for dot in chart.data] == [0.06, 0.05]
    assert chart.data[0].error_x.array[0] == pytest.approx(0.02)
    assert chart.data[1].error_x.array[0] == 0
    assert [note.text for note in chart.layout.annotations] == ["6%", "5%"]
    assert "<b>ALS</b>" not in "".join(chart.layout.yaxis.ticktext)
    assert chart.layout.xaxis.range[1] > 0.08
    assert chart.layout.shapes[0].x0 == 0.04


def test_a_long_interval_leaves_the_others_to_be_seen():
    wide = Rate("wide", 0.06, 0.0, 0.9, "", "", "#000000")
    assert rates_chart([wide], SHOWN, LIGHT).layout.xaxis.range[1] < 0.2


def test_nothing_clicked_at_all_still_has_an_axis():
    none = Rate("", 0.0, None, None, "0%", "0%", "#000000")
    assert rates_chart([none], none, LIGHT).layout.xaxis.range[1] > 0


def test_reaches_stand_in_order_and_refusals_are_said():
    chart = reach_chart([Reach(0.02, None, 0.005), Reach(0.1, RATES[0], 0.2)], SHOWN, LIGHT)
    assert [note.text for note in chart.layout.annotations] == ["refused"]
    assert len(chart.data) == 1
    assert chart.layout.xaxis.ticktext == ("2%<br>0%", "10%<br>20%")
