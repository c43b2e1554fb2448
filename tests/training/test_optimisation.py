"""Steps of Adam by the formulas of its paper, with what stands around them."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn

from recsys_core.training import optimisation
from recsys_core.training.optimisation import AVERAGED_EPOCHS, Optimisation


@dataclass(frozen=True)
class Settings:
    epochs: int = 5
    learning_rate: float = 0.1
    schedule: optimisation.Schedule = "constant"
    clip: float = 0.0


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.tensor([1.0, -2.0, 0.5]))


GRADIENTS = np.array([[3.0, -4.0, 0.0], [0.01, 0.02, -0.03], [0.5, 0.5, 0.5], [-30.0, 1.0, 2.0]])


def step(taken: Optimisation, gradient: np.ndarray) -> np.ndarray:
    taken.backward((taken.net.weights * torch.from_numpy(gradient).float()).sum())
    taken.step()
    return taken.net.weights.detach().numpy().copy()


def adam(gradients: np.ndarray, learning_rate: float) -> list[np.ndarray]:
    """Algorithm 1 of Kingma and Ba."""
    weights, m, v, path = np.array([1.0, -2.0, 0.5]), np.zeros(3), np.zeros(3), []
    for t, gradient in enumerate(gradients, 1):
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * gradient**2
        weights = weights - learning_rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        path.append(weights)
    return path


@pytest.mark.parametrize("clip", [0.0, 1.0, 1e6])
def test_steps_are_adams_on_clipped_gradients(clip: float):
    lengths = np.linalg.norm(GRADIENTS, axis=1, keepdims=True)
    clipped = GRADIENTS * np.minimum(1, (clip or np.inf) / lengths)
    taken = Optimisation(Net(), Settings(clip=clip), epoch_steps=2)
    path = [step(taken, gradient) for gradient in GRADIENTS]
    assert np.array(path) == pytest.approx(np.array(adam(clipped, 0.1)), abs=1e-5)


def test_what_is_slow_by_itself_is_slower_still_where_it_is_held():
    free, slow = Optimisation(Net(), Settings(), 2), Optimisation(Net(), Settings(), 2, slow={"weights": 0.5})
    start = free.net.weights.detach().numpy().copy()
    slow.hold({"weights": torch.tensor([0.25])})
    way, short_way = (step(one, GRADIENTS[0]) - start for one in (free, slow))
    assert short_way == pytest.approx(way / 8, rel=1e-3)
    slow.hold({"weights": torch.tensor([1.0])})
    before = slow.net.weights.detach().numpy().copy()
    assert np.abs(step(slow, GRADIENTS[0]) - before).max() == pytest.approx(0.05, rel=1e-2)


def test_a_pull_adds_its_share_of_the_weights_to_the_gradient():
    free, pulled = (Optimisation(Net(), Settings(), 2, pulls) for pulls in (None, {"weights": 0.3}))
    for gradient in GRADIENTS:
        weights = pulled.net.weights.detach().numpy().copy()
        assert step(pulled, gradient) == pytest.approx(step(free, gradient + 0.3 * weights), abs=1e-5)


@pytest.mark.parametrize(
    ("schedule", "left"),
    [
        ("constant", [1.0] * 20),
        ("linear", [1 - t / 20 for t in range(20)]),
        ("cosine", [(1 + math.cos(math.pi * t / 20)) / 2 for t in range(20)]),
        ("warm-up", [0.0, 0.5, *(1 - t / 18 for t in range(18))]),
    ],
)
def test_steps_shrink_as_the_schedule_says(schedule: optimisation.Schedule, left: list[float]):
    """Adam moves by the learning rate itself where the gradient stays the same."""
    taken = Optimisation(Net(), Settings(schedule=schedule), epoch_steps=4)  # 20 steps in all
    path = np.array([[1.0, -2.0, 0.5], *(step(taken, np.ones(3)) for _ in range(20))])
    assert -np.diff(path, axis=0) == pytest.approx(np.repeat(np.array(left)[:, None] * 0.1, 3, axis=1), abs=1e-5)


def test_weights_that_need_no_gradient_stay_and_their_moments_too():
    pair = nn.ModuleDict({"still": Net(), "moving": Net()})
    taken = Optimisation(pair, Settings(), 2, {"still.weights": 0.5, "moving.weights": 0.5})
    pair["still"].requires_grad_(False)
    taken.backward(sum((one.weights * torch.tensor([3.0, -4.0, 1.0])).sum() for one in pair.values()))
    taken.step()
    assert torch.equal(pair["still"].weights, Net().weights)
    assert not torch.equal(pair["moving"].weights, Net().weights)
    assert not [name for name in taken.state() if name.startswith("adam.still.")]
    assert taken.done == 1


def test_answers_come_from_an_average_that_forgets_its_start_fast():
    taken = Optimisation(Net(), Settings(), epoch_steps=1)
    average = np.array([1.0, -2.0, 0.5])
    for done in range(1, 40):
        weights = step(taken, np.ones(3))
        average += (weights - average) / min(AVERAGED_EPOCHS, 1 + done / 10)
    assert taken.average.weights.numpy() == pytest.approx(average, abs=1e-4)
    assert not taken.average.weights.requires_grad


@pytest.fixture(params=[False, True], ids=["plain", "mixed precision"])
def is_mixed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """What a GPU does, done by the CPU."""
    if request.param:
        monkeypatch.setattr(optimisation, "MIXED_PRECISION", ("cpu",))
    return bool(request.param)


@pytest.mark.parametrize("clip", [0.0, 1.0])
def test_a_state_continues_bit_by_bit(is_mixed: bool, clip: float):
    settings = Settings(schedule="cosine", clip=clip)
    taken = Optimisation(Net(), settings, epoch_steps=2)
    too_large = [np.array([1e38, 0.0, 0.0])] if is_mixed else []  # lowers the scale of the loss
    for gradient in [*too_large, *GRADIENTS[:2]]:
        step(taken, gradient)
    state = {name: tensor.clone() for name, tensor in taken.state().items()}
    rest = [step(taken, gradient) for gradient in GRADIENTS[2:]]
    for _ in range(2):  # it can be gone back to more than once
        other = Optimisation(Net(), settings, epoch_steps=2)
        other.restore(state)
        assert np.array_equal([step(other, gradient) for gradient in GRADIENTS[2:]], rest)
        assert all(torch.equal(tensor, taken.state()[name]) for name, tensor in other.state().items())
    assert any(name.startswith("scaler.") for name in state) == is_mixed


def test_mixed_precision_multiplies_in_halves_and_a_gradient_too_large_for_them_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(optimisation, "MIXED_PRECISION", ("cpu",))
    taken = Optimisation(Net(), Settings(), epoch_steps=2)
    with taken.precision():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float16
    before = taken.net.weights.detach().clone()
    scale = taken.state()["scaler.scale"].item()
    step(taken, np.array([1e38, 0.0, 0.0]))
    assert torch.equal(taken.net.weights, before)
    assert taken.state()["scaler.scale"].item() == scale / 2
    step(taken, np.ones(3))
    assert not torch.equal(taken.net.weights, before)


def test_a_cpu_computes_in_full_precision():
    taken = Optimisation(Net(), Settings(), epoch_steps=2)
    with taken.precision():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32
