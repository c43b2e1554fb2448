"""Going on from a finished model on more or newer data of the same domain: what is matched, and what must stay."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from recsys_core.content.attribute_features import AttributeFeatures, item_fields, user_fields
from recsys_core.data.dataset import Dataset, Ids
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.errors import ConfigError, ModelError
from recsys_core.models.base import Ability, Config, Recommender
from recsys_core.training.warm_start import Part, RowsOf, WarmStart, Weights
from recsys_core.types import Bool, Int64

LEAST_SHARED = 0.05  # of the items of the smaller data set; below, it is another domain
MOST_STRETCHED = 1.5  # times as wide as the other: scales are known as far as ratings show them, so they may differ
# Settings of how a model learns. All others say what its numbers are and mean, and must stay.
MAY_CHANGE = frozenset(
    {
        "epochs",
        "patience",
        "learning_rate",
        "schedule",
        "batch_size",
        "clip",
        "regularisation",
        "bias_regularisation",
        "weight_decay",
        "dropout",
        "content_dropout",
        "id_dropout",
        "negatives",
        "negative_sampling",
        "candidates",
        "sampled_items",
        "unobserved_weight",
        "frequency_exponent",
        "value_weight",
        "divergence_weight",
        "annealing_epochs",
    }
)


def require_same_shape(old: Config, new: Config) -> None:
    """Refuse settings that a finished model cannot go on with.

    Raises:
        ConfigError: names the setting.
    """
    before, after = old.model_dump(), new.model_dump()
    for name, value in after.items():
        if name not in MAY_CHANGE and before[name] != value:
            raise ConfigError(
                f"The setting {name!r} is {before[name]} in the run to go on from, so it cannot be {value}.",
                "Leave it as it is, or train from scratch.",
                "other-shape",
            )


def positions(new: Ids, old: Ids) -> Int64:
    """Int64[n], for each id of ``new`` its position in ``old``, −1 where it is unknown there."""
    return np.array([old.positions.get(identifier, -1) for identifier in new.values], dtype=np.int64)


def shares_items(old: Ids, new: Ids) -> bool:
    """Whether two catalogues have enough ids in common to be of one domain."""
    return bool((positions(new, old) >= 0).sum() >= max(1, LEAST_SHARED * min(len(old), len(new))))


def require_shared_items(old: Dataset, new: Dataset) -> None:
    """Refuse data of another domain.

    Raises:
        ModelError: hardly an item has the same id in both.
    """
    if not shares_items(old.item_ids, new.item_ids):
        shared = int((positions(new.item_ids, old.item_ids) >= 0).sum())
        raise ModelError(
            f"Only {shared:,} of the {new.n_items:,} items of {new.name!r} are known to the run, which learned from "
            f"{old.name!r}: fine-tuning needs data of the same domain, with the same ids.",
            "Choose newer data of the same items, or train from scratch.",
            "other-domain",
        )


def require_same_scale(old: Dataset, new: Dataset) -> None:
    """Refuse ratings that mean something else.

    Raises:
        ModelError: the scales are too different to be one, as far as the ratings show them.
    """
    before, after = old.scale, new.scale
    if before is not None and after is not None:
        narrow, wide = sorted((before.high - before.low, after.high - after.low))
        if wide <= MOST_STRETCHED * narrow and before.low < after.high and after.low < before.high:
            return
    elif before is after:
        return
    words = ["no ratings" if one is None else f"ratings from {one.low:g} to {one.high:g}" for one in (before, after)]
    raise ModelError(
        f"The run learned from {words[0]}, but {new.name!r} has {words[1]}.",
        "Import the new data with ratings on the same scale, or train from scratch.",
        "other-scale",
    )


def warm_start(
    source: Recommender, weights: Weights, old: Dataset, new: Dataset, rates: Mapping[Part, float]
) -> WarmStart:
    """What a model learned from ``old``, to go on from on ``new``; people and items are matched by their ids.

    New people begin as the model takes them by what they did, where it can be told of them.

    Args:
        source: fitted.
        weights: what it learned: the tensors of :attr:`TrainingSummary.learned`.
        old, new: what was, and what is to be learned from.
        rates: see :class:`WarmStart`.

    Raises:
        ModelError: the data are of another domain, have other ratings, or know other attributes.
    """
    require_shared_items(old, new)
    if Ability.RATING in source.abilities:
        require_same_scale(old, new)
    sources = {
        RowsOf.PEOPLE: positions(new.user_ids, old.user_ids),
        RowsOf.ITEMS: positions(new.item_ids, old.item_ids),
    }
    sizes = {RowsOf.PEOPLE: old.n_users, RowsOf.ITEMS: old.n_items}
    if getattr(source.config, "use_attributes", False):
        for kind, noun, fields in (
            (RowsOf.ITEM_VALUES, "items", item_fields),
            (RowsOf.PERSON_VALUES, "people", user_fields),
        ):
            before, after = fields(old), fields(new)
            _require_same_columns(before, after, noun, new.name)
            sources[kind], sizes[kind] = attribute_rows(before, after)
    news = _is_new(old.interactions, new.interactions, sources)
    newcomers = np.flatnonzero((sources[RowsOf.PEOPLE] < 0) & (new.interactions.user_counts() > 0))
    histories = Histories.from_interactions(new.interactions).take(newcomers)
    told = source.newcomers(histories.translated(sources[RowsOf.ITEMS], old.n_items)) if len(newcomers) else {}
    tensors = {name: torch.from_numpy(np.asarray(rows, dtype=np.float32)) for name, rows in told.items()}
    new_people = np.bincount(new.interactions.users, news, new.n_users) > 0
    return WarmStart(weights, sources, sizes, news, new_people, rates, newcomers, tensors, source)


def _is_new(old: Interactions, new: Interactions, sources: Mapping[RowsOf, Int64]) -> Bool:
    """Bool[E] of the new events: whether the person had not met the item in the old ones."""
    users, items = sources[RowsOf.PEOPLE][new.users], sources[RowsOf.ITEMS][new.items]
    keys = old.users.astype(np.int64) * old.n_items + old.items
    return (users < 0) | (items < 0) | ~np.isin(users * old.n_items + items, keys)


def attribute_rows(old: list[AttributeFeatures], new: list[AttributeFeatures]) -> tuple[Int64, int]:
    """Int64[n], for each new value of attributes its row among the old ones, −1 where there is none; how many old."""
    before = _values(old)
    return positions(_values(new), before), len(before)


def _values(columns: list[AttributeFeatures]) -> Ids:
    """The values of attributes, column behind column, as models number them."""
    return Ids.of([name for column in columns for name in column.names])


def _require_same_columns(old: list[AttributeFeatures], new: list[AttributeFeatures], noun: str, name: str) -> None:
    """The same attributes must be known; their values may differ."""
    before, after = ([column.names[0].partition(": ")[0] for column in columns] for columns in (old, new))
    if before != after:
        raise ModelError(
            f"The run learned from other attributes of {noun} ({', '.join(before) or 'none'}) than {name!r} "
            f"has ({', '.join(after) or 'none'}).",
            "Import the new data with the same attributes, or train from scratch.",
            "other-attributes",
        )


def fine_tuning_settings(config: Config, epochs: int) -> dict[str, Any]:
    """Settings for a short training that goes on from one with these, which took so many epochs."""
    settings = config.model_dump(mode="json") | dict(config.warm.settings)
    settings["epochs"] = max(1, round(config.warm.share * epochs))
    return settings
