"""An autoencoder of the ratings of each item."""

import numpy as np
from pydantic import Field

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.autorec import PAPER, AutoRec, Learned, Side
from recsys_core.models.autorec_config import AutoRecConfig
from recsys_core.models.base import Ability, Cost, ModelInfo
from recsys_core.models.ridge import ridge
from recsys_core.training.context import FitContext
from recsys_core.types import Float32

LEAST_PULL = 0.1  # somebody with one rating is not known by heart


class ItemAutoRecConfig(AutoRecConfig):
    presence: float = Field(
        3.0,
        ge=0,
        le=10,
        description="How loudly the input says that somebody rated at all, beside how. 0: not at all.",
    )


class ItemAutoRec(AutoRec):
    """I-AutoRec: an item's code is made of who rated it and how, and each person has output weights of their own.

    So people are inputs and outputs. A person whom the network never met gets output weights by ridge regression of
    their ratings on the codes of the items, which stay as they are.

    Attributes:
        typical: Float32[d + 1], output weights and bias that people have on average by what they share.
        pull: Float32[1], towards them, in ratings' worth; that of the training.
    """

    info = ModelInfo(
        key="item_autorec",
        title="Item-AutoRec",
        idea="Squeezes all ratings of an item into a short code, from which a network tells each person's rating.",
        family="Autoencoder",
        score="predicted rating",
        paper=PAPER,
        abilities=frozenset({Ability.RATING, Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.A_MINUTE,
        needs_ratings=True,
    )
    Config = ItemAutoRecConfig

    typical: Float32
    pull: Float32

    def _rows_and_units(self, items: Side, people: Side) -> tuple[Side, Side]:
        return items, people

    def _fit(self, train: Dataset, context: FitContext) -> None:
        # The training adds this times W to the gradient of the mean of E squared errors, for each of U people.
        self.pull = np.array([self.config.weight_decay * len(train.interactions) / (2 * train.n_users)], np.float32)
        super()._fit(train, context)

    def _take_over(self, learned: Learned, deviation: float) -> None:
        outputs = learned.outputs * np.float32(deviation)
        self.item_factors, self.item_bias = learned.codes, self.bias.item_bias
        self.user_factors, self.user_bias = outputs[:, :-1].copy(), self.bias.user_bias + outputs[:, -1]
        self.typical = learned.typical_output * np.float32(deviation)

    def fold_in(self, histories: Histories) -> tuple[Float32, Float32]:
        bias = self.bias.fold_in(histories)
        typical = self.typical.astype(np.float64)
        known, places = np.unique(histories.items, return_inverse=True)
        inputs = np.column_stack([self.item_factors[known], np.ones(len(known))]).astype(np.float64)
        missed = histories.values - self.offset - bias[histories.people()] - self.item_bias[histories.items]
        pulls = np.full(len(typical), max(float(self.pull[0]), LEAST_PULL))
        moved = ridge(inputs, histories.indptr, places.astype(np.int32), missed - (inputs @ typical)[places], pulls)
        outputs = (typical + moved).astype(np.float32)
        return bias + outputs[:, -1], outputs[:, :-1]

    def _own_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"typical": (self.config.embedding_size + 1,), "pull": (1,)}
