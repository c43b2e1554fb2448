"""Attributes as features: known answers, and pandas' own dummies as a reference."""

import numpy as np
import pandas as pd
import pytest

from recsys_core.content.attribute_features import (
    BUCKETS,
    MOST_VALUES,
    encode,
    item_features,
    item_fields,
    user_features,
    user_fields,
)
from tests import worlds


def rows_of(table: pd.DataFrame) -> list[set[str]]:
    """The names of the features of each row."""
    features = encode(table)
    starts = features.indptr
    return [
        {features.names[place] for place in features.indices[first:last]}
        for first, last in zip(starts[:-1], starts[1:], strict=True)
    ]


def test_words_of_a_list_are_features_of_their_own_and_rare_ones_are_dropped():
    genres = pd.Series([("Drama", "War"), ("Drama",), (), ("War", "Noir")] * 5, dtype=object)
    genres[0] = ("Drama", "War", "Heist")
    rows = rows_of(pd.DataFrame({"genres": genres}))
    assert rows[:4] == [
        {"genres: Drama", "genres: War"},
        {"genres: Drama"},
        set(),
        {"genres: War", "genres: Noir"},
    ]


@pytest.mark.parametrize("cell", ["Drama, War", "Drama|War", "War;Drama", "War, War, Drama", "['War', 'Drama']"])
def test_lists_in_text_are_taken_apart(cell: str):
    assert rows_of(pd.DataFrame({"tags": [cell] * 5 + [""]})) == [{"tags: Drama", "tags: War"}] * 5 + [set()]


def test_a_word_that_a_cell_says_twice_counts_once():
    assert encode(pd.DataFrame({"tags": ["War, War, Drama"] * 5})).weights == pytest.approx([0.5] * 10)


def test_few_different_numbers_stand_for_themselves_and_unknown_ones_for_nothing():
    assert rows_of(pd.DataFrame({"stars": [3.5, 4.0, np.nan] * 5}))[:3] == [{"stars: 3.5"}, {"stars: 4"}, set()]


def test_many_different_numbers_fall_into_equally_full_buckets():
    years = pd.Series(np.random.default_rng(0).permutation(np.arange(1900, 1900 + 10 * BUCKETS)), dtype="Int64")
    features = encode(pd.DataFrame({"year": years}))
    assert features.matrix().toarray().sum(axis=0).tolist() == [10] * BUCKETS
    assert "year: 1910 to 1919" in features.names
    place = features.names.index("year: 1910 to 1919")
    assert sorted(years[features.indices == place]) == list(range(1910, 1920))


def test_equal_numbers_are_never_in_two_buckets():
    prices = [0.0] * 50 + [float(price) for price in range(10, 30)] + [99.0] * 30
    rows = rows_of(pd.DataFrame({"price": prices}))
    assert {tuple(row) for row in rows[:50]} == {("price: 0",)}
    assert len({tuple(row) for row in rows[70:]}) == 1
    assert all(len(row) == 1 for row in rows)


def test_dates_are_buckets_named_by_day():
    days = pd.Series(np.array(["1995-01-01", "1999-06-30", "NaT"] * 5, dtype="datetime64[s]"))
    assert rows_of(pd.DataFrame({"released": days}))[:3] == [{"released: 1995-01-01"}, {"released: 1999-06-30"}, set()]


def test_the_features_of_a_row_share_a_weight_of_one():
    table = pd.DataFrame({"genres": [("A", "B"), ("A",), ()] * 5, "language": ["en", "en", ""] * 5})
    weights = encode(table).matrix().toarray()
    assert weights[:3].sum(axis=1) == pytest.approx([1, 1, 0])
    assert sorted(weights[0]) == pytest.approx([1 / 3] * 3)


def test_single_words_are_what_pandas_makes_of_them():
    words = np.random.default_rng(1).choice(["cook", "judge", "nurse", "pilot"], 60)
    features = encode(pd.DataFrame({"occupation": pd.Series(words, dtype=object)}))
    wanted = pd.get_dummies(words)
    assert features.names == tuple(f"occupation: {name}" for name in wanted)
    assert np.array_equal(features.matrix().toarray(), wanted.to_numpy(np.float32))


def test_only_the_most_common_words_of_a_column_are_taken():
    words = [f"w{word:03}" for word in range(MOST_VALUES + 20) for _ in range(5 if word >= 20 else 6)]
    features = encode(pd.DataFrame({"tag": pd.Series(words, dtype=object)}))
    assert len(features.names) == MOST_VALUES
    assert {f"tag: w{word:03}" for word in range(20)} <= set(features.names)


def test_a_table_without_columns_gives_rows_without_features():
    features = encode(pd.DataFrame(index=range(3)))
    assert features.indptr.tolist() == [0, 0, 0, 0]
    assert features.matrix().shape == (3, 0)


def test_items_speak_by_genre_year_and_attributes_and_people_by_attributes_alone():
    dataset = worlds.dataset([(user, 0, 4.0, 0) for user in range(6)], 6, 5)
    dataset.item_table["genres"] = pd.Series([("Drama",)] * 5, dtype=object)
    dataset.item_table["title"] = ["The same"] * 5
    dataset.item_table["language"] = ["en"] * 5
    dataset.item_table["vote_count"] = [7] * 5  # leaks
    dataset.user_table["name"] = ["Kim"] * 6
    dataset.user_table["num_ratings"] = [7] * 6
    dataset.user_table["gender"] = ["F"] * 6
    assert item_features(dataset).names == ("genres: Drama", "language: en")
    assert user_features(dataset).names == ("gender: F",)


def test_fields_are_columns_whose_features_share_a_weight_of_one_each():
    dataset = worlds.dataset([(user, 0, 4.0, 0) for user in range(6)], 6, 5)
    dataset.item_table["genres"] = pd.Series([("Drama", "War")] * 5, dtype=object)
    dataset.item_table["rare"] = ["a", "b", "c", "d", "e"]
    dataset.item_table["language"] = ["en"] * 5
    dataset.item_table["vote_count"] = [7] * 5  # leaks
    dataset.user_table["num_ratings"] = [7] * 6
    genres, language = item_fields(dataset)
    assert (genres.names, language.names) == (("genres: Drama", "genres: War"), ("language: en",))
    assert genres.matrix().toarray() == pytest.approx(np.full((5, 2), 0.5))
    assert language.matrix().toarray() == pytest.approx(np.ones((5, 1)))
    assert user_fields(dataset) == []
