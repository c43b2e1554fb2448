"""Histories as codes and back: the autoencoder that the neural generators share."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from scipy.sparse import csr_array

from recsys_core.data.dataset import Dataset
from recsys_core.models.item_bags import unit_rows
from recsys_core.models.mult_vae import MultVAEConfig, MultVAETask
from recsys_core.models.multinomial_net import Decoder, MultinomialNet, TanhEncoder
from recsys_core.models.multinomial_task import log_loss
from recsys_core.models.sparse import pattern
from recsys_core.synthetic.tastes.popularity import kept_of_vectors
from recsys_core.training import loop
from recsys_core.training.context import FitContext, TrainingSummary, Validation
from recsys_core.types import Bool, Float32, Float64

HELD_OUT = 10  # one in so many people only tells when to stop
PULL = 0.03  # of the weights towards zero: without it, which items go together tells of single people
WORKED_OFF_AT_ONCE = 1 << 22  # numbers in the output layer: 16 MB


def held_out(n_people: int, seed: int) -> Bool:
    """Bool[n]: a tenth of the people, at least one, whom nothing is learned from but when to stop."""
    chosen = np.random.default_rng(seed).permutation(n_people)[: max(1, n_people // HELD_OUT)]
    return np.isin(np.arange(n_people), chosen)


def network(popularity: torch.Tensor, size: int, generator: torch.Generator) -> MultinomialNet:
    """A fresh network without hidden layers, for codes of ``size`` numbers.

    Args:
        popularity: (I,), log-shares of the items.
    """
    encoder = TanhEncoder(len(popularity), (2 * size,), generator)
    return MultinomialNet(encoder, Decoder((size,), popularity, generator), size)


class HistoryAutoencoder:
    """A Mult-VAE (Liang et al., WWW 2018) over whole histories, without hidden layers.

    Validation is the evidence lower bound of the histories of people it never learned from.
    """

    def __init__(self, settings: MultVAEConfig) -> None:
        self.settings = settings
        self.net: MultinomialNet
        self.training: TrainingSummary

    def fit(self, real: Dataset, context: FitContext) -> None:
        """Learn from nine in ten of the people.

        Raises:
            Cancelled: before the first epoch was over.
            ModelError: the loss is not a number any more.
        """
        met = pattern(real.interactions.matrix())
        unseen = held_out(met.shape[0], context.seed)
        counts = torch.from_numpy(real.interactions.item_counts())
        popularity = (counts + 1).float().log() - (counts + 1).sum().log()
        net = network(popularity, self.settings.embedding_size, torch.Generator().manual_seed(context.seed))
        task = MultVAETask(
            net.to(context.device),
            met[~unseen],
            torch.Generator(context.device).manual_seed(context.seed),
            self.settings,
        )
        judged = replace(context, validate=lambda _: self._bound(task.average, met[unseen], context.seed))
        self.training = loop.train(task, self, judged, self.settings.epochs, self.settings.patience)
        self.net = task.average.cpu()
        self.net.decoder.item_table.data *= torch.from_numpy(kept_of_vectors(counts.numpy()))[:, None]

    @torch.no_grad()
    def _bound(self, net: MultinomialNet, met: csr_array, seed: int) -> Validation:
        """The evidence lower bound of a person's history, in nats."""
        device = net.decoder.item_table.device
        noise = torch.Generator(device).manual_seed(seed)  # the same in all epochs
        total = 0.0
        for rows in _chunks(met):
            bags = unit_rows(rows, device)
            means, log_variances = net.encoder(bags).chunk(2, -1)
            drawn = torch.randn(means.shape, generator=noise, device=device) * (log_variances / 2).exp()
            divergence = (means.square() + log_variances.exp() - log_variances - 1).sum() / 2
            loss = log_loss(net.decoder(means + drawn), bags) + self.settings.divergence_weight * divergence
            total += float(loss)
        return Validation("evidence lower bound", -total / met.shape[0], higher_is_better=True)

    @torch.no_grad()
    def codes(self, real: Dataset) -> Float64:
        """Float64[U, d], the mean code of each person."""
        rows = _chunks(pattern(real.interactions.matrix()))
        codes = torch.cat([self.net.codes(unit_rows(part, "cpu")) for part in rows])
        return codes.double().numpy()

    @torch.no_grad()
    def log_shares(self, codes: Float32) -> Float32:
        """Float32[n, I] of Float32[n, d]: log of how likely each item is the next one."""
        return self.net.decoder(torch.from_numpy(codes)).numpy()


def _chunks(met: csr_array) -> Iterator[csr_array]:
    size = max(1, WORKED_OFF_AT_ONCE // met.shape[1])
    return (met[start : start + size] for start in range(0, met.shape[0], size))
