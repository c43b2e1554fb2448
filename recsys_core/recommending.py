"""The list that one person would see."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import DataError
from recsys_core.models.base import Ability, Recommender
from recsys_core.ranking import HIDDEN, hide, top_k
from recsys_core.splitting import Holdout, Split
from recsys_core.types import Float32, Int32, Int64

Shown = list[tuple[int, float]]  # (item, score), best first


def recommend_to_user(model: Recommender, split: Split, user: int, k: int) -> Shown:
    """The k best items for a person of the data set, without what the test split takes as known."""
    return best(scores_for_user(model, split, user), split.dataset.item_ids.hash_order, k)


def scores_for_user(model: Recommender, split: Split, user: int) -> Float32:
    """Float32[I], −inf for items that the person is known to have met before the test events."""
    people = np.array([user], dtype=np.int32)
    return hide(scores_of_people(model, split.test, people), split.test.known.take(people))[0]


def scores_of_people(model: Recommender, holdout: Holdout, users: Int32) -> Float32:
    """Float32[B, I], nothing hidden: of people whom the model never met by their known events, if it has that ability.

    What ranks learned from every event of the people it met, so all known events count here, liked or not.
    """
    strange = np.isin(users, holdout.strangers)
    if Ability.HISTORY not in model.abilities or not strange.any():
        return model.score(users)
    by_history = model.score_histories(holdout.known.take(users[strange]))
    if strange.all():
        return by_history
    scores = np.empty((len(users), by_history.shape[1]), dtype=np.float32)
    scores[strange], scores[~strange] = by_history, model.score(users[~strange])
    return scores


def recommend_to_history(
    model: Recommender, split: Split, history: Sequence[tuple[int, float | None]], k: int
) -> Shown:
    """The k best items for somebody new."""
    return best(scores_for_history(model, split, history), split.dataset.item_ids.hash_order, k)


def history_entry(text: str, known: dict[str, int]) -> tuple[str, float | None]:
    """An id and a rating from ``ITEM[:RATING]``, cut at the last colon unless the whole is a known id.

    Raises:
        DataError: the rating is not a number.
    """
    item, colon, rating = text.rpartition(":")
    if text in known or not colon:
        return text, None
    try:
        value = float(rating)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise DataError(
            f"In {text!r} the rating {rating!r} is not a number.",
            "Write ITEM:RATING, for example 50:4.5.",
            "bad-rating",
        )
    return item, value


def somebody_new(dataset: Dataset, known: Mapping[str, Any]) -> pd.DataFrame:
    """One row with the columns of ``user_table``, of somebody whom the data set does not hold; the rest is unknown.

    Raises:
        KeyError: the data set has no such column.
    """
    if unknown := set(known) - set(dataset.user_table):
        raise KeyError(f"no columns {', '.join(sorted(unknown))}")
    row = {
        name: pd.Series([known.get(str(name), _unknown(column))], dtype=column.dtype)
        for name, column in dataset.user_table.items()
    }
    return pd.DataFrame(row)


def reads_people(model: Recommender, dataset: Dataset) -> bool:
    """Whether what is known of a person beside the history makes a difference to the model."""
    return bool(getattr(model.config, "people", False) and dataset.user_attributes)


def _unknown(column: pd.Series) -> Any:
    if pd.api.types.is_datetime64_any_dtype(column):
        return pd.NaT
    return np.nan if pd.api.types.is_numeric_dtype(column) else ""


def scores_for_history(
    model: Recommender,
    split: Split,
    history: Sequence[tuple[int, float | None]],
    about: pd.DataFrame | None = None,
) -> Float32:
    """Float32[I] for somebody who met these items, −inf for the items themselves.

    A model that ranks learned from what people chose, not from how they rated it. So items that were rated in the lower
    half of the scale are hidden, but taken for no choice of this person.

    Args:
        model: with the ability HISTORY.
        split: what the model learned from; its data set tells the scale.
        history: items and ratings; None stands for "liked it": the top of the scale, or 1 for implicit events.
        about: what is known of the person beside, from :func:`somebody_new`.

    Raises:
        DataError: an item comes twice or a rating lies outside the scale.
        AbilityError: the model only knows the people it met in training.
    """
    told = guest(model, split.dataset, history, about)
    items = [item for item, _ in history]
    return hide(model.score_histories(told), Histories.of([(items, [1.0] * len(items))], split.dataset.n_items))[0]


def guest(
    model: Recommender, dataset: Dataset, history: Sequence[tuple[int, float | None]], about: pd.DataFrame | None = None
) -> Histories:
    """One row: what of this history the model is told, as in :func:`scores_for_history`."""
    items = [item for item, _ in history]
    for item in items:
        if items.count(item) > 1:
            raise DataError(f"{dataset.title(item)!r} comes twice in the history.", "Name it once.", "repeated-item")
    liked = 1.0 if dataset.scale is None else dataset.scale.high
    values = [liked if value is None else value for _, value in history]
    for value in values:
        if dataset.scale is not None and not dataset.scale.low <= value <= dataset.scale.high:
            raise DataError(
                f"The rating {value:g} lies outside the scale of this data set, "
                f"{dataset.scale.low:g} to {dataset.scale.high:g}.",
                "Give a rating on that scale.",
                "off-scale",
            )
    chosen = [(item, value) for item, value in zip(items, values, strict=True) if is_choice(model, dataset, value)]
    row = Histories.of([([item for item, _ in chosen], [value for _, value in chosen])], dataset.n_items)
    return replace(row, about=about)


def is_choice(model: Recommender, dataset: Dataset, value: float) -> bool:
    """Whether a model takes something with this rating into account: one that ranks does from mid-scale on."""
    if Ability.RATING in model.abilities or dataset.scale is None:
        return True
    return value >= (dataset.scale.low + dataset.scale.high) / 2


def best(scores: Float32, order: Int64, k: int) -> Shown:
    """The k best of Float32[I], fewer where fewer may be shown."""
    items, values = top_k(scores[None, :], min(k, len(scores)), order)
    return [(int(item), float(value)) for item, value in zip(items[0], values[0], strict=True) if value != HIDDEN]
