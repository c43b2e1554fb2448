"""A source's model, made to serve a target."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Self

import numpy as np
from scipy.special import softmax

from recsys_core.content.attribute_features import item_fields, user_fields
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models import Ability, Recommender
from recsys_core.models.transferred import Taste, Transferred
from recsys_core.models.warm_starts import attribute_rows, require_same_scale
from recsys_core.splitting import Split
from recsys_core.training.context import Event, FitContext, Preparing
from recsys_core.training.warm_start import Part, RowsOf, WarmStart, Weights, parts_of
from recsys_core.transfer.calibrating import calibrated, lent_shares, plain_taste, taste_of
from recsys_core.transfer.joining import join
from recsys_core.transfer.mapping import mapped_people
from recsys_core.transfer.match import Match
from recsys_core.transfer.plan import Plan, Way
from recsys_core.types import Int64


@dataclass(frozen=True)
class Source:
    """A finished run, as a transfer sees it.

    Attributes:
        model: fitted on ``data``.
        weights: what it learned, by name, as in :attr:`TrainingSummary.learned`; none of models that cannot learn on.
        parts: what these weights belong to.
        data: the data set that it learned from.
        epochs: how many it took to its best; 0 of models that learn in one step.
    """

    model: Recommender
    weights: Weights
    parts: tuple[Part, ...]
    data: Dataset
    epochs: int

    @classmethod
    def of(cls, model: Recommender, data: Dataset) -> Self:
        """A model that was just fitted on these data."""
        learned = model.training.learned if model.training else {}
        weights = {name: one.tensor for name, one in learned.items()}
        return cls(model, weights, tuple(parts_of(learned)), data, model.training.best_epoch if model.training else 0)

    @property
    def learns_on(self) -> bool:
        """Whether a training can go on from it."""
        return Ability.WARM_START in self.model.abilities and bool(self.weights)

    @property
    def reads(self) -> bool:
        """Whether it knows items by what is known about them."""
        return Ability.CONTENT in self.model.abilities


def adapt(source: Source, match: Match, plan: Plan, parts: Split, context: FitContext) -> Recommender:
    """A model for the target, from what the source learned.

    Args:
        parts: of the target; its training events teach, its validation events choose the epoch and calibrate.
        context: its ``validate`` chooses the best epoch of what is trained on the target. One training is told of and
            kept in checkpoints: that of what is carried over or, where nothing of that learns, the one beside it.

    Raises:
        ModelError: the plan does not fit the source and the target; see :func:`why_not`.
    """
    quiet = _quiet(context)
    context, beside = (quiet, context) if plan.way is Way.AS_IT_IS else (context, quiet)
    reason = why_not(source, match, plan, parts.train)
    if reason:
        raise ModelError(f"{source.model.title} cannot be transferred like this: {reason}", FIX, "does-not-fit")
    told = Histories.from_interactions(parts.train.interactions)
    as_it_stands = plan.way is Way.AS_IT_IS and match.n_items and not source.reads
    if plan.way is Way.JOINT:
        model, items, people = _joint(source, match, parts, context)
    elif as_it_stands or not (source.learns_on or plan.way is Way.MAPPED):
        model, items, people = source.model, match.items, match.people
    else:
        move = _mapped if plan.way is Way.MAPPED else partial(_moved, plan=plan)
        model = move(source, match, parts=parts, context=context)
        if not plan.calibrated:
            return model
        is_known = (told.lengths() > 0) | ((match.people >= 0) & _carries_people(source, plan))
        items, people = np.arange(len(match.items)), np.where(is_known, np.arange(len(told)), -1)
    if not plan.calibrated:
        plain = plain_taste(model, model.n_items, items, people)
        return Transferred.of([plain], _floor(items), [1.0], told)
    tastes = [taste_of(model, items, people, told)]
    lent = [lent_shares(source.data, match.items)]
    if source.reads:  # what items are about tells how popular they are, too
        lent.append(softmax(tastes[0].usual.astype(np.float64)))
    if plan.beside and len(parts.train.interactions):
        tastes.append(own_taste(type(source.model)(source.model.config), parts, beside))
    return calibrated(tastes, lent, parts)


def _quiet(context: FitContext) -> FitContext:
    """The context of a training of which nobody is told but for what it reads, and which always begins anew."""

    def on_event(event: Event) -> None:
        if isinstance(event, Preparing):
            context.on_event(event)

    return replace(context, on_event=on_event, start_from=None, save_checkpoint=lambda _: None)


def own_taste(model: Recommender, parts: Split, context: FitContext) -> Taste:
    """The taste of a fresh model that learns from the target alone."""
    told = Histories.from_interactions(parts.train.interactions)
    people = np.where(told.lengths() > 0, np.arange(len(told)), -1)
    return taste_of(model.fit(parts.train, context), np.arange(parts.dataset.n_items), people, told)


FIX = "Choose another source, another way, or train from scratch."


def why_not(source: Source, match: Match, plan: Plan, target: Dataset) -> str:
    """Why a plan does not fit, "" where it does."""
    model = source.model
    if plan.beside and not plan.calibrated:
        return "how much two models count beside each other is only found where the transfer is calibrated."
    if Ability.HISTORY not in model.abilities:
        return "it cannot be told of people whom it never met."
    if Ability.RATING in model.abilities and target.scale is None:
        return f"it learns to predict ratings, but {target.name!r} has none."
    if plan.way is Way.JOINT:
        if not (match.n_items or match.n_people or source.reads):
            return "the two data sets share no people and no items, and the model does not read what items are about."
        return ""
    if plan.way is Way.MAPPED:
        if not match.n_people:
            return "the two data sets share no people."
        if Ability.VECTORS not in model.abilities or Part.PEOPLE not in source.parts:
            return "it has no vectors of people that could be translated."
        return ""
    if plan.way is not Way.AS_IT_IS and not source.learns_on:
        return "it learns in one step, so that nothing can be adapted; use it as it is, or learn from both at once."
    if not (match.n_items or source.reads):
        if plan.way is Way.AS_IT_IS:
            return "the two data sets share no items, and the model does not read what items are about."
        if not (match.n_people and Part.PEOPLE in source.parts) and Part.NETWORK not in source.parts:
            return "the two data sets share no people and no items, and it learned nothing beyond these."
    if Ability.RATING in model.abilities:
        try:
            require_same_scale(source.data, target)
        except ModelError as error:
            return error.message
    return ""


def _joint(source: Source, match: Match, parts: Split, context: FitContext) -> tuple[Recommender, Int64, Int64]:
    """A fresh model of the source's kind that learns from both, and where the target's items and people are in it.

    It learns for as many epochs as the source did: most events are the source's, and a few validation events of the
    target would choose an epoch by chance.
    """
    both = join(source.data, parts.train, match)
    items, people = np.arange(parts.dataset.n_items), np.arange(parts.dataset.n_users)
    config = source.model.config
    if source.epochs:
        config = config.model_copy(update={"epochs": source.epochs})
    model = type(source.model)(config).fit(both.dataset, replace(context, validate=None))
    met = both.dataset.interactions.user_counts()[people] > 0
    return model, items, np.where(met, people, -1)


def _mapped(source: Source, match: Match, parts: Split, context: FitContext) -> Recommender:
    """A model of the target's own in which shared people stand where their vectors in the source say."""
    model = type(source.model)(source.model.config)
    model.fit(parts.train, context)
    assert model.training is not None
    weights = {name: one.tensor for name, one in model.training.learned.items()}
    people = match.people >= 0
    told = mapped_people(
        source.model.user_vectors()[match.people[people]],
        {name: one for name, one in model.training.learned.items() if one.blocks[:1] == (RowsOf.PEOPLE,)},
        np.flatnonzero(people),
        parts.train.interactions.user_counts(),
    )
    itself = {RowsOf.PEOPLE: np.arange(parts.dataset.n_users), RowsOf.ITEMS: np.arange(parts.dataset.n_items)}
    sizes = {rows: len(positions) for rows, positions in itself.items()}
    warm = WarmStart(
        weights,
        itself,
        sizes,
        np.zeros(len(parts.train.interactions), dtype=bool),
        np.zeros(parts.dataset.n_users, dtype=bool),
        newcomers=np.flatnonzero(people),
        told=told,
        as_it_is=True,
    )
    summary = model.training
    model.fit(parts.train, FitContext(seed=context.seed, device=context.device, warm=warm, cache=context.cache))
    model.training = summary
    return model


def _moved(source: Source, match: Match, plan: Plan, parts: Split, context: FitContext) -> Recommender:
    """A model of the target that begins with what the source learned."""
    model = type(source.model)(source.model.config)
    model.fit(parts.train, replace(context, warm=carry(source, match, plan, parts.train)))
    return model


def carry(source: Source, match: Match, plan: Plan, target: Dataset) -> WarmStart:
    """What the plan takes over, as the training of a model on the target begins with it."""
    import torch

    nobody = np.full(target.n_users, -1, dtype=np.int64)
    nothing = np.full(target.n_items, -1, dtype=np.int64)
    sources = {
        RowsOf.PEOPLE: match.people if Part.PEOPLE in plan.carry else nobody,
        RowsOf.ITEMS: match.items if Part.ITEMS in plan.carry else nothing,
    }
    sizes = {RowsOf.PEOPLE: source.data.n_users, RowsOf.ITEMS: source.data.n_items}
    if getattr(source.model.config, "use_attributes", False):
        for kind, fields in ((RowsOf.ITEM_VALUES, item_fields), (RowsOf.PERSON_VALUES, user_fields)):
            values, sizes[kind] = attribute_rows(fields(source.data), fields(target))
            sources[kind] = values if Part.NETWORK in plan.carry else np.full_like(values, -1)
    events = target.interactions
    newcomers = np.flatnonzero((sources[RowsOf.PEOPLE] < 0) & (events.user_counts() > 0))
    told: Weights = {}
    if len(newcomers) and (sources[RowsOf.ITEMS] >= 0).any():
        histories = Histories.from_interactions(events).take(newcomers)
        rows = source.model.newcomers(histories.translated(sources[RowsOf.ITEMS], source.data.n_items))
        told = {name: torch.from_numpy(np.asarray(values, dtype=np.float32)) for name, values in rows.items()}
    frozen = plan.way in (Way.FROZEN, Way.HEAD)
    rates = dict.fromkeys(Part, 0.0) if frozen else dict(plan.rates)
    return WarmStart(
        source.weights,
        sources,
        sizes,
        np.ones(len(events), dtype=bool),
        events.user_counts() > 0,
        rates,
        newcomers if told else np.empty(0, dtype=np.int64),
        told,
        source=source.model,
        head_rate={Way.HEAD: 1.0, Way.GRADUAL: 1.0, Way.FROZEN: 0.0}.get(plan.way),
        thaw=plan.thaw if plan.way is Way.GRADUAL else 0,
        pull=plan.pull,
        as_it_is=plan.way is Way.AS_IT_IS,
        network=Part.NETWORK in plan.carry,
    )


def _carries_people(source: Source, plan: Plan) -> bool:
    """Whether people of the source bring their own rows along."""
    return Part.PEOPLE in source.parts and (plan.way is Way.MAPPED or Part.PEOPLE in plan.carry)


def _floor(items: Int64) -> np.ndarray:
    """Float32[I] that puts items which the model never met behind all others."""
    return np.where(items >= 0, 0, -1e6).astype(np.float32)


def usual_plan(source: Source, match: Match, target: Dataset) -> tuple[Plan, str]:
    """The plan that suits what is shared, and why."""
    plans = plans_to_try(source, match, target)
    shared = [f"{number:,} {noun}" for number, noun in ((match.n_people, "people"), (match.n_items, "items")) if number]
    what = f"{' and '.join(shared)} are in both" if shared else "nothing is shared but what items are about"
    return plans[0], f"{what[0].upper()}{what[1:]}."


def plans_to_try(source: Source, match: Match, target: Dataset) -> list[Plan]:
    """Plans that suit, at most three, those that suit few events first; none where nothing can be carried over."""
    if match.n_items or source.reads:
        wanted = [Plan(way=Way.AS_IT_IS, beside=True), Plan(way=Way.JOINT, beside=True), Plan(way=Way.FULL, pull=0.1)]
    else:
        wanted = [Plan(way=Way.JOINT, beside=True), Plan(way=Way.MAPPED), Plan(way=Way.FULL, pull=0.1)]
    return [plan for plan in wanted if not why_not(source, match, plan, target)]
