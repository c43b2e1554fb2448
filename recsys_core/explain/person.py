"""Which question is meant when somebody asks why an item was recommended to a person of a run."""

from dataclasses import dataclass, replace

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import DataError
from recsys_core.explain.counterfactual import everything, ranks_without, scores_without
from recsys_core.explain.explainers import OTHERS, find_explainer
from recsys_core.explain.explanation import Explanation, Kind
from recsys_core.explain.game import HistoryGame, Question
from recsys_core.models.base import Recommender
from recsys_core.ranking import HIDDEN, top_k
from recsys_core.recommending import scores_for_user
from recsys_core.splitting import Split

TOP = 10  # places in which two lists are compared


def told(split: Split, user: int) -> Histories:
    """One row: what a model was told of a person. Of those it learned from, the training events; of strangers, what is
    known of them."""
    person = np.array([user])
    if np.isin(user, split.test.strangers):
        return split.test.known.take(person)
    row = Histories.from_interactions(split.train.interactions).take(person)
    return replace(row, about=split.dataset.user_table.iloc[person])


def ask(split: Split, user: int, item: int, rival: int | None = None) -> Question:
    """Why this item for this person?

    Raises:
        DataError: the person is known to have met it, or it is its own rival.
    """
    if item == rival:
        raise DataError("An item has no lead over itself.", "Name two items.", "own-rival")
    if item in split.test.known.row(user)[0]:
        title = split.dataset.title(item)
        raise DataError(
            f"{title!r} is known to this person already, so no model would recommend it.",
            "Ask about an item that the person has not met.",
            "known-item",
        )
    return Question(told(split, user), item, rival, split.test.known.row(user)[0])


def rank_and_rank_without(
    model: Recommender, dataset: Dataset, question: Question, found: Explanation
) -> tuple[int | None, int | None]:
    """Where the item stands in the person's list, 1 for the first, and where it would without its strongest reason.

    The strongest one that has a name; None and None where nothing speaks for the item.
    """
    best = next((part for part in found.parts if part.value > 0 and part.key != OTHERS), None)
    if best is None:
        return None, None
    cast = find_explainer(found.method)[1].require(model, dataset, question)
    kept = np.ones((2, cast.game.n), dtype=bool)
    kept[1, cast.keys.index(best.key)] = False
    order = dataset.item_ids.hash_order
    if isinstance(cast.game, HistoryGame):
        events = np.ones((2, len(question.history.items)), dtype=bool)
        events[:, cast.game.events] = kept
        before, after = ranks_without(model, question, events, order)
        return int(before), int(after)
    # Other items keep their scores, and this one loses what its value loses.
    scores = np.repeat(model.score_histories(question.history), 2, axis=0)
    scores[:, question.history.items] = scores[:, question.hidden] = HIDDEN
    values = cast.game(kept)
    scores[1, question.item] += values[1] - values[0]
    before, after = np.argmax(top_k(scores, scores.shape[1], order)[0] == question.item, axis=1) + 1
    return int(before), int(after)


def rank_for_anybody(model: Recommender, dataset: Dataset, question: Question, found: Explanation) -> int | None:
    """Where the item would stand for somebody of whom nothing is known, among what this person has not met.

    None where it is not the history that is explained, or where the model says the same of all items to such a person,
    as sums over a history do.
    """
    if found.parts[0].kind is not Kind.HISTORY:
        return None
    nothing = ~everything(question)
    scores = scores_without(model, question, nothing)
    if np.ptp(scores[scores != HIDDEN]) == 0:
        return None
    return int(ranks_without(model, question, nothing, dataset.item_ids.hash_order)[0])


@dataclass(frozen=True)
class StandIn:
    """A model that learned a vector for a person, beside what it says of somebody with the same history.

    Attributes:
        rank: of the item in the person's own list. told_rank: by the history alone, which is what is explained.
        common: items that both lists have among their first ones. first: how many those are, ``TOP`` where so many are
            left to be recommended.
    """

    rank: int
    told_rank: int
    common: int
    first: int


def stand_in(model: Recommender, split: Split, user: int, question: Question) -> StandIn:
    """How well what is explained stands for what the person is shown."""
    told = model.score_histories(question.history).copy()
    told[:, question.history.items] = told[:, question.hidden] = HIDDEN
    lists = top_k(
        np.stack([scores_for_user(model, split, user), told[0]]), told.shape[1], split.dataset.item_ids.hash_order
    )[0]
    rank, told_rank = np.argmax(lists == question.item, axis=1) + 1
    first = min(TOP, int((told[0] != HIDDEN).sum()))
    return StandIn(int(rank), int(told_rank), len(np.intersect1d(lists[0, :first], lists[1, :first])), first)
