"""The encoder of RecVAE."""

import torch
from torch import nn
from torch.nn import functional as F

from recsys_core.models.bags import HasSums
from recsys_core.models.multinomial_net import Encoder, dense

START = 0.2  # standard deviation of an item's fresh row in the first layer
SOFTENING = 0.1  # added to the variance that a layer is divided by; as in the authors' code


class ResidualEncoder(Encoder):
    """h_k = norm(swish(W_k h_{k−1} + h_1 + … + h_{k−1})), and means and log-variances linear in the last of them.

    swish(a) = a · sigmoid(a); norm brings each row to mean 0 and deviation 1, then scales and moves each column
    (Shenbin et al. 2020).

    Args:
        width: of each hidden layer.
        depth: hidden layers.
        size: numbers in a code.
    """

    def __init__(self, n_items: int, width: int, depth: int, size: int, generator: torch.Generator) -> None:
        super().__init__()
        self.item_table = nn.Parameter(torch.randn(n_items, width, generator=generator) * START)
        self.weights = nn.ParameterList(dense(width, width, generator) for _ in range(depth - 1))
        self.biases = nn.ParameterList(torch.zeros(width) for _ in range(depth))
        self.norms = nn.ModuleList(nn.LayerNorm(width, eps=SOFTENING) for _ in range(depth))
        self.code_weight = dense(2 * size, width, generator)
        self.code_bias = nn.Parameter(torch.zeros(2 * size))

    def forward(self, met: HasSums) -> torch.Tensor:
        hidden = self.norms[0](F.silu(met.sums(self.item_table) + self.biases[0]))
        so_far = hidden  # h_1 + … + h_{k−1}
        for weight, bias, norm in zip(self.weights, list(self.biases)[1:], list(self.norms)[1:], strict=True):
            hidden = norm(F.silu(F.linear(hidden, weight, bias) + so_far))
            so_far = so_far + hidden
        return F.linear(hidden, self.code_weight, self.code_bias)
