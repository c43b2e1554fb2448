"""Learning an autoencoder of histories so that no single person shows: DP-SGD (Abadi et al., CCS 2016)."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch.nn import functional as F

from recsys_core.models.bags import Bags
from recsys_core.models.multinomial_net import MultinomialNet
from recsys_core.training.loop import Pulse
from recsys_core.training.optimisation import Optimisation

LONGEST = 1.0  # of one person's gradient
DIVERGENCE_WEIGHT = 0.01  # of a person's code, where the log loss counts as one event's


@dataclass(frozen=True)
class PrivateSettings:
    """As :class:`recsys_core.training.optimisation.StepSettings` wants it."""

    epochs: int = 1
    learning_rate: float = 0.02
    schedule: Literal["linear"] = "linear"
    clip: float = 0.0


class PrivateSteps:
    """Each step adds up the gradients of people who are drawn by a toss each, none longer than ``LONGEST``, and noise.

    Args:
        net: without hidden layers.
        rows: of all people, of length 1 or empty.
        share: of the people who take part in a step.
        noise: standard deviation, in units of ``LONGEST``.
        generator: for the tosses and the noise. Whoever knows its seed can take the noise away again.
    """

    def __init__(self, net: MultinomialNet, rows: Bags, share: float, noise: float, generator: torch.Generator) -> None:
        self.net, self.rows, self.share, self.noise, self.generator = net, rows, share, noise, generator

    def run(self, steps: int, pulse: Pulse) -> MultinomialNet:
        """So many steps; the averaged network."""
        optimisation = Optimisation(self.net, PrivateSettings(), steps)
        for step in range(steps):
            pulse(step / steps)
            for weights, gradient in zip(self.net.parameters(), self.gradients(self._some()), strict=True):
                spread = self.noise * LONGEST * torch.randn(gradient.shape, generator=self.generator)
                weights.grad = (gradient + spread) / (self.share * len(self.rows))
            optimisation.step()
        return optimisation.average

    def gradients(self, rows: Bags) -> tuple[torch.Tensor, ...]:
        """For each parameter the sum over people, each person's gradient shortened to ``LONGEST`` where it is longer.

        How long it is follows from what goes in and out of the two layers, so that no person's gradient is ever held by
        itself (Lee and Kifer, PoPETs 2021).
        """
        encoded = self.net.encoder(rows)
        means, log_variances = encoded.chunk(2, -1)
        noise = torch.randn(means.shape, generator=self.generator)
        codes = means + noise * (log_variances / 2).exp()
        logits = F.linear(codes, self.net.decoder.item_table, self.net.decoder.item_bias)
        losses = self._losses(rows, means, log_variances, logits)
        by_encoded, by_logits = torch.autograd.grad(losses.sum(), (encoded, logits), retain_graph=True)
        met = (rows.lengths() > 0).float()
        squares = by_encoded.square().sum(1) * (1 + met)
        squares += by_logits.square().sum(1) * (1 + codes.detach().square().sum(1))
        kept = (LONGEST / squares.sqrt().clamp(min=1e-12)).clamp(max=1)
        return torch.autograd.grad((kept * losses).sum(), tuple(self.net.parameters()))

    def _losses(
        self, rows: Bags, means: torch.Tensor, log_variances: torch.Tensor, logits: torch.Tensor
    ) -> torch.Tensor:
        """(B,), of each person the mean log loss of an event, and the weighted divergence."""
        of_events = -logits.log_softmax(-1)[rows.rows(), rows.members]
        log_loss = torch.zeros(len(rows)).index_add(0, rows.rows(), of_events) / rows.lengths().clamp(min=1)
        divergence = (means.square() + log_variances.exp() - log_variances - 1).sum(1) / 2
        return log_loss + DIVERGENCE_WEIGHT * divergence

    def _some(self) -> Bags:
        return self.rows.take(torch.nonzero(torch.rand(len(self.rows), generator=self.generator) < self.share)[:, 0])
