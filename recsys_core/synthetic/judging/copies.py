"""Whether generated people are copies of real ones.

How alike two people must be to be suspicious depends on the data: in some, real people share half of what they met,
because everybody is first shown the same things. So a generated person is a copy of a real one only where the second
nearest real person is much farther away (the ratio of these distances: Yale et al., Assessing privacy and quality of
synthetic health data, AIDR 2019). By that rule hardly any real person is a copy of another, whose share stands beside.
"""

from dataclasses import asdict, dataclass, fields
from typing import Self

import numpy as np
from scipy.sparse import csr_array

from recsys_core.data.dataset import Ids
from recsys_core.synthetic.judging.aspects import Curve
from recsys_core.synthetic.judging.distances import survival
from recsys_core.synthetic.judging.pair import Pair, met, overlaps
from recsys_core.types import Bool, Float64, Int64, Json

ASKED = 0.01  # share of generated people who may be copies
LIKE, FARTHER = 0.5, 0.6  # Jaccard at least, and the nearest distance at most, as a part of the second nearest one
PART, OTHERS_PART, TIMES = 0.95, 0.7, 4  # one holds the other: how much of it, of the second at most; sizes
SHORT = 10  # items; of fewer, one more or less in common makes all the difference
BITS = 10.0  # of surprise, beyond what finding anybody among all real people takes
WORK, OF_A_PERSON = 2_000_000_000, 20  # steps, a few seconds; one for each real event, and more for each real person


@dataclass(frozen=True)
class Copy:
    """A generated person whose history is that of a real one, or nearly so.

    Attributes:
        synthetic, real: their ids; text from outside.
        synthetic_items, real_items: how many items each met.
        common: how many both met.
    """

    synthetic: str
    real: str
    synthetic_items: int
    real_items: int
    common: int

    @property
    def is_exact(self) -> bool:
        """Whether they met just the same items."""
        return self.common == self.synthetic_items == self.real_items


@dataclass(frozen=True)
class Copies:
    """What was found among the generated people.

    Attributes:
        looked_at: so many generated people, drawn at random where comparing all would take too long; those with a
            history too short to tell are not among them.
        too_short: generated people whose items are so few, or so popular, that somebody has the same by chance.
        found: the copies among them, the most alike first.
        share_real: the share of real people who would be copies of another by the same rule, 0..1.
        nearest: which share of the generated people has a real one at least so near (Jaccard, 0..1).
        nearest_real: the same of real people and others of them.
        median, median_real: of how near the nearest are; None where nobody was looked at.
    """

    looked_at: int
    too_short: int
    found: tuple[Copy, ...]
    share_real: float
    nearest: Curve
    nearest_real: Curve
    median: float | None
    median_real: float | None

    @property
    def share(self) -> float:
        """The share of copies, 0..1."""
        return len(self.found) / self.looked_at if self.looked_at else 0.0

    @property
    def is_good(self) -> bool:
        """Whether there are at most as many as is asked."""
        return self.share <= ASKED

    def as_json(self) -> Json:
        return {**asdict(self), "share": self.share, "asked": ASKED}

    @classmethod
    def from_json(cls, about: Json) -> Self:
        """What :meth:`as_json` gave."""
        curves = {name: Curve(**about[name]) for name in ("nearest", "nearest_real")}
        found = tuple(Copy(**copy) for copy in about["found"])
        known = {one.name: about[one.name] for one in fields(cls)}
        return cls(**{**known, **curves, "found": found})


def copies(pair: Pair, real_ids: Ids, synthetic_ids: Ids, rng: np.random.Generator) -> Copies:
    """Look for the real people in the generated ones.

    A generated person is a copy where the Jaccard index of the two sets of items is at least 0.5, and the distance (1 −
    Jaccard) at most 0.6 of that to the second nearest real person: so most are found of whom up to a third of the
    events was left out or replaced. Or where 95 % of the smaller of two sets lies in the larger, which is at most four
    times as large, while of no other real person's more than 70 % does: so those are found of whom half was left out.
    Who has fewer than ten items is a copy only of somebody with just the same ones.

    A history can be told where chance hardly makes another one: where its items, met independently, would come together
    in fewer than one of a thousand groups of as many people as there are real ones.

    Args:
        pair: all people of both, in the order of the ids.
    """
    real, synthetic = (met(side) for side in pair.sides)
    there = np.flatnonzero(pair.real.lengths())
    can_tell = _can_be_told(synthetic, real[there])
    at = _some(np.flatnonzero(can_tell), real, rng)
    found = _nearest(synthetic[at], real[there], None)
    is_copy = found.is_copy
    places = np.flatnonzero(is_copy)[np.argsort(-found.likeness[is_copy], kind="stable")]
    mine = _some(np.flatnonzero(_can_be_told(real[there], real[there])), real, rng)
    others = _nearest(real[there[mine]], real[there], mine)
    sizes = pair.synthetic.lengths(), pair.real.lengths()
    return Copies(
        len(at),
        int((~can_tell & (pair.synthetic.lengths() > 0)).sum()),
        tuple(
            Copy(
                str(synthetic_ids.values[at[place]]),
                str(real_ids.values[whom := there[found.whom[place]]]),
                int(sizes[0][at[place]]),
                int(sizes[1][whom]),
                int(found.common[place]),
            )
            for place in places
        ),
        float(others.is_copy.mean()) if len(mine) else 0.0,
        Curve(*survival(found.likeness)),
        Curve(*survival(others.likeness)),
        _median(found.likeness),
        _median(others.likeness),
    )


def _median(likeness: Float64) -> float | None:
    return float(np.median(likeness)) if len(likeness) else None


@dataclass(frozen=True)
class _Nearest:
    """Of each of n people the real person who is most like them.

    Attributes:
        whom: Int64[n], a row of the real people. common: Int64[n], items that both met. likeness: Float64[n], Jaccard.
        is_copy: Bool[n].
    """

    whom: Int64
    common: Int64
    likeness: Float64
    is_copy: Bool


def _nearest(people: csr_array, real: csr_array, own: Int64 | None) -> _Nearest:
    """Among the real people; where ``own`` tells which of them people are themselves, among the others."""
    sizes = np.diff(real.indptr)
    parts = [_Nearest(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0, bool))]
    for at, common in overlaps(people, real):
        if own is not None:
            common[own[at], np.arange(len(at))] = 0
        mine, theirs = np.diff(people.indptr)[at], sizes[:, None]
        jaccard = common / (mine + theirs - common)
        smaller, larger = np.minimum(mine, theirs), np.maximum(mine, theirs)
        part = np.where((larger <= TIMES * smaller) & (smaller >= SHORT), common / smaller, 0.0)
        (whom, like, second), (holder, held, second_held) = _two_best(jaccard), _two_best(part)
        is_near = (like >= LIKE) & (1 - like <= FARTHER * (1 - second)) & ((mine >= SHORT) | (like == 1))
        is_held = (held >= PART) & (second_held <= OTHERS_PART) & ~is_near
        whom = np.where(is_held, holder, whom)
        columns = np.arange(len(whom))
        parts.append(_Nearest(whom, common[whom, columns].astype(np.int64), jaccard[whom, columns], is_near | is_held))
    return _Nearest(*(np.concatenate([getattr(p, name) for p in parts]) for name in vars(parts[0])))


def _two_best(values: Float64) -> tuple[Int64, Float64, Float64]:
    """Of each column: where the largest number stands, the number, and the second largest (0 if there is one row)."""
    where = values.argmax(axis=0)
    columns = np.arange(values.shape[1])
    best = values[where, columns]
    if len(values) == 1:
        return where, best, np.zeros_like(best)
    values = values.copy()
    values[where, columns] = -1.0
    return where, best, values.max(axis=0)


def _can_be_told(people: csr_array, real: csr_array) -> Bool:
    """Bool[people], whether chance hardly makes another one with these items."""
    n = real.shape[0]
    surprise = -np.log2((real.sum(axis=0) + 1) / (n + 1))
    return np.asarray(people @ surprise >= BITS + np.log2(n))


def _some(people: Int64, real: csr_array, rng: np.random.Generator) -> Int64:
    """As many as can be compared with all real people in time."""
    most = max(1, WORK // max(1, real.nnz + OF_A_PERSON * real.shape[0]))
    return people if len(people) <= most else np.sort(rng.choice(people, most, replace=False))
