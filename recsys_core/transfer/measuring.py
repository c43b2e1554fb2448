"""One figure of a learning curve: a way to serve a target, at a share of its data, with a seed."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from recsys_core.errors import StudioError
from recsys_core.evaluation import rank
from recsys_core.metrics import NDCG, PRECISION, RECALL
from recsys_core.models import Recommender
from recsys_core.models.ease import EASE
from recsys_core.models.popularity import Popularity
from recsys_core.splitting import Split
from recsys_core.statistics.estimates import PerUser, as_it_is
from recsys_core.training.context import EpochEnded, Event, FitContext, Validation
from recsys_core.transfer.adapting import Source, adapt, own_taste
from recsys_core.transfer.calibrating import K as K
from recsys_core.transfer.calibrating import calibrated, is_clearly_better, judges
from recsys_core.transfer.match import Match
from recsys_core.transfer.plan import Plan
from recsys_core.transfer.shares import at_share
from recsys_core.types import Float64, Int32, Int64

WIDE = 100  # where epochs are chosen: of few validation events hardly any is among the first ten
FIGURES = (NDCG, PRECISION, RECALL)
METRICS = tuple(f"{metric.about.key}@{K}" for metric in FIGURES)
JUDGED_BY = f"{NDCG.about.key}@{K}"
TRANSFER, SCRATCH, POPULARITY, EASE_ARM = "transfer", "scratch", "popularity", "ease"
ARMS = {TRANSFER: "Transfer", SCRATCH: "From scratch", POPULARITY: "Popularity", EASE_ARM: "EASE"}


@dataclass(frozen=True)
class Attempt:
    """A way to make a model of the target.

    Attributes:
        title: as it stands in tables.
        make: gives the model of a split.
        races: its epochs tell how soon a training that was carried over, or one from scratch, gets good.
    """

    title: str
    make: Callable[[Split, FitContext], Recommender]
    races: bool = False


@dataclass(frozen=True)
class Measured:
    """What an arm came to.

    Attributes:
        arm: a key of ``ARMS``.
        share: of the target's data.
        seed: of the share, and of the training.
        events: the target's, learned from.
        chosen: title of the attempt that the validation events chose.
        tried: title → its figure on the validation events; None where there are none, or it failed.
        seconds: of the attempt that was chosen; epochs: of its training.
        curve: (seconds, figure on the validation events) after each epoch of the attempt that races, if one does.
    """

    arm: str
    share: float
    seed: int
    events: int
    chosen: str
    tried: Mapping[str, float | None]
    seconds: float
    epochs: int
    curve: tuple[tuple[float, float], ...] = field(default=())


def attempts(arm: str, source: Source, match: Match, plans: list[Plan]) -> list[Attempt]:
    """What an arm may try: as many settings from scratch as there are plans, so that the budgets are equal."""
    if arm == POPULARITY:
        return [Attempt("popularity", lambda parts, context: Popularity().fit(parts.train, context))]
    if arm == EASE_ARM:
        pulls = [EASE.Config().regularisation * factor for factor in (1, 10, 0.1)][: len(plans)]
        return [Attempt(f"pull {pull:g}", partial(_ease, pull)) for pull in pulls]
    if arm == TRANSFER:
        return [Attempt(plan.title, partial(_adapted, source, match, plan), plan.fine_tunes) for plan in plans]
    return _from_scratch(source, len(plans))


def _ease(pull: float, parts: Split, context: FitContext) -> Recommender:
    return EASE(EASE.Config(regularisation=pull)).fit(parts.train, context)


def _adapted(source: Source, match: Match, plan: Plan, parts: Split, context: FitContext) -> Recommender:
    return adapt(source, match, plan, parts, context)


def _from_scratch(source: Source, number: int) -> list[Attempt]:
    """The source's kind of model with its settings, plain and calibrated as the transfer is, and other settings."""
    kind, config = type(source.model), source.model.config

    def plain(settings: dict[str, Any], parts: Split, context: FitContext) -> Recommender:
        return kind(config.model_copy(update=settings)).fit(parts.train, context)

    def with_popularity(settings: dict[str, Any], parts: Split, context: FitContext) -> Recommender:
        taste = own_taste(kind(config.model_copy(update=settings)), parts, context)
        return calibrated([taste], [], parts)

    usual = Attempt("settings of the source", partial(plain, {}))
    mixed = Attempt("settings of the source, calibrated", partial(with_popularity, {}), races=True)
    smaller = {name: getattr(config, name) // 4 for name in ("embedding_size",) if hasattr(config, name)}
    third = Attempt("smaller vectors, calibrated", partial(with_popularity, smaller)) if smaller else None
    return [one for one in (mixed, usual, third) if one is not None][:number]


def ignorant(parts: Split) -> Recommender:
    """What anybody can say who was told nothing: all items are alike, so that their order is chance."""
    model = Popularity()
    model.n_users, model.n_items = parts.dataset.n_users, parts.dataset.n_items
    model.counts = np.zeros(model.n_items, dtype=np.float32)
    return model


NOTHING_KNOWN = Attempt("nothing known", lambda parts, _: ignorant(parts))


def measure(
    arm: str,
    tries: list[Attempt],
    full: Split,
    share: float,
    seed: int,
    context: FitContext,
    met: Int64,
) -> tuple[Measured, dict[str, PerUser], Int32]:
    """Make each attempt, keep the one that is best on the validation events, and judge it on the test events.

    Where there are no validation events, the first attempt that does not fail is kept. Without any training event only
    a transfer knows something; the other arms say what :func:`ignorant` says.

    Args:
        full: the whole target.
        context: of every training; its seed and what it validates by are set here.
        met: people of the target whom a model that was transferred knows from elsewhere.

    Returns:
        What it came to, and :func:`figures`.

    Raises:
        StudioError: all attempts failed; that of the last one.
    """
    parts = at_share(full, share, seed)
    if arm != TRANSFER and not len(parts.train.interactions):
        tries = [NOTHING_KNOWN]
    context, judge = replace(context, seed=seed), Judge.of(parts)
    best: _Made | None = None
    tried: dict[str, float | None] = {}
    curve: tuple[tuple[float, float], ...] = ()
    for place, attempt in enumerate(tries):
        if judge is None and best is not None:
            break
        try:
            made = _make(attempt, parts, context, judge)
        except StudioError:
            if best is None and place == len(tries) - 1:
                raise
            tried[attempt.title] = None
            continue
        tried[attempt.title] = None if made.found is None else float(made.found.mean())
        curve = made.curve if attempt.races and not curve else curve
        if best is None or _beats(made, best):
            best = made
    assert best is not None
    about = Measured(
        arm,
        share,
        seed,
        len(parts.train.interactions),
        best.attempt.title,
        tried,
        best.seconds,
        len(best.epochs),
        curve,
    )
    return about, *figures(best.model, parts, full, met if arm == TRANSFER else met[:0])


@dataclass(frozen=True)
class _Made:
    """What an attempt came to.

    Attributes:
        found: Float64[n], the figure of each person who judges; None where nobody does.
        epochs: with the seconds after which they ended.
    """

    attempt: Attempt
    model: Recommender
    found: Float64 | None
    seconds: float
    epochs: list[tuple[float, EpochEnded]]

    @property
    def curve(self) -> tuple[tuple[float, float], ...]:
        """Seconds and the figure on the validation events after each epoch."""
        return tuple((seconds, one.validation.value) for seconds, one in self.epochs if one.validation is not None)


def _beats(made: _Made, best: _Made) -> bool:
    return made.found is not None and best.found is not None and is_clearly_better(made.found, best.found)


def _make(attempt: Attempt, parts: Split, context: FitContext, judge: "Judge | None") -> _Made:
    started = time.monotonic()
    epochs: list[tuple[float, EpochEnded]] = []

    def note(event: Event) -> None:
        context.on_event(event)
        if isinstance(event, EpochEnded):
            epochs.append((time.monotonic() - started, event))

    model = attempt.make(parts, replace(context, validate=judge, on_event=note))
    seconds = time.monotonic() - started
    return _Made(attempt, model, judge.of_people(model) if judge is not None else None, seconds, epochs)


@dataclass(frozen=True)
class Judge:
    """The validation figure of any model, over some of the people with validation events, the same ones each time."""

    parts: Split
    users: Int64

    @classmethod
    def of(cls, parts: Split) -> "Judge | None":
        """None where there is nothing to validate on."""
        some = judges(parts.valid.warm_users, parts)
        return cls(parts, some) if len(some) else None

    def __call__(self, model: Recommender) -> Validation:
        return Validation(f"{NDCG.about.title}@{WIDE}", float(self.of_people(model, WIDE).mean()), True)

    def of_people(self, model: Recommender, k: int = K) -> Float64:
        """Float64[n], of each person."""
        order = self.parts.dataset.item_ids.hash_order
        return NDCG.per_user(rank(model, self.parts.valid, self.users, k, order)[0], k)


def figures(model: Recommender, parts: Split, full: Split, met: Int64) -> tuple[dict[str, PerUser], Int32]:
    """Figures of each person whom the whole target judges, whatever is known of them at this share; and Int32[n, K],
    what they are shown.

    Args:
        met: whom the model knows, beside those with training events.
    """
    users = full.test.warm_users
    holdout = replace(parts.test, strangers=np.setdiff1d(parts.test.strangers, met))
    truth, lists = rank(model, holdout, users, K, parts.dataset.item_ids.hash_order)
    per_user = {
        f"{metric.about.key}@{K}": PerUser(users, metric.per_user(truth, K), np.ones(len(users)), as_it_is)
        for metric in FIGURES
    }
    return per_user, lists
