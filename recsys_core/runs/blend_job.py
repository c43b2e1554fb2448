"""Blends of finished runs: whether they may be blended, the judging, and the run that is kept."""

import json
from collections.abc import Callable, Sequence

from recsys_core.blending import Verdict, compose, judge
from recsys_core.errors import ModelError, SplitError
from recsys_core.evaluation import evaluate
from recsys_core.models import COMPOSED, Recommender
from recsys_core.runs.cards import RunCard
from recsys_core.runs.files import new_folder
from recsys_core.runs.jobs import BlendSpec, Executor, Job, Jobs
from recsys_core.runs.passport import describe
from recsys_core.runs.store import Workspace
from recsys_core.runs.threads import training_threads
from recsys_core.splitting import Split
from recsys_core.training.context import Cancelled
from recsys_core.types import Json

VERDICT = "verdict.json"


def blend_spec(members: Sequence[RunCard], executor: Executor = Executor.AUTO) -> BlendSpec:
    """The judging of a blend of these runs; a run that comes twice counts once.

    Raises:
        ModelError: there are fewer than two, one is made of others, or they learned from different data.
        SplitError: they learned from different parts of the data, or nothing is held out for validation.
    """
    members = list({run.id: run for run in members}.values())
    if len(members) < 2:
        raise ModelError(
            "A blend needs two different runs or more.",
            "Name another finished run of the same split.",
            "too-few-members",
        )
    first = members[0]
    for run in members:
        if run.model in {model.info.key for model in COMPOSED}:
            raise ModelError(
                f"The run {run.id} is made of other models already, so it cannot be a member of a blend.",
                "Choose those instead.",
                "blend-of-blends",
            )
        _require_same_events(first, run)
    split = first.about["passport"]["split"]
    if not split["valid"]:
        raise SplitError(
            "The split holds out no validation events, so the weights of a blend have nothing to be learned from.",
            "Train the members on a split with a validation share.",
            "no-validation",
        )
    return BlendSpec(
        dataset=first.dataset,
        members=tuple(run.id for run in members),
        seed=split["recipe"]["seed"],
        executor=executor,
    )


def _require_same_events(first: RunCard, other: RunCard) -> None:
    mine, theirs = first.about["passport"], other.about["passport"]
    if mine["dataset"]["fingerprint"] != theirs["dataset"]["fingerprint"]:
        names = first.about["dataset_name"], other.about["dataset_name"]
        another = f"another version of {names[1]!r}" if names[0] == names[1] else f"{names[1]!r}"
        raise ModelError(
            f"The members of a blend learn from the same data, but {first.id} learned from {names[0]!r} and {other.id} "
            f"from {another}.",
            "Choose runs of one data set.",
            "different-data",
        )
    if first.split_fingerprint != other.split_fingerprint:
        raise SplitError(
            f"The members of a blend learn from the same events, but {first.id} and {other.id} were trained on "
            f"different splits: {_difference(mine['split']['recipe'], theirs['split']['recipe'])}.",
            "Choose runs of one split.",
            "different-splits",
        )


def _difference(mine: Json, theirs: Json) -> str:
    """In which settings two recipes of a split differ: "key random and temporal, seed 0 and 1"."""
    differing = [
        f"{name.replace('_', ' ')} {value} and {theirs.get(name)}"
        for name, value in mine.items()
        if theirs.get(name) != value
    ]
    return ", ".join(differing) or "the same settings gave events other roles"


def blend(workspace: Workspace, jobs: Jobs, job: Job, spec: BlendSpec) -> tuple[str, str | None]:
    """Judge a blend, or keep one that was judged; returns how it ended, and the run that is kept.

    Raises:
        StudioError: a member is gone, or nobody can judge the blend.
        Cancelled: somebody asked to stop.
    """

    def say(phase: str) -> None:
        if jobs.stop_requested(job.id):
            raise Cancelled
        jobs.enter(job.id, phase)

    say("Reading the members")
    with training_threads() as threads:
        if spec.verdict is not None:
            run = workspace.run_of_job(job.id) or _keep(workspace, job, spec, Verdict(**spec.verdict), threads, say)
            return str(run.about["ending"]), run.id
        members, parts = _load(workspace, spec)
        verdict = judge(members, parts.valid, spec.seed, say)
    with new_folder(workspace.root / "jobs" / job.id) as folder:
        (folder / VERDICT).write_text(verdict.model_dump_json(), encoding="utf-8")
    return verdict.sentence, None


def _load(workspace: Workspace, spec: BlendSpec) -> tuple[list[Recommender], Split]:
    """The models, and the split that they share."""
    first = workspace.load_run(spec.members[0])
    return [first.model, *(workspace.load_model(run) for run in spec.members[1:])], first.split


def _keep(
    workspace: Workspace, job: Job, spec: BlendSpec, verdict: Verdict, threads: int, say: Callable[[str], None]
) -> RunCard:
    models, parts = _load(workspace, spec)
    model = compose(verdict, models, parts.train)
    members = [workspace.find_run(spec.members[place]) for place in verdict.used]
    say("Measuring on the held-out events")
    report = evaluate(model, parts.test, parts.dataset)
    say("Saving")
    seconds = sum(run.about["seconds"] for run in members)
    about = describe(model, spec.dataset, parts, report, seconds, threads, spec)
    about["passport"]["blend"] = {"members": [run.id for run in members], "judged": verdict.model_dump(mode="json")}
    return workspace.save_run(about | {"ending": verdict.sentence, "job": job.id}, model, parts, report)


def verdict_of(workspace: Workspace, job: Job) -> Verdict | None:
    """What a finished judging came to; None of any other job, and where its file is gone."""
    try:
        return Verdict(**json.loads((workspace.root / "jobs" / job.id / VERDICT).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None
