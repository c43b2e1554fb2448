"""How a vote went, as a picture."""

import pytest

from recsys_core.figures.theme import DARK, LIGHT
from recsys_core.figures.votes import Course, votes_chart

COURSE = Course([1.0, 0.5, 2 / 3], [0.05, 0.02, 0.15], [1.0, 0.98, 0.97])


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_the_share_lies_in_its_interval_which_begins_with_all(look):
    chart = votes_chart(COURSE, "<b>X</b>", 0.7, 58, look)
    band, line = chart.data
    assert list(line.x) == [1, 2, 3]
    assert list(line.y) == COURSE.shares
    assert list(zip(band.x, band.y, strict=True))[0] == (0, 1)
    assert list(zip(band.x, band.y, strict=True))[-1] == (0, 0)
    assert list(band.y)[1:4] == COURSE.highs
    assert list(band.y)[4:7] == COURSE.lows[::-1]
    assert chart.layout.yaxis.title.text == "share that prefers &lt;b&gt;X&lt;/b&gt;"
    assert "after 3: 67%<br>95 % interval 15% to 97%" in line.text[2]


def test_what_is_too_close_to_matter_is_marked_around_one_half():
    zone = next(shape for shape in votes_chart(COURSE, "X", 0.7, 58, LIGHT).layout.shapes if shape.type == "rect")
    assert (zone.y0, zone.y1) == pytest.approx((0.3, 0.7))


def test_before_the_first_vote_nothing_is_drawn_but_the_frame():
    chart = votes_chart(Course([], [], []), "X", 0.7, 58, LIGHT)
    assert len(chart.data[1].x) == 0
    assert chart.layout.xaxis.range[1] == 58.5


def test_the_axis_follows_long_votes():
    long = Course([0.5] * 80, [0.4] * 80, [0.6] * 80)
    assert votes_chart(long, "X", 0.7, 58, LIGHT).layout.xaxis.range[1] == 80.5
