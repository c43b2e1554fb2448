"""Who would like a new item, and what it is like, where both can be told by hand."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.sparse import issparse
from scipy.stats import rankdata, ttest_ind

from recsys_core.comparing.cutting import Cut
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import AbilityError, DataError, ModelError
from recsys_core.models.base import Ability
from recsys_core.models.popularity import Popularity
from recsys_core.models.tfidf import TfIdfProfile
from recsys_core.new_item import (
    Audience,
    Catalogue,
    Grouping,
    Places,
    audiences,
    described,
    finding,
    groups,
    how_people_are_ranked,
    most_alike,
    suits,
    where_it_stands,
)
from recsys_core.splitting import KNOWN, TEST, TRAIN, Split, SplitRecipe, split
from recsys_core.types import Feedback
from tests import worlds
from tests.by_genre import ByGenre, two_tastes

RANDOM = SplitRecipe(key="random")


@pytest.fixture(scope="module")
def parts() -> Split:
    return split(two_tastes(), RANDOM)


@pytest.fixture(scope="module")
def model(parts) -> ByGenre:
    return ByGenre().fit(parts.train)


def horror(parts: Split, **known):
    return described(parts.dataset, {"title": "New", "genres": ("Horror",), **known})


# Where it stands


def test_it_stands_where_one_would_put_it_by_hand(parts, model):
    places = where_it_stands(model, parts, horror(parts))
    known = parts.test.known
    for row, user in enumerate(places.users.tolist()):
        items, _ = known.row(user)
        scores = model.score(np.array([user], dtype=np.int32))[0]
        left = np.setdiff1d(np.arange(parts.dataset.n_items), items)
        new = model.score_content(np.array([user], dtype=np.int32), horror(parts))[0, 0]
        ahead, level = (scores[left] > new).sum(), (scores[left] == new).sum()
        assert places.places[row] == 1 + ahead + level / 2
        assert places.lengths[row] == len(left) + 1
        below = (scores < new).sum() + (scores == new).sum() / 2
        assert places.above[row] == pytest.approx(below / parts.dataset.n_items)


def test_everybody_of_whom_something_is_known_is_asked_in_whatever_chunks(parts, model, monkeypatch):
    whole = where_it_stands(model, parts, horror(parts))
    assert whole.users.tolist() == np.flatnonzero(parts.test.known.lengths()).tolist()
    monkeypatch.setattr("recsys_core.new_item.CHUNK", 7 * parts.dataset.n_items)
    chunked = where_it_stands(model, parts, horror(parts))
    assert np.array_equal(chunked.places, whole.places)
    assert np.array_equal(chunked.above, whole.above)
    assert np.array_equal(chunked.ahead, whole.ahead)


def test_strangers_are_asked_by_what_is_known_of_them(parts, model):
    roles = parts.roles.copy()
    events = parts.dataset.interactions
    roles[(events.users < 2) & (roles == TRAIN)] = KNOWN
    strange = Split(parts.dataset, roles, parts.recipe)
    told = where_it_stands(ByGenre().fit(strange.train), strange, horror(parts))
    assert told.users[:2].tolist() == [0, 1]
    assert np.array_equal(told.places[:2], where_it_stands(model, parts, horror(parts)).places[:2])


class OnlyItsOwn(ByGenre):
    info = replace(ByGenre.info, abilities=ByGenre.info.abilities - {Ability.HISTORY})


def test_strangers_are_left_out_where_a_model_cannot_be_told_of_them(parts):
    roles = parts.roles.copy()
    roles[(parts.dataset.interactions.users < 2) & (roles == TRAIN)] = KNOWN
    strange = Split(parts.dataset, roles, parts.recipe)
    assert where_it_stands(OnlyItsOwn().fit(strange.train), strange, horror(parts)).users[0] == 2
    nobody = Split(parts.dataset, np.where(parts.roles == TEST, TEST, KNOWN).astype(np.int8), parts.recipe)
    with pytest.raises(AbilityError, match="only knows the people it met in training"):
        where_it_stands(OnlyItsOwn().fit(parts.train), nobody, horror(parts))


def test_a_model_that_reads_nothing_says_so(parts):
    with pytest.raises(AbilityError, match="lacks the ability 'content'"):
        where_it_stands(Popularity().fit(parts.train), parts, horror(parts))


class Broken(ByGenre):
    def score_content(self, people, content):
        return np.full((len(people), 1), np.nan, dtype=np.float32)


def test_a_score_that_is_no_number_is_told(parts):
    with pytest.raises(ModelError, match="not a number"):
        where_it_stands(Broken().fit(parts.train), parts, horror(parts))


def people(ahead: np.ndarray) -> Places:
    """People of whom nothing is known but whom the item suits."""
    n = len(ahead)
    return Places(np.arange(n), np.full(n, 5.0), np.full(n, 9), np.full(n, 0.5), ahead, np.arange(3))


def test_shares_and_chances():
    places = replace(people(np.array([1.0, 0.0])), places=np.array([1.0, 21.0]), lengths=np.array([21, 21]))
    assert places.in_top.tolist() == [True, False]
    assert places.by_chance == pytest.approx(10 / 21)
    assert places.best(1).tolist() == [0]
    assert replace(places, lengths=np.array([1, 1])).by_chance == 1.0  # nothing else is left


# Whom it suits


def test_what_people_met_counts_beyond_what_their_number_of_events_explains():
    """Nothing in the scores: of 4 kin among 40 events, 2 and 2 are as many as 10 and 30 events make likely, or not."""
    fit = suits(np.array([2.0, 2.0]), np.array([10, 30]), np.zeros((2, 0)))
    assert fit[0] > 0 > fit[1]
    assert suits(np.array([1.0, 3.0]), np.array([10, 30]), np.zeros((2, 0))) == pytest.approx([0, 0])


def test_where_kin_stand_counts_beyond_where_they_stand_for_people_on_average():
    fit = suits(np.ones(2), np.full(2, 10), np.array([[3.0, 1.0], [1.0, 1.0]]))
    assert fit == pytest.approx([0.5, -0.5])  # half of one standard deviation: what they met is the same


def test_nobody_comes_first_where_nothing_is_told(parts, model):
    places = where_it_stands(model, parts, described(parts.dataset, {"title": "New"}))
    assert (places.ahead == 0.5).all()
    assert how_people_are_ranked(places).startswith("The model found nothing in the description")
    found = audiences(places, groups(parts, places.users))
    assert not any(one.is_certain for one in found)


def late_horror(n: int = 160) -> Dataset:
    """Horror and comedies, old and new. A quarter of the people each meets horror of both years, comedies of both, new
    comedies, and old ones; those who meet new comedies meet some new horror as well, and so the most of all."""
    rng = np.random.default_rng(4)
    items = np.arange(80)
    is_horror, is_new = items % 2 == 0, items >= 40
    rows = []
    for user in range(n):
        wanted = (is_horror, ~is_horror, is_new & ~is_horror, ~is_new & ~is_horror)[user % 4]
        rows += [(user, int(item), 1.0, 0) for item in rng.choice(items[wanted], 20, replace=False)]
        rows += [(user, int(item), 1.0, 1) for item in items[is_new & ~wanted & (rng.random(80) < (user % 4 == 2) / 6)]]
    made = worlds.dataset(sorted(set(rows)), n, 80, feedback=Feedback.IMPLICIT, name="late horror")
    made.item_table["genres"] = pd.Series([(("Horror",), ("Comedy",))[item % 2] for item in items], dtype=object)
    made.item_table["year"] = pd.array(np.where(is_new, 1998, 1950), dtype="Int32")
    return made


class ByYear(ByGenre):
    """Knows both, but whoever meets what is new gets everything new first, whatever it is about."""

    def score_content(self, people, content):
        new = np.array([0.0 if pd.isna(year) else float(year > 1990) for year in content.table["year"]])
        return super().score_content(people, content) / 10 + 100.0 * (people % 4 == 2)[:, None] * new


def test_whoever_meets_new_things_is_not_the_audience_of_new_horror():
    world = late_horror()
    parts = Split(world, np.full(len(world.interactions), TRAIN, dtype=np.int8), RANDOM)
    item = described(world, {"title": "New", "genres": ("Horror",), "year": 1998})
    places = where_it_stands(ByYear().fit(world), parts, item)
    assert set((places.users[places.best(40)] % 4).tolist()) == {0}
    assert audiences(places, groups(parts, places.users))[0].name == "Horror"
    assert set((places.users[np.argsort(-places.above)[:40]] % 4).tolist()) == {2}  # as its score alone would say
    timeless = where_it_stands(ByYear().fit(world), parts, described(world, {"title": "New", "genres": ("Horror",)}))
    assert np.array_equal(places.ahead, timeless.ahead)


# Audiences


def test_those_who_like_horror_are_its_audience(parts, model):
    places = where_it_stands(model, parts, horror(parts))
    found = audiences(places, groups(parts, places.users))
    assert (found[0].is_certain, found[-1].is_certain) == (True, True)
    by_name = {(one.cut, one.name): one for one in found}
    mine = by_name["Favourite genre", "Horror"]
    even = places.users % 2 == 0
    assert mine.ahead == pytest.approx(places.ahead[even].mean())
    assert mine.others == pytest.approx(places.ahead[~even].mean())
    assert mine.top == pytest.approx(places.in_top[even].mean())
    assert mine.people == even.sum()
    assert mine.lead > 5
    assert by_name["Age", "30"].ahead == mine.ahead  # they are the same people
    assert by_name["Favourite genre", "Comedy"].lead == pytest.approx(-mine.lead)
    words = finding(found)
    assert words.startswith("Most of all for “")
    assert "(60 people): it suits them better than" in words
    assert " Least for “" in words


def test_people_lean_to_all_genres_that_they_meet_more_than_others_do():
    """Everybody met the same dramas; a third of them war films and westerns too, and a third comedies."""
    rows = [(user, item, 1.0, item) for user in range(60) for item in range(20)]
    rows += [(user, item, 1.0, item) for user in range(20) for item in range(20, 36)]
    rows += [(user, item, 1.0, item) for user in range(20, 40) for item in range(36, 46)]
    world = worlds.dataset(rows, 60, 46, feedback=Feedback.IMPLICIT)
    world.item_table["genres"] = pd.Series(
        [("Drama",)] * 20 + [("War",)] * 8 + [("Western",)] * 8 + [("Comedy",)] * 10, dtype=object
    )
    parts = Split(world, np.full(len(rows), TRAIN, dtype=np.int8), RANDOM)
    (leaning,) = groups(parts, np.arange(60))
    assert leaning.names == ("Comedy", "Drama", "War", "Western")
    third = np.arange(60) // 20
    assert leaning.members.tolist() == [(third == one).tolist() for one in (1, 2, 0, 0)]


def test_who_meets_what_everybody_meets_leans_nowhere():
    rows = [(user, item, 1.0, item) for user in range(40) for item in range(4)]
    world = worlds.dataset(rows, 40, 4, feedback=Feedback.IMPLICIT)
    world.item_table["genres"] = pd.Series([("Drama",), ("Drama",), ("War",), ()], dtype=object)
    parts = Split(world, np.full(len(rows), TRAIN, dtype=np.int8), RANDOM)
    assert groups(parts, np.arange(40)) == []
    world.item_table["genres"] = pd.Series([()] * 4, dtype=object)
    assert groups(parts, np.arange(40)) == []


def test_the_finding_names_the_taste_whom_it_suits_best_not_the_largest_group():
    def audience(key: str, name: str, ahead: float, lead: float, is_certain: bool = True) -> Audience:
        return Audience(key, key, name, 50, ahead, 0.5, 0.1, lead, is_certain)

    men = audience("attribute-gender", "M", 0.56, 10.0)
    tastes = [audience("leaning", "Drama", 0.6, 9.0), audience("leaning", "Horror", 0.8, 7.0)]
    doubtful = audience("leaning", "War", 0.9, 2.0, is_certain=False)
    women = audience("attribute-gender", "F", 0.3, -10.0)
    assert "leaning: Horror" in finding([men, *tastes, doubtful, women])
    assert "Least" not in finding([men, *tastes, doubtful, women])
    assert "Most of all for “attribute-gender: M”" in finding([men, doubtful, women])
    near = [audience("leaning", name, ahead, 5.0) for name, ahead in (("A", 0.79), ("B", 0.78), ("C", 0.77))]
    words = finding([*tastes, *near, doubtful, women])
    assert "“leaning: Horror” (50 people), “A” (50) and “B” (50): it suits each of them better than 78 %" in words


def test_an_audience_by_chance_is_none():
    rng = np.random.default_rng(0)
    places = people(rng.permutation(400) / 399)
    found = audiences(
        places, [Grouping.of(Cut("x", "X", ("a", "b", "c", "d"), rng.integers(0, 4, 400))) for _ in range(20)]
    )
    assert len(found) == 80
    assert not any(one.is_certain for one in found)
    assert finding(found).startswith("No group of people stands out")


@pytest.mark.parametrize("repeats", [1, 30])
def test_a_lead_is_certain_where_welch_and_bonferroni_say_so(repeats: int):
    """Of small groups, of which a normal distribution would be too sure."""
    rng = np.random.default_rng(3)
    cut = Grouping.of(Cut("x", "X", ("a", "not known"), np.repeat([0, 1], [20, 300])))
    certain = []
    for gap in np.linspace(0, 0.9, 60):
        ranks = (rankdata(rng.beta(1, 8, 320) ** np.repeat([1 - gap, 1], [20, 300])) - 1) / 319
        chance = ttest_ind(ranks[:20], ranks[20:], equal_var=False).pvalue * repeats
        found = audiences(people(ranks), [cut] * repeats)
        certain.append(found[0].is_certain)
        assert certain[-1] == (chance < 0.05)
    assert 0 < sum(certain) < 60


def test_small_unknown_and_mixed_groups_are_no_audience():
    places = people(np.arange(50) / 49)
    of = np.repeat([0, 1, 2], [19, 11, 20])
    assert audiences(places, [Grouping.of(Cut("x", "X", ("few", "all others", "not known"), of))]) == []
    assert finding([]).startswith("There are too few people")


def test_groups_in_which_nobody_differs_are_told_apart():
    places = people(np.repeat([1.0, 0.0], 20))
    found = audiences(places, [Grouping.of(Cut("x", "X", ("a", "b"), np.repeat([0, 1], 20)))])
    assert [(one.name, one.lead, one.is_certain) for one in found] == [("a", np.inf, True), ("b", -np.inf, True)]


# What it is like


def test_it_is_like_items_of_its_genre(parts, model):
    alike = Catalogue.of(model, parts.dataset).likeness(model, horror(parts, year=1998))
    assert alike.shape == (parts.dataset.n_items,)
    assert alike[::2] == pytest.approx(1)
    assert alike[1::2] == pytest.approx(-1)


def test_an_item_of_which_nothing_is_known_is_like_nothing(parts, model):
    item = described(parts.dataset, {"title": "New"})
    assert not Catalogue.of(model, parts.dataset).likeness(model, item).any()


def test_words_are_compared_without_reading_their_zeros(parts):
    model = TfIdfProfile().fit(parts.train)
    catalogue = Catalogue.of(model, parts.dataset)
    assert issparse(catalogue.rows["texts"])
    alike = catalogue.likeness(model, described(parts.dataset, {"text": "A horror film."}))
    assert alike[::2].min() > alike[1::2].max()


def test_words_that_mean_the_same_are_alike(parts):
    texts = ["A ghost haunts an old mansion.", "Two lovers plan their wedding."] * parts.dataset.n_items
    table = parts.dataset.item_table.assign(title="", text=texts[: parts.dataset.n_items])
    told = replace(parts.dataset, item_table=table)
    model = TfIdfProfile().fit(told)
    alike = Catalogue.of(model, told).likeness(model, described(told, {"text": "Spirits inside the spooky house"}))
    assert alike[::2].min() > alike[1::2].max()


def test_only_what_more_people_met_is_shown_as_alike(parts, model):
    catalogue = Catalogue.of(model, parts.dataset)
    shown = most_alike(catalogue, model, parts, horror(parts), 3)
    assert len(shown) == 3
    counts = parts.train.interactions.item_counts()
    assert all(counts[item] >= np.median(counts) and item % 2 == 0 and near == pytest.approx(1) for item, near in shown)
    assert most_alike(catalogue, model, parts, described(parts.dataset, {"title": "New"}), 3) == []


# What is told about it


def test_texts_are_cleaned_as_those_of_a_file_are(parts):
    told = {"title": " A\u202e\nB ", "text": "x" * 30_000, "genres": ["Horror", "Horror", " ", "\x00War"], "year": None}
    row = described(parts.dataset, told).table.iloc[0]
    assert (row["title"], len(row["text"]), row["genres"]) == ("A B", 20_000, ("Horror", "War"))


def test_an_unknown_column_is_a_bug(parts):
    with pytest.raises(KeyError, match="director"):
        described(parts.dataset, {"director": "x"})


def picture(kind: str, size: tuple[int, int] = (900, 600)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_a_picture_is_drawn_anew(parts, kind):
    (drawn,) = described(parts.dataset, {}, picture(kind)).pictures
    with Image.open(io.BytesIO(drawn)) as image:
        assert (image.format, image.size) == ("JPEG", (400, 267))


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", picture("PNG")[:60], picture("TIFF")])
def test_what_is_no_picture_is_refused_in_a_sentence(parts, content):
    with pytest.raises(DataError, match="The picture is no picture that can be read. Save it as JPEG or PNG") as caught:
        described(parts.dataset, {}, content)
    assert caught.value.code == "not-a-picture"


def test_a_picture_of_too_many_bytes_or_pixels_is_refused(parts, monkeypatch):
    monkeypatch.setattr("recsys_core.data.side.pictures.MOST_PIXELS", 1000)
    with pytest.raises(DataError, match="The picture has 900 × 600 pixels"):
        described(parts.dataset, {}, picture("PNG"))
    monkeypatch.setattr("recsys_core.new_item.LARGEST_PICTURE", 100)
    with pytest.raises(DataError, match="at most 0 MB are read"):
        described(parts.dataset, {}, picture("PNG"))


def test_the_histories_of_strangers_reach_the_model_with_what_is_known_beside(parts, model):
    roles = np.where(parts.dataset.interactions.users < 2, KNOWN, parts.roles).astype(np.int8)
    strange = Split(parts.dataset, roles, parts.recipe)
    seen = []

    class Watching(ByGenre):
        def score_content(self, people, content):
            seen.append(people)
            return super().score_content(people, content)

    where_it_stands(Watching().fit(strange.train), strange, horror(parts))
    (told,) = [people for people in seen if isinstance(people, Histories)]
    assert told.about["age"].tolist() == [30.0, 60.0]
