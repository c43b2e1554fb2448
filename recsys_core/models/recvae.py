"""A variational autoencoder whose prior remembers."""

import torch

from recsys_core.models.base import Ability, Cost, ModelInfo
from recsys_core.models.multinomial import SCORE, MultinomialAutoencoder
from recsys_core.models.multinomial_net import Decoder, MultinomialNet
from recsys_core.models.recvae_config import RecVAEConfig
from recsys_core.models.recvae_net import ResidualEncoder
from recsys_core.models.recvae_task import RecVAETask


class RecVAE(MultinomialAutoencoder):
    """π = softmax(V z + b) with z from N(μ, σ²), where μ and log σ² come from a deep encoder."""

    info = ModelInfo(
        key="recvae",
        title="RecVAE",
        idea="Mult-VAE with a deeper way in and a linear way out that learn by turns, so that neither runs away.",
        family="Autoencoder",
        score=SCORE,
        paper="Shenbin, Alekseev, Tutubalina, Malykh and Nikolenko, RecVAE: A New Variational Autoencoder for Top-N "
        "Recommendations with Implicit Feedback, WSDM 2020",
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.A_MINUTE,
    )
    Config = RecVAEConfig

    def _build(self, popularity: torch.Tensor, generator: torch.Generator) -> MultinomialNet:
        config = self.config
        encoder = ResidualEncoder(len(popularity), config.hidden_size, config.layers, config.embedding_size, generator)
        decoder = Decoder((config.embedding_size,), popularity, generator)
        return MultinomialNet(encoder, decoder, config.embedding_size)

    def _task(self, net: MultinomialNet, generator: torch.Generator) -> RecVAETask:
        return RecVAETask(net, self.met, generator, self.config)
