"""What is planted is found, and nothing is found where there is nothing."""

import numpy as np
import pytest

from recsys_core.comparing import worst_slice as module
from recsys_core.comparing.cutting import Cut
from recsys_core.comparing.worst_slice import WorstSlice, worst_slice
from recsys_core.statistics.estimates import Estimate, PerUser, as_it_is

N = 400


def cuts_at_random(rng: np.random.Generator, n: int = N) -> list[Cut]:
    """Four cuts that have nothing to do with anything."""
    return [
        Cut(f"c{number}", f"Cut {number}", tuple(f"s{place}" for place in range(size)), rng.integers(0, size, n))
        for number, size in enumerate((2, 3, 4, 5))
    ]


def like_ndcg(rng: np.random.Generator, n: int = N) -> np.ndarray:
    """Two thirds of people get nothing, as in real lists; the rest something skewed."""
    return np.where(rng.random(n) < 2 / 3, 0.0, rng.beta(1, 3, n))


def part(values: np.ndarray, denominators: np.ndarray | None = None, finish=as_it_is) -> PerUser:
    weights = np.ones(len(values)) if denominators is None else denominators.astype(np.float64)
    return PerUser(np.arange(len(values)), values, weights, finish)


def test_a_planted_slice_is_found_and_its_figures_are_right():
    rng = np.random.default_rng(1)
    cuts, values = cuts_at_random(rng), rng.normal(0.5, 0.1, N)
    bad = cuts[3].of == 2
    values[bad] -= 0.12
    found = worst_slice(cuts, [part(values)], True)
    assert found.is_certain
    assert found.where == ("Cut 3: s2",)
    assert found.people == bad.sum()
    assert found.value == pytest.approx(values[bad].mean())
    assert found.others == pytest.approx(values[~bad].mean())
    assert found.gap.low < found.gap.value < found.gap.high < 0
    # the interval holds for all slices together, so it is wider than that of one alone
    alone = np.sqrt(values[bad].var() / bad.sum() + values[~bad].var() / (~bad).sum())
    assert found.gap.high - found.gap.low > 2 * 2.5 * alone


def test_a_slice_of_two_cuts_together_is_found():
    rng = np.random.default_rng(2)
    cuts, values = cuts_at_random(rng), rng.normal(0.5, 0.1, N)
    values[(cuts[0].of == 1) & (cuts[2].of == 3)] -= 0.2
    found = worst_slice(cuts, [part(values)], True)
    assert found.is_certain
    assert found.where == ("Cut 0: s1", "Cut 2: s3")


def test_where_a_switch_does_worst_is_found_although_it_helps_on_the_whole():
    rng = np.random.default_rng(3)
    cuts, before = cuts_at_random(rng), rng.normal(0.5, 0.1, N)
    after = before + rng.normal(0.05, 0.02, N)
    loses = cuts[1].of == 0
    after[loses] -= 0.07
    found = worst_slice(cuts, [part(before), part(after)], True)
    assert found.is_certain
    assert found.where == ("Cut 1: s0",)
    assert found.value == pytest.approx((after - before)[loses].mean())
    assert found.value < 0 < found.others


def test_of_errors_the_highest_is_the_worst():
    """Pooled over ratings, of which people have one to fifty; the errors of one slice are twice as large."""
    rng = np.random.default_rng(4)
    cuts, counts = cuts_at_random(rng), rng.integers(1, 50, N)
    bad = cuts[2].of == 1
    errors = np.array(
        [(rng.normal(0, 1.4 if is_bad else 1.0, n) ** 2).sum() for n, is_bad in zip(counts, bad, strict=True)]
    )
    found = worst_slice(cuts, [part(errors, counts, np.sqrt)], False)
    assert found.is_certain
    assert found.where == ("Cut 2: s1",)
    assert found.value == pytest.approx(np.sqrt(errors[bad].sum() / counts[bad].sum()))
    assert found.gap.low > 0


def findings(values_of, n_parts: int, higher_is_better: bool = True, repetitions: int = 100) -> int:
    """How often something is found in data in which there is nothing."""
    found = 0
    for seed in range(repetitions):
        rng = np.random.default_rng(1000 + seed)
        cuts = cuts_at_random(rng)
        found += worst_slice(cuts, [values_of(rng) for _ in range(n_parts)], higher_is_better).is_certain
    return found


@pytest.mark.parametrize("n_parts", [1, 2])
def test_nothing_is_found_in_random_data(n_parts):
    assert findings(lambda rng: part(like_ndcg(rng)), n_parts) <= 5


def test_nothing_is_found_where_people_only_differ_in_how_much_is_measured_of_them():
    """The cuts follow how many ratings people have, and those with many have figures that spread otherwise."""
    found = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        counts = np.exp(rng.normal(2, 1, N)).astype(int) + 1
        errors = np.array([(rng.normal(0, 1, n) ** 2).sum() for n in counts])
        of = np.searchsorted(np.quantile(counts, [0.2, 0.4, 0.6, 0.8]), counts)
        cuts = [Cut("a", "Activity", tuple("abcde"), of), *cuts_at_random(rng)[:2]]
        found += worst_slice(cuts, [part(errors, counts, np.sqrt)], False).is_certain
    assert found <= 5


def test_without_the_correction_chance_would_be_taken_for_a_finding(monkeypatch):
    """Otherwise the tests above could pass because nothing is ever found."""
    monkeypatch.setattr(module, "_largest_by_chance", lambda *_: 1.96)
    assert findings(lambda rng: part(like_ndcg(rng)), 1, repetitions=20) >= 8


def test_people_who_are_all_equal_have_no_worst_slice():
    rng = np.random.default_rng(0)
    for value in (0.25, 0.1, 1 / 3, 0.7):  # the mean of some of them is not the value, by rounding
        found = worst_slice(cuts_at_random(rng), [part(np.full(N, value))], True)
        assert not found.is_certain
        assert [found.gap.value, found.gap.low, found.gap.high] == pytest.approx([0, 0, 0])
    assert not worst_slice(cuts_at_random(rng), [part(np.zeros(N), finish=np.sqrt)], False).is_certain


def test_nothing_is_found_where_one_slice_only_varies_more():
    """Its people have the same mean, and three times the spread."""
    found = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        cuts = cuts_at_random(rng)
        values = rng.normal(0.5, np.where(cuts[3].of == 0, 0.3, 0.1))
        found += worst_slice(cuts, [part(values)], True).is_certain
    assert found <= 5


def test_the_interval_is_that_of_the_figure_itself():
    """Of a root mean squared error of ten, not of its square: wider than that of the slice alone, but not by much."""
    rng = np.random.default_rng(7)
    cuts, counts = cuts_at_random(rng), np.full(N, 20)
    errors = np.array([(rng.normal(0, 10, 20) ** 2).sum() for _ in range(N)])
    found = worst_slice(cuts, [part(errors, counts, np.sqrt)], False)
    error = 10 / np.sqrt(2 * 20) * np.sqrt(1 / found.people + 1 / (N - found.people))  # of a standard deviation
    assert 2.5 * error < found.gap.high - found.gap.value < 4.5 * error


def test_a_difference_that_is_nothing_but_rounding_is_no_finding():
    cuts = cuts_at_random(np.random.default_rng(0))
    some = cuts[3].of == 1
    before, after = np.where(some, 0.1 + 0.2, 0.5), np.where(some, 0.3, 0.5)
    assert (after < before).sum() == some.sum()
    assert not worst_slice(cuts, [part(before), part(after)], True).is_certain


def test_a_small_slice_of_people_who_are_alike_by_chance_is_not_certain():
    """One slice of thirty people without a hit, where every twentieth has one: no spread is no certainty."""
    values = np.zeros(N)
    values[40::18] = 1.0
    cuts = [Cut("c", "C", ("small", "large"), (np.arange(N) >= 30).astype(np.int64))]
    assert not worst_slice(cuts, [part(values)], True).is_certain


def test_people_who_are_alike_in_small_slices_do_not_make_intervals_narrow():
    """Eight slices of thirty people without a hit: what one says of others rests on how people differ at large."""
    values = np.zeros(N)
    values[240::18] = 1.0
    cuts = [Cut("c", "C", tuple("abcdefghi"), np.minimum(np.arange(N) // 30, 8))]
    found = worst_slice(cuts, [part(values)], True)
    assert found.people == 30
    assert not found.is_certain
    assert found.gap.high - found.gap.value > 1.3 * np.sqrt(values.var() / 30)


def test_what_many_shufflings_show_alike_is_not_certain():
    """The observed gap ties with the largest of the shufflings, whichever way that is rounded."""
    values = np.zeros(N)
    values[[*range(30, N, 18), *range(240, N, 18)]] = 1.0
    cuts = [Cut("c", "C", ("small", "large"), (np.arange(N) >= 30).astype(np.int64))]
    assert worst_slice(cuts, [part(values)], True).gap.high > 0


def test_slices_with_few_people_in_them_or_outside_are_not_looked_at():
    of = (np.arange(N) >= 20).astype(np.int64)
    assert worst_slice([Cut("c", "C", ("few", "many"), of)], [part(np.arange(N) / N)], True) is None
    assert worst_slice([], [part(np.arange(N) / N)], True) is None
    cut = Cut("c", "C", ("half", "other"), (np.arange(N) % 2).astype(np.int64))
    assert worst_slice([cut], [part(np.arange(N) / N)], True).looked_at == 2
    # the same people twice are one slice
    assert worst_slice([cut, cut], [part(np.arange(N) / N)], True).looked_at == 4


def test_with_many_people_only_single_cuts_are_looked_at(monkeypatch):
    cuts = cuts_at_random(np.random.default_rng(0))
    values = [part(np.arange(N) / N)]
    assert worst_slice(cuts, values, True).looked_at > 14
    monkeypatch.setattr(module, "PAIRS_WORK", N)
    assert worst_slice(cuts, values, True).looked_at == 14


def test_the_finding_is_the_same_each_time_and_however_people_are_ordered():
    rng = np.random.default_rng(5)
    cuts, values = cuts_at_random(rng), like_ndcg(rng)
    found = worst_slice(cuts, [part(values)], True)
    assert worst_slice(cuts, [part(values)], True) == found
    order = rng.permutation(N)
    moved = [Cut(cut.key, cut.title, cut.names, cut.of[order]) for cut in cuts]
    other = worst_slice(moved, [part(values[order])], True)
    assert (other.where, other.people) == (found.where, found.people)
    assert other.value == pytest.approx(found.value)


def test_a_figure_may_be_turned_around():
    rng = np.random.default_rng(6)
    cuts, values = cuts_at_random(rng), like_ndcg(rng)
    up, down = worst_slice(cuts, [part(values)], True), worst_slice(cuts, [part(1 - values)], False)
    assert up.where == down.where
    assert up.gap.high == pytest.approx(-down.gap.low)


WORST = WorstSlice(("Age: up to 24", "Sex: F"), 62, 0.1, 0.2, Estimate(-0.1, -0.15, -0.05), 299, True)


def test_the_sentence_says_no_more_than_the_interval_allows():
    assert WORST.in_words("NDCG@10", ["EASE"]) == (
        "EASE is worst for “Age: up to 24” and “Sex: F” (62 people): NDCG@10 0.100 against 0.200 for everybody else. "
        "The gap of −0.100 is sure even after looking at 299 slices (95 % interval −0.150 to −0.050, for all of them "
        "together)."
    )
    assert WORST.in_words("NDCG@10", ["EASE", "ALS"]).startswith(
        "The switch from EASE to ALS does worst for “Age: up to 24” and “Sex: F” (62 people): NDCG@10 changes by +0.100"
    )
    chance = WorstSlice(("Age: 30",), 62, 0.1, 0.2, Estimate(-0.1, -0.25, 0.05), 299, True)
    assert not chance.is_certain
    for titles in (["EASE"], ["EASE", "ALS"]):
        said = chance.in_words("NDCG@10", titles)
        assert said.startswith("There is no slice for which")
        assert said.endswith("which may be chance.")
