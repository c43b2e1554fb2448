"""The network of AutoRec: a row of ratings in, the whole row out."""

import torch
from torch import nn
from torch.nn import functional as F

from recsys_core.models.bags import Bags

START = 0.05  # standard deviation of fresh weights
QUIET_START = 0.015  # of those that say who rated at all


class AutoRecNet(nn.Module):
    """h(r) = sigmoid(n^-1/2 Σ_c (x_c v_c + a s_c) + Σ_k f_k t_k + b) and y(r, c) = w(c) · h(r) + o(c).

    This is AutoRec (Sedhain et al. 2015, eq. 1 and 3) for a row r with n ratings x_c of units c, and three things more:
    s_c says that c is there at all, however rated, and is scaled by n as in SVD++; f are features of the row; and w(c),
    o(c) are what is typical, what the features of the unit add, and the unit's own. Rows and units are items and people
    in item-AutoRec, people and items in user-AutoRec.

    Args:
        met: Bool (C,), the units with ratings. Of all others nothing is known but their features: their own weights
            are, and stay, zero.
        d: hidden values.
        presence: a.
        n_row_features, n_unit_features: F and G.
    """

    def __init__(
        self,
        met: torch.Tensor,
        d: int,
        presence: float,
        n_row_features: int,
        n_unit_features: int,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.presence = presence

        def fresh(deviation: float, n_columns: int) -> nn.Parameter:
            weights = deviation * torch.randn(len(met), n_columns, generator=generator)
            return nn.Parameter(weights * met.unsqueeze(1))

        self.value_table = fresh(START, d)  # v (C, d)
        self.presence_table = fresh(QUIET_START, d)  # s (C, d)
        self.feature_table = nn.Parameter(torch.zeros(n_row_features, d))  # t (F, d)
        self.bias = nn.Parameter(torch.zeros(d))  # b
        self.output_table = fresh(START, d + 1)  # own w and, in the last column, o (C, d + 1)
        self.output_feature_table = nn.Parameter(torch.zeros(n_unit_features, d + 1))  # (G, d + 1)
        self.typical_output = nn.Parameter(torch.zeros(d + 1))

    def codes(self, ratings: Bags, features: Bags) -> torch.Tensor:
        """h (R, d) of R rows."""
        presence = ratings.valued(torch.full_like(ratings.values, self.presence))
        heard = ratings.sums(self.value_table) + presence.sums(self.presence_table)
        lengths = ratings.lengths().clamp(min=1).to(heard.dtype).unsqueeze(1)
        return torch.sigmoid(heard / lengths.sqrt() + features.sums(self.feature_table) + self.bias)

    def outputs(self, features: Bags) -> torch.Tensor:
        """w and, in the last column, o, (C, d + 1) of all units with these features."""
        return self.output_table + self.shared_outputs(features)

    def shared_outputs(self, features: Bags) -> torch.Tensor:
        """The same without what is the units' own."""
        return features.sums(self.output_feature_table) + self.typical_output

    def forward(self, seen: Bags, row_features: Bags, asked: Bags, unit_features: Bags) -> torch.Tensor:
        """y (E,), of the asked pairs of a row and a unit, from what is seen of the rows."""
        codes = F.pad(self.codes(seen, row_features), (0, 1), value=1.0)
        return asked.products(codes, self.outputs(unit_features))
