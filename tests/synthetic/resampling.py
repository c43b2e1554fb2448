"""A generator whose people are built from events of real ones, for tests of what is done with generated people."""

from collections.abc import Iterator
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset, Ids, blank_item_table, blank_user_table
from recsys_core.data.findings import Finding
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models.base import Config
from recsys_core.synthetic.base import Batch, Generator, GeneratorInfo, Knobs, Population, Produces, Showings
from recsys_core.training.context import Cancelled, Checkpoint, EpochEnded, FitContext
from recsys_core.types import Feedback


class Resampling(Generator):
    """Each generated person does what a real one did: one drawn by chance or, ``in_order``, each in turn.

    Those of ``random_items`` do it with any items. It learns in two epochs, of which nothing comes but events and a
    checkpoint.
    """

    info = GeneratorInfo(
        "resampling",
        "Resampling",
        "Each generated person is a real one again.",
        "Nobody.",
        frozenset({Produces.HISTORIES, Produces.RATINGS, Produces.TIMES, Produces.PROFILES}),
        in_epochs=True,
    )
    learned: ClassVar[list[Dataset]] = []  # what was learned from, by all of them

    class Config(Config):
        in_order: bool = False
        random_items: bool = False
        collapsed: bool = False
        fewest: int = 1

    def fit(self, real: Dataset | None, context: FitContext | None = None) -> Self:
        assert real is not None
        context = context or FitContext()
        if real.n_users < self.config.fewest:
            raise ModelError(f"There are {real.n_users} people, which is too few.", "Bring more.", "too-few")
        begun = 0 if context.start_from is None else int(context.start_from.progress["done"])
        for epoch in range(begun + 1, 3):
            if context.cancel():
                raise Cancelled
            context.on_event(EpochEnded(epoch, 2, {"loss": 1 / epoch}, None, epoch, real.n_users, 0.1))
            context.save_checkpoint(Checkpoint({}, {"done": epoch, "history": [epoch] * epoch}))
        Resampling.learned.append(real)
        self.real = real
        if self.config.collapsed:
            self.findings = (Finding("error", "collapsed", "All generated people are the same person."),)
        return self

    def population(self, knobs: Knobs, seed: int) -> "Again":
        return Again(self.real, knobs.people, seed, self.config)


class Again(Population):
    """People of a real data set again, a few at a time."""

    def __init__(self, real: Dataset, people: int, seed: int, how: "Resampling.Config") -> None:
        self.item_ids, self.item_table = real.item_ids, real.item_table
        self.feedback, self.scale = real.feedback, real.scale
        self.expected_events = round(len(real.interactions) * people / real.n_users)
        self._real, self._people, self._seed, self._how = real, people, seed, how

    def batches(self) -> Iterator[Batch]:
        rng = np.random.default_rng(self._seed)
        histories = Histories.from_interactions(self._real.interactions)
        for first in range(0, self._people, 16):
            size = min(16, self._people - first)
            drawn = rng.integers(self._real.n_users, size=size)
            if self._how.in_order:
                drawn = np.arange(first, first + size) % self._real.n_users
            rows = histories.take(drawn)
            items = rows.items
            if self._how.random_items:
                lengths = rows.lengths()
                items = np.concatenate([rng.permutation(rows.n_items)[:length] for length in lengths])
            yield Batch(
                pd.DataFrame(self._real.user_table.iloc[drawn].reset_index(drop=True)),
                (first + rows.people()).astype(np.int32),
                items.astype(np.int32),
                rows.values,
                rows.times,
            )


class Without(Resampling):
    """Needs no data: two people and two items, and what was shown to them."""

    info = GeneratorInfo(
        "without", "Without data", "Two people.", "Nobody.", frozenset({Produces.IMPRESSIONS}), learns=False
    )

    class Config(Config):
        pass

    def fit(self, real: Dataset | None, context: FitContext | None = None) -> Self:
        assert real is None
        return self

    def population(self, knobs: Knobs, seed: int) -> "Population":
        return Two()


class Two(Population):
    """Two people who each met one of two items, in one batch."""

    def __init__(self) -> None:
        self.item_ids, self.item_table = Ids.of(["a", "b"]), blank_item_table(2)
        self.feedback, self.scale, self.expected_events = Feedback.IMPLICIT, None, 2

    def batches(self) -> Iterator[Batch]:
        users, items = np.array([0, 1], dtype=np.int32), np.array([1, 0], dtype=np.int32)
        times = np.array([10, 20])
        shown = Showings(
            users,
            items,
            np.ones(2, dtype=np.int16),
            np.array([True, False]),
            np.full(2, 0.5, dtype=np.float32),
            times,
        )
        yield Batch(blank_user_table(2), users, items, np.ones(2, dtype=np.float32), times, shown)
