"""Learning curves over events, and how soon a training is good."""

import pytest

from recsys_core.figures.lines_with_bands import Band
from recsys_core.figures.theme import DARK, LIGHT
from recsys_core.figures.transfer import Race, learning_curve_chart, race_chart, short_count

SHARES = [0.0, 0.01, 0.1, 1.0]
EVENTS = [0, 800, 8000, 80000]


def band(label: str, level: float, events: list[int] | None = None) -> Band:
    events = events or EVENTS
    values = [level + 0.01 * at for at in range(len(events))]
    return Band(label, "#0072B2", events, values, [one - 0.01 for one in values], [one + 0.01 for one in values])


def lines(chart) -> list:
    return [trace for trace in chart.data if trace.name]


def test_no_event_stands_left_of_the_fewest_and_powers_of_ten_are_equally_far():
    chart = learning_curve_chart([band("Transfer", 0.2), band("From scratch", 0.1)], SHARES, "NDCG@10", None, LIGHT)
    none, first, second, third = lines(chart)[0].x
    assert none < first
    assert second - first == pytest.approx(third - second) == pytest.approx(1.0)
    assert list(chart.layout.xaxis.ticktext) == ["0<br>0 %", "800<br>1 %", "8.0k<br>10 %", "80k<br>100 %"]
    assert [annotation.text.rpartition("</span> ")[2] for annotation in chart.layout.annotations] == [
        "Transfer",
        "From scratch",
    ]


def test_where_it_breaks_even_there_is_a_line_with_words():
    chart = learning_curve_chart([band("Transfer", 0.2)], SHARES, "NDCG@10", 8000, DARK)
    (line,) = chart.layout.shapes
    assert line.x0 == pytest.approx(lines(chart)[0].x[2])
    assert "ahead until 8.0k events" in [annotation.text for annotation in chart.layout.annotations]


def test_break_even_beyond_what_was_measured_is_not_drawn():
    chart = learning_curve_chart([band("Transfer", 0.2)], SHARES, "NDCG@10", 10**9, LIGHT)
    assert not chart.layout.shapes


def test_ticks_too_near_to_each_other_are_named_once():
    events = [0, 100, 110, 1000]
    chart = learning_curve_chart([band("Transfer", 0.2, events)], [0, 0.1, 0.11, 1], "NDCG@10", None, LIGHT)
    assert [text.partition("<br>")[0] for text in chart.layout.xaxis.ticktext] == ["0", "110", "1.0k"]


@pytest.mark.parametrize("events", [[0], [5]])
def test_a_single_share_is_drawn(events):
    one = Band("Transfer", "#0072B2", events, [0.1], [None], [None])
    chart = learning_curve_chart([one], [0.5], "NDCG@10", None, LIGHT)
    low, high = chart.layout.xaxis.range
    assert low < lines(chart)[0].x[0] < high


def test_a_single_share_has_its_interval_as_whiskers_and_several_have_a_band():
    one, many = (
        learning_curve_chart([band("Transfer", 0.2, events)], shares, "NDCG@10", None, LIGHT)
        for events, shares in (([5], [0.5]), (EVENTS, SHARES))
    )
    assert (lines(one)[0].error_y.array, lines(one)[0].error_y.arrayminus) == (pytest.approx((0.01,)),) * 2
    assert lines(many)[0].error_y.array is None


def test_a_race_shows_the_best_so_far_of_each_seed_and_names_each_side_once():
    runs = [[(1.0, 0.1), (2.0, 0.3), (3.0, 0.2)], [(1.0, 0.2)]]
    chart = race_chart([Race("Transfer", "#000000", runs), Race("From <scratch>", "#ffffff", runs)], "NDCG@10", LIGHT)
    assert list(chart.data[0].y) == [0.1, 0.3, 0.3]
    assert [trace.showlegend for trace in chart.data] == [True, False, True, False]
    assert chart.data[2].name == "From &lt;scratch&gt;"


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (840, "840"), (999, "999"), (1600, "1.6k"), (9960, "10k"), (999_600, "1.0M"), (25_000_000, "25M")],
)
def test_counts_have_at_most_four_letters(number, words):
    assert short_count(number) == words
