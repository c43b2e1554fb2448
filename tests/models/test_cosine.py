"""Nearest rows against scikit-learn, and against the definition written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array
from sklearn.metrics.pairwise import cosine_similarity

from recsys_core.models import cosine
from recsys_core.models.cosine import CosineIndex, Likeness

PLAIN = Likeness(asymmetry=0.5, discount=0.0, shrinkage=0.0)

vectors = arrays(np.float32, (7, 5), elements=st.sampled_from([0.0, 0.0, 1.0, 1.0, -1.0, 2.5]))
likenesses = st.builds(
    Likeness, st.sampled_from([0.0, 0.3, 0.5, 1.0]), st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 2.0])
)


def near(rows: np.ndarray, k: int, likeness: Likeness = PLAIN) -> np.ndarray:
    """Similarities (N, N) among rows, 0 for those that are not kept."""
    matrix = csr_array(rows)
    return CosineIndex(matrix, likeness).nearest(matrix, k, among_themselves=True).toarray()


def by_definition(asking: np.ndarray, indexed: np.ndarray, likeness: Likeness) -> np.ndarray:
    """Similarities (B, N), one pair at a time; 0 for those that are not positive."""
    alpha = likeness.asymmetry
    weights = np.maximum(1, (indexed != 0).sum(axis=0)) ** -likeness.discount
    result = np.zeros((len(asking), len(indexed)))
    for a, one in enumerate(asking * weights):
        for b, other in enumerate(indexed * weights):
            common = np.sum((one != 0) & (other != 0))
            if one @ other > 1e-6:
                lengths = np.linalg.norm(one) ** (2 * alpha) * np.linalg.norm(other) ** (2 - 2 * alpha)
                result[a, b] = one @ other / lengths * common / (common + likeness.shrinkage)
    return result


@given(vectors)
def test_it_is_the_cosine(rows: np.ndarray):
    wanted = cosine_similarity(rows)
    np.fill_diagonal(wanted, 0)
    assert near(rows, 7) == pytest.approx(np.where(wanted > 1e-6, wanted, 0), abs=1e-5)


@given(vectors, likenesses)
def test_it_follows_the_definition(rows: np.ndarray, likeness: Likeness):
    wanted = by_definition(rows, rows, likeness)
    np.fill_diagonal(wanted, 0)
    assert near(rows, 7, likeness) == pytest.approx(wanted, abs=1e-5)


@given(vectors, vectors, likenesses)
def test_strangers_are_weighed_by_the_counts_of_those_indexed(
    strangers: np.ndarray, rows: np.ndarray, likeness: Likeness
):
    found = CosineIndex(csr_array(rows), likeness).nearest(csr_array(strangers), 7)
    assert found.toarray() == pytest.approx(by_definition(strangers, rows, likeness), abs=1e-5)


@given(vectors, st.integers(1, 8))
def test_the_nearest_are_kept_and_no_others(rows: np.ndarray, k: int):
    kept, whole = near(rows, k), near(rows, 7)
    assert np.array_equal(np.where(kept > 0, whole, 0), kept)
    assert np.array_equal(np.sort(kept)[:, ::-1][:, :k], np.sort(whole)[:, ::-1][:, :k])
    assert ((kept > 0).sum(axis=1) == np.minimum(k, (whole > 0).sum(axis=1))).all()


def test_many_equally_near_are_cut_to_k():
    assert ((near(np.ones((50, 2), dtype=np.float32), 7) > 0).sum(axis=1) == 7).all()


def test_the_nearest_of_many_are_found():
    rng = np.random.default_rng(3)
    rows = rng.random((300, 20), dtype=np.float32)
    wanted = cosine_similarity(rows)
    np.fill_diagonal(wanted, 0)
    kept = near(rows, 10) > 0
    assert np.array_equal(kept, wanted >= np.sort(wanted)[:, [-10]])


def test_a_row_met_again_is_its_own_neighbour_only_for_strangers():
    rows = csr_array(np.eye(3, dtype=np.float32))
    index = CosineIndex(rows, PLAIN)
    assert np.array_equal(index.nearest(rows, 3).toarray(), np.eye(3))
    assert index.nearest(rows, 3, among_themselves=True).nnz == 0


@pytest.mark.parametrize(("at_once", "threads"), [(1, 1), (3, 4)])
def test_the_same_bits_whatever_is_done_at_once(at_once: int, threads: int, monkeypatch: pytest.MonkeyPatch):
    rows = np.random.default_rng(1).integers(0, 3, (40, 9)).astype(np.float32)
    wanted = near(rows, 5)
    monkeypatch.setattr(cosine, "ROWS_AT_ONCE", at_once)
    monkeypatch.setattr(cosine.torch, "get_num_threads", lambda: threads)
    assert np.array_equal(near(rows, 5), wanted)


def test_what_the_pulse_raises_ends_the_search(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cosine, "ROWS_AT_ONCE", 1)
    rows, shares = csr_array(np.eye(4, dtype=np.float32)), []

    def stop(share: float) -> None:
        shares.append(share)
        if share == 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        CosineIndex(rows, PLAIN).nearest(rows, 3, stop)
    assert shares == [0.25, 0.5]


def test_the_pulse_goes_by_the_work_of_the_rows(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cosine, "ROWS_AT_ONCE", 1)
    shares: list[float] = []
    rows = csr_array(np.array([[1, 1, 1], [1, 0, 0], [0, 0, 0], [1, 1, 0]], dtype=np.float32))
    CosineIndex(rows, PLAIN).nearest(rows, 3, shares.append)
    assert shares == [6 / 14, 9 / 14, 9 / 14, 1.0]  # 3 + 2 + 1 pairs, then 3, 0 and 3 + 2


def test_neighbours_come_in_the_order_of_their_positions():
    rows = csr_array(np.random.default_rng(2).random((30, 4), dtype=np.float32))
    found = CosineIndex(rows, PLAIN).nearest(rows, 6, among_themselves=True)
    assert (np.diff(found.indices.reshape(30, 6)) > 0).all()
