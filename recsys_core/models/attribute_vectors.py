"""Vectors of attributes: one for each field of a person or an item, such as genres, year or occupation."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from scipy.sparse import block_diag, csr_array, vstack
from torch import nn
from torch.nn import functional as F

from recsys_core.content.attribute_features import AttributeFeatures
from recsys_core.errors import ModelError
from recsys_core.models.base import expect_shapes
from recsys_core.models.halves_net import fresh_vectors
from recsys_core.models.sparse import are_bounds
from recsys_core.types import Bool


@dataclass(frozen=True)
class Fields:
    """Which values n rows have in each of F fields, and behind them those of a typical row: the mean of all that count.

    Attributes:
        count: F.
        matrix: Float32 (F · (n + 1), V); row f (n + 1) + r holds the weights of the values that row r has in field f,
            whose sum is 1, or none where nothing is known. r = n is the typical row.
    """

    count: int
    matrix: csr_array

    @classmethod
    def of(cls, columns: list[AttributeFeatures], counts: Bool) -> Self:
        """Of features of n rows by column; ``counts`` (n,) says which rows make up the typical one."""
        share = csr_array((counts / max(1, counts.sum())).astype(np.float32)[None])  # (1, n)
        blocks = [vstack([matrix, share @ matrix]) for matrix in (column.matrix() for column in columns)]
        return cls(len(blocks), csr_array(block_diag(blocks, format="csr")) if blocks else cls.nothing().matrix)

    @classmethod
    def nothing(cls, count: int = 0, values: int = 0) -> Self:
        """Fields of no rows but the typical one, of which nothing is known."""
        return cls(count, csr_array((count, values), dtype=np.float32))

    def arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """To be saved."""
        return {
            f"{prefix}.starts": self.matrix.indptr.astype(np.int64),
            f"{prefix}.values": self.matrix.indices.astype(np.int32),
            f"{prefix}.weights": self.matrix.data,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], prefix: str, n: int, n_values: int) -> Self:
        """What :meth:`arrays` gave, of ``n`` rows. Its arrays are taken out of ``arrays``.

        Raises:
            ModelError: an array is missing, or they do not fit each other.
        """
        own = {name: arrays.pop(name) for name in list(arrays) if name.startswith(f"{prefix}.")}
        names = [f"{prefix}.{part}" for part in ("starts", "values", "weights")]
        n_starts, n_entries, _ = (own[name].size if name in own else 0 for name in names)
        count = max(n_starts - 1, 0) // (n + 1)
        shapes = dict(zip(names, [(count * (n + 1) + 1,), (n_entries,), (n_entries,)], strict=True))
        expect_shapes(own, shapes, {names[0]: "int64", names[1]: "int32"})
        starts, values, weights = (own[name] for name in names)
        if not (are_bounds(starts, n_entries) and values.min(initial=0) >= 0 and values.max(initial=-1) < n_values):
            raise ModelError(
                f"The {prefix} of the saved model do not point to {n_values:,} values.",
                "Train it again.",
                "damaged-model",
            )
        return cls(count, csr_array((weights, values, starts), shape=(count * (n + 1), n_values)))


class AttributeVectors(nn.Module):
    """A vector of k numbers and a bias for each value of each field; of several values in a field, their mean.

    Attributes:
        table: (V, k + 1), the bias last.
    """

    _starts: torch.Tensor  # (F (n + 1) + 1), as indptr of the matrix of the fields
    _values: torch.Tensor  # (E,)
    _weights: torch.Tensor  # (E,)

    def __init__(self, fields: Fields, size: int, generator: torch.Generator) -> None:
        super().__init__()
        n_bags, n_values = fields.matrix.shape
        self.count = fields.count
        self._rows = n_bags // max(1, fields.count)  # n + 1
        self.table = fresh_vectors(n_values, size, generator)
        # They belong to the data and do not change, so no checkpoint holds them.
        self.register_buffer("_starts", torch.from_numpy(fields.matrix.indptr.astype(np.int64)), persistent=False)
        self.register_buffer("_values", torch.from_numpy(fields.matrix.indices.astype(np.int64)), persistent=False)
        self.register_buffer("_weights", torch.from_numpy(fields.matrix.data), persistent=False)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """(..., F, k + 1) of rows (...); zeros in fields where nothing is known."""
        firsts = torch.arange(self.count, device=rows.device) * self._rows
        bags = (rows.unsqueeze(-1) + firsts).flatten()
        starts = self._starts[bags]
        lengths = self._starts[bags + 1] - starts
        offsets = lengths.cumsum(0) - lengths
        places = torch.arange(int(lengths.sum()), device=rows.device) + (starts - offsets).repeat_interleave(lengths)
        vectors = F.embedding_bag(
            self._values[places], self.table, offsets, mode="sum", per_sample_weights=self._weights[places]
        )
        return vectors.view(*rows.shape, self.count, self.table.shape[1])

    def typical(self) -> torch.Tensor:
        """(F, k + 1) of the typical row."""
        return self(torch.tensor(self._rows - 1, device=self.table.device))
