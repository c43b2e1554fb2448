"""Every item from all others by one ridge regression, in closed form."""

from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy.sparse import csr_array

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.base import Ability, Config, Cost, ModelInfo, Recommender, Search, expect_shapes
from recsys_core.models.ease_solvers import CHUNK, COLUMNS, PASSES, SAMPLE, exact, normalised, truncated
from recsys_core.models.sparse import pattern, take_matrix, to_arrays
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Float64, Int32

EXACT_ITEMS = 20_000  # 1.6 GB, and a few minutes: the time grows with the third power


class EASEConfig(Config):
    search: ClassVar[dict[str, Search]] = {
        "regularisation": (10, 10_000),
        "user_normalisation": None,
        "item_normalisation": None,
    }

    regularisation: float = Field(
        1000.0,
        ge=1,
        le=1e6,
        description="Events' worth of doubt about every link between two items: high values favour the popular.",
        json_schema_extra={"scale": "log"},
    )
    user_normalisation: float = Field(
        0.3,
        ge=0,
        le=0.5,
        description="How little a busy person's event counts. 0: as much as anybody's; 0.5: each person counts alike.",
    )
    item_normalisation: float = Field(
        0.15,
        ge=0,
        le=0.5,
        description="How much popular items are held back. 0: not at all; 0.5: each item counts alike.",
    )
    solver: Literal["auto", "exact", "truncated"] = Field(
        "auto",
        description="Exact needs memory for items × items; truncated keeps the main directions of taste and so knows "
        f"less about rare items. Auto is exact up to {EXACT_ITEMS:,} items.",
        json_schema_extra={"advanced": True},
    )
    rank: int = Field(
        1024,
        ge=1,
        le=4096,
        description="Directions of taste that the truncated solver keeps.",
        json_schema_extra={"advanced": True, "scale": "log"},
    )

    paper: ClassVar[dict[str, Any]] = {"regularisation": 500.0, "user_normalisation": 0.0, "item_normalisation": 0.0}


class EASE(Recommender):
    """score(u, ·) = x_u C B, where x_u is 1 at the items that u met and C = diag(n_i^−b).

    B minimises |Z − Z B|² + λ|B|² with zeros on its diagonal, for Z = A X C with A = diag(n_u^−a). With a = b = 0 this
    is the model of the paper. Powers in between keep busy people and popular items from deciding everything.
    """

    info = ModelInfo(
        key="ease",
        title="EASE",
        idea="Learns how much each item speaks for each other one, all at once and in closed form.",
        family="Linear autoencoder",
        score="sum of what each item that the person met says for this one",
        paper="Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019",
        abilities=frozenset({Ability.HISTORY}),
        cost=Cost.SECONDS,
    )
    Config = EASEConfig
    smaller = "Choose the truncated solver, or a smaller rank, or a model that needs less."

    met: csr_array  # (U, I), Float32 ones: what each person met
    encoder: Float32  # C B as (I, I), or its left factor (I, d)
    decoder: Float32 | None  # the right factor (I, d) of the truncated solver
    itself: Float32 | None  # [I], the diagonal of the product, which must not count: what an item says for itself

    @property
    def is_linear(self) -> bool:
        return True

    def memory(self, train: Dataset) -> int:
        n_items, events = train.n_items, 48 * len(train.interactions)
        if self._is_exact(n_items):
            return 4 * n_items**2 + events
        rank = min(self.config.rank, n_items)
        return 4 * (6 * n_items * rank + 12 * rank**2 + 4 * CHUNK) + 8 * COLUMNS * train.n_users + events

    def work(self, train: Dataset) -> tuple[float, ...]:
        """Multiplications with sparse and with dense operands: exact, pairs of items that a person met, and the
        inverse over the items that anybody met; truncated, events times directions, and the decompositions."""
        n_items = float(train.n_items)
        if self._is_exact(train.n_items):
            with_events = float(np.count_nonzero(train.interactions.item_counts()))
            return float((train.interactions.user_counts().astype(np.float64) ** 2).sum()) / 2, with_events**3
        rank, events = min(self.config.rank, train.n_items), len(train.interactions)
        looked_at = events + PASSES * min(events, SAMPLE)
        return 2.0 * looked_at * rank, 2.0 * (PASSES + 3) * n_items * rank**2 + 20.0 * rank**3

    def _is_exact(self, n_items: int) -> bool:
        return self.config.solver == "exact" or (self.config.solver == "auto" and n_items <= EXACT_ITEMS)

    def _fit(self, train: Dataset, context: FitContext) -> None:
        met = pattern(train.interactions.matrix())
        rows, columns = normalised(met, self.config.user_normalisation, self.config.item_normalisation)
        if self._is_exact(train.n_items):
            encoder, decoder = exact(met, rows, columns, self.config.regularisation), None
        else:
            z = csr_array((_scaled(met, rows, columns), met.indices, met.indptr), shape=met.shape)
            encoder, decoder = truncated(z, self.config.regularisation, self.config.rank, context.seed, context.cancel)
        encoder *= columns.astype(np.float32)[:, None]
        self._take_over(met, encoder, decoder)

    def _take_over(self, met: csr_array, encoder: Float32, decoder: Float32 | None) -> None:
        self.met, self.encoder, self.decoder = met, encoder, decoder
        self.itself = None if decoder is None else np.einsum("id,id->i", encoder, decoder)

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        return self._score_rows(self.met[users], items)

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        return self._score_rows(pattern(histories.matrix()), items)

    def _score_rows(self, met: csr_array, items: Int32 | None) -> Float32:
        if self.decoder is None or self.itself is None:
            return met @ (self.encoder if items is None else self.encoder[:, items])
        decoder, itself = self.decoder, self.itself
        if items is not None:
            decoder, itself = decoder[items], itself[items]
        scores: Float32 = (met @ self.encoder) @ decoder.T
        known = (met if items is None else met[:, items]).tocoo()
        scores[known.row, known.col] -= itself[known.col]
        return scores

    def arrays(self) -> dict[str, np.ndarray]:
        arrays = to_arrays("met", self.met) | {"encoder": self.encoder}
        return arrays if self.decoder is None else arrays | {"decoder": self.decoder}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        met = take_matrix("met", arrays, (self.n_users, self.n_items))
        if self._is_exact(self.n_items):
            expect_shapes(arrays, {"encoder": (self.n_items, self.n_items)})
        else:
            shape = (self.n_items, min(self.config.rank, self.n_items))
            expect_shapes(arrays, {"encoder": shape, "decoder": shape})
        self._take_over(met, arrays["encoder"], arrays.get("decoder"))


def _scaled(met: csr_array, rows: Float64, columns: Float64) -> Float32:
    """Float32[E], rows[u] · columns[i] of each event."""
    return np.repeat(rows.astype(np.float32), np.diff(met.indptr)) * columns.astype(np.float32)[met.indices]
