"""A finished run as a shell command and as Python, each of which measures the same figures again, to the last digit."""

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from recsys_core.data.made import Made
from recsys_core.errors import StoreError
from recsys_core.models import find_model
from recsys_core.runs.fine_tuning import usual_settings
from recsys_core.runs.jobs import BlendSpec, TrainSpec, spec_from_json
from recsys_core.runs.store import DatasetCard, RunCard, Workspace, home_beside_app, names
from recsys_core.runs.threads import VARIABLE
from recsys_core.splitting import SplitRecipe
from recsys_core.synthetic import Knobs, find_generator
from recsys_core.types import Json


@dataclass(frozen=True)
class Reproduction:
    """How to make a run again.

    Attributes:
        command: one line for a shell, in the folder of Foretaste.
        python: a script.
        caveat: what may still change the last digits, "" where nothing does.
    """

    command: str
    python: str
    caveat: str


def reproduce(workspace: Workspace, run: RunCard) -> Reproduction:
    """How to make a run again.

    Raises:
        StoreError: what it was made from is gone.
    """
    spec = spec_from_json(run.about["spec"])
    words, python = WRITERS[type(spec)](workspace, run, spec)
    passport = run.about["passport"]
    caveat = "On a GPU the last digits may differ." if passport["device"] != "cpu" else ""
    return Reproduction(_command(workspace, words, {VARIABLE: str(passport["threads"])}), python, caveat)


def _command(workspace: Workspace, words: list[str], where: dict[str, str]) -> str:
    if workspace.root != home_beside_app():
        where = where | {"FORETASTE_HOME": str(workspace.root)}
    command = [*(f"{name}={shlex.quote(value)}" for name, value in where.items()), "python", "-m", "recsys_core"]
    return " ".join([*command, *map(shlex.quote, words)])


def generate_again(workspace: Workspace, card: DatasetCard) -> str:
    """The command that generates the people of a data set again and, of one that they were added to, adds them again.

    Raises:
        StoreError: all of its people are real, or the data that were learned from are gone.
    """
    made = card.made
    if made is None:
        raise StoreError(f"{card.name!r} was not generated.", "Import its file again.", "not-generated")
    kind = find_generator(made.generator)
    words = ["synthesize", _parent(workspace, made), "--generator", made.generator]
    usual = Knobs().model_dump(mode="json")
    for name, value in made.knobs.items():
        words += [f"--{name}", str(value)] if name == "people" or value != usual[name] else []
    usual = kind.Config().model_dump(mode="json")
    for name, value in made.settings.items():
        words += ["--set", f"{name}={_as_typed(value)}"] if value != usual.get(name) else []
    if made.recipe is not None:
        recipe = SplitRecipe.model_validate(made.recipe)
        words += ["--split", recipe.key, "--seed", str(recipe.seed)]
        for name, value in _own_split(recipe).items():
            words += [f"--{name.replace('_', '-')}", str(value)]
    words += ["--generator-seed", str(made.seed)]
    words += ["--add"] if made.is_augmented else ["--name", card.name]
    return _command(workspace, words, {})


def _parent(workspace: Workspace, made: Made) -> str:
    """What the shell calls the data that were learned from."""
    if not made.learned_from:
        return "-"
    for card in workspace.datasets():
        if workspace.fingerprint(card.id) == made.learned_from:
            return card.id
    raise StoreError(
        f"The data set {made.learned_name!r}, which was learned from, was deleted or changed.",
        "Import the same file again.",
        "unknown-dataset",
    )


Writer = Callable[[Workspace, RunCard, Any], tuple[list[str], str]]


def _training(workspace: Workspace, run: RunCard, spec: TrainSpec) -> tuple[list[str], str]:
    passport, recipe = run.about["passport"], spec.split
    if passport["split"].get("moved"):
        raise StoreError(
            "This run was judged beside a fine-tuning, on a split with events taken back: no recipe leads to it.",
            "Do the fine-tuning again: this model comes with it.",
            "own-split",
        )
    stopped_after = run.stopped_after
    words, usual = _beginning(workspace, run, spec)
    for name, value in _settings(run, spec, usual).items():
        words += ["--set", f"{name}={_as_typed(value)}"]
    words += ["--split", recipe.key]
    for name, value in _own_split(recipe).items():
        words += [f"--{name.replace('_', '-')}", str(value)]
    words += ["--seed", str(recipe.seed)]
    if spec.seed != recipe.seed:
        words += ["--training-seed", str(spec.seed)]
    if spec.metric is not None:
        words += ["--stop-on", spec.metric]
    if stopped_after is not None:
        words += ["--stop-after", str(stopped_after)]
    words += ["--device", passport["device"]]
    return words, _training_script(workspace, run, spec, stopped_after)


def _beginning(workspace: Workspace, run: RunCard, spec: TrainSpec) -> tuple[list[str], Json]:
    """The verb and what the training begins with, and the settings that it has unasked."""
    dataset, usual = _dataset_name(workspace, run), find_model(spec.model).Config().model_dump(mode="json")
    if spec.fine_tune is not None:
        words = ["train", dataset, "--from", spec.fine_tune.run]
        words += [word for part, rate in spec.fine_tune.rates.items() for word in ("--rate", f"{part}={rate!r}")]
        return words, usual | usual_settings(_source(workspace, spec.fine_tune.run))
    if spec.transfer is not None:
        start = spec.transfer
        words = ["transfer", start.run, dataset, "--plan", start.plan.model_dump_json()]
        words += [] if start.people is None else ["--people", "yes" if start.people else "no"]
        words += ["--pairs", json.dumps(start.pairs)] if start.pairs else []
        return words, _source(workspace, start.run).about["passport"]["config"]
    return ["train", dataset, "--model", spec.model], usual


def _training_script(workspace: Workspace, run: RunCard, spec: TrainSpec, stopped_after: int | None) -> str:
    passport, recipe = run.about["passport"], spec.split
    usual = find_model(spec.model).Config().model_dump(mode="json")
    own = {"key": recipe.key} | _own_split(recipe) | ({"seed": recipe.seed} if recipe.seed else {})
    metric = "" if spec.metric is None else f", {spec.metric!r}"
    stop, on_event, cancelled = "", "", ""
    if stopped_after is not None:
        cancelled = "Cancelled, "
        on_event = ", on_event=stop"
        stop = (
            f"\n\ndef stop(event):\n    if getattr(event, 'epoch', 0) == {stopped_after}:\n        raise Cancelled\n\n"
        )
    imports, begin, warm, judged, fit = "", "", "", "model", "model.fit(parts.train, context)"
    if spec.fine_tune is not None:
        rates = {part.value: rate for part, rate in spec.fine_tune.rates.items()}
        imports = "from recsys_core.runs.fine_tuning import prepare\nfrom recsys_core.runs.jobs import FineTune\n"
        begin = (
            f"tuning = prepare(workspace, FineTune(run={spec.fine_tune.run!r}, rates={rates!r}), model, parts)\n"
            "parts = tuning.parts\n"
        )
        warm = ", warm=tuning.warm"
    if spec.transfer is not None:
        imports = (
            "from recsys_core.runs.jobs import TransferFrom\n"
            "from recsys_core.runs.transferring import prepare_transfer\n"
        )
        start = f"TransferFrom.model_validate({spec.transfer.model_dump(mode='json')!r})"
        begin = (
            f"transfer = prepare_transfer(workspace, {start}, {spec.model!r}, model.config, parts)\n"
            "parts = transfer.parts\n"
        )
        judged, fit = "transfer.judged", "model = transfer.fit(context)"
    return f"""\
from pathlib import Path

from recsys_core.evaluation import evaluate, validator
from recsys_core.models import find_model
{imports}from recsys_core.runs.store import Workspace
from recsys_core.runs.threads import training_threads
from recsys_core.splitting import SplitRecipe, split
from recsys_core.training.context import {cancelled}FitContext
{stop}
workspace = Workspace(Path({str(workspace.root)!r}))
parts = split(workspace.load_dataset({run.dataset!r}), SplitRecipe({_arguments(own)}))
kind = find_model({spec.model!r})
model = kind(kind.Config({_arguments(_settings(run, spec, usual))}))
{begin}context = FitContext(
    seed={spec.seed}, device={passport["device"]!r}, validate=validator(parts, {judged}{metric}){on_event}{warm}
)
with training_threads({passport["threads"]!r}):
    {fit}
    report = evaluate(model, parts.test, parts.dataset)
for name, estimate in report.metrics.items():
    print(name, estimate.value)
"""


def _blend(workspace: Workspace, run: RunCard, spec: BlendSpec) -> tuple[list[str], str]:
    known = {card.id for card in workspace.runs()}
    for member in spec.members:
        if member not in known:
            raise StoreError(
                f"The member {member} of this blend was deleted, so the blend cannot be made again.",
                "Train its members anew and blend those.",
                "member-gone",
            )
    return (
        [
            "blend",
            *spec.members,
        ],
        f"""\
from pathlib import Path

from recsys_core.blending import compose, judge
from recsys_core.evaluation import evaluate
from recsys_core.runs.store import Workspace
from recsys_core.runs.threads import training_threads

workspace = Workspace(Path({str(workspace.root)!r}))
members = [workspace.load_run(run) for run in {list(spec.members)!r}]
models, parts = [member.model for member in members], members[0].split
with training_threads({run.about["passport"]["threads"]!r}):
    model = compose(judge(models, parts.valid, {spec.seed}), models, parts.train)
    report = evaluate(model, parts.test, parts.dataset)
for name, estimate in report.metrics.items():
    print(name, estimate.value)
""",
    )


# A new kind of spec is one function and one line.
WRITERS: dict[type, Writer] = {TrainSpec: _training, BlendSpec: _blend}


def _dataset_name(workspace: Workspace, run: RunCard) -> str:
    """What the shell calls the data set: its name where that is clear, else its id."""
    cards = {card.id: card for card in workspace.datasets()}
    if run.dataset not in cards:
        raise StoreError(
            "The data set of this run was deleted, so no model can be trained on it again.",
            "Import the same file again and train there.",
            "unknown-dataset",
        )
    name = names(cards.values())[run.dataset]
    is_clear = not name.startswith("-") and workspace.find_dataset(name).id == run.dataset
    return name if is_clear else run.dataset


def _source(workspace: Workspace, identifier: str) -> RunCard:
    """The run that another one went on from."""
    found = next((card for card in workspace.runs() if card.id == identifier), None)
    if found is None:
        raise StoreError(
            f"The run {identifier}, which this one went on from, was deleted, so it cannot be made again.",
            "Train from scratch on the same data instead.",
            "source-gone",
        )
    return found


def _own_split(recipe: SplitRecipe) -> Json:
    """What the recipe says beside its key and seed that differs from how recipes come."""
    usual = SplitRecipe()
    chosen = recipe.model_dump(exclude={"key", "seed"})
    return {name: value for name, value in chosen.items() if value != getattr(usual, name)}


def _settings(run: RunCard, spec: TrainSpec, usual: Json) -> Json:
    """The settings of a run that differ from the usual ones.

    Read by the model's own config: cards may come from elsewhere, and no name in them becomes a line of a script.
    """
    passport = run.about["passport"]
    start = passport.get("transfer")
    kind, chosen = (run.model, passport["config"]) if start is None else (spec.model, start["config"])
    config = find_model(kind).Config.parse(chosen).model_dump(mode="json")
    return {name: value for name, value in config.items() if value != usual.get(name)}


def _as_typed(value: Any) -> str:
    """A setting as a shell is told it."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _arguments(values: Json) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in values.items())
