"""From what readers made of items to numbers that models use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from recsys_core.content.reader import Read
from recsys_core.models.content_readers import ItemReaders
from recsys_core.training.dropout import Dropout, keep_all
from recsys_core.types import Float32

LOOKED_AT_ONCE = 64  # items that pass a reader's network


@dataclass(frozen=True)
class ReadItems:
    """What is made of n items.

    Attributes:
        values: what is read → (n, ...), as the reader's network takes them in or, once it did, (n, width).
        known: what is read → Float32 (n, 1), 1 where something is known.
    """

    values: dict[str, torch.Tensor]
    known: dict[str, torch.Tensor]

    @classmethod
    def of(cls, reads: Mapping[str, Read], device: torch.device | str = "cpu") -> Self:
        """What readers gave."""
        return cls(
            {what: torch.from_numpy(np.ascontiguousarray(read.values)).to(device) for what, read in reads.items()},
            {what: torch.from_numpy(read.known).float().unsqueeze(1).to(device) for what, read in reads.items()},
        )

    def take(self, rows: torch.Tensor | slice) -> Self:
        """These items, in this order."""
        return type(self)(
            {what: values[rows] for what, values in self.values.items()},
            {what: known[rows] for what, known in self.known.items()},
        )


class ContentNet(nn.Module):
    """h numbers for each item: ReLU(b + Σ_m W_m φ_m(x_m)), with a learned vector in place of W_m φ_m where nothing is
    known. φ_m is the network of reader m.

    Args:
        width: h.

    Attributes:
        learning: what is read by networks that are trained along.
    """

    def __init__(self, readers: ItemReaders, width: int, generator: torch.Generator) -> None:
        super().__init__()
        by_kind = readers.by_kind
        self.width = width
        self.learning = [what for what, reader in by_kind.items() if reader.learns]
        self._paces = {what: reader.pace for what, reader in by_kind.items()}
        self.nets = nn.ModuleDict({what: reader.net(generator) for what, reader in by_kind.items()})
        self.weights = nn.ParameterDict(
            {what: nn.Parameter(torch.randn(width, readers.width(what), generator=generator)) for what in by_kind}
        )
        self.unknown = nn.ParameterDict({what: nn.Parameter(torch.zeros(width)) for what in by_kind})
        self.bias = nn.Parameter(torch.zeros(width))

    def slow(self, prefix: str) -> dict[str, float]:
        """What the steps of the readers' networks are multiplied by, by name in a network that calls this one so."""
        return {
            f"{prefix}.nets.{what}.{name}": self._paces[what]
            for what, net in self.nets.items()
            for name, _ in net.named_parameters()
        }

    def look(self, items: ReadItems) -> ReadItems:
        """The same items with what the readers' networks give for them, some items at a time."""
        looked = dict(items.values)
        for what in self.learning:
            parts = [self.nets[what](some) for some in torch.split(items.values[what], LOOKED_AT_ONCE)]
            looked[what] = torch.cat(parts)
        return ReadItems(looked, items.known)

    @torch.no_grad()
    def readings(self, read: Mapping[str, Read]) -> dict[str, Float32]:
        """What is read → Float32 (n, width), as :meth:`look` gives it; 0 where nothing is known."""
        looked = self.look(ReadItems.of(read))
        return {what: (values * looked.known[what]).numpy() for what, values in looked.values.items()}

    def forward(self, items: ReadItems, dropout: Dropout = keep_all) -> torch.Tensor:
        """(n, h) of items that were looked at."""
        total = self.bias
        for what, weight in self.weights.items():
            known, values = items.known[what], items.values[what]
            if what in self.learning:  # frozen vectors have length 1 already, on average
                values = F.layer_norm(values, values.shape[-1:]) * values.shape[-1] ** -0.5
            total = total + F.linear(values, weight) * known + self.unknown[what] * (1 - known)
        return dropout(total.relu())
