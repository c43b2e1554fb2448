"""What a split amounts to, before it is used: sizes, who is judged, what leaks, and what to beware of."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from recsys_core.data.findings import counted
from recsys_core.data.interactions import Interactions
from recsys_core.splitting import KNOWN, TEST, TRAIN, UNUSED, VALID, Leak, Split, find_splitter
from recsys_core.splitting.base import UNTOLD_FUTURE
from recsys_core.types import Bool, Json

FEW_PEOPLE = 200  # below, intervals over people are so wide that few models can be told apart
FEW_TO_VALIDATE = 20
MANY_COLD = 0.2  # of the test events
LITTLE_TRAINING = 0.5  # of the events


@dataclass(frozen=True)
class Part:
    """How many events have a role, and of how many people and items they are."""

    events: int
    people: int
    items: int

    @classmethod
    def of(cls, events: Interactions) -> "Part":
        return cls(len(events), _count(events.user_counts() > 0), _count(events.item_counts() > 0))


@dataclass(frozen=True)
class SplitSummary:
    """A split in figures.

    Attributes:
        train, valid, test: what is learned from, what chooses the best epoch, what judges.
        known: events that are never learned from and told of new people when these are scored.
        unused: events that nobody learns from, knows or looks for.
        warm_users: people with something to find of whom something is known: they are judged.
        strangers: those of them who have no training events.
        cold_users: people with something to find of whom nothing is known: not judged.
        cold_items: items with test events and without training events.
        cold_share: the share of the test events that are on such items, 0..1.
        fingerprint: of the split.
        warnings: sentences for people; none where all is well.
    """

    train: Part
    valid: Part
    test: Part
    known: int
    unused: int
    warm_users: int
    strangers: int
    cold_users: int
    cold_items: int
    cold_share: float
    leak: Leak
    fingerprint: str
    warnings: tuple[str, ...]

    def as_json(self) -> Json:
        return asdict(self) | {"warnings": list(self.warnings)}


def summarise(split: Split) -> SplitSummary:
    """Look at a split without training anything, in time and memory that grow with events, people and items alone."""
    splitter = find_splitter(split.recipe.key)
    train, valid, test = (split.events(role) for role in (TRAIN, VALID, TEST))
    learned = train.user_counts() > 0
    told = split.events(TRAIN, VALID, KNOWN).user_counts() > 0
    wanted = split.relevant(test).user_counts() > 0
    validate = (split.relevant(valid).user_counts() > 0) & (split.events(TRAIN, KNOWN).user_counts() > 0)
    on_cold_items = train.item_counts()[test.items] == 0
    cold_share = _count(on_cold_items) / max(1, len(test))
    warm_users, cold_users = _count(wanted & told), _count(wanted & ~told)
    return SplitSummary(
        train=Part.of(train),
        valid=Part.of(valid),
        test=Part.of(test),
        known=_count(split.roles == KNOWN),
        unused=_count(split.roles == UNUSED),
        warm_users=warm_users,
        strangers=_count(wanted & told & ~learned),
        cold_users=cold_users,
        cold_items=len(np.unique(test.items[on_cold_items])),
        cold_share=cold_share,
        leak=splitter.leak if split.dataset.interactions.has_order else UNTOLD_FUTURE,
        fingerprint=split.fingerprint,
        warnings=(
            *_about_people(warm_users, cold_users),
            *_about_validation(_count(validate)),
            *_about_training(len(train) / len(split.roles)),
            *_about_items(cold_share),
        ),
    )


def _about_people(warm: int, cold: int) -> Iterator[str]:
    if warm < FEW_PEOPLE:
        newcomers = f", and {counted(cold, 'newcomer')} cannot" if cold else ""
        remedy = " A split per person judges more of them." if cold else ""
        yield f"Only {counted(warm, 'person')} can be judged{newcomers}: expect wide intervals.{remedy}"


def _about_validation(people: int) -> Iterator[str]:
    if not people:
        yield "Nobody is left to choose the best epoch, so models learn to their last one."
    elif people < FEW_TO_VALIDATE:
        yield f"Only {counted(people, 'person')} will choose the best epoch, so it is chosen partly by luck."


def _about_training(share: float) -> Iterator[str]:
    if share < LITTLE_TRAINING:
        yield f"Models learn from only {share:.0%} of the events."


def _about_items(share: float) -> Iterator[str]:
    if share > MANY_COLD:
        yield (
            f"{share:.0%} of what is to be found are items without training events, "
            "which models that learn from events alone cannot find."
        )


def _count(mask: Bool) -> int:
    return int(np.count_nonzero(mask))
