"""What factor models of ratings share: r(u, i) = mean + b_u + b_i + p_u · q_i, by stochastic gradient descent."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from pydantic import Field

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.base import Config, Search, WarmWay, expect_shapes
from recsys_core.models.dot_product import DotProduct
from recsys_core.models.rating_task import RatingTask
from recsys_core.training import loop
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Int32

DOUBT = 1.0  # pull towards the typical person before the first rating; chosen on held-out people of u1.base of ML-100K


class RatingFactorsConfig(Config):
    """Rates and pulls are those of ratings with a standard deviation of 1, so they suit any scale."""

    warm: ClassVar[WarmWay] = WarmWay(share=0.13)
    search: ClassVar[dict[str, Search]] = {
        "embedding_size": (16, 256),
        "learning_rate": (0.002, 0.1),
        "regularisation": (0.01, 0.3),
        "bias_regularisation": (0.001, 0.2),
        "use_attributes": None,
    }

    embedding_size: int = Field(100, ge=1, le=512, description="Numbers in the vector of a person or an item.")
    epochs: int = Field(
        60, ge=1, le=1000, description="Passes over the ratings, at most; steps shrink to nothing by then."
    )
    patience: int = Field(
        5, ge=1, le=1000, description="Stop after this many epochs without a better result on the validation events."
    )
    learning_rate: float = Field(
        0.02, gt=0, le=1, description="Size of a learning step at the beginning.", json_schema_extra={"scale": "log"}
    )
    regularisation: float = Field(
        0.09, ge=0, le=1, description="Pull of vectors towards zero at each rating, against learning ratings by heart."
    )
    bias_regularisation: float = Field(
        0.02,
        ge=0,
        le=1,
        description="Pull of biases towards zero at each rating.",
        json_schema_extra={"advanced": True},
    )
    use_attributes: bool = Field(
        True, description="Whether items share vectors by genre, year and other attributes, and people by theirs."
    )


class RatingFactors(DotProduct):
    """The estimator around :class:`RatingTask`.

    Attributes:
        scale: Float32[3] of the training ratings: lowest, highest, standard deviation.
        typical: Float32[1 + d], bias and vector that attributes give to people on average; a stranger starts there.
        history_factors: Float32[I, d], y_j of SVD++; Float32[0, d] without.
    """

    scale: Float32
    typical: Float32
    history_factors: Float32

    @property
    @abstractmethod
    def learns_from_history(self) -> bool:
        """Whether the items that a person rated move the person's vector, whatever the ratings."""

    def memory(self, train: Dataset) -> int:
        """The vectors seven times (own, whole, best, fresh, a checkpoint), histories' too, and 80 bytes an event."""
        rows = train.n_users + train.n_items * (2 if self.learns_from_history else 1)
        return 7 * 4 * (self.config.embedding_size + 1) * rows + 80 * len(train.interactions)

    def _fit(self, train: Dataset, context: FitContext) -> None:
        assert train.scale is not None
        if context.answers_as is None:
            values = train.interactions.values
            mean, deviation = float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64)) or 1.0
        else:
            mean, deviation = float(context.answers_as.offset[0]), float(context.answers_as.scale[2])
        task = RatingTask(self, train, mean, deviation, context.seed)
        self.offset = np.array([mean], dtype=np.float32)
        self.scale = np.array([train.scale.low, train.scale.high, deviation], dtype=np.float32)
        self.training = loop.train(task, self, context, self.config.epochs, self.config.patience)

    def predict(self, users: Int32, items: Int32) -> Float32:
        return np.clip(self.score_pairs(users, items), self.scale[0], self.scale[1])

    def fold_in(self, histories: Histories) -> tuple[Float32, Float32]:
        """Ridge regression of the ratings of each person on 1 and the vectors of the items, exactly solved.

        The pull towards the typical person, for SVD++ moved by the history, is that of the training, which grows with
        the number of ratings, and ``DOUBT``, as training stops before few ratings have told all they could.
        """
        config, deviation = self.config, float(self.scale[2])
        pulls = np.full(
            1 + self.item_factors.shape[1], config.regularisation * deviation
        )  # vectors scale with √deviation
        doubt = np.full(len(pulls), DOUBT * deviation)
        pulls[0], doubt[0] = config.bias_regularisation, DOUBT
        solutions = np.empty((len(histories), len(pulls)), dtype=np.float32)
        for b in range(len(histories)):
            items, values = histories.row(b)
            start = self.typical.astype(np.float64)
            if self.learns_from_history and len(items):
                start[1:] += self.history_factors[items].sum(axis=0, dtype=np.float64) / np.sqrt(len(items))
            inputs = np.column_stack([np.ones(len(items)), self.item_factors[items].astype(np.float64)])  # (n, 1 + d)
            missed = values - self.offset - self.item_bias[items] - inputs @ start
            gram = inputs.T @ inputs + np.diag(len(items) * pulls + doubt)
            solutions[b] = start + np.linalg.solve(gram, inputs.T @ missed)
        return solutions[:, 0], solutions[:, 1:]

    def arrays(self) -> dict[str, np.ndarray]:
        own = {"scale": self.scale, "typical": self.typical, "history_factors": self.history_factors}
        return super().arrays() | own

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        own = ("scale", "typical", "history_factors")
        super().restore({name: array for name, array in arrays.items() if name not in own})
        d = self.item_factors.shape[1]
        shapes = {"scale": (3,), "typical": (1 + d,), "history_factors": (self.n_items * self.learns_from_history, d)}
        expect_shapes({name: arrays[name] for name in own if name in arrays}, shapes)
        for name in own:
            setattr(self, name, arrays[name])
