"""Neural collaborative filtering: what GMF, MLP, NeuMF and DeepFM share."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np
import torch

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.base import expect_shapes
from recsys_core.models.either_objective import EitherObjective
from recsys_core.models.halves_net import HalvesNet
from recsys_core.models.neural_cf_fold_in import FoldIn
from recsys_core.models.neural_cf_task import LEARNED_AT_ONCE, InBatchTask, NeuralCFTask, RankingTask, RatingTask
from recsys_core.training import loop
from recsys_core.training.context import FitContext
from recsys_core.training.negatives import popularity_shares
from recsys_core.training.warm_start import WarmStart
from recsys_core.types import Float32, Int32

PAPER = "He, Liao, Zhang, Nie, Hu and Chua, Neural Collaborative Filtering, WWW 2017"
SCORE = "log-odds that the person meets the item"

SCORED_AT_ONCE = 1 << 20  # numbers in the widest layer: 4 MB stay in the cache


class NeuralCF(EitherObjective):
    """The estimator around :class:`HalvesNet`. A model says how its network is built."""

    net: HalvesNet
    scale: Float32  # (4,) of the training ratings: mean, deviation, lowest, highest; unused when ranking
    shares: Float32 | None  # (I,), how often an item is a negative; None: all alike
    ranking: ClassVar[type[RankingTask]] = RankingTask

    @property
    def _weighs_negatives(self) -> bool:
        return not self._rates and self.config.negative_sampling == "popularity"

    @abstractmethod
    def _build(self, n_users: int, n_items: int, generator: torch.Generator) -> HalvesNet:
        """A fresh network as it is configured."""

    def _fresh(self, train: Dataset, generator: torch.Generator, warm: WarmStart | None = None) -> HalvesNet:
        """A network to learn from a data set. People without events stay at zero: nothing is known of them."""
        net = self._build(train.n_users, train.n_items, generator)
        with torch.no_grad():
            net.user_table[torch.from_numpy(train.interactions.user_counts() == 0)] = 0
        return net

    def _outline(self, train: Dataset) -> HalvesNet:
        """A network as for a data set, but for one user and one item."""
        return self._build(1, 1, torch.Generator())

    def memory(self, train: Dataset) -> int:
        """13 copies of the weights (now, averaged, gradients, two moments, and twice four of these: the best epoch
        and a newer one or a checkpoint), the events in int64, and a batch: its samples, the halves of its users and of
        all items with their gradients, and a piece of its pairs."""
        net = self._outline(train)
        fixed = sum(parameter.numel() for parameter in net.parameters())
        weights = fixed + net.user_table.shape[1] * (train.n_users + train.n_items)
        n_events = len(train.interactions)
        batch = min(self.config.events_in_a_step(n_events), n_events)
        halves = 4 * sum(net.half_sizes) * (batch + train.n_items)
        return (
            52 * weights + 80 * n_events + 60 * batch * (1 + self.config.negatives) + 4 * halves + 50 * LEARNED_AT_ONCE
        )

    def _fit(self, train: Dataset, context: FitContext) -> None:
        if context.answers_as is None:
            values = train.interactions.values.astype(np.float64)
            self.scale = np.array([values.mean(), values.std() or 1.0, values.min(), values.max()], dtype=np.float32)
        else:
            self.scale = context.answers_as.scale.copy()
        if train.scale is not None:
            self.scale[2:] = train.scale.low, train.scale.high
        self.shares = None
        if self._weighs_negatives:
            self.shares = self._negative_shares(train)
        net = self._fresh(train, torch.Generator().manual_seed(context.seed), context.warm)
        task = self._task(net.to(context.device), train, context)
        self.net = task.average
        self.training = loop.train(task, self, context, self.config.epochs, self.config.patience)
        self.net = task.average.cpu()

    def _negative_shares(self, train: Dataset) -> Float32:
        """Float32[I], how often an item is a negative; the sum is 1."""
        return popularity_shares(train.interactions).astype(np.float32)

    def _task(self, net: HalvesNet, train: Dataset, context: FitContext) -> NeuralCFTask:
        generator = torch.Generator(context.device).manual_seed(context.seed)
        if self._rates:
            return RatingTask(net, train.interactions, generator, self.config, self._outputs(train.interactions.values))
        task = InBatchTask if self.config.negative_sampling == "in-batch" else self.ranking
        return task(net, train.interactions, generator, self.config)

    def _outputs(self, ratings: Float32) -> torch.Tensor:
        """Ratings as the network puts them out: mean 0, deviation 1."""
        return torch.from_numpy((ratings - self.scale[0]) / self.scale[1])

    @torch.no_grad()
    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        return self._score_people(self.net.user_halves(self._positions(users)), items)

    @torch.no_grad()
    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        return self._score_people(self.net.user_half(self._fold_in(histories)), items)

    @torch.no_grad()
    def newcomers(self, histories: Histories) -> dict[str, Float32]:
        return {"user_table": self._fold_in(histories).cpu().numpy()}

    def _fold_in(self, histories: Histories) -> torch.Tensor:
        """(B, d), rows of a user table."""
        shares = None if self.shares is None else torch.from_numpy(self.shares)
        fold_in = FoldIn(self.net, 0 if self._rates else self.config.negatives, shares)
        return fold_in.vectors(histories, self._outputs(histories.values))

    def _score_people(self, user_half: torch.Tensor, items: Int32 | None) -> Float32:
        """Float32[B, C] for the halves of people (B, f)."""
        return self._join(user_half, self.net.item_halves(None if items is None else self._positions(items)))

    def _join(self, user_half: torch.Tensor, item_half: torch.Tensor) -> Float32:
        """Float32[B, C] for the halves of people (B, f) and of items (C, f)."""
        net = self.net
        pairs = max(1, SCORED_AT_ONCE // net.width)
        outputs = torch.empty(len(user_half), len(item_half))
        n_rows = max(1, pairs // max(1, len(item_half)))
        for row in range(0, len(user_half), n_rows):
            for column in range(0, len(item_half), pairs):
                rows, columns = slice(row, row + n_rows), slice(column, column + pairs)
                outputs[rows, columns] = net.join(user_half[rows], item_half[columns])
        return self._scores(outputs)

    @torch.no_grad()
    def predict(self, users: Int32, items: Int32) -> Float32:
        if not self._rates:
            return super().predict(users, items)
        pairs = max(1, SCORED_AT_ONCE // self.net.width)
        outputs = torch.empty(len(users))
        for start in range(0, len(users), pairs):
            span = slice(start, start + pairs)
            outputs[span] = self.net(self._positions(users[span]), self._positions(items[span])[:, None])[:, 0]
        return np.clip(self._scores(outputs), *self.scale[2:])

    def _scores(self, outputs: torch.Tensor) -> Float32:
        if self._rates:
            outputs = outputs.mul_(float(self.scale[1])).add_(float(self.scale[0]))
        return outputs.numpy()

    def _positions(self, indices: Int32) -> torch.Tensor:
        return torch.from_numpy(indices).to(self.net.user_table.device, torch.int64)

    def item_vectors(self) -> Float32:
        return self.net.item_table[:, :-1].cpu().numpy()

    def user_vectors(self) -> Float32:
        return self.net.user_table[:, :-1].cpu().numpy()

    def arrays(self) -> dict[str, np.ndarray]:
        arrays = {name: tensor.cpu().numpy() for name, tensor in self.net.state_dict().items()}
        return arrays | {"scale": self.scale} | ({} if self.shares is None else {"shares": self.shares})

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        net = self._build(1, 1, torch.Generator()).requires_grad_(False)  # its tables grow when the arrays are checked
        weights = {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}
        weights["user_table"] = (self.n_users, *weights["user_table"][1:])
        weights["item_table"] = (self.n_items, *weights["item_table"][1:])
        others = {"scale": (4,)} | ({"shares": (self.n_items,)} if self._weighs_negatives else {})
        expect_shapes(arrays, weights | others)
        self.scale, self.shares = arrays["scale"], arrays.get("shares")
        for name, parameter in net.named_parameters():
            parameter.data = torch.from_numpy(arrays[name])
        self.net = net
