"""Pictures by a small network that learns from these events alone."""

from typing import ClassVar, Self

import numpy as np
import torch
from torch import nn

from recsys_core.content.around import Around
from recsys_core.content.items import ItemContent
from recsys_core.content.pixels import Pixels, read_pictures
from recsys_core.content.reader import Read, Reader

CHANNELS = (3, 32, 64, 128)
KERNELS, STRIDES = (4, 3, 3), (4, 2, 2)
GROUPS = 8
VERSION = "pixels-1"


class PictureCNN(Reader):
    """Convolutions over pictures of 64 pixels a side, trained end to end.

    Each is followed by group normalisation (Wu and He 2018), which, unlike that over a batch, does not care which other
    pictures are there. The first one takes pixels in squares of four, so that a picture costs 2.7 million products.
    """

    key = "cnn"
    title = "a small network that learns"
    idea = "Learns to look at pictures from these events alone; it needs thousands of pictures to see much."
    learns = True
    width = CHANNELS[-1]
    side: ClassVar[int] = 64

    @classmethod
    def fit(cls, content: ItemContent, around: Around) -> Self:
        return cls()

    def read(self, content: ItemContent, around: Around) -> Read:
        like = np.zeros((3, self.side, self.side), dtype=np.uint8)
        return read_pictures(content.pictures, self.side, VERSION, _as_they_are, like, around)

    def net(self, generator: torch.Generator) -> nn.Module:
        return _Network(generator)


def _as_they_are(pixels: Pixels) -> np.ndarray:
    return pixels


class _Network(nn.Module):
    """From pixels (n, 3, s, s) of 0 to 255 to (n, 128): the mean over all places of what the last convolution saw."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()
        self.layers = nn.Sequential()
        for given, taken, kernel, stride in zip(CHANNELS[:-1], CHANNELS[1:], KERNELS, STRIDES, strict=True):
            convolution = nn.Conv2d(given, taken, kernel, stride, padding=(kernel - stride + 1) // 2, bias=False)
            nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu", generator=generator)
            self.layers.extend([convolution, nn.GroupNorm(GROUPS, taken), nn.ReLU()])

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.layers(pixels.float() / 127.5 - 1)
        return made.mean((-2, -1))
