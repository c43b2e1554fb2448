"""What content bought finished runs, what is missing to tell, and the shell's word for it."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from recsys_core import cli
from recsys_core.comparing.ablation import EVERYTHING
from recsys_core.data.dataset import Dataset
from recsys_core.errors import ConfigError
from recsys_core.runs.ablation import answers, missing_specs, questions_about
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.store import RunCard, Workspace, open_workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from recsys_core.statistics.paired import paired_difference
from recsys_core.warm_and_cold import Side
from tests import worlds
from tests.runs.builders import keep

COLD = SplitRecipe(key="cold-item", test_share=0.3)
READS = {"text": "none", "pictures": "none", "attributes": True, "people": False}
LEARNS = {"epochs": 8, "embedding_size": 8, "content_size": 16}


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return open_workspace(home)


def with_genres() -> Dataset:
    """Two camps of people, each with a genre of its own."""
    made = worlds.two_camps(60, items_per_camp=15).dataset
    made.item_table["genres"] = pd.Series([("even", "odd")[item % 2 :][:1] for item in range(30)], dtype=object)
    return made


def trained(workspace: Workspace, split: SplitRecipe = COLD, seed: int = 0, model: str = "content", **reads: Any):
    """A run on items whose genre tells who likes them."""
    datasets = workspace.datasets()
    card = datasets[0] if datasets else keep(workspace, with_genres())
    settings = LEARNS | READS | reads if model in ("content", "two_tower") else {}
    spec = TrainSpec(dataset=card.id, model=model, settings=settings, split=split, seed=seed)
    return run_spec(workspace, spec)


def run_spec(workspace: Workspace, spec: TrainSpec) -> RunCard:
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec)
    run_job(workspace, jobs, job)
    return workspace.find_run(jobs.find(job.id).run)


def test_what_is_missing_is_trained_and_then_the_answer_is_there(workspace):
    run = trained(workspace)
    (question,) = questions_about(workspace, run)
    assert (question.what, question.missing) == ("attributes of items", [0])
    assert answers(workspace, question, "ndcg@10") == []
    (spec,) = missing_specs(workspace, [question])
    assert spec.settings == LEARNS | READS | {"attributes": False}
    assert (spec.split, spec.seed, spec.model) == (COLD, 0, "content")
    blind = run_spec(workspace, spec)
    (question,) = questions_about(workspace, run)
    assert missing_specs(workspace, [question]) == []
    (one,) = answers(workspace, question, "ndcg@10")
    expected = paired_difference(
        workspace.apart(run.id)["new-items/ndcg@10"], workspace.apart(blind.id)["new-items/ndcg@10"]
    )
    assert one.side is Side.NEW_ITEMS  # on this split, all that is to be found
    assert one.estimate.value == pytest.approx(expected.value)
    assert one.estimate.value > 0.1  # who is told the genre of a new item knows who likes it
    assert one.estimate.is_certain


def test_without_new_items_the_answer_is_among_all(workspace):
    recipe = SplitRecipe(key="random", test_share=0.1)
    run, blind = trained(workspace, recipe), trained(workspace, recipe, attributes=False)
    (question,) = questions_about(workspace, run)
    sides = [one.side for one in answers(workspace, question, "ndcg@10")]
    assert sides == ([None] if "new-items" not in blind.about["apart"] else [Side.NEW_ITEMS, Side.MET_ITEMS])
    with pytest.raises(ConfigError, match="no figure of single people"):
        answers(workspace, question, "coverage@10")


def test_what_cannot_be_taken_apart_is_refused_in_words(workspace):
    with pytest.raises(ConfigError, match="reads nothing"):
        questions_about(workspace, trained(workspace, attributes=False))
    with pytest.raises(ConfigError, match="cannot be told what to read"):
        questions_about(workspace, trained(workspace, model="popularity"))
    older, _ = trained(workspace), trained(workspace)
    with pytest.raises(ConfigError, match="a newer run repeats it"):
        questions_about(workspace, older)


def test_the_shell_trains_what_is_missing_and_tells(workspace, capsys):
    run = trained(workspace)
    assert cli.main(["ablation", run.id]) == 0
    assert "1 training missing to tell all of it" in capsys.readouterr().out
    assert cli.main(["ablation", run.id, "--train", "--json"]) == 0
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert "training content with text none, pictures none, attributes False" in err
    assert (document["missing"], document["failed"]) == (0, [])
    (bought,) = document["bought"]
    (question,) = questions_about(workspace, run)
    (one,) = answers(workspace, question, "ndcg@10")
    assert bought["value"] == one.estimate.value
    assert (bought["what"], bought["side"]) == ("attributes of items", "new-items")
    assert question.what != EVERYTHING
    assert cli.main(["ablation", run.id]) == 0
    assert "Attributes of items: NDCG@10 +" in capsys.readouterr().out
    assert cli.main(["ablation", "nothing", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "unknown-run"
