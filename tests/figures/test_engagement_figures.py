"""The charts of activity and of two arms: what they show, and text that stays text."""

import numpy as np
import pytest

from recsys_core.figures.engagement_activity import (
    LENGTH_NAMES,
    active_people_chart,
    band_of,
    cohort_map,
    growth_chart,
    retention_chart,
    session_chart,
    session_lengths,
)
from recsys_core.figures.engagement_clicks import readout_chart
from recsys_core.figures.impressions import clicks_by_slice
from recsys_core.figures.theme import DARK, LIGHT
from tests.figures.test_impression_figures import rates

DAYS = np.arange(19_800, 19_840)


def test_lines_of_active_people_begin_where_they_are_complete() -> None:
    daily, monthly = np.full(40, 5), np.full(40, 30)
    chart = active_people_chart(DAYS, [("a day", daily, 0), ("28 days", monthly, 27)], LIGHT)
    assert [len(line.x) for line in chart.data] == [40, 13]
    assert chart.data[1].x[0] == "2024-04-14"
    assert chart.data[0].line.color == LIGHT.accent
    names = " ".join(note.text for note in chart.layout.annotations)
    assert "28 days" in names
    assert active_people_chart(DAYS[:1], [("a day", daily[:1], 0)], DARK).data[0].mode == "lines+markers"


def test_who_is_gone_lies_below_the_line_and_half_periods_are_pale() -> None:
    parts = [("returning", np.array([0, 3])), ("resurrected", np.array([0, 1])), ("new", np.array([4, 1]))]
    chart = growth_chart(np.array([19_800, 19_807]), np.array([True, False]), parts, np.array([0, 2]), "week", LIGHT)
    gone = chart.data[-1]
    assert list(gone.y) == [0, -2]
    assert gone.customdata[1] == "week of 2024-03-25, not whole<br>2 churned"
    assert list(gone.marker.opacity) == [1.0, 0.5]
    assert "pale: not whole" in chart.layout.xaxis.title.text


def test_retention_has_bands_and_leaves_out_days_without_anybody() -> None:
    values = np.array([0.3, 0.2, np.nan])
    band = band_of("on that day", LIGHT.accent, np.array([1, 2, 3]), values, values - 0.1, values + 0.1)
    assert band.ks == [1, 2]
    chart = retention_chart([band], LIGHT)
    assert chart.layout.yaxis.range[0] == 0
    assert 0.4 < chart.layout.yaxis.range[1] < 0.5
    assert "day 1: 30.0%" in chart.data[1].text[0]
    assert chart.data[1].mode == "lines"


def test_cells_of_cohorts_that_nobody_knows_are_empty() -> None:
    back = np.array([[5, 2], [3, -1]])
    chart = cohort_map(np.array([19_800, 19_831]), np.array([10, 6]), back, "month", LIGHT)
    (cells,) = chart.data
    assert cells.z[0].tolist() == [0.5, 0.2]
    assert np.isnan(cells.z[1][1])
    assert list(cells.text[1]) == ["50%", ""]
    assert cells.customdata[0][1] == "first seen Mar 2024: 2 of 10 people"
    wide = cohort_map(np.array([19_800]), np.array([10]), np.full((1, 40), 1), "day", LIGHT)
    assert wide.data[0].texttemplate is None
    assert wide.data[0].z.shape == (1, 24)
    assert cohort_map(np.array([19_800]), np.array([1]), np.full((1, 0), 1), "day", LIGHT).data[0].z.size == 0


def test_sessions_stand_by_length() -> None:
    counts = session_lengths(np.array([0, 0, 1, 59, 60, 3599, 3600, 10**6]))
    assert dict(zip(LENGTH_NAMES, counts.tolist(), strict=True)) == {
        "at once": 2,
        "under 1": 2,
        "1 to 2": 1,
        "2 to 5": 0,
        "5 to 10": 0,
        "10 to 20": 0,
        "20 to 30": 0,
        "30 to 60": 1,
        "over 60": 2,
    }
    chart = session_chart(counts, DARK)
    assert sum(chart.data[0].y) == pytest.approx(1)
    assert chart.data[0].marker.color[0] == DARK.line


def test_arms_are_named_on_their_side_and_markup_stays_text() -> None:
    ends = np.array([[0.01, 0.02], [-0.01, 0.01], [0.03, 0.03]])
    chart = readout_chart(np.array([0, 86_400]), *ends, ("<b>old</b>", "new"), LIGHT)
    assert [note.text for note in chart.layout.annotations] == [
        "↑ new is clicked more",
        "↓ &lt;b&gt;old&lt;/b&gt; is clicked more",
    ]
    assert chart.layout.yaxis.range[1] == -chart.layout.yaxis.range[0]
    assert chart.data[2].customdata[1].startswith("+2.00 points")


def test_slices_stand_apart_in_the_title() -> None:
    chart = clicks_by_slice(["young", "<i>old</i>"], rates((90, 100), (10, 100)), 0.5, LIGHT)
    assert chart.layout.title.text == "2 of 2 slices stand apart from 50.0%"
    assert chart.layout.yaxis.ticktext[1] == "&lt;i&gt;old&lt;/i&gt;"
    assert clicks_by_slice(["a"], rates((50, 100)), 0.5, LIGHT).layout.title.text.startswith("None of 1")
