"""Verdicts on people whose figures are known: who may be crowned, and in which words."""

import re
from dataclasses import replace

import numpy as np
import pytest

from recsys_core.comparing import verdict
from recsys_core.comparing.comparison import without_people
from recsys_core.comparing.contenders import contenders
from recsys_core.errors import ConfigError
from recsys_core.statistics.estimates import Estimate
from recsys_core.statistics.paired import paired_difference
from recsys_core.statistics.permutation import holm, paired_tests
from tests.comparing.cards import card, compared
from tests.statistics.people import mean_of, rmse_of

RNG = np.random.default_rng(11)
HARD = RNG.beta(1, 3, 300)  # how well a person can be served


def around(shift: float, noise: float = 0.05) -> np.ndarray:
    return HARD + shift + noise * RNG.normal(size=len(HARD))


WORSE, GOOD, SAME, BETTER = around(-0.05), around(0), around(0), around(0.05)


def test_a_certain_lead_is_told_with_interval_and_p():
    found = compared({"neumf": [BETTER], "ease": [GOOD]}, deterministic=("neumf", "ease"))
    (pair,) = found.pairs
    difference = paired_difference(mean_of(BETTER), mean_of(GOOD))
    assert vars(pair.difference) == pytest.approx(vars(difference))
    low, high = f"{difference.low:.3f}", f"{difference.high:.3f}"
    assert verdict.verdict(found) == f"NEUMF beats EASE by {difference.value:.3f} NDCG@10 [{low}, {high}], p < 0.001."
    assert pair.p == pair.p_holm == paired_tests([mean_of(BETTER), mean_of(GOOD)], [(0, 1)])[0]
    assert verdict.seeds(found) == ""


def test_holm_counts_all_pairs_and_the_best_must_beat_everybody_to_be_crowned():
    found = compared({"als": [GOOD], "bpr": [BETTER], "mf": [WORSE]})
    words = verdict.verdict(found)
    assert re.fullmatch(
        r"BPR beats ALS by 0\.0\d\d NDCG@10 \[0\.\d{3}, 0\.\d{3}\], p < 0\.001 after Holm over 3 pairs, "
        r"with one training seed each of BPR and ALS\. "
        r"It beats the other one too\.",
        words,
    )
    assert [pair.p_holm for pair in found.pairs] == pytest.approx(holm(np.array([pair.p for pair in found.pairs])))
    tied = verdict.verdict(compared({"als": [GOOD], "bpr": [SAME], "mf": [WORSE]}))
    assert tied.startswith("A tie: ")
    assert "which may well be chance" in tied
    assert tied.endswith("beats MF.")


def test_models_alike_are_a_tie_of_all():
    found = compared({"als": [GOOD], "bpr": [SAME], "mf": [around(0)]})
    assert not any(pair.is_settled for pair in found.pairs)
    assert re.search(r"\w+ cannot be told from \w+ either\.$", verdict.verdict(found))
    same = compared({"als": [GOOD], "bpr": [GOOD]})
    assert re.fullmatch(r"A tie: ALS and BPR have the same NDCG@10, 0\.\d{3}\.", verdict.verdict(same))


def test_where_lower_is_better_a_gain_is_positive_and_the_difference_is_not():
    counts = np.full(200, 5)
    good, bad = (rmse_of(counts * level * RNG.gamma(4, 0.25, 200), counts) for level in (0.8, 1.2))
    found = compared({"bias": [bad], "svdpp": [good]}, "rmse")
    (pair,) = found.pairs
    assert found.judged[0].contender.model == "svdpp"
    assert pair.gain.value == -pair.difference.value > 0
    assert (pair.gain.low, pair.gain.high) == (-pair.difference.high, -pair.difference.low)
    assert pair.better > 0.5 > pair.worse
    assert pair.effect > 0
    assert verdict.verdict(found).startswith("SVDPP beats BIAS by 0.")


def test_seeds_are_averaged_before_people_are_compared_and_their_spread_stands_apart():
    seeds = [GOOD + 0.05, GOOD + 0.06, GOOD + 0.07]
    found = compared({"neumf": seeds, "ease": [GOOD]}, deterministic=("ease",))
    first = found.judged[0]
    assert first.estimate.value == pytest.approx(GOOD.mean() + 0.06)
    assert first.by_seed == pytest.approx([GOOD.mean() + 0.05, GOOD.mean() + 0.06, GOOD.mean() + 0.07])
    assert first.seed_spread == pytest.approx(0.01)
    assert found.pairs[0].is_settled
    assert verdict.seeds(found) == (
        "Training seeds alone move NEUMF by 0.0100 (3 seeds), as a standard deviation. The intervals are over people."
    )
    alone = verdict.seeds(compared({"neumf": [GOOD], "ease": [SAME]}, deterministic=("ease",)))
    assert alone.startswith("NEUMF was trained with one seed: how far another seed would move that is not known")


def test_a_lead_that_seeds_explain_crowns_nobody():
    found = compared({"neumf": [GOOD + 0.04, GOOD, GOOD + 0.02], "ease": [GOOD]}, deterministic=("ease",))
    (pair,) = found.pairs
    assert pair.holds_over_people
    assert not pair.is_settled
    words = "but other people and training seeds may turn that round (by up to 0.050 either way)"
    assert words in verdict.verdict(found)


def test_a_lead_that_neither_people_nor_seeds_explain_alone_may_be_explained_by_both(monkeypatch):
    """Equally good models whose figures move as far with the seeds as with the people."""
    monkeypatch.setattr("recsys_core.statistics.bootstrap.RESAMPLES", 400)
    monkeypatch.setattr("recsys_core.statistics.permutation.PERMUTATIONS", 400)
    rng = np.random.default_rng(12)
    settled, apart = 0, 0
    for _ in range(300):
        models = {}
        for name in ("neumf", "gmf"):
            person, seeds = rng.normal(size=100), rng.normal(0, np.sqrt(5) / 10, 5)
            models[name] = [person + seed for seed in seeds]
        (pair,) = compared(models).pairs
        settled += pair.is_settled
        apart += pair.holds_over_people and pair.gain.value > pair.seed_margin
    assert settled / 300 < 0.07  # expected: 0.04
    assert apart / 300 > 0.07  # expected: 0.10, were they asked one by one


def test_a_lead_of_one_training_says_so():
    found = compared({"neumf": [BETTER], "ease": [GOOD]}, deterministic=("ease",))
    assert verdict.verdict(found).endswith("p < 0.001, with one training seed of NEUMF.")
    found = compared({"neumf": [BETTER, BETTER + 0.001], "ease": [GOOD]}, deterministic=("ease",))
    assert verdict.verdict(found).endswith("p < 0.001.")


def test_models_that_do_not_beat_the_plain_ones_are_told_so():
    values = {"popularity": [WORSE], "ease": [GOOD], "neumf": [WORSE - 0.1], "gmf": [WORSE - 0.1], "als": [SAME]}
    assert verdict.baselines(compared(values)) == [
        "ALS is not shown to be better than the simpler EASE.",
        "NEUMF and GMF are worse than the simpler POPULARITY and EASE.",
    ] or verdict.baselines(compared(values)) == [
        "ALS is not shown to be better than the simpler EASE.",
        "NEUMF and GMF are worse than the simpler EASE and POPULARITY.",
    ]
    assert verdict.baselines(compared({"neumf": [BETTER], "ease": [GOOD]})) == []
    missing = verdict.missing_baselines(["ease"])
    assert missing.startswith("EASE is not in this comparison. Without the plain models nobody can say")
    assert verdict.missing_baselines([]) == ""


def test_the_power_is_told_before_anything_is_found():
    found = compared({"als": [GOOD], "bpr": [SAME]})
    spread = (GOOD - SAME).std(ddof=1)
    least = 2.8016 * spread / np.sqrt(300)
    assert found.pairs[0].detectable == pytest.approx(least, rel=1e-3)
    assert verdict.power(found).startswith(f"300 people can show a difference of {least:.3f} NDCG@10 or more between ")
    assert "Holm" not in verdict.power(found)
    assert "before Holm's correction" in verdict.power(compared({"als": [GOOD], "bpr": [SAME], "mf": [WORSE]}))
    alone = compared({"als": [GOOD]})
    assert alone.planning == pytest.approx(2.8016 * GOOD.std(ddof=1) / np.sqrt(300), rel=1e-3)
    assert "if the models agree on people by half" in verdict.power(alone)
    assert "nothing to compare it with" in verdict.verdict(alone)


def test_few_people_and_figures_of_all_lists_have_no_test():
    few = compared({"als": [GOOD[:9]], "bpr": [SAME[:9]]})
    assert few.pairs == ()
    assert verdict.power(few) == ""
    assert verdict.verdict(few).endswith("With so few people (9) chance and skill cannot be told apart.")
    one = compared({"als": [GOOD[:1]], "bpr": [SAME[:1]]})
    assert verdict.power(one) == ""
    assert "(1)" in verdict.verdict(one)
    chosen = contenders({"a": card("als", "ALS"), "b": card("bpr", "BPR"), "c": card("bpr", "BPR", 1)})
    lists = without_people(chosen, {"a": 0.2, "b": 0.4, "c": 0.6}, "coverage@10")
    assert [one.estimate.value for one in lists.judged] == [0.5, 0.2]
    assert verdict.verdict(lists).startswith("BPR has the highest Coverage@10, 0.500. It belongs to all lists together")
    same = without_people(chosen, {"a": 1.0, "b": 1.0, "c": 1.0}, "coverage@10")
    assert verdict.verdict(same).startswith("ALS and BPR share the highest Coverage@10, 1.000. ")
    assert verdict.power(lists) == ""
    assert verdict.baselines(lists) == []


def test_models_that_share_nobody_are_refused():
    other = mean_of(GOOD)
    elsewhere = type(other)(other.users + 1_000, other.numerator, other.denominator, other.finish)
    with pytest.raises(ConfigError, match="nobody whom all these models were judged by"):
        compared({"als": [GOOD], "bpr": [elsewhere]})


def test_small_leads_are_not_rounded_to_nothing():
    found = compared({"als": [GOOD + 0.0003], "bpr": [GOOD]})
    assert "by 0.0003 NDCG@10 [0.0003, 0.0003]" in verdict.verdict(found)
    (pair,) = found.pairs
    narrow = replace(pair, gain=Estimate(0.01, 0.0002, 0.02))
    assert "by 0.0100 NDCG@10 [0.0002, 0.0200]" in verdict.verdict(replace(found, pairs=(narrow,)))


def test_what_only_the_interval_shows_is_too_close_to_call():
    found = compared({"als": [BETTER], "bpr": [GOOD]})
    (pair,) = found.pairs
    unsure = replace(found, pairs=(replace(pair, p_holm=0.06),))
    assert verdict.verdict(unsure).endswith("p = 0.060, which is too close to chance to call.")
    touching = replace(pair, p_holm=0.04, gain=replace(pair.gain, low=-0.001))
    words = verdict.verdict(replace(found, pairs=(touching,)))
    assert words.endswith("p = 0.040, which is too close to chance to call.")


def test_of_many_models_the_best_are_named_and_the_others_counted():
    assert verdict.named(["A", "B", "C", "D", "E"]) == "A, B, C, D and E"
    assert verdict.named(["A", "B", "C", "D", "E", "F"]) == "A, B, C, D and 2 others"


def test_models_that_serve_everybody_alike_show_no_power():
    assert verdict.power(compared({"als": [GOOD], "bpr": [GOOD]})) == ""
    found = compared({"als": [GOOD], "bpr": [GOOD], "mf": [WORSE]})
    assert "between ALS and MF, and of" in verdict.power(found)
