"""The figures of a data set, and what they say."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.importing import import_ratings
from recsys_core.data.profile import Profile, Spread, gini, profile
from recsys_core.types import Feedback
from tests.data.files import ROWS, real, text_of, write


def profiled(folder: Path, rows: list[tuple[str, ...]], header: tuple[str, ...] | None = None) -> Profile:
    names = header or ("user_id", "item_id", "rating", "timestamp")[: len(rows[0])]
    return profile(import_ratings(write(folder, text_of(rows, header=names)), "x").dataset)


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
    assert len(figures.values[0]) == 0
    assert "drawn at random" in figures.sentences()[-1]


def test_fine_scales_are_drawn_in_bands(tmp_path: Path) -> None:
    rows = [(f"u{n % 20}", f"i{n // 20}", f"{n / 50:.2f}") for n in range(400)]
    figures = profiled(tmp_path, rows)
    assert len(figures.values[0]) == 20
    assert figures.values[1].sum() == 400


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20))
def test_gini_is_half_the_mean_relative_difference(counts: list[int]) -> None:
    x = np.array(counts)
    slow = np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean()) if x.sum() else 0.0
    assert gini(x) == pytest.approx(slow, abs=1e-12)


@pytest.mark.realdata
def test_sentences_on_real_ratings() -> None:
    figures = profile(import_ratings(real("ml-latest-small/ratings.csv"), "x").dataset)
    sentences = figures.sentences()
    assert sentences == [
        "610 people and 9,724 items share 100,836 events, 1.7% of all pairs, with 70 for a typical person: "
        "enough to learn tastes from.",
        "62% of the items have fewer than 5 events: expect cold-start trouble with them.",
        "The events run from 29 March 1996 to 24 September 2018, so models can be tested on the future.",
    ]
