"""Generalised matrix factorisation."""

import torch

from recsys_core.models.base import Ability, Cost, ModelInfo
from recsys_core.models.neural_cf import PAPER, SCORE, NeuralCF
from recsys_core.models.neural_cf_config import NeuralCFConfig
from recsys_core.models.neural_cf_net import NeuralCFNet


class GMF(NeuralCF):
    """y(u, i) = h · (p_u ∘ q_i), plus biases (He et al. 2017, section 3.2)."""

    info = ModelInfo(
        key="gmf",
        title="GMF",
        idea="Multiplies the vectors of person and item number by number and adds the products up, weighted.",
        family="Neural",
        score=SCORE,
        paper=PAPER,
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.A_MINUTE,
    )
    Config = NeuralCFConfig

    def _build(self, n_users: int, n_items: int, generator: torch.Generator) -> NeuralCFNet:
        return NeuralCFNet(n_users, n_items, self.config.embedding_size, 0, (), generator)
