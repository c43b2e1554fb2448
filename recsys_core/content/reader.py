"""How one kind of content becomes numbers that a network can take in."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Self

import numpy as np
import torch
from torch import nn

from recsys_core.content.around import Around
from recsys_core.content.items import ItemContent
from recsys_core.types import Bool


@dataclass(frozen=True)
class Read:
    """What a reader made of N items.

    Attributes:
        values: (N, ...), as the reader's network takes them in; zeros where nothing is known.
        known: Bool (N,), where something is known.
        broken: what could not be read although there is something, by name, such as a picture file.
    """

    values: np.ndarray
    known: Bool
    broken: tuple[str, ...] = ()


class Reader(ABC):
    """Fitted to the items of a data set, then asked about any item.

    Attributes:
        key: stable name, the value of a model's setting.
        title: as people read it, in the middle of a sentence.
        idea: one sentence.
        learns: its network is trained with the model, so every step has to pass through it.
        pace: what the learning steps of its network are multiplied by; one that comes trained changes slowly.
        width: of what its network gives.
        left_out: columns that :meth:`fit` found and does not look at, and why, to follow their names.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    idea: ClassVar[str]
    learns: ClassVar[bool] = False
    pace: ClassVar[float] = 1.0
    width: int
    left_out: Mapping[str, str] = MappingProxyType({})

    @classmethod
    @abstractmethod
    def fit(cls, content: ItemContent, around: Around) -> Self:
        """Learn what is needed to read: a vocabulary, the cuts of numbers. Encoders that come trained learn nothing.

        Raises:
            ContentError: what it needs is not installed.
        """

    @abstractmethod
    def read(self, content: ItemContent, around: Around) -> Read:
        """Values of N items. The same item gets the same values, alone or among others.

        Raises:
            ContentError: what it needs is not installed.
            Cancelled: somebody asked to stop.
        """

    def net(self, generator: torch.Generator) -> nn.Module:
        """A fresh network from values (n, ...) to (n, width). Whoever reads without learning has none to train."""
        return nn.Identity()

    def arrays(self) -> dict[str, np.ndarray]:
        """What :meth:`fit` learned, to be saved."""
        return {}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Self:
        """A reader from what :meth:`arrays` gave.

        Raises:
            ModelError: an array is missing or does not fit.
        """
        return cls()
