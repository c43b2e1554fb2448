"""What content buys, drawn."""

import pytest

from recsys_core.figures.ablation import Bought, ablation_chart
from recsys_core.figures.theme import DARK, LIGHT


def test_a_row_for_each_thing_and_a_point_for_each_part():
    found = [
        Bought("<b>texts</b>", "new", 0.02, 0.01, 0.04, "#0072B2", True),
        Bought("<b>texts</b>", "met", -0.001, -0.003, 0.002, "#E69F00", False),
        Bought("pictures", "new", 0.0, None, None, "#0072B2", False),
    ]
    chart = ablation_chart(found, "NDCG@10", LIGHT)
    new, met = chart.data
    assert (list(new.x), list(met.x)) == ([0.02, 0.0], [-0.001])
    assert [round(y) for y in new.y] == [0, 1]
    assert new.y[0] < met.y[0]  # side by side in one row
    assert list(new.error_x.array) == pytest.approx([0.02, 0.0])
    assert list(new.error_x.arrayminus) == pytest.approx([0.01, 0.0])
    assert list(new.marker.color) == ["#0072B2", LIGHT.paper]  # hollow within chance
    assert list(chart.layout.yaxis.ticktext) == ["&lt;b&gt;texts&lt;/b&gt;", "pictures"]
    assert "&lt;b&gt;texts" in new.text[0]
    assert "interval" in new.text[0]
    assert "interval" not in new.text[1]


def test_none_and_many_can_be_drawn():
    one = Bought("texts", "all", 0.1, 0.0, 0.2, "#0072B2", True)
    assert not ablation_chart([], "NDCG@10", DARK).data
    assert len(ablation_chart([one] * 30, "NDCG@10", DARK).data) == 1
