"""The probabilistic generator: a distribution over tastes, and another over items given a taste."""

import math
from typing import Any, ClassVar

import numpy as np
import torch
from pydantic import Field
from scipy.sparse import csr_array
from torch import nn

from recsys_core.data.dataset import Dataset
from recsys_core.models.bags import Bags
from recsys_core.models.base import Config
from recsys_core.synthetic.base import GeneratorInfo, Produces
from recsys_core.synthetic.tastes.generator import TasteGenerator
from recsys_core.synthetic.tastes.popularity import kept_of_vectors
from recsys_core.training.context import FitContext
from recsys_core.training.loop import Pulse, State, train
from recsys_core.training.optimisation import Optimisation, Schedule
from recsys_core.types import Float32, Float64

MOST_OUTPUTS = 1 << 22  # numbers in the output layer of a step, 16 MB
LEAST_STEPS = 8  # in an epoch


class ProbabilisticConfig(Config):
    quick: ClassVar[dict[str, Any]] = {"rank": 8, "epochs": 15}

    rank: int = Field(24, ge=1, le=256, description="Numbers in the vector that stands for a person's taste.")
    pull: float = Field(
        8.0,
        ge=0,
        le=1000,
        description="Pull of each person's vector towards that of nobody in particular, in events.",
        json_schema_extra={"scale": "log"},
    )
    epochs: int = Field(60, ge=1, le=1000, description="Passes over the people.")
    learning_rate: float = Field(
        0.05, gt=0, le=1, description="Size of a learning step.", json_schema_extra={"advanced": True, "scale": "log"}
    )

    @property
    def schedule(self) -> Schedule:
        return "cosine"

    @property
    def clip(self) -> float:
        return 0.0


class Probabilistic(TasteGenerator):
    """log p(i|u) = b_i + q_u · v_i + a number of u's own, and q_u drawn from a mixture of normal distributions."""

    info = GeneratorInfo(
        key="probabilistic",
        title="Probabilistic",
        idea="Learns a distribution for each thing that can be said of people: how much they do and when, what they "
        "like, how they rate; and draws people from all of these together.",
        paper="Collins, Dasgupta and Schapire, A generalization of principal components analysis to the exponential "
        "family, NIPS 2001",
        produces=frozenset({Produces.HISTORIES, Produces.RATINGS, Produces.TIMES, Produces.PROFILES}),
        in_epochs=True,
    )
    Config = ProbabilisticConfig

    def _learn(self, real: Dataset, context: FitContext) -> Float64:
        events = real.interactions
        met = csr_array(
            (np.ones(len(events), dtype=np.float32), (events.users, events.items)), (real.n_users, real.n_items)
        )
        generator = torch.Generator(context.device).manual_seed(context.seed)
        rank = min(self.config.rank, real.n_users - 1, max(1, real.n_items - 1))
        task = TastesTask(Tastes(met, rank, generator), met, generator, self.config)
        self.training = train(task, self, context, self.config.epochs, self.config.epochs)
        learned = task.optimisation.average
        kept = kept_of_vectors(events.item_counts())
        self._items = learned.items.detach().cpu().numpy() * kept[:, None]
        self._bias = learned.bias.detach().cpu().numpy()
        return learned.people.detach().cpu().numpy().astype(np.float64)

    def _logits(self, codes: Float32) -> Float32:
        return codes @ self._items.T + self._bias


class Tastes(nn.Module):
    """Vectors of people (U, d) and of items (I, d), and how popular items are beside (I,)."""

    def __init__(self, met: csr_array, rank: int, generator: torch.Generator) -> None:
        super().__init__()
        counts = torch.from_numpy(np.bincount(met.indices, minlength=met.shape[1])).to(generator.device)
        self.people = self._vectors(met.shape[0], rank, generator)
        self.items = self._vectors(met.shape[1], rank, generator)
        self.bias = nn.Parameter((counts + 0.5).log().float())

    @staticmethod
    def _vectors(n: int, rank: int, generator: torch.Generator) -> nn.Parameter:
        return nn.Parameter(0.1 * torch.randn(n, rank, generator=generator, device=generator.device))


class TastesTask:
    """The multinomial likelihood of what people met, with normal priors of vectors; steps over shuffled people."""

    def __init__(self, net: Tastes, met: csr_array, generator: torch.Generator, config: ProbabilisticConfig) -> None:
        n_people, n_items = met.shape
        self._met, self._generator, self._config = met, generator, config
        self._batch = max(1, min(math.ceil(n_people / LEAST_STEPS), MOST_OUTPUTS // n_items))
        self.optimisation = Optimisation(net, config, math.ceil(n_people / self._batch))

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        """As :meth:`recsys_core.training.loop.TrainingTask.train_epoch`."""
        device = self._generator.device
        n_people = self._met.shape[0]
        order = torch.randperm(n_people, generator=self._generator, device=device)
        total = 0.0
        for start in range(0, n_people, self._batch):
            pulse(start / n_people)
            people = order[start : start + self._batch]
            met = self._met[people.cpu().numpy()]
            loss = self._loss(people, Bags.of(met.indptr, met.indices, met.data, str(device)))
            self.optimisation.backward(loss / self._met.nnz * n_people / len(people))
            self.optimisation.step()
            total += float(loss.detach())
        return {"log loss": total / self._met.nnz}, self._met.nnz

    def _loss(self, people: torch.Tensor, met: Bags) -> torch.Tensor:
        """−log p of what these people met, and of their own vectors and their part of the items' ones."""
        net = self.optimisation.net
        vectors = net.people[people]
        log_shares = (vectors @ net.items.T + net.bias).log_softmax(1)
        part = len(people) / self._met.shape[0]
        priors = (vectors**2).sum() + part * (net.items**2).sum()
        return self._config.pull / 2 * priors - log_shares[met.rows(), met.members].sum()

    def state(self) -> State:
        """As :meth:`recsys_core.training.loop.TrainingTask.state`."""
        return self.optimisation.state() | {"generator": self._generator.get_state()}

    def restore(self, state: State) -> None:
        """As :meth:`recsys_core.training.loop.TrainingTask.restore`."""
        self.optimisation.restore(state)
        self._generator.set_state(state["generator"].cpu())
