"""An autoencoder of the ratings of each person."""

import numpy as np
from pydantic import Field
from scipy.sparse import csr_array
from scipy.special import expit

from recsys_core.data.interactions import Histories
from recsys_core.models.autorec import PAPER, AutoRec, Learned, Side
from recsys_core.models.autorec_config import AutoRecConfig
from recsys_core.models.base import Ability, Cost, ModelInfo
from recsys_core.types import Float32


class UserAutoRecConfig(AutoRecConfig):
    epochs: int = Field(
        30, ge=1, le=1000, description="Passes over the ratings, at most; steps shrink to nothing by then."
    )
    weight_decay: float = Field(
        0.2, ge=0, le=10, description="Pull of the weights towards zero, against learning ratings by heart."
    )


class UserAutoRec(AutoRec):
    """U-AutoRec: a person's code is made of what they rated and how, and each item has output weights of its own.

    So nobody has weights: a person whom the network never met is read as everybody else is.

    Attributes:
        typical: Float32[d], what is in the sigmoid of somebody without ratings.
        value_factors, presence_factors: Float32[I, d], what a point of rating above expectation, and having rated at
            all, add to that, divided by the square root of the number of ratings.
    """

    info = ModelInfo(
        key="user_autorec",
        title="User-AutoRec",
        idea="Squeezes all ratings of a person into a short code, from which a network tells the ratings of all items.",
        family="Autoencoder",
        score="predicted rating",
        paper=PAPER,
        abilities=frozenset({Ability.RATING, Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.A_MINUTE,
        needs_ratings=True,
    )
    Config = UserAutoRecConfig

    typical: Float32
    value_factors: Float32
    presence_factors: Float32

    def _rows_and_units(self, items: Side, people: Side) -> tuple[Side, Side]:
        return people, items

    def _take_over(self, learned: Learned, deviation: float) -> None:
        outputs = learned.outputs * np.float32(deviation)
        self.user_factors, self.user_bias = learned.codes, self.bias.user_bias
        self.item_factors, self.item_bias = outputs[:, :-1].copy(), self.bias.item_bias + outputs[:, -1]
        self.typical = learned.typical_code
        self.value_factors = learned.value_table / np.float32(deviation)
        self.presence_factors = learned.presence_table

    def fold_in(self, histories: Histories) -> tuple[Float32, Float32]:
        bias = self.bias.fold_in(histories)
        items, people = histories.items, histories.people()
        missed = histories.values - self.offset - bias[people] - self.bias.item_bias[items]
        shape = len(histories), len(self.item_factors)
        values, presence = (csr_array((some, (people, items)), shape=shape) for some in (missed, np.ones_like(missed)))
        lengths = np.maximum(histories.lengths(), 1).astype(np.float32)[:, None]
        heard = (values @ self.value_factors + presence @ self.presence_factors) / np.sqrt(lengths)
        return bias, expit(heard + self.typical).astype(np.float32)

    def _own_shapes(self) -> dict[str, tuple[int, ...]]:
        d = self.config.embedding_size
        return {"typical": (d,), "value_factors": (self.n_items, d), "presence_factors": (self.n_items, d)}
