"""What another model would have been clicked: the step of Engagement, and the sections that quote it."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from recsys_core.evaluation import evaluate
from tests.engagement.weighed import furnished

ROOT = Path(__file__).resolve().parents[2]


def opened(page: str, **query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    for key, value in query.items():
        at.query_params[key] = value
    return at.switch_page(str(ROOT / page)).run()


def step() -> AppTest:
    return opened("pages/show/engagement.py", step="Another model's clicks")


def test_without_logs_there_is_a_way_in(jobs, workspace):
    page = step()
    assert not page.exception
    assert not page.error
    assert any("There is no impression log yet" in one.value for one in page.markdown)


def test_models_are_judged_with_all_that_it_rests_on(jobs, home):
    furnished(home)
    page = step()
    assert not page.exception
    assert not page.error
    assert len(page.get("plotly_chart")) == 3
    assert any("would get a CTR of" in one.value for one in page.markdown)
    assert [one.label for one in page.metric] == [
        "Effective sample",
        "Effective clicks",
        "Mean weight",
        "Largest weight",
        "Never shown",
    ]
    assert {box.label: box.value for box in page.selectbox}["Reach of a slot"] == "0.1"


def test_a_log_whose_items_no_model_knows_leads_to_training(jobs, home):
    workspace, run, _ = furnished(home)
    workspace.delete_run(run)
    page = step()
    assert not page.exception
    assert not page.error
    assert any("No model here knows the items" in one.value for one in page.markdown)


def test_compare_has_the_same_estimates(jobs, home):
    furnished(home)
    page = opened("pages/learn/compare.py", section="Clicks")
    assert not page.exception
    assert any("would be clicked at" in one.value for one in page.markdown)
    assert len(page.get("plotly_chart")) == 1


def line(dataset: str) -> None:
    from types import SimpleNamespace

    from pages.shared.transfer_ctr import ctr_line

    ctr_line(SimpleNamespace(dataset=dataset, run="source"))  # type: ignore[arg-type]


@pytest.mark.parametrize(("source", "lines"), [("source", 1), ("another", 0)])
def test_the_evidence_of_a_transfer_has_a_line(home, source, lines):
    workspace, run, _ = furnished(home)
    kept = workspace.load_run(run)
    report = evaluate(kept.model, kept.split.test, kept.split.dataset)
    workspace.save_run(kept.about | {"transfer": {"run": source}}, kept.model, kept.split, report)
    page = AppTest.from_function(line, args=(workspace.find_run(run).dataset,), default_timeout=60).run()
    assert not page.exception
    assert len(page.caption) == lines
    assert all("Clicks, estimated from the log" in one.value for one in page.caption)
