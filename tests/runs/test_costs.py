"""What a run notes down of its cost, and figures that come back from disk."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.preflight import memory
from recsys_core.preflight.forecast import Forecast
from recsys_core.runs.cards import bytes_in
from recsys_core.runs.forecasts import Forecasts
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.passport import describe
from recsys_core.runs.popularity_run import ensure_popularity
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.training_job import run_job
from tests.runs.builders import a_run, camps, keep, spec


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path)


def trained(workspace: Workspace, told: TrainSpec) -> RunCard:
    jobs = Jobs(workspace.database)
    run_job(workspace, jobs, jobs.begin(told))
    return next(run for run in workspace.runs() if run.model == told.model)


def test_a_run_says_what_it_cost(workspace):
    about = trained(workspace, spec(keep(workspace, camps()).id, "ease")).about
    assert about["scoring_ms"] > 0
    assert about["model_bytes"] == bytes_in(workspace.root / "runs" / about["id"] / "model")
    assert 0 < about["model_bytes"] < about["bytes"]
    assert about["memory"] is None or about["memory"] > 0


def test_scoring_is_told_for_a_person(workspace):
    card = keep(workspace, camps())
    _, model, parts, report = a_run(workspace, card)
    report = replace(report, scoring_seconds=3.0)
    about = describe(model, card.id, parts, report, 0.1, 1, spec(card.id))
    assert about["scoring_ms"] == pytest.approx(3000 / report.users)
    assert about["memory"] is None


def test_memory_is_that_of_the_pilot_where_there_was_one(workspace):
    told = spec(keep(workspace, camps()).id, "ease")
    forecast = Forecast(0.1, 0.1, 0, 0.0, 0.1, peak=900_000_000, own=123_456_789, watched=0.1)
    Forecasts(workspace.database).keep(told, forecast)
    assert trained(workspace, told).about["memory"] == 123_456_789


def test_popularity_notes_its_cost_too(workspace):
    card = keep(workspace, camps())
    _, _, parts, _ = a_run(workspace, card)
    ensure_popularity(workspace, card.id, parts)
    (run,) = workspace.runs()
    assert run.about["scoring_ms"] >= 0
    assert "memory" in run.about


def test_memory_is_watched_from_a_moment_on(monkeypatch):
    held, peak = iter([100]), iter([150, 400, 150])
    monkeypatch.setattr(memory, "held", lambda: next(held))
    monkeypatch.setattr(memory, "peak", lambda: next(peak))
    watch = memory.Watch()
    assert watch.taken() == 300
    assert watch.taken() is None, "an earlier peak hides what is taken now"


def test_figures_of_people_come_back_as_they_were(workspace):
    """Those with a last step of their own too, such as popularity lift."""
    run = trained(workspace, spec(keep(workspace, camps()).id, "ease"))
    parts = workspace.per_user(run.id)
    assert {"auc", "popularity_lift@10", "serendipity@5", "ndcg@20"} <= set(parts)
    for name, part in parts.items():
        assert part.value() == pytest.approx(run.about["metrics"][name]["value"], abs=1e-12), name
        assert np.isfinite(part.numerator).all()
