"""Where a run stands, in figures and in words."""

import json

import pytest

from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.standing import Against, plain_spec, standing
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from recsys_core.statistics.estimates import Estimate
from recsys_core.types import Feedback
from tests.runs.builders import camps, keep, keep_run

RANDOM = SplitRecipe(key="random")


def trained(workspace: Workspace, spec: TrainSpec) -> RunCard:
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec)
    run_job(workspace, jobs, job)
    return workspace.find_run(str(jobs.find(job.id).run))


def test_a_run_stands_beside_popularity_and_what_is_missing_can_be_trained(tmp_path):
    workspace = Workspace(tmp_path)
    card = keep(workspace, camps(n=40))
    run = trained(workspace, TrainSpec(dataset=card.id, model="item_knn", split=RANDOM, seed=2))
    found = standing(workspace, run)
    assert found is not None
    assert (found.metric, found.value) == ("ndcg@10", run.about["metrics"]["ndcg@10"]["value"])
    (popularity,) = found.against
    assert popularity.run.model == "popularity"
    assert popularity.is_better
    assert popularity.is_certain
    assert popularity.difference.value == pytest.approx(found.value - popularity.value)
    assert "× Popularity (0." in found.sentence
    assert found.missing == ("ease",)

    ease = trained(workspace, plain_spec(run, "ease"))
    assert ease.split_fingerprint == run.split_fingerprint
    worse = trained(workspace, plain_spec(run, "ease"))
    worse.about["metrics"]["ndcg@10"]["value"] = 0.0
    with workspace.database.connect() as db:
        db.execute("UPDATE runs SET about = ? WHERE id = ?", (json.dumps(worse.about), worse.id))
    found = standing(workspace, run)
    assert found is not None
    assert [one.run.id for one in found.against] == [popularity.run.id, ease.id]  # the best EASE counts
    assert found.missing == ()
    assert [one.run.model for one in standing(workspace, ease).against] == ["popularity"]


def test_runs_on_other_splits_do_not_count(tmp_path):
    workspace = Workspace(tmp_path)
    card = keep(workspace, camps(n=40))
    run = trained(workspace, TrainSpec(dataset=card.id, model="item_knn", split=RANDOM))
    trained(workspace, TrainSpec(dataset=card.id, model="ease", split=SplitRecipe(key="random", seed=9)))
    found = standing(workspace, run)
    assert found is not None
    assert found.missing == ("ease",)
    assert standing(workspace, keep_run(workspace, card)) is None  # popularity itself


def test_only_people_whom_both_were_judged_on_count(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path)
    card = keep(workspace, camps(n=40))
    run, popularity = keep_run(workspace, card), keep_run(workspace, card)
    run.about["model"] = "item_knn"
    whole = workspace.per_user(popularity.id)["ndcg@10"]
    people = {run.id: whole.users[:12], popularity.id: whole.users}
    monkeypatch.setattr(workspace, "per_user", lambda one: {"ndcg@10": whole.among(people[one])})
    monkeypatch.setattr(workspace, "runs", lambda: [run, popularity])
    (found,) = standing(workspace, run).against
    assert found.value == whole.among(whole.users[:12]).value() != whole.value()
    assert found.difference.value == 0
    people[popularity.id] = whole.users[12:]
    assert standing(workspace, run).against == ()


def test_nothing_is_offered_on_a_split_that_only_a_fine_tuning_has(tmp_path):
    workspace = Workspace(tmp_path)
    card = keep(workspace, camps(n=40))
    run = trained(workspace, TrainSpec(dataset=card.id, model="item_knn", split=RANDOM))
    run.about["fine_tune"] = {"moved": 3}
    assert standing(workspace, run).missing == ()
    run.about["fine_tune"] = {"moved": 0}
    assert standing(workspace, run).missing == ("ease",)


def test_ratings_are_measured_against_biases(tmp_path):
    workspace = Workspace(tmp_path)
    card = keep(workspace, camps(n=40, feedback=Feedback.EXPLICIT))
    run = trained(workspace, TrainSpec(dataset=card.id, model="svdpp", split=RANDOM, settings={"epochs": 12}))
    assert standing(workspace, run).missing == ("bias", "biased_mf")
    trained(workspace, plain_spec(run, "bias"))
    found = standing(workspace, run)
    assert found.metric == "rmse"
    (bias,) = found.against
    assert bias.is_better == (found.value < bias.value)
    assert "lower than Bias baseline" in bias.words
    assert found.missing == ("biased_mf",)


def against(mine: float, theirs: float, low: float | None, high: float | None, higher: bool = True) -> Against:
    run = RunCard("ease-1", "d", 0.0, {"model": "ease", "title": "EASE"})
    return Against(run, theirs, Estimate(mine - theirs, low, high), higher)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (against(0.231, 0.110, 0.1, 0.14), "2.1× EASE"),
        (against(0.231, 0.241, -0.03, 0.01), "4.1 % below EASE"),
        (against(0.260, 0.241, 0.01, 0.03), "7.9 % above EASE"),
        (against(0.3, 0.24, 0.01, 0.03), "25 % above EASE"),
        (against(0.24, 0.24, -0.01, 0.01), "the same as EASE"),
        (against(0.1, 0.0, 0.01, 0.2), "above EASE"),
        (against(0.9, 0.95, -0.06, -0.04, higher=False), "5.3 % lower than EASE"),
        (against(0.1, 0.0, 0.05, 0.15, higher=False), "above EASE"),
    ],
)
def test_the_words_say_how_far_apart_they_are(one, words):
    assert one.words == words


def test_the_words_say_what_chance_may_have_to_do_with_it():
    assert (
        against(0.231, 0.241, -0.03, 0.01).certainty
        == "within chance: 95 % interval of the difference −0.030 to +0.010"
    )
    assert against(0.26, 0.24, 0.01, 0.03).certainty.startswith("95 % interval")
    assert "too few" in against(0.26, 0.24, None, None).certainty
    assert against(0.9, 0.95, -0.06, -0.04, higher=False).is_better
    assert against(0.9, 0.95, -0.06, -0.04, higher=False).is_certain
