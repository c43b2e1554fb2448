"""Learning with differential privacy: what is told of the data is told with noise, once, and all else follows from it.

A private autoencoder and three noisy counts make stand-ins, people whom nobody is; then a generator learns from the
stand-ins as it would from real people. What is worked out from something private is private as well (Dwork and Roth,
The Algorithmic Foundations of Differential Privacy, 2014), so the generators need to know nothing about it. The items,
which columns there are, the rating scale and the number of people count as known to all.
"""

import secrets
from dataclasses import dataclass, replace
from typing import Annotated, Self

import numpy as np
import torch
from pydantic import Field

from recsys_core.data.dataset import Dataset, Ids, Scale
from recsys_core.data.findings import Finding
from recsys_core.data.interactions import Interactions
from recsys_core.models.item_bags import unit_rows
from recsys_core.models.multinomial_net import MultinomialNet
from recsys_core.models.sparse import pattern
from recsys_core.synthetic.networks.autoencoder import network
from recsys_core.synthetic.private.budget import Release, epsilon_of, within
from recsys_core.synthetic.private.steps import PrivateSteps
from recsys_core.synthetic.tastes.drawing import draw_items
from recsys_core.synthetic.tastes.generator import TasteGenerator
from recsys_core.synthetic.tastes.profiles import Profiles
from recsys_core.training.context import Cancelled, FitContext, Preparing
from recsys_core.training.loop import Pulse
from recsys_core.types import Float64, Int32, Int64

CODE = 4  # numbers in a code: noise comes with each weight, so the network is small
START = 0.1  # of usual fresh weights of items, so that tastes that were not learned are none
STEPS, SHARE = 150, 0.2
# How loud the noise of these is against that of a step: popularity spends as much as all steps, the others a tenth.
ACTIVITY, POPULARITY, LEVELS = 0.9, 0.3, 0.9
BINS = 16
EVENTS_EACH = 16.0
LEAST_SHARE = 0.05  # of what an item has on average
MOST_LEVELS = 11
NUMBERS_AT_ONCE = 1 << 22  # 16 MB of weights

Epsilon = Annotated[
    float | None,
    Field(
        gt=0,
        le=100,
        description="Differential privacy: what is generated may tell of any one person this much at most. 1 is "
        "strict, 8 is weak; the smaller, the rougher. Empty: no bound.",
        json_schema_extra={"empty": "no bound"},
    ),
]


class CanBePrivate(TasteGenerator):
    """A generator with ``epsilon`` among its settings.

    The noise is not drawn from the seed of the training, which is no secret. So two trainings differ, and one that was
    interrupted begins again.
    """

    _delta: float | None = None

    @property
    def delta(self) -> float | None:
        return self._delta

    def fit(self, real: Dataset | None, context: FitContext | None = None) -> Self:
        if self.config.epsilon is None:
            return super().fit(real, context)
        context = context or FitContext()
        known = self._require(real)
        delta = 1 / (10 * known.n_users)
        stand_ins = make_stand_ins(known, self.config.epsilon, delta, context)
        afresh = FitContext(context.seed, context.device, on_event=context.on_event, cancel=context.cancel)
        super().fit(stand_ins.dataset, afresh)
        self.epsilon, self._delta = stand_ins.epsilon, delta
        self.findings += (_finding(stand_ins.epsilon, delta),)
        return self


@dataclass(frozen=True)
class StandIns:
    """People whom nobody is, and the ε with which they were made."""

    dataset: Dataset
    epsilon: float


def make_stand_ins(real: Dataset, epsilon: float, delta: float, context: FitContext) -> StandIns:
    """As many people as there are, none of whom tells of a real one beyond ε and δ.

    Args:
        real: people all of whom have events.

    Raises:
        ConfigError: no noise keeps to ε.
        Cancelled: somebody asked to stop.
    """
    wanted = (Release(1.0, SHARE, STEPS), *(Release(loud) for loud in (ACTIVITY, POPULARITY, LEVELS)))
    releases = within(epsilon, delta, wanted if real.scale is not None else wanted[:-1])
    steps, activity, popularity = releases[:3]
    secret = secrets.randbits(63)
    rng, generator = np.random.default_rng(secret), torch.Generator().manual_seed(secret)
    events = real.interactions
    counts = private_counts(events, activity.noise, rng)
    shares = private_shares(events, popularity.noise, rng)
    values = np.ones(int(counts.sum()))
    if real.scale is not None:
        levels, parts = private_levels(events, real.scale, releases[3].noise, rng)
        values = rng.choice(levels, len(values), p=parts)
    net = network(torch.from_numpy(np.log(shares)).float(), CODE, generator)
    net.decoder.item_table.data *= START
    learning = PrivateSteps(net, unit_rows(pattern(events.matrix()), "cpu"), SHARE, steps.noise, generator)
    items = _items(learning.run(STEPS, _pulse(context)), counts, rng)
    users = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    times = None if events.times is None else np.zeros(len(users), dtype=np.int64)
    columns = tuple((str(name), str(dtype)) for name, dtype in real.user_table.dtypes.items())
    people = replace(
        real,
        interactions=Interactions(users, items, values.astype(np.float32), times, real.n_users, real.n_items),
        user_ids=Ids.of([str(number) for number in range(real.n_users)]),
        user_table=Profiles(columns, (), ()).table(np.zeros((real.n_users, 0), dtype=np.int64), rng),
    )
    return StandIns(people, epsilon_of(releases, delta))


def private_counts(events: Interactions, noise: float, rng: np.random.Generator) -> Int64:
    """Int64[U], numbers of events for as many people, from a noisy histogram of what people have.

    A person stands in one bin, so one more or less changes the histogram by 1. What noise alone may be is not believed.
    """
    edges = np.unique(np.geomspace(1, events.n_items + 1, BINS + 1).astype(np.int64))
    people = np.histogram(np.minimum(events.user_counts(), events.n_items), edges)[0]
    noisy = people + noise * rng.standard_normal(len(people))
    noisy[noisy < min(2 * noise, noisy.max())] = 0
    bins = rng.choice(len(noisy), events.n_users, p=np.maximum(noisy, 1e-9) / np.maximum(noisy, 1e-9).sum())
    logs = np.log(edges)[bins] + rng.random(len(bins)) * np.diff(np.log(edges))[bins]
    return np.clip(np.exp(logs), 1, events.n_items).astype(np.int64)


def private_shares(events: Interactions, noise: float, rng: np.random.Generator) -> Float64:
    """Float64[I], the shares of items in all events, all above 0, from noisy counts.

    They are drawn towards their mean by as much of their variance as is noise (James and Stein, Berkeley Symposium
    1961).
    """
    spread = noise * np.sqrt(EVENTS_EACH)
    noisy = weighted_counts(events) + spread * rng.standard_normal(events.n_items)
    mean = max(float(noisy.mean()), 1.0)
    told = max(0.0, 1 - spread**2 / max(float(noisy.var()), 1e-12))
    counts = np.maximum(mean + told * (noisy - noisy.mean()), LEAST_SHARE * mean)
    return counts / counts.sum()


def weighted_counts(events: Interactions) -> Float64:
    """Float64[I]: a person's events weigh so little that their vector is no longer than the root of ``EVENTS_EACH``."""
    weights = np.minimum(1, np.sqrt(EVENTS_EACH / np.maximum(events.user_counts(), 1)))
    return np.bincount(events.items, weights[events.users], minlength=events.n_items).astype(np.float64)


def private_levels(
    events: Interactions, scale: Scale, noise: float, rng: np.random.Generator
) -> tuple[Float64, Float64]:
    """Levels of the scale, and the share of the ratings on each of them, from noisy counts."""
    levels, counts = parts_on_levels(events, scale)
    noisy = np.maximum(counts + noise * rng.standard_normal(len(levels)), 1e-9)
    return levels, noisy / noisy.sum()


def parts_on_levels(events: Interactions, scale: Scale) -> tuple[Float64, Float64]:
    """Levels of the scale, and how many people rate so: each counts once, in parts, a vector no longer than 1."""
    steps = round((scale.high - scale.low) / scale.step) if scale.step else MOST_LEVELS
    levels = np.linspace(scale.low, scale.high, min(steps, MOST_LEVELS - 1) + 1)
    nearest = np.abs(events.values[:, None] - levels).argmin(1)
    weights = (1 / np.maximum(events.user_counts(), 1))[events.users]
    return levels, np.bincount(nearest, weights, minlength=len(levels)).astype(np.float64)


@torch.no_grad()
def _items(net: MultinomialNet, counts: Int64, rng: np.random.Generator) -> Int32:
    """Int32[E], what people of these numbers of events meet, whose codes come from the prior."""
    at_once = max(1, NUMBERS_AT_ONCE // len(net.decoder.item_bias))
    met = []
    for start in range(0, len(counts), at_once):
        some = counts[start : start + at_once]
        codes = torch.from_numpy(rng.standard_normal((len(some), CODE), dtype=np.float32))
        weights = np.maximum(net.decoder(codes).exp().numpy(), np.float32(1e-12))
        met.append(draw_items(weights, some, rng))
    return np.concatenate(met)


def _pulse(context: FitContext) -> Pulse:
    """Asks whether to stop, and says how far it is."""

    def pulse(done: float) -> None:
        if context.cancel():
            raise Cancelled
        context.on_event(Preparing("histories with noise", round(done * STEPS), STEPS))

    return pulse


def _finding(epsilon: float, delta: float) -> Finding:
    return Finding(
        "note",
        "private",
        f"Learned with differential privacy, ε = {epsilon:.2f} and δ = {delta:.1g} for a person's whole history. "
        "Times, profiles, and which items are rated higher than others were not learned, since they cannot be told "
        "with enough noise; the number of people, the items and the scale count as known to all.",
    )
