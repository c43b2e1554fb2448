"""Bringing a file in on the Data page: one sentence for a bad one, and nothing stored."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.browser import ROOT
from recsys_core.runs.store import Workspace

GOOD = "user_id,item_id,rating,timestamp\n" + "".join(
    f"u{user},i{(user + step) % 9},{1 + (user * step) % 5},{86_400 * step}\n" for user in range(8) for step in range(6)
)
WORDS = "user_id,item_id,rating\n" + "".join(f"u{row % 5},i{row % 7},five\n" for row in range(30))
NO_IDS = "user_id,item_id,rating\n" + "".join(f",i{row % 7},{row % 5 + 1}\n" for row in range(30))

BAD = {
    "an empty file": (b"", "empty"),
    "a text": (b"Dear reader,\nthis is a letter and not a table.\nYours.\n" * 5, "plain text"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "PNG"),
    "no rating column": (b"user_id,item_id,comment\n" + b"u1,i1,nice film\nu2,i2,dull film\n" * 9, "rating"),
    "two lines": (b"user_id,item_id,rating\nu1,i1,5\n", "1 row"),
    "ratings as words": (WORDS.encode(), '"five"'),
    "ids missing": (NO_IDS.encode(), "user_id"),
}


@pytest.fixture
def at(tmp_path, monkeypatch) -> AppTest:
    monkeypatch.setenv("FORETASTE_HOME", str(tmp_path))
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.run()
    return test.switch_page(str(ROOT / "pages/prepare/data.py")).run()


def upload(at: AppTest, content: bytes) -> AppTest:
    return at.file_uploader[0].set_value(("ratings.csv", content, "text/csv")).run()


def press_import(at: AppTest) -> AppTest:
    button = next((button for button in at.button if button.label == "Import"), None)
    return at if button is None or button.disabled else button.click().run()


@pytest.mark.parametrize(("content", "word"), BAD.values(), ids=list(BAD))
def test_a_bad_file_gets_one_sentence_and_nothing_is_stored(at, tmp_path, content, word):
    press_import(upload(at, content))
    assert not at.exception
    (error,) = at.error
    said = error.value.replace("\\", "")
    assert word in said
    assert said.endswith("."), "the last sentence says what to do"
    assert "Traceback" not in said
    assert Workspace(tmp_path).datasets() == []


def test_a_good_file_is_stored_and_shown(at, tmp_path):
    upload(at, GOOD.encode())
    assert at.selectbox[2].value == "user_id"
    press_import(at)
    assert not at.exception
    assert [card.about["interactions"] for card in Workspace(tmp_path).datasets()] == [48]


def test_ratings_can_be_left_aside(at, tmp_path):
    upload(at, GOOD.encode())
    next(box for box in at.selectbox if box.label == "Rating").select_index(0).run()
    press_import(at)
    assert [card.about["feedback"] for card in Workspace(tmp_path).datasets()] == ["implicit"]


def test_an_import_empties_the_boxes_for_the_next_file(at: AppTest, tmp_path: Path):
    press_import(upload(at, GOOD.encode()))
    at.run()
    assert not any(button.label == "Import" for button in at.button)
    assert len(Workspace(tmp_path).datasets()) == 1
