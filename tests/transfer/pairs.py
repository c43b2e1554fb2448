"""Two small data sets of which it is known what carries over from one to the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset, Ids
from recsys_core.transfer.match import How, Match
from recsys_core.types import Feedback, Int64
from tests import worlds

KINDS = 4
WORDS = ("pirate ship harbour", "court judge verdict", "garden rose spade", "rocket moon orbit")


@dataclass(frozen=True)
class Pair:
    """A source, a target, and what is the same in both."""

    source: Dataset
    target: Dataset
    match: Match


def of_kinds(
    name: str, people: int, items: int, met: int, *, prefixes: tuple[str, str], seed: int = 0, stray: bool = False
) -> Dataset:
    """Person p and item i are of the kinds p mod 4 and i mod 4. Each meets ``met`` items of the own kind; strays meet
    items of any kind. What is written about items tells their kind."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        own = np.arange(items) if stray else np.arange(person % KINDS, items, KINDS)
        rows += [(person, int(item), 1.0, int(rng.integers(10**6))) for item in rng.choice(own, met, replace=False)]
    made = worlds.dataset(rows, people, items, feedback=Feedback.IMPLICIT, name=name)
    table = made.item_table.assign(
        title=pd.Series([""] * items, dtype=object),
        text=pd.Series([WORDS[item % KINDS] for item in range(items)], dtype=object),
    )
    ids = [
        Ids.of([f"{prefix}{place}" for place in range(n)]) for prefix, n in zip(prefixes, (people, items), strict=True)
    ]
    return replace(made, user_ids=ids[0], item_ids=ids[1], item_table=table)


def matched(people: Sequence[int] | Int64, items: Sequence[int] | Int64) -> Match:
    """A match as somebody would write it down: for each of the target the position in the source, or −1."""
    known = np.asarray(items, dtype=np.int64)
    how = np.where(known >= 0, str(How.ID), str(How.NOT)).astype(object)
    return Match(np.asarray(people, dtype=np.int64), known, how, (known >= 0).astype(np.float32))


def shared_items(stray: bool = False) -> Pair:
    """Other people who meet the same items; where they stray, what they like has nothing to do with kinds."""
    source = of_kinds("source", 160, 60, 8, prefixes=("s", "i"), seed=1)
    target = of_kinds("target", 80, 60, 8, prefixes=("t", "i"), seed=2, stray=stray)
    return Pair(source, target, matched([-1] * 80, range(60)))


def shared_people() -> Pair:
    """The same people who meet other items."""
    source = of_kinds("source", 120, 40, 8, prefixes=("p", "s"), seed=1)
    target = of_kinds("target", 120, 80, 6, prefixes=("p", "t"), seed=2)
    return Pair(source, target, matched(range(120), [-1] * 80))


def shared_words() -> Pair:
    """Other people and other items, which are described alike."""
    source = of_kinds("source", 120, 40, 8, prefixes=("s", "a"), seed=1)
    target = of_kinds("target", 80, 60, 8, prefixes=("t", "b"), seed=2)
    return Pair(source, target, matched([-1] * 80, [-1] * 60))


def other_words() -> Pair:
    """As :func:`shared_words`, but what is written about an item of the target says nothing of its kind."""
    pair = shared_words()
    words = np.random.default_rng(3).permutation(pair.target.item_table["text"].to_numpy())
    target = replace(pair.target, item_table=pair.target.item_table.assign(text=pd.Series(words, dtype=object)))
    return replace(pair, target=target)
