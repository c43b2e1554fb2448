"""How the weights of a network take their steps."""

import copy
import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Generic, Literal, Protocol, TypeVar

import torch
from torch import nn

from recsys_core.training.loop import State
from recsys_core.training.warm_start import Learned, RowsOf, Weights

AVERAGED_EPOCHS = 3.0  # what the averaged weights remember; on ML-100K they beat the last weights in both objectives
WARM_UP = 0.1  # of all steps
MIXED_PRECISION = ("cuda",)  # where halves are faster; on a CPU they are not

Net = TypeVar("Net", bound=nn.Module)
Schedule = Literal["constant", "linear", "cosine", "warm-up"]

# The part of the learning rate that is left when a part t of all steps is done.
SCHEDULES: dict[Schedule, Callable[[float], float]] = {
    "constant": lambda t: 1.0,
    "linear": lambda t: 1 - t,
    "cosine": lambda t: (1 + math.cos(math.pi * t)) / 2,
    "warm-up": lambda t: min(t / WARM_UP, (1 - t) / (1 - WARM_UP)),
}


class StepSettings(Protocol):
    """What :class:`Optimisation` reads from a model's settings."""

    @property
    def epochs(self) -> int: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def schedule(self) -> Schedule: ...
    @property
    def clip(self) -> float: ...


class Optimisation(Generic[Net]):
    """Adam (Kingma and Ba, ICLR 2015) with a schedule and clipped gradients, in mixed precision on a GPU.

    Answers come from a moving average of the weights, which is steadier than the last ones (Polyak and Juditsky, SIAM
    Journal on Control and Optimization 1992).

    Args:
        net: on its device; its parameters are changed in place.
        settings: of the model.
        epoch_steps: steps in an epoch.
        pulls: parameter name → how strongly it is pulled to zero: this times its weights is added to its gradient,
            after that was clipped.
        slow: parameter name → what its steps are always multiplied by; 1 where nothing is said.
        betas: how long Adam remembers gradients, and their squares.

    Attributes:
        net: the network that learns.
        average: the network to answer with.
        done: steps so far.
        epoch_steps: steps in an epoch.
    """

    def __init__(
        self,
        net: Net,
        settings: StepSettings,
        epoch_steps: int,
        pulls: Mapping[str, float] | None = None,
        slow: Mapping[str, float] | None = None,
        betas: tuple[float, float] = (0.9, 0.999),
    ) -> None:
        self.net = net
        self.average = copy.deepcopy(net).requires_grad_(False)
        self._device = next(net.parameters()).device.type
        self._is_mixed = self._device in MIXED_PRECISION
        self._settings = settings
        self.plan(epoch_steps)
        self.done = 0
        pulls, slow = pulls or {}, slow or {}
        groups = [
            {"params": [one], "weight_decay": pulls.get(name, 0.0), "own_pace": slow.get(name, 1.0), "pace": 1.0}
            for name, one in net.named_parameters()
        ]
        self._adam = torch.optim.Adam(groups, lr=settings.learning_rate, betas=betas, fused=True)
        # Halves lose small gradients unless the loss is scaled up; what that needs is decided step by step.
        self._scaler = torch.amp.GradScaler(self._device, enabled=self._is_mixed)
        self._held: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = []  # weights, what they were, paces of rows

    def plan(self, epoch_steps: int) -> None:
        """Have schedule and average count on so many steps in an epoch."""
        self.epoch_steps = epoch_steps
        self._all_steps = self._settings.epochs * epoch_steps
        self._memory = AVERAGED_EPOCHS * max(1, epoch_steps)  # in steps

    def precision(self) -> AbstractContextManager[object]:
        """For computing the loss in: mixed precision (Micikevicius et al., ICLR 2018) on a GPU, else nothing."""
        return torch.autocast(self._device, torch.float16, enabled=self._is_mixed)

    def backward(self, loss: torch.Tensor) -> None:
        """Add the gradients of a loss, a number, to those of the coming step; on a GPU they are scaled up."""
        torch.autograd.backward(self._scaler.scale(loss))

    def step(self) -> None:
        """Change the weights so that what was given to :meth:`backward` since the last step falls.

        Weights that need no gradient stay as they are, so parts of a network can learn by turns.
        """
        left = SCHEDULES[self._settings.schedule](self.done / self._all_steps)
        for group in self._adam.param_groups:
            group["lr"] = self._settings.learning_rate * left * group["own_pace"] * group["pace"]
        if self._settings.clip:
            self._scaler.unscale_(self._adam)
            nn.utils.clip_grad_norm_(self.net.parameters(), self._settings.clip)
        for weights, before, _ in self._held:
            before.copy_(weights)
        self._scaler.step(self._adam)
        self._scaler.update()
        self._adam.zero_grad()
        self.done += 1
        memory = min(self._memory, 1 + self.done / 10)  # short at first, to forget the start
        with torch.no_grad():
            for weights, before, paces in self._held:
                torch.lerp(before, weights, paces, out=weights)
            torch._foreach_lerp_(list(self.average.parameters()), list(self.net.parameters()), 1 / memory)

    def learned(
        self, blocks: Mapping[str, tuple[RowsOf, ...]], heads: frozenset[str] = frozenset()
    ) -> dict[str, Learned]:
        """The averaged weights; ``blocks`` says of which parameters the rows stand for something in the data, ``heads``
        which belong to the last layer."""
        now = dict(self.net.named_parameters())
        return {
            name: Learned(one, blocks.get(name, ()), name in heads, (now[name],))
            for name, one in self.average.named_parameters()
        }

    def begin(self, weights: Weights) -> None:
        """Start from these weights."""
        with torch.no_grad():
            for name, weight in weights.items():
                for net in (self.net, self.average):
                    net.get_parameter(name).copy_(weight)

    def hold(self, paces: Weights) -> None:
        """Multiply the steps of a row, or of a whole parameter, by its pace from now on: (n,) or (1,)."""
        self._held = []
        for group, (name, parameter) in zip(self._adam.param_groups, self.net.named_parameters(), strict=True):
            pace = paces[name]
            group["pace"] = float(pace) if len(pace) == 1 else 1.0
            if len(pace) > 1 and bool((pace != 1).any()):
                weights = parameter.detach()
                self._held.append((weights, torch.empty_like(weights), pace.view(-1, *[1] * (weights.ndim - 1))))

    def state(self) -> State:
        """All that the next step depends on. Tensors are live."""
        state = {f"net.{name}": tensor for name, tensor in self.net.state_dict().items()}
        state |= {f"average.{name}": tensor for name, tensor in self.average.state_dict().items()}
        for name, parameter in self.net.named_parameters():
            state |= {f"adam.{name}.{key}": value for key, value in self._adam.state[parameter].items()}
        scaler = {f"scaler.{name}": torch.tensor(value) for name, value in self._scaler.state_dict().items()}
        return state | scaler | {"steps": torch.tensor(self.done)}

    def restore(self, state: State) -> None:
        """Go back to a state."""
        self.net.load_state_dict(_part(state, "net."))
        self.average.load_state_dict(_part(state, "average."))
        for name, parameter in self.net.named_parameters():
            moments = _part(state, f"adam.{name}.").items()
            self._adam.state[parameter] = {key: value.to(parameter.device, copy=True) for key, value in moments}
        if scaler := _part(state, "scaler."):
            self._scaler.load_state_dict({name: value.item() for name, value in scaler.items()})
        self.done = int(state["steps"])


def _part(state: State, prefix: str) -> State:
    return {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}
