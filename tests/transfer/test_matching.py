"""Which items and people of one data set are those of another."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from recsys_core.data.dataset import Dataset
from recsys_core.data.importing import import_ratings
from recsys_core.transfer.match import How, Match
from recsys_core.transfer.matching import match
from tests import worlds
from tests.data.files import real
from tests.transfer.catalogues import catalogue, hash_like, numbered

FILMS = ["Heat (1995)", "Alien (1979)", "Brazil (1985)", "Fargo (1996)", "Casino (1995)", "Babe (1995)"]


def pairs(found: Match, source: Dataset, target: Dataset) -> dict[str, str]:
    """Title in the target → title in the source."""
    return {target.title(item): source.title(place) for item, place in enumerate(found.items) if place >= 0}


def of_titles(theirs: list[str], ours: list[str]) -> dict[str, str]:
    source, target = catalogue(theirs, name="source"), catalogue(ours, name="target")
    return pairs(match(source, target), source, target)


def test_the_same_data_are_matched_whole():
    made = worlds.golden()
    found = match(made, made)
    assert found.items.tolist() == list(range(6))
    assert found.people.tolist() == list(range(4))
    assert set(found.how) == {How.ID}
    assert found.likeness.tolist() == [1] * 6


def test_numbers_of_other_films_are_no_ids():
    """Both catalogues count from 1; only titles say which film is which."""
    source, target = numbered(FILMS), numbered(FILMS[3:] + FILMS[:3], seed=1)
    found = match(source, target)
    assert pairs(found, source, target) == {title: title for title in FILMS}
    assert set(found.how) == {How.TITLE}
    assert found.n_people == 0


def test_numbers_count_where_titles_mostly_agree():
    renamed = [*FILMS[:5], "Schweinchen Babe"]
    found = match(numbered(FILMS), numbered(renamed, seed=1))
    assert found.items.tolist() == list(range(6))
    assert set(found.how) == {How.ID}


def test_items_numbered_alike_do_not_make_people_the_same():
    """Editions of MovieLens share the numbers of films; each counts its own people from 1."""
    titles = [f"Film {hash_like(number)}" for number in range(80)]
    found = match(numbered(titles, people=200), numbered(titles, seed=1, people=200))
    assert found.n_items == 80
    assert found.n_people == 0


def test_numbers_without_titles_count_where_the_events_are_the_same():
    whole = numbered(40)
    events = whole.interactions
    part = whole.with_interactions(events.take(np.arange(0, len(events), 2)))
    found = match(whole, part)
    assert found.items.tolist() == list(range(40))
    assert found.people.tolist() == list(range(60))
    assert match(whole, numbered(40, seed=1)).n_items == 0
    assert match(whole, numbered(40, order=5)).n_items == 0


def test_a_later_month_without_titles_is_known_by_how_popular_each_number_is():
    whole = numbered(300, people=400)
    is_first = np.random.default_rng(0).random(len(whole.interactions)) < 0.5
    first, second = (whole.with_interactions(whole.interactions.take(part)) for part in (is_first, ~is_first))
    found = match(first, second)
    assert found.n_items == 300
    assert found.n_people == 400


def test_ids_that_are_no_numbers_count_without_titles():
    ids = [hash_like(number) for number in range(6)]
    source, target = catalogue([""] * 6, ids, name="a"), catalogue([""] * 3, [ids[4], "other", ids[1]], name="b")
    assert match(source, target).items.tolist() == [4, -1, 1]


def test_people_with_ids_that_are_no_numbers_are_the_same():
    anna, ben = hash_like(1), hash_like(2)
    source = catalogue(FILMS, events=[2] * 6, people=[anna, ben], name="a")
    target = catalogue(["Emma"], events=[2], people=[ben, hash_like(3)], name="b")
    assert match(source, target).people.tolist() == [1, -1]
    assert match(source, target, people=False).n_people == 0


def test_somebody_may_know_better_about_people():
    source, target = numbered(FILMS), numbered(FILMS, seed=1)
    assert match(source, target).n_people == 0
    assert match(source, target, people=True).people.tolist() == list(range(60))


def test_equal_titles_of_other_years_are_other_items():
    assert of_titles(["Hamlet (1996)"], ["Hamlet (2000)"]) == {}
    assert of_titles(["Hamlet (1996)"], ["Hamlet (1997)"]) == {"Hamlet (1997)": "Hamlet (1996)"}


def test_the_nearest_year_comes_first():
    found = of_titles(["Hamlet (1995)", "Hamlet (1996)", "Hamlet (1997)"], ["Hamlet (1996)"])
    assert found == {"Hamlet (1996)": "Hamlet (1996)"}


def test_of_one_title_and_year_the_one_with_more_events_comes_first():
    source = catalogue(["Emma (1996)"] * 3, events=[1, 5, 2], name="source")
    target = catalogue(["Emma (1996)"] * 2, events=[1, 4], name="target")
    assert match(source, target).items.tolist() == [2, 1]


def test_the_title_comes_before_a_name_in_brackets():
    found = of_titles(["Nikita (1990)", "La Femme (Nikita) (1990)"], ["Nikita (1990)"])
    assert found == {"Nikita (1990)": "Nikita (1990)"}
    assert of_titles(["Postman, The (Postino, Il) (1994)"], ["Postino, Il (1994)"])


def test_two_names_in_brackets_are_no_common_name():
    assert of_titles(["Alien (Director's Cut) (1979)"], ["Jaws (Director's Cut) (1979)"]) == {}


def test_without_a_year_only_long_titles_count():
    assert of_titles(["Crash (1996)"], ["Crash"]) == {}
    assert of_titles(["My Neighbor Totoro (Tonari no Totoro) (1988)"], ["Tonari no Totoro"])
    assert of_titles(["Emma"], ["Emma"]) == {"Emma": "Emma"}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("U.S. Marshals (1998)", "U.S. Marshalls (1998)"),
        ("Romeo + Juliet (1996)", "Romeo and Juliet (1996)"),
        ("Star Wars: Episode IV - A New Hope (1977)", "Star Wars (1977)"),
        ("Star Trek II: The Wrath of Khan (1982)", "Star Trek: The Wrath of Khan (1982)"),
    ],
)
def test_similar_titles(theirs: str, ours: str):
    others = [f"{one} Story (19{number})" for number, one in enumerate(["Toy", "Love", "War", "Ghost"], start=80)]
    source, target = catalogue([*others, theirs], name="source"), catalogue([ours], name="target")
    found = match(source, target)
    assert found.items.tolist() == [4]
    assert found.how.tolist() == [How.SIMILAR]
    assert 0 < found.likeness[0] < 1


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Scream 3 (2000)", "Scream 2 (2000)"),
        ("U.S. Marshals (1998)", "U.S. Marshalls (2004)"),
        ("U.S. Marshals (1998)", "U.S. Marshalls"),
        ("Brother (1997)", "Brother's Kiss, A (1997)"),
    ],
)
def test_titles_that_only_seem_similar(theirs: str, ours: str):
    others = [f"{one} (1998)" for one in FILMS]
    assert of_titles([*others, theirs], [ours]) == {}


def test_no_item_is_found_twice():
    rng = np.random.default_rng(0)
    words = ["Red", "Blue", "Moon", "Moons", "River", "Rivers"]
    titles = [
        f"{rng.choice(words)} {rng.choice(words)} {rng.choice(['(1999)', '(2000)', '', '(Moon)'])}" for _ in range(120)
    ]
    found = match(catalogue(titles[:70], name="source"), catalogue(titles[40:], name="target"))
    taken = found.items[found.items >= 0]
    assert len(taken) > 20
    assert len(np.unique(taken)) == len(taken)
    assert ((found.items >= 0) == (found.how != How.NOT)).all()


def test_an_empty_data_set_matches_nothing():
    nothing, something = worlds.dataset([], 0, 0), worlds.golden()
    assert match(nothing, something).items.tolist() == [-1] * 6
    assert match(something, nothing).n_items == match(something, nothing).n_people == 0


def imported(ratings: str, items: str | None = None) -> Dataset:
    return import_ratings(real(ratings), ratings, items=real(items) if items else None).dataset


@pytest.mark.realdata
def test_two_editions_of_movielens_share_films_and_nobody():
    source = imported("ml-latest-small/ratings.csv", "ml-latest-small/movies.csv")
    target = imported("ml-100k/u.data", "ml-100k-text/items_overview.csv")
    found = match(source, target)
    ways = Counter(found.how)
    assert (ways[How.ID], ways[How.TITLE], ways[How.SIMILAR]) == (0, 1318, 16)
    assert found.n_people == 0
    titles = pairs(found, source, target)
    assert titles["Star Wars (1977)"] == "Star Wars: Episode IV - A New Hope (1977)"
    assert titles["Cinema Paradiso (1988)"] == "Cinema Paradiso (Nuovo cinema Paradiso) (1989)"
    events = target.interactions
    assert (found.items[events.items] >= 0).mean() > 0.97


@pytest.mark.realdata
def test_editions_with_the_same_numbers_of_films_are_matched_by_them():
    source = imported("ml-1m/ratings_sample_100k.dat", "ml-1m/movies.dat")
    found = match(source, imported("ml-latest-small/ratings.csv", "ml-latest-small/movies.csv"))
    assert Counter(found.how)[How.ID] == 2853
    assert found.n_people == 0


@pytest.mark.realdata
def test_books_and_films_share_people_and_no_items():
    source = imported("amazon-books-movies/Amazon-Books-Dense.inter")
    found = match(source, imported("amazon-books-movies/Amazon-Movies-Dense.inter"))
    assert (found.n_people, found.n_items) == (1329, 0)


@pytest.mark.realdata
def test_films_and_anime_share_a_few_films_and_nobody():
    source = imported("ml-latest-small/ratings.csv", "ml-latest-small/movies.csv")
    target = imported("anime/anime_ratings.dat", "anime/anime_info.dat")
    found = match(source, target)
    assert found.n_people == 0
    assert Counter(found.how)[How.ID] == 0
    assert found.n_items == 37  # read one by one: two are wrong, "Romeo x Juliet" and "Vampire Hunter D (2000)"


@pytest.mark.realdata
def test_ratings_and_views_of_one_site_share_everybody_and_everything():
    source = imported("anime/anime_history.dat", "anime/anime_info.dat")
    target = imported("anime/anime_ratings.dat", "anime/anime_info.dat")
    for there, here in ((source, target), (without_titles(source), without_titles(target))):
        found = match(there, here)
        assert (found.n_people, found.n_items) == (4714, 7157)


def without_titles(dataset: Dataset) -> Dataset:
    return replace(dataset, item_table=dataset.item_table.assign(title=""))
