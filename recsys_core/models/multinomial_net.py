"""The networks of Mult-DAE and Mult-VAE, and the way out that RecVAE shares."""

from abc import ABC, abstractmethod
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

from recsys_core.models.bags import HasSums

START = 0.05  # standard deviation of an item's fresh row in the first layer


def dense(outputs: int, inputs: int, generator: torch.Generator, gain: float = 1.0) -> nn.Parameter:
    """Fresh weights (outputs, inputs) that keep the size of what goes in, times ``gain``."""
    return nn.Parameter(torch.randn(outputs, inputs, generator=generator) * (gain / inputs**0.5))


class Encoder(nn.Module, ABC):
    """From what people met to codes: (B, d), or (B, 2 d) where a code is a mean followed by log-variances."""

    item_table: nn.Parameter  # (I, h)

    @abstractmethod
    def forward(self, met: HasSums) -> torch.Tensor:
        """Of B people."""


class TanhEncoder(Encoder):
    """Layers of tanh, the last one linear.

    Args:
        widths: of the hidden layers and of the code.
    """

    def __init__(self, n_items: int, widths: tuple[int, ...], generator: torch.Generator) -> None:
        super().__init__()
        self.item_table = nn.Parameter(torch.randn(n_items, widths[0], generator=generator) * START)
        self.weights = nn.ParameterList(dense(out, width, generator) for width, out in pairwise(widths))
        self.biases = nn.ParameterList(torch.zeros(width) for width in widths)

    def forward(self, met: HasSums) -> torch.Tensor:
        hidden = met.sums(self.item_table) + self.biases[0]
        for weight, bias in zip(self.weights, list(self.biases)[1:], strict=True):
            hidden = F.linear(hidden.tanh(), weight, bias)
        return hidden


class DenoisingEncoder(TanhEncoder):
    """The last layer is a tanh as well, as no code is drawn around what it gives."""

    def forward(self, met: HasSums) -> torch.Tensor:
        return super().forward(met).tanh()


class Decoder(nn.Module):
    """From codes to logits: hidden layers of tanh, if any, then v_i · h + b_i for every item.

    Args:
        widths: of the code and of the hidden layers.
        popularity: (I,), what b starts from.
    """

    def __init__(self, widths: tuple[int, ...], popularity: torch.Tensor, generator: torch.Generator) -> None:
        super().__init__()
        self.weights = nn.ParameterList(dense(out, width, generator) for width, out in pairwise(widths))
        self.biases = nn.ParameterList(torch.zeros(width) for width in widths[1:])
        self.item_table = dense(len(popularity), widths[-1], generator)  # (I, f)
        self.item_bias = nn.Parameter(popularity.clone())  # (I,)

    def people(self, codes: torch.Tensor) -> torch.Tensor:
        """(B, f), what the items' vectors are multiplied with."""
        for weight, bias in zip(self.weights, self.biases, strict=True):
            codes = F.linear(codes, weight, bias).tanh()
        return codes

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        """(B, I), log π: the logarithms of shares of the catalogue that add up to 1 for each person."""
        return F.log_softmax(F.linear(self.people(codes), self.item_table, self.item_bias), -1)


class MultinomialNet(nn.Module):
    """An encoder, and a decoder for codes of d numbers."""

    def __init__(self, encoder: Encoder, decoder: Decoder, size: int) -> None:
        super().__init__()
        self.encoder, self.decoder, self.size = encoder, decoder, size

    def codes(self, met: HasSums) -> torch.Tensor:
        """(B, d), without chance: of a distribution the mean."""
        codes: torch.Tensor = self.encoder(met)[:, : self.size]
        return codes
