"""The items of a generated data set: those that were learned, some of them, or more that are like them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset, Ids
from recsys_core.errors import ConfigError
from recsys_core.types import Float32, Float64, Int64

MOST_TIMES = 20  # as many items as were learned
MATE = 0.3  # what a second item counts in what is made of two
ID, TITLE = "synthetic-item-{}", "Synthetic item {}"


@dataclass(frozen=True)
class Catalogue:
    """N items, each after one that was learned.

    Attributes:
        ids, table: of the items, with the columns of ``Dataset.item_table``.
        parents: Int64[N], the learned item that each is, or is like. mates: Int64[N], a second one that a new item is a
            little like; of others the item itself.
        shares: Float64[N], which part of all events they are to have.
    """

    ids: Ids
    table: pd.DataFrame
    parents: Int64
    mates: Int64
    shares: Float64

    def weights(self, logits: Float32) -> Float32:
        """Float32[n, N], from log-weights of the learned items (n, I): each row with a highest weight of 1."""
        if len(self.parents) != logits.shape[1] or (self.parents != self.mates).any():
            mixed = logits[:, self.parents]
            new = self.parents != self.mates
            mixed[:, new] = (1 - MATE) * mixed[:, new] + MATE * logits[:, self.mates[new]]
            logits = mixed
        return np.exp(logits - logits.max(1, keepdims=True))


def catalogue(real: Dataset, counts: Float64, n_items: int | None, skew: float, rng: np.random.Generator) -> Catalogue:
    """As many items as asked for; ``None``: those of the data.

    Fewer are drawn so that they are as differently popular as all are; more are made after some of those, and have
    neither text nor picture.

    Args:
        counts: Float64[I], how popular the learned items are.
        skew: exponent on the shares of items.

    Raises:
        ConfigError: more are asked for than can be made with any sense.
    """
    known = real.n_items
    wanted = known if n_items is None else n_items
    if wanted > MOST_TIMES * known:
        raise ConfigError(
            f"{wanted:,} items are asked for, but {known:,} were learned, and at most {MOST_TIMES} can be made after "
            "each.",
            f"Ask for {MOST_TIMES * known:,} items or fewer.",
            "too-many-items",
        )
    table = real.item_table.assign(image=pd.Series([""] * known, dtype=object))
    if wanted <= known:
        parents = np.arange(known) if wanted == known else np.sort(_spread(counts, wanted, rng))
        table = table.iloc[parents].reset_index(drop=True)
        return Catalogue(Ids(real.item_ids.values[parents]), table, parents, parents, _shares(counts[parents], skew))
    n_new = wanted - known
    parents = np.concatenate([_spread(counts, min(known, n_new - done), rng) for done in range(0, n_new, known)])
    mates = _neighbours_in_rank(counts, parents, rng)
    new_counts = counts[parents] ** (1 - MATE) * counts[mates] ** MATE
    everything = pd.concat([table, _made_after(table.iloc[parents])], ignore_index=True)
    return Catalogue(
        Ids(np.concatenate([real.item_ids.values, _free_ids(real.item_ids, n_new)])),
        everything.astype(table.dtypes.to_dict()),
        np.concatenate([np.arange(known), parents]),
        np.concatenate([np.arange(known), mates]),
        _shares(np.concatenate([counts, new_counts]), skew),
    )


def _shares(counts: Float64, skew: float) -> Float64:
    """Popularity with an exponent; items that nobody met are drawn at last where all count alike."""
    if not counts.any():
        counts = np.ones_like(counts)
    shares = (counts / counts.max()) ** skew
    return shares / shares.sum()


def _spread(counts: Float64, n: int, rng: np.random.Generator) -> Int64:
    """Int64[n], different items: one from each of n equally large groups of items that are alike popular."""
    order = np.lexsort((rng.random(len(counts)), counts))
    edges = np.linspace(0, len(counts), n + 1)
    return order[np.floor(edges[:-1] + rng.random(n) * np.diff(edges)).astype(np.int64).clip(max=len(counts) - 1)]


def _neighbours_in_rank(counts: Float64, items: Int64, rng: np.random.Generator) -> Int64:
    """Int64[n], for each item another one that is about as popular."""
    order = np.lexsort((rng.random(len(counts)), counts))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    step = rng.integers(1, max(2, len(counts) // 50 + 1), len(items)) * rng.choice([-1, 1], len(items))
    there = rank[items] + step
    there = np.where((there < 0) | (there >= len(counts)), rank[items] - step, there)
    return order[np.clip(there, 0, len(counts) - 1)]


def _made_after(rows: pd.DataFrame) -> pd.DataFrame:
    numbers = range(1, len(rows) + 1)
    made: dict[str, Any] = {"title": [TITLE.format(number) for number in numbers], "text": "", "image": ""}
    return rows.reset_index(drop=True).assign(**made)


def _free_ids(taken: Ids, n: int) -> np.ndarray:
    prefix = ""
    while any(prefix + ID.format(number) in taken.positions for number in range(1, n + 1)):
        prefix += "+"
    return np.array([prefix + ID.format(number) for number in range(1, n + 1)], dtype=object)
