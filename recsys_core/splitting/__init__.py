"""Which events a model learns from, which choose its best epoch, and which judge it.

A splitter gives every event of a data set a role. Adding a splitter is one function and one line of ``SPLITTERS``.
"""

from dataclasses import replace

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.data.made import Made
from recsys_core.errors import SplitError
from recsys_core.splitting.base import (
    HIDDEN,
    KNOWN,
    TEST,
    TRAIN,
    UNUSED,
    VALID,
    Holdout,
    Leak,
    Roles,
    Split,
    SplitRecipe,
    Splitter,
)
from recsys_core.splitting.cold_item import COLD_ITEM
from recsys_core.splitting.cuts_in_time import GLOBAL_TEMPORAL, ROLLING
from recsys_core.splitting.new_users import COLD_USER, USER_FOLDS
from recsys_core.splitting.per_person import LEAVE_ONE_OUT, RANDOM, TEMPORAL

__all__ = [
    "HIDDEN",
    "KNOWN",
    "SPLITTERS",
    "TEST",
    "TRAIN",
    "UNUSED",
    "VALID",
    "Holdout",
    "Leak",
    "Roles",
    "Split",
    "SplitRecipe",
    "Splitter",
    "default_recipe",
    "find_splitter",
    "keeps_to",
    "several",
    "split",
]

SPLITTERS = (TEMPORAL, RANDOM, LEAVE_ONE_OUT, GLOBAL_TEMPORAL, ROLLING, USER_FOLDS, COLD_USER, COLD_ITEM)


def default_recipe(dataset: Dataset, seed: int = 0) -> SplitRecipe:
    """Temporal per user where timestamps tell an order, random per user where they do not.

    Of a data set that generated people were added to it is the split that their generator kept to.
    """
    made = dataset.made
    if made is not None and made.is_augmented and made.recipe is not None:
        return SplitRecipe.model_validate(made.recipe)
    splitter = TEMPORAL if dataset.interactions.has_order else RANDOM
    return SplitRecipe(key=splitter.key, seed=seed)


def find_splitter(key: str) -> Splitter:
    """The splitter with this key.

    Raises:
        SplitError: names the splitters there are.
    """
    for splitter in SPLITTERS:
        if splitter.key == key:
            return splitter
    keys = ", ".join(splitter.key for splitter in SPLITTERS)
    raise SplitError(f"There is no split called {key!r}.", f"Choose one of: {keys}.", "unknown-split")


def split(dataset: Dataset, recipe: SplitRecipe) -> Split:
    """Give every event its role. What generated people did, who were added to real ones, is only learned from.

    Raises:
        SplitError: the splitter is unknown, needs timestamps that are missing, has no such fold, or would leave
            nothing to learn from or to test on; or people were added by a generator that has learned from what this
            split holds out.
    """
    splitter = find_splitter(recipe.key)
    if splitter.needs_times and not dataset.interactions.has_order:
        raise SplitError(
            f"The split {recipe.key!r} orders events by time, but the data set {dataset.name!r} has no timestamps, "
            "or the same one everywhere.",
            "Choose the random or the leave-one-out split, or import the file again with a time column.",
            "no-times",
        )
    if splitter.part and recipe.fold > recipe.folds:
        raise SplitError(
            f"There is no {splitter.part} {recipe.fold}: the split {recipe.key!r} makes {recipe.folds}.",
            f"Choose a {splitter.part} from 1 to {recipe.folds}.",
            "unknown-fold",
        )
    roles = _roles(dataset, recipe, splitter)
    result = Split(dataset, roles, recipe)
    if not (roles == TRAIN).any() or not len(result.test.warm_users):
        raise _empty(splitter, recipe)
    return result


def _roles(dataset: Dataset, recipe: SplitRecipe, splitter: Splitter) -> Roles:
    generator = np.random.default_rng(recipe.seed)
    made, events = dataset.made, dataset.interactions
    if made is None or not made.is_augmented:
        return splitter.assign(events, recipe, generator)
    _require_its_own(dataset.name, made, recipe)
    is_real = events.users < made.real_people
    roles = np.full(len(events), TRAIN, dtype=np.int8)
    roles[is_real] = splitter.assign(replace(events.take(is_real), n_users=made.real_people), recipe, generator)
    return roles


def _require_its_own(name: str, made: Made, recipe: SplitRecipe) -> None:
    """Refuse to judge by what the generator of the added people has seen; what counts as relevant may differ."""
    if not keeps_to(made, recipe):
        assert made.recipe is not None
        raise SplitError(
            f"The people that were added to {name!r} come from a generator that knew the training events of another "
            "split, and with them some that this one holds out.",
            f"Keep to the split {made.recipe['key']!r} as it was then, or add people anew for this one.",
            "seen-by-generator",
        )


def keeps_to(made: Made, recipe: SplitRecipe) -> bool:
    """Whether this split holds out what the generator of these people did not know; what is relevant may differ."""
    if made.recipe is None:
        return True
    kept = SplitRecipe.model_validate(made.recipe)
    return recipe.model_copy(update={"threshold": kept.threshold}) == kept


def several(dataset: Dataset, recipe: SplitRecipe) -> list[Split]:
    """One split for each fold or window, in order; the single split of a splitter that has none.

    Raises:
        SplitError: as for :func:`split`, for any of them.
    """
    if not find_splitter(recipe.key).part:
        return [split(dataset, recipe)]
    return [split(dataset, recipe.model_copy(update={"fold": fold})) for fold in range(1, recipe.folds + 1)]


def _empty(splitter: Splitter, recipe: SplitRecipe) -> SplitError:
    wanted = "" if recipe.threshold is None else f" rated {recipe.threshold:g} or more"
    which = f" in {splitter.part} {recipe.fold} of {recipe.folds}" if splitter.part else ""
    return SplitError(
        f"The split {recipe.key!r} leaves nobody with both known events and a held-out item{wanted}{which}.",
        f"{f'Choose another {splitter.part}' if splitter.part else 'Hold out another share'}, choose a split per person"
        + ("" if recipe.threshold is None else ", lower the threshold")
        + ", or bring people with at least three events.",
        "empty-split",
    )
