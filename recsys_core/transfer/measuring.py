"""One figure of a learning curve: a way to serve a target, at a share of its data, with a seed."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from recsys_core.data.interactions import Histories
from recsys_core.evaluation import rank
from recsys_core.metrics import NDCG, PRECISION, RECALL
from recsys_core.models import Recommender
from recsys_core.models.ease import EASE
from recsys_core.models.popularity import Popularity
from recsys_core.splitting import Split
from recsys_core.statistics.estimates import PerUser, as_it_is
from recsys_core.training.context import EpochEnded, FitContext, Validation
from recsys_core.transfer.adapting import Source, adapt
from recsys_core.transfer.calibrating import WIDE, calibrated, is_clearly_better, judges, taste_of
from recsys_core.transfer.match import Match
from recsys_core.transfer.plan import Plan
from recsys_core.transfer.shares import at_share
from recsys_core.types import Float64, Int64

K = 10
FIGURES = (NDCG, PRECISION, RECALL)
JUDGED_BY = f"{NDCG.about.key}@{K}"
TRANSFER, SCRATCH, POPULARITY, EASE_ARM = "transfer", "scratch", "popularity", "ease"
ARMS = {TRANSFER: "Transfer", SCRATCH: "From scratch", POPULARITY: "Popularity", EASE_ARM: "EASE"}


@dataclass(frozen=True)
class Attempt:
    """A way to make a model of the target.

    Attributes:
        title: as it stands in tables.
        make: gives the model of a split.
    """

    title: str
    make: Callable[[Split, FitContext], Recommender]


@dataclass(frozen=True)
class Measured:
    """What an arm came to.

    Attributes:
        arm: a key of ``ARMS``.
        share: of the target's data.
        seed: of the share, and of the training.
        events: the target's, learned from.
        chosen: title of the attempt that the validation events chose.
        tried: title → its figure on the validation events; None where there are none, or it does not fit.
        seconds: of the attempt that was chosen; epochs: of its training.
        curve: (seconds, figure on the validation events) after each of its epochs.
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
        return [Attempt(plan.title, partial(_adapted, source, match, plan)) for plan in plans]
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
        model = plain(settings, parts, context)
        told = Histories.from_interactions(parts.train.interactions)
        people = np.where(told.lengths() > 0, np.arange(len(told)), -1)
        taste = taste_of(model, np.arange(model.n_items), people, told)
        return calibrated(taste, np.zeros(model.n_items), parts)

    usual = Attempt("settings of the source", partial(plain, {}))
    mixed = Attempt("settings of the source, calibrated", partial(with_popularity, {}))
    smaller = {name: getattr(config, name) // 4 for name in ("embedding_size",) if hasattr(config, name)}
    third = Attempt("smaller vectors, calibrated", partial(with_popularity, smaller)) if smaller else None
    return [one for one in (mixed, usual, third) if one is not None][:number]


def measure(
    arm: str,
    tries: list[Attempt],
    full: Split,
    share: float,
    seed: int,
    context: FitContext,
    met: Int64,
) -> tuple[Measured, dict[str, PerUser]]:
    """Make each attempt, keep the one that is best on the validation events, and judge it on the test events.

    Args:
        full: the whole target.
        context: of every training; its seed and what it validates by are set here.
        met: people of the target whom a model that was transferred knows from elsewhere.
    """
    parts = at_share(full, share, seed)
    best: tuple[Float64 | None, Attempt, Recommender, float, int, tuple[tuple[float, float], ...]] | None = None
    tried: dict[str, float | None] = {}
    judge = _Judge.of(parts)
    for attempt in tries if judge is not None else tries[:1]:
        started = time.monotonic()
        curve: list[tuple[float, float]] = []

        def note(event: Any, started: float = started, curve: list[tuple[float, float]] = curve) -> None:
            context.on_event(event)
            if isinstance(event, EpochEnded) and event.validation is not None:
                curve.append((time.monotonic() - started, event.validation.value))

        model = attempt.make(parts, replace(context, seed=seed, validate=judge, on_event=note))
        seconds = time.monotonic() - started
        found = judge.of_people(model) if judge is not None else None
        tried[attempt.title] = None if found is None else float(found.mean())
        epochs = model.training.epochs if model.training else 0
        if best is None or (found is not None and (best[0] is None or is_clearly_better(found, best[0]))):
            best = (found, attempt, model, seconds, epochs, tuple(curve))
    assert best is not None
    _, attempt, model, seconds, epochs, curve_of_best = best
    events = len(parts.train.interactions)
    about = Measured(arm, share, seed, events, attempt.title, tried, seconds, epochs, curve_of_best)
    return about, figures(model, parts, full, met if arm == TRANSFER else met[:0])


@dataclass(frozen=True)
class _Judge:
    """The validation figure of any model, over some of the people with validation events."""

    parts: Split
    users: Int64

    @classmethod
    def of(cls, parts: Split) -> "_Judge | None":
        """None where there is nothing to validate on."""
        some = judges(parts.valid.warm_users, parts)
        return cls(parts, some) if len(some) else None

    def __call__(self, model: Recommender) -> Validation:
        return Validation(f"{NDCG.about.title}@{WIDE}", float(self.of_people(model).mean()), True)

    def of_people(self, model: Recommender) -> Float64:
        """Float64[n], of each person."""
        order = self.parts.dataset.item_ids.hash_order
        return NDCG.per_user(rank(model, self.parts.valid, self.users, WIDE, order)[0], WIDE)


def figures(model: Recommender, parts: Split, full: Split, met: Int64) -> dict[str, PerUser]:
    """Figures of each person whom the whole target judges, whatever is known of them at this share.

    Args:
        met: whom the model knows, beside those with training events.
    """
    users = full.test.warm_users
    holdout = replace(parts.test, strangers=np.setdiff1d(parts.test.strangers, met))
    truth, _ = rank(model, holdout, users, K, parts.dataset.item_ids.hash_order)
    return {
        f"{metric.about.key}@{K}": PerUser(users, metric.per_user(truth, K), np.ones(len(users)), as_it_is)
        for metric in FIGURES
    }
