"""Neural matrix factorisation: GMF and MLP in one network."""

from typing import Any, ClassVar

import torch
from pydantic import Field

from recsys_core.models.base import Ability, Cost, ModelInfo, Search
from recsys_core.models.mlp import MLPConfig
from recsys_core.models.neural_cf import PAPER, SCORE, NeuralCF
from recsys_core.models.neural_cf_net import NeuralCFNet


class NeuMFConfig(MLPConfig):
    paper: ClassVar[dict[str, Any]] = MLPConfig.paper | {"product_size": 64}
    search: ClassVar[dict[str, Search]] = MLPConfig.search | {"product_size": (4, 64)}

    embedding_size: int = Field(50, ge=1, le=512, description="Numbers in each vector that enters the tower.")
    product_size: int = Field(16, ge=1, le=512, description="Numbers in each vector that is multiplied (GMF).")


class NeuMF(NeuralCF):
    """y(u, i) = h · [p_u ∘ q_i; tower([p'_u; q'_i])], plus biases (He et al. 2017, section 3.4, eq. 12)."""

    info = ModelInfo(
        key="neumf",
        title="NeuMF",
        idea="Adds the answers of GMF and MLP up: products for plain taste, neurons for what they cannot express.",
        family="Neural",
        score=SCORE,
        paper=PAPER,
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.A_MINUTE,
    )
    Config = NeuMFConfig

    def _build(self, n_users: int, n_items: int, generator: torch.Generator) -> NeuralCFNet:
        config = self.config
        return NeuralCFNet(n_users, n_items, config.product_size, config.embedding_size, config.tower, generator)
