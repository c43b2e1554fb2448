"""Weights are right where the right ones are known, and nothing is offered that chance could have made."""

import numpy as np
import pytest

from recsys_core.blending import compose, judge
from recsys_core.blending.evidence import RankingEvidence, RatingEvidence
from recsys_core.errors import ModelError, SplitError
from recsys_core.models.bias import Bias
from recsys_core.models.blend import Blend, Mixture
from recsys_core.models.ease import EASE
from recsys_core.models.item_knn import ItemKNN
from recsys_core.models.popularity import Popularity
from recsys_core.splitting import Holdout, SplitRecipe, split
from tests import worlds
from tests.blending.told import Told, held_out

N_USERS, N_ITEMS = 300, 60


def said(_: str) -> None:
    return None


def tastes(rng: np.random.Generator, n_users: int = N_USERS) -> np.ndarray:
    return rng.normal(size=(n_users, N_ITEMS))


def lists(taste: np.ndarray, rng: np.random.Generator, known: np.ndarray | None = None) -> Holdout:
    """Everybody's five favourites are to be found; one or more of the least liked items are known."""
    order = np.argsort(np.argsort(taste, axis=1), axis=1)
    known = np.ones(len(taste)) if known is None else known
    return held_out(order >= N_ITEMS - 5, order < known[:, None])


def noise(taste: np.ndarray, rng: np.random.Generator, size: float) -> np.ndarray:
    return size * rng.normal(size=taste.shape)


def test_two_models_with_errors_of_their_own_are_better_together():
    rng = np.random.default_rng(0)
    taste = tastes(rng)
    members = [Told(taste + noise(taste, rng, 0.8)), Told(100 * (taste + noise(taste, rng, 0.8)))]
    verdict = judge(members, lists(taste, rng))
    assert verdict.offered
    assert verdict.groups[0].weights == pytest.approx((0.5, 0.5), abs=0.15)
    assert 0 < verdict.gain.low < verdict.gain.value < verdict.gain.high
    assert verdict.gain.value == pytest.approx(verdict.value - verdict.best_value)
    assert verdict.sentence.startswith("A blend of Told (0.")
    assert f"finds NDCG@10 {verdict.value:.4f} on validation people, {verdict.gain} more than Told alone." in (
        verdict.sentence
    )


def test_a_model_that_knows_nothing_makes_no_blend():
    rng = np.random.default_rng(1)
    taste = tastes(rng)
    verdict = judge([Told(noise(taste, rng, 1)), Told(taste + noise(taste, rng, 0.3))], lists(taste, rng))
    assert verdict.best == 1
    assert not verdict.offered
    assert verdict.sentence.startswith("No blend of Told and Told beats Told, which has NDCG@10 ")
    doubtful, alone = (
        verdict.model_copy(update={"groups": (Mixture(weights=weights),)}) for weights in ((0.1, 0.9), (0.0, 1.0))
    )
    assert doubtful.sentence.endswith(f"the best one gains {verdict.gain}. Keep Told.")
    assert alone.sentence.endswith("on validation people: the best one is Told alone. Keep Told.")


def test_the_same_model_twice_gains_nothing():
    rng = np.random.default_rng(2)
    taste = tastes(rng)
    told = Told(taste + noise(taste, rng, 0.5))
    verdict = judge([told, told], lists(taste, rng))
    assert (verdict.gain.value, verdict.gain.low, verdict.gain.high) == (0, 0, 0)
    assert not verdict.offered


def test_what_fits_chance_alone_is_not_offered():
    """Among many that guess, some mixture looks better to those it was chosen by, and to nobody else."""
    rng = np.random.default_rng(3)
    taste = tastes(rng, n_users=60)
    members = [Told(noise(taste, rng, 1)) for _ in range(6)]
    holdout = lists(taste, rng)
    evidence = RankingEvidence(members, holdout, 0, said)
    own = evidence.figures(evidence.learn(np.arange(60))).value()
    verdict = judge(members, holdout)
    assert own > verdict.best_value
    assert own > verdict.value
    assert not verdict.offered


def test_people_with_few_and_many_events_get_weights_of_their_own_where_that_helps():
    rng = np.random.default_rng(4)
    taste = tastes(rng)
    known = rng.integers(1, 31, N_USERS)
    few = (known < 11)[:, None]
    bad, good = 1.5, 0.5
    first = np.where(few, taste + noise(taste, rng, good), taste + noise(taste, rng, bad))
    second = np.where(few, taste + noise(taste, rng, bad), taste + noise(taste, rng, good))
    verdict = judge([Told(first), Told(second)], lists(taste, rng, known))
    assert len(verdict.cuts) == 2
    assert verdict.group_gain is not None
    assert verdict.group_gain.is_certain
    assert verdict.groups[0].weights[0] > 0.6
    assert verdict.groups[2].weights[1] > 0.6
    assert f"up to {verdict.cuts[0] - 1}: Told" in verdict.sentence
    alike = judge([Told(taste + noise(taste, rng, 0.8)) for _ in range(2)], lists(taste, rng, known))
    assert alike.cuts == ()
    assert alike.group_gain is not None


def ratings(noises: tuple[float, ...], n_users: int = 120) -> tuple[list[Told], Holdout, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(6)
    truth = np.clip(3 + 0.7 * rng.normal(size=(n_users, N_ITEMS)), 1, 5)
    apart = rng.random(truth.shape) < 0.2
    apart[:, 0], apart[:, 1] = False, True
    known = np.zeros_like(apart)
    known[:, 0] = True
    members = [Told(truth + size * rng.normal(size=truth.shape), rates=True) for size in noises]
    return members, held_out(apart, known, truth), truth, apart


def test_weights_of_ratings_are_those_of_least_squares():
    members, holdout, truth, apart = ratings((0.3, 0.4))
    columns = np.stack([np.clip(member.scores, 1, 5)[apart] for member in members] + [np.ones(apart.sum())], axis=1)
    wanted = np.linalg.lstsq(columns.astype(np.float64), truth[apart], rcond=None)[0]
    mixture = RatingEvidence(members, holdout, 0, said).learn(np.arange(120))
    assert (*mixture.weights, mixture.intercept) == pytest.approx(tuple(wanted), abs=0.01)


def test_a_rating_model_that_points_the_wrong_way_counts_for_nothing():
    members, holdout, truth, _ = ratings((0.3,))
    mixture = RatingEvidence([members[0], Told(6 - truth, rates=True)], holdout, 0, said).learn(np.arange(120))
    assert mixture.weights[1] == 0


def test_ratings_are_judged_by_rmse_where_lower_is_better():
    members, holdout, truth, apart = ratings((0.3, 0.35))
    verdict = judge(members, holdout)
    assert verdict.metric == "rmse"
    assert verdict.best == 0
    alone = np.sqrt(np.mean((np.clip(members[0].scores, 1, 5)[apart] - truth[apart]) ** 2))
    assert verdict.best_value == pytest.approx(alone, abs=1e-4)
    assert verdict.value < verdict.best_value
    assert verdict.gain.value == pytest.approx(verdict.best_value - verdict.value)
    assert verdict.offered
    assert f"RMSE {verdict.value:.4f} on validation ratings, {verdict.gain} less than Told alone." in verdict.sentence
    mixed = judge([members[0], Told(truth)], holdout)
    assert mixed.metric == "ndcg@10"  # one that only ranks makes it a ranking


def test_the_blend_that_is_composed_is_the_one_that_was_judged():
    made = split(worlds.planted_ratings(np.random.default_rng(1), 60, 40).dataset, SplitRecipe(key="random"))
    members = [model.fit(made.train) for model in (Popularity(), EASE(), ItemKNN())]
    verdict = judge(members, made.valid)
    used = verdict.model_copy(update={"groups": (Mixture(weights=(0.0, 0.4, 0.6)),), "cuts": ()})
    blend = compose(used, members, made.train)
    assert blend.title == "Blend of EASE + ItemKNN"
    assert blend.members == (members[1], members[2])
    assert [group.weights for group in blend.config.groups] == [(0.4, 0.6)]
    own = RankingEvidence([blend, blend], made.valid, 0, said)
    apart = RankingEvidence(members, made.valid, 0, said)
    assert own.figures(Mixture(weights=(1.0, 0.0))).value() == pytest.approx(apart.figures(used.groups[0]).value())


def test_the_same_seed_gives_the_same_verdict():
    rng = np.random.default_rng(7)
    taste = tastes(rng)
    members, holdout = [Told(taste + noise(taste, rng, 1)) for _ in range(3)], lists(taste, rng)
    assert judge(members, holdout, seed=5) == judge(members, holdout, seed=5)


def test_what_cannot_be_blended_is_refused_in_words():
    rng = np.random.default_rng(8)
    taste = tastes(rng, n_users=9)
    told, holdout = Told(taste), lists(taste, rng)
    with pytest.raises(ModelError, match="two members or more, and there is one"):
        judge([told], holdout)
    with pytest.raises(SplitError, match="judged by 10 people or more, and 9 have"):
        judge([told, told], holdout)
    nothing = holdout.targets.take(np.zeros(len(holdout.targets), dtype=bool))
    with pytest.raises(SplitError, match="no validation events"):
        judge([told, told], Holdout(holdout.known, nothing, nothing))
    made = worlds.planted_ratings(rng, 12, 8).dataset
    bias = Bias().fit(made)
    nested = Blend.of((bias, bias), [Mixture(weights=(0.5, 0.5))], (), made)
    with pytest.raises(ModelError, match="is made of other models already"):
        judge([nested, told], holdout)
