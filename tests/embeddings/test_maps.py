"""Maps of models, what their points can be coloured by, slices of them, and pairs of spaces."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from recsys_core.data.dataset import Ids
from recsys_core.embeddings.alignment import linear_cka
from recsys_core.embeddings.clusters import names
from recsys_core.embeddings.colouring import NOT_KNOWN, Labels, Numbers, colourings, found_share, per_person
from recsys_core.embeddings.maps import draw_map, space_to_map
from recsys_core.embeddings.pairing import chance_likeness, pair
from recsys_core.embeddings.probes import probes
from recsys_core.embeddings.projection import PROJECTIONS
from recsys_core.embeddings.slices import beside, genre_mix
from recsys_core.embeddings.space import Space, unit
from recsys_core.embeddings.words import words_of
from recsys_core.errors import ConfigError, DataError, ModelError
from recsys_core.evaluation import Lists, evaluate
from recsys_core.models import find_model
from recsys_core.splitting import Split, SplitRecipe, split
from recsys_core.statistics.estimates import PerUser
from recsys_core.types import Feedback
from tests import worlds

RNG = np.random.default_rng(0)


class Told:
    """A model whose vectors are told."""

    title = "Told"
    abilities = find_model("als").info.abilities

    def __init__(self, items: np.ndarray, people: np.ndarray) -> None:
        self._items, self._people = items.astype(np.float32), people.astype(np.float32)

    def item_vectors(self):
        return self._items

    def user_vectors(self):
        return self._people


def space(n_items: int = 6, n_people: int = 4) -> Space:
    vectors = unit(RNG.normal(size=(n_items + n_people, 5)).astype(np.float32))
    rows = np.concatenate([np.arange(n_items), np.arange(n_people)])
    return Space(vectors, rows, np.arange(n_items + n_people) < n_items)


@pytest.fixture
def parts() -> Split:
    made = worlds.described()
    made.item_table["year"] = pd.array([1990 + item if item else pd.NA for item in range(40)], dtype="Int64")
    made.item_table["length"] = [np.nan, *range(39)]
    made.item_table["premiere"] = pd.to_datetime([None, *["2000-07-02"] * 38, "2001-07-02"])
    made.item_table["studio"] = [f"studio {item % 15}" for item in range(40)]
    return split(made, SplitRecipe(key="random"))


def everything(n: int, are_items: bool = True) -> Space:
    vectors = unit(RNG.normal(size=(n, 5)).astype(np.float32))
    return Space(vectors, np.arange(n), np.full(n, are_items))


def offered(space: Space, parts: Split) -> dict[str, Labels | Numbers]:
    model = find_model("popularity")().fit(parts.train)
    report = evaluate(model, parts.test, parts.dataset)
    return {one.key: one.make() for one in colourings(space, parts, report.per_user, report.lists)}


def test_what_nothing_is_known_of_has_no_place():
    told = Told(np.array([[1, 0], [0, 0], [0, 2], [1, 1]]), np.ones((3, 2)))
    assert space_to_map(told, "items").rows.tolist() == [0, 2, 3]


@pytest.mark.parametrize("vectors", [np.zeros((4, 3)), np.ones((4, 3)), np.arange(1, 5)[:, None] * np.ones(3)])
def test_a_single_point_is_no_map(vectors):
    with pytest.raises(ModelError, match="all items the same vector"):
        space_to_map(Told(vectors, vectors), "items")


def test_spaces_of_different_sizes_share_no_map():
    with pytest.raises(ModelError, match="different sizes"):
        space_to_map(Told(RNG.normal(size=(4, 3)), RNG.normal(size=(4, 2))), "both")


def test_a_map_is_the_same_for_a_seed_and_says_what_it_cannot_draw(monkeypatch):
    points = everything(30)
    one, other = (draw_map(points, "tsne", 2, 7) for _ in range(2))
    assert np.array_equal(one.places, other.places)
    assert one.honesty is not None
    assert draw_map(everything(3), "pca", 2, 0).honesty is None
    for method, dimensions, code in (("tarot", 2, "bad-setting"), ("pca", 4, "bad-setting")):
        with pytest.raises(ConfigError) as caught:
            draw_map(points, method, dimensions, 0)
        assert caught.value.code == code
    monkeypatch.setattr("recsys_core.embeddings.maps.PROJECTIONS", [PROJECTIONS[0], *_with_most(20)])
    with pytest.raises(ConfigError, match="at most 20 points; here are 30. Choose PCA"):
        draw_map(points, "umap", 2, 0)


def _with_most(n: int):
    from dataclasses import replace

    return [replace(one, most=n) for one in PROJECTIONS[1:]]


def test_items_are_coloured_by_what_is_known_of_them(parts):
    found = offered(everything(40), parts)
    assert list(found)[:2] == ["genre", "cluster"]
    genre = found["genre"]
    assert [genre.names[at] for at in genre.values[:4]] == ["Even", "Odd", "Even", "Odd"]
    counts = np.bincount(parts.test.known.items, minlength=40)
    assert np.array_equal(np.nan_to_num(found["popularity"].values), counts)
    assert np.isnan(found["popularity"].values[counts == 0]).all()
    assert np.isnan(found["year"].values[0])
    assert found["year"].values[1] == 1991
    assert np.isnan(found["attribute-length"].values[0])
    assert np.isnan(found["attribute-premiere"].values[0])
    assert found["attribute-premiere"].values[1] == pytest.approx(2000.5, abs=0.01)
    assert len(found["attribute-studio"].names) == 12
    assert found["attribute-studio"].names[-1] == "all others"


def test_people_are_coloured_by_their_figures(parts):
    found = offered(everything(60, are_items=False), parts)
    assert {"activity", "rating", "figure-ndcg@10", "attribute-kind"} <= set(found)
    assert "genre" not in found
    assert np.isnan(found["figure-ndcg@10"].values[-1])  # nobody judged is coloured
    assert np.isfinite(found["figure-ndcg@10"].values).sum() == len(parts.test.warm_users)


def test_a_figure_of_a_person_is_a_ratio_and_of_others_unknown():
    figure = PerUser(np.array([2, 0]), np.array([1.0, 4.0]), np.array([4.0, 1.0]), np.sqrt)
    assert per_person(figure, 3) == pytest.approx([2, np.nan, 0.5], nan_ok=True)


def test_people_beside_items_have_no_colour_but_that_of_their_group(parts):
    both = space(40, 60)
    found = offered(both, parts)
    assert (found["genre"].values[40:] == NOT_KNOWN).all()
    assert np.isnan(found["popularity"].values[40:]).all()
    assert (found["cluster"].values >= 0).all()


def test_without_genres_and_years_colours_are_fewer_and_the_map_stays():
    parts = split(worlds.two_camps(20, Feedback.IMPLICIT).dataset, SplitRecipe(key="random"))
    assert set(offered(everything(20), parts)) == {"cluster", "popularity", "found"}


def test_the_share_that_was_found_is_counted_by_hand():
    rows = [(user, item, 1.0, 10 * user + item) for user in range(3) for item in range(4)]
    parts = split(worlds.dataset(rows, 3, 4, feedback=Feedback.IMPLICIT), SplitRecipe(key="leave-one-out"))
    assert parts.test.relevant.items.tolist() == [3, 3, 3]
    lists = Lists(np.array([0, 2]), np.array([[3, -1], [1, -1]], dtype=np.int32))
    share = found_share(parts, lists)
    assert share[3] == pytest.approx(1 / 2)
    assert np.isnan(share[:3]).all()


def test_groups_of_items_are_named_by_genres_and_those_of_people_by_titles(parts):
    items = everything(40)
    labels = np.arange(40) % 2
    named = names(labels, *words_of(items, parts.dataset, parts.test.known))
    assert named[0].startswith("Even")
    assert named[1].startswith("Odd")
    people = everything(60, are_items=False)
    words, vocabulary = words_of(people, parts.dataset, parts.test.known)
    assert words.shape == (60, 40)
    assert vocabulary[3] == "i3"
    both, _ = words_of(space(40, 60), parts.dataset, parts.test.known)
    assert both[40:].nnz == 0
    assert both[:40].nnz > 0


def test_a_slice_stands_beside_all_others_with_an_interval():
    values = np.array([1.0, 2, 3, 11, 12, 40, 15, np.nan])
    chosen = np.arange(8) < 3
    told = beside(values, chosen)
    from scipy.stats import ttest_ind

    wanted = ttest_ind(values[:3], values[3:7], equal_var=False).confidence_interval()
    assert (told.inside, told.outside, told.n) == (2, 19.5, 3)
    assert (told.low, told.high) == pytest.approx((wanted.low, wanted.high))
    assert np.isnan(beside(values, np.arange(8) < 1).low)
    assert beside(values, np.arange(8) == 7) is None


def test_the_genres_of_a_slice_and_of_what_people_met(parts):
    mix = genre_mix(everything(40), np.array([0, 2, 3, 4]), parts.dataset, parts.test.known)
    assert [(one.name, one.chosen, one.everywhere) for one in mix] == [("Even", 0.75, 0.5), ("Odd", 0.25, 0.5)]
    met, _ = parts.test.known.row(5)
    (first, second) = genre_mix(everything(60, False), np.array([5]), parts.dataset, parts.test.known)
    assert {first.name: first.chosen, second.name: second.chosen}["Odd"] == pytest.approx((met % 2).mean())


def test_two_spaces_are_matched_by_id_and_too_few_in_common_are_a_sentence():
    first, second = everything(30), everything(40)
    mine, theirs = Ids.of([f"i{at}" for at in range(30)]), Ids.of([f"i{at}" for at in reversed(range(40))])
    found = pair(first, mine, second, theirs, "items")
    assert (found.common, found.only_first, found.only_second) == (30, 0, 10)
    assert np.array_equal(found.second.rows, 39 - found.first.rows)
    with pytest.raises(DataError, match="have 0 items with the same id"):
        pair(first, Ids.of([f"x{at}" for at in range(30)]), second, theirs, "items")


def test_likeness_by_chance_is_the_mean_over_all_shufflings():
    first, second = RNG.normal(size=(5, 3)) + 1, RNG.normal(size=(5, 2)) + 2
    every = [linear_cka(first, second[list(order)]) for order in permutations(range(5))]
    assert chance_likeness(first, second) == pytest.approx(np.mean(every))
    assert chance_likeness(np.ones((5, 2)), second) == 0


def test_planted_genres_and_numbers_are_read_off(parts):
    labels = np.arange(40) % 2
    vectors = unit((np.stack([labels, 1 - labels, np.arange(40) / 40], axis=1) + 0.01).astype(np.float32))
    order = np.random.default_rng(1).permutation(40)
    told = {one.name: one for one in probes(Space(vectors[order], order, np.ones(40, bool)), parts.dataset, labels)}
    assert told["Even"].value > 0.95
    assert told["Even"].is_label
    assert told["Popularity (log)"].value > 0.9
    assert told["length"].points == 39


def test_too_small_a_catalogue_is_not_blamed_on_its_ids():
    space = Space(np.eye(5, dtype=np.float32), np.arange(5), np.ones(5, dtype=bool))
    ids = Ids.of([f"i{at}" for at in range(5)])
    with pytest.raises(DataError, match="With 5 items there is too little to compare"):
        pair(space, ids, space, ids, "items")
