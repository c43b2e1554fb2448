"""What generated people are worth is judged on real people alone, and said in sentences that are checked."""

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from recsys_core.errors import ModelError
from recsys_core.models import EASE, GMF, Recommender
from recsys_core.splitting import TRAIN, VALID, Split, SplitRecipe, split
from recsys_core.statistics.estimates import PerUser, as_it_is
from recsys_core.statistics.leads import share_of
from recsys_core.synthetic.arms import (
    POPULARITY,
    PRETRAINED,
    REAL,
    SYNTHETIC,
    Design,
    Measured,
    Point,
    Scene,
    added,
    arm_title,
    plus,
)
from recsys_core.synthetic.training_part import training_part, with_events
from recsys_core.synthetic.worth import Worth
from recsys_core.training.context import Cancelled, EpochEnded, FitContext
from recsys_core.transfer.evidence import Failure
from recsys_core.types import Feedback
from tests import worlds
from tests.synthetic.resampling import Resampling

RANDOM = SplitRecipe(key="random")
PARTS = split(worlds.two_camps(60).dataset, RANDOM)
FEW = GMF.Config(epochs=3, embedding_size=4)


def design(learner: Recommender | None = None, additions: tuple[float, ...] = (1.0,), **settings: bool) -> Design:
    return Design(Resampling(Resampling.Config(**settings)), learner or EASE(), additions)


def scene(design: Design, share: float = 1.0, parts: Split = PARTS, context: FitContext | None = None) -> Scene:
    return Scene(parts, design, share, 0, context or FitContext())


def values(point: Point) -> np.ndarray:
    return point.per_user["ndcg@10"].numerator


def pairs(events) -> set[tuple[int, int]]:
    return set(zip(events.users.tolist(), events.items.tolist(), strict=True))


# How it is measured


def test_a_model_of_copies_is_as_good_as_that_of_the_real_people():
    """So both are judged by the same people and items, and told the same of them."""
    here = scene(design(in_order=True))
    real, synthetic = here.measure(REAL), here.measure(SYNTHETIC)
    assert values(real).max() > 0
    np.testing.assert_allclose(values(synthetic), values(real))
    assert synthetic.about.validation == pytest.approx(real.about.validation)
    assert (real.about.people, synthetic.about.people) == (0, 60)
    assert (real.about.events, synthetic.about.events) == (len(PARTS.train.interactions), 0)


def test_of_copies_with_events_at_random_nothing_is_learned():
    here = scene(design(random_items=True))
    real, synthetic = here.measure(REAL), here.measure(SYNTHETIC)
    assert values(synthetic).mean() < 0.8 * values(real).mean()


def test_the_generator_learns_nothing_but_the_training_events_that_are_there(monkeypatch):
    monkeypatch.setattr(Resampling, "learned", [])
    here = scene(design(), share=0.5)
    for arm in (SYNTHETIC, plus(1.0)):
        here.measure(arm)
    (seen,) = Resampling.learned
    there = PARTS.train.interactions
    assert 0.3 * len(there) < len(seen.interactions) < 0.7 * len(there)
    positions = np.array([PARTS.dataset.user_ids.positions[identifier] for identifier in seen.user_ids.values])
    mine = set(zip(positions[seen.interactions.users].tolist(), seen.interactions.items.tolist(), strict=True))
    assert mine <= pairs(there)


def test_people_without_training_events_are_not_learned_from_at_all():
    parts = replace(PARTS, roles=np.where(PARTS.dataset.interactions.users == 3, VALID, PARTS.roles).astype(np.int8))
    part = training_part(parts)
    assert part.n_users == 59
    assert "u3" not in part.user_ids.values
    assert len(part.user_table) == 59
    assert len(part.interactions) == int((parts.roles == TRAIN).sum())
    assert with_events(part).fingerprint == part.fingerprint


def test_all_arms_judge_the_same_people_and_say_how_many_were_generated():
    here = scene(design(GMF(FEW), additions=(0.5, 2.0)), share=0.5)
    points = {arm: here.measure(arm) for arm in design(GMF(FEW), additions=(2.0, 0.5)).arms}
    assert list(points) == [REAL, POPULARITY, SYNTHETIC, PRETRAINED, "plus-50", "plus-200"]
    users = points[REAL].per_user["ndcg@10"].users
    for point in points.values():
        assert np.array_equal(point.per_user["recall@10"].users, users)
        assert set(point.per_user) == {"ndcg@10", "precision@10", "recall@10"}
    real = points[SYNTHETIC].about.people
    assert [point.about.people for point in points.values()] == [0, 0, real, real, round(real / 2), 2 * real]
    assert points[PRETRAINED].about.epochs == 3
    assert points[PRETRAINED].about.seconds > points[SYNTHETIC].about.seconds


def test_going_on_from_generated_people_starts_where_they_left_off():
    """Of copies, a training that goes on has learned twice; with few epochs that shows in its first figure."""
    heard: list[float] = []

    def note(event):
        if isinstance(event, EpochEnded) and event.epochs == FEW.epochs:
            heard.append(next(iter(event.losses.values())))

    here = scene(design(GMF(FEW), in_order=True), context=FitContext(on_event=note))
    here.measure(REAL)
    from_scratch = heard[0]
    heard.clear()
    here.measure(PRETRAINED)
    assert heard[-FEW.epochs] < from_scratch


def test_a_model_that_learns_in_one_step_cannot_go_on():
    assert PRETRAINED not in design(EASE()).arms


def test_a_generator_that_fails_leaves_the_real_people():
    broken = Design(Resampling(Resampling.Config(fewest=1000)), EASE(), (1.0,))
    here = scene(broken)
    here.measure(REAL)
    with pytest.raises(ModelError, match="too few"):
        here.measure(SYNTHETIC)


def test_a_stop_makes_no_point():
    with pytest.raises(Cancelled):
        scene(design(), context=FitContext(cancel=lambda: True)).measure(REAL)
    asked: list[int] = []

    def later() -> bool:
        asked.append(0)
        return len(asked) > 2

    with pytest.raises(Cancelled):
        scene(design(), context=FitContext(cancel=later)).measure(SYNTHETIC)


def test_ratings_are_measured_as_well():
    rated = split(worlds.two_camps(40, Feedback.EXPLICIT).dataset, RANDOM)
    point = scene(design(), parts=rated).measure(plus(1.0))
    assert values(point).mean() > 0


def test_the_name_of_an_arm_says_how_many_were_added():
    assert (plus(0.125), added("plus-12.5"), added(REAL)) == ("plus-12.5", 0.125, None)
    assert [arm_title(arm) for arm in (REAL, plus(4.0))] == ["Real people alone", "Real and 400% generated"]


# What is said about it

PEOPLE = 100
SPREAD = np.linspace(-0.01, 0.01, PEOPLE)
ARMS = (REAL, POPULARITY, SYNTHETIC, PRETRAINED, "plus-50", "plus-200")


def worth(levels: Mapping[str, Mapping[float, float]], validation: Mapping[str, float | None] | None = None) -> Worth:
    """People all have the level of the arm, but for a little noise of those with generated people; three seeds."""
    points = []
    for arm, by_share in levels.items():
        for share, level in by_share.items():
            for seed in range(3):
                noise = 0.0 if arm in (REAL, POPULARITY) else SPREAD
                one = PerUser(np.arange(PEOPLE), np.full(PEOPLE, level) + noise, np.ones(PEOPLE), as_it_is)
                chosen = (validation or {}).get(arm, level)
                about = Measured(arm, share, seed, round(10_000 * share), 100, chosen, 1.0, 0)
                points.append(Point(about, dict.fromkeys(("ndcg@10", "recall@10"), one)))
    return Worth(tuple(arm for arm in ARMS if arm in levels), points)


def flat(**levels: float) -> dict[str, dict[float, float]]:
    """The same level at one share and at all of the data."""
    return {arm.replace("_", "-"): {0.05: level, 1.0: level} for arm, level in levels.items()}


BASE = {"real": 0.3, "popularity": 0.15, "synthetic": 0.27, "pretrained": 0.3, "plus_50": 0.3, "plus_200": 0.3}


def test_where_nothing_helps_surely_it_is_not_worth_it():
    found = worth(flat(**BASE))
    assert found.verdict() == (
        "Not worth it: at no amount of real data are generated people surely a help by NDCG@10. A model that has "
        "learned from generated people alone keeps 90% [90%, 90%] of the NDCG@10 that the real ones give; popularity "
        "alone 50%."
    )
    assert (found.helps(), found.harms()) == ([], [])
    assert (
        worth({arm: {1.0: by[1.0]} for arm, by in flat(**BASE).items()})
        .verdict()
        .startswith("Not worth it: with 10,000 real events, generated people are not surely a help")
    )


def test_what_helps_where_data_are_scarce_is_said_with_its_lead():
    levels = flat(**BASE)
    levels["pretrained"] = {0.05: 0.34, 1.0: 0.3}
    found = worth(levels)
    assert found.helps() == [(0.05, PRETRAINED)]
    assert found.verdict().startswith(
        "Worth it with 500 real events. With 500 real events, learning from generated people first is ahead of "
        "learning from the real people alone by +0.040 [+0.039, +0.041] NDCG@10. A model"
    )


def test_what_only_beats_a_model_that_popularity_beats_is_not_worth_it():
    found = worth(flat(**BASE | {"popularity": 0.5, "plus_50": 0.4, "plus_200": 0.4}))
    assert found.rival(1.0) == POPULARITY
    assert found.verdict().startswith("Not worth it")
    lead = found.lead(1.0, "plus-50", REAL)
    assert lead is not None
    assert lead.value == pytest.approx(0.1)


def test_how_many_to_add_is_chosen_by_validation_whatever_the_test_says():
    found = worth(flat(**BASE | {"plus_50": 0.4, "plus_200": 0.25}), {"plus-50": 0.1, "plus-200": 0.2})
    assert found.best_addition(1.0) == "plus-200"
    assert found.harms() == [(0.05, "plus-200"), (1.0, "plus-200")]
    assert (
        "It does harm with 10,000 real events: learning from 200% as many generated people beside the real ones is "
        "surely worse than without them."
    ) in found.verdict()
    unknown = worth(flat(**BASE), {"plus-50": None, "plus-200": None})
    assert unknown.best_addition(1.0) == "plus-50"


def test_a_share_counts_once_every_arm_was_tried():
    whole = worth(flat(**BASE))
    half = replace(whole, points=[one for one in whole.points if (one.about.share, one.about.arm) != (1.0, "plus-200")])
    assert half.shares == [0.05]
    failed = replace(half, failures=[Failure("plus-200", 1.0, 0, "It is too large.")])
    assert failed.shares == [0.05, 1.0]
    assert set(failed.curve().query("share == 1")["arm"]) == set(ARMS) - {"plus-200"}
    assert replace(whole, points=[]).verdict() == "Nothing has been measured to the end yet."


def test_where_the_generator_failed_everywhere_nothing_is_claimed():
    levels = {arm: by for arm, by in flat(**BASE).items() if arm in (REAL, POPULARITY)}
    found = replace(worth(levels), arms=ARMS)
    failures = [Failure(arm, share, 0, "No.") for arm in ARMS[2:] for share in (0.05, 1.0)]
    assert replace(found, failures=failures).verdict() == (
        "Whether generated people help beside real ones was not measured."
    )


def test_it_is_plain_data_and_has_the_figures_of_single_people():
    found = worth(flat(**BASE))
    about = json.loads(json.dumps(found.as_json("recall@10"), allow_nan=False))
    assert about["metric"] == "recall@10"
    assert len(about["curve"]) == 2 * len(ARMS)
    assert {(one["arm"], one["over"]) for one in about["leads"]} == {
        (arm, over) for arm in (SYNTHETIC, PRETRAINED, "plus-50") for over in (REAL, POPULARITY)
    }
    sides = found.before_and_after()
    assert sides is not None
    assert [side.value() for side in sides] == pytest.approx([0.3, 0.3])


def test_a_share_of_nothing_is_unknown():
    one, none = (PerUser(np.arange(20), np.full(20, level), np.ones(20), as_it_is) for level in (0.2, 0.0))
    assert share_of([one], [none]) is None
    half = share_of([replace(one, numerator=one.numerator / 2)], [one])
    assert half is not None
    assert (half.value, half.low, half.high) == pytest.approx((0.5, 0.5, 0.5))
