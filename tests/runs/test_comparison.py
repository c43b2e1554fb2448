"""Finished runs side by side: what is refused, what is taken unasked, and which plain models are missing."""

import json

import pytest

from recsys_core.comparing.contenders import Contender
from recsys_core.errors import ConfigError
from recsys_core.runs.comparison import MOST_CHOSEN, compare_runs, missing_baselines, sensible_choice
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from recsys_core.statistics.paired import paired_difference
from recsys_core.types import Feedback
from tests.runs.builders import RANDOM, camps, keep


def trained(workspace: Workspace, dataset: str, model: str, split: SplitRecipe = RANDOM, **spec: object) -> RunCard:
    jobs = Jobs(workspace.database)
    job = jobs.begin(TrainSpec(dataset=dataset, model=model, split=split, **spec))
    run_job(workspace, jobs, job)
    return workspace.find_run(str(jobs.find(job.id).run))


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def dataset(workspace) -> str:
    return keep(workspace, camps(n=40)).id


def test_runs_are_compared_over_people_and_seeds_as_one(workspace, dataset):
    knn = trained(workspace, dataset, "item_knn")
    seeds = [trained(workspace, dataset, "gmf", seed=seed, settings={"epochs": 2}) for seed in (0, 1)]
    found = compare_runs(workspace, [knn, *seeds], "ndcg@10")
    assert {one.contender.model: one.contender.runs for one in found.judged} == {
        "item_knn": (knn.id,),
        "gmf": tuple(run.id for run in seeds),
    }
    (pair,) = compare_runs(workspace, [knn, seeds[0]], "ndcg@10").pairs
    whose = {"item_knn": knn, "gmf": seeds[0]}
    ranked = compare_runs(workspace, [knn, seeds[0]], "ndcg@10").judged
    mine, theirs = (workspace.per_user(whose[one.contender.model].id)["ndcg@10"] for one in ranked)
    assert vars(pair.difference) == pytest.approx(vars(paired_difference(mine, theirs)))
    coverage = compare_runs(workspace, [knn, *seeds], "coverage@10")
    assert (coverage.people, coverage.pairs) == (0, ())


def test_runs_that_were_judged_otherwise_are_refused_with_the_difference(workspace, dataset):
    run = trained(workspace, dataset, "item_knn")
    other = trained(workspace, dataset, "item_knn", SplitRecipe(key="random", seed=9))
    with pytest.raises(ConfigError, match="not judged alike; what differs: split .*seed 0 against .*seed 9") as error:
        compare_runs(workspace, [run, other], "ndcg@10")
    assert error.value.code == "not-judged-alike"
    songs = keep(workspace, camps("songs", n=40, seed=2)).id
    with pytest.raises(ConfigError, match=r"data set \(camps, .* against songs, "):
        compare_runs(workspace, [run, trained(workspace, songs, "item_knn")], "ndcg@10")
    stars = keep(workspace, camps("stars", n=40, feedback=Feedback.EXPLICIT)).id
    with pytest.raises(ConfigError, match=r"data set \(camps, .* against stars, "):
        compare_runs(workspace, [run, trained(workspace, stars, "bias")], "ndcg@10")
    with pytest.raises(ConfigError, match="None of these runs has the figure 'rmse'"):
        compare_runs(workspace, [run], "rmse")


def test_runs_outlive_their_data_set_but_plain_models_can_no_longer_be_trained(workspace, dataset):
    knn, als = (trained(workspace, dataset, model) for model in ("item_knn", "als"))
    (ease,) = [one for one in missing_baselines(workspace, [knn, als], "ndcg@10") if one.model == "ease"]
    assert ease.spec is not None
    workspace.delete_dataset(dataset)
    assert len(compare_runs(workspace, [knn, als], "ndcg@10").pairs) == 1
    (ease,) = [one for one in missing_baselines(workspace, [knn, als], "ndcg@10") if one.model == "ease"]
    assert (ease.run, ease.spec) == (None, None)


def test_a_plain_model_of_the_split_is_found_and_a_missing_one_can_be_trained(workspace, dataset):
    knn = trained(workspace, dataset, "item_knn")  # trains popularity as well
    popularity, ease = missing_baselines(workspace, [knn], "ndcg@10")
    assert (popularity.model, ease.model) == ("popularity", "ease")
    assert popularity.run is not None
    assert popularity.run.model == "popularity"
    assert ease.run is None
    assert ease.spec is not None
    own = trained(workspace, dataset, ease.spec.model, ease.spec.split)
    assert own.split_fingerprint == knn.split_fingerprint
    assert missing_baselines(workspace, [knn, own, popularity.run], "ndcg@10") == []
    knn.about["fine_tune"] = {"moved": 3}  # no recipe leads to such a split
    workspace.delete_run(own.id)
    assert missing_baselines(workspace, [knn], "ndcg@10")[1].spec is None


def test_for_ratings_the_plain_models_are_biases(workspace):
    stars = keep(workspace, camps("stars", n=40, feedback=Feedback.EXPLICIT)).id
    run = trained(workspace, stars, "svdpp", settings={"epochs": 2})
    assert [one.model for one in missing_baselines(workspace, [run], "rmse")] == ["bias", "biased_mf"]


def test_a_run_without_the_figure_of_an_older_version_is_left_out(workspace, dataset):
    knn, als = (trained(workspace, dataset, model) for model in ("item_knn", "als"))
    del als.about["metrics"]["mrr@10"]
    with workspace.database.connect() as db:
        db.execute("UPDATE runs SET about = ? WHERE id = ?", (json.dumps(als.about), als.id))
    found = compare_runs(workspace, [knn, workspace.find_run(als.id)], "mrr@10")
    assert [one.contender.model for one in found.judged] == ["item_knn"]


def contender(run: str, model: str) -> Contender:
    return Contender((run,), (0,), model, run, True)


def valued(run: str, model: str, value: float | None) -> RunCard:
    metrics = {} if value is None else {"ndcg@10": {"value": value}}
    return RunCard(run, "d", 0.0, {"model": model, "metrics": metrics})


def test_few_are_taken_all_and_of_many_the_plain_ones_and_the_best_of_each_model():
    runs = [valued(f"neumf-{place}", "neumf", place / 100) for place in range(30)]
    runs += [valued("popularity-1", "popularity", 0.01), valued("ease-1", "ease", 0.02)]
    runs += [valued("als-1", "als", 0.001), valued("bias-1", "bias", None)]
    offered = [contender(run.id, run.model) for run in runs]
    few = sensible_choice(offered[:5], runs, "ndcg@10")
    assert [one.id for one in few] == ["neumf-4", "neumf-3", "neumf-2", "neumf-1", "neumf-0"]
    many = [one.id for one in sensible_choice(offered, runs, "ndcg@10")]
    assert len(many) == MOST_CHOSEN
    assert {"popularity-1", "ease-1", "als-1", "bias-1", "neumf-29"} <= set(many)
    assert many[0] == "neumf-29"


def test_the_plain_ones_are_taken_even_where_there_are_too_many_models():
    runs = [valued(f"{place}-1", f"model {place}", 0.5) for place in range(20)]
    runs += [valued("popularity-1", "popularity", 0.01), valued("ease-1", "ease", 0.02)]
    offered = [contender(run.id, run.model) for run in runs]
    chosen = {one.id for one in sensible_choice(offered, runs, "ndcg@10")}
    assert {"popularity-1", "ease-1"} < chosen
    assert len(chosen) == MOST_CHOSEN
