"""A run made again from its command and from its script: every figure, to the last digit."""

import io
import json
import os
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from benchmarks.browser import ROOT
from recsys_core.cli import main
from recsys_core.errors import ConfigError, StoreError
from recsys_core.runs.blend_job import blend_spec
from recsys_core.runs.jobs import Executor, FineTune, Jobs, TrainSpec, TransferFrom
from recsys_core.runs.reproduce import reproduce
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from recsys_core.training.context import Cancelled
from recsys_core.training.devices import Device
from recsys_core.training.warm_start import Part
from recsys_core.transfer.plan import Plan, Way
from recsys_core.types import Feedback
from tests.runs.builders import camps, keep

RANDOM = SplitRecipe(key="random", seed=3)
FEW = {"epochs": 3, "embedding_size": 8}


def trained(workspace: Workspace, spec: TrainSpec, stop_after: int | None = None) -> RunCard:
    def listen(event: object) -> None:
        if getattr(event, "epoch", None) == stop_after:
            raise Cancelled

    jobs = Jobs(workspace.database)
    job = jobs.begin(spec)
    run_job(workspace, jobs, job, listen if stop_after else None)
    return workspace.find_run(str(jobs.find(job.id).run))


def figures(run: RunCard) -> dict[str, float]:
    return {name: estimate["value"] for name, estimate in run.about["metrics"].items()}


def words_of(command: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words after ``python -m recsys_core``, as a shell would read them; variables before them are set."""
    words = shlex.split(command)
    while "=" in words[0]:
        monkeypatch.setenv(*words.pop(0).split("=", 1))
    assert words[:3] == ["python", "-m", "recsys_core"]
    return words[3:]


def by_command(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> dict[str, float]:
    capsys.readouterr()
    assert main([*words_of(command, monkeypatch), "--json"]) == 0
    return json.loads(capsys.readouterr().out)["metrics"]


def by_script(script: str) -> dict[str, float]:
    said = io.StringIO()
    with redirect_stdout(said):
        exec(compile(script, "script", "exec"), {})
    return {name: float(value) for name, value in (line.split() for line in said.getvalue().splitlines())}


CASES: dict[str, tuple[TrainSpec, int | None]] = {
    "epochs": (TrainSpec(dataset="", model="gmf", settings=FEW, split=RANDOM, seed=3), None),
    "compiled epochs": (TrainSpec(dataset="", model="mf", settings=FEW | {"learning_rate": 1e-3}, split=RANDOM), None),
    "stopped by hand": (
        TrainSpec(dataset="", model="gmf", settings={"epochs": 9, "schedule": "cosine", "patience": 9}),
        4,
    ),
    "closed form": (TrainSpec(dataset="", model="ease", settings={"regularisation": 3.5}, metric="recall@5"), None),
    "a row of numbers": (TrainSpec(dataset="", model="mlp", settings={"epochs": 2, "tower": [8, 4]}), None),
    "ratings": (
        TrainSpec(dataset="", model="biased_mf", settings=FEW, split=RANDOM.model_copy(update={"test_share": 0.3})),
        None,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_command_and_script_measure_the_same_to_the_last_digit(case, home, monkeypatch, capsys):
    workspace = Workspace(home)
    spec, stop_after = CASES[case]
    card = keep(workspace, camps("$HOME's; --films", 40, feedback=Feedback.EXPLICIT))
    run = trained(workspace, spec.model_copy(update={"dataset": card.id}), stop_after)
    assert run.about["epochs"] in (None, stop_after, run.about["passport"]["config"].get("epochs"))
    again = reproduce(workspace, run)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)))  # another machine: more cores
    assert by_command(again.command, monkeypatch, capsys) == figures(run)
    made = workspace.runs()[0]
    assert made.id != run.id
    assert made.about["passport"] | {"machine": 0} == run.about["passport"] | {"machine": 0}
    assert by_script(again.python) == figures(run)


def test_a_shell_understands_the_command(home):
    workspace = Workspace(home)
    card = keep(workspace, camps("a 'name' with $(touch hacked) `x` \\ and spaces", 40))
    run = trained(workspace, TrainSpec(dataset=card.id, model="gmf", settings=FEW, seed=1))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if name != "FORETASTE_HOME"} | {"PATH": path}
    done = subprocess.run(
        f"{reproduce(workspace, run).command} --json", shell=True, cwd=ROOT, env=environment, capture_output=True
    )
    assert json.loads(done.stdout)["metrics"] == figures(run)


OTHER: dict[str, Any] = {
    "model": "mf",
    "settings": {"embedding_size": 9},
    "split": SplitRecipe(key="random", threshold=3.0),
    "seed": 5,
    "metric": "recall@5",
    "device": Device.CPU,
}


@pytest.mark.parametrize("field", [name for name in TrainSpec.model_fields if name not in ("dataset", "executor")])
def test_whatever_a_spec_says_is_in_the_command(field, home):
    """A new field of specs fails here until the command says it."""
    workspace = Workspace(home)
    card = keep(workspace, camps())
    run = trained(workspace, TrainSpec(dataset=card.id, model="gmf", settings=FEW, split=RANDOM))
    before = reproduce(workspace, run).command
    others = OTHER | {
        "fine_tune": FineTune(run=run.id, rates={Part.ITEMS: 0.5}),
        "transfer": TransferFrom(run=run.id),
    }
    changed = TrainSpec.model_validate(run.about["spec"]).model_copy(update={field: others[field]})
    run.about["spec"] = changed.model_dump(mode="json")
    run.about["passport"]["config"] |= changed.settings
    run.about["passport"]["device"] = "cuda" if field == "device" else "cpu"
    again = reproduce(workspace, run)
    assert again.command != before
    assert ("GPU" in again.caveat) == (field == "device")


def test_a_fine_tuning_is_made_again(home, monkeypatch, capsys):
    workspace = Workspace(home)
    card = keep(workspace, camps("films", 40))
    source = trained(workspace, TrainSpec(dataset=card.id, model="gmf", settings=FEW, seed=3))
    tuning = FineTune(run=source.id, rates={Part.ITEMS: 0.0, Part.PEOPLE: 0.3})
    settings = FEW | {"epochs": 2, "learning_rate": 1e-3}
    run = trained(
        workspace, TrainSpec(dataset=card.id, model="gmf", settings=settings, seed=3, split=RANDOM, fine_tune=tuning)
    )
    again = reproduce(workspace, run)
    assert by_command(again.command, monkeypatch, capsys) == figures(run)
    assert by_script(again.python) == figures(run)
    workspace.delete_run(source.id)
    with pytest.raises(StoreError, match="which this one went on from"):
        reproduce(workspace, run)


@pytest.mark.parametrize("plan", [Plan(way=Way.FULL, carry=frozenset({Part.ITEMS}), pull=0.2), Plan(way=Way.JOINT)])
def test_a_transfer_is_made_again(plan, home, monkeypatch, capsys):
    workspace = Workspace(home)
    source = trained(workspace, TrainSpec(dataset=keep(workspace, camps("films", 40)).id, model="gmf", settings=FEW))
    card = keep(workspace, camps("series", 30, seed=1))
    start = TransferFrom(run=source.id, plan=plan, people=False, pairs={"i0": "i2", "i2": ""})
    settings = source.about["passport"]["config"] | {"epochs": 2}
    run = trained(
        workspace, TrainSpec(dataset=card.id, model="gmf", settings=settings, split=RANDOM, seed=4, transfer=start)
    )
    again = reproduce(workspace, run)
    assert by_command(again.command, monkeypatch, capsys) == figures(run)
    assert by_script(again.python) == figures(run)
    made = workspace.runs()[0]
    assert made.about["passport"] | {"machine": 0} == run.about["passport"] | {"machine": 0}
    workspace.delete_run(source.id)
    with pytest.raises(StoreError, match="which this one went on from"):
        reproduce(workspace, run)


def test_a_data_set_is_named_so_that_it_is_found(home, monkeypatch):
    workspace = Workspace(home)
    first = keep(workspace, camps("films"))
    runs = [trained(workspace, TrainSpec(dataset=first.id, model="ease", executor=Executor.PROCESS))]
    for dataset in (camps("films", seed=1), camps("-x"), camps(first.id)):
        card = keep(workspace, dataset)
        runs.append(trained(workspace, TrainSpec(dataset=card.id, model="ease")))
    for run in runs:
        name = words_of(reproduce(workspace, run).command, monkeypatch)[1]
        assert workspace.find_dataset(name).id == run.dataset
        assert not name.startswith("-")


def test_where_it_cannot_be_made_again_a_sentence_says_why(home):
    workspace = Workspace(home)
    card = keep(workspace, camps("films", 40))
    one, other = (trained(workspace, TrainSpec(dataset=card.id, model=key, split=RANDOM)) for key in ("ease", "als"))
    other.about["spec"] = blend_spec([one, other]).model_dump(mode="json")
    assert f"blend {one.id} {other.id}" in reproduce(workspace, other).command
    workspace.delete_run(one.id)
    with pytest.raises(StoreError, match="was deleted"):
        reproduce(workspace, other)
    workspace.delete_dataset(card.id)
    with pytest.raises(StoreError, match="data set of this run was deleted"):
        reproduce(workspace, one)


def test_a_blend_is_made_again(home, monkeypatch, capsys):
    workspace = Workspace(home)
    card = keep(workspace, camps("films", 120))
    members = [trained(workspace, TrainSpec(dataset=card.id, model=key)) for key in ("recent_popularity", "ease")]
    jobs = Jobs(workspace.database)
    judged = jobs.begin(spec := blend_spec(members))
    run_job(workspace, jobs, judged)
    verdict = json.loads((workspace.root / "jobs" / judged.id / "verdict.json").read_text())
    job = jobs.begin(spec.model_copy(update={"verdict": verdict}))
    run_job(workspace, jobs, job)
    run = workspace.find_run(str(jobs.find(job.id).run))
    again = reproduce(workspace, run)
    assert by_script(again.python) == figures(run)
    assert words_of(again.command, monkeypatch) == ["blend", *(member.id for member in members)]


def test_no_name_in_a_card_from_elsewhere_becomes_a_line_of_the_script(home):
    workspace = Workspace(home)
    card = keep(workspace, camps())
    run = trained(workspace, TrainSpec(dataset=card.id, model="ease", split=RANDOM))
    run.about["passport"]["threads"] = "1):\n    print('mine')\nwith (1"
    assert "\n    print('mine')" not in reproduce(workspace, run).python
    run.about["passport"]["config"]["regularisation=1)); print('mine'); ((x"] = 1
    with pytest.raises(ConfigError, match="There is no setting"):
        reproduce(workspace, run)
