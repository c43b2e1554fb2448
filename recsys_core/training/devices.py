"""Where gradients are computed."""

from enum import StrEnum

from recsys_core.errors import ConfigError


class Device(StrEnum):
    """What a training is asked to use."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


def resolve(wanted: Device) -> str:
    """ "cpu" or "cuda", as torch calls them.

    Raises:
        ConfigError: a GPU is asked for and torch finds none.
    """
    import torch

    has_gpu = torch.cuda.is_available()
    if wanted is Device.CUDA and not has_gpu:
        raise ConfigError(
            "A GPU was asked for, but PyTorch finds none on this machine.",
            "Choose the device 'auto' or 'cpu', or install a PyTorch build for CUDA.",
            "no-gpu",
        )
    return "cuda" if has_gpu and wanted is not Device.CPU else "cpu"
