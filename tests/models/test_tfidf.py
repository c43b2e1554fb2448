"""The profile of words, against the formula written out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recsys_core.content.items import ItemContent
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models.tfidf import TfIdfProfile
from tests import worlds

TEXTS = [
    "a cat and a mouse",
    "the mouse of the house",
    "a dog in the house",
    "cat, dog and cat",
    "the king of the sea",
    "",
]


def described(made: Dataset, texts: list[str]) -> Dataset:
    return replace(made, item_table=made.item_table.assign(title="", text=pd.Series(texts, dtype=object)))


@pytest.fixture
def model() -> TfIdfProfile:
    return TfIdfProfile().fit(described(worlds.golden(), TEXTS))


def test_scores_are_cosines_to_what_sets_the_items_met_apart(model: TfIdfProfile):
    rows = model.rows.toarray().astype(np.float64)
    met = Histories.of([([0, 3], [5.0, 1.0]), ([4], [2.0]), ([], [])], 6)
    scores = model.score_histories(met)
    for person, items in enumerate([[0, 3], [4]]):
        profile = rows[items].mean(axis=0) - rows.mean(axis=0)
        for item in range(5):
            cosine = profile @ rows[item] / (np.linalg.norm(profile) * np.linalg.norm(rows[item]))
            assert scores[person, item] == pytest.approx(cosine, abs=1e-5)
    assert not scores[:, 5].any()
    assert not scores[2].any()


def test_a_new_item_that_is_described_like_one_of_the_catalogue_scores_like_it(model: TfIdfProfile):
    dataset, users = described(worlds.golden(), TEXTS), np.arange(4, dtype=np.int32)
    new = ItemContent.of(dataset).take([3, 0, 5])
    assert np.array_equal(model.score_content(users, new), model.score(users)[:, [3, 0, 5]])
    histories = Histories.of([([1, 2], [4.0, 4.0]), ([], [])], 6)
    assert np.array_equal(model.score_content(histories, new), model.score_histories(histories)[:, [3, 0, 5]])


def test_words_of_what_somebody_met_lead_to_new_items(model: TfIdfProfile):
    dataset = described(worlds.golden(), TEXTS)
    sea, mouse = (ItemContent.new_item(dataset, {"text": text}) for text in ("a sea without king", "one more mouse"))
    people = Histories.of([([4], [5.0]), ([0, 1], [5.0, 5.0])], 6)
    assert model.score_content(people, sea)[0, 0] > 0.3 > 0 > model.score_content(people, sea)[1, 0]
    assert model.score_content(people, mouse)[1, 0] > 0.3 > 0 > model.score_content(people, mouse)[0, 0]


def test_whoever_met_everything_differs_from_nobody(model: TfIdfProfile):
    scores = model.score_histories(Histories.of([(list(range(6)), [3.0] * 6)], 6))
    assert np.abs(scores).max() < 1e-2


def test_data_without_a_word_are_refused():
    with pytest.raises(ModelError, match="data set 'golden' has neither titles nor texts.*with a table of the items"):
        TfIdfProfile().fit(described(replace(worlds.golden(), name="golden"), [""] * 6))


def test_memory_is_foretold_from_above():
    import tracemalloc

    texts = [f"{' '.join(f'word{(item * word) % 997}' for word in range(1, 200))}" for item in range(300)]
    made = described(worlds.dataset([(user, user % 300, 1.0, user) for user in range(900)], 900, 300), texts)
    TfIdfProfile().fit(made)
    tracemalloc.start()
    TfIdfProfile().fit(made)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.2 * TfIdfProfile().memory(made) < peak < TfIdfProfile().memory(made)
