"""A denoising autoencoder with a multinomial likelihood."""

from typing import Any, ClassVar

import torch

from recsys_core.models.bags import Bags
from recsys_core.models.base import Ability, Cost, ModelInfo, Search
from recsys_core.models.item_bags import thinned
from recsys_core.models.multinomial import LIANG, SCORE, MultinomialAutoencoder
from recsys_core.models.multinomial_config import HIDDEN, HiddenLayers, MultinomialConfig
from recsys_core.models.multinomial_net import Decoder, DenoisingEncoder, MultinomialNet
from recsys_core.models.multinomial_task import Losses, MultinomialTask, log_loss
from recsys_core.training.loop import Pulse


class MultDAEConfig(MultinomialConfig):
    quick: ClassVar[dict[str, Any]] = {"embedding_size": 64, "epochs": 8, "learning_rate": 5e-3}
    paper: ClassVar[dict[str, Any]] = {"batch_size": 500, "epochs": 200, "weight_decay": 4e-5}
    search: ClassVar[dict[str, Search]] = MultinomialConfig.search | {"tower": HIDDEN}

    tower: HiddenLayers = ()


class MultDAE(MultinomialAutoencoder):
    """π = softmax(V g(z) + b) with z = f(x / |x|), of which a random share of the items is hidden."""

    info = ModelInfo(
        key="mult_dae",
        title="Mult-DAE",
        idea="Squeezes a person's items into a short vector and tells from it all of them, those included that were "
        "hidden while it learned.",
        family="Autoencoder",
        score=SCORE,
        paper=LIANG,
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.A_MINUTE,
    )
    Config = MultDAEConfig

    def _build(self, popularity: torch.Tensor, generator: torch.Generator) -> MultinomialNet:
        size, tower = self.config.embedding_size, self.config.tower
        encoder = DenoisingEncoder(len(popularity), (*tower, size), generator)
        return MultinomialNet(encoder, Decoder((size, *reversed(tower)), popularity, generator), size)

    def _task(self, net: MultinomialNet, generator: torch.Generator) -> MultinomialTask:
        return MultDAETask(net, self.met, generator, self.config)


class MultDAETask(MultinomialTask):
    """−log π of all items that a person met, told from those not hidden (Liang et al. 2018)."""

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        return self.pass_over(self.losses, pulse)

    def losses(self, met: Bags) -> Losses:
        seen = thinned(met, self.config.dropout, self.generator)
        return {"log loss": log_loss(self.net.decoder(self.net.encoder(seen)), met)}
