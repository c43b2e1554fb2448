"""A recurrent network over a person's history."""

from typing import Any, ClassVar

import torch
from pydantic import Field

from recsys_core.models.base import Ability, Cost, ModelInfo
from recsys_core.models.gru4rec_net import GRU4RecNet
from recsys_core.models.sequence_config import SequenceConfig
from recsys_core.models.sequence_model import SCORE, SequenceModel


class GRU4RecConfig(SequenceConfig):
    quick: ClassVar[dict[str, Any]] = {"embedding_size": 32, "max_length": 50, "epochs": 8}
    # The size and the number of layers that the paper ends with; its sampled losses gave way to a softmax.
    paper: ClassVar[dict[str, Any]] = {"embedding_size": 100, "layers": 1}

    layers: int = Field(1, ge=1, le=16, description="Recurrent layers, one upon the other.")


class GRU4Rec(SequenceModel):
    """A state that each event of a history changes, and that looks for the next item."""

    info = ModelInfo(
        key="gru4rec",
        title="GRU4Rec",
        idea="Reads a history event by event and keeps in mind what matters for what comes next.",
        family="Sequence",
        score=SCORE,
        paper="Hidasi, Karatzoglou, Baltrunas and Tikk, Session-based Recommendations with Recurrent Neural Networks, "
        "ICLR 2016; with a softmax over the catalogue, see Hidasi and Karatzoglou, Recurrent Neural Networks with "
        "Top-k Gains for Session-based Recommendations, CIKM 2018",
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.MINUTES,
        needs_times=True,
    )
    Config = GRU4RecConfig

    def _build(self, n_items: int, generator: torch.Generator) -> GRU4RecNet:
        return GRU4RecNet(n_items, self.config.embedding_size, self.config.layers, generator)
