"""What to show somebody who has three minutes: which run, and which person of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recsys_core.comparing.baselines import RANKING, RATING
from recsys_core.evaluation import Lists
from recsys_core.runs.cards import RunCard
from recsys_core.splitting import Split

K = 10  # items of a list
BEST_BY = f"ndcg@{K}"  # the one figure that every run has
PLAIN, SIMPLEST = {*RANKING, *RATING}, {RANKING[0], RATING[0]}


def run_to_present(runs: Sequence[RunCard]) -> RunCard | None:
    """The best model of the split that was trained on last; plain ones only where there are no others.

    Args:
        runs: newest first.
    """
    worth = [run for run in runs if run.model not in PLAIN] or [run for run in runs if run.model not in SIMPLEST]
    offered = worth or list(runs)
    if not offered:
        return None
    same = [run for run in offered if run.split_fingerprint == offered[0].split_fingerprint]
    return max(same, key=lambda run: float(run.about["metrics"][BEST_BY]["value"]))


@dataclass(frozen=True)
class Typical:
    """A person who stands for the others.

    Attributes:
        user: position in the data set.
        hits: held-out items in the first ``K`` of their list; mean_hits: the same on average over all judged people.
        known: what the model is told of them, in events; median_known: the same of the person in the middle.
    """

    user: int
    hits: int
    mean_hits: float
    known: int
    median_known: float


def typical_person(split: Split, lists: Lists) -> Typical:
    """Somebody with a history of usual length and a list about as good as the average one, with a hit if anybody has.

    So neither the best nor the worst that the model can do is shown for the whole.

    Args:
        split: on whose test events the lists were judged.
        lists: of the judged people; at least one.
    """
    hits = hits_in(split, lists)
    known = split.test.known.lengths()[lists.users]
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    is_unusual = (known < low) | (known > high)
    wanted = max(1, round(float(hits.mean())))
    best = int(np.lexsort((np.abs(known - middle), np.abs(hits - wanted), is_unusual, hits == 0))[0])
    return Typical(int(lists.users[best]), int(hits[best]), float(hits.mean()), int(known[best]), float(middle))


def hits_in(split: Split, lists: Lists) -> np.ndarray:
    """Int64[n], held-out items that a list should contain, among the first ``K`` of each person's."""
    relevant = split.test.relevant
    n_items = np.int64(split.dataset.n_items)
    shown = lists.items[:, :K].astype(np.int64)
    found = np.isin(lists.users[:, None] * n_items + shown, relevant.users * n_items + relevant.items) & (shown >= 0)
    hits: np.ndarray = found.sum(axis=1)
    return hits
