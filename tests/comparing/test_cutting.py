"""Cutting by amounts and by values, and what the slices are called."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.comparing.cutting import (
    DATES,
    MOST_BINS,
    MOST_VALUES,
    NUMBERS,
    OTHERS,
    PERCENTS,
    UNKNOWN,
    UNTIL,
    by_amount,
    by_value,
)


def texts(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


def test_people_are_cut_into_bins_of_about_as_many_which_are_named_in_plain_terms():
    cut = by_amount("activity", "Activity", np.arange(1.0, 101), 10, NUMBERS, noun="rating")
    assert cut.names == (
        "up to 20 ratings",
        "21 to 40 ratings",
        "41 to 60 ratings",
        "61 to 80 ratings",
        "81 or more ratings",
    )
    assert cut.sizes.tolist() == [20] * 5
    assert cut.of[[0, 19, 20, 99]].tolist() == [0, 0, 1, 4]


def test_equal_amounts_stay_together_and_small_bins_are_joined():
    amounts = np.array([1.0] * 80 + [2.0] * 10 + [3.0] * 10)
    cut = by_amount("a", "A", amounts, 15, NUMBERS, noun="rating")
    assert cut.names == ("1 rating", "2 or more ratings")
    assert cut.sizes.tolist() == [80, 20]
    cut = by_amount("a", "A", amounts, 25, NUMBERS)
    assert cut.names == ("1 to 3",)


def test_what_is_not_known_is_a_slice_of_its_own():
    cut = by_amount("age", "Age", np.array([20.0, np.nan, 30.0, np.inf, 40.0, 50.0]), 2, NUMBERS)
    assert cut.names == ("up to 30", "40 or more", UNKNOWN)
    assert cut.of.tolist() == [0, 2, 0, 2, 1, 1]
    assert by_amount("age", "Age", np.array([np.nan] * 3), 2, NUMBERS).names == (UNKNOWN,)


def test_an_amount_is_written_as_finely_as_tells_the_bins_apart():
    def named(*amounts, writes=NUMBERS, **more):
        return by_amount("a", "A", np.array(amounts), 1, writes, **more).names

    assert named(0.11, 0.12) == ("0.11", "0.12")
    assert named(1e-9, 2e-9) == ("1e-09", "2e-09")
    assert named(-0.2, 7.0) == ("0", "7")
    assert named(1987.0, 25_000.0) == ("1987", "25,000")
    assert named(8.4, 12.6, writes=PERCENTS) == ("8 %", "13 %")
    moments = [datetime(2024, 3, day, tzinfo=UTC).timestamp() for day in (5, 5, 9, 9)]
    assert named(*moments, writes=DATES, words=UNTIL) == ("5 Mar 2024", "9 Mar 2024")
    months = [datetime(2024, month, 7, tzinfo=UTC).timestamp() for month in (1, 2, 3, 4)]
    cut = by_amount("a", "A", np.array(months), 2, DATES, words=UNTIL)
    assert cut.names == ("until 7 Feb 2024", "from 7 Mar 2024")
    assert named(-1e18, 1e18, writes=DATES)[0].endswith("1")  # years that calendars do not know are no failure


def test_no_bin_begins_where_another_ends():
    moments = np.array([590.0, 619.0, 621.0, 640.0])
    names = by_amount("seen", "Seen", moments, 2, DATES, words=UNTIL).names
    assert names == ("until 1 Jan 1970 00:10:19", "from 1 Jan 1970 00:10:21")


def test_the_ends_can_have_a_word():
    cut = by_amount("p", "P", np.array([1.0, 2.0, np.nan]), 1, PERCENTS).ends_called("niche", "mainstream")
    assert cut.names == ("niche, 1 %", "mainstream, 2 %", UNKNOWN)
    assert by_amount("p", "P", np.array([1.0]), 1, PERCENTS).ends_called("niche", "mainstream").names == ("1 %",)


def test_the_values_of_most_people_have_a_slice_each():
    cut = by_value("job", "Job", texts("b", "a", "a", "", "c", "b", "a", "d", ""), 2)
    assert cut.names == ("a", "b", OTHERS, UNKNOWN)
    assert cut.sizes.tolist() == [3, 2, 2, 2]
    assert cut.of.tolist() == [1, 0, 0, 3, 2, 1, 0, 2, 3]


def test_a_value_that_is_the_only_other_one_keeps_its_name():
    cut = by_value("sex", "Sex", texts("M", "M", "M", "<b>F</b>"), 2)
    assert cut.names == ("M", "<b>F</b>")


def test_of_thousands_of_values_few_are_left():
    rng = np.random.default_rng(0)
    zips = texts(*(f"{code:05}" for code in rng.integers(0, 3000, 5000)))
    assert by_value("zip", "Zip", zips, 30).names == (OTHERS,)
    jobs = texts(*(f"job {job}" for job in rng.integers(0, 20, 5000)))
    cut = by_value("job", "Job", jobs, 30)
    assert len(cut.names) == MOST_VALUES + 1
    assert cut.names[-1] == OTHERS


amounts = st.lists(
    st.one_of(st.integers(0, 9).map(float), st.floats(-1e9, 1e9), st.just(float("nan"))), min_size=1, max_size=200
)


@given(amounts, st.integers(1, 40))
def test_bins_partition_people_in_order_and_are_large_enough(values, fewest):
    values = np.array(values)
    cut = by_amount("a", "A", values, fewest, NUMBERS)
    known = np.isfinite(values)
    assert cut.sizes.sum() == len(values)
    assert (cut.sizes > 0).all()
    assert cut.n_bins <= MOST_BINS
    assert len(set(cut.names)) == len(cut.names)
    if known.any():
        bins = [values[cut.of == place] for place in range(cut.n_bins)]
        assert all(one.max() < other.min() for one, other in zip(bins, bins[1:], strict=False))
        assert min(len(one) for one in bins) >= min(fewest, known.sum())


@given(
    st.lists(st.sampled_from(["", "a", "b", "c", "not known", "<i>", "ü"]), min_size=1, max_size=200),
    st.integers(1, 40),
)
def test_values_partition_people(values, fewest):
    cut = by_value("v", "V", texts(*values), fewest)
    assert cut.sizes.sum() == len(values)
    assert (cut.sizes > 0).all()
    for place, name in enumerate(cut.names):
        if name in values:
            assert {value for value, of in zip(values, cut.of, strict=True) if of == place} in ({name}, {""})


@pytest.mark.parametrize("shift", [0, 1])
def test_people_in_another_order_are_cut_alike(shift):
    values = np.array([3.0, 1, 2, 2, 9, 7, 4, 4, 4, 1])
    order = np.roll(np.arange(10), shift)
    first, second = (by_amount("a", "A", one, 2, NUMBERS) for one in (values, values[order]))
    assert first.names == second.names
    assert first.of[order].tolist() == second.of.tolist()
