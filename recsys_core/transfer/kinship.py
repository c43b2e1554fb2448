"""How much two data sets have in common, as figures and in words."""

from dataclasses import asdict, dataclass
from typing import Self

import numpy as np

from recsys_core.content.around import AROUND, Around
from recsys_core.data.dataset import Dataset
from recsys_core.transfer.match import Match
from recsys_core.transfer.nearness import picture_closeness, text_closeness
from recsys_core.types import Bool, Float64, Int64, Json

BRIDGE, CONTENT, SHAPE = 0.7, 0.2, 0.1  # how much each counts
PEOPLE = 0.7  # as much as items: what somebody likes elsewhere tells less than what is known of the very item


@dataclass(frozen=True)
class Kinship:
    """What a target has in common with a source.

    Attributes:
        people, of_people: people of the target who are in the source, and all of them.
        people_events: the share of the target's events that are theirs.
        items, of_items, items_events: the same of items.
        texts, pictures: how well what is written about the items, and their pictures, mix, 0 to 1, by
            :func:`~recsys_core.transfer.nearness.mixing`; None where that cannot be told.
        activity: how alike the events of people are distributed, 0 to 1, by :func:`profile_likeness`.
        popularity: the same of the events of items.
        scales: what a value means in the source and in the target, in words.
    """

    people: int
    of_people: int
    people_events: float
    items: int
    of_items: int
    items_events: float
    texts: float | None
    pictures: float | None
    activity: float
    popularity: float
    scales: tuple[str, str]

    @property
    def same_scale(self) -> bool:
        return self.scales[0] == self.scales[1]

    @property
    def score(self) -> float:
        """0 to 1: 0.7 · bridge + 0.2 · content + 0.1 · shape.

        bridge = 1 − (1 − i) · (1 − 0.7 p), where i is the share of events on shared items and p that of shared people:
        either carries knowledge over. content: the mean of texts and pictures; where both are unknown, the others count
        as much more. shape: the mean of activity, popularity and, 1 or 0, the same scale.
        """
        bridge = 1 - (1 - self.items_events) * (1 - PEOPLE * self.people_events)
        shape = (self.activity + self.popularity + self.same_scale) / 3
        known = [one for one in (self.texts, self.pictures) if one is not None]
        if not known:
            return (BRIDGE * bridge + SHAPE * shape) / (BRIDGE + SHAPE)
        return BRIDGE * bridge + CONTENT * sum(known) / len(known) + SHAPE * shape

    @property
    def reasons(self) -> tuple[str, ...]:
        """Short sentences that say where the score is from, what counts most first."""
        content = [
            f"{what} of the items are {_percent(value)} as alike as within one catalogue."
            for what, value in (("Titles and texts", self.texts), ("Pictures", self.pictures))
            if value is not None
        ]
        if self.texts is None:
            content.append("What is written about the items cannot be compared.")
        there, here = self.scales
        return (
            _shared(self.items, self.of_items, self.items_events, "item", "items"),
            _shared(self.people, self.of_people, self.people_events, "person", "people"),
            *content,
            f"Both have {here}." if self.same_scale else f"The source has {there}, this data set {here}.",
            f"How active people are is {_percent(self.activity)} alike, how popular items are "
            f"{_percent(self.popularity)}.",
        )

    def as_json(self) -> Json:
        """The figures, with the score and the reasons."""
        return asdict(self) | {"scales": list(self.scales), "score": self.score, "reasons": list(self.reasons)}

    @classmethod
    def from_json(cls, about: Json) -> Self:
        """What :meth:`as_json` gave.

        Raises:
            KeyError, TypeError, ValueError: it did not.
        """
        there, here = about["scales"]
        return cls(**{name: about[name] for name in cls.__dataclass_fields__} | {"scales": (str(there), str(here))})


def kinship(source: Dataset, target: Dataset, match: Match, around: Around = AROUND) -> Kinship:
    """Measure what a target has in common with a source.

    Args:
        match: the target as seen from the source.
        around: where the cache of encoders is, and who may stop it.

    Raises:
        Cancelled: somebody asked to stop.
    """
    events = target.interactions
    return Kinship(
        people=match.n_people,
        of_people=target.n_users,
        people_events=_share(match.people[events.users] >= 0),
        items=match.n_items,
        of_items=target.n_items,
        items_events=_share(match.items[events.items] >= 0),
        texts=text_closeness(source, target, around),
        pictures=picture_closeness(source, target, around),
        activity=profile_likeness(source.interactions.user_counts(), events.user_counts()),
        popularity=profile_likeness(source.interactions.item_counts(), events.item_counts()),
        scales=(_scale(source), _scale(target)),
    )


def profile_likeness(source: Int64, target: Int64) -> float:
    """1 − the Kolmogorov-Smirnov distance of numbers of events, each relative to the mean of its data set.

    It is symmetric, and the same whether the numbers are seen as they are or by their logarithms. Numbers of events are
    whole, so each is spread evenly over ±½; otherwise means of 2.0 and 2.1 events would seem far apart.

    Args:
        source, target: Int64[n], Int64[m]; who has no events is left out.
    """
    source, target = source[source > 0], target[target > 0]
    if not len(source) or not len(target):
        return float(len(source) == len(target))
    (theirs, their_shares), (ours, our_shares) = _distribution(source), _distribution(target)
    places = np.union1d(theirs, ours)
    distance = np.abs(np.interp(places, theirs, their_shares) - np.interp(places, ours, our_shares)).max()
    return float(1 - distance)


def _distribution(counts: Int64) -> tuple[Float64, Float64]:
    """Where the distribution function of the counts, relative to their mean, has its corners, and its values there."""
    values, times = np.unique(counts, return_counts=True)
    below = np.concatenate([[0], np.cumsum(times)]) / len(counts)
    corners = np.stack([values - 0.5, values + 0.5], axis=1).ravel() / counts.mean()
    return corners, np.stack([below[:-1], below[1:]], axis=1).ravel()


def _share(events: Bool) -> float:
    return float(events.mean()) if len(events) else 0.0


def _scale(dataset: Dataset) -> str:
    scale = dataset.scale
    if scale is None:
        return "events without ratings"
    steps = f" in steps of {scale.step:g}" if scale.step else ""
    return f"ratings from {scale.low:g} to {scale.high:g}{steps}"


def _shared(n: int, of: int, events: float, one: str, many: str) -> str:
    if not n:
        return f"No {one} is known to be in both."
    return f"{n:,} of {of:,} {many} {'is' if n == 1 else 'are'} the same: {_percent(events)} of the events."


def _percent(share: float) -> str:
    """A share in words that does not round what is little to nothing, nor what is nearly all to all."""
    if 0 < share < 0.01:
        return "less than 1 %"
    return f"{min(round(100 * share), 99) if share < 1 else 100} %"
