"""Who tells what people like, where nobody can know it.

The items that a person went on to choose are known: they are held out. Of all others somebody has to say how much they
would be liked, and whoever says it favours models that think alike. So it is said by a model that knows more than any
that competes, all events of these people, held-out ones included; it is one of several; and which one is an
assumption among the others.
"""

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from recsys_core.models import find_model
from recsys_core.models.base import Recommender
from recsys_core.ranking import HIDDEN, masked_scores
from recsys_core.simulating.assumptions import MODEL_OF, Liking
from recsys_core.splitting import Split
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Int32, Int64


def fitted(liking: Liking, split: Split) -> Recommender | None:
    """The model that tells it, fitted to all events of real people that a list should contain; None for ``nothing``."""
    if liking not in MODEL_OF:
        return None
    dataset = split.dataset
    events = split.relevant(dataset.interactions)
    if dataset.made is not None and dataset.made.is_augmented:
        events = events.take(events.users < dataset.made.real_people)
    model = find_model(MODEL_OF[liking])()
    return model.fit(dataset.with_interactions(events), FitContext(seed=split.recipe.seed))


def told(model: Recommender | None, split: Split, users: Int64, decks: list[Int32]) -> list[Float32]:
    """How much people like the items of some decks, in standard deviations over all items that they do not know yet.

    It goes by places alone: an item in the middle of the person's order is 0, one ahead of 97.7 % is 2. So all models
    speak on one scale. Of ``nothing`` all items are 0.

    Args:
        model: as :func:`fitted` gave it.
        users: Int64[n].
        decks: Int32[n, D] each, −1 where there are no more.
    """
    found = [np.zeros(deck.shape, dtype=np.float32) for deck in decks]
    if model is None:
        return found
    row = 0
    for chunk, scores in masked_scores(model.score, users, split.test.hidden, split.test.candidates):
        may_not = (scores == HIDDEN).sum(axis=1, keepdims=True)
        share = (rankdata(scores, axis=1) - may_not - 0.5) / (scores.shape[1] - may_not)
        rows = slice(row, row + len(chunk))
        for z, deck in zip(found, decks, strict=True):
            mine = np.take_along_axis(share, np.maximum(deck[rows], 0), axis=1)
            z[rows] = np.where(deck[rows] >= 0, ndtri(mine), 0)
        row += len(chunk)
    return found
