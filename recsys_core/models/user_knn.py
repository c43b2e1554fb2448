"""What people of like taste met."""

from pydantic import Field
from scipy.sparse import csr_array

from recsys_core.models.base import Ability, Cost, ModelInfo
from recsys_core.models.cosine import CosineIndex
from recsys_core.models.neighbours import DISCOUNT, Neighbours, NeighboursConfig
from recsys_core.models.sparse import pattern, product, rows_at_even_distances, weighted_sums
from recsys_core.types import Float32, Int32


class UserKNNConfig(NeighboursConfig):
    discount: float = Field(0.3, ge=0, le=1, description=DISCOUNT)
    searched: int = Field(
        30_000,
        ge=100,
        le=10_000_000,
        description="People, at most, among whom neighbours are looked for: with more, time would grow with their "
        "square. Of more people, as many are taken at even distances in the list of people.",
        json_schema_extra={"advanced": True, "scale": "log"},
    )


class UserKNN(Neighbours):
    """score(u, i) = Σ s(u, v) over those of the k nearest people v of u who met i (Herlocker et al. 1999)."""

    info = ModelInfo(
        key="user_knn",
        title="UserKNN",
        idea="Finds the people whose taste is most like this person's, and recommends what they met.",
        family="Neighbourhood",
        score="sum of the likenesses of the nearest people who met the item",
        paper="Herlocker et al., An Algorithmic Framework for Performing Collaborative Filtering, SIGIR 1999",
        abilities=frozenset({Ability.HISTORY}),
        cost=Cost.SECONDS,
    )
    Config = UserKNNConfig

    _people: CosineIndex  # those met in training
    _by_item: csr_array  # (I, U), the events transposed

    def _size(self, n_users: int, n_items: int) -> int:
        return n_users

    def _vectors(self) -> csr_array:
        return self.events

    def _index(self, vectors: csr_array) -> CosineIndex:
        return super()._index(rows_at_even_distances(vectors, self.config.searched))

    def _prepare(self) -> None:
        self._people = self._index(self.events)
        self._by_item = self.events.T.tocsr()

    def _of_users(self, users: Int32) -> csr_array:
        return self.similarity[users]

    def _of_events(self, people: csr_array) -> csr_array:
        return self._people.nearest(people, self.config.neighbours)

    def _of_items(self, items: Int32 | None) -> csr_array:
        return self.events if items is None else self._by_item[items].T.tocsr()

    def _weights(self, left: csr_array, right: csr_array) -> Float32:
        return product(left, pattern(right))

    def _pairs(self, users: Int32, items: Int32) -> tuple[Float32, Float32]:
        return weighted_sums(self.similarity, self._by_item, users, items)
