"""Mask and top-k: what people see."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recsys_core import ranking
from recsys_core.data.dataset import Ids
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.ranking import HIDDEN, hide, masked_scores, top_k
from recsys_core.types import Float32, Int64

few_values = st.sampled_from([-np.inf, -1.0, -0.0, 0.0, 0.5, 1.0, 1e30])  # few, so that most are tied
shapes = st.tuples(st.integers(1, 5), st.integers(1, 8))
score_tables = shapes.flatmap(lambda shape: arrays(np.float32, shape, elements=few_values))


def slow_top_k(scores: Float32, k: int, order: Int64) -> tuple[list[list[int]], list[list[float]]]:
    rank = {int(item): place for place, item in enumerate(order)}
    items, values = [], []
    for row in scores.tolist():
        shown = [item for item, score in enumerate(row) if score != -np.inf]
        shown.sort(key=lambda item, row=row: (-row[item], rank[item]))
        missing = k - len(shown[:k])
        items.append(shown[:k] + [-1] * missing)
        values.append([row[item] for item in shown[:k]] + [-np.inf] * missing)
    return items, values


@given(score_tables, st.integers(1, 12), st.data())
def test_top_k_is_the_plain_sort(scores: Float32, k: int, data: st.DataObject):
    order = np.array(data.draw(st.permutations(range(scores.shape[1]))), dtype=np.int64)
    items, values = top_k(scores.copy(), k, order)
    assert items.dtype == np.int32
    assert values.dtype == np.float32
    assert (items.tolist(), values.tolist()) == slow_top_k(scores, k, order)


@given(score_tables, st.integers(1, 12), st.integers(1, 12))
def test_a_shorter_list_is_the_beginning_of_a_longer_one(scores: Float32, k: int, more: int):
    order = np.arange(scores.shape[1])[::-1]
    assert top_k(scores, k, order)[0].tolist() == top_k(scores, k + more, order)[0][:, :k].tolist()


def test_top_k_agrees_with_the_plain_sort_on_a_large_table():
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 40, (30, 700)).astype(np.float32)
    scores[rng.random(scores.shape) < 0.2] = HIDDEN
    order = rng.permutation(700)
    items, values = top_k(scores, 50, order)
    assert (items.tolist(), values.tolist()) == slow_top_k(scores, 50, order)


def test_top_k_leaves_its_input_alone():
    scores = np.array([[1, 3, 2]], dtype=np.float32)
    scores.setflags(write=False)
    top_k(scores, 2, np.arange(3))


def test_a_row_with_nothing_to_show_is_empty():
    items, values = top_k(np.full((1, 3), HIDDEN), 2, np.arange(3))
    assert items.tolist() == [[-1, -1]]
    assert values.tolist() == [[-np.inf, -np.inf]]


def test_ties_follow_the_names_of_items_and_not_their_places():
    names = [f"item {number}" for number in range(50)]
    shuffled = np.random.default_rng(1).permutation(50)
    elsewhere = Ids.of([names[place] for place in shuffled])
    plain = top_k(np.zeros((1, 50), np.float32), 10, Ids.of(names).hash_order)[0][0]
    moved = top_k(np.zeros((1, 50), np.float32), 10, elsewhere.hash_order)[0][0]
    assert [names[item] for item in plain] == [elsewhere.values[item] for item in moved]
    assert sorted(plain.tolist()) != list(range(10))  # not simply the first of the file


def test_the_tie_order_is_the_same_in_every_process():
    # From `printf a | b2sum -l 64`, sorted. Python's own hash of text changes with each start; this one must not.
    assert Ids.of(["a", "b", "c", "d", "é", ""]).hash_order.tolist() == [2, 0, 1, 3, 4, 5]
    assert sorted(Ids.of(["\ud800", "x"]).hash_order.tolist()) == [0, 1]  # half a character does not stop it


def test_nobody_is_shown_what_they_know():
    rng = np.random.default_rng(2)
    table = rng.normal(size=(40, 25)).astype(np.float32)
    known = Histories.of([(np.flatnonzero(rng.random(25) < 0.5).tolist(),) * 2 for _ in range(40)], 25)
    users = rng.permutation(40)[:20]
    chunks = list(masked_scores(lambda rows: table[rows], users, known))
    assert np.concatenate([chunk for chunk, _ in chunks]).tolist() == users.tolist()
    for user, row in zip(users, np.concatenate([scores for _, scores in chunks]), strict=True):
        hidden = known.row(user)[0]
        assert np.isneginf(row[hidden]).all()
        others = np.setdiff1d(np.arange(25), hidden)
        assert row[others].tolist() == table[user, others].tolist()
        assert not set(top_k(row[None], 25, np.arange(25))[0][0].tolist()) & set(hidden.tolist())


def test_only_candidates_are_shown_and_known_ones_stay_hidden():
    table = np.arange(12, dtype=np.float32).reshape(2, 6)
    known = Histories.of([([5], [1.0]), ([], [])], 6)
    candidates = np.array([[0, 5, 2], [3, 3, 1]], dtype=np.int32)  # an item named twice is one candidate
    ((_, scores),) = masked_scores(lambda rows: table[rows], np.array([0, 1]), known, candidates)
    assert top_k(scores, 4, np.arange(6))[0].tolist() == [[2, 0, -1, -1], [3, 1, -1, -1]]


def test_the_size_of_the_chunks_does_not_matter(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(3)
    table = rng.normal(size=(23, 10)).astype(np.float32)
    known = Histories.of([([user % 10], [1.0]) for user in range(23)], 10)
    candidates = np.argsort(rng.random((23, 10)), axis=1)[:, :6].astype(np.int32)
    users = rng.permutation(23)
    results = []
    for chunk_scores in (1, 10, 70, 1000):
        monkeypatch.setattr(ranking, "CHUNK_SCORES", chunk_scores)
        chunks = list(masked_scores(lambda rows: table[rows], users, known, candidates))
        assert max(scores.size for _, scores in chunks) <= max(10, chunk_scores)
        results.append((np.concatenate([chunk for chunk, _ in chunks]), np.concatenate([s for _, s in chunks])))
    for users_of, scores_of in results[1:]:
        assert np.array_equal(users_of, results[0][0])
        assert np.array_equal(scores_of, results[0][1])


def test_never_more_than_a_chunk_is_held(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ranking, "CHUNK_SCORES", 50_000)
    n_users, n_items = 4000, 500  # 8 MB of scores in all, 200 kB in a chunk
    known = Histories(np.zeros(n_users + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), None, n_items)
    order = np.arange(n_items)
    tracemalloc.start()
    for _, scores in masked_scores(lambda rows: np.zeros((len(rows), n_items), np.float32), np.arange(n_users), known):
        top_k(scores, 10, order)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000


def test_a_score_that_is_not_a_number_is_an_error_with_a_cure():
    known = Histories.of([([], [])], 2)
    with pytest.raises(ModelError, match="not a number.*lower learning rate") as caught:
        hide(np.array([[np.nan, 1.0]], dtype=np.float32), known)
    assert caught.value.code == "nan-score"


def test_an_infinite_score_is_shown_first():
    assert top_k(np.array([[1.0, np.inf, 2.0]], np.float32), 3, np.arange(3))[0].tolist() == [[1, 2, 0]]


def test_scores_that_may_not_be_written_are_copied():
    scores = np.broadcast_to(np.array([1.0, 2.0], np.float32), (2, 2))
    masked = hide(scores, Histories.of([([0], [1.0]), ([], [])], 2))
    assert masked.tolist() == [[-np.inf, 2.0], [1.0, 2.0]]
    assert scores.tolist() == [[1.0, 2.0], [1.0, 2.0]]
