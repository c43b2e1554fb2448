"""Multi-layer perceptron on the vectors of person and item."""

from typing import Any, ClassVar

import torch

from recsys_core.models.base import Ability, Cost, ModelInfo, Search
from recsys_core.models.neural_cf import PAPER, SCORE, NeuralCF
from recsys_core.models.neural_cf_config import TOWERS, NeuralCFConfig, Tower
from recsys_core.models.neural_cf_net import NeuralCFNet


class MLPConfig(NeuralCFConfig):
    quick: ClassVar[dict[str, Any]] = NeuralCFConfig.quick | {"tower": (32, 16)}
    paper: ClassVar[dict[str, Any]] = NeuralCFConfig.paper | {"embedding_size": 32, "tower": (64, 32, 16)}

    search: ClassVar[dict[str, Search]] = NeuralCFConfig.search | {"tower": TOWERS}

    tower: Tower = (128, 64)


class MLP(NeuralCF):
    """y(u, i) = tower([p_u; q_i]), plus biases (He et al. 2017, section 3.3)."""

    info = ModelInfo(
        key="mlp",
        title="MLP",
        idea="Lays the vectors of person and item side by side and sends them through layers of neurons.",
        family="Neural",
        score=SCORE,
        paper=PAPER,
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.A_MINUTE,
    )
    Config = MLPConfig

    def _build(self, n_users: int, n_items: int, generator: torch.Generator) -> NeuralCFNet:
        return NeuralCFNet(n_users, n_items, 0, self.config.embedding_size, self.config.tower, generator)
