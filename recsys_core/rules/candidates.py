"""Each person's best items, from which rules choose."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from recsys_core.evaluation import judged_users
from recsys_core.models.base import Recommender
from recsys_core.ranking import masked_scores, top_k
from recsys_core.recommending import scores_of_people
from recsys_core.rules.base import DEPTH
from recsys_core.splitting import Split
from recsys_core.types import Int32, Int64

MOST_PEOPLE = 1000  # more would change what a rule costs less than chance does


@dataclass(frozen=True)
class Candidates:
    """Attributes:
    users: Int64[n], ascending.
    items: Int32[n, N], best first; −1 where there are no more.
    """

    users: Int64
    items: Int32


def candidates(model: Recommender, split: Split, most: int = MOST_PEOPLE, depth: int = DEPTH) -> Candidates:
    """Of the people whom the test events judge a model by, or of ``most`` of them, drawn by the split's seed.

    Raises:
        SplitError, AbilityError: there is nobody to judge it on.
    """
    holdout = split.test
    users = judged_users(model, holdout)
    if len(users) > most:
        users = np.sort(np.random.default_rng(split.recipe.seed).choice(users, most, replace=False))
    score = partial(scores_of_people, model, holdout)
    order = split.dataset.item_ids.hash_order
    parts = [
        top_k(scores, min(depth, scores.shape[1]), order)[0]
        for _, scores in masked_scores(score, users, holdout.known, holdout.candidates)
    ]
    return Candidates(users, np.concatenate(parts))
