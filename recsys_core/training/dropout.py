"""Dropout whose chance belongs to one training: it is part of the training's state, and nobody else draws from it."""

from collections.abc import Callable

import torch

Dropout = Callable[[torch.Tensor], torch.Tensor]


def keep_all(hidden: torch.Tensor) -> torch.Tensor:
    """The dropout of a network that answers."""
    return hidden


def drop_by(share: float, generator: torch.Generator) -> Dropout:
    """The dropout of a network that learns: a random ``share`` of the values is 0; the others make up for it."""

    def drop(hidden: torch.Tensor) -> torch.Tensor:
        if not share:
            return hidden
        kept = torch.rand(hidden.shape, generator=generator, device=hidden.device) >= share
        return hidden * kept / (1 - share)

    return drop
