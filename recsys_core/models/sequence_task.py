"""How sequence models learn: at every place of a history, what came next, told from all other items."""

import math

import numpy as np
import torch
from torch.nn import functional as F

from recsys_core.data.interactions import Histories
from recsys_core.models.sequence_config import SequenceConfig
from recsys_core.models.sequence_net import NOTHING, SequenceNet
from recsys_core.models.sequence_windows import Windows, cut
from recsys_core.training.dropout import drop_by
from recsys_core.training.loop import Pulse, State
from recsys_core.training.optimisation import Optimisation
from recsys_core.training.warm_start import Learned, RowsOf, WarmStart, Weights, epoch_rows
from recsys_core.types import Float64

LEARNED_AT_ONCE = 1 << 22  # logits: 16 MB stay in the cache
ITEM_ROWS = {"item_table": (RowsOf.ITEMS,), "item_bias": (RowsOf.ITEMS,)}
PLACES_AT_ONCE = 1 << 13  # events with what fills up; keeps the activations small


class NextItemTask:
    """Cross-entropy of the next item at every place of every history: a softmax over the catalogue.

    A catalogue larger than ``sampled_items`` is stood for by that many draws from a distribution s over items. For an
    event with the item t, exp(y_t) + Σ exp(y_j) / (n s_j) over the n draws j other than t has the softmax's denominator
    for its mean: hence the correction y_j − log(n s_j) (logQ; Bengio and Senécal, IEEE Transactions on Neural Networks
    2008).

    Everything random comes from one generator, which is part of the state.

    Args:
        shares: Float64[I], s.

    Attributes:
        net: the network that learns.
        average: the network to answer with.
    """

    def __init__(
        self,
        net: SequenceNet,
        histories: Histories,
        generator: torch.Generator,
        config: SequenceConfig,
        shares: Float64,
    ) -> None:
        self.config, self.generator = config, generator
        self.drop = drop_by(config.dropout, generator)
        device = generator.device
        self._n_events = len(histories.items)
        self._batch_size = config.events_in_a_step(self._n_events)
        steps = math.ceil(self._n_events / self._batch_size)
        # The gradient of the weight decay times the mean squared length of an item's vector.
        pulls = {"item_table": 2 * config.weight_decay / histories.n_items}
        self.optimisation = Optimisation(net, config, steps, pulls)
        self.net, self.average = net, self.optimisation.average
        self._is_sampled = histories.n_items > config.sampled_items
        self._candidates = min(histories.n_items, config.sampled_items)
        self._ends = torch.from_numpy(shares.cumsum()).to(device)  # (I,)
        self._log_draws = torch.from_numpy(shares * config.sampled_items).log().float().to(device)  # (I,), log(n s)
        self._indptr = torch.from_numpy(histories.indptr).to(device)  # (U + 1,)
        self._items = torch.from_numpy(histories.items).long().to(device)  # (E,)
        self._is_new: torch.Tensor | None = None  # (E,), whose windows are visited while others take turns
        self._before = self._items.roll(1)  # (E,), the token before each event
        self._before[self._indptr[:-1][self._indptr.diff() > 0]] = NOTHING

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        windows = cut(self._indptr, self.config.max_length, self.generator)
        is_new = None if self._is_new is None else self._is_new[windows.firsts]
        batches = list(windows.batches(self._batch_size, self.generator, is_new))
        n_events, done = sum(int(batch.lengths.sum()) for batch in batches), 0
        total = torch.zeros((), dtype=torch.float64, device=self._items.device)
        for batch in batches:
            pulse(done / n_events)
            total += self.learn(batch)
            done += int(batch.lengths.sum())
        return {"cross-entropy": float(total) / n_events}, n_events

    def learn(self, windows: Windows) -> torch.Tensor:
        """Take a step; the sum of the events' losses before it.

        Windows are worked off piece by piece, so that activations and logits stay in the cache.
        """
        total, n_events = torch.zeros((), device=self._items.device), windows.lengths.sum()
        for piece in windows.pieces(min(PLACES_AT_ONCE, LEARNED_AT_ONCE // self._candidates)):
            places = torch.arange(int(piece.lengths.max()), device=self._items.device)  # (T,)
            is_event = places < piece.lengths.unsqueeze(1)  # (W, T)
            events = (piece.firsts.unsqueeze(1) + places).clamp(max=self._n_events - 1)
            with self.optimisation.precision():
                states = self.net(torch.where(is_event, self._before[events], NOTHING), self.drop)
                found = F.embedding(is_event.flatten().nonzero().squeeze(1), states.flatten(0, 1))  # (P, d)
                loss = self.loss(found, self._items[events[is_event]])
            self.optimisation.backward(loss / n_events)
            total += loss.detach()
        self.optimisation.step()
        return total

    def loss(self, states: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
        """Sum over events of −log p(item | state), for states (P, d) and the items (P,) that came next."""
        net = self.net
        if not self._is_sampled:
            return F.cross_entropy(net.logits(states), items, reduction="sum")
        drawn, times = torch.unique(self.draw(), return_counts=True)  # (n',) each
        columns = torch.unique(torch.cat([drawn, items]))  # (C,)
        own = torch.searchsorted(columns, items)  # (P,), the column of what came next
        offsets = torch.full(columns.shape, -torch.inf, device=items.device)  # of what others met and nobody drew
        offsets[torch.searchsorted(columns, drawn)] = times.log() - self._log_draws[drawn]
        vectors = F.embedding(columns, net.item_table)  # (C, d)
        biases = F.embedding(columns, net.item_bias.unsqueeze(1)).squeeze(1)  # (C,)
        logits = F.linear(states, vectors, biases + offsets).float()  # (P, C)
        met = (states * F.embedding(own, vectors)).sum(1) + F.embedding(own, biases.unsqueeze(1)).squeeze(1)  # (P,)
        logits = logits.scatter(1, own.unsqueeze(1), met.float().unsqueeze(1))
        return F.cross_entropy(logits, own, reduction="sum")

    def draw(self) -> torch.Tensor:
        """(n,), items drawn from s with replacement."""
        shape = (self._candidates,)
        uniform = torch.rand(shape, generator=self.generator, device=self._ends.device, dtype=torch.float64)
        return torch.searchsorted(self._ends, uniform * self._ends[-1], right=True)

    def learned(self) -> dict[str, Learned]:
        return self.optimisation.learned(ITEM_ROWS)

    def begin(self, weights: Weights) -> None:
        self.optimisation.begin(weights)

    def hold(self, paces: Weights) -> None:
        self.optimisation.hold(paces)

    def replay(self, warm: WarmStart) -> None:
        is_new = np.repeat(warm.new_people, self._indptr.diff().cpu().numpy())
        self._is_new = torch.from_numpy(is_new).to(self._items.device)
        self.optimisation.plan(math.ceil(len(epoch_rows(np.arange(self._n_events), is_new)) / self._batch_size))

    def state(self) -> State:
        return self.optimisation.state() | {"generator": self.generator.get_state()}

    def restore(self, state: State) -> None:
        self.optimisation.restore(state)
        self.generator.set_state(state["generator"].cpu())
