"""Unknown ids, and which ones somebody may have meant."""

import pytest

from recsys_core.data.dataset import Ids
from recsys_core.errors import DataError
from recsys_core.serve.near import Catalogue

IDS = ["1", "2", "16", "1682", "168", "abc"]
TITLES = ["Toy Story (1995)", "GoldenEye", "Ed Wood", "Scream", "Alien", "x" * 100]


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(Ids.of(IDS), TITLES)


def test_an_id_is_found(catalogue):
    assert [catalogue.find(identifier) for identifier in IDS] == list(range(6))


def test_the_longest_common_beginning_is_nearest(catalogue):
    assert catalogue.near("16820")[0] == 3
    assert set(catalogue.near("16820")) == {3, 4, 2}


def test_a_title_leads_to_its_id_whatever_its_case(catalogue):
    assert catalogue.near("toy STORY")[0] == 0
    with pytest.raises(DataError, match="no item with the id 'Toy Story'") as error:
        catalogue.find("Toy Story")
    assert "'1' (Toy Story (1995))" in error.value.fix
    assert error.value.code == "unknown-item"


def test_a_long_title_is_cut(catalogue):
    with pytest.raises(DataError) as error:
        catalogue.find("ab")
    assert f"'abc' ({'x' * 59}…)" in error.value.fix


def test_one_item_is_named_once_and_any_text_is_near_something():
    one = Catalogue(Ids.of(["a"]), ["a"])
    assert [one.near(text) for text in ("", "z", "a")] == [[0], [0], [0]]
