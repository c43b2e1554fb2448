"""Items that resemble those a person met."""

from typing import Any, ClassVar

from scipy.sparse import csr_array

from recsys_core.models.base import Ability, Cost, ModelInfo
from recsys_core.models.neighbours import Neighbours, NeighboursConfig
from recsys_core.models.sparse import pattern, product, weighted_sums
from recsys_core.types import Float32, Int32


class ItemKNNConfig(NeighboursConfig):
    paper: ClassVar[dict[str, Any]] = {"asymmetry": 0.5, "shrinkage": 0.0}


class ItemKNN(Neighbours):
    """score(u, i) = Σ s(i, j) over those of the k nearest items j of i that u met (Deshpande and Karypis 2004)."""

    info = ModelInfo(
        key="item_knn",
        title="ItemKNN",
        idea="Recommends items that are met by the same people as those you met: neighbours of your own history.",
        family="Neighbourhood",
        score="sum of the similarities to the items that the person met",
        paper="Deshpande and Karypis, Item-Based Top-N Recommendation Algorithms, TOIS 2004",
        abilities=frozenset({Ability.HISTORY}),
        cost=Cost.SECONDS,
    )
    Config = ItemKNNConfig

    _by_met: csr_array  # (I, I), the similarity transposed: a row holds the items that one which was met speaks for

    @property
    def is_linear(self) -> bool:
        return not self._rates

    def _size(self, n_users: int, n_items: int) -> int:
        return n_items

    def _vectors(self) -> csr_array:
        return self.events.T.tocsr()

    def _prepare(self) -> None:
        self._by_met = self.similarity.T.tocsr()

    def _of_users(self, users: Int32) -> csr_array:
        return self.events[users]

    def _of_events(self, people: csr_array) -> csr_array:
        return people

    def _of_items(self, items: Int32 | None) -> csr_array:
        return self._by_met if items is None else self.similarity[items].T.tocsr()

    def _weights(self, left: csr_array, right: csr_array) -> Float32:
        return product(pattern(left), right)

    def _pairs(self, users: Int32, items: Int32) -> tuple[Float32, Float32]:
        return weighted_sums(self.similarity, self.events, items, users)
