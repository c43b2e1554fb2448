"""LightGCN."""

import numpy as np
import torch
from scipy.sparse import csr_array

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.base import Ability, Cost, ModelInfo, expect_shapes
from recsys_core.models.bipartite_graph import root_scale
from recsys_core.models.dot_product import DotProduct
from recsys_core.models.light_gcn_config import LightGCNConfig
from recsys_core.models.light_gcn_task import LEARNED_AT_ONCE, BPRTask, LayerZero, LightGCNTask, SoftmaxTask
from recsys_core.models.sparse import pattern
from recsys_core.training import loop
from recsys_core.training.context import FitContext
from recsys_core.types import Float32


class LightGCN(DotProduct):
    """Scores by a dot product of vectors that are the mean of K + 1 layers. Layer 0 is learned; each further one gives
    a person what the person's items had, and an item what its people had (He et al. 2020, eq. 3, 4 and 8):

        e_u^(k+1) = Σ_i e_i^(k) / √(n_u n_i), summed over the n_u items of u; e_i^(k+1) likewise

    A pair that met counts once, whatever its values. Somebody of whom nothing is known stays at zero in layer 0, and
    gets the mean person's vector.

    Attributes:
        messages: Float32[I, d], Σ_{k<K} e_i^(k) / √n_i: what an item hands on to its people.
        own_part: Float32[d, d], by which a person's layer 0 follows from what the person received.
    """

    info = ModelInfo(
        key="light_gcn",
        title="LightGCN",
        idea="Learns vectors of people and items, each averaged with those of its neighbours in the graph of who met "
        "what.",
        family="Graph",
        score="rank by preference: differences are log-odds that one item is preferred to the other",
        paper="He, Deng, Wang, Li, Zhang and Wang, LightGCN: Simplifying and Powering Graph Convolution Network for "
        "Recommendation, SIGIR 2020",
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.MINUTES,
        is_relative=True,
    )
    Config = LightGCNConfig

    messages: Float32
    own_part: Float32

    def memory(self, train: Dataset) -> int:
        """Twenty copies of the vectors (now, averaged, moments, gradient, layers, best, a checkpoint, answers), 100
        bytes an event (pairs, links in both directions, order, sorted histories), and the pieces of a batch."""
        vectors = 4 * self.config.embedding_size * (train.n_users + train.n_items)
        return 20 * vectors + 100 * len(train.interactions) + 32 * LEARNED_AT_ONCE

    def _fit(self, train: Dataset, context: FitContext) -> None:
        self.offset = np.zeros(1, dtype=np.float32)
        self.user_bias = np.zeros(train.n_users, dtype=np.float32)
        self.item_bias = np.zeros(train.n_items, dtype=np.float32)
        known = pattern(train.interactions.matrix())
        net = LayerZero(sum(known.shape), self.config.embedding_size, torch.Generator().manual_seed(context.seed))
        with torch.no_grad():
            net.table[: train.n_users][torch.from_numpy(train.interactions.user_counts() == 0)] = 0
        generator = torch.Generator(context.device).manual_seed(context.seed)
        task = self._task(net.to(context.device), known, generator)
        final = task.final.numpy()
        self.user_factors, self.item_factors = final[: train.n_users], final[train.n_users :]
        self.messages, self.own_part = task.messages.numpy(), task.own_part.numpy()
        self.training = loop.train(task, self, context, self.config.epochs, self.config.patience)

    def _task(self, net: LayerZero, known: csr_array, generator: torch.Generator) -> LightGCNTask:
        task = SoftmaxTask if self.config.loss == "softmax" else BPRTask
        return task(net, known, generator, self.config)

    def fold_in(self, histories: Histories) -> tuple[Float32, Float32]:
        """The layers above 0 by their equation, as if nobody's vector changed but theirs; layer 0 by what goes with
        such layers in the people of the training."""
        known = pattern(histories.matrix())
        received = root_scale(np.diff(known.indptr))[:, None] * (known @ self.messages)  # (B, d)
        vectors = (received + received @ self.own_part) / (self.config.layers + 1)
        vectors[np.diff(known.indptr) == 0] = self.user_factors.mean(axis=0)
        return np.zeros(len(histories), dtype=np.float32), vectors

    def arrays(self) -> dict[str, np.ndarray]:
        return super().arrays() | {"messages": self.messages, "own_part": self.own_part}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        d = self.config.embedding_size
        shapes: dict[str, tuple[int, ...]] = {"messages": (self.n_items, d), "own_part": (d, d)}
        own = {name: arrays[name] for name in shapes if name in arrays}
        expect_shapes(own, shapes)
        super().restore({name: array for name, array in arrays.items() if name not in shapes})
        self.messages, self.own_part = own["messages"], own["own_part"]
