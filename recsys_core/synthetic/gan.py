"""A generative adversarial network that makes people: codes of their tastes, and how they behave, by their profiles."""

from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
import torch
from pydantic import Field
from scipy.sparse import csr_array

from recsys_core.data.dataset import Dataset
from recsys_core.models.base import Config
from recsys_core.models.mult_vae import MultVAEConfig
from recsys_core.synthetic.base import GeneratorInfo, Knobs, Produces
from recsys_core.synthetic.networks.adversarial import AdversarialSettings, AdversarialTask, energy_distance
from recsys_core.synthetic.networks.autoencoder import PULL, HistoryAutoencoder, held_out
from recsys_core.synthetic.networks.collapse import MOST_PEOPLE, Collapse
from recsys_core.synthetic.private.learning import CanBePrivate, Epsilon
from recsys_core.synthetic.tastes.generator import Drawn
from recsys_core.training import loop
from recsys_core.training.context import EpochEnded, Event, FitContext, Preparing, Validation
from recsys_core.types import Float32, Float64, Int64

JUDGED_BY = 1000  # made people, the same noise in all epochs
MIXED = 0.2  # of a drawn profile's attributes that somebody else lends, so that nobody's is handed on as a whole


class GANConfig(Config):
    quick: ClassVar[dict[str, Any]] = {"hidden": 64, "epochs": 12}

    embedding_size: int = Field(32, ge=1, le=512, description="Numbers in the code that stands for a history.")
    hidden: int = Field(128, ge=4, le=4096, description="Width of the two hidden layers of either network.")
    epochs: int = Field(60, ge=1, le=1000, description="Rounds of steps of the two networks against each other.")
    patience: int = Field(
        15, ge=1, le=1000, description="Stop after this many epochs that came no nearer to people held out."
    )
    learning_rate: float = Field(
        1e-3, gt=0, le=1, description="Size of a learning step.", json_schema_extra={"scale": "log"}
    )
    epsilon: Epsilon = None

    def autoencoder(self) -> MultVAEConfig:
        """The settings of the network that turns histories into codes."""
        return MultVAEConfig(embedding_size=self.embedding_size, epochs=100, patience=10, weight_decay=PULL)


class HistoryGAN(CanBePrivate):
    """An autoencoder says what codes mean; the networks know nothing but codes, traits and profiles.

    As medGAN does for records of patients and GANRS for ratings: histories are too sparse, and drawing items has no
    slope, so the two networks meet in the space of codes.
    """

    info = GeneratorInfo(
        key="gan",
        title="GAN",
        idea="Two networks against each other: one makes up people who suit a profile, the other tells them from real "
        "ones, until it no longer can.",
        paper="Gulrajani, Ahmed, Arjovsky, Dumoulin and Courville, Improved Training of Wasserstein GANs, NeurIPS "
        "2017; Choi et al., Generating Multi-label Discrete Patient Records using Generative Adversarial Networks, "
        "MLHC 2017; Bobadilla, Gutiérrez, Yera and Martínez, Creating Synthetic Datasets for Collaborative Filtering "
        "Recommender Systems using Generative Adversarial Networks, Knowledge-Based Systems 2023",
        produces=frozenset({Produces.HISTORIES, Produces.RATINGS, Produces.TIMES, Produces.PROFILES}),
        in_epochs=True,
        can_be_private=True,
    )
    Config = GANConfig

    collapse: Collapse

    def fit(self, real: Dataset | None, context: FitContext | None = None) -> Self:
        super().fit(real, context)
        self.collapse = self._look(context.seed if context else 0)
        self.findings += (self.collapse.finding(),)
        return self

    def _learn(self, real: Dataset, context: FitContext) -> Float64:
        self._autoencoder = HistoryAutoencoder(self.config.autoencoder())
        epochs = self.config.autoencoder().epochs
        self._autoencoder.fit(real, _beforehand(context, epochs))
        context.on_event(Preparing("histories", epochs, epochs))  # it may have stopped early
        return self._autoencoder.codes(real)

    def _logits(self, codes: Float32) -> Float32:
        return self._autoencoder.log_shares(codes)

    def _spread(self, codes: Float64, context: FitContext) -> None:
        rows = np.hstack([codes, self.traits])
        self._middle, self._width = rows.mean(0), np.maximum(rows.std(0), 1e-6)
        self._rows = (rows - self._middle) / self._width
        real = torch.from_numpy(self._rows).float().to(context.device)
        conditions = torch.from_numpy(self._one_hot(self.cells)).to(context.device)
        unseen = torch.from_numpy(held_out(len(real), context.seed)).to(context.device)
        generator = torch.Generator(context.device).manual_seed(context.seed)
        settings = AdversarialSettings(self.config.epochs, self.config.learning_rate)
        task = AdversarialTask(real[~unseen], conditions[~unseen], self.config.hidden, generator, settings)
        wanted = self._one_hot(self._profiles(np.random.default_rng(context.seed), JUDGED_BY))
        known = torch.from_numpy(wanted).to(context.device)
        noise = torch.randn(JUDGED_BY, real.shape[1], generator=generator, device=context.device)

        def validate(_: object) -> Validation:
            with torch.no_grad():
                made = task.average(noise, known)
            return Validation("energy distance", energy_distance(made, real[unseen]), higher_is_better=False)

        self.training = loop.train(
            task, self, replace(context, validate=validate), self.config.epochs, self.config.patience
        )
        self._maker = task.average.cpu()

    def _draw(self, rng: np.random.Generator, n: int) -> Drawn:
        cells = self._profiles(rng, n)
        noise = torch.from_numpy(rng.standard_normal((n, self._maker.width), dtype=np.float32))
        with torch.no_grad():
            made = self._maker(noise, torch.from_numpy(self._one_hot(cells))).double().numpy()
        rows = made * self._width + self._middle
        d = rows.shape[1] - self.traits.shape[1]
        return Drawn(rows[:, :d].astype(np.float32), rows[:, d:], self.profiles.table(cells, rng))

    def _look(self, seed: int) -> Collapse:
        """Whether generated people are as varied as those who were learned from."""
        n = min(len(self._rows), MOST_PEOPLE)
        drawn = self._draw(np.random.default_rng(seed), n)
        rows = (np.hstack([drawn.codes, drawn.traits]) - self._middle) / self._width
        batches = list(self.population(Knobs(people=n), seed).batches())
        users, items = (np.concatenate([getattr(one, column) for one in batches]) for column in ("users", "items"))
        met = csr_array((np.ones(len(users)), (users, items)), (n, self.known.n_items))
        return Collapse.of(self._rows, rows, self.known.interactions.matrix(), met, np.random.default_rng(seed))

    def _profiles(self, rng: np.random.Generator, n: int) -> Int64:
        """Int64[n, A], profiles as real people have them, but for what others lend."""
        owners = np.repeat(rng.integers(len(self.cells), size=(n, 1)), self.cells.shape[1], axis=1)
        lent = rng.random(owners.shape) < MIXED
        owners[lent] = rng.integers(len(self.cells), size=int(lent.sum()))
        return self.cells[owners, np.arange(self.cells.shape[1])]

    def _one_hot(self, cells: Int64) -> Float32:
        """Float32[n, c], 1 for the cell of each attribute."""
        columns = [
            np.eye(width, dtype=np.float32)[column] for width, column in zip(self.profiles.widths, cells.T, strict=True)
        ]
        return np.hstack([np.zeros((len(cells), 0), dtype=np.float32), *columns])


def _beforehand(context: FitContext, epochs: int) -> FitContext:
    """For the autoencoder, which is learned anew, to the same end, where a training goes on from a checkpoint."""

    def tell(event: Event) -> None:
        if isinstance(event, EpochEnded):
            context.on_event(Preparing("histories", event.epoch, epochs))

    return FitContext(seed=context.seed, device=context.device, on_event=tell, cancel=context.cancel)
