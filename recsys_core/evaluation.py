"""Model × held-out events → report, with an interval on every figure that belongs to people."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Interactions
from recsys_core.errors import AbilityError, ConfigError, SplitError
from recsys_core.metrics import METRICS, ListMetric, Metric, RankingMetric, RatingMetric, ShownMetric, WholeListMetric
from recsys_core.metrics.per_person import by_list, by_rating, by_relevance, by_whole_list
from recsys_core.metrics.ranked_truth import RankedTruth, ranked_truth
from recsys_core.metrics.shown import Background
from recsys_core.models.base import Ability, Recommender
from recsys_core.ranking import CHUNK_SCORES, Score, masked_scores, top_k
from recsys_core.recommending import scores_of_people
from recsys_core.splitting import Holdout, Split
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import Estimate, PerUser
from recsys_core.training.context import Validation
from recsys_core.types import Bool, Float32, Float64, Int32, Int64, Json
from recsys_core.warm_and_cold import Apart, Side, judge_of_unknown, judges

M = TypeVar("M", bound=Metric)

KS = (5, 10, 20)
# More change the choice of the best epoch little, and cost time at each epoch; with a large catalogue, much time.
VALIDATION_USERS, VALIDATION_SCORES, FEWEST_VALIDATION_USERS = 1000, 4_000_000, 200


@dataclass(frozen=True)
class Lists:
    """What people were shown.

    Attributes:
        users: Int64[n], ascending.
        items: Int32[n, k], best first; −1 where nothing was left to show.
    """

    users: Int64
    items: Int32


@dataclass(frozen=True)
class Report:
    """What was measured.

    Attributes:
        metrics: name such as "ndcg@10" → estimate.
        per_user: the same for metrics that belong to people, taken apart.
        lists: what was shown to the people judged by ranking metrics.
        users: people judged by ranking metrics.
        cold_users: people with something to find who are not judged: nothing is known of them, or the model never met
            them and cannot be told of them.
        scoring_seconds: what the model took to score all items for these people, judging left out.
        apart: ranking metrics of items and people that are new to the model, and of the others.
    """

    metrics: dict[str, Estimate]
    per_user: dict[str, PerUser]
    lists: Lists
    users: int
    cold_users: int
    scoring_seconds: float
    apart: dict[Side, Apart]

    def as_json(self) -> Json:
        return {
            "metrics": {name: vars(estimate) for name, estimate in self.metrics.items()},
            "users": self.users,
            "cold_users": self.cold_users,
            "apart": {side.value: part.as_json() for side, part in self.apart.items()},
        }


def evaluate(model: Recommender, holdout: Holdout, dataset: Dataset, ks: tuple[int, ...] = KS, seed: int = 0) -> Report:
    """All metrics that fit the model.

    Args:
        model: fitted.
        holdout: what to find.
        dataset: what people and items are; external ids decide how equal scores are shown.
        ks: list lengths.
        seed: of the bootstrap.

    Raises:
        SplitError: there is nobody to judge it on.
        AbilityError: there are only people whom it never met, and it cannot be told of them.
        ModelError: a score is not a number.
    """
    users = judged_users(model, holdout)
    score = _Timed(partial(scores_of_people, model, holdout))
    per_user, lists, apart = _judge_lists(score, holdout, dataset, users, ks, seed)
    if Ability.HISTORY in model.abilities and len(holdout.cold_users):
        apart |= _judge_unknown(partial(scores_of_people, model, holdout), holdout, ks, seed)
    if Ability.RATING in model.abilities:
        targets = rated_events(model, holdout)
        ratings = predicted_ratings(model, holdout, targets)
        per_user |= {metric.about.key: by_rating(metric, targets, ratings) for metric in _of(RatingMetric)}
    estimates = {
        name: Estimate(per_user[name].value(), *interval) for name, interval in bootstrap(per_user, seed).items()
    }
    for metric in _of(ListMetric):
        for k in ks:
            estimate = metric.value(lists[:, :k], len(holdout.listed))
            if estimate is not None:
                estimates[f"{metric.about.key}@{k}"] = estimate
    names = [name for metric in METRICS for name in (metric.about.key, *(f"{metric.about.key}@{k}" for k in ks))]
    metrics = {name: estimates[name] for name in names if name in estimates}
    cold_users = len(holdout.warm_users) + len(holdout.cold_users) - len(users)
    return Report(metrics, per_user, Lists(users, lists), len(users), cold_users, score.seconds, apart)


def _judge_lists(
    score: Score, holdout: Holdout, dataset: Dataset, users: Int64, ks: tuple[int, ...], seed: int
) -> tuple[dict[str, PerUser], Int32, dict[Side, Apart]]:
    """Metrics of lists that belong to people, taken apart, the lists that were shown, and figures of parts."""
    truths, lists, parts, judged = [], [], judges(holdout, ks), 0
    whole: dict[str, list[Float64]] = {metric.about.key: [] for metric in _of(WholeListMetric)}
    for scores, people, relevant in _scored(score, holdout, users):
        truths.append(ranked_truth(scores, people, relevant, max(ks)))
        lists.append(top_k(scores, max(ks), dataset.item_ids.hash_order)[0])
        for metric in _of(WholeListMetric):
            whole[metric.about.key].append(metric.per_user(scores, people, relevant))
        for part in parts.values():
            part.add(users[judged : judged + len(scores)], scores, people, relevant)
        judged += len(scores)
    shown = np.concatenate(lists)
    per_user = (
        by_relevance(_of(RankingMetric), RankedTruth.concat(truths), users, ks)
        | by_whole_list({key: np.concatenate(parts) for key, parts in whole.items()}, users)
        | by_list(_of(ShownMetric), Background(holdout, dataset), users, shown, ks)
    )
    return per_user, shown, {side: found for side, part in parts.items() if (found := part.result(seed)) is not None}


def _judge_unknown(score: Score, holdout: Holdout, ks: tuple[int, ...], seed: int) -> dict[Side, Apart]:
    """Figures of the people of whom nothing is known, from an empty history."""
    part, judged = judge_of_unknown(holdout, ks), 0
    for scores, people, relevant in _scored(score, holdout, holdout.cold_users):
        part.add(holdout.cold_users[judged : judged + len(scores)], scores, people, relevant)
        judged += len(scores)
    found = part.result(seed)
    return {} if found is None else {Side.NO_EVENTS: found}


def _of(kind: type[M]) -> list[M]:
    """The metrics of a kind."""
    return [metric for metric in METRICS if isinstance(metric, kind)]


class _Timed:
    """A score that knows how long it took."""

    def __init__(self, score: Score) -> None:
        self.seconds = 0.0
        self._score = score

    def __call__(self, users: Int32) -> Float32:
        started = time.perf_counter()
        scores = self._score(users)
        self.seconds += time.perf_counter() - started
        return scores


def judged_users(model: Recommender, holdout: Holdout) -> Int64:
    """Int64[n], people with something to find of whom the model knows something.

    Raises:
        SplitError: there is nobody of whom anything is known.
        AbilityError: there are only people whom the model never met, and it cannot be told of them.
    """
    if not len(holdout.warm_users):
        raise SplitError(
            "There is nobody to judge the model on: no person has both known events and a held-out item.",
            "Hold out a larger share, or lower the threshold.",
            "nobody-to-judge",
        )
    users = holdout.warm_users[_can_be_judged(model, holdout, holdout.warm_users)]
    if not len(users):
        raise AbilityError(
            f"{model.title} only knows the people it met in training, and this split judges it by people whom it "
            "never met.",
            "Choose a split per person, or a model that can be asked about somebody new.",
            "only-strangers",
        )
    return users


def _can_be_judged(model: Recommender, holdout: Holdout, users: Int64 | Int32) -> Bool:
    """Which of these users are known to the model, or can be made known to it by what is known of them."""
    known = holdout.known.lengths()[users] > 0
    return known if Ability.HISTORY in model.abilities else known & ~np.isin(users, holdout.strangers)


def rank(model: Recommender, holdout: Holdout, users: Int64, k: int, order: Int64) -> tuple[RankedTruth, Int32]:
    """Where the relevant items of these users stand, and Int32[n, k] of the lists they would see."""
    return rank_by(partial(scores_of_people, model, holdout), holdout, users, k, order)


def rank_by(score: Score, holdout: Holdout, users: Int64, k: int, order: Int64) -> tuple[RankedTruth, Int32]:
    """As :func:`rank`, by any scores: Float32[B, I] for Int32[B] users."""
    parts, lists = [], []
    for scores, people, relevant in _scored(score, holdout, users):
        parts.append(ranked_truth(scores, people, relevant, k))
        lists.append(top_k(scores, k, order)[0])
    return RankedTruth.concat(parts), np.concatenate(lists)


def _scored(score: Score, holdout: Holdout, users: Int64) -> Iterator[tuple[Float32, Int64, Int32]]:
    """Chunks of these users: Float32[B, I] scores, and Int64[T] rows with Int32[T] items of what is relevant."""
    relevant = holdout.relevant
    by_user = np.argsort(relevant.users, kind="stable")
    starts = np.concatenate([[0], np.cumsum(relevant.user_counts())])
    for chunk, scores in masked_scores(score, users, holdout.hidden, holdout.candidates):
        counts = starts[chunk + 1] - starts[chunk]
        people = np.repeat(np.arange(len(chunk)), counts)
        rows = np.repeat(starts[chunk] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(
            counts.sum()
        )
        yield scores, people, relevant.items[by_user[rows]]


def rated_events(model: Recommender, holdout: Holdout) -> Interactions:
    """The held-out ratings of people of whom the model knows something."""
    return holdout.targets.take(_can_be_judged(model, holdout, holdout.targets.users))


def predicted_ratings(model: Recommender, holdout: Holdout, targets: Interactions) -> Float32:
    """Float32[n] for held-out ratings: of people whom the model never met by their known events, cut to the scale."""
    ratings = np.empty(len(targets), dtype=np.float32)
    strange = np.isin(targets.users, holdout.strangers)
    ratings[~strange] = model.predict(targets.users[~strange], targets.items[~strange])
    people, person = np.unique(targets.users[strange], return_inverse=True)
    items, found = targets.items[strange], np.empty(len(person), dtype=np.float32)
    size = max(1, CHUNK_SCORES // max(1, targets.n_items))
    for start in range(0, len(people), size):
        mine = (start <= person) & (person < start + size)
        scores = model.score_histories(holdout.known.take(people[start : start + size]))
        found[mine] = scores[person[mine] - start, items[mine]]
    ratings[strange] = found if holdout.scale is None else np.clip(found, holdout.scale.low, holdout.scale.high)
    return ratings


def early_stopping_metrics(model: Recommender) -> tuple[str, ...]:
    """Figures by which a training of this model can choose its best epoch; the first is taken unasked."""
    ranking = tuple(
        f"{metric.about.key}@{k}" for metric in METRICS if isinstance(metric, RankingMetric) for k in (10, 5, 20)
    )
    if Ability.RATING not in model.abilities:
        return ranking
    return tuple(metric.about.key for metric in METRICS if isinstance(metric, RatingMetric)) + ranking


def stopping_metric(model: Recommender, metric: str | None) -> str:
    """The figure asked for, or the one that is taken unasked.

    Raises:
        ConfigError: it does not exist, or the model has no such figure.
    """
    choices = early_stopping_metrics(model)
    if metric is not None and metric not in choices:
        raise ConfigError(
            f"The training of {model.title} cannot be stopped on {metric!r}.",
            f"Choose one of: {', '.join(choices)}.",
            "unknown-metric",
        )
    return metric or choices[0]


def validator(
    split: Split, model: Recommender, metric: str | None = None
) -> Callable[[Recommender], Validation] | None:
    """The early-stopping figure of a split for a model; None where nothing is held out to validate on.

    Figures of lists are means over a fixed sample of people.

    Args:
        split: gives the validation events.
        model: as it is configured; need not be fitted.
        metric: one of :func:`early_stopping_metrics`; None: RMSE where the model predicts ratings, else NDCG@10.

    Raises:
        ConfigError: the model has no such figure.
        AbilityError: there are only people whom the model never met, and it cannot be told of them.
    """
    key, _, k = stopping_metric(model, metric).partition("@")
    chosen = next(one for one in METRICS if one.about.key == key)
    holdout = split.valid
    users = judged_users(model, holdout) if len(holdout.warm_users) else holdout.warm_users
    if isinstance(chosen, RatingMetric):
        return _rating_validator(split, model, chosen)
    assert isinstance(chosen, RankingMetric)
    return _ranking_validator(split, chosen, int(k), _sample(split, users)) if len(users) else None


def _ranking_validator(
    split: Split, metric: RankingMetric, k: int, users: Int64
) -> Callable[[Recommender], Validation]:
    holdout, order, about = split.valid, split.dataset.item_ids.hash_order, metric.about

    def validate(model: Recommender) -> Validation:
        truth, _ = rank(model, holdout, users, k, order)
        return Validation(f"{about.title}@{k}", float(metric.per_user(truth, k).mean()), about.higher_is_better)

    return validate


def _rating_validator(
    split: Split, model: Recommender, metric: RatingMetric
) -> Callable[[Recommender], Validation] | None:
    holdout, about = split.valid, metric.about
    targets = rated_events(model, holdout)
    if not len(targets):
        return None
    strangers = np.intersect1d(targets.users, holdout.strangers)
    if len(strangers):  # their ratings cost the scores of whole lists
        targets = targets.take(~np.isin(targets.users, np.setdiff1d(strangers, _sample(split, strangers))))

    def validate(model: Recommender) -> Validation:
        errors = by_rating(metric, targets, predicted_ratings(model, holdout, targets))
        return Validation(about.title, errors.value(), about.higher_is_better)

    return validate


def _sample(split: Split, users: Int64) -> Int64:
    """These people, or as many of them, drawn by the split's seed, as validation may cost."""
    most = min(VALIDATION_USERS, max(FEWEST_VALIDATION_USERS, VALIDATION_SCORES // split.dataset.n_items))
    if len(users) <= most:
        return users
    return np.sort(np.random.default_rng(split.recipe.seed).choice(users, most, replace=False))
