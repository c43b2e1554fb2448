"""How popular items are in a target, and how much a person's tastes count beside that."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
from scipy.special import gammaln

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.evaluation import rank_by
from recsys_core.metrics import NDCG
from recsys_core.models import Recommender
from recsys_core.models.transferred import Taste, Transferred
from recsys_core.ranking import CHUNK_SCORES
from recsys_core.splitting import Holdout, Split
from recsys_core.types import Float32, Float64, Int32, Int64

SAMPLED_PEOPLE = 1000  # of whom the usual scores are the mean
FEWEST_JUDGES, JUDGED_SCORES = 200, 4_000_000
K = 10  # the length of the lists that are judged
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.45, 0.7, 1.0, 1.5)
USUAL_WEIGHT = 0.2  # of what comes from elsewhere, as was best on validation events of MovieLens, anime and Amazon
STRENGTHS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # of what is lent, per event of the target
EVENNESS = (0.01, 0.03, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8)  # share that is dealt out to all items alike


def plain_taste(model: Recommender, n_items: int, items: Int64, people: Int64) -> Taste:
    """A model's scores as they are, as seen from a target."""
    return Taste(model, n_items, items, people, np.zeros(len(items), dtype=np.float32), 1.0)


def taste_of(model: Recommender, items: Int64, people: Int64, told: Histories) -> Taste:
    """A model as seen from a target, with what it usually says of its items.

    Args:
        items, people: see :class:`Taste`.
        told: of all people of the target.
    """
    raw = plain_taste(model, model.n_items, items, people)
    known = _sample(np.flatnonzero((people >= 0) | (told.lengths() > 0)), SAMPLED_PEOPLE, 0).astype(np.int32)
    if not len(known):
        empty = Histories.of([([], [])], model.n_items)
        usual = np.zeros(len(items), dtype=np.float32)
        usual[items >= 0] = model.score_histories(empty)[0][items[items >= 0]]
        return replace(raw, usual=usual)
    total, squares, n_people = np.zeros(len(items)), np.zeros(len(items)), 0
    for lifts in _chunks(raw, known, told):
        spoken = lifts[lifts.any(axis=1)].astype(np.float64)
        total += spoken.sum(axis=0)
        squares += (spoken**2).sum(axis=0)
        n_people += len(spoken)
    mean = total / max(1, n_people)
    met = items >= 0
    spread = float(np.sqrt(np.maximum(0.0, squares / max(1, n_people) - mean**2)[met].mean())) if met.any() else 0.0
    return replace(raw, usual=mean.astype(np.float32), unit=spread if spread > 0 else 1.0)


def lent_shares(data: Dataset, items: Int64) -> Float64:
    """Float64[I], how a source's events are shared out among the target's items: those that are in both, by their
    events; nothing where there is none."""
    counts = np.zeros(len(items))
    counts[items >= 0] = data.interactions.item_counts()[items[items >= 0]]
    return counts / max(1.0, counts.sum())


def popularity(counts: Int64, lent: Sequence[Float64]) -> Float32:
    """Float32[I], log of the share of events that each item is expected to have, by empirical Bayes.

    Shares are drawn around what is lent and dealt out evenly, Dirichlet(κ m) with m = (1 − ε) lent + ε / I, events from
    these shares; κ, ε and, of what several lend, the one are taken that make the counts likeliest (Dirichlet and
    multinomial compounded; Minka, Estimating a Dirichlet distribution, 2000). The answer is the mean of what the shares
    are then. Without any event all that lend are believed alike.

    Args:
        counts: Int64[I], the target's own events.
        lent: several Float64[I], shares of events as others know or guess them, such as :func:`lent_shares`; those that
            say nothing are zeros.
    """
    n, even = int(counts.sum()), np.full(len(counts), 1 / max(1, len(counts)))
    lent = [one for one in lent if one.any()]
    if not n:
        believed = np.mean(lent, axis=0) if lent else even
        return np.log((1 - EVENNESS[0]) * believed + EVENNESS[0] * even).astype(np.float32)
    means = [even, *((1 - share) * one + share * even for one in lent for share in EVENNESS)]

    def likelihood(strength: float, mean: Float64) -> float:
        doubt = n * strength * mean
        return float(
            (gammaln(counts + doubt) - gammaln(doubt)).sum() + gammaln(n * strength) - gammaln(n + n * strength)
        )

    strength, mean = max(product(STRENGTHS, means), key=lambda pair: likelihood(*pair))
    return np.log((counts + n * strength * mean) / (n + n * strength)).astype(np.float32)


def calibrated(tastes: Sequence[Taste], lent: Sequence[Float64], parts: Split) -> Transferred:
    """A model with these tastes for a target; its validation events say how much each counts.

    Args:
        tastes: what was learned elsewhere first.
        lent: see :func:`popularity`.
    """
    train = parts.train.interactions
    told = Histories.from_interactions(train)
    prior = popularity(train.item_counts(), lent)
    return Transferred.of(tastes, prior, _weights(tastes, prior, parts, told), told)


def _weights(tastes: Sequence[Taste], prior: Float32, parts: Split, told: Histories) -> tuple[float, ...]:
    """What orders the validation events best, taste by taste, from what suits most data."""
    best = (USUAL_WEIGHT, *(0.0 for _ in tastes[1:]))  # what few events taught counts once they show that it should
    users = judges(parts.valid.warm_users, parts)
    if not len(users):
        return best
    lifts = [np.concatenate(list(_chunks(taste, users.astype(np.int32), told))) for taste in tastes]
    figures = partial(_figures, lifts, prior, parts.valid, users)
    found = figures(best)
    for place in range(len(tastes)):
        for weight in WEIGHTS:
            other = (*best[:place], weight, *best[place + 1 :])
            theirs = figures(other)
            if is_clearly_better(theirs, found):
                best, found = other, theirs
    return best


def _figures(
    lifts: Sequence[Float32], prior: Float32, holdout: Holdout, users: Int64, weights: tuple[float, ...]
) -> Float64:
    """Float64[n], of each of these people the NDCG of the first ten."""

    def score(some: Int32) -> Float32:
        rows = np.searchsorted(users, some)
        scores = np.tile(prior, (len(rows), 1))
        for part, weight in zip(lifts, weights, strict=True):
            scores += np.float32(weight) * part[rows]
        return scores

    order = np.arange(len(prior), dtype=np.int64)
    return NDCG.per_user(rank_by(score, holdout, users, K, order)[0], K)


def judges(users: Int64, parts: Split) -> Int64:
    """These people, or as many of them as may cost something, ascending; the same ones each time."""
    most = max(FEWEST_JUDGES, JUDGED_SCORES // max(1, parts.dataset.n_items))
    return _sample(users, most, parts.recipe.seed)


def _sample(users: Int64, most: int, seed: int) -> Int64:
    """So many of these at most, ascending."""
    return users if len(users) <= most else np.sort(np.random.default_rng(seed).choice(users, most, replace=False))


def is_clearly_better(found: Float64, best: Float64) -> bool:
    """Whether figures of people are better than others of theirs by more than two standard errors of the difference.

    What comes first is what suits most data, and few validation events would choose by chance: with one standard error,
    as Breiman, Friedman, Olshen and Stone have it (Classification and Regression Trees, 1984, section 3.4.3), one of
    many that are tried is nearly always better.
    """
    difference = found - best
    return len(found) > 1 and float(difference.mean()) > 2 * float(difference.std(ddof=1)) / math.sqrt(len(found))


def _chunks(taste: Taste, users: Int32, told: Histories) -> Iterator[Float32]:
    """Lifts of these users, some at a time."""
    size = max(1, CHUNK_SCORES // max(1, len(taste.items)))
    for start in range(0, len(users), size):
        some = users[start : start + size]
        yield taste.lifts(some, told.take(some))
