"""A variational autoencoder with a multinomial likelihood."""

from typing import Any, ClassVar

import torch
from pydantic import Field

from recsys_core.models.bags import Bags
from recsys_core.models.base import Ability, Cost, ModelInfo, Search, WarmWay
from recsys_core.models.item_bags import thinned
from recsys_core.models.multinomial import LIANG, SCORE, MultinomialAutoencoder
from recsys_core.models.multinomial_config import HIDDEN, HiddenLayers, MultinomialConfig
from recsys_core.models.multinomial_net import Decoder, MultinomialNet, TanhEncoder
from recsys_core.models.multinomial_task import Losses, MultinomialTask, log_loss
from recsys_core.training.loop import Pulse


class MultVAEConfig(MultinomialConfig):
    quick: ClassVar[dict[str, Any]] = {"embedding_size": 64, "epochs": 8, "learning_rate": 0.01, "annealing_epochs": 4}
    paper: ClassVar[dict[str, Any]] = {
        "tower": (600,),
        "learning_rate": 1e-3,
        "batch_size": 500,
        "epochs": 200,
        "divergence_weight": 0.2,
        "annealing_epochs": 170,
    }
    # The weight that grows over those epochs has grown.
    warm: ClassVar[WarmWay] = WarmWay(share=0.28, rate=1.5, settings={"annealing_epochs": 0})
    search: ClassVar[dict[str, Search]] = MultinomialConfig.search | {"tower": HIDDEN, "divergence_weight": (0, 1)}

    learning_rate: float = Field(
        5e-3, gt=0, le=1, description="Size of a learning step.", json_schema_extra={"scale": "log"}
    )
    tower: HiddenLayers = ()
    divergence_weight: float = Field(
        0.2,
        ge=0,
        le=10,
        description="How much the vectors of all histories are drawn into one cloud, against learning them by heart.",
    )
    annealing_epochs: int = Field(
        10,
        ge=0,
        le=1000,
        description="Epochs over which that weight grows from nothing.",
        json_schema_extra={"advanced": True},
    )


class MultVAE(MultinomialAutoencoder):
    """π = softmax(V g(z) + b) with z from N(μ, σ²), where μ and log σ² are f(x / |x|)."""

    info = ModelInfo(
        key="mult_vae",
        title="Mult-VAE",
        idea="Squeezes a person's items into a cloud of vectors and draws the person's whole taste from any of them.",
        family="Autoencoder",
        score=SCORE,
        paper=LIANG,
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.A_MINUTE,
    )
    Config = MultVAEConfig

    def _build(self, popularity: torch.Tensor, generator: torch.Generator) -> MultinomialNet:
        size, tower = self.config.embedding_size, self.config.tower
        encoder = TanhEncoder(len(popularity), (*tower, 2 * size), generator)
        return MultinomialNet(encoder, Decoder((size, *reversed(tower)), popularity, generator), size)

    def _task(self, net: MultinomialNet, generator: torch.Generator) -> MultinomialTask:
        return MultVAETask(net, self.met, generator, self.config)


class MultVAETask(MultinomialTask):
    """The negative evidence lower bound −E log π + β KL(N(μ, σ²) | N(0, 1)), β growing (Liang et al. 2018)."""

    config: MultVAEConfig

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        return self.pass_over(self.losses, pulse)

    def losses(self, met: Bags) -> Losses:
        seen = thinned(met, self.config.dropout, self.generator)
        means, log_variances = self.net.encoder(seen).chunk(2, -1)
        log_shares = self.net.decoder(self.draw(means, log_variances))
        divergence = (means.square() + log_variances.exp() - log_variances - 1).sum() / 2
        return {"log loss": log_loss(log_shares, met), "weighted divergence": self.divergence_weight() * divergence}

    def divergence_weight(self) -> float:
        """β at the coming step."""
        steps = self.config.annealing_epochs * self.optimisation.epoch_steps
        reached = min(1.0, self.optimisation.done / steps) if steps else 1.0
        return float(self.config.divergence_weight * reached)
