import numpy as np
import pytest
from scipy.stats import spearmanr

from recsys_core.synthetic.tastes.popularity import exchanged, kept_of_vectors

COUNTS = np.concatenate([np.zeros(100), np.ones(100), np.arange(2, 400)]).astype(np.int64)


def test_counts_stay_and_popular_items_keep_their_places():
    dealt = exchanged(COUNTS, np.random.default_rng(0))
    assert sorted(dealt) == sorted(COUNTS)
    assert spearmanr(dealt, COUNTS).statistic > 0.95
    assert np.abs(dealt - COUNTS)[300:].max() < 120


def test_that_one_person_met_an_item_is_no_longer_certain():
    dealt = exchanged(COUNTS, np.random.default_rng(0))
    assert 10 < (dealt[100:200] == 0).sum() < 60
    assert 10 < (dealt[:100] > 0).sum() < 60


def test_another_seed_deals_otherwise():
    assert (exchanged(COUNTS, np.random.default_rng(0)) != exchanged(COUNTS, np.random.default_rng(1))).any()


def test_items_of_one_event_are_as_likely_to_come_up_as_items_of_none():
    counts = np.repeat([0, 1], 2000)
    dealt = exchanged(counts, np.random.default_rng(0))
    assert abs(dealt[:2000].mean() - dealt[2000:].mean()) < 0.05


def test_tastes_of_rare_items_are_hardly_told():
    kept = kept_of_vectors(np.array([0, 10, 990]))
    assert kept.tolist() == pytest.approx([0, 0.5, 0.99])
