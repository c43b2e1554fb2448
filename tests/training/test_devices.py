import pytest
import torch

from recsys_core.errors import ConfigError
from recsys_core.training.devices import Device, resolve


@pytest.mark.parametrize(
    ("has_gpu", "wanted", "used"),
    [
        (True, Device.AUTO, "cuda"),
        (True, Device.CUDA, "cuda"),
        (True, Device.CPU, "cpu"),
        (False, Device.AUTO, "cpu"),
        (False, Device.CPU, "cpu"),
    ],
)
def test_the_gpu_is_used_where_it_is_there_and_not_refused(
    has_gpu: bool, wanted: Device, used: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_gpu)
    assert resolve(wanted) == used


def test_a_gpu_that_is_not_there_is_an_error_in_words(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match="finds none on this machine.*'auto' or 'cpu'") as caught:
        resolve(Device.CUDA)
    assert caught.value.code == "no-gpu"
