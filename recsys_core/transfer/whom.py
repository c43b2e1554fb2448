"""Who gains and who loses by a transfer: people by what is known of them, items by where they are known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recsys_core.blending.verdict import in_a_row
from recsys_core.comparing.ablation import gain
from recsys_core.comparing.cutting import NUMBERS, by_amount
from recsys_core.comparing.slices import FEWEST
from recsys_core.metrics import RECALL
from recsys_core.splitting import Split
from recsys_core.statistics.estimates import Estimate, PerUser, as_it_is
from recsys_core.transfer.evidence import Evidence, Point
from recsys_core.transfer.match import Match
from recsys_core.transfer.measuring import JUDGED_BY, TRANSFER, K
from recsys_core.types import Bool, Int64

HEAD = 0.5  # of all training events are on the popular items
IN_BOTH, ONLY_HERE = "in both data sets", "only here"
FOUND_BY = f"{RECALL.about.key}@{K}"  # the figure of items: how many of those that were to be found are in the lists


@dataclass(frozen=True)
class Part:
    """What a transfer brings to some people, or in finding some items.

    Attributes:
        noun, name: such as "people with" and "up to 20 events", or "" and "popular items".
        number: of people, or of items.
        people: who were judged.
        lead: by how much the transfer is better there; None where there are too few people to tell.
    """

    noun: str
    name: str
    number: int
    people: int
    lead: Estimate | None

    @property
    def words(self) -> str:
        """As it stands in a sentence."""
        return f"{self.noun} {self.name}".strip()


def people_who_gain(
    evidence: Evidence, share: float, over: str, full: Split, match: Match, metric: str = JUDGED_BY
) -> list[Part]:
    """The people of the target, by how much is known of them and by whether the source knows them as well.

    Args:
        share: of the target's data.
        over: the arm that the transfer is held against.
        full: the whole target.
    """
    mine, theirs = _sides(evidence, share, over)
    if not mine:
        return []
    users = mine[0].per_user[metric].users
    known = full.test.known.lengths()[users].astype(np.float64)
    activity = by_amount("activity", "Activity", known, FEWEST, NUMBERS, noun="event")
    groups = [("people with", name, users[activity.of == place]) for place, name in enumerate(activity.names)]
    shared = match.people[users] >= 0
    if shared.any() and not shared.all():
        groups += [("people", IN_BOTH, users[shared]), ("people", ONLY_HERE, users[~shared])]
    return [
        Part(
            noun,
            name,
            len(some),
            len(some),
            _lead(*([p.per_user[metric].among(some) for p in side] for side in (mine, theirs))),
        )
        for noun, name, some in groups
    ]


def items_that_gain(evidence: Evidence, share: float, over: str, full: Split, match: Match) -> list[Part]:
    """The items of the target, by whether the source knows them and by how popular they are: how many of those that
    people were to find are in their lists. None where lists were not kept.

    Args: as :func:`people_who_gain`.
    """
    mine, theirs = _sides(evidence, share, over)
    if not mine or any(point.lists is None for point in (*mine, *theirs)):
        return []
    shared, popular = match.items >= 0, _popular(full.train.interactions.item_counts())
    groups = [("", "popular items", popular), ("", "all other items", ~popular)]
    if shared.any() and not shared.all():
        groups += [("items", IN_BOTH, shared), ("items", ONLY_HERE, ~shared)]
    found = []
    for noun, name, chosen in groups:
        sides = [[_recall(point, full, chosen) for point in side] for side in (mine, theirs)]
        if people := len(sides[0][0].users):
            found.append(Part(noun, name, int(chosen.sum()), people, _lead(*sides)))
    return found


def _sides(evidence: Evidence, share: float, over: str) -> tuple[list[Point], list[Point]]:
    """The points of the seeds that both were measured with."""
    mine, theirs = evidence.of(TRANSFER, share), evidence.of(over, share)
    seeds = sorted(mine.keys() & theirs.keys())
    return [mine[seed] for seed in seeds], [theirs[seed] for seed in seeds]


def _lead(mine: Sequence[PerUser], theirs: Sequence[PerUser]) -> Estimate | None:
    if len(mine[0].users) < FEWEST:
        return None
    found = gain(mine, theirs, None)
    return found.estimate if found else None


def _popular(counts: Int64) -> Bool:
    """The fewest items that have half of all events."""
    order = np.argsort(-counts, kind="stable")
    before = np.concatenate([[0], np.cumsum(counts[order])[:-1]])
    popular = np.zeros(len(counts), dtype=bool)
    popular[order[before < HEAD * counts.sum()]] = True
    return popular


def _recall(point: Point, full: Split, chosen: Bool) -> PerUser:
    """Share of the chosen items that were to be found that are in the lists, of those with any to find."""
    assert point.lists is not None
    users, wanted = point.per_user[JUDGED_BY].users, full.test.relevant
    n_items = len(chosen)
    keys = wanted.users.astype(np.int64) * n_items + wanted.items
    keys = np.unique(keys[chosen[wanted.items]])
    to_find = np.bincount(keys // n_items, minlength=full.dataset.n_users)[users]
    shown = np.where(point.lists >= 0, users[:, None] * n_items + point.lists, -1)
    found = np.isin(shown, keys).sum(axis=1)
    some = to_find > 0
    return PerUser(users[some], found[some] / to_find[some], np.ones(int(some.sum())), as_it_is)


def in_words(parts: Sequence[Part], label: str) -> str:
    """Who surely gains and who surely loses, as the finding of a chart.

    Args:
        label: of the figure, such as "NDCG@10".
    """
    sure = [(one.words, one.lead.value) for one in parts if one.lead is not None and one.lead.is_certain]
    sides = [[name for name, value in sure if value > 0], [name for name, value in sure if value < 0]]
    told = [f"{in_a_row(names)} {verb}" for names, verb in zip(sides, ("gain", "lose"), strict=True) if names]
    if not told:
        told = ["no group surely gains or loses"]
    elif len(told) == 1:
        told.append("none surely loses" if sides[0] else "none surely gains")
    words = ", ".join(told)
    return f"{words[0].upper()}{words[1:]}, by {label}."
