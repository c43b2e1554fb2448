"""Lists whose items differ from each other: maximal marginal relevance."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy.sparse import csr_array

from recsys_core.errors import ConfigError
from recsys_core.rules.base import Rule
from recsys_core.rules.facts import Facts
from recsys_core.types import Float32, Int32, Int64


class Diversify(Rule):
    """Carbonell and Goldstein, The Use of MMR, Diversity-Based Reranking, SIGIR 1998.

    Place by place it takes the candidate with the largest w r - (1 - w) max_s sim(candidate, s) over the items s taken
    so far. r falls in a straight line from 1 for the best candidate to 0 behind the last one; sim is the Jaccard
    coefficient of the items' genres, or of the people who met them. An item of which neither is known counts as alike
    as the others are on average.
    """

    key: ClassVar[str] = "diversify"
    title: ClassVar[str] = "Diversify"
    idea: ClassVar[str] = "Takes items that are good and unlike those above them (MMR)."

    relevance: float = Field(
        0.8,
        title="Relevance (λ)",
        ge=0,
        le=1,
        description="λ of the paper, the weight of relevance: 1 changes nothing, 0 asks for variety alone.",
    )
    by: Literal["genres", "people"] = Field(
        "genres",
        title="Alike by",
        description="What makes two items alike: common genres, or that the same people met them.",
    )

    def apply(self, lists: Int32, facts: Facts, k: int) -> Int32:
        sets = facts.dataset.item_genres if self.by == "genres" else facts.met_by
        if not sets.nnz:
            raise ConfigError(
                f"The items of {facts.dataset.name!r} have no genres, so no two of them are alike by genres.",
                "Let people decide which items are alike: by=people.",
                "no-genres",
            )
        if self.relevance == 1:
            return lists
        return np.stack([self._reorder(row, sets, k) for row in lists]) if len(lists) else lists

    def _reorder(self, row: Int32, sets: csr_array, k: int) -> Int32:
        """One person's items: the first k anew, the others behind them in their order."""
        items = row[row >= 0]
        if not len(items):
            return row
        members = sets[items]
        sizes = np.diff(members.indptr)
        worth = self.relevance * (1 - np.arange(len(items)) / len(row))
        nearest = np.zeros(len(items), dtype=np.float32)
        is_left = np.ones(len(items), dtype=bool)
        taken = []
        for _ in range(min(k, len(items))):
            best = int(np.argmax(np.where(is_left, worth - (1 - self.relevance) * nearest, -np.inf)))
            taken.append(best)
            is_left[best] = False
            nearest = np.maximum(nearest, _alike(members, sizes, best))
        reordered = row.copy()
        reordered[: len(items)] = items[[*taken, *np.flatnonzero(is_left)]]
        return reordered

    @property
    def words(self) -> str:
        return f"Diversifying by {self.by} (λ = {self.relevance:g})"


def _alike(members: csr_array, sizes: Int64 | Int32, one: int) -> Float32:
    """Float32[N], the Jaccard coefficient of an item's set and each other one's; their mean where a set is empty."""
    mine = np.zeros(members.shape[1], dtype=np.float32)
    mine[members.indices[members.indptr[one] : members.indptr[one + 1]]] = 1
    common = members @ mine
    known = (sizes > 0) & (sizes[one] > 0)
    alike = np.divide(common, sizes + sizes[one] - common, out=np.zeros_like(common), where=known)
    alike[~known] = alike[known].mean() if known.any() else 0
    return alike
