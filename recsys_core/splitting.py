"""Which events a model learns from, which choose its best epoch, and which judge it.

A splitter gives every event of a data set one of three roles. Adding a splitter is one function and one line of
``SPLITTERS``.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.errors import SplitError
from recsys_core.types import Int32, Int64

Roles = NDArray[np.int8]
TRAIN, VALID, TEST = 0, 1, 2


class SplitRecipe(BaseModel):
    """How to split; with the data set and nothing else it determines the split."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = "temporal"
    test_share: float = Field(0.2, gt=0, lt=0.9, description="Share of events held out for the final test.")
    valid_share: float = Field(0.1, gt=0, lt=0.9, description="Share of events held out to choose the best epoch.")
    threshold: float | None = Field(
        None,
        description="A held-out item counts as relevant when rated at least this; empty: every held-out item does.",
    )
    seed: int = Field(0, ge=0, lt=2**32)


@dataclass(frozen=True)
class Holdout:
    """What to find, and what may be known while looking for it.

    Attributes:
        known: one row per user, events that the model may know and that are hidden from its lists.
        targets: held-out events, on which rating errors are measured.
        relevant: those of the targets that a list should contain.
        candidates: Int32[U, C], the items that each user's list is drawn from; None: all items.
    """

    known: Histories
    targets: Interactions
    relevant: Interactions
    candidates: Int32 | None = None

    @cached_property
    def warm_users(self) -> Int64:
        """Users with something to find and at least one known event, on whom rankings are judged."""
        return np.flatnonzero((self.relevant.user_counts() > 0) & (self.known.lengths() > 0))

    @cached_property
    def cold_users(self) -> Int64:
        """Users with something to find of whom nothing is known: counted, not judged."""
        return np.flatnonzero((self.relevant.user_counts() > 0) & (self.known.lengths() == 0))


@dataclass(frozen=True)
class Split:
    """A data set whose events have roles."""

    dataset: Dataset
    roles: Roles
    recipe: SplitRecipe

    @cached_property
    def train(self) -> Dataset:
        """What models learn from: the same people and items, the training events."""
        return self.dataset.with_interactions(self._events(TRAIN))

    @cached_property
    def valid(self) -> Holdout:
        """Known: training events. To be found: validation events."""
        return self._holdout(self._events(TRAIN), self._events(VALID))

    @cached_property
    def test(self) -> Holdout:
        """Known: training and validation events. To be found: test events."""
        return self._holdout(self.dataset.interactions.take(self.roles != TEST), self._events(TEST))

    @cached_property
    def fingerprint(self) -> str:
        """Sha-256 of the data and the roles; equal for two splits on which results may be compared."""
        digest = hashlib.sha256(self.dataset.fingerprint.encode())
        digest.update(self.roles.tobytes())
        digest.update(repr(self.recipe.threshold).encode())
        return digest.hexdigest()

    def _events(self, role: int) -> Interactions:
        return self.dataset.interactions.take(self.roles == role)

    def _holdout(self, known: Interactions, targets: Interactions) -> Holdout:
        threshold = self.recipe.threshold
        relevant = targets if threshold is None else targets.take(targets.values >= threshold)
        return Holdout(Histories.from_interactions(known), targets, relevant)


@dataclass(frozen=True)
class Splitter:
    """A row of ``SPLITTERS``. ``assign`` gives Roles[E] for the events of a data set."""

    key: str
    title: str
    idea: str
    needs_times: bool
    assign: Callable[[Interactions, SplitRecipe, np.random.Generator], Roles]


def default_recipe(dataset: Dataset, seed: int = 0) -> SplitRecipe:
    """Temporal per user where timestamps tell an order, random per user where they do not."""
    key = "temporal" if dataset.interactions.has_order else "random"
    return SplitRecipe(key=key, seed=seed)


def split(dataset: Dataset, recipe: SplitRecipe) -> Split:
    """Give every event its role.

    Raises:
        SplitError: the splitter is unknown, needs timestamps that are missing, or would leave nothing to learn from
            or to test on.
    """
    splitter = next((one for one in SPLITTERS if one.key == recipe.key), None)
    if splitter is None:
        raise SplitError(
            f"There is no split called {recipe.key!r}.",
            f"Choose one of: {', '.join(one.key for one in SPLITTERS)}.",
            "unknown-split",
        )
    if splitter.needs_times and not dataset.interactions.has_order:
        raise SplitError(
            f"The split {recipe.key!r} orders events by time, but the data set {dataset.name!r} has no timestamps, "
            "or the same one everywhere.",
            "Choose the random or the leave-one-out split, or import the file again with a time column.",
            "no-times",
        )
    roles = splitter.assign(dataset.interactions, recipe, np.random.default_rng(recipe.seed))
    result = Split(dataset, roles, recipe)
    if not (roles == TRAIN).any() or not len(result.test.relevant) or not len(result.test.warm_users):
        wanted = "" if recipe.threshold is None else f" rated {recipe.threshold:g} or more"
        raise SplitError(
            f"The split {recipe.key!r} leaves nobody with both training events and a held-out item{wanted}.",
            "Hold out another share, choose a split per person"
            + ("" if recipe.threshold is None else ", lower the threshold")
            + ", or bring people with at least three events.",
            "empty-split",
        )
    return result


def _latest_first(events: Interactions, rng: np.random.Generator, by_time: bool) -> tuple[Int64, Int64]:
    """Order Int64[E] that lists each user's events, latest first, and Int64[E], each listed event's place.

    Equal times are ordered at random: file order often follows the item id, and would tell about the items.
    """
    noise = rng.permutation(len(events))
    keys = (noise, -events.times, events.users) if by_time and events.times is not None else (noise, events.users)
    order = np.lexsort(keys)
    starts = np.concatenate([[0], np.cumsum(events.user_counts())])
    places = np.arange(len(events)) - starts[events.users[order]]
    return order, places


def _last_of_each_user(events: Interactions, order: Int64, places: Int64, n_test: Int64, n_valid: Int64) -> Roles:
    """Roles[E]: of each user the first ``n_test[u]`` in the order are test events, the next ``n_valid[u]`` validate."""
    users = events.users[order]
    ordered = np.where(places < n_test[users], TEST, np.where(places < n_test[users] + n_valid[users], VALID, TRAIN))
    roles = np.empty(len(events), dtype=np.int8)
    roles[order] = ordered
    return roles


def _shares(counts: Int64, recipe: SplitRecipe) -> tuple[Int64, Int64]:
    """How many events of each user to hold out: at least one of three for the test, one of five to validate."""
    n_test = np.where(counts >= 3, np.maximum(1, np.rint(counts * recipe.test_share)), 0).astype(np.int64)
    n_valid = np.where(counts >= 5, np.maximum(1, np.rint(counts * recipe.valid_share)), 0).astype(np.int64)
    n_test = np.minimum(n_test, np.maximum(counts - 1, 0))
    return n_test, np.minimum(n_valid, np.maximum(counts - n_test - 1, 0))


def _per_user(by_time: bool) -> Callable[[Interactions, SplitRecipe, np.random.Generator], Roles]:
    def assign(events: Interactions, recipe: SplitRecipe, rng: np.random.Generator) -> Roles:
        order, places = _latest_first(events, rng, by_time)
        return _last_of_each_user(events, order, places, *_shares(events.user_counts(), recipe))

    return assign


def _leave_one_out(events: Interactions, recipe: SplitRecipe, rng: np.random.Generator) -> Roles:
    order, places = _latest_first(events, rng, by_time=True)
    counts = events.user_counts()
    return _last_of_each_user(events, order, places, (counts >= 2).astype(np.int64), (counts >= 3).astype(np.int64))


def _global_temporal(events: Interactions, recipe: SplitRecipe, rng: np.random.Generator) -> Roles:
    """Test events are all those after the cut; of what each person did before it, the latest part validates.

    A cut in time for the validation too would leave nothing to learn from of people who came shortly before.
    """
    assert events.times is not None
    ordered = np.sort(events.times)
    first_test = ordered[min(len(ordered) - 1, int(len(ordered) * (1 - recipe.test_share)))]
    before = events.times < first_test
    roles = np.full(len(events), TEST, dtype=np.int8)
    past = events.take(before)
    order, places = _latest_first(past, rng, by_time=True)
    counts = past.user_counts()
    roles[before] = _last_of_each_user(past, order, places, np.zeros_like(counts), _shares(counts, recipe)[1])
    return roles


SPLITTERS = (
    Splitter(
        "temporal",
        "Each person's latest",
        "The latest part of each person's events is held out: the model predicts what this person did next. "
        "Events of other people may still lie in this person's future.",
        True,
        _per_user(by_time=True),
    ),
    Splitter(
        "random",
        "Random per person",
        "A random part of each person's events is held out. Works without timestamps; lets the model see the future.",
        False,
        _per_user(by_time=False),
    ),
    Splitter(
        "leave-one-out",
        "Leave the last one out",
        "One event of each person is held out: the latest, or a random one where there are no timestamps.",
        False,
        _leave_one_out,
    ),
    Splitter(
        "global-temporal",
        "One cut in time",
        "Everything after one moment is held out, for all people: the strictest test, as in production. "
        "People who are new after the cut are counted, not judged.",
        True,
        _global_temporal,
    ),
)
