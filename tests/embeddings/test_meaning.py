"""Spaces beside each other, groups and their names, and what can be read off vectors."""

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.sparse import csr_array

from recsys_core.embeddings.alignment import align, gained_and_lost, linear_cka
from recsys_core.embeddings.clusters import clusters, names
from recsys_core.embeddings.probes import directions, predicts_label, predicts_number
from recsys_core.embeddings.space import unit

RNG = np.random.default_rng(0)
VECTORS = RNG.normal(size=(120, 6)).astype(np.float32)
TURN = np.linalg.qr(RNG.normal(size=(6, 6)))[0].astype(np.float32)


def test_a_space_that_was_only_turned_has_not_moved():
    found = align(VECTORS, 3 * VECTORS @ TURN)
    assert found.moved == pytest.approx(np.zeros(120), abs=1e-5)
    assert found.turned == pytest.approx(unit(VECTORS), abs=1e-5)
    assert found.likeness == pytest.approx(1)
    assert found.shared == pytest.approx(np.ones(120))


def test_the_turn_is_that_of_scipy():
    other = np.random.default_rng(3).normal(size=(120, 6)).astype(np.float32)
    turn, _ = orthogonal_procrustes(unit(other), unit(VECTORS))
    found = align(VECTORS, other)
    assert found.turned == pytest.approx(unit(other) @ turn, abs=1e-4)
    assert found.moved == pytest.approx(1 - (unit(VECTORS) * (unit(other) @ turn)).sum(axis=1), abs=1e-4)


def test_what_moved_is_found():
    other = VECTORS.copy()
    other[17] = -other[17]
    found = align(VECTORS, other @ TURN)
    assert found.moved.argmax() == 17
    assert found.moved[17] > 1.5
    gained, lost = gained_and_lost(unit(VECTORS), unit(other), 17)
    assert len(gained) == len(lost) > 0
    before, after = (np.argsort(-unit(part) @ unit(part)[17])[1:11] for part in (VECTORS, other))
    assert gained.tolist() == after[~np.isin(after, before)].tolist()
    assert lost.tolist() == before[~np.isin(before, after)].tolist()


def test_unrelated_spaces_are_not_alike():
    other = np.random.default_rng(1).normal(size=(120, 9)).astype(np.float32)
    assert linear_cka(VECTORS, other) < 0.2
    assert align(VECTORS, other).shared.mean() < 0.25
    assert linear_cka(np.ones((5, 2), np.float32), VECTORS[:5]) == 0


def test_cka_is_that_of_centred_kernels():
    other = np.random.default_rng(2).normal(size=(120, 4))
    centre = np.eye(120) - 1 / 120
    one, two = (centre @ part @ part.T @ centre for part in (VECTORS.astype(np.float64), other))
    wanted = (one * two).sum() / np.sqrt((one * one).sum() * (two * two).sum())
    assert linear_cka(VECTORS, other.astype(np.float32)) == pytest.approx(wanted, abs=1e-5)


def test_groups_are_found_and_named_by_what_only_they_have():
    centres = np.eye(3, 6, dtype=np.float32) * 5
    sizes = [50, 30, 20]
    vectors = unit(np.repeat(centres, sizes, axis=0) + RNG.normal(size=(100, 6)).astype(np.float32) * 0.3)
    labels = clusters(vectors, 3)
    assert np.bincount(labels).tolist() == sizes
    words = np.zeros((100, 4))
    words[:, 3] = 1  # said of everybody
    words[np.arange(100), np.repeat([0, 1, 2], sizes)] = 1
    found = names(labels, csr_array(words), ("western", "noir", "musical", "film"))
    assert found == ("western", "noir", "musical")


@pytest.mark.parametrize("seed", range(20))
def test_names_are_those_of_the_weighted_log_odds(seed: int):
    """Monroe, Colaresi and Quinn, eq. 16, 20 and 22, word by word; what fewer than a tenth have names nothing."""
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1], [70, 50])
    chances = np.where(labels[:, None] == 0, rng.random(6), rng.random(6)) ** 2
    words = (rng.random((120, 6)) < chances).astype(float)
    mine, rest = words[labels == 0].sum(0), words[labels == 1].sum(0)
    prior = 12 * words.sum(0) / words.sum()
    lead = {}
    for word in np.flatnonzero(mine >= 7):
        odds = [(said[word] + prior[word]) / (said.sum() + 12 - said[word] - prior[word]) for said in (mine, rest)]
        error = np.sqrt(1 / (mine[word] + prior[word]) + 1 / (rest[word] + prior[word]))
        lead["abcdef"[word]] = (np.log(odds[0]) - np.log(odds[1])) / error
    best = sorted((word for word in lead if lead[word] > 0), key=lambda word: -lead[word])[:3]
    assert names(labels, csr_array(words), tuple("abcdef"))[0] == ", ".join(best)


def test_a_group_without_words_has_a_number():
    assert names(np.array([0, 0, 1]), csr_array((3, 0)), ()) == ("group 1", "group 2")
    assert clusters(np.ones((5, 2), np.float32), 4).tolist() == [0] * 5


def test_the_ends_of_a_direction_are_its_outermost_points():
    line = np.zeros((50, 4), np.float32)
    line[:, 1] = np.linspace(-1, 1, 50)
    (first, *_) = directions(line, 2, 3)
    assert first.share == pytest.approx(1, abs=1e-5)
    assert {tuple(first.low), tuple(first.high)} == {(0, 1, 2), (49, 48, 47)}


def test_a_planted_number_is_read_off_and_chance_is_not():
    planted = VECTORS @ np.arange(6) + 0.1 * RNG.normal(size=120)
    assert predicts_number(VECTORS, planted) > 0.95
    assert predicts_number(VECTORS, RNG.normal(size=120)) < 0.1
    assert predicts_number(RNG.normal(size=(120, 80)).astype(np.float32), RNG.normal(size=120)) < 0.1
    assert predicts_number(VECTORS, np.full(120, 3.0)) is None
    some = np.where(np.arange(120) < 19, planted, np.nan)
    assert predicts_number(VECTORS, some) is None


def test_a_planted_label_is_read_off_and_chance_is_not():
    assert predicts_label(VECTORS, VECTORS[:, 2] > 0) > 0.95
    assert abs(predicts_label(VECTORS, RNG.random(120) < 0.5) - 0.5) < 0.15
    assert predicts_label(VECTORS, np.arange(120) < 5) is None
