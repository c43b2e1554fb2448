"""Charts for a room have larger letters and the same points."""

from recsys_core.figures.comparison import Bar, interval_chart
from recsys_core.figures.in_a_room import in_a_room
from recsys_core.figures.theme import LIGHT


def test_letters_grow_and_points_stay():
    bars = [Bar("EASE", 0.4, 0.3, 0.5, "#000000")]
    plain, large = interval_chart(bars, "NDCG@10", LIGHT), in_a_room(interval_chart(bars, "NDCG@10", LIGHT), 500)
    assert large.layout.height == 500
    assert large.layout.xaxis.tickfont.size > plain.layout.xaxis.tickfont.size
    assert large.layout.xaxis.title.font.size > plain.layout.xaxis.title.font.size
    assert large.layout.xaxis.title.text == "NDCG@10"
    assert large.layout.yaxis.ticktext == plain.layout.yaxis.ticktext
    assert large.data[0].textfont.size > plain.data[0].textfont.size
    assert large.data[0].x == plain.data[0].x


def test_numbers_have_as_many_decimals_as_asked_for():
    (point,) = interval_chart([Bar("EASE", 1.4812, None, None, "#000000")], "hits", LIGHT, 2).data
    assert point.text == ("1.48",)
