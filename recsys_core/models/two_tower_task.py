"""How two towers learn."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from scipy.sparse import csr_array

from recsys_core.models.bags import Bags
from recsys_core.models.content_looking import FORGOTTEN, Looking, forget
from recsys_core.models.content_net import ReadItems
from recsys_core.models.item_bags import unit_rows
from recsys_core.models.two_tower_config import TwoTowerConfig
from recsys_core.models.two_tower_net import TwoTowerNet
from recsys_core.training.dropout import drop_by
from recsys_core.training.loop import Pulse, State
from recsys_core.training.optimisation import Optimisation
from recsys_core.training.warm_start import Learned, RowsOf, Weights

# A score is a product, so what makes the two vectors comes last: an item's from what its content was boiled down to, a
# person's from what the person met. What boils content down stands before it, and is what catalogues share.
HEADS = frozenset({"item_layer", "item_bias", "person_bias"})
ALL_COMPETE = 4096  # items that anybody met; of more, some compete in a step
UNIFORM = 512  # items that compete in a step beside those that its people met


class Candidates(NamedTuple):
    """Items that compete in a step.

    Attributes:
        items: (C,), ascending.
        log_share: (B, C), log of the probability that the item is among them where that person is in the step.
    """

    items: torch.Tensor
    log_share: torch.Tensor


@dataclass(frozen=True)
class Told:
    """What is learned from.

    Attributes:
        met: (U, I), what each person met.
        items: what was read of all items.
        about: Float32 (U, F), attributes of people.
        is_known: Float32 (U, 1), 1 where any of them is known.
    """

    met: csr_array
    items: ReadItems
    about: torch.Tensor
    is_known: torch.Tensor


class TwoTowerTask:
    """Steps over shuffled people. A random part of what each person met is told, the rest is to be found: −log of the
    softmax over all items that anybody met. How large a part is drawn anew each time, so that short histories are
    learned from as well as long ones; its mean is as the settings say.

    Where these are many, the step's own items and some drawn from all alike stand for them (mixed negatives; Yang et
    al., WWW 2020), each for as many as it takes: the log of its probability to be there is taken off its score (Yi et
    al., RecSys 2019, section 3.2). What a person met is there whenever that person is, so that its own people, unlike
    in that paper, get it for one item: else rare items would be pushed down by those who met them (Khrylchenko et al.,
    Correcting the LogQ Correction, RecSys 2025). Items that nobody met never compete, so nothing is learned against
    them.

    An epoch counts each event as a sample: it is told or looked for.

    Args:
        changed: is called when what the network answers is about to change.

    Attributes:
        net: the network that learns.
        average: the network to answer with.
    """

    def __init__(
        self,
        net: TwoTowerNet,
        told: Told,
        generator: torch.Generator,
        config: TwoTowerConfig,
        changed: Callable[[], None],
    ) -> None:
        self.config, self.generator = config, generator
        self._told = told
        self._people = np.flatnonzero(np.diff(told.met.indptr))
        self._drop = drop_by(config.content_dropout, generator)
        self._changed = changed
        counts = torch.from_numpy(np.bincount(told.met.indices, minlength=told.met.shape[1])).to(generator.device)
        self._trained = counts.nonzero()[:, 0]
        self._counts = counts.double()
        self._batch_size = config.people_in_a_step(len(self._people), min(len(self._trained), ALL_COMPETE))
        decays = [name for name, weights in net.named_parameters() if weights.ndim > 1 and ".nets." not in name]
        steps = math.ceil(len(self._people) / self._batch_size)
        pulls = dict.fromkeys(decays, config.weight_decay)
        self.optimisation = Optimisation(net, config, steps, pulls, net.content.slow("content"))
        self.net, self.average = net, self.optimisation.average
        self._looking = Looking(net.content, told.items, generator)

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        self._begin_anew()
        order = torch.randperm(len(self._people), generator=self.generator, device=self.generator.device).cpu().numpy()
        total, n_found, n_events = 0.0, 0, 0
        for start in range(0, len(order), self._batch_size):
            pulse(start / len(order))
            people = self._people[order[start : start + self._batch_size]]
            met = unit_rows(self._told.met[people], self.generator.device)
            is_hidden = self._hide(met)
            told, wanted = met.keep(~is_hidden), met.keep(is_hidden)
            n_events += len(met.members)
            if not len(wanted.members):
                continue
            with self.optimisation.precision():
                loss = self._loss(torch.from_numpy(people).to(self.generator.device), told, wanted)
            self.optimisation.backward(loss / len(wanted.members))
            self.optimisation.step()
            total += float(loss.detach())
            n_found += len(wanted.members)
        return {"log loss": total / max(1, n_found)}, n_events

    def _hide(self, met: Bags) -> torch.Tensor:
        """Bool (E,), what is looked for: of each person another share, from nearly nothing to all."""
        device, share = self.generator.device, self.config.dropout
        told = torch.rand(len(met), generator=self.generator, device=device) ** (share / (1 - share))
        return torch.rand(len(met.members), generator=self.generator, device=device) >= told[met.rows()]

    def _loss(self, people: torch.Tensor, told: Bags, wanted: Bags) -> torch.Tensor:
        """Σ −log softmax of the items to be found."""
        rows, met = torch.cat([told.rows(), wanted.rows()]), torch.cat([told.members, wanted.members])
        items, log_share = self.candidates(rows, met, len(people))
        entering, vectors, biases = self._towers(items)
        lengths = told.lengths()
        values = lengths.float().rsqrt().repeat_interleave(lengths)
        pooled = Bags(told.starts, torch.searchsorted(items, told.members), values).sums(entering)
        known = forget(self._told.is_known[people], FORGOTTEN, self.generator)
        persons = self.net.people(pooled, self._told.about[people], known)
        scores = persons @ vectors.T + biases.T  # (B, C)
        sums = (scores - log_share).logsumexp(1)
        found = scores[wanted.rows(), torch.searchsorted(items, wanted.members)]
        return (wanted.lengths() * sums).sum() - found.sum()

    def candidates(self, rows: torch.Tensor, met: torch.Tensor, n_people: int) -> Candidates:
        """All items that anybody met, or those of a step and some drawn from all alike.

        Args:
            rows: (E,), of the people of the step, each with all that they met.
            met: (E,), items.
            n_people: B of them.
        """
        n_trained = len(self._trained)
        if n_trained <= ALL_COMPETE:
            return Candidates(self._trained, torch.zeros(n_people, n_trained, device=met.device))
        order = torch.randperm(n_trained, generator=self.generator, device=met.device)
        items = torch.unique(torch.cat([met, self._trained[order[:UNIFORM]]]))
        others = (n_people - 1) / max(1, len(self._people) - 1)  # the share of the other people in the step
        absent = (1 - others) ** self._counts[items] * max(0.0, 1 - UNIFORM / n_trained)
        log_share = torch.log1p(-absent).float().repeat(n_people, 1)
        log_share[rows, torch.searchsorted(items, met)] = 0
        return Candidates(items, log_share)

    def _towers(self, items: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        looked = self._looking.at(items)
        own = None
        if len(self.net.item_table):
            met = torch.ones(len(items), 1, device=items.device)
            own = self.net.item_table[items] * forget(met, self.config.id_dropout, self.generator)
        return self.net.items(looked, len(items), own, self._drop)

    def learned(self) -> dict[str, Learned]:
        blocks = {"item_table": (RowsOf.ITEMS,)} if len(self.net.item_table) else {}
        return self.optimisation.learned(blocks, HEADS)

    def begin(self, weights: Weights) -> None:
        self._begin_anew()
        self.optimisation.begin(weights)

    def hold(self, paces: Weights) -> None:
        self.optimisation.hold(paces)

    def state(self) -> State:
        return self.optimisation.state() | {"generator": self.generator.get_state()}

    def _begin_anew(self) -> None:
        self._changed()
        self._looking.begin_anew()

    def restore(self, state: State) -> None:
        self._begin_anew()
        self.optimisation.restore(state)
        self.generator.set_state(state["generator"].cpu())
