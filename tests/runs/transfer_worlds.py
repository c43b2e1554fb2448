"""Two data sets that share items, and runs to transfer from one to the other."""

from dataclasses import replace

from recsys_core.data.dataset import Dataset
from recsys_core.runs.cards import RunCard
from recsys_core.runs.jobs import Job, Jobs, Spec, TrainSpec, TransferFrom
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from recsys_core.transfer.plan import Plan, Way
from recsys_core.types import Feedback
from tests.runs.builders import camps, keep, with_ids

RANDOM = SplitRecipe(key="random")
FEW = {"epochs": 3, "embedding_size": 4}
AS_IT_IS = Plan(way=Way.AS_IT_IS)


def films(n: int = 40, feedback: Feedback = Feedback.IMPLICIT) -> Dataset:
    """What was learned from."""
    return camps("films", n, feedback=feedback)


def series(n: int = 30, shared_people: int = 0, feedback: Feedback = Feedback.IMPLICIT) -> Dataset:
    """The target: other people who met the same items, but for some who are the same people with the same events."""
    made = camps("series", n, feedback=feedback)
    people = [f"u{user}" if user < shared_people else f"viewer {user}" for user in range(n)]
    return with_ids(made, people, list(made.item_ids.values))


def foreign(n: int = 30) -> Dataset:
    """Other people, other items."""
    made = replace(series(n), name="foreign")
    table = made.item_table.assign(title=[f"Oddity number {place} of them" for place in range(made.n_items)])
    items = [f"odd {place:x}{chr(97 + place)}" for place in range(made.n_items)]
    return with_ids(replace(made, item_table=table), list(made.user_ids.values), items)


def done(workspace: Workspace, spec: Spec) -> Job:
    """The job that a spec comes to."""
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec)
    run_job(workspace, jobs, job)
    return jobs.find(job.id)


def trained(workspace: Workspace, dataset: Dataset, model: str = "ease", **changes: object) -> RunCard:
    """A run from scratch."""
    spec = TrainSpec(dataset=keep(workspace, dataset).id, model=model, split=RANDOM)
    return workspace.find_run(str(done(workspace, spec.model_copy(update=changes)).run))


def by_transfer(source: RunCard, dataset: str, plan: Plan = AS_IT_IS, **start: object) -> TrainSpec:
    """The training of a run by transfer, with the settings of its source."""
    return TrainSpec(
        dataset=dataset,
        model=source.model,
        settings=source.about["passport"]["config"],
        split=RANDOM,
        transfer=TransferFrom(run=source.id, plan=plan, **start),  # type: ignore[arg-type]
    )


def transferred(workspace: Workspace, source: RunCard, dataset: str, plan: Plan = AS_IT_IS, **start: object) -> RunCard:
    """A run by transfer."""
    return workspace.find_run(str(done(workspace, by_transfer(source, dataset, plan, **start)).run))
