"""Which question is meant when somebody asks why an item was recommended to a person of a run."""

from dataclasses import replace

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import DataError
from recsys_core.explain.counterfactual import ranks_without
from recsys_core.explain.explanation import Explanation
from recsys_core.explain.game import Question
from recsys_core.models.base import Recommender
from recsys_core.splitting import Split


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

    None and None where nothing speaks for it.
    """
    best = next((part for part in found.parts if part.value > 0 and part.key in dataset.item_ids.positions), None)
    if best is None:
        return None, None
    items = question.history.items
    kept = np.stack([np.ones(len(items), dtype=bool), items != dataset.item_ids.positions[best.key]])
    before, after = ranks_without(model, question, kept, dataset.item_ids.hash_order)
    return int(before), int(after)
