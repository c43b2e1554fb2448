"""Pictures as a network sees them that learned to tell a thousand kinds of things apart."""

from functools import cache
from typing import ClassVar, Self

import numpy as np
import torch
from torch import nn

from recsys_core.content.around import Around
from recsys_core.content.efficientnet_net import CHANNELS, REDUCTION, WIDTH, LastBlock, Trunk, weights
from recsys_core.content.items import ItemContent
from recsys_core.content.pixels import Pixels, read_pictures
from recsys_core.content.reader import Read, Reader

VERSION = "efficientnet-lite0-1"
AT_ONCE = 4  # pictures; more do not fit into the caches of a core, and of these each comes out as it would alone


class FrozenPictures(Reader):
    """The 1,280 numbers from which EfficientNet-Lite0 tells the classes of ImageNet.

    Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, ICML 2019, in the variant Lite
    (Liu 2020). 224 pixels a side, on which it was trained: genres of MovieLens 100K are told from the posters with a
    mean AUC of 0.742, against 0.718 at 128 (ridge regression, five folds).
    """

    key = "frozen"
    title = "a trained network, as it is"
    idea = "Looks at pictures with EfficientNet-Lite0, which learned from a million photographs; each is read once."
    width = WIDTH
    side: ClassVar[int] = 224

    @classmethod
    def fit(cls, content: ItemContent, around: Around) -> Self:
        return cls()

    def read(self, content: ItemContent, around: Around) -> Read:
        like = np.zeros(WIDTH, dtype=np.float32)
        return read_pictures(content.pictures, self.side, f"{VERSION}-whole", _whole, like, around)


class LastBlockPictures(Reader):
    """What EfficientNet-Lite0's last block takes in; the block itself and the last convolution learn with the model.

    128 pixels a side, so that a step of training passes through 16 places of a picture, not through 49.
    """

    key = "last-block"
    title = "a trained network, its last block trained on"
    idea = "Looks at pictures with EfficientNet-Lite0 and goes on training its last block; slower."
    learns = True
    pace = 0.05
    width = WIDTH
    side: ClassVar[int] = 128

    @classmethod
    def fit(cls, content: ItemContent, around: Around) -> Self:
        return cls()

    def read(self, content: ItemContent, around: Around) -> Read:
        places = self.side // REDUCTION
        like = np.zeros((CHANNELS, places, places), dtype=np.float16)
        return read_pictures(content.pictures, self.side, f"{VERSION}-trunk", _trunk, like, around)

    def net(self, generator: torch.Generator) -> nn.Module:
        """The block as it comes; nothing in it is drawn at random."""
        return LastBlock(weights())


def _whole(pixels: Pixels) -> np.ndarray:
    return _through(_network(), pixels)


def _trunk(pixels: Pixels) -> np.ndarray:
    return _through(_network()[0], pixels).astype(np.float16)


@cache
def _network() -> nn.Sequential:
    loaded = weights()
    return nn.Sequential(Trunk(loaded), LastBlock(loaded))


def _through(network: nn.Module, pixels: Pixels) -> np.ndarray:
    parts = torch.split(torch.from_numpy(pixels).contiguous(memory_format=torch.channels_last), AT_ONCE)
    with torch.inference_mode():
        return torch.cat([network(part) for part in parts]).numpy()
