"""Present: a story from the data to what it may bring, by link, with nothing to configure."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.browser import ROOT
from pages.shared.nav import PRESENT
from pages.shared.present_slides import SLIDES
from recsys_core.data.dataset import Dataset, blank_item_table
from recsys_core.recommending import recommend_to_user
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.types import Feedback
from tests import worlds
from tests.engagement.weighed import furnished
from tests.pages.test_recommendations_page import run_of
from tests.pages.test_train_page import press, said

WITHOUT_SIDEBAR = "<style>[data-testid=stSidebar], [data-testid=stExpandSidebarButton] { display: none }</style>"


def opened(**address: object) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.run()
    at.switch_page(str(ROOT / PRESENT.path))
    for key, value in address.items():
        at.query_params[key] = str(value)
    at.run()
    assert not at.exception
    assert not at.error
    return at


def finding(at: AppTest) -> str:
    return at.title[0].value.replace("\\", "")


def shown(at: AppTest) -> str:
    return " ".join(html.body for html in at.get("html"))


def films(**changes) -> Dataset:
    return replace(worlds.two_camps(60, Feedback.EXPLICIT).dataset, name="films", **changes)


@pytest.fixture
def run(workspace: Workspace) -> RunCard:
    run_of(workspace, films(), "popularity")
    run_of(workspace, films(), "ease")
    return run_of(workspace, films(), "item_knn")


def test_without_a_model_the_next_step_is_named(workspace):
    at = opened()
    assert "There is no model yet" in said(at)
    assert WITHOUT_SIDEBAR not in shown(at)
    assert [link.label for link in at.get("page_link")][-1] == "Train one"


def test_the_story_is_told_slide_by_slide_and_the_address_says_all_of_it(workspace, run):
    at = opened()
    assert at.query_params["run"] == run.id
    assert at.query_params["slide"] == "1"
    person = at.query_params["person"]
    loaded = workspace.load_run(run.id)
    user = loaded.split.dataset.user_ids.positions[person]
    findings = [finding(at)]
    for _ in SLIDES[1:]:
        press(at, "Next")
        findings.append(finding(at))
        assert "films" in shown(at)
        assert WITHOUT_SIDEBAR in shown(at)
        assert not [*at.selectbox, *at.multiselect, *at.slider, *at.text_input]  # nothing to configure
    assert at.button(key="slide-next").disabled
    assert at.query_params["slide"] == "6"
    assert findings[0] == "60% of all pairs of a person and an item are known"
    assert "NDCG@10" in findings[1]
    first = loaded.split.dataset.title(recommend_to_user(loaded.model, loaded.split, user, 1)[0][0])
    assert f"person {person}" in findings[2]
    assert findings[3].startswith("Recommended")
    assert findings[4].startswith("Without ")
    assert first in findings[4]
    assert findings[5].startswith("Of 10 items shown, ")
    assert "Simulated, not measured" in shown(at)  # there is no log
    assert "Simulated DAU of ItemKNN: " in shown(at)
    press(at, "Back")
    assert finding(at) == findings[4]
    press(at, "Person")
    assert finding(at) == findings[2]


def test_where_a_log_can_judge_the_model_clicks_are_estimated_from_it(home, jobs):
    _, run, _ = furnished(home)
    at = opened(run=run, slide=6)
    assert "Clicks, estimated from the log" in shown(at)
    assert "would get a CTR of" in shown(at)
    assert "Simulated" not in shown(at)


def test_a_link_opens_its_own_run_person_and_slide(workspace, run):
    other = next(one for one in workspace.runs() if one.model == "ease")
    at = opened(run=other.id, person="u7", slide=3)
    assert "EASE would show person u7" in finding(at)
    assert at.query_params["person"] == "u7"
    at = opened(run="gone-00000000", person="nobody", slide="x")
    assert at.query_params["run"] == run.id
    assert at.query_params["slide"] == "1"
    assert "not here any more" in said(at)
    assert finding(opened(slide=99)) == finding(opened(slide=6))


def test_the_model_is_the_subject_even_where_others_are_better(workspace, run):
    worse = run_of(workspace, films(), "tfidf")
    assert finding(opened(run=worse.id, slide=2)).startswith("TF-IDF profile is")


@pytest.mark.parametrize(
    ("dataset", "key"),
    [
        (films(), "bias"),
        (replace(worlds.two_camps(40).dataset, item_table=blank_item_table(20)), "ease"),
        (replace(worlds.two_camps(40, seed=1).dataset, name="<b>_data_</b>"), "popularity"),
    ],
)
def test_every_kind_of_model_and_data_has_a_story(workspace, dataset, key):
    at = opened(run=run_of(workspace, dataset, key).id)
    for _ in SLIDES[1:]:
        press(at, "Next")
        assert not at.error
        assert finding(at)
        assert "<b>_data_" not in shown(at)
