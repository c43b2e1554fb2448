"""Metrics and Cost on Compare: curves, ratings, words, and runs from before a figure existed."""

import json

import pandas as pd
import pytest

from pages.shared.metric_table import height_of, width_of
from pages.shared.nav import COMPARE
from recsys_core.metrics import METRICS, Group
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.types import Feedback
from tests.pages.test_train_page import opened, said
from tests.runs.builders import camps, keep
from tests.runs.test_comparison import trained


@pytest.fixture
def runs(workspace: Workspace) -> list[RunCard]:
    """Popularity, EASE and the biases, of which the last predicts ratings."""
    card = keep(workspace, camps(feedback=Feedback.EXPLICIT))
    jobs = Jobs(workspace.database)
    for model in ("ease", "bias"):
        run_job(workspace, jobs, jobs.begin(TrainSpec(dataset=card.id, model=model)))
    return workspace.runs()


def make_old(workspace: Workspace, run: RunCard) -> None:
    """As runs were before they noted their cost, with the metrics of that time."""
    known = {"ndcg", "recall", "precision", "coverage", "rmse"}
    about = {name: value for name, value in run.about.items() if name not in {"scoring_ms", "memory", "model_bytes"}}
    about["metrics"] = {name: one for name, one in run.about["metrics"].items() if name.partition("@")[0] in known}
    with workspace.database.connect() as db:
        db.execute("UPDATE runs SET about = ? WHERE id = ?", (json.dumps(about), run.id))


def test_metrics_are_drawn_over_k_and_told_in_words(runs):
    at = opened(COMPARE, section="Metrics")
    assert not at.exception
    assert not at.error
    told = said(at)
    assert "NDCG: " in told
    assert "intervals over people" in told
    assert "recall goes from" in told
    assert "first 10" in told
    assert "Where about" in told or "mean what they say" in told  # the biases predict ratings
    accuracy = [metric.about for metric in METRICS if metric.about.group is Group.ACCURACY]
    assert all(f"**{words.title}**" in told for words in accuracy)
    assert len(at.get("plotly_chart")) == 4
    (table,) = at.dataframe
    assert {"NDCG", "Capped recall", "AUC"} <= set(table.value.columns)
    assert "Novelty" not in table.value.columns
    at.segmented_control(key="pick-group").set_value(str(Group.BEYOND)).run()
    assert {"Novelty", "Gini of exposure", "Serendipity"} <= set(at.dataframe[0].value.columns)


def test_a_metric_without_list_length_has_no_curve_and_says_so(runs):
    at = opened(COMPARE, section="Metrics", metric="auc")
    assert not at.error
    assert "AUC does not depend on the length of the list" in said(at)
    assert len(at.get("plotly_chart")) == 3


def test_costs_stand_beside_the_figure(runs):
    at = opened(COMPARE, section="Cost")
    assert not at.error
    assert len(at.get("plotly_chart")) == 1
    columns = ("Training, seconds", "Scoring, ms per person", "Model size, MB")
    assert (at.dataframe[0].value[list(columns)] >= 0).all(axis=None)
    at.selectbox(key="pick-cost").set_value("Model size").run()
    assert "MB on disk" in said(at)


def test_old_runs_have_neither_cost_nor_new_metrics_and_are_still_shown(workspace, runs):
    make_old(workspace, runs[0])
    for section in ("Metrics", "Cost", "Overview"):
        assert not opened(COMPARE, section=section).error
    at = opened(COMPARE, section="Cost", cost="Scoring")
    assert "Of 1 run this was not measured" in said(at)
    assert at.dataframe[0].value["Scoring, ms per person"].isna().sum() == 1
    for run in runs[1:]:
        make_old(workspace, run)
    at = opened(COMPARE, section="Cost", cost="Scoring")
    assert not at.error
    assert "was not measured for any of these models" in said(at)


def test_a_run_whose_files_are_gone_is_told_and_its_figures_still_stand(home, workspace, runs):
    bias = next(run for run in runs if run.model == "bias")
    (home / "runs" / bias.id / "roles.npy").unlink()
    at = opened(COMPARE, section="Metrics")
    assert [error.value for error in at.error if "cannot be read" in error.value.replace("\\", "")]
    assert "RMSE" not in at.dataframe[0].value.columns
    assert len(at.dataframe[0].value) == 3


def test_a_single_run_is_a_comparison_too(workspace):
    card = keep(workspace, camps())
    jobs = Jobs(workspace.database)
    run_job(workspace, jobs, jobs.begin(TrainSpec(dataset=card.id, model="popularity")))
    for section in ("Metrics", "Cost"):
        at = opened(COMPARE, section=section)
        assert not at.error
        assert not at.exception


def test_of_models_with_the_same_figures_none_leads(workspace):
    dataset = keep(workspace, camps()).id
    for rank in (64, 128):  # which the exact solver does not look at
        trained(workspace, dataset, "ease", settings={"rank": rank})
    workspace.delete_run(next(run.id for run in workspace.runs() if run.model == "popularity"))
    at = opened(COMPARE, section="Metrics", metric="ndcg")
    (finding,) = [words.value for words in at.markdown if "at every list length" in words.value]
    assert all(f"rank {rank}" in finding for rank in (64, 128))


def test_tables_of_six_models_with_three_seeds_are_shown_whole():
    assert height_of(pd.DataFrame({"Model": ["A"] * 18})) == "content"
    assert height_of(pd.DataFrame({"Model": ["A"] * 31})) == "auto"
    assert width_of(["MF (dot product), seed 0"]) > 150
    assert width_of(["EASE"]) is width_of([]) is None
