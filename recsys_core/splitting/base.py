"""What a split is: roles of events, and what follows from them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from recsys_core.data.dataset import Dataset, Scale
from recsys_core.data.findings import counted
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.types import Int32, Int64

Roles = NDArray[np.int8]
TRAIN, VALID, TEST = 0, 1, 2  # learned from; chooses the best epoch; judges
COLD_ITEM = "cold-item"  # the recipe whose lists are drawn from the held-out items alone
EVERYTHING = "all items but those the person is known to have met"  # what lists are drawn from
KNOWN = 3  # never learned from, told of a person when the person is scored
UNUSED = 4  # after the window: nobody learns from it, knows it or looks for it
HIDDEN = 5  # nobody learns from it or knows it, but it stays out of the test's lists of the person who met the item


class SplitRecipe(BaseModel):
    """How to split; with the data set and nothing else it determines the split."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = "temporal"
    test_share: float = Field(
        0.2, gt=0, lt=0.9, description="Share held out for the final test: of events, of people or of items."
    )
    valid_share: float = Field(
        0.1, gt=0, lt=0.9, description="Share held out to choose the best epoch: of events, of people or of items."
    )
    threshold: float | None = Field(
        None,
        description="A held-out item counts as relevant when rated at least this; empty: every held-out item does.",
    )
    seed: int = Field(0, ge=0, lt=2**32)
    folds: int = Field(5, ge=2, le=20, description="How many folds or windows there are.")
    fold: int = Field(1, ge=1, le=20, description="Which fold or window judges, counted from 1.")
    known_events: int = Field(5, ge=1, le=100, description="How much is known of a cold user, at most.")


def _nobody() -> Int64:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Holdout:
    """What to find, and what may be known while looking for it.

    Attributes:
        known: one row per user, events that the model may know and that are hidden from its lists.
        met: one row per user, all events that are hidden from the lists, where these are more than the known ones.
        targets: held-out events, on which rating errors are measured.
        relevant: those of the targets that a list should contain.
        candidates: Int32[U, C], the items that each user's list is drawn from, or Int32[C], those that all lists are
            drawn from; None: all items.
        strangers: Int64[n], users without training events, ascending: models know them by ``known`` alone.
        unmet: Int64[n], items without training events, ascending: models know them by their content alone.
        scale: of the ratings, if they have one.
    """

    known: Histories
    targets: Interactions
    relevant: Interactions
    candidates: Int32 | None = None
    strangers: Int64 = field(default_factory=_nobody)
    unmet: Int64 = field(default_factory=_nobody)
    scale: Scale | None = None
    met: Histories | None = None

    @property
    def hidden(self) -> Histories:
        """One row per user, what stays out of the lists."""
        return self.known if self.met is None else self.met

    @cached_property
    def warm_users(self) -> Int64:
        """Users with something to find and at least one known event, on whom rankings are judged."""
        return np.flatnonzero((self.relevant.user_counts() > 0) & (self.known.lengths() > 0))

    @cached_property
    def cold_users(self) -> Int64:
        """Users with something to find of whom nothing is known: counted, not judged."""
        return np.flatnonzero((self.relevant.user_counts() > 0) & (self.known.lengths() == 0))

    @cached_property
    def listed(self) -> Int64:
        """Int64[n], the items that lists are drawn from, ascending."""
        every = np.arange(self.known.n_items)
        return every if self.candidates is None else np.unique(self.candidates).astype(np.int64)

    def among(self, items: Int64 | Int32) -> "Holdout":
        """The same people and what is known of them; lists are drawn from these items, and only they are to be found.

        Args:
            items: positions, in any order; of lists that are drawn from fewer items already, only those count.

        Raises:
            ValueError: each person's list is drawn from items of its own.
        """
        if self.candidates is not None and self.candidates.ndim > 1:
            raise ValueError("each person's list is drawn from items of its own")
        chosen = np.intersect1d(items, self.listed)
        is_chosen = np.zeros(self.known.n_items, dtype=bool)
        is_chosen[chosen] = True
        return replace(
            self,
            targets=self.targets.take(is_chosen[self.targets.items]),
            relevant=self.relevant.take(is_chosen[self.relevant.items]),
            candidates=chosen.astype(np.int32),
        )


@dataclass(frozen=True)
class Split:
    """A data set whose events have roles."""

    dataset: Dataset
    roles: Roles
    recipe: SplitRecipe

    @cached_property
    def train(self) -> Dataset:
        """What models learn from: the same people and items, the training events."""
        return self.dataset.with_interactions(self.events(TRAIN))

    @cached_property
    def valid(self) -> Holdout:
        """Known: training events, and what is told of new people. To be found: validation events."""
        return self._holdout((TRAIN, KNOWN), VALID)

    @cached_property
    def test(self) -> Holdout:
        """Known: training and validation events, and what is told of new people. To be found: test events.

        Hidden events stay out of these lists alone: validation must not know what is not there yet.
        """
        known, holdout = (TRAIN, VALID, KNOWN), self._holdout((TRAIN, VALID, KNOWN), TEST)
        if not (self.roles == HIDDEN).any():
            return holdout
        return replace(holdout, met=Histories.from_interactions(self.events(*known, HIDDEN)))

    @cached_property
    def fingerprint(self) -> str:
        """Sha-256 of the data and the roles; equal for two splits on which results may be compared.

        Generated people beside real ones are only learned from, so the split of the real ones alone is the same one.
        """
        made, data, roles = self.dataset.made, self.dataset.fingerprint, self.roles
        if made is not None and made.is_augmented:
            data, roles = made.learned_from, roles[self.dataset.interactions.users < made.real_people]
        digest = hashlib.sha256(data.encode())
        digest.update(roles.tobytes())
        digest.update(repr(self.recipe.threshold).encode())
        if self.recipe.key == COLD_ITEM:
            digest.update(b"among held-out items")
        return digest.hexdigest()

    def events(self, *roles: int) -> Interactions:
        """The events with one of these roles."""
        return self.dataset.interactions.take(np.isin(self.roles, roles))

    def relevant(self, targets: Interactions) -> Interactions:
        """Those of the held-out events that a list should contain."""
        threshold = self.recipe.threshold
        return targets if threshold is None else targets.take(targets.values >= threshold)

    def _holdout(self, roles: tuple[int, ...], role: int) -> Holdout:
        targets = self.events(role)
        learned = self.train.interactions
        holdout = Holdout(
            replace(Histories.from_interactions(self.events(*roles)), about=self.dataset.user_table),
            targets,
            self.relevant(targets),
            strangers=np.flatnonzero(learned.user_counts() == 0),
            unmet=np.flatnonzero(learned.item_counts() == 0),
            scale=self.dataset.scale,
        )
        return holdout.among(targets.items) if self.recipe.key == COLD_ITEM else holdout

    @property
    def candidates_in_words(self) -> str:
        """What the lists of the test are drawn from, as a passport says it."""
        if self.recipe.key == COLD_ITEM:
            return f"the {counted(len(self.test.listed), 'item')} that the test holds out"
        return EVERYTHING


@dataclass(frozen=True)
class Leak:
    """How far training events tell about held-out ones in a way that no model in production could use.

    Ji, Sun, Zhang and Li, A Critical Study on Data Leakage in Recommender System Offline Evaluation, TOIS 41(3), 2023:
    as soon as training events are later than held-out ones, models recommend what did not yet exist or was not yet
    popular, and even the order of models may change.
    """

    risk: Literal["low", "some", "high"]
    reason: str


NO_FUTURE = Leak("low", "All that a model learns from or knows comes before everything that it is tested on.")
OTHERS_FUTURE = Leak(
    "some", "A person's own future stays hidden, but other people's training events may be later than the test events."
)
OWN_FUTURE = Leak(
    "high", "Models learn from what people did after the events that they are tested on: they see the future."
)
UNTOLD_FUTURE = Leak(
    "high",
    "Without times nobody can tell what came first, so models may learn from the future of what they are tested on.",
)


@dataclass(frozen=True)
class Splitter:
    """A row of ``SPLITTERS``.

    Attributes:
        needs_times: it cannot split events that have no order.
        leak: the risk where events have times.
        assign: gives Roles[E] for the events of a data set.
        share: what ``test_share`` decides, as the label of a slider; empty where it decides nothing.
        part: what one of its ``folds`` is called; empty where there is only one split.
        asks_known: whether ``known_events`` decides anything.
    """

    key: str
    title: str
    idea: str
    needs_times: bool
    leak: Leak
    assign: Callable[[Interactions, SplitRecipe, np.random.Generator], Roles]
    share: str = "Share of events held out for the test"
    part: str = ""
    asks_known: bool = False
