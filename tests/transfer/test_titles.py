"""What titles say, whichever way they are written."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.transfer.titles import Kind, names_of, normal, read_title
from tests.transfer.catalogues import catalogue


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("Matrix, The", "The Matrix"),
        ("MATRIX", "matrix"),
        ("Cité des enfants perdus, La", "La Cite des Enfants Perdus"),
        ("Withnail & I", "Withnail and I"),
        ("Schindler's List", "Schindlers List"),
        ("Shall We Dance?", "Shall we dance"),
        ("Godfather: Part II, The", "The Godfather, Part 2"),
        ("Avventura, L'", "L'Avventura"),
    ],
)
def test_one_title_in_two_hands(written: str, other: str):
    assert normal(written).replace(" ", "") == normal(other).replace(" ", "")


@pytest.mark.parametrize(
    ("one", "other"), [("Scream 2", "Scream 3"), ("The Who", "Who Am I"), ("", "The"), ("…", "?!")]
)
def test_other_titles_stay_others(one: str, other: str):
    assert normal(one) != normal(other)


def test_a_title_of_signs_alone_keeps_them():
    assert read_title("$ (1971)").names == {"$": Kind.MAIN}


@pytest.mark.parametrize(
    ("title", "year", "names"),
    [
        ("Toy Story (1995)", 1995, ["toy story"]),
        ("Postman, The (Postino, Il) (1994)", 1994, ["postman", "il postino"]),
        ("Twelve Monkeys (a.k.a. 12 Monkeys) (1995)", 1995, ["twelve monkeys", "12 monkeys"]),
        ("Land Before Time III: The Time (1995) (V)", 1995, ["land before time 3 the time"]),
        ("Office, The (2005-2013)", 2005, ["office"]),
        ("1900 (1976)", 1976, ["1900"]),
        ("2001: A Space Odyssey", 0, ["2001 a space odyssey"]),
        ("(1984)", 0, ["1984"]),
        ("[REC]² (2009)", 2009, ["rec 2"]),
        ("Best of (2000) Hits (2003)", 2003, ["best of hits"]),
        ("", 0, []),
    ],
)
def test_the_year_and_the_names_of_a_title(title: str, year: int, names: list[str]):
    read = read_title(title)
    assert read.year == year
    told = list(read.names)
    assert told[: len(names)] == names
    assert [read.names[name] for name in told[:1]] == [Kind.MAIN][: len(names)]


def test_a_part_is_what_stands_at_a_colon_or_a_dash():
    names = read_title("Star Wars: Episode V - The Empire Strikes Back (1980)").names
    assert [name for name, kind in names.items() if kind is Kind.PART] == [
        "star wars",
        "episode v",
        "empire strikes back",
    ]
    assert not [kind for kind in read_title("Spider-Man 2:10 (2004)").names.values() if kind is Kind.PART]


def test_the_year_in_the_title_comes_before_the_column():
    told = names_of(catalogue(["Braindead (1992)", "Heat", "Alien"], years=[1997, 1995, 0]))
    assert told["year"].tolist() == [1992, 1995, 0]


def test_the_table_of_the_data_set_is_not_changed():
    made = catalogue(["Braindead (1992)", "Heat (1995)"], years=[1997, 1986])
    before = made.item_table.copy()
    names_of(made)
    pd.testing.assert_frame_equal(made.item_table, before)


@given(st.text(max_size=60))
def test_any_text_is_read_and_reading_it_again_says_the_same(title: str):
    read = read_title(title)
    assert all(name.strip() for name in read.names)
    assert read.year == 0 or 1500 <= read.year < 2100
    assert bool(read.names) == bool(title.split())
