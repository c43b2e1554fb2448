"""The network of GRU4Rec."""

import torch
from torch import nn

from recsys_core.models.sequence_net import SequenceNet
from recsys_core.training.dropout import Dropout


class GRU4RecNet(SequenceNet):
    """Gated recurrent units that read a history item by item (Hidasi et al. 2016, eq. 1 to 4)."""

    def __init__(self, n_items: int, size: int, layers: int, generator: torch.Generator) -> None:
        super().__init__(n_items, size, generator)
        self.layers = nn.ModuleList()
        for _ in range(layers):
            # Made on "meta", where nothing is computed: torch would draw the weights from its global generator.
            layer = nn.GRU(size, size, batch_first=True, device="meta").to_empty(device="cpu")
            with torch.no_grad():
                for parameter in layer.parameters():
                    parameter.copy_((2 * torch.rand(parameter.shape, generator=generator) - 1) * size**-0.5)
            self.layers.append(layer)

    def read(self, vectors: torch.Tensor, dropout: Dropout) -> torch.Tensor:
        x = dropout(vectors)
        for layer in self.layers:
            x = dropout(layer(x)[0])
        return x
