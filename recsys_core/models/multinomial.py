"""Autoencoders with a multinomial likelihood: what Mult-DAE, Mult-VAE and RecVAE share."""

from abc import abstractmethod

import numpy as np
import torch
from scipy.sparse import csr_array

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.bags import Bags, SameMembers
from recsys_core.models.base import Recommender, expect_shapes
from recsys_core.models.item_bags import unit_rows
from recsys_core.models.multinomial_net import MultinomialNet
from recsys_core.models.multinomial_task import MultinomialTask
from recsys_core.models.sparse import pattern, take_matrix, to_arrays
from recsys_core.training import loop
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Float64, Int32

SCORE = "log-probability that the item is the next one drawn from the catalogue for this person"
LIANG = "Liang, Krishnan, Hoffman and Jebara, Variational Autoencoders for Collaborative Filtering, WWW 2018"

SCORED_AT_ONCE = 1 << 22  # numbers in the output layer: 16 MB


class MultinomialAutoencoder(Recommender):
    """The estimator around :class:`MultinomialNet`. A model says how its network is built and how it learns.

    A person is the set of items met: values, repeats and times play no part. Scores are log π, normalised over the
    whole catalogue, whichever items are asked for.
    """

    net: MultinomialNet
    met: csr_array  # (U, I), Float32 ones: what each person met

    @abstractmethod
    def _build(self, popularity: torch.Tensor, generator: torch.Generator) -> MultinomialNet:
        """A fresh network as it is configured, for a catalogue of which ``popularity`` (I,) are the log-shares."""

    @abstractmethod
    def _task(self, net: MultinomialNet, generator: torch.Generator) -> MultinomialTask:
        """How the network learns from ``met``."""

    def memory(self, train: Dataset) -> int:
        """14 copies of the weights (now, averaged, gradients, two moments, and twice four of these: the best epoch and
        a checkpoint), the events three times, and the outputs of a step with their gradients."""
        net = self._build(torch.zeros(1), torch.Generator())
        per_item = net.encoder.item_table.shape[1] + net.decoder.item_table.shape[1] + 1
        weights = sum(parameter.numel() for parameter in net.parameters()) + per_item * train.n_items
        people = min(self.config.people_in_a_step(train.n_users, train.n_items), train.n_users)
        outputs = max(people * train.n_items, SCORED_AT_ONCE)
        return 56 * weights + 60 * len(train.interactions) + 20 * outputs

    def _fit(self, train: Dataset, context: FitContext) -> None:
        self.met = pattern(train.interactions.matrix())
        counts = torch.from_numpy(np.bincount(self.met.indices, minlength=train.n_items))
        popularity = (counts + 1).float().log() - (counts + 1).sum().log()
        net = self._build(popularity, torch.Generator().manual_seed(context.seed)).to(context.device)
        task = self._task(net, torch.Generator(context.device).manual_seed(context.seed))
        self.net = task.average
        self.training = loop.train(task, self, context, self.config.epochs, self.config.patience)
        self.net = task.average.cpu()

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        return self._score_rows(self.met[users], items)

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        if histories.n_items != self.met.shape[1]:
            raise ValueError(f"histories of {histories.n_items:,} items, not of the {self.met.shape[1]:,} learned")
        return self._score_rows(histories.matrix(), items)

    @torch.no_grad()
    def _score_rows(self, met: csr_array, items: Int32 | None) -> Float32:
        chosen = slice(None) if items is None else torch.from_numpy(items).long()
        n_people, n_items = met.shape
        scores = torch.empty(n_people, n_items if items is None else len(items))
        size = max(1, SCORED_AT_ONCE // n_items)
        for start in range(0, n_people, size):
            log_shares = self.net.decoder(self.net.codes(self._bags(met[start : start + size])))
            scores[start : start + size] = log_shares.cpu()[:, chosen]
        return scores.numpy()

    @property
    def has_slopes(self) -> bool:
        return True

    def slopes(self, history: Histories, parts: Float64, items: Int32, signs: Float64) -> Float64:
        """A whole event stands for 1 / √n in the input, of n items; events of one item share what it says."""
        device = self.net.encoder.item_table.device
        known, places, counts = np.unique(history.items, return_inverse=True, return_counts=True)
        unit = max(1, len(known)) ** -0.5
        values = torch.from_numpy(np.tile(parts[:, None], len(known)) * unit).float().to(device).requires_grad_()
        with torch.enable_grad():
            seen = SameMembers(torch.from_numpy(known).long().to(device), values)
            log_shares = self.net.decoder(self.net.codes(seen))[:, torch.from_numpy(items).long().to(device)]
            (by_value,) = torch.autograd.grad((log_shares @ torch.from_numpy(signs).float().to(device)).sum(), values)
        by_item: Float64 = by_value.cpu().numpy().astype(np.float64) * unit / counts
        return by_item[:, places]

    def _bags(self, met: csr_array) -> Bags:
        return unit_rows(met, self.net.encoder.item_table.device)

    def item_vectors(self) -> Float32:
        """Float32[I, f], rows of the output layer. With :meth:`user_vectors` the product is log π but for the items'
        biases and a constant of each person."""
        return self.net.decoder.item_table.detach().cpu().numpy()

    @torch.no_grad()
    def user_vectors(self) -> Float32:
        """Float32[U, f], the last layer before the output: with no hidden layer on the way back, the code itself."""
        width = self.net.decoder.item_table.shape[1]
        vectors = torch.empty(self.met.shape[0], width)
        size = max(1, SCORED_AT_ONCE // max(width, self.net.encoder.item_table.shape[1]))
        for start in range(0, len(vectors), size):
            codes = self.net.codes(self._bags(self.met[start : start + size]))
            vectors[start : start + size] = self.net.decoder.people(codes).cpu()
        return vectors.numpy()

    def arrays(self) -> dict[str, np.ndarray]:
        weights = {name: tensor.cpu().numpy() for name, tensor in self.net.state_dict().items()}
        return weights | to_arrays("met", self.met)

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        met = take_matrix("met", arrays, (self.n_users, self.n_items))
        net = self._build(torch.zeros(1), torch.Generator()).requires_grad_(False)  # grows when the arrays are checked
        per_item = ("encoder.item_table", "decoder.item_table", "decoder.item_bias")
        expect_shapes(
            arrays,
            {
                name: (self.n_items, *tensor.shape[1:]) if name in per_item else tuple(tensor.shape)
                for name, tensor in net.state_dict().items()
            },
        )
        for name, parameter in net.named_parameters():
            parameter.data = torch.from_numpy(arrays[name])
        self.net, self.met = net, met
