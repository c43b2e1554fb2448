"""Looking into the figures of a data set: findings, bars, ticks, odd input; never pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.figures.profile import activity, events_over_time, long_tail, people_over_time, rating_histogram
from recsys_core.figures.theme import DARK, LIGHT

DAY = 86_400
LONGEST = 46  # letters of a title that fit a third of a page of 1440 pixels, and a phone


def title(figure) -> str:
    assert len(figure.layout.title.text) <= LONGEST
    assert figure.layout.xaxis.title.text
    assert figure.layout.yaxis.title.text
    return figure.layout.title.text


def over_time(counts, whole=None, unit="day", noun="ratings"):
    counts = np.array(counts)
    edges = np.arange(len(counts) + 1) * DAY
    labels = [f"{place + 1} Jan 1970" for place in range(len(counts))]
    sure = np.ones(len(counts), bool) if whole is None else np.array(whole)
    return events_over_time(edges, labels, counts, sure, unit, LIGHT, noun)


def test_the_rating_histogram_names_the_commonest_rating():
    figure = rating_histogram(np.array([1.0, 2.0, 4.5]), np.array([1, 2, 7]), LIGHT)
    assert title(figure) == "70% of ratings are a 4.5"
    assert list(figure.data[0].marker.color) == [LIGHT.popularity, LIGHT.popularity, LIGHT.accent]


def test_one_rating_is_called_that():
    assert title(rating_histogram(np.array([5.0]), np.array([12]), DARK)) == "All ratings are a 5"


def test_bands_of_ratings_and_of_weights_say_their_ends():
    lows, tops, counts = np.array([-10.0, 0.0]), np.array([0.0, 10.0]), np.array([3, 1])
    assert title(rating_histogram(lows, counts, LIGHT, tops)) == "75% of ratings lie in -10 to 0"
    figure = rating_histogram(np.array([1.0, 2.0]), counts, LIGHT, np.array([2.0, 4.0]), "weight")
    assert title(figure) == "75% of events weigh 1 to under 2"
    assert figure.layout.xaxis.title.text == "weight"


def test_levels_far_apart_stand_side_by_side():
    figure = rating_histogram(np.array([1.0, 2.0, 5000.0]), np.array([1, 1, 1]), LIGHT)
    assert list(figure.data[0].x) == [0, 1, 2]
    assert list(figure.layout.xaxis.ticktext) == ["1", "2", "5,000"]


def test_the_long_tail_of_equal_items_is_the_diagonal():
    figure = long_tail(np.full(10, 3), LIGHT)
    assert np.asarray(figure.data[0].y) == pytest.approx(np.asarray(figure.data[0].x))
    assert title(figure) == "The top 10% of items have 10% of events"
    assert figure.layout.annotations[0].text == "Gini 0.00"


def test_the_gini_coefficient_is_that_of_the_curve():
    counts = np.array([9, 1, 0, 0])
    figure = long_tail(counts, LIGHT, "ratings")
    slow = np.abs(counts[:, None] - counts).mean() / (2 * counts.mean())
    assert figure.layout.annotations[0].text == f"Gini {slow:.2f}"
    assert title(figure) == "The top item has 90% of ratings"
    assert title(long_tail(np.array([4]), LIGHT)) == "There is only one item"


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=40).filter(any), st.sampled_from(["person", "item"]))
def test_activity_counts_everybody_once(counts, owner):
    figure = activity(np.array(counts), LIGHT, owner)
    assert sum(figure.data[0].y) == len(counts)
    assert len(figure.data[0].customdata) == len(figure.data[0].y) == len(figure.data[0].x)
    cold = sum(
        y for y, colour in zip(figure.data[0].y, figure.data[0].marker.color, strict=True) if colour == LIGHT.accent
    )
    assert cold == sum(count < 5 for count in counts)
    assert title(figure)


def test_activity_says_who_is_cold():
    counts = np.array([0, 1, 4, 5, 30, 700])
    figure = activity(counts, LIGHT, "item", "ratings")
    assert title(figure) == "50% of items have fewer than 5 ratings"
    assert list(figure.data[0].customdata)[:4] == ["no", "1", "2", "3 to 4"]
    assert list(figure.data[0].marker.color)[:5] == [LIGHT.accent] * 4 + [LIGHT.popularity]
    assert list(figure.layout.xaxis.ticktext) == ["0", "1", "5", "10", "50", "100", "500"]
    assert title(activity(np.arange(5, 80), LIGHT)) == "Half of people have 42+ events"
    assert title(activity(np.array([60, 60]), LIGHT)) == "All people have 60 events"
    assert title(activity(np.array([60]), LIGHT)) == "The only person has 60 events"


@pytest.mark.parametrize(
    ("counts", "ticks"),
    [
        ([3], ["1", "2", "3"]),
        ([1, 24], ["5", "10", "15", "20"]),
        ([60, 60], ["60"]),
        ([60, 71], [str(number) for number in range(60, 72)]),
        ([60, 119], ["60", "75", "90", "105"]),
        ([2, 3000], ["5", "10", "50", "100", "500", "1k"]),
    ],
)
def test_activity_has_ticks_that_can_be_read(counts, ticks):
    assert list(activity(np.array(counts), LIGHT).layout.xaxis.ticktext) == ticks


@pytest.mark.parametrize(
    ("counts", "finding"),
    [
        ([10] * 12, "Steady: about 10 ratings per day"),
        ([2] * 4 + [5] * 4 + [20] * 4, "Growing: 2.0 to 20 ratings per day"),
        ([20_000] * 4 + [500] * 8, "Shrinking: 20k to 500 ratings per day"),
        ([1] * 5 + [90] + [1] * 6, "6 Jan 1970 has 89% of ratings"),
        ([5, 5, 0, 0, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5], "No ratings in 2 of 16 days"),
        ([5, 5, 5, 9, 12, 16, 12, 9, 5, 5, 5, 5] * 2, "6 Jan 1970 was busiest: 16 ratings"),
        ([7], "1 Jan 1970 has 100% of ratings"),
    ],
)
def test_the_finding_over_time(counts, finding):
    assert title(over_time(counts)) == finding


def test_incomplete_buckets_are_pale_and_no_part_of_the_finding():
    figure = over_time([1] + [10] * 12 + [1], [False] + [True] * 12 + [False])
    assert title(figure) == "Steady: about 10 ratings per day"
    assert list(figure.data[0].marker.opacity) == [0.5] + [1] * 12 + [0.5]
    assert figure.data[0].customdata[-1] == "14 Jan 1970, maybe incomplete"
    assert figure.layout.xaxis.title.text == "by day; pale may be incomplete"


def test_new_and_returning_people_add_up_to_the_active():
    active, new = np.array([4, 5, 10]), np.array([4, 1, 2])
    whole = np.array([True, True, True])
    figure = people_over_time(np.arange(4) * DAY, ["a", "b", "c"], active, new, whole, "day", LIGHT)
    assert np.add(figure.data[0].y, figure.data[1].y).tolist() == active.tolist()
    assert figure.data[1].marker.color[0] == LIGHT.accent
    assert title(figure) == "80% of active people were here before"


@pytest.mark.parametrize("whole", [True, False])
def test_one_bucket_is_drawn(whole):
    figure = people_over_time(np.array([0, DAY]), ["a"], np.array([1]), np.array([1]), np.array([whole]), "day", DARK)
    assert title(figure) == "One person is active"
