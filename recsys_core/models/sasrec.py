"""Self-attention over a person's history."""

from typing import Any, ClassVar

import torch
from pydantic import Field

from recsys_core.models.base import Ability, Cost, ModelInfo, Search
from recsys_core.models.sasrec_net import SASRecNet
from recsys_core.models.sequence_config import SequenceConfig
from recsys_core.models.sequence_model import SCORE, SequenceModel


class SASRecConfig(SequenceConfig):
    quick: ClassVar[dict[str, Any]] = {"embedding_size": 32, "max_length": 50, "layers": 1, "epochs": 8}
    # Section IV.C, for MovieLens. The paper's loss, one random item for each event, is not offered: it does much worse.
    paper: ClassVar[dict[str, Any]] = {
        "embedding_size": 50,
        "max_length": 200,
        "layers": 2,
        "heads": 1,
        "dropout": 0.2,
        "learning_rate": 1e-3,
    }
    search: ClassVar[dict[str, Search]] = SequenceConfig.search | {"heads": [1, 2, 4]}

    layers: int = Field(2, ge=1, le=16, description="Blocks of attention, one upon the other.")
    heads: int = Field(2, ge=1, le=16, description="Parts of a vector that attend to different events each.")


class SASRec(SequenceModel):
    """Each event of a history attends to those before it; the state after the last one looks for the next item."""

    info = ModelInfo(
        key="sasrec",
        title="SASRec",
        idea="Reads a history in its order and learns which earlier events matter for what comes next.",
        family="Sequence",
        score=SCORE,
        paper="Kang and McAuley, Self-Attentive Sequential Recommendation, ICDM 2018; with a softmax over the "
        "catalogue in place of one negative, see Klenitskiy and Vasilev, Turning Dross Into Gold Loss: is BERT4Rec "
        "really better than SASRec?, RecSys 2023",
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.MINUTES,
        needs_times=True,
    )
    Config = SASRecConfig

    def _build(self, n_items: int, generator: torch.Generator) -> SASRecNet:
        config = self.config
        return SASRecNet(n_items, config.embedding_size, config.max_length, config.layers, config.heads, generator)
