"""Two networks against each other: one makes rows of numbers, the other tells them from real ones."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import nn
from torch.nn import functional as F

from recsys_core.models.multinomial_net import dense
from recsys_core.training.loop import Pulse, State
from recsys_core.training.optimisation import Optimisation

BETAS = (0.5, 0.9)  # a short memory: what is good for the other network changes with each step
LEAK = 0.2
CRITIC_STEPS = 3  # for each step of the maker
STEPS = 25  # of the maker in an epoch
PENALTY = 10.0
AT_ONCE = 128  # rows in a step, at most


class Layers(nn.Module):
    """Layers of leaky ReLU, the last one linear.

    Args:
        widths: of what goes in, of the hidden layers, and of what comes out.
    """

    def __init__(self, widths: tuple[int, ...], generator: torch.Generator) -> None:
        super().__init__()
        gains = [2**0.5] * (len(widths) - 2) + [1.0]
        self.weights = nn.ParameterList(
            dense(out, width, generator, gain) for (width, out), gain in zip(pairwise(widths), gains, strict=True)
        )
        self.biases = nn.ParameterList(torch.zeros(width) for width in widths[1:])

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """(B, last width) of (B, first width)."""
        for weight, bias in zip(list(self.weights)[:-1], list(self.biases)[:-1], strict=True):
            rows = F.leaky_relu(F.linear(rows, weight, bias), LEAK)
        return F.linear(rows, self.weights[-1], self.biases[-1])


class Maker(nn.Module):
    """From noise and a condition to a row.

    Args:
        width: of a row; ``known``: of a condition; ``hidden``: of each of two hidden layers.
    """

    def __init__(self, width: int, known: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        self.width = width
        self.layers = Layers((width + known, hidden, hidden, width), generator)

    def forward(self, noise: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """(B, width) of noise (B, width) and conditions (B, known)."""
        made: torch.Tensor = self.layers(torch.cat([noise, condition], 1))
        return made


@dataclass(frozen=True)
class AdversarialSettings:
    """What the two networks learn with; as :class:`recsys_core.training.optimisation.StepSettings` wants it."""

    epochs: int
    learning_rate: float
    schedule: Literal["constant"] = "constant"
    clip: float = 0.0


class AdversarialTask:
    """A Wasserstein GAN with gradient penalty (Gulrajani et al., NeurIPS 2017), that heeds what stands beside a row.

    The critic f rises E f(real) − E f(made) − 10 E (|∇f| − 1)², the penalty between real and made rows; the maker
    rises E f(made). What the maker's averaged weights make is what counts.

    Args:
        real: (P, w), rows of real people, of about unit variance.
        conditions: (P, c), what stands beside each of them; c may be 0.
    """

    def __init__(
        self,
        real: torch.Tensor,
        conditions: torch.Tensor,
        hidden: int,
        generator: torch.Generator,
        settings: AdversarialSettings,
    ) -> None:
        self.real, self.conditions, self.generator = real, conditions, generator
        width, known = real.shape[1], conditions.shape[1]
        start = torch.Generator().manual_seed(generator.initial_seed())
        maker, critic = Maker(width, known, hidden, start), Layers((width + known, hidden, hidden, 1), start)
        self._batch = min(AT_ONCE, len(real))
        self._making = Optimisation(maker.to(real.device), settings, STEPS, betas=BETAS)
        self._judging = Optimisation(critic.to(real.device), settings, STEPS * CRITIC_STEPS, betas=BETAS)
        self.average = self._making.average

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        """Steps against each other. ``critic`` is its estimate of the Wasserstein distance, ``generator`` what the
        maker lowers, ``penalty`` the weighted gradient penalty."""
        totals = torch.zeros(3)
        for step in range(STEPS):
            pulse(step / STEPS)
            for _ in range(CRITIC_STEPS):
                totals[:2] += self._teach_critic() / CRITIC_STEPS
            totals[2] += self._teach_maker()
        distance, penalty, loss = (totals / STEPS).tolist()
        return {"critic": distance, "generator": loss, "penalty": penalty}, STEPS * CRITIC_STEPS * self._batch

    def _teach_critic(self) -> torch.Tensor:
        critic = self._judging.net
        real, conditions = self._some()
        with torch.no_grad():
            made = self._making.net(self._noise(real), conditions)
        distance = critic(torch.cat([real, conditions], 1)).mean() - critic(torch.cat([made, conditions], 1)).mean()
        between = torch.lerp(made, real, torch.rand(len(real), 1, generator=self.generator, device=real.device))
        between = torch.cat([between, conditions], 1).requires_grad_()
        (slopes,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
        penalty = PENALTY * (slopes.norm(dim=1) - 1).square().mean()
        self._judging.backward(penalty - distance)
        self._judging.step()
        return torch.stack([distance.detach(), penalty.detach()]).cpu()

    def _teach_maker(self) -> torch.Tensor:
        critic = self._judging.net
        real, conditions = self._some()
        critic.requires_grad_(False)
        loss = -critic(torch.cat([self._making.net(self._noise(real), conditions), conditions], 1)).mean()
        self._making.backward(loss)
        critic.requires_grad_(True)
        self._making.step()
        return loss.detach().cpu()

    def _some(self) -> tuple[torch.Tensor, torch.Tensor]:
        rows = torch.randint(len(self.real), (self._batch,), generator=self.generator, device=self.real.device)
        return self.real[rows], self.conditions[rows]

    def _noise(self, like: torch.Tensor) -> torch.Tensor:
        return torch.randn(like.shape, generator=self.generator, device=like.device)

    def state(self) -> State:
        making = {f"maker.{name}": tensor for name, tensor in self._making.state().items()}
        judging = {f"critic.{name}": tensor for name, tensor in self._judging.state().items()}
        return making | judging | {"generator": self.generator.get_state()}

    def restore(self, state: State) -> None:
        for prefix, one in (("maker.", self._making), ("critic.", self._judging)):
            one.restore({name.removeprefix(prefix): state[name] for name in state if name.startswith(prefix)})
        self.generator.set_state(state["generator"].cpu())


def energy_distance(some: torch.Tensor, others: torch.Tensor) -> float:
    """2 E|x − y| − E|x − x'| − E|y − y'| of rows (n, w) and (m, w), 0 for equal distributions (Székely and Rizzo,
    Journal of Statistical Planning and Inference 2013), without a row's distance to itself."""
    within = [torch.cdist(rows, rows).sum() / max(1, len(rows) * (len(rows) - 1)) for rows in (some, others)]
    return float(2 * torch.cdist(some, others).mean() - within[0] - within[1])
