"""A variational autoencoder over whole histories, and the distribution of its codes."""

from typing import Any, ClassVar

from pydantic import Field

from recsys_core.data.dataset import Dataset
from recsys_core.models.base import Config
from recsys_core.models.mult_vae import MultVAEConfig
from recsys_core.synthetic.base import GeneratorInfo, Produces
from recsys_core.synthetic.networks.autoencoder import PULL, HistoryAutoencoder
from recsys_core.synthetic.private.learning import CanBePrivate, Epsilon
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Float64


class VAEConfig(Config):
    quick: ClassVar[dict[str, Any]] = {"epochs": 20, "learning_rate": 0.02}

    embedding_size: int = Field(32, ge=1, le=512, description="Numbers in the code that stands for a history.")
    epochs: int = Field(100, ge=1, le=1000, description="Passes over the people, at most.")
    patience: int = Field(
        10, ge=1, le=1000, description="Stop after this many epochs without a better result on people held out."
    )
    learning_rate: float = Field(
        5e-3, gt=0, le=1, description="Size of a learning step.", json_schema_extra={"scale": "log"}
    )
    divergence_weight: float = Field(
        0.2,
        ge=0,
        le=10,
        description="How much the codes of all histories are drawn into one cloud, against learning them by heart.",
    )
    epsilon: Epsilon = None

    def autoencoder(self) -> MultVAEConfig:
        """The settings of the network."""
        return MultVAEConfig(
            embedding_size=self.embedding_size,
            epochs=self.epochs,
            patience=self.patience,
            learning_rate=self.learning_rate,
            weight_decay=PULL,
            divergence_weight=self.divergence_weight,
        )


class VAESampler(CanBePrivate):
    """New codes z come from a mixture of normal distributions over the codes of real people, histories from π(z).

    A mixture fitted afterwards holds the codes better than the prior that they were drawn towards.
    """

    info = GeneratorInfo(
        key="vae",
        title="VAE sampler",
        idea="Squeezes whole histories into codes, learns how people are spread over these, and turns new codes back "
        "into histories.",
        paper="Liang, Krishnan, Hoffman and Jebara, Variational Autoencoders for Collaborative Filtering, WWW 2018; "
        "Ghosh, Sajjadi, Vergari, Black and Schölkopf, From Variational to Deterministic Autoencoders, ICLR 2020",
        produces=frozenset({Produces.HISTORIES, Produces.RATINGS, Produces.TIMES, Produces.PROFILES}),
        in_epochs=True,
        can_be_private=True,
    )
    Config = VAEConfig

    def _learn(self, real: Dataset, context: FitContext) -> Float64:
        self._autoencoder = HistoryAutoencoder(self.config.autoencoder())
        self._autoencoder.fit(real, context)
        self.training = self._autoencoder.training
        return self._autoencoder.codes(real)

    def _logits(self, codes: Float32) -> Float32:
        return self._autoencoder.log_shares(codes)
