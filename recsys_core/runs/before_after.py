"""What fine-tuning changed: a model before and after, on new and on old held-out events, over the same people."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.evaluation import rank_by
from recsys_core.metrics import NDCG, RMSE, metric_label
from recsys_core.models import Ability, Recommender
from recsys_core.models.warm_starts import positions
from recsys_core.ranking import CHUNK_SCORES
from recsys_core.splitting import KNOWN, TEST, TRAIN, VALID, Holdout, Split
from recsys_core.statistics.estimates import PerUser, as_it_is
from recsys_core.statistics.paired import paired_difference
from recsys_core.types import Bool, Float32, Int32, Int64, Json

K = 10
NDCG_NAME, RMSE_NAME = f"{NDCG.about.key}@{K}", RMSE.about.key
LITTLE = 0.05  # of a figure
Places = tuple[Int64, Int64]  # for each person and each item of a data set, where it stands in another; −1: nowhere


@dataclass(frozen=True)
class View:
    """A model that answers in the positions of another data set.

    Attributes:
        users, items: Int64[U] and Int64[I], for each person and item there its position in what the model learned from,
            −1 where it met none. Such people are told by their history, such items come last in each list.
    """

    model: Recommender
    users: Int64
    items: Int64

    @classmethod
    def of(cls, model: Recommender, train: Dataset, other: Dataset) -> "View":
        """A model that learned from ``train``, as seen from another data set."""
        users = positions(other.user_ids, train.user_ids)
        met = train.interactions.user_counts() > 0
        return cls(model, np.where(met[users], users, -1), positions(other.item_ids, train.item_ids))

    def serves(self, holdout: Holdout) -> Bool:
        """Bool[U], who is known to the model, or can be made known to it."""
        if Ability.HISTORY not in self.model.abilities:
            return self.users >= 0
        told = holdout.known.people()[self.items[holdout.known.items] >= 0]
        return (self.users >= 0) | (np.bincount(told, minlength=len(self.users)) > 0)

    def scores(self, holdout: Holdout, users: Int32) -> Float32:
        """Float32[B, I]."""
        own, known = self.users[users], self.items >= 0
        met = own >= 0
        answers = np.empty((len(users), self.model.n_items), dtype=np.float32)
        if met.any():
            answers[met] = self.model.score(own[met].astype(np.int32))
        if not met.all():
            told = holdout.known.take(users[~met]).translated(self.items, self.model.n_items)
            answers[~met] = self.model.score_histories(told)
        seen = np.empty((len(users), len(self.items)), dtype=np.float32)
        seen[:, known] = answers[:, self.items[known]]
        seen[:, ~known] = answers.min(axis=1)[:, None] - 1
        return seen


def places_by_id(dataset: Dataset, other: Dataset) -> Places:
    """Where people and items stand in another data set in which equal ids mean the same."""
    return positions(dataset.user_ids, other.user_ids), positions(dataset.item_ids, other.item_ids)


def roles_elsewhere(parts: Split, other: Split, places: Places | None = None) -> Int64:
    """Int64[E], for each event of a split the role that it has in another one, −1 where it is unknown there.

    Args:
        places: of the people and items of the split in the other one; None: told by their ids.
    """
    users, items = places or places_by_id(parts.dataset, other.dataset)
    mine, theirs, n_items = parts.dataset.interactions, other.dataset.interactions, other.dataset.n_items
    known = (users[mine.users] >= 0) & (items[mine.items] >= 0)
    keys = np.where(known, users[mine.users] * n_items + items[mine.items], -1)
    pairs = theirs.users.astype(np.int64) * n_items + theirs.items
    order = np.argsort(pairs)
    rows = order[np.minimum(np.searchsorted(pairs, keys, sorter=order), len(pairs) - 1)]
    return np.where(pairs[rows] == keys, other.roles[rows], -1).astype(np.int64)


def never_seen(parts: Split, source: Split, places: Places | None = None) -> tuple[Split, int]:
    """A split in which nothing judges that a run has learned from already, and how many events that concerns.

    No event gets a later role than it had for the run: what it learned from is learned from, what chose its best epoch
    does not test. Where that concerns no event, the split is the one that was given.

    Args:
        places: see :func:`roles_elsewhere`.
    """
    before = roles_elsewhere(parts, source, places)
    early = np.isin(before, (TRAIN, VALID)) & np.isin(parts.roles, (VALID, TEST)) & (before < parts.roles)
    if not early.any():
        return parts, 0
    return replace(parts, roles=np.where(early, before, parts.roles).astype(np.int8)), int(early.sum())


def not_learned(source: Split, parts: Split) -> int:
    """How many events taught a run, or chose its best epoch, and do neither in another split."""
    taught = np.isin(source.roles, (TRAIN, VALID)) & ~np.isin(roles_elsewhere(source, parts), (TRAIN, VALID))
    return int(taught.sum())


@dataclass(frozen=True)
class Change:
    """A figure before and after, over the same people; ``low`` to ``high`` is the 95 % interval of the difference."""

    before: float
    after: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Changes:
    """What was measured on some held-out events.

    Attributes:
        figures: name such as "ndcg@10" → change.
        people: over whom.
        left_out: events that could not judge, because the new model learned from them.
    """

    figures: dict[str, Change]
    people: int
    left_out: int

    def as_json(self) -> Json:
        figures = {name: vars(change) for name, change in self.figures.items()}
        return {"figures": figures, "people": self.people, "left_out": self.left_out}


def gain(before: Recommender, source: Split, after: Recommender, parts: Split) -> Changes:
    """On the new test events, over people whom both serve. Items that the old one lacks come last in its lists."""
    views = View.of(before, source.train, parts.dataset), View.of(after, parts.train, parts.dataset)
    return _changes(views, parts.test, parts.dataset, 0)


def forgetting(before: Recommender, source: Split, after: Recommender, parts: Split) -> Changes:
    """On the old test events and the old catalogue. What the new model learned from is taken for known."""
    views = View.of(before, source.train, source.dataset), View.of(after, parts.train, source.dataset)
    learned = np.isin(roles_elsewhere(source, parts), (TRAIN, VALID)) & (source.roles == TEST)
    events = source.dataset.interactions
    known = events.take(learned | np.isin(source.roles, (TRAIN, VALID, KNOWN)))
    targets = events.take((source.roles == TEST) & ~learned)
    histories = Histories.from_interactions(known)
    holdout = replace(source.test, known=histories, targets=targets, relevant=source.relevant(targets))
    return _changes(views, holdout, source.dataset, int(learned.sum()))


def _changes(views: tuple[View, View], holdout: Holdout, dataset: Dataset, left_out: int) -> Changes:
    served = views[0].serves(holdout) & views[1].serves(holdout)
    users = holdout.warm_users[served[holdout.warm_users]]
    figures: dict[str, Change] = {}
    if len(users):
        order = dataset.item_ids.hash_order
        truths = (rank_by(partial(view.scores, holdout), holdout, users, K, order)[0] for view in views)
        figures[NDCG_NAME] = _change(
            *(PerUser(users, NDCG.per_user(truth, K), np.ones(len(users)), as_it_is) for truth in truths)
        )
    if all(Ability.RATING in view.model.abilities for view in views):
        figures |= _rating_change(views, holdout, served)
    return Changes(figures, len(users), left_out)


def _rating_change(views: tuple[View, View], holdout: Holdout, served: Bool) -> dict[str, Change]:
    """RMSE over the held-out ratings that both models can predict."""
    targets, met = holdout.targets, (views[0].items >= 0) & (views[1].items >= 0)
    targets = targets.take(served[targets.users] & met[targets.items])
    if not len(targets):
        return {}
    people, person = np.unique(targets.users, return_inverse=True)
    counts = np.bincount(person).astype(np.float64)
    errors = []
    for view in views:
        ratings = _ratings(view, holdout, targets, people, person)
        total = np.bincount(person, RMSE.error(targets.values, ratings)).astype(np.float64)
        errors.append(PerUser(people.astype(np.int64), total, counts, RMSE.finish))
    return {RMSE_NAME: _change(*errors)}


def _ratings(view: View, holdout: Holdout, targets: Interactions, people: Int32, person: Int64) -> Float32:
    """Float32[n], predicted for the held-out ratings of these people."""
    ratings = np.empty(len(targets), dtype=np.float32)
    size = max(1, CHUNK_SCORES // targets.n_items)
    for start in range(0, len(people), size):
        mine = (start <= person) & (person < start + size)
        scores = view.scores(holdout, people[start : start + size])
        ratings[mine] = scores[person[mine] - start, targets.items[mine]]
    return ratings if holdout.scale is None else np.clip(ratings, holdout.scale.low, holdout.scale.high)


def _change(before: PerUser, after: PerUser) -> Change:
    difference = paired_difference(after, before)
    return Change(before.value(), after.value(), difference.low, difference.high)


def sentence(about: Json) -> str:
    """What a fine-tuning brought and cost, for people; ``about`` is the card's ``fine_tune``."""
    found = about["gain"]["figures"], about["forgetting"]["figures"]
    name = RMSE_NAME if all(RMSE_NAME in figures for figures in found) else NDCG_NAME
    parts = [
        f"on the {which} test events {figures[name]['after']:.3f} (before: {figures[name]['before']:.3f})"
        for which, figures in zip(("new", "old"), found, strict=True)
        if name in figures
    ]
    if not parts:
        return "Nobody is left to judge what was gained and what was forgotten."
    told = f"{metric_label(name)} {'; '.join(parts)}"
    gained = f"{_gained(name, found[0][name])}; " if name in found[0] else ""
    if name not in found[1]:
        return f"{told}: {gained}no old test event is left to judge what was forgotten."
    return f"{told}: {gained}{_forgotten(name, found[1][name])}."


def _gained(name: str, change: Json) -> str:
    """Whether the new figure is better than that of the run before it, in words."""
    gain = change["after"] - change["before"]
    gain = -gain if name == RMSE_NAME else gain
    if gain == 0 or (change["low"] is not None and change["low"] <= 0 <= change["high"]):
        return "no gain shows"
    return "it is better on the new ones" if gain > 0 else "it is worse on the new ones"


def _forgotten(name: str, change: Json) -> str:
    """How much worse an old figure became, in words."""
    loss = change["before"] - change["after"]
    loss = -loss if name == RMSE_NAME else loss
    if loss <= 0 or (change["low"] is not None and change["low"] <= 0 <= change["high"]):
        return "no forgetting shows"
    share = loss / change["before"]
    return "little was forgotten" if share < LITTLE else f"{share:.0%} of it was forgotten"
