"""The network of DeepFM."""

import torch
from torch import nn
from torch.nn import functional as F

from recsys_core.models.attribute_vectors import AttributeVectors, Fields
from recsys_core.models.halves_net import HalvesNet, fresh_vectors, layers_above, normal
from recsys_core.training.dropout import Dropout, keep_all
from recsys_core.training.warm_start import RowsOf
from recsys_core.types import Bool


class DeepFMNet(HalvesNet):
    """y(u, i) = Σ_f w_f + Σ_{f<g} e_f · e_g + tower([e_1; ...; e_m]) + b (Guo et al. 2017, eq. 1 to 4).

    The fields are the person, the attributes of the person, the item, and the attributes of the item; field f has a
    vector e_f of k dimensions and a weight w_f, which all three parts share. y goes through a sigmoid where it is a
    log-odds.

    The sum over pairs of fields is (|Σ e|² - Σ |e|²) / 2. With s_u and s_i the sums over the fields of one side, it is
    s_u · s_i, and what each side has of pairs within itself, which is known before the sides meet.
    """

    def __init__(
        self,
        n_users: int,
        n_items: int,
        user_fields: Fields,
        item_fields: Fields,
        size: int,
        tower: tuple[int, ...],
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.half_sizes = [size + 2, tower[0]]
        self.user_table = fresh_vectors(n_users, size, generator)  # (U, k + 1)
        self.item_table = fresh_vectors(n_items, size, generator)  # (I, k + 1)
        self.user_fields = AttributeVectors(user_fields, size, generator)
        self.item_fields = AttributeVectors(item_fields, size, generator)
        self.tables = {
            **super().tables,
            "user_fields.table": (RowsOf.PERSON_VALUES,) if user_fields.count else (),
            "item_fields.table": (RowsOf.ITEM_VALUES,) if item_fields.count else (),
        }
        self.offset = nn.Parameter(torch.zeros(1))  # b
        widths = [size * (1 + fields.count) for fields in (user_fields, item_fields)]
        deviation = (2 / sum(widths)) ** 0.5  # He initialisation
        self.user_layer = normal(tower[0], widths[0], deviation, generator)
        self.item_layer = normal(tower[0], widths[1], deviation, generator)
        self.first_bias = nn.Parameter(torch.zeros(tower[0]))
        self.weights, self.biases = layers_above(tower, generator)
        self.register_buffer("_met", torch.ones(1, 1), persistent=False)  # (I, 1), or the same for all

    def know_by_attributes(self, users: Bool, items: Bool) -> None:
        """These people (U,) and items (I,) have a vector and a weight of 0, and no step changes that."""
        with torch.no_grad():
            self.user_table[torch.from_numpy(users)] = 0
            self.item_table[torch.from_numpy(items)] = 0
            self._met = torch.from_numpy(~items).float().unsqueeze(1)

    def user_half(self, vectors: torch.Tensor, dropout: Dropout = keep_all) -> torch.Tensor:
        return self._user_half(vectors, self.user_fields.typical().expand(*vectors.shape[:-1], -1, -1), dropout)

    def user_halves(self, users: torch.Tensor, dropout: Dropout = keep_all) -> torch.Tensor:
        return self._user_half(F.embedding(users, self.user_table), self.user_fields(users), dropout)

    def _user_half(self, own: torch.Tensor, fields: torch.Tensor, dropout: Dropout) -> torch.Tensor:
        total, alone, vectors = _factorised(own, fields)
        return torch.cat([dropout(total), alone, torch.ones_like(alone), F.linear(vectors, self.user_layer)], -1)

    def item_halves(self, items: torch.Tensor | None = None) -> torch.Tensor:
        if items is None:
            items = torch.arange(len(self.item_table), device=self.item_table.device)
        own = F.embedding(items, self.item_table * self._met)
        total, alone, vectors = _factorised(own, self.item_fields(items))
        hidden = F.linear(vectors, self.item_layer, self.first_bias)
        return torch.cat([total, torch.ones_like(alone), alone + self.offset, hidden], -1)


def _factorised(own: torch.Tensor, fields: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Of one side with its own vectors (..., k + 1) and those of F attributes, (..., F, k + 1): the sum of the vectors
    (..., k), the weights and products within the side (..., 1), and the vectors one behind the other (..., (1 + F) k).
    """
    rows = torch.cat([own.unsqueeze(-2), fields], -2)  # (..., 1 + F, k + 1)
    vectors, weights = rows[..., :-1], rows[..., -1:]
    total = vectors.sum(-2)
    pairs = (total.square() - vectors.square().sum(-2)).sum(-1, keepdim=True) / 2
    return total, weights.sum(-2) + pairs, vectors.flatten(-2)
