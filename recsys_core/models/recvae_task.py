"""How RecVAE learns: encoder and decoder by turns, the encoder held back by what it was before."""

import copy
import math

import torch
from scipy.sparse import csr_array

from recsys_core.models.bags import Bags
from recsys_core.models.item_bags import thinned
from recsys_core.models.multinomial_net import MultinomialNet
from recsys_core.models.multinomial_task import Losses, MultinomialTask, log_loss
from recsys_core.models.recvae_config import RecVAEConfig
from recsys_core.training.loop import Pulse

ENCODER_PASSES, PASSES = 3, 4  # over the people in an epoch; the others are the decoder's
# The prior: a standard normal, the earlier encoder's answer, and a normal so wide that it forbids nothing.
STANDARD, EARLIER, WIDE = 3 / 20, 3 / 4, 1 / 10
WIDE_LOG_VARIANCE = 10.0


class RecVAETask(MultinomialTask):
    """Three passes of the encoder, one of the decoder, and again (Shenbin et al. 2020).

    The encoder is as it was before the epoch when its answers enter the prior, so nothing of it outlives an epoch.
    """

    config: RecVAEConfig

    def __init__(self, net: MultinomialNet, met: csr_array, generator: torch.Generator, config: RecVAEConfig) -> None:
        super().__init__(net, met, generator, config, PASSES)
        self._earlier = copy.deepcopy(net.encoder).requires_grad_(False)

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        """Losses are those of the encoder's last pass, and the decoder's."""
        self._earlier.load_state_dict(self.net.encoder.state_dict())
        losses: dict[str, float] = {}
        samples = 0
        for number in range(PASSES):
            is_encoders = number < ENCODER_PASSES
            self.net.encoder.requires_grad_(is_encoders)
            self.net.decoder.requires_grad_(not is_encoders)
            means, seen = self.pass_over(
                self.encoder_losses if is_encoders else self.decoder_losses, _part(pulse, number, PASSES)
            )
            losses, samples = losses | means, samples + seen
        return losses, samples

    def encoder_losses(self, met: Bags) -> Losses:
        """−E log π + γ |x_u| KL(q | prior), from some of each person's items."""
        means, log_variances = self.net.encoder(thinned(met, self.config.dropout, self.generator)).chunk(2, -1)
        codes = self.draw(means, log_variances)
        with torch.no_grad():
            earlier = self._earlier(met).chunk(2, -1)
        excess = log_density(codes, means, log_variances) - log_prior(codes, *earlier)  # (B, d)
        divergence = (self.config.divergence_weight * met.lengths() * excess.sum(-1)).sum()
        return {"log loss": log_loss(self.net.decoder(codes), met), "weighted divergence": divergence}

    def decoder_losses(self, met: Bags) -> Losses:
        """−E log π, from all items."""
        codes = self.draw(*self.net.encoder(met).chunk(2, -1))
        return {"log loss of the decoder": log_loss(self.net.decoder(codes), met)}


def _part(pulse: Pulse, number: int, passes: int) -> Pulse:
    """The pulse of one of several passes."""
    return lambda done: pulse((number + done) / passes)


def log_density(values: torch.Tensor, means: torch.Tensor, log_variances: torch.Tensor) -> torch.Tensor:
    """Of each value under a normal distribution."""
    return -((values - means).square() / log_variances.exp() + log_variances + math.log(2 * math.pi)) / 2


def log_prior(codes: torch.Tensor, earlier_means: torch.Tensor, earlier_log_variances: torch.Tensor) -> torch.Tensor:
    """(B, d), of each number of a code under the mixture."""
    zero = torch.zeros((), device=codes.device)
    parts = [
        log_density(codes, zero, zero) + math.log(STANDARD),
        log_density(codes, earlier_means, earlier_log_variances) + math.log(EARLIER),
        log_density(codes, zero, zero + WIDE_LOG_VARIANCE) + math.log(WIDE),
    ]
    return torch.stack(parts).logsumexp(0)
