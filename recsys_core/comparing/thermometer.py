"""How well a model serves people of whom little is known: a figure as a function of the number of known events.

The same people, the same items to find and the same items hidden at every number: what a person is known to have met
stays hidden, whether the model is told of it or not, so that the task does not change with what is told. A model is
told of the earliest events, which is what it would have known of somebody who has just arrived; of data without times,
of the first ones in the file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from recsys_core.blending.verdict import in_a_row
from recsys_core.comparing.comparison import LEVEL
from recsys_core.data.interactions import Histories
from recsys_core.errors import AbilityError, SplitError
from recsys_core.evaluation import KS, rank_by
from recsys_core.metrics import METRICS, RankingMetric
from recsys_core.models import Ability, Recommender
from recsys_core.splitting import Split
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL, Estimate, PerUser, as_it_is
from recsys_core.statistics.paired import over_shared_people
from recsys_core.statistics.permutation import paired_tests
from recsys_core.types import Float32, Int32, Int64

KNOWN = (0, 1, 2, 3, 5, 10, 20)
MOST_PEOPLE = 300  # a curve takes seconds, and somebody waits for it


@dataclass(frozen=True)
class Newcomers:
    """Who stands for somebody new.

    Attributes:
        users: Int64[n], all with at least as many known events as the last of ``known``.
        known: how many events models are told of, ascending from 0.
        too_little: how many people are left out, because less is known of them.
        are_strangers: no model learned from these people.
    """

    users: Int64
    known: tuple[int, ...]
    too_little: int
    are_strangers: bool


def newcomers(split: Split) -> Newcomers:
    """Who stands for somebody new: people whom no model learned from, where the split has enough of them, else all.

    The largest number of known events is one that at least half of them have.

    Raises:
        SplitError: there are too few people.
    """
    holdout = split.test
    strangers = np.intersect1d(holdout.warm_users, holdout.strangers)
    are_strangers = len(strangers) >= FEWEST_FOR_INTERVAL
    users = strangers if are_strangers else holdout.warm_users
    if len(users) < FEWEST_FOR_INTERVAL:
        raise SplitError(
            f"Only {len(users)} of the people who are judged have known events, too few for a curve.",
            "Choose a split that judges more people.",
            "too-few-to-judge",
        )
    lengths = holdout.known.lengths()[users]
    known = tuple(count for count in KNOWN if 2 * np.count_nonzero(lengths >= count) >= len(users))
    enough = users[lengths >= known[-1]]
    chosen = enough
    if len(enough) > MOST_PEOPLE:
        chosen = np.sort(np.random.default_rng(split.recipe.seed).choice(enough, MOST_PEOPLE, replace=False))
    return Newcomers(chosen.astype(np.int64), known, len(users) - len(enough), are_strangers)


def thermometer(model: Recommender, split: Split, people: Newcomers) -> dict[str, list[PerUser]]:
    """Metric of lists, such as "ndcg@10" → the figures of these people, one for each number of known events.

    Raises:
        AbilityError: the model cannot be told of new people.
        ModelError: a score is not a number.
    """
    if Ability.HISTORY not in model.abilities:
        raise AbilityError(
            f"{model.title} only knows the people it met in training, so it cannot be told of new ones.",
            "Look at the other models.",
            "no-history",
        )
    readings = [_figures(model, split, people.users, count) for count in people.known]
    return {name: [reading[name] for reading in readings] for name in readings[0]}


def estimates(readings: Sequence[PerUser]) -> list[Estimate]:
    """The points of a curve with their 95 % intervals over people."""
    intervals = bootstrap({str(place): one for place, one in enumerate(readings)}, seed=0)
    return [Estimate(one.value(), *intervals[str(place)]) for place, one in enumerate(readings)]


def finding(
    known: Sequence[int], models: Mapping[str, Sequence[PerUser]], baseline: Sequence[PerUser], noun: str
) -> str:
    """From how many known events on models are better than popularity, and up to how many worse, as a sentence.

    Paired tests at a level that the models share (Bonferroni). For a model the numbers are asked one after the other,
    beginning with the last, or for worse with the first, until one is not beyond chance: so many numbers of events need
    no further correction (fixed sequence: Maurer, Hothorn and Lehmacher 1995).

    Args:
        known: the numbers of known events.
        models: title → figures, popularity left out.
        baseline: the figures of popularity.
        noun: what the events are called, in the plural.
    """
    better, worse = [], []
    sides = [_sides([readings[place] for readings in models.values()], one) for place, one in enumerate(baseline)]
    for title, side in zip(models, zip(*sides, strict=True), strict=True):
        ahead, behind = [one > 0 for one in side], [one < 0 for one in side]
        first = next((count for place, count in enumerate(known) if all(ahead[place:])), None)
        last = next((count for place, count in reversed([*enumerate(known)]) if all(behind[: place + 1])), None)
        if first is not None:
            better.append((first, title))
        if last is not None:
            worse.append((last, title))
    begin = (
        f"Better than popularity beyond chance: {_in_order(better, 'from')} known {noun} on"
        if better
        else f"With {known[-1]} known {noun} or fewer, no model is better than popularity beyond chance"
    )
    end = f"; worse: {_in_order(worse, 'up to')}{'' if better else f' known {noun}'}" if worse else ""
    return f"{begin}{end}."


def _sides(models: Sequence[PerUser], baseline: PerUser) -> list[int]:
    """1 for each model that is better than popularity beyond chance, −1 for each that is worse, else 0."""
    other, *parts = over_shared_people([baseline, *models])
    tests = len(parts) * paired_tests([other, *parts], [(place + 1, 0) for place in range(len(parts))])
    gains = [part.value() - other.value() for part in parts]
    return [(1 if gain > 0 else -1) if p < LEVEL else 0 for gain, p in zip(gains, tests, strict=True)]


def _in_order(found: list[tuple[int, str]], word: str) -> str:
    return in_a_row([f"{title} {word} {count}" for count, title in sorted(found)])


def _figures(model: Recommender, split: Split, users: Int64, count: int) -> dict[str, PerUser]:
    holdout = split.test
    score: Callable[[Int32], Float32] = partial(_scores, model, holdout.known, count)
    truth, _ = rank_by(score, holdout, users, max(KS), split.dataset.item_ids.hash_order)
    ones = np.ones(len(users))
    return {
        f"{metric.about.key}@{k}": PerUser(users, metric.per_user(truth, k), ones, as_it_is)
        for metric in METRICS
        if isinstance(metric, RankingMetric)
        for k in KS
    }


def _scores(model: Recommender, known: Histories, count: int, users: Int32) -> Float32:
    return model.score_histories(earliest(known.take(users), count))


def earliest(histories: Histories, count: int) -> Histories:
    """The first ``count`` events of each person."""
    lengths = histories.lengths()
    place = np.arange(len(histories.items)) - np.repeat(histories.indptr[:-1], lengths)
    kept = place < count
    indptr = np.concatenate([[0], np.cumsum(np.minimum(lengths, count))]).astype(np.int64)
    times = None if histories.times is None else histories.times[kept]
    return Histories(indptr, histories.items[kept], histories.values[kept], times, histories.n_items, histories.about)
