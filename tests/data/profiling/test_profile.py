"""The figures of a data set, and what they say."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.dataset import Dataset, Scale
from recsys_core.data.importing import import_ratings
from recsys_core.data.profiling.measures import Raters, Spread, gini
from recsys_core.data.profiling.profile import Profile, profile
from recsys_core.data.profiling.words import percent
from recsys_core.data.samples import SAMPLES
from recsys_core.errors import DataError
from recsys_core.types import Feedback
from tests.data.files import ROWS, real, text_of, write
from tests.worlds import dataset

DAY = 86_400


def profiled(folder: Path, rows: list[tuple[str, ...]], header: tuple[str, ...] | None = None) -> Profile:
    names = header or ("user_id", "item_id", "rating", "timestamp")[: len(rows[0])]
    return profile(import_ratings(write(folder, text_of(rows, header=names)), "x").dataset)


def said(made: Dataset) -> str:
    """What is said of a data set, after a look at what every profile promises."""
    figures = profile(made)
    sentences = figures.sentences()
    assert len(sentences) <= 6
    assert all(any(letter.isdigit() for letter in sentence) for sentence in sentences)
    assert all(label and text for label, text in figures.table())
    plain = json.loads(json.dumps(figures.as_json(), allow_nan=False))
    assert plain["sentences"] == sentences
    assert len(plain["lorenz"]["items"]) <= 101
    return "\n".join(sentences)


def squares(value: float = 3.0, **more: object) -> Dataset:
    """Twelve people who each have the same twelve items."""
    rows = [(user, item, value, 10**9 + (user * 12 + item) * DAY) for user in range(12) for item in range(12)]
    return dataset(rows, 12, 12, **more)


def test_figures(tmp_path: Path) -> None:
    rows = [*ROWS[:30], ("u9", "i9", "5", "978400000")]
    figures = profiled(tmp_path, rows)
    assert (figures.users, figures.items, figures.interactions) == (6, 8, 31)
    assert figures.density == pytest.approx(31 / 48)
    assert figures.values[0].tolist() == [1, 2, 3, 4, 5]
    assert figures.values[1].tolist() == [6, 6, 6, 6, 7]
    assert figures.per_user == Spread(1, 6, 6)
    assert figures.per_item == Spread(1, 4, 5)
    assert figures.few == pytest.approx(6 / 8)
    assert figures.user_counts.tolist() == [6, 6, 6, 6, 6, 1]
    assert (figures.first, figures.last) != (None, None)
    assert str(figures.first) == "2000-12-31 22:00:00+00:00"


def test_implicit_data_without_times(tmp_path: Path) -> None:
    figures = profiled(tmp_path, [row[:2] for row in ROWS])
    assert (figures.feedback, figures.scale, figures.first) == (Feedback.IMPLICIT, None, None)
    assert (figures.timeline, figures.raters, figures.heaviest) == (None, None, None)
    assert len(figures.values[0]) == 0
    assert "drawn at random" in figures.sentences()[-1]


def test_fine_scales_are_drawn_in_bands() -> None:
    rows = [(n % 20, n // 20, -10 + n / 20, n) for n in range(401)]
    figures = profile(dataset(rows, 20, 21, scale=Scale(-10, 10, 0)))
    assert figures.values[0] == pytest.approx(np.arange(-10, 10))
    assert figures.value_tops == pytest.approx(np.arange(-9, 11))
    assert figures.values[1].tolist() == [20] * 19 + [21]


def test_levels_are_the_numbers_that_people_wrote() -> None:
    figures = profile(dataset([(0, 0, 4.1, 0), (0, 1, 0.5, 1)], 1, 2))
    assert figures.values[0].tolist() == [0.5, 4.1]  # not 4.099999904632568


def test_play_counts_are_drawn_in_doubling_bands() -> None:
    rows = [(n % 20, n // 20, float(n + 1), n) for n in range(200)]
    figures = profile(dataset(rows, 20, 10, feedback=Feedback.IMPLICIT))
    assert figures.values[0].tolist() == [1, 2, 4, 8, 16, 32, 64, 128]
    assert figures.values[1].tolist() == [1, 2, 4, 8, 16, 32, 64, 73]
    assert figures.heaviest == pytest.approx((199 + 200) / sum(range(1, 201)))


def test_people_who_always_rate_the_same() -> None:
    rows = [(0, item, 4.0, item) for item in range(5)]
    rows += [(1, item, float(item), item) for item in range(1, 6)]
    rows += [(2, 0, 1.0, 0)]  # too few to be judged
    figures = profile(dataset(rows, 3, 6))
    assert figures.raters == Raters(2, 5, 3.25, 3.5, 3.75, 0.5)
    assert "50% of the people with 5 or more ratings always give the same" in said(dataset(rows, 3, 6))


def test_the_lorenz_curve_reaches_from_nothing_to_everything() -> None:
    rows = [(user, item, 1.0, 0) for item in range(300) for user in range(1 + 9 * (item < 30))]
    figures = profile(dataset(rows, 10, 300, feedback=Feedback.IMPLICIT))
    items, events = figures.lorenz()
    assert len(items) == len(events) == 101
    assert (items[0], events[0], items[-1], events[-1]) == (0, 0, 1, 1)
    assert events[10] == pytest.approx(300 / 570) == figures.top_tenth


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20))
def test_gini_is_half_the_mean_relative_difference(counts: list[int]) -> None:
    x = np.array(counts)
    slow = np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean()) if x.sum() else 0.0
    assert gini(x) == pytest.approx(slow, abs=1e-12)


def test_percentages_never_round_to_nothing_or_everything() -> None:
    shares = (0, 0.0000123, 0.0004, 0.0123, 0.0999, 0.126, 0.999, 1)
    assert [percent(share) for share in shares] == ["0%", "0.0012%", "0.04%", "1.2%", "10%", "13%", "over 99%", "100%"]


def test_cold_items_and_those_without_events() -> None:
    rows = [(user, item, 3.0, user) for user in range(10) for item in range(6)]
    text = said(dataset(rows, 10, 10))
    assert "40% of the items have fewer than 5 ratings (4 have none): expect cold-start trouble." in text
    assert "of the people have fewer" not in text


def test_cold_people() -> None:
    rows = [(user, item, 3.0, user) for user in range(10) for item in range(3)]
    assert "100% of the people have fewer than 5 ratings:" in said(dataset(rows, 10, 3))


def test_what_concerns_most_is_said_first() -> None:
    rows = [(user, item, 3.0 + item % 2, user) for user in range(10) for item in range(40 if user == 0 else 3)]
    lines = said(dataset(rows, 10, 40)).splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["92%", "90%", "One"]
    assert "One person holds 60% of all ratings" in lines[3]


def test_a_day_that_holds_much() -> None:
    rows = [(user, item, 1.0, (item if user < 4 else 5) * DAY) for user in range(8) for item in range(20)]
    assert "One day, 6 January 1970, holds 52%" in said(dataset(rows, 8, 20, feedback=Feedback.IMPLICIT))


def test_strays_in_time_are_counted() -> None:
    rows = [(user, item, 1.0, 10**9 + (user * 20 + item) * 999) for user in range(20) for item in range(20)]
    rows[0] = (0, 0, 1.0, 0)
    text = said(dataset(rows, 20, 20, feedback=Feedback.IMPLICIT))
    assert "1 event (0.25%) lies far from all others in time" in text


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (dataset([(0, 0, 5.0, 7)], 1, 1), "1 person and 1 item share 1 rating: there is nobody else"),
        (dataset([(0, 0, 5.0, 7), (0, 1, 4.0, 9)], 1, 2), "there is nobody else to learn from"),
        (dataset([(0, 0, 5.0, 7), (1, 0, 4.0, 9)], 2, 1), "there is nothing to choose from"),
        (squares(), "All 144 ratings are 3: they tell who chose what"),
        (squares(timed=False), "No times are known of 144 ratings"),
        (squares(feedback=Feedback.IMPLICIT), "with 1 active person on an average day"),
        (
            dataset([(user, 0, 1.0, 8) for user in range(3)], 3, 1),
            "There is only one time, 1 January 1970, for 3 ratings",
        ),
        (dataset([(n, 0, 1.0, 10**9 + n) for n in range(3)], 3, 1), "3 ratings happened on one day, 9 September 2001"),
        (
            dataset([(n, 0, 1.0, n) for n in range(3)], 3, 1),
            "0 to 2 seconds after 1970 began: numbers rather than dates",
        ),
        (dataset([(n, 0, 1.0, 400 * 366 * DAY * n) for n in range(9)], 9, 1), "run from 1 January 1970 to"),
        (
            dataset([(0, n, [1.0, 1e6][n == 9], n) for n in range(99)], 1, 99, feedback=Feedback.IMPLICIT),
            "of all weight",
        ),
    ],
)
def test_odd_data_have_a_profile(made: Dataset, words: str) -> None:
    assert words in said(made)


def test_no_events_are_an_error() -> None:
    with pytest.raises(DataError, match="no events"):
        profile(dataset([], 2, 2))


def test_names_of_the_data_do_not_matter() -> None:
    demo = next(sample for sample in SAMPLES if sample.key == "demo").load().dataset
    assert profile(demo).as_json() == profile(replace(demo, name="<b>x</b>")).as_json()


@pytest.mark.realdata
def test_sentences_on_real_ratings() -> None:
    figures = profile(import_ratings(real("ml-latest-small/ratings.csv"), "x").dataset)
    assert figures.sentences() == [
        "610 people and 9,724 items share 100,836 ratings, 1.7% of all pairs and 70 for a typical person: "
        "enough to learn tastes from.",
        "62% of the items have fewer than 5 ratings: expect cold-start trouble.",
        "The 972 most popular items have 60% of all ratings (Gini 0.72): compare every model with plain popularity.",
        "100,836 ratings run from 29 March 1996 to 24 September 2018, with 0.75 active people on an average day: "
        "models can be tested on the future.",
    ]
