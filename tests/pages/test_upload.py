"""Bringing a file in on the Data page: one sentence for a bad one, and nothing stored."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.testing.v1 import AppTest

from benchmarks.browser import ROOT
from pages.shared import draft as drafts
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
    "a broken zip": (b"PK\x03\x04" + bytes(200), "zip"),
    "no rating column": (b"user_id,item_id,a,b\n" + b"u1,i1,1,2\nu2,i2,4,5\n" * 9, "rating"),
    "two lines": (b"user_id,item_id,rating\nu1,i1,5\n", "1 row"),
    "ratings as words": (WORDS.encode(), '"five"'),
    "ids missing": (NO_IDS.encode(), "user_id"),
}


@pytest.fixture
def at(home: Path) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.run()
    return test.switch_page(str(ROOT / "pages/prepare/data.py")).run()


def upload(at: AppTest, content: bytes, name: str = "ratings.csv") -> AppTest:
    return at.file_uploader[0].set_value((name, content, "text/csv")).run()


def press(at: AppTest, label: str) -> AppTest:
    return next(button for button in at.button if button.label.replace("\\", "").startswith(label)).click().run()


@pytest.mark.parametrize(("content", "word"), BAD.values(), ids=list(BAD))
def test_a_bad_file_gets_one_sentence_and_nothing_is_stored(at, home, content, word):
    upload(at, content)
    assert not at.exception
    (error,) = at.error
    said = error.value.replace("\\", "")
    assert word in said
    assert said.endswith("."), "the last sentence says what to do"
    assert "Traceback" not in said
    assert not any(button.label.startswith("Import") for button in at.button)
    assert Workspace(home).datasets() == []


def test_a_bad_file_can_be_dropped_for_another_one(at: AppTest, home: Path):
    press(upload(at, BAD["a text"][0]), "Start over")
    press(upload(at, GOOD.encode()), "Import")
    assert not at.error
    assert len(Workspace(home).datasets()) == 1


def test_a_good_file_is_stored_and_shown(at: AppTest, home: Path):
    upload(at, GOOD.encode())
    assert next(box for box in at.selectbox if box.label == "Person").value == "user_id"
    press(at, "Import 48 events")
    assert not at.exception
    (card,) = Workspace(home).datasets()
    assert card.about["interactions"] == 48
    assert card.about["file"] == "ratings.csv"
    assert at.selectbox(key="pick-data").value == card.id


def test_ratings_can_be_left_aside(at: AppTest, home: Path):
    upload(at, GOOD.encode())
    next(box for box in at.selectbox if box.label == "Rating").select_index(0).run()
    press(at, "Import")
    assert [card.about["feedback"] for card in Workspace(home).datasets()] == ["implicit"]


def test_an_import_empties_the_boxes_for_the_next_file(at: AppTest, home: Path):
    press(press(upload(at, GOOD.encode()), "Import"), "Add a data set")
    assert not any(button.label == "Start over" for button in at.button)
    assert at.file_uploader[0].value is None


def test_an_upload_is_copied_to_disk_once(at: AppTest):
    upload(at, GOOD.encode())
    draft = at.session_state[drafts.DRAFT]
    before = draft.file.stat().st_mtime_ns
    at.run()
    assert at.session_state[drafts.DRAFT] is draft
    assert draft.file.stat().st_mtime_ns == before
    assert draft.file.read_bytes() == GOOD.encode()


def test_an_upload_that_is_on_disk_leaves_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    manager = MemoryUploadedFileManager("")
    record = UploadedFileRec("1", "../../up/ratings.csv", "text/csv", GOOD.encode())
    manager.add_file("me", record)
    monkeypatch.setattr(
        drafts, "get_script_run_ctx", lambda: SimpleNamespace(session_id="me", uploaded_file_mgr=manager)
    )
    path = drafts.keep_upload(UploadedFile(record, FileURLs()), tmp_path)
    assert path.read_bytes() == GOOD.encode()
    assert path.is_relative_to(tmp_path)
    assert manager.get_files("me", ["1"]) == []


def test_the_folder_of_a_draft_goes_with_it(at: AppTest, home: Path):
    folder = upload(at, GOOD.encode()).session_state[drafts.DRAFT].folder
    assert folder.is_dir()
    press(at, "Import")
    assert not folder.exists()
