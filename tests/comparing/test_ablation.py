"""What content buys: which trainings belong together, what is asked of them, and how sure an answer is."""

import numpy as np
import pytest

from recsys_core.comparing.ablation import EVERYTHING, Gain, families, gain, questions, sentence
from recsys_core.statistics.estimates import Estimate, PerUser
from recsys_core.statistics.paired import paired_difference
from recsys_core.warm_and_cold import Side
from tests.comparing.cards import card
from tests.statistics.people import mean_of, rmse_of

ALL = {"text": "words", "pictures": "frozen", "attributes": True}


def reading(seed: int = 0, model: str = "two_tower", size: int = 8, **reads: object) -> dict[str, object]:
    """The card of a run that reads this, and all else not named."""
    return card(model, seed=seed, config={"embedding_size": size} | ALL | reads)


def test_runs_that_differ_in_what_they_read_alone_are_one_family():
    abouts = {
        "blind": reading(text="none", pictures="none", attributes=False),
        "all": reading(),
        "all-again": reading(),  # an older repetition
        "all-1": reading(seed=1),
        "no-text": reading(text="none"),
        "larger": reading(size=16),
        "other": reading(model="content"),
        "elsewhere": reading() | {"passport": reading()["passport"] | {"split": {"fingerprint": "e" * 64}}},
        "tuned": reading() | {"passport": reading()["passport"] | {"tuning": {"trials": 8}}},
        "transferred": reading() | {"passport": reading()["passport"] | {"transfer": {"run": "x", "config": {}}}},
        "ease": card("ease"),
    }
    first, *others = families(abouts)
    assert [arm.runs for arm in first.arms] == [{0: "all", 1: "all-1"}, {0: "no-text"}, {0: "blind"}]
    assert sorted(tuple(family.arms[0].runs.values()) for family in others) == [("elsewhere",), ("larger",), ("other",)]
    assert first.arms[0].title == "texts (words), pictures (frozen) and attributes of items"
    assert first.arms[-1].title == "nothing"


def test_one_question_for_each_thing_and_one_for_all_of_it():
    (family,) = families({"all": reading(), "all-1": reading(seed=1), "no-text": reading(text="none")})
    asked = questions(family, family.arms[0])
    assert [question.what for question in asked] == ["texts", "pictures", "attributes of items", EVERYTHING]
    texts, pictures, _, every = asked
    assert texts.without == ALL | {"text": "none"}
    assert (texts.seeds, texts.missing) == ([0], [1])
    assert (pictures.other, pictures.seeds, pictures.missing) == (None, [], [0, 1])
    assert every.without == {"text": "none", "pictures": "none", "attributes": False}
    assert [question.what for question in questions(family, family.arms[1])] == [
        "pictures",
        "attributes of items",
        EVERYTHING,
    ]


def test_a_gain_is_the_paired_difference_and_wider_for_the_luck_of_seeds():
    rng = np.random.default_rng(0)
    base, better = rng.random(80), rng.normal(0.05, 0.02, 80)
    theirs, mine = mean_of(base), mean_of(base + better)
    one = gain([mine], [theirs], Side.NEW_ITEMS)
    paired = paired_difference(mine, theirs)
    assert (one.estimate.value, one.people, one.seeds) == (pytest.approx(better.mean()), 80, 1)
    assert (one.estimate.low, one.estimate.high) == (pytest.approx(paired.low), pytest.approx(paired.high))
    assert one.estimate.is_certain
    noisy = gain([mean_of(base + better + 0.2), mean_of(base + better - 0.2)], [theirs, theirs], None)
    assert noisy.estimate.value == pytest.approx(better.mean())
    assert noisy.estimate.low < -0.2
    assert not noisy.estimate.is_certain
    few = gain([mean_of(base[:9] + 1)], [mean_of(base[:9])], None)
    assert (few.estimate.low, few.estimate.is_certain) == (None, False)
    nobody = PerUser(np.array([999]), np.ones(1), np.ones(1), mine.finish)
    assert gain([mine], [nobody], None) is None


def test_of_errors_less_is_a_gain():
    mine, theirs = rmse_of(np.full(20, 4.0), np.ones(20)), rmse_of(np.full(20, 9.0), np.ones(20))
    one = gain([mine], [theirs], None, higher_is_better=False)
    assert one.estimate.value == pytest.approx(1.0)
    assert one.estimate.low == pytest.approx(1.0)
    assert one.estimate.is_certain


def test_an_answer_says_where_and_how_sure():
    gains = [
        Gain(Side.NEW_ITEMS, 90, Estimate(0.0123, 0.004, 0.02), 1),
        Gain(Side.MET_ITEMS, 90, Estimate(-0.001, -0.003, 0.002), 1),
        Gain(None, 5, Estimate(0.2, None, None), 1),
    ]
    assert sentence("pictures", gains, "ndcg@10") == (
        "Pictures: NDCG@10 +0.012 [+0.004, +0.020] among items that no model met; −0.001 [−0.003, +0.002] among items "
        "that they met, within chance; +0.200 among all items, too few people to tell."
    )
