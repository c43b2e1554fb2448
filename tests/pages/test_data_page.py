"""The Data page: what can be decided about a file, the ways in, and an existing data set."""

import sqlite3
import zipfile
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.browser import ROOT
from pages.shared import draft as drafts
from pages.shared.review import rejects_as_csv
from recsys_core.data.importing import assemble
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.samples import SAMPLES
from recsys_core.runs.store import Workspace
from tests.pages.test_upload import GOOD, press, upload

DATA = "pages/prepare/data.py"
EVENTS = "visitor,product,event\n" + "".join(
    f"v{row % 7},p{row % 11},{('view', 'view', 'purchase')[row % 3]}\n" for row in range(60)
)
ITEMS = "item_id,title,colour\n" + "".join(f"i{item},Film {item},{('red', 'blue')[item % 2]}\n" for item in range(9))
WIDE = "joke1,joke2,joke3,joke4,joke5,joke6\n" + "".join(
    ",".join("99" if (person + joke) % 4 == 0 else str((person * 7 + joke * 3) % 10 + 1) for joke in range(6)) + "\n"
    for person in range(30)
)


def opened() -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.run()
    return test.switch_page(str(ROOT / DATA)).run()


@pytest.fixture
def at(home: Path) -> AppTest:
    return opened()


@pytest.fixture
def demo(home: Path) -> str:
    imported = next(sample for sample in SAMPLES if sample.key == "demo").load()
    return Workspace(home).save_dataset(imported.dataset, imported.summary()).id


def box(at: AppTest, label: str, position: int = 0):
    return [one for one in at.selectbox if one.label == label][position]


def said(at: AppTest) -> str:
    return " ".join(part.value for part in (*at.markdown, *at.caption, *at.error)).replace("\\", "")


def metrics(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def add_side(at: AppTest, label: str, content: str) -> AppTest:
    uploader = next(one for one in at.file_uploader if one.label == label)
    return uploader.set_value((f"{label}.csv", content.encode(), "text/csv")).run()


def test_a_role_is_changed_by_one_click_and_two_columns_change_places(at: AppTest):
    upload(at, GOOD.encode())
    box(at, "Person").set_value("item_id").run()
    assert [box(at, label).value for label in ("Person", "Item", "Rating", "Time")] == [
        "item_id",
        "user_id",
        "rating",
        "timestamp",
    ]
    assert metrics(at)["People"] == "9"


def test_each_role_says_why_it_was_guessed(at: AppTest):
    upload(at, b"".join(f"{row % 7}\t{row % 5}\t{1 + row % 4}\n".encode() for row in range(40)))
    assert sum(caption.value == "guessed from its values" for caption in at.caption) == 3
    box(at, "Rating").set_value(None).run()
    assert "as decided" in said(at)


def test_without_ratings_one_click_says_so(at: AppTest, home: Path):
    upload(at, b"user_id,item_id,a,b\n" + b"".join(f"u{n % 9},i{n % 7},{n % 5},{n % 4}\n".encode() for n in range(63)))
    assert box(at, "Person").value == "user_id", "what is known already is chosen already"
    press(at, "There are no ratings")
    assert not at.error
    press(at, "Import")
    assert Workspace(home).datasets()[0].about["feedback"] == "implicit"


def test_a_remedy_is_one_click_and_can_be_taken_back(at: AppTest):
    doubled = GOOD + "u1,i1,5,0\n"
    upload(at, doubled.encode())
    assert "merged" in said(at)
    first = metrics(at)
    press(at, "Keep the mean")
    assert "the mean was kept" not in said(at)
    assert "their mean was kept" in said(at)
    assert at.session_state[drafts.DRAFT].recipe.repeats == "mean"
    next(button for button in at.button if button.key == "undo-0").click().run()
    assert "repeats" not in at.session_state[drafts.DRAFT].recipe.model_fields_set
    assert metrics(at) == first


def test_the_threshold_says_what_stays(at: AppTest, home: Path):
    upload(at, GOOD.encode())
    at.segmented_control(key="draft-meaning").set_value("Likes from a threshold on").run()
    liked = sum(line.split(",")[2] >= "4" for line in GOOD.splitlines()[1:])
    assert at.session_state[drafts.DRAFT].recipe.threshold == 4
    assert f"**{liked} events** of 48 rows stay" in said(at)
    at.select_slider[0].set_value(2.0).run()
    assert f"**{sum(line.split(',')[2] >= '2' for line in GOOD.splitlines()[1:])} events** of 48" in said(at)
    press(at, "Import")
    (card,) = Workspace(home).datasets()
    assert card.about["feedback"] == "implicit"
    assert card.about["recipe"]["threshold"] == 2


def test_what_each_kind_of_event_counts_can_be_changed(at: AppTest, home: Path):
    upload(at, EVENTS.encode())
    weights = {one.label: one for one in at.number_input if one.label in ("view", "purchase")}
    assert weights["purchase"].value == 5
    weights["view"].set_value(0.0).run()
    assert metrics(at)["Events to import"] == "20"
    press(at, "Import")
    assert Workspace(home).datasets()[0].about["recipe"]["weights"] == {"view": 0.0, "purchase": 5.0}


def test_minimum_counts_show_what_they_remove(at: AppTest):
    upload(at, (GOOD + "u99,i1,5,0\n").encode())
    next(one for one in at.number_input if one.label == "Fewest events a person").set_value(2).run()
    assert metrics(at)["People"] == "8"
    assert "1 person with fewer than 2 events" in said(at)


def test_a_scale_that_cannot_be_is_said_and_not_taken(at: AppTest):
    upload(at, GOOD.encode())
    next(one for one in at.number_input if one.label == "Highest rating").set_value(4.0).run()
    assert metrics(at)["Events to import"] != "48"
    next(one for one in at.number_input if one.label == "Lowest rating").set_value(9.0).run()
    assert "is not below the highest" in at.error[0].value
    assert next(one for one in at.number_input if one.label == "Lowest rating").value == 1.0
    assert not at.run().error


def test_a_scale_that_leaves_nothing_can_be_mended(at: AppTest):
    upload(at, GOOD.encode())
    next(one for one in at.number_input if one.label == "Lowest rating").set_value(9.0).run()
    assert "outside the scale" in at.error[0].value
    next(one for one in at.number_input if one.label == "Lowest rating").set_value(1.0).run()
    assert not at.error


def test_a_part_of_an_archive_and_another_separator_can_be_chosen(at: AppTest):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("ratings.csv", GOOD)
        archive.writestr("other.csv", EVENTS)
    upload(at, packed.getvalue(), "two.zip")
    box(at, "Part of the file").set_value("other.csv").run()
    assert box(at, "Person").value == "visitor"
    box(at, "Separator").set_value(";").run()
    assert not at.exception
    box(at, "Separator").set_value(",").run()
    assert box(at, "Item").value == "product"


def test_one_row_a_person_is_told_and_can_be_refused(at: AppTest):
    upload(at, WIDE.encode())
    assert metrics(at)["People"] == "30"
    assert "one row a person" in said(at)
    box(at, "Layout").set_value(False).run()
    assert "joke1" in at.dataframe[0].value.columns
    assert not at.exception


def test_item_and_people_files_are_joined_and_shown(at: AppTest, home: Path):
    upload(at, GOOD.encode())
    add_side(at, "Item file", ITEMS)
    add_side(at, "People file", "user_id,age\n" + "".join(f"u{user},{20 + user}\n" for user in range(7)))
    assert "1 person with ratings but without a row" in said(at)
    at.text_input(key=next(one.key for one in at.text_input if one.label.startswith("Licence"))).set_value("Mine.")
    press(at, "Import")
    assert not at.exception
    dataset = Workspace(home).load_dataset(Workspace(home).datasets()[0].id)
    assert dataset.item_attributes == ["colour"]
    assert dataset.user_attributes == ["age"]
    assert Workspace(home).datasets()[0].licence == "Mine."
    assert "Licence: Mine." in said(at)
    assert any({"colour", "title"} <= set(frame.value.columns) for frame in at.dataframe)


def test_a_side_file_that_does_not_fit_blocks_the_import_until_it_is_removed(at: AppTest, home: Path):
    upload(at, GOOD.encode())
    add_side(at, "Item file", "item_id,title\n" + "".join(f"x{item},Film\n" for item in range(9)))
    assert len(at.error) == 1
    assert "fits" in said(at)
    assert at.button(key="import").disabled
    press(at, "Remove")
    assert not at.error
    assert not at.button(key="import").disabled


def test_columns_of_the_item_file_can_be_chosen(at: AppTest, home: Path):
    upload(at, GOOD.encode())
    add_side(at, "Item file", ITEMS)
    box(at, "Title").set_value("colour").run()
    press(at, "Import")
    dataset = Workspace(home).load_dataset(Workspace(home).datasets()[0].id)
    assert set(dataset.item_table["title"]) == {"red", "blue"}


def test_a_file_is_checked_once_for_each_recipe(at: AppTest, monkeypatch: pytest.MonkeyPatch):
    checked, read = [], []
    real_assemble, real_read = drafts.assemble, drafts.read_ratings
    monkeypatch.setattr(drafts, "assemble", lambda *a, **k: checked.append(1) or real_assemble(*a, **k))
    monkeypatch.setattr(drafts, "read_ratings", lambda *a, **k: read.append(1) or real_read(*a, **k))
    upload(at, GOOD.encode())
    at.run()
    assert (len(checked), len(read)) == (1, 1)
    box(at, "Time").set_value(None).run()
    press(at, "Import")
    assert (len(checked), len(read)) == (2, 1), "the import takes what was checked"


def test_rows_that_are_left_out_can_be_taken_away_without_formulas():
    rows = [(f"u{row % 5}", f"i{row % 4}", "4") for row in range(40)] + [('=cmd|"/c calc"!A1', "i1", "many")]
    table = RawTable.of("events", pd.DataFrame(rows, columns=["user", "item", "rating"]))
    content = rejects_as_csv(assemble(table, "events")).decode()
    assert content.splitlines()[0] == "line,reason,text"
    assert "is not a number" in content
    assert "\"'=cmd" in content


def test_a_file_of_the_server_is_read_and_fetched_again(at: AppTest, home: Path, tmp_path: Path, monkeypatch):
    folder = tmp_path / "offered" / "shop"
    folder.mkdir(parents=True)
    (folder / "ratings.csv").write_text(GOOD)
    monkeypatch.setenv("FORETASTE_DATA_ROOT", str(tmp_path / "offered"))
    at.run()
    box(at, "File on the server").set_value("shop").run()
    box(at, "File on the server").set_value("ratings.csv").run()
    press(at, "Read this file")
    press(at, "Import 48 events")
    (card,) = Workspace(home).datasets()
    assert card.about["source"] == {"kind": "server", "path": "shop/ratings.csv"}
    (folder / "ratings.csv").write_text(GOOD + "u0,i8,3,9999\n")
    press(at, "Fetch again")
    press(at, "Import 49 events")
    assert [(card.name, card.version) for card in Workspace(home).datasets()] == [("ratings", 2), ("ratings", 1)]


def test_a_query_is_read_and_its_password_is_nowhere(at: AppTest, home: Path, tmp_path: Path, monkeypatch):
    base = tmp_path / "shop.sqlite"
    with sqlite3.connect(base) as connection:
        pd.DataFrame([line.split(",") for line in GOOD.splitlines()[1:]], columns=["u", "i", "rating", "t"]).to_sql(
            "ratings", connection, index=False
        )
    connection.close()
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(f'[connections.shop]\nurl = "sqlite:///{base}"\n')
    monkeypatch.setenv("FORETASTE_SECRETS", str(secrets))
    at.run()
    at.text_area(key="database-query").set_value("SELECT u AS user_id, i AS item_id, rating FROM ratings")
    press(at, "Run the query")
    press(at, "Import 48 events")
    (card,) = Workspace(home).datasets()
    assert card.about["source"]["connection"] == "shop"
    assert str(base) not in str(card.about)


@pytest.mark.parametrize("address", ["http://127.0.0.1/ratings.csv", "file:///etc/passwd", "ratings.csv"])
def test_an_address_that_is_not_fetched_gets_a_sentence(at: AppTest, address: str):
    at.text_input(key="web-address").set_value(address)
    press(at, "Fetch")
    assert not at.exception
    (error,) = at.error
    assert error.value.endswith(("upload the file\\.", "csv"))
    assert any(button.label == "Add" for button in at.button), "the other ways are still there"


def test_ways_that_the_operator_has_not_opened_say_how(at: AppTest, monkeypatch, tmp_path):
    monkeypatch.delenv("FORETASTE_DATA_ROOT", raising=False)
    monkeypatch.setenv("FORETASTE_SECRETS", str(tmp_path / "empty.toml"))
    (tmp_path / "empty.toml").write_text("")
    at.run()
    assert not at.error
    assert "FORETASTE_DATA_ROOT" in said(at)
    assert "No database is connected yet" in said(at)


def test_the_recipe_of_one_month_reads_the_next(at: AppTest, home: Path):
    upload(at, GOOD.encode(), "may.csv")
    box(at, "Time").set_value(None).run()
    at.segmented_control(key="draft-meaning").set_value("Likes from a threshold on").run()
    press(at, "Import")
    press(at, "Import next month")
    upload(at, GOOD.replace("u1,", "u77,").encode(), "june.csv")
    assert box(at, "Time").value is None
    assert at.segmented_control(key="draft-meaning").value == "Likes from a threshold on"
    press(at, "Import")
    june, may = Workspace(home).datasets()
    assert june.about["recipe"] == may.about["recipe"]


def test_the_recipe_of_an_earlier_data_set_can_be_used_and_taken_back(at: AppTest, home: Path):
    upload(at, GOOD.encode(), "may.csv")
    box(at, "Rating").set_value(None).run()
    press(at, "Import")
    press(at, "Add a data set")
    upload(at, GOOD.encode(), "june.csv")
    (may,) = Workspace(home).datasets()
    at.selectbox(key="recipe-of").set_value(may.id).run()
    assert box(at, "Rating").value is None
    next(button for button in at.button if button.key == "undo-0").click().run()
    assert box(at, "Rating").value == "rating"


def test_a_recipe_that_does_not_fit_is_a_sentence_and_can_be_taken_back(at: AppTest, home: Path):
    upload(at, GOOD.encode(), "may.csv")
    press(at, "Import")
    press(at, "Import next month")
    upload(at, EVENTS.encode(), "june.csv")
    assert not at.exception
    assert "no column" in said(at)
    assert [box(at, label).value for label in ("Person", "Item")] == [None, None]
    box(at, "Person").set_value("visitor").run()
    assert not at.exception


def test_a_draft_waits_while_a_data_set_is_looked_at(demo: str, home: Path):
    at = opened()
    press(at, "Add a data set")
    upload(at, GOOD.encode())
    at.query_params["data"] = demo
    at.run()
    assert metrics(at)["People"] == "600"
    press(at, "Go on with it")
    assert metrics(at)["People"] == "8"


def test_items_and_people_can_be_searched(demo: str):
    at = opened()
    search = next(one for one in at.text_input if one.label == "Search items")
    title = at.dataframe[1].value["title"].iloc[0]
    search.set_value(title.upper()).run()
    assert title in set(at.dataframe[1].value["title"])
    assert len(at.dataframe[1].value) < 200
    next(one for one in at.text_input if one.label == "Search people").set_value("no such person").run()
    assert "Nothing fits no such person" in said(at)


def test_text_from_files_is_shown_as_it_is(at: AppTest):
    hostile = "<b>x</b> [a](http://b)"
    upload(at, GOOD.replace("rating,", f"{hostile},").replace("user_id", "user").encode(), f"{hostile}.csv")
    for part in (*at.markdown, *at.caption, *at.error):
        assert "[a](http://b)" not in part.value
        assert "<b>" not in part.value
