"""Generators that learn a code for each person's taste: all that is the same for each of them.

A person is a code, which says what the person likes, a few traits (how much the person does, when, and how the person
rates), and a profile. A generator says how codes are learned and what people of a code like; from there on, all of them
go the same way: activity, items, times, values.
"""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset
from recsys_core.errors import ModelError
from recsys_core.synthetic.base import Batch, Generator, Knobs, Population
from recsys_core.synthetic.tastes.activity import Activity
from recsys_core.synthetic.tastes.catalogue import Catalogue, catalogue
from recsys_core.synthetic.tastes.clocks import Clock
from recsys_core.synthetic.tastes.drawing import Urn, calibrated, draw_items
from recsys_core.synthetic.tastes.margins import Margin, normal_scores
from recsys_core.synthetic.tastes.mixture import fit_mixture
from recsys_core.synthetic.tastes.popularity import exchanged
from recsys_core.synthetic.tastes.profiles import Profiles, near
from recsys_core.synthetic.tastes.ratings import Values, leanings
from recsys_core.synthetic.training_part import with_events
from recsys_core.training.context import Cancelled, FitContext
from recsys_core.types import Float32, Float64, Int32, Int64

LEAST_PEOPLE = 10
REHEARSED = 4096  # people who are drawn to see how a generator's people are spread
CALIBRATED_BY = 1024  # people, fewer of a large catalogue
PEOPLE_AT_ONCE = 4096
NUMBERS_AT_ONCE = 1 << 23  # 32 MB of weights
LOOKS = 100  # at the urn while all are drawn

ACTIVITY, LEANING, START, BREAKS = range(4)


@dataclass(frozen=True)
class Drawn:
    """n new people.

    Attributes:
        codes: Float32[n, d].
        traits: Float64[n, 4], in the units of ``TasteGenerator.traits``, though roughly: only where people stand among
            all who are drawn counts.
        people: n rows with the columns of ``Dataset.user_table``.
    """

    codes: Float32
    traits: Float64
    people: pd.DataFrame


class TasteGenerator(Generator):
    """Learns from people with events; needs at least ten, since fewer would be told by what is generated.

    Attributes:
        traits: Float64[U, 4], of the real people, each spread as a standard normal distribution: how much they do, how
            they rate, when they come, how often they pause. 0 throughout where the data say nothing.
        profiles: what is known of people, in cells; cells: Int64[U, A], those of the real people.
    """

    traits: Float64
    profiles: Profiles
    cells: Int64
    clock: Clock | None

    @abstractmethod
    def _learn(self, real: Dataset, context: FitContext) -> Float64:
        """Learn; Float64[U, d], a code for each person of ``real``, all of whom have events.

        ``traits``, ``profiles`` and ``cells`` are known by then. ``self.training`` is to be set where there are epochs.
        """

    @abstractmethod
    def _logits(self, codes: Float32) -> Float32:
        """Float32[n, I], log-weights of the items for people of these codes (n, d), up to a number for each person."""

    def _spread(self, codes: Float64, context: FitContext) -> None:
        """Learn how people are spread over codes (U, d) and traits, so that :meth:`_draw` can draw new ones."""
        points = np.hstack([codes, self.traits])
        self._points, self._mixture = points, fit_mixture(points, context.seed)

    def _draw(self, rng: np.random.Generator, n: int) -> Drawn:
        """n new people."""
        points = self._mixture.draw(rng, n)
        d = points.shape[1] - self.traits.shape[1]
        width = np.maximum(self._points.std(0), 1e-6)
        cells = near(points / width, self._points / width, self.cells, rng)
        return Drawn(points[:, :d].astype(np.float32), points[:, d:], self.profiles.table(cells, rng))

    def fit(self, real: Dataset | None, context: FitContext | None = None) -> Self:
        context = context or FitContext()
        if context.cancel():
            raise Cancelled
        known = self._require(real)
        events = known.interactions
        self.known = known
        self.profiles = Profiles.learn(known)
        self.cells = self.profiles.cells(known.user_table)
        self.findings = self.profiles.findings
        counts = events.user_counts()
        self.popularity = exchanged(events.item_counts(), np.random.default_rng(context.seed))
        self.activity = Activity.learn(counts)
        self.clock, when = None, np.zeros((known.n_users, 2))
        if events.has_order:
            self.clock, when = Clock.learn(events)
        columns = (np.log(counts), leanings(events), *when.T)
        self.traits = np.stack([normal_scores(column) for column in columns], axis=1)
        codes = self._learn(known, context)
        self.values = Values.learn(events, codes)
        self._spread(codes, context)
        rehearsed = self._draw(np.random.default_rng(context.seed), REHEARSED).traits
        self._standing = [Margin.of(column) for column in rehearsed.T]
        return self

    def standing(self, traits: Float64) -> Float64:
        """Float64[n, 4], 0 to 1: where people with these traits stand among all who are drawn."""
        columns = [margin.ranks(column) for margin, column in zip(self._standing, traits.T, strict=True)]
        return np.stack(columns, axis=1)

    def population(self, knobs: Knobs, seed: int) -> "TastePopulation":
        return TastePopulation(self, knobs, seed)

    def _require(self, real: Dataset | None) -> Dataset:
        """The people who have events."""
        n_people = 0 if real is None else int((real.interactions.user_counts() > 0).sum())
        if real is None or n_people < LEAST_PEOPLE:
            raise ModelError(
                f"{self.info.title} learns from people, and there are {n_people} who did anything; at least "
                f"{LEAST_PEOPLE} are needed, since what is generated after fewer would tell of each of them.",
                "Bring data of more people, or choose a generator that needs none.",
                "too-few-people",
            )
        if not np.isfinite(real.interactions.values).all():
            raise ModelError(
                f"Some values of {real.name!r} are not a number.",
                "Take these events out, or import the file again.",
                "not-a-number",
            )
        return real if real.n_users == n_people else with_events(real)


class TastePopulation(Population):
    """People of a generator that has learned."""

    def __init__(self, generator: TasteGenerator, knobs: Knobs, seed: int) -> None:
        self._generator, self._knobs, self._seed = generator, knobs, seed
        known = generator.known
        self._items: Catalogue = catalogue(known, generator.popularity, knobs.items, knobs.skew, self._rng(0))
        self.item_ids, self.item_table = self._items.ids, self._items.table
        self.feedback, self.scale = known.feedback, known.scale
        self._most = int((self._items.shares > 0).sum())
        self._events_each = generator.activity.mean(knobs.density, self._most)
        self.expected_events = round(knobs.people * self._events_each)

    def batches(self) -> Iterator[Batch]:
        factors = self._calibrated()
        urn = Urn.of(self._items.shares, self._knobs.people * self._events_each, self._rng(1))
        for number, first in enumerate(range(0, self._knobs.people, PEOPLE_AT_ONCE)):
            n = min(PEOPLE_AT_ONCE, self._knobs.people - first)
            yield self._batch(self._rng(3 + number), first, n, factors, urn)

    def _rng(self, which: int) -> np.random.Generator:
        return np.random.default_rng([self._seed, which])

    def _batch(self, rng: np.random.Generator, first: int, n: int, factors: Float32, urn: Urn) -> Batch:
        generator = self._generator
        drawn, ranks, counts, times = self._people(rng, n)
        items = self._meet(rng, drawn.codes, counts, times, factors, urn)
        rows = np.repeat(np.arange(n), counts).astype(np.int32)
        if generator.clock is not None and times is not None:
            items, times = generator.clock.in_order(items, self._items.parents, times, counts, rng)
        parents = self._items.parents[items]
        values = generator.values.draw(rows, parents, drawn.codes.astype(np.float64), ranks[:, LEANING], rng)
        return Batch(drawn.people, rows + np.int32(first), items, values, times)

    def _people(self, rng: np.random.Generator, n: int) -> tuple[Drawn, Float64, Int64, Int64 | None]:
        """n people, where they stand by their traits, how many events they have, and when."""
        generator = self._generator
        drawn = generator._draw(rng, n)
        ranks = generator.standing(drawn.traits)
        counts = generator.activity.counts(ranks[:, ACTIVITY], self._knobs.density, self._most, rng)
        times = None
        if generator.clock is not None:
            times = generator.clock.draw(ranks[:, START], ranks[:, BREAKS], counts, rng)
        elif (constant := generator.known.interactions.times) is not None:
            times = np.full(counts.sum(), constant[0])
        return drawn, ranks, counts, times

    def _meet(
        self,
        rng: np.random.Generator,
        codes: Float32,
        counts: Int64,
        times: Int64 | None,
        factors: Float32,
        urn: Urn,
    ) -> Int32:
        """Int32[E], the items that people meet, a few people at a time, so that the urn is heeded."""
        at_once = max(1, min(self._knobs.people // LOOKS, NUMBERS_AT_ONCE // len(self.item_ids), len(codes)))
        ends = np.cumsum(counts)
        met = []
        for start in range(0, len(codes), at_once):
            some = slice(start, start + at_once)
            last = None if times is None else times[ends[some] - 1]
            weights = self._weights(codes[some], counts[some], last)
            items = draw_items(weights * (factors * urn.needs()), counts[some], rng)
            urn.take(items)
            met.append(items)
        return np.concatenate(met)

    def _weights(self, codes: Float32, counts: Int64, last: Int64 | None) -> Float32:
        """Float32[n, N], how much each person wants each item, where it was there before the person's last event."""
        weights = self._items.weights(self._generator._logits(codes))
        if self._knobs.noise:
            weights *= (1 - self._knobs.noise) / weights.sum(1, keepdims=True)
            weights += np.float32(self._knobs.noise) * self._items.shares.astype(np.float32)
        weights = np.maximum(weights, np.float32(1e-12))
        clock = self._generator.clock
        if clock is not None and last is not None:
            is_there = (clock.appeared[self._items.parents] <= last[:, None]) & (self._items.shares > 0)
            enough = is_there.sum(1) > counts
            weights[~is_there & enough[:, None]] = 0
        return weights

    def _calibrated(self) -> Float32:
        """Float32[N], what the weights of each item are multiplied by so that it is as popular as it should be."""
        n = max(16, min(CALIBRATED_BY, NUMBERS_AT_ONCE // len(self.item_ids)))
        drawn, _, counts, times = self._people(self._rng(2), n)
        last = None if times is None else times[np.cumsum(counts) - 1]
        return calibrated(self._weights(drawn.codes, counts, last), counts, self._items.shares)
