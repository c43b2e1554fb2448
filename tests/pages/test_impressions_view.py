"""Impression logs on a page, without the page around them."""

import pytest
from streamlit.testing.v1 import AppTest

from recsys_core.data.impressions.importing import import_log
from recsys_core.runs.store import Workspace
from tests.data.files import write
from tests.worlds import golden

ROWS = "".join(f"i{n % 7},{1 + n % 3},{int(n % 4 == 0)},{1_700_000_000 + 900 * n}\n" for n in range(800))
TEXT = "item,position,click,time\n" + ROWS


def section() -> None:
    from pages.shared.impressions_view import impressions_section

    impressions_section()


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_function(section, default_timeout=30)


def test_without_logs_there_is_a_way_in(home, page):
    Workspace(home)
    page.run()
    assert not page.exception
    assert len(page.get("file_uploader")) == 1
    assert not page.metric


def test_rates_charts_and_fit_are_shown(home, tmp_path, page):
    workspace = Workspace(home)
    made = import_log(write(tmp_path, TEXT, "log.csv"), "shown *here*")
    workspace.save_log(made.log, made.summary())
    workspace.save_dataset(
        golden(), {"users": 4, "items": 6, "interactions": 13, "feedback": "explicit", "findings": []}
    )
    page.run()
    assert not page.exception
    values = {metric.label: metric.value for metric in page.metric}
    assert values == {"Impressions": "800", "Clicks": "200", "CTR": "25.0%", "Items": "7"}
    assert len(page.get("plotly_chart")) == 3
    (fit,) = [table.value for table in page.dataframe]
    assert fit["In both"].tolist() == [6]
    assert fit["Examples only in the log"].tolist() == ["i6"]


def test_a_bare_log_has_no_charts_that_need_more(home, tmp_path, page):
    workspace = Workspace(home)
    made = import_log(write(tmp_path, "item,click\na,1\nb,0\n", "log.csv"), "bare")
    workspace.save_log(made.log, made.summary())
    page.run()
    assert not page.exception
    assert not page.get("plotly_chart")


def test_a_file_is_shown_changed_and_imported(home, page):
    workspace = Workspace(home)
    page.run()
    page.get("file_uploader")[0].upload("my log.csv", TEXT.encode())
    page.run()
    assert not page.exception
    roles = {box.label: box.value for box in page.selectbox}
    assert roles == {
        "Person": None,
        "Item": "item",
        "Position": "position",
        "Click": "click",
        "Propensity": None,
        "Time": "time",
    }
    next(box for box in page.selectbox if box.label == "Position").select_index(0)
    page.run()
    next(button for button in page.button if button.label == "Import").click()
    page.run()
    assert not page.exception
    (card,) = workspace.logs()
    assert (card.name, card.about["impressions"]) == ("my log", 800)
    assert workspace.load_log(card.id).positions is None


def test_a_file_that_is_no_log_gets_a_sentence_and_can_be_put_away(home, page):
    Workspace(home)
    page.run()
    page.get("file_uploader")[0].upload("ratings.csv", b"user,item,rating\na,b,3\nc,d,4\na,d,5\n")
    page.run()
    assert not page.exception
    assert "clicked" in page.error[0].value
    assert next(button for button in page.button if button.label == "Import").disabled
    next(button for button in page.button if button.label == "Cancel").click()
    page.run()
    assert not page.error


def test_a_log_is_deleted_once_somebody_is_sure(home, tmp_path, page):
    workspace = Workspace(home)
    made = import_log(write(tmp_path, TEXT, "log.csv"), "shown")
    workspace.save_log(made.log, made.summary())
    page.run()
    delete = next(button for button in page.button if button.label == "Delete")
    assert delete.disabled
    page.checkbox[0].check().run()
    next(button for button in page.button if button.label == "Delete").click().run()
    assert workspace.logs() == []
    assert not page.metric
