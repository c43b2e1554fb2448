"""Area under the ROC curve, over the whole list of candidates."""

import numpy as np

from recsys_core.metrics.base import EXPECTED, MEAN_OVER_PEOPLE, About, WholeListMetric
from recsys_core.ranking import HIDDEN
from recsys_core.types import Float32, Float64, Int32, Int64


def _per_user(scores: Float32, people: Int64, relevant: Int32) -> Float64:
    """From mid-ranks (Mann and Whitney 1947). A relevant item that may not be shown stands behind all others."""
    ordered = np.sort(scores, axis=1)
    n_candidates = np.count_nonzero(ordered != HIDDEN, axis=1)
    starts = np.searchsorted(people, np.arange(1, len(scores)))
    areas = np.full(len(scores), np.nan)
    for person, found in enumerate(np.split(scores[people, relevant], starts)):
        row = ordered[person, scores.shape[1] - n_candidates[person] :]
        wanted = found[found != HIDDEN]
        n, n_others = len(wanted), len(row) - len(wanted)
        if n_others:
            ranks = (np.searchsorted(row, wanted, "left") + np.searchsorted(row, wanted, "right") + 1) / 2
            areas[person] = (ranks.sum() - n * (n + 1) / 2) / (len(found) * n_others)
    return areas


AUC = WholeListMetric(
    About(
        "auc",
        "AUC",
        "pairs of a relevant and another candidate in which the relevant one has the higher score / all such pairs; "
        "over all candidates, not at k",
        "relevant items times other candidates of the person",
        MEAN_OVER_PEOPLE,
        f"a pair of equal scores counts a half, which is {EXPECTED}",
        "people without a relevant held-out item, or with no other candidate, are left out",
    ),
    _per_user,
)
