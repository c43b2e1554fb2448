"""A history is folded in where the network is. Torch's "meta" device stands for a GPU: it computes shapes and nothing
else, and does not mix with the CPU either."""

import pytest
import torch

from recsys_core.data.interactions import Histories
from recsys_core.models.neural_cf_fold_in import FoldIn
from recsys_core.models.neural_cf_net import NeuralCFNet

ELSEWHERE = "meta"


def test_two_devices_do_not_mix():
    with pytest.raises(RuntimeError, match="device"):
        torch.ones(3, device=ELSEWHERE) + torch.ones(3)


@pytest.mark.parametrize("shares", [None, [0.4, 0.3, 0.1, 0.1, 0.1]], ids=["all alike", "by popularity"])
def test_histories_are_folded_in_on_the_networks_device(shares: list[float] | None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.Tensor, "__bool__", lambda tensor: True)  # numbers on "meta" are not known
    net = NeuralCFNet(7, 5, 4, 8, (16, 8), torch.Generator()).requires_grad_(False).to(ELSEWHERE)
    fold_in = FoldIn(net, 4, None if shares is None else torch.tensor(shares))
    vectors = fold_in.vectors(Histories.of([([1, 2], [5.0, 3.0]), ([], [])], 5), torch.zeros(2))
    assert vectors.device.type == ELSEWHERE
    assert vectors.shape == (2, 13)
