"""Matches that somebody looks through and changes."""

import numpy as np
import pytest

from recsys_core.errors import DataError
from recsys_core.transfer.match import How
from recsys_core.transfer.matching import match
from tests.transfer.catalogues import catalogue

SOURCE = catalogue(
    ["Heat (1995)", "U.S. Marshals (1998)", "Hamlet (1996)", "Babe (1995)"],
    ["h", "m", "ham", "b"],
    years=[1995, 1998, 1996, 0],
    name="films",
)
TARGET = catalogue(
    ["U.S. Marshalls (1998)", "Heat (1995)", "Hamlet (1997)", "Casino (1995)"],
    ["tm", "th", "tham", "tc"],
    years=[1998, 1995, 1997, 0],
    events=[1, 2, 3, 1],
    name="shop",
)
FOUND = match(SOURCE, TARGET)


def test_the_least_certain_come_first():
    seen = FOUND.review(SOURCE, TARGET)
    assert list(seen) == ["id", "title", "year", "source_id", "source_title", "source_year", "how", "likeness"]
    assert seen["id"].tolist() == ["tm", "tham", "th"]
    assert seen["source_id"].tolist() == ["m", "ham", "h"]
    assert seen["how"].tolist() == [How.SIMILAR, How.TITLE, How.TITLE]
    assert seen["source_title"].tolist() == ["U.S. Marshals (1998)", "Hamlet (1996)", "Heat (1995)"]
    assert seen["year"].tolist() == [1998, 1997, 1995]


def test_a_match_is_changed_by_hand_and_the_first_one_stays():
    changed = FOUND.changed({"tc": "b", "tham": ""}, SOURCE, TARGET)
    assert changed.items.tolist() == [1, 0, -1, 3]
    assert changed.how.tolist() == [How.SIMILAR, How.TITLE, How.HAND, How.HAND]
    assert changed.likeness.tolist()[2:] == [0, 1]
    assert FOUND.items.tolist() == [1, 0, 2, -1]
    assert (changed.people == FOUND.people).all()


def test_what_was_said_to_be_nowhere_stays_in_the_review():
    seen = FOUND.changed({"tham": ""}, SOURCE, TARGET).review(SOURCE, TARGET)
    row = seen[seen["id"] == "tham"].iloc[0]
    assert (row["source_id"], row["source_title"], row["how"]) == ("", "", How.HAND)


def test_an_item_is_taken_from_whom_it_was_found_for():
    changed = FOUND.changed({"tc": "h"}, SOURCE, TARGET)
    assert changed.items.tolist() == [1, -1, 2, 0]
    assert changed.how.tolist()[1] == How.NOT


def test_two_items_may_be_exchanged():
    changed = FOUND.changed({"th": "ham", "tham": "h"}, SOURCE, TARGET)
    assert changed.items.tolist() == [1, 2, 0, -1]
    back = changed.changed({"th": "h", "tham": "ham"}, SOURCE, TARGET)
    assert back.items.tolist() == FOUND.items.tolist()


def test_several_items_may_be_nowhere():
    assert (FOUND.changed({"th": "", "tham": "", "tm": ""}, SOURCE, TARGET).items == -1).all()


def test_an_item_matched_twice_by_hand_is_refused():
    with pytest.raises(DataError, match=r"'tc' and 'th' of shop would both be 'b' of films") as error:
        FOUND.changed({"tc": "b", "th": "b"}, SOURCE, TARGET)
    assert error.value.code == "matched-twice"
    with pytest.raises(DataError):
        FOUND.changed({"tc": "b"}, SOURCE, TARGET).changed({"th": "b"}, SOURCE, TARGET)


@pytest.mark.parametrize("pair", [{"nobody": "b"}, {"tc": "nobody"}])
def test_unknown_ids_are_named(pair: dict[str, str]):
    with pytest.raises(DataError, match="no item 'nobody' in (shop|films); ids look like") as error:
        FOUND.changed(pair, SOURCE, TARGET)
    assert error.value.code == "unknown-item"


def test_numbers_of_a_match():
    assert (FOUND.n_items, FOUND.n_people) == (3, 0)
    assert FOUND.likeness.dtype == np.float32
