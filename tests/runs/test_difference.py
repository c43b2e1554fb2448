"""Two runs side by side."""

import pytest

from recsys_core.runs.difference import differences, in_words
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from tests.runs.builders import camps, keep

RANDOM = SplitRecipe(key="random")


@pytest.fixture
def train(tmp_path):
    workspace = Workspace(tmp_path)
    dataset = keep(workspace, camps()).id
    jobs = Jobs(workspace.database)

    def run(**spec) -> RunCard:
        job = jobs.begin(TrainSpec(**({"dataset": dataset, "model": "item_knn", "split": RANDOM} | spec)))
        run_job(workspace, jobs, job)
        return workspace.find_run(str(jobs.find(job.id).run))

    return run


def test_the_same_again_differs_in_nothing(train):
    assert in_words(differences(train(), train())).startswith("Nothing differs:")


def test_one_thing_is_said_with_both_values(train):
    assert in_words(differences(train(), train(seed=4))) == "Nothing differs but the seed: 0 and 4."


def test_several_are_named_and_laid_side_by_side(train):
    found = differences(
        train(settings={"neighbours": 5, "shrinkage": 2.5}), train(split=SplitRecipe(key="random", seed=1))
    )
    assert [(one.what, one.left, one.right) for one in found] == [
        ("neighbours", "5", "100"),
        ("shrinkage", "2.5", "10.0"),
        ("seed of the split", "0", "1"),
    ]
    assert in_words(found) == "3 things differ: neighbours, shrinkage and seed of the split."


def test_of_two_models_only_settings_that_both_have_are_compared(train):
    found = differences(train(model="item_knn"), train(model="ease"))
    assert ("model", "ItemKNN", "EASE") in [(one.what, one.left, one.right) for one in found]
    assert not {"neighbours", "solver"} & {one.what for one in found}


def test_versions_and_the_machine_are_part_of_it(train):
    one, other = train(), train()
    other.about["passport"]["versions"]["torch"] = "1.0"
    other.about["passport"]["device"] = "cuda"
    assert [each.part for each in differences(one, other)] == ["Machine", "Versions"]


def test_runs_from_before_something_was_noted_down_are_compared_as_well(train):
    one, other = train(), train()
    for part in ("threads", "machine", "versions", "stopping_metric"):
        other.about["passport"].pop(part)
    other.about["passport"]["config"].pop("shrinkage")
    assert ("shrinkage", "10.0", "–") in [(each.what, each.left, each.right) for each in differences(one, other)]
