"""The leak meter: models of finished runs, trained anew with and without other people's future, on the same test.

One measurement after the other is kept as soon as it is done, so nothing is done twice after a stop or a crash.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recsys_core.comparing.leak_arms import arms
from recsys_core.comparing.leakage import Leakage, LeakTest, leakage
from recsys_core.data.dataset import Dataset
from recsys_core.errors import ConfigError, JobError, ModelError, StudioError
from recsys_core.evaluation import evaluate, validator
from recsys_core.metrics import METRICS, ListMetric
from recsys_core.models import COMPOSED, Ability, find_model
from recsys_core.runs.cards import RunCard
from recsys_core.runs.checkpoints import Checkpoints
from recsys_core.runs.files import new_folder
from recsys_core.runs.jobs import Executor, Job, Jobs, LeakSpec, State, TrainSpec, spec_from_json
from recsys_core.runs.run_files import read_per_user, write_per_user
from recsys_core.runs.stop_request import StopRequest, measured_until_stopped
from recsys_core.runs.store import Workspace
from recsys_core.runs.threads import training_threads
from recsys_core.splitting import Split, SplitRecipe
from recsys_core.statistics.estimates import PerUser
from recsys_core.training import devices
from recsys_core.training.context import Cancelled, Event, FitContext, Preparing, Progress
from recsys_core.types import Json

TEST, REASON = "test.json", "reason.txt"
WAYS = ("with-future", "without-future")


def leak_spec(runs: Sequence[RunCard], metric: str, executor: Executor = Executor.AUTO) -> LeakSpec:
    """The measurement for these runs; a run that comes twice counts once.

    Raises:
        ConfigError: there is no run, or the metric is not taken apart per person.
        ModelError: a run cannot be trained anew, or they come from different data or count other items as relevant.
    """
    runs = list({run.id: run for run in runs}.values())
    if not runs:
        raise ConfigError("There is no run to measure.", "Name one or more finished runs.", "no-run")
    require_people(metric)
    if not any(metric in run.about["metrics"] for run in runs):
        raise ConfigError(
            f"None of these runs has the figure {metric!r}.",
            f"Choose one of: {', '.join(runs[0].about['metrics'])}.",
            "unknown-metric",
        )
    for run in runs:
        reason = why_not(run)
        if reason:
            raise ModelError(f"The run {run.id} cannot be measured: {reason}", "Leave it out.", "not-trainable")
    if len({_data_and_threshold(run) for run in runs}) > 1:
        raise ModelError(
            "The leak meter compares models on the same events, but these runs come from different data or count other "
            "items as relevant.",
            "Choose runs of one data set and one threshold.",
            "different-data",
        )
    return LeakSpec(dataset=runs[0].dataset, runs=tuple(run.id for run in runs), metric=metric, executor=executor)


def require_people(metric: str) -> None:
    """Refuse a figure that no single person has.

    Raises:
        ConfigError: it has no value for each person, or does not exist.
    """
    of_people = [one.about for one in METRICS if not isinstance(one, ListMetric)]
    if metric.partition("@")[0] not in {one.key for one in of_people}:
        raise ConfigError(
            f"Leaks cannot be measured by {metric!r}, which is no figure of single people.",
            f"Choose one of: {', '.join(one.title for one in of_people)}.",
            "unknown-metric",
        )


def why_not(run: RunCard) -> str:
    """Why a run cannot be trained anew for the leak meter, "" where it can."""
    if not run.is_from_scratch:
        return "it went on from another run, and that one may have learned from the future already."
    if run.model in {model.info.key for model in COMPOSED}:
        return "it is made of other models; measure those."
    kind = find_model(run.model)
    model = kind(kind.Config.parse(run.about["passport"]["config"]))
    if Ability.HISTORY not in model.abilities:
        return "it cannot be told of people whom it never met."
    return ""


def _data_and_threshold(run: RunCard) -> tuple[str, float | None]:
    passport = run.about["passport"]
    return passport["dataset"]["fingerprint"], passport["split"]["recipe"]["threshold"]


def measure_leaks(workspace: Workspace, jobs: Jobs, job: Job, spec: LeakSpec) -> tuple[State, str]:
    """Make the measurements that are still to be made; returns how it ended, and the same as a sentence.

    Raises:
        StudioError: a run is gone, the data cannot tell, or no model could be measured.
        Cancelled: stopped before any measurement was done.
    """
    jobs.enter(job.id, "Reading the data")
    meter = _Meter(workspace, jobs, job, spec)
    with training_threads():
        state = measured_until_stopped(meter.measure_all, meter.done)
    if state is State.STOPPED:
        done, every = meter.done(), len(spec.runs) * len(WAYS)
        return state, f"Stopped by hand after {done} of {every} trainings, which are kept."
    found = leaks_of(workspace, job, spec.metric)
    if found is None:
        raise JobError("The measurements cannot be read.", "Start again.", "damaged-measurements")
    if not found.models:
        raise ModelError(found.sentence, "Choose other models.", "no-result")
    return state, found.sentence


@dataclass(frozen=True)
class _Meter:
    workspace: Workspace
    jobs: Jobs
    job: Job
    spec: LeakSpec

    @property
    def folder(self) -> Path:
        return _folder(self.workspace, self.job)

    def done(self) -> int:
        return sum(_place(self.folder, run, way).exists() for run in self.spec.runs for way in WAYS)

    def measure_all(self) -> None:
        runs = [self.workspace.find_run(run) for run in self.spec.runs]
        dataset, recipe = self._data(runs[0])
        both = arms(dataset, recipe)
        test = self.folder / "test"
        if not test.exists():
            with new_folder(test) as folder:
                (folder / TEST).write_text(LeakTest.of(both).model_dump_json(), encoding="utf-8")
        splits = dict(zip(WAYS, (both.with_future, both.without_future), strict=True))
        for place, run in enumerate(runs):
            for step, way in enumerate(WAYS):
                target = _place(self.folder, run.id, way)
                if not target.exists():  # else it was measured before the job was interrupted
                    words = "with the future" if way == WAYS[0] else "without the future"
                    self._measure(run, splits[way], target, len(WAYS) * place + step, words)

    def _data(self, run: RunCard) -> tuple[Dataset, SplitRecipe]:
        """What the run learned from, which it holds itself, and how it was split."""
        parts = self.workspace.load_run(run.id).split
        return parts.dataset, parts.recipe

    def _measure(self, run: RunCard, split: Split, target: Path, done: int, words: str) -> None:
        cancel = StopRequest(self.jobs, self.job.id)
        if cancel():
            raise Cancelled
        self.jobs.enter(self.job.id, f"{run.title} {words}")
        self._say(done)
        checkpoints = Checkpoints(target.with_name(f"{target.name}-begun"))
        try:
            figures = self._figures(run, split, checkpoints, cancel, done)
        except StudioError as error:
            with new_folder(target) as folder:
                (folder / REASON).write_text(str(error), encoding="utf-8")
        else:
            with new_folder(target) as folder:
                write_per_user(folder, figures)
        checkpoints.clear()
        self._say(done + 1)

    def _figures(
        self, run: RunCard, split: Split, checkpoints: Checkpoints, cancel: StopRequest, done: int
    ) -> dict[str, PerUser]:
        kind, passport = find_model(run.model), run.about["passport"]
        model = kind(kind.Config.parse(passport["config"]))
        spec = spec_from_json(run.about["spec"])
        assert isinstance(spec, TrainSpec)  # what is made of others was refused

        def on_event(event: Event) -> None:
            if isinstance(event, Preparing):
                return
            epochs = event.done if isinstance(event, Progress) else event.epoch
            self._say(done + min(1.0, epochs / max(1, event.epochs)))

        context = FitContext(
            seed=passport["seed"],
            device=devices.resolve(spec.device),
            validate=validator(split, model, spec.metric),
            on_event=on_event,
            cancel=cancel,
            save_checkpoint=checkpoints.save,
            start_from=checkpoints.newest_or_none(),
            cache=self.workspace.content_cache,
        )
        model.fit(split.train, context)
        if cancel():  # a training that was cut short is no measurement
            raise Cancelled
        return evaluate(model, split.test, split.dataset).per_user

    def _say(self, done: float) -> None:
        """How many of all trainings are done."""
        self.jobs.report(self.job.id, Progress(done, len(self.spec.runs) * len(WAYS)))


def _folder(workspace: Workspace, job: Job) -> Path:
    return workspace.root / "jobs" / job.id


def _place(folder: Path, run: str, way: str) -> Path:
    return folder / f"{run}-{way}"


def leaks_of(workspace: Workspace, job: Job, metric: str, titles: Mapping[str, str] | None = None) -> Leakage | None:
    """What a finished measurement came to; None of any other job, and where it cannot be told.

    Args:
        workspace, job: where it belongs.
        metric: any figure of single people.
        titles: run → what to call it, where its own title does not tell it apart.

    Raises:
        ConfigError: the metric is no figure of single people.
    """
    require_people(metric)
    spec, folder = job.spec, _folder(workspace, job)
    if not isinstance(spec, LeakSpec):
        return None
    called = {run: run for run in spec.runs} | {run.id: run.title for run in workspace.runs()} | dict(titles or {})
    figures: dict[str, tuple[PerUser, PerUser]] = {}
    left_out: dict[str, str] = {}
    try:
        about: Json = json.loads((folder / "test" / TEST).read_text(encoding="utf-8"))
        for run in spec.runs:
            places = [_place(folder, run, way) for way in WAYS]
            refusals = [place / REASON for place in places if (place / REASON).exists()]
            if refusals:
                left_out[called[run]] = refusals[0].read_text(encoding="utf-8")
                continue
            first, second = (read_per_user(place) for place in places)
            if metric in first and metric in second:
                figures[run] = first[metric], second[metric]
    except (OSError, ValueError, StudioError):
        return None
    return leakage(metric, LeakTest(**about), figures, called, left_out)
