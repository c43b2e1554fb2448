"""What is said about a transfer follows from the figures, in sentences that are checked word for word."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from recsys_core.statistics.estimates import PerUser, as_it_is
from recsys_core.transfer.evidence import Evidence, Failure, Point, SpeedUp
from recsys_core.transfer.measuring import ARMS, FIGURES, K, Measured

PEOPLE = 100
SPREAD = np.linspace(-0.01, 0.01, PEOPLE)
Levels = Mapping[str, Mapping[float, float]]


def points(
    levels: Levels,
    seeds: int = 3,
    shift: Callable[[str, int], float] = lambda arm, seed: 0.0,
    curves: Mapping[str, tuple[tuple[float, float], ...]] | None = None,
    people: int = PEOPLE,
) -> list[Point]:
    """Of each arm, share and seed; all people have the level of the arm, but for a little noise of the transfer."""
    found = []
    for arm, by_share in levels.items():
        for share, level in by_share.items():
            for seed in range(seeds):
                values = np.full(people, level) + shift(arm, seed) + (SPREAD[:people] if arm == "transfer" else 0.0)
                one = PerUser(np.arange(people), values, np.ones(people), as_it_is)
                curve = (curves or {}).get(arm, ())
                about = Measured(arm, share, seed, round(10_000 * share), arm, {arm: level}, 1.0, len(curve), curve)
                found.append(Point(about, {f"{metric.about.key}@{K}": one for metric in FIGURES}))
    return found


def levels(transfer: Mapping[float, float], **others: float) -> Levels:
    rest = {"scratch": 0.2, "popularity": 0.1, "ease": 0.15} | others
    return {"transfer": transfer} | {arm: dict.fromkeys(transfer, rest[arm]) for arm in ARMS if arm != "transfer"}


FADING = levels({0.0: 0.3, 0.1: 0.25, 1.0: 0.15})


def test_the_lead_is_over_the_same_people():
    lead = Evidence(points(FADING)).lead(0.1, "scratch")
    assert lead is not None
    assert lead.low is not None
    assert lead.high is not None
    assert lead.value == pytest.approx(0.05)
    half = 1.96 * SPREAD.std() / 10
    assert lead.value - lead.low == pytest.approx(half, rel=0.1)
    assert lead.high - lead.value == pytest.approx(half, rel=0.1)


def test_seeds_widen_the_lead_as_variances_add_up():
    """Student's t of three differences −0.01, 0, 0.01 is 4.303 · 0.01 / √3."""
    lead = Evidence(points(FADING, shift=lambda arm, seed: 0.01 * (seed - 1) * (arm == "transfer"))).lead(
        0.1, "scratch"
    )
    assert lead is not None
    assert lead.low is not None
    assert lead.value - lead.low == pytest.approx(np.hypot(1.96 * SPREAD.std() / 10, 4.303 * 0.01 / 3**0.5), rel=0.02)


def test_what_a_seed_does_to_both_cancels_out():
    lead = Evidence(points(FADING, shift=lambda arm, seed: 0.1 * seed)).lead(0.1, "scratch")
    assert lead is not None
    assert lead.low is not None
    assert lead.value - lead.low == pytest.approx(1.96 * SPREAD.std() / 10, rel=0.1)


def test_of_few_people_nothing_is_certain():
    found = Evidence(points(FADING, people=9))
    assert found.helps() == found.harms() == []
    assert found.break_even() is None


def test_the_best_other_arm_is_the_rival_at_each_share():
    found = Evidence(points(levels({0.1: 0.3, 1.0: 0.3}, popularity=0.25)))
    assert found.rival(0.1) == "popularity"
    assert found.lead(0.1, "popularity").value == pytest.approx(0.05)  # type: ignore[union-attr]


def test_break_even_lies_on_a_straight_line_over_the_logarithm_of_events():
    """Leads of 0.05 with 1,000 events and −0.05 with 10,000 meet zero halfway between the logarithms."""
    found = Evidence(points(FADING))
    assert found.helps() == [0.0, 0.1]
    assert found.break_even() == round(float(np.sqrt(1001 * 10_001)) - 1) == 3163


def test_a_lead_that_comes_back_by_chance_does_not_move_the_break_even():
    found = Evidence(points(levels({0.01: 0.3, 0.1: 0.15, 0.5: 0.2 + 0.0001, 1.0: 0.15})))
    assert found.helps() == [0.01]
    worth = found.break_even()
    assert worth is not None
    assert 100 < worth < 1000


def test_a_lead_that_begins_late_has_its_break_even_behind_it():
    worth = Evidence(points(levels({0.01: 0.15, 0.1: 0.3, 1.0: 0.15}))).break_even()
    assert worth is not None
    assert 1000 < worth < 10_000


def test_break_even_of_what_is_nowhere_sure_and_of_what_leads_to_the_end_is_not_known():
    assert Evidence(points(levels({0.1: 0.2 + 0.0001, 1.0: 0.15}))).break_even() is None
    assert Evidence(points(levels({0.1: 0.3, 1.0: 0.3}))).break_even() is None


@pytest.mark.parametrize(
    ("transfer", "said"),
    [
        (
            {0.0: 0.3, 0.1: 0.25, 1.0: 0.15},
            "Transfer while events are few: by NDCG@10 it is surely better with 1,000 events, and ahead until about "
            "3,200. With 1,000 events it is ahead of training from scratch by +0.050 [+0.049, +0.051]. It does harm "
            "with 10,000 events: training from scratch is surely better there.",
        ),
        (
            {0.0: 0.3, 1.0: 0.2},
            "Transfer until there are events: by NDCG@10 it is surely better with none, but not with some. "
            "With 0 events it is ahead of training from scratch by +0.100 [+0.099, +0.101].",
        ),
        (
            {0.1: 0.3, 1.0: 0.25},
            "Transfer: by NDCG@10 it is better even with all 10,000 events. With 10,000 events it is ahead of training "
            "from scratch by +0.050 [+0.049, +0.051].",
        ),
        (
            {0.01: 0.3, 0.1: 0.25},
            "Transfer: by NDCG@10 it is better even with the most that was tried, 1,000 events. With 1,000 events it "
            "is ahead of training from scratch by +0.050 [+0.049, +0.051].",
        ),
        (
            {0.1: 0.15, 1.0: 0.2},
            "Do not: at no amount of data is the transfer surely better than the best other way by NDCG@10. It does "
            "harm with 1,000 events: training from scratch is surely better there.",
        ),
    ],
)
def test_the_verdict_word_for_word(transfer: dict[float, float], said: str):
    assert Evidence(points(levels(transfer))).verdict() == said


def test_harm_is_told_against_training_from_scratch_alone():
    found = Evidence(points(levels({0.1: 0.15, 1.0: 0.3}, popularity=0.4)))
    assert found.harms() == [0.1]
    assert found.helps() == []


def test_a_share_counts_once_every_arm_was_tried():
    some = [one for one in points(FADING) if (one.about.arm, one.about.share) != ("ease", 0.1)]
    assert Evidence(some).shares == [0.0, 1.0]
    assert Evidence(some, [Failure("ease", 0.1, 0, "too large")]).shares == [0.0, 0.1, 1.0]
    assert Evidence([]).verdict() == "Nothing has been measured to the end yet."


def test_the_curve_has_a_row_for_each_arm_and_share():
    curve = Evidence(points(FADING)).curve()
    assert len(curve) == 12
    row = curve[(curve["arm"] == "transfer") & (curve["share"] == 0.1)].iloc[0]
    assert (row["events"], row["seeds"]) == (1000, 3)
    assert row["low"] < row["value"] < row["high"]
    assert row["value"] == pytest.approx(0.25)


SLOW = ((1.0, 0.1), (2.0, 0.2), (3.0, 0.3), (4.0, 0.25))


def test_speed_up_is_when_the_transfer_reaches_what_training_from_scratch_is_at_best():
    curves = {"scratch": SLOW, "transfer": ((0.5, 0.2), (1.5, 0.31), (2.5, 0.4))}
    assert Evidence(points(FADING, curves=curves)).speed_up() == SpeedUp(1.5, 2, 3.0, 3)


def test_a_transfer_that_never_gets_there_has_no_speed_up():
    curves = {"scratch": SLOW, "transfer": ((0.5, 0.2),)}
    assert Evidence(points(FADING, curves=curves)).speed_up() == SpeedUp(None, None, 3.0, 3)


def test_what_did_not_learn_in_epochs_is_not_raced():
    assert Evidence(points(FADING, curves={"scratch": SLOW})).speed_up() is None
    assert Evidence(points(FADING, curves={"transfer": SLOW})).speed_up() is None
