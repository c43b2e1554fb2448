"""More of what the texts that a person met are about: the classic that networks over content have to beat."""

import numpy as np
from scipy.sparse import csr_array

from recsys_core.content.around import AROUND, Around
from recsys_core.content.items import ItemContent
from recsys_core.content.tfidf import TfIdf
from recsys_core.content.tokens import LONGEST
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models.base import Ability, Config, Cost, ModelInfo, Recommender, expect_shapes
from recsys_core.models.sparse import pattern, product, take_matrix, to_arrays
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Int32

BYTES_A_LETTER = 25  # of texts taken apart into words: as much as where hardly any word comes twice
SMALLEST = 1e-8  # square of a length; whoever met all items differs from them by rounding alone


class TfIdfProfile(Recommender):
    """score(u, i) = cos(p_u, x_i): x weighs words, and p_u is the mean of x over what u met minus that over all items.

    Rocchio, Relevance Feedback in Information Retrieval, 1971, with β = γ = 1 and the whole catalogue for what is not
    relevant: without it, words that stand everywhere decide, and on new items of MovieLens 100K the lists are no
    better than chance. Items without a word, and people without a history, get 0.

    Attributes:
        tfidf: words and their weights.
        rows: csr Float32 (I, V), x.
        events: csr Float32 (U, I), 1 for each event.
    """

    info = ModelInfo(
        key="tfidf",
        title="TF-IDF profile",
        idea="Recommends items whose titles and texts hold words that are commoner in those you met than elsewhere.",
        family="Content",
        score="cosine between the words of the item and those in which what the person met differs from all items",
        paper="Rocchio, Relevance Feedback in Information Retrieval, The SMART Retrieval System, 1971",
        abilities=frozenset({Ability.HISTORY, Ability.CONTENT, Ability.TEXT}),
        cost=Cost.SECONDS,
    )
    Config = Config
    smaller = "Choose a model that needs less, or fewer items."

    tfidf: TfIdf
    rows: csr_array
    events: csr_array
    _by_word: csr_array  # (V, I)
    _mean: Float32  # (V,), of all rows

    def check(self, train: Dataset) -> None:
        if not any(ItemContent.of(train).texts()):
            raise ModelError(
                f"{self.title} compares what is written about items, but the data set {train.name!r} has neither "
                "titles nor texts.",
                "Choose another model, or import the data with a table of the items.",
                "needs-texts",
            )
        super().check(train)

    def memory(self, train: Dataset) -> int:
        return BYTES_A_LETTER * _letters(train) + 40 * len(train.interactions) + 16 * (train.n_users + train.n_items)

    def work(self, train: Dataset) -> tuple[float, ...]:
        return (_letters(train), len(train.interactions))

    def _fit(self, train: Dataset, context: FitContext) -> None:
        texts = ItemContent.of(train).texts()
        around = context.reading()
        self.tfidf = TfIdf.fit(texts, around)
        self.rows = self.tfidf.rows(texts, around)
        self.events = pattern(train.interactions.matrix())
        self._prepare()

    def _prepare(self) -> None:
        self._by_word = self.rows.T.tocsr()
        self._mean = np.asarray(self.rows.mean(axis=0), dtype=np.float32)

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        return self._cosines(self.events[users], self._of(items))

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        return self._cosines(histories.matrix(), self._of(items))

    def score_content(self, people: Int32 | Histories, content: ItemContent) -> Float32:
        met = people.matrix() if isinstance(people, Histories) else self.events[people]
        return self._cosines(met, self.tfidf.rows(content.texts()).T.tocsr())

    def readings(self, content: ItemContent, around: Around = AROUND) -> dict[str, csr_array]:
        return {"texts": self.tfidf.rows(content.texts(), around)}

    def _of(self, items: Int32 | None) -> csr_array:
        return self._by_word if items is None else self.rows[items].T.tocsr()

    def _cosines(self, met: csr_array, by_word: csr_array) -> Float32:
        """Float32[B, C] from events (B, I) and the words of C items (V, C)."""
        counts = np.diff(met.indptr)[:, None]
        means = csr_array(pattern(met) @ self.rows)
        means.data /= np.repeat(counts[:, 0], np.diff(means.indptr))
        # |p|² and p · x, multiplied out: the mean of all items holds every word, what a person met does not.
        squares = means.power(2).sum(axis=1) - 2 * (means @ self._mean) + self._mean @ self._mean
        scores = product(means, by_word) - by_word.T @ self._mean
        lengths = np.sqrt(np.maximum(squares, SMALLEST), dtype=np.float32)[:, None]
        return np.divide(scores, lengths, out=np.zeros_like(scores), where=counts > 0)

    def arrays(self) -> dict[str, np.ndarray]:
        return self.tfidf.arrays() | to_arrays("rows", self.rows) | to_arrays("events", self.events)

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        rest = dict(arrays)
        self.tfidf = TfIdf.from_arrays({name: rest.pop(name) for name in ("words", "rarity") if name in rest})
        self.rows = take_matrix("rows", rest, (self.n_items, len(self.tfidf.vocabulary)))
        self.events = take_matrix("events", rest, (self.n_users, self.n_items))
        expect_shapes(rest, {})
        self._prepare()


def _letters(train: Dataset) -> int:
    """Of all texts, as far as they count."""
    table = train.item_table
    return int(np.minimum(table["title"].str.len() + table["text"].str.len(), LONGEST).sum())
