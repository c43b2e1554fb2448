"""Who is alike: the nearest rows of a sparse matrix by cosine."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_array

from recsys_core.training.compiled import compiled
from recsys_core.training.loop import Pulse
from recsys_core.types import Float32, Float64, Int32, Int64

ROWS_AT_ONCE = 256
ENTRIES_AT_ONCE = 1 << 21  # found neighbours that a thread holds: 16 MB


@dataclass(frozen=True)
class Likeness:
    """How alike two rows a and b with n features in common are, as far as it can be set.

    s(a, b) = a · b / (|a|^2α |b|^2(1 − α)) · n / (n + shrinkage), over features weighted by count^−discount.

    Attributes:
        asymmetry: α; 0.5 is the cosine (Aiolli, Efficient Top-N Recommendation for Very Large Scale Binary Rated
            Datasets, RecSys 2013).
        discount: how much less a feature says that many rows have; with 0.5, binary features are all of length 1, as
            in Deshpande and Karypis, Item-Based Top-N Recommendation Algorithms, TOIS 2004.
        shrinkage: features' worth of doubt, as in Koren, Factor in the Neighbors, TKDD 2010.
    """

    asymmetry: float
    discount: float
    shrinkage: float


class CosineIndex:
    """Finds the nearest among the rows of a sparse matrix.

    One row at a time is multiplied with all others, so that memory never grows with the square of the rows; time
    grows with the sum, over all features, of the squared number of rows that have it.
    """

    def __init__(self, vectors: csr_array, likeness: Likeness) -> None:
        """Index the rows of ``vectors``, Float32 (N, F)."""
        counts = np.bincount(vectors.indices, minlength=vectors.shape[1])
        self._likeness = likeness
        self._feature_weights = np.maximum(counts, 1.0) ** -likeness.discount
        weighted = self._weighted(vectors)
        self._by_feature = weighted.T.tocsr()
        self._lengths = _lengths(weighted) ** (2 * (1 - likeness.asymmetry))

    def _weighted(self, rows: csr_array) -> csr_array:
        values = (rows.data * self._feature_weights[rows.indices]).astype(np.float32)
        return csr_array((values, rows.indices, rows.indptr), shape=rows.shape)

    def nearest(
        self, rows: csr_array, k: int, pulse: Pulse = lambda share: None, *, among_themselves: bool = False
    ) -> csr_array:
        """Float32 (B, N), at most ``k`` positive similarities in a row; indices are sorted.

        Args:
            rows: (B, F).
            k: how many neighbours are kept; which of equally near ones, depends on nothing but the data.
            pulse: called with the share of the work that is done, a few hundred rows apart; what it raises ends the
                search.
            among_themselves: row b is the indexed row b, and not its own neighbour.
        """
        rows = self._weighted(rows)
        lengths = _lengths(rows) ** (2 * self._likeness.asymmetry)
        k = min(k, len(self._lengths))
        size = max(1, min(ROWS_AT_ONCE, ENTRIES_AT_ONCE // k))

        def search(start: int) -> tuple[Int64, Int32, Float32]:
            stop = min(start + size, len(lengths))
            return _nearest(
                rows.indptr[start : stop + 1],
                rows.indices,
                rows.data,
                lengths[start:stop],
                self._by_feature.indptr,
                self._by_feature.indices,
                self._by_feature.data,
                self._lengths,
                k,
                self._likeness.shrinkage,
                start if among_themselves else -size,
            )

        # What a row is multiplied with: all that has a feature in common with it.
        work = np.concatenate([[0], np.cumsum(np.diff(self._by_feature.indptr)[rows.indices])])[rows.indptr]
        found: list[tuple[Int64, Int32, Float32]] = []
        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            searches = [pool.submit(search, start) for start in range(0, max(1, len(lengths)), size)]
            try:
                for place, one in enumerate(searches):
                    found.append(one.result())
                    pulse(work[min((place + 1) * size, len(lengths))] / max(1, work[-1]))
            finally:
                pool.shutdown(cancel_futures=True)
        counts, indices, values = (np.concatenate(part) for part in zip(*found, strict=True))
        indptr = np.concatenate([[0], np.cumsum(counts)])
        neighbours = csr_array((values, indices, indptr), shape=(len(lengths), len(self._lengths)))
        neighbours.sort_indices()
        return neighbours


def _lengths(rows: csr_array) -> Float64:
    """|a| of each row."""
    people = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    return np.sqrt(np.bincount(people, rows.data.astype(np.float64) ** 2, rows.shape[0]))


@compiled
def _bring_largest_forward(values: Float32, names: Int32, n: int, k: int) -> None:
    """Reorder the first n values, and their names with them, so that the k largest come first (Hoare's Find, 1961)."""
    low, high = 0, n - 1
    while low < high:
        pivot = values[(low + high) // 2]
        left, right = low, high
        while left <= right:
            while values[left] > pivot:
                left += 1
            while values[right] < pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                names[left], names[right] = names[right], names[left]
                left += 1
                right -= 1
        if k <= right:
            high = right
        elif k > left:
            low = left
        else:
            return


@compiled
def _nearest(
    starts: Int32,
    features: Int32,
    values: Float32,
    lengths: Float64,
    other_starts: Int32,
    others: Int32,
    other_values: Float32,
    other_lengths: Float64,
    k: int,
    shrinkage: float,
    first: int,
) -> tuple[Int64, Int32, Float32]:
    """For each row, how many neighbours were kept; who they are, and how near. Row b is the other row first + b."""
    n_others = len(other_lengths)
    # How much another row has in common with this one, and a · b; side by side, since each is looked up at random.
    shared = np.zeros((n_others, 2), dtype=np.float32)
    met = np.empty(n_others, dtype=np.int32)
    near = np.empty(n_others, dtype=np.float32)
    counts = np.zeros(len(lengths), dtype=np.int64)
    kept = np.empty(len(lengths) * k, dtype=np.int32)
    kept_near = np.empty(len(lengths) * k, dtype=np.float32)
    end = 0
    for row in range(len(lengths)):
        n_met = 0
        for entry in range(starts[row], starts[row + 1]):
            feature, value = features[entry], values[entry]
            for place in range(other_starts[feature], other_starts[feature + 1]):
                other = others[place]
                if shared[other, 0] == 0:
                    met[n_met] = other
                    n_met += 1
                shared[other, 0] += 1
                shared[other, 1] += value * other_values[place]
        n_near = 0
        for place in range(n_met):
            other = met[place]
            in_common, dot = shared[other]
            if dot > 0 and other != first + row:
                cosine = dot / (lengths[row] * other_lengths[other])
                met[n_near] = other
                near[n_near] = cosine * in_common / (in_common + shrinkage)
                n_near += 1
            shared[other] = 0
        _bring_largest_forward(near, met, n_near, k)
        counts[row] = min(k, n_near)
        for place in range(counts[row]):
            kept[end] = met[place]
            kept_near[end] = near[place]
            end += 1
    return counts, kept[:end].copy(), kept_near[:end].copy()
