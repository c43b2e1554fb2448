"""Slopes and curves: what stands in them, whatever the input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.figures.ends import spread
from recsys_core.figures.leakage import Slope, slope_chart
from recsys_core.figures.theme import DARK, LIGHT
from recsys_core.figures.thermometer import Warming, warming_chart


def test_a_slope_leads_from_the_figure_with_the_future_to_the_one_without():
    slopes = [
        Slope("<b>EASE</b>", (0.3, 0.2, 0.4), (0.1, None, None), True, "#0072B2"),
        Slope("Popularity", (0.2, 0.1, 0.3), (0.2, 0.1, 0.3), False, "#8A8178"),
    ]
    chart = slope_chart(slopes, "NDCG@10", LIGHT)
    assert [list(trace.y) for trace in chart.data] == [[0.3, 0.1], [0.2, 0.2]]
    assert [trace.line.dash for trace in chart.data] == ["solid", "dot"]
    assert list(chart.data[0].error_y.array) == pytest.approx([0.1, 0.0])
    assert chart.data[0].name == "&lt;b&gt;EASE&lt;/b&gt;"
    assert [note.text for note in chart.layout.annotations] == [
        '<span style="color: #0072B2">●</span> &lt;b&gt;EASE&lt;/b&gt;',
        '<span style="color: #8A8178">●</span> Popularity',
    ]
    assert "0.2000 to 0.4000" in chart.data[0].text[0]
    assert "interval" not in chart.data[0].text[1]
    low, high = chart.layout.yaxis.range
    assert low < 0.1
    assert high > 0.4


def test_charts_stand_one_model_none_and_thirty():
    one = Slope("A", (0.0, None, None), (0.0, None, None), False, "#0072B2")
    for many in (0, 1, 30):
        assert len(slope_chart([one] * many, "NDCG@10", DARK).data) == many
    flat = Warming("A", [0.0], [None], [None], "#0072B2")
    for many in (0, 1, 30):
        assert len(warming_chart([flat] * many, [0], "NDCG@10", "events", DARK).data) == many


def test_a_curve_has_its_band_below_all_lines():
    lines = [Warming(name, [0.1, 0.3], [0.0, 0.2], [0.2, 0.4], "#0072B2") for name in ("A", "B")]
    chart = warming_chart(lines, [0, 20], "NDCG@10", "ratings", LIGHT)
    assert [trace.fill for trace in chart.data] == ["toself", "toself", None, None]
    assert list(chart.data[0].y) == [0.2, 0.4, 0.2, 0.0]
    assert chart.data[0].fillcolor == "rgba(0, 114, 178, 0.14)"
    assert list(chart.layout.xaxis.ticktext) == ["0", "20"]
    assert chart.layout.xaxis.title.text == "Known ratings of a person"
    assert "A, 20 known ratings<br>0.3000<br>95 %" in chart.data[2].text[1]


@given(st.lists(st.floats(0, 1), max_size=12))
def test_names_never_overlap_and_stay_inside_where_there_is_room(values: list[float]):
    heights = np.full(len(values), 0.05)
    places = spread(np.array(values), heights, 0.0, 1.0)
    ordered = np.sort(places)
    assert (np.diff(ordered) >= 0.05 - 1e-9).all()
    if len(values):
        assert ordered[0] >= 0.025 - 1e-9
        assert ordered[-1] <= 0.975 + 1e-9
        assert (np.argsort(values, kind="stable") == np.argsort(places, kind="stable")).all()
