"""Whether a transfer pays: every way to serve a target, at every share of its data, measured once for each seed.

One measurement after the other is kept as soon as it is done, small shares first, so that nothing is done twice after a
stop or a crash and the beginning of the curves can be seen early.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np

from recsys_core.errors import ConfigError, StoreError, StudioError
from recsys_core.evaluation import Lists, judged_users
from recsys_core.models.popularity import Popularity
from recsys_core.runs.files import new_folder, remove_folder
from recsys_core.runs.jobs import Executor, Job, Jobs, State, TransferFrom, TransferSpec
from recsys_core.runs.run_files import read_lists, read_per_user, write_lists, write_per_user
from recsys_core.runs.stop_request import StopRequest, ending, measured_until_stopped, not_everywhere
from recsys_core.runs.store import Workspace
from recsys_core.runs.threads import training_threads
from recsys_core.runs.transferring import Ready, make_ready, require_fitting, suiting_plans
from recsys_core.splitting import SplitRecipe, split
from recsys_core.training import devices
from recsys_core.training.context import Cancelled, FitContext, Progress
from recsys_core.training.devices import Device
from recsys_core.transfer.evidence import IN_A_SENTENCE, Evidence, Failure, Point
from recsys_core.transfer.measuring import ARMS, JUDGED_BY, METRICS, Measured, attempts, measure
from recsys_core.transfer.plan import Plan
from recsys_core.transfer.shares import SHARES

MEASURED, REASON = "measured.json", "reason.txt"
SEEDS = (0, 1, 2)


def transfer_spec(
    workspace: Workspace,
    dataset: str,
    start: TransferFrom,
    recipe: SplitRecipe,
    plans: Sequence[Plan] = (),
    shares: Sequence[float] = SHARES,
    seeds: Sequence[int] = SEEDS,
    metric: str = JUDGED_BY,
    executor: Executor = Executor.AUTO,
) -> TransferSpec:
    """A measurement that has something to do.

    Args:
        dataset: id of the target.
        start: the source and how it is matched; its plan is one of the tries only if ``plans`` name it.
        plans: the tries; none: those that suit.

    Raises:
        ConfigError: a share, a seed or the metric is none.
        StudioError: the source cannot be transferred, no plan fits, or nobody can be judged.
    """
    if metric not in METRICS:
        raise ConfigError(
            f"A transfer is not measured by {metric!r}.", f"Choose one of: {', '.join(METRICS)}.", "unknown-metric"
        )
    if not shares or not seeds or not all(0 <= share <= 1 for share in shares):
        raise ConfigError(
            "The shares of the data go from 0 to 1, and there is at least one of them and one seed.",
            "Name them like this: 0 0.05 1.",
            "bad-setting",
        )
    ready = make_ready(workspace, start, split(workspace.load_dataset(dataset), recipe))
    for plan in plans:
        require_fitting(ready, plan)
    judged_users(Popularity(), ready.parts.test)
    return TransferSpec(
        dataset=dataset,
        run=start.run,
        plans=tuple(plans) or suiting_plans(ready),
        people=start.people,
        pairs=start.pairs,
        shares=tuple(sorted(set(shares))),
        seeds=tuple(dict.fromkeys(seeds)),
        split=recipe,
        metric=metric,
        executor=executor,
    )


def measure_transfer(workspace: Workspace, jobs: Jobs, job: Job, spec: TransferSpec) -> tuple[State, str]:
    """Make the measurements that are still to be made; returns how it ended, and the same as a sentence.

    Raises:
        StudioError: the source or the data are gone, or no share could be measured.
        Cancelled: stopped before any measurement was done.
    """
    jobs.enter(job.id, "Reading the data")
    parts = split(workspace.load_dataset(workspace.find_dataset(spec.dataset).id), spec.split)
    meter = _Meter(workspace, jobs, job, spec, make_ready(workspace, spec, parts))
    with training_threads():
        state = measured_until_stopped(meter.measure_all, meter.done)
    found = evidence_of(workspace, job)
    done = f"{meter.done()} of {len(_steps(spec))}"
    left_out = not_everywhere({_words(failure.arm): failure.reason for failure in found.failures})
    return ending(state, done, found.verdict(spec.metric), left_out, "Choose another source.", bool(found.shares))


def _steps(spec: TransferSpec) -> list[tuple[float, int, str]]:
    """Share, seed and arm of each measurement, in their order."""
    return list(product(sorted(spec.shares), spec.seeds, ARMS))


def _words(arm: str) -> str:
    return IN_A_SENTENCE.get(arm, "the transfer")


@dataclass(frozen=True)
class _Meter:
    workspace: Workspace
    jobs: Jobs
    job: Job
    spec: TransferSpec
    ready: Ready

    def done(self) -> int:
        return sum(_place(self.workspace, self.job, *step).exists() for step in _steps(self.spec))

    def measure_all(self) -> None:
        for done, (share, seed, arm) in enumerate(_steps(self.spec)):
            place = _place(self.workspace, self.job, share, seed, arm)
            if _read(place) is not None:  # measured before the job was interrupted
                continue
            remove_folder(place)
            cancel = StopRequest(self.jobs, self.job.id)
            if cancel():
                raise Cancelled
            self.jobs.report(self.job.id, Progress(done, len(_steps(self.spec))))
            self.jobs.enter(self.job.id, f"{100 * share:g} % of the data, seed {seed}: {_words(arm)}")
            self._measure(share, seed, arm, place, cancel)
            self.jobs.report(self.job.id, Progress(done + 1, len(_steps(self.spec))))

    def _measure(self, share: float, seed: int, arm: str, place: Path, cancel: StopRequest) -> None:
        source, match = self.ready.source, self.ready.match
        tries = attempts(arm, source, match, list(self.spec.plans))
        context = FitContext(device=devices.resolve(Device.AUTO), cancel=cancel, cache=self.workspace.content_cache)
        known = np.flatnonzero(match.people >= 0)
        try:
            about, figures, lists = measure(arm, tries, self.ready.parts, share, seed, context, known)
        except StudioError as error:
            with new_folder(place) as folder:
                (folder / REASON).write_text(str(error), encoding="utf-8")
            return
        if cancel():  # a training that was cut short is no measurement
            raise Cancelled
        with new_folder(place) as folder:
            (folder / MEASURED).write_text(json.dumps(asdict(about)), encoding="utf-8")
            write_per_user(folder, figures)
            write_lists(folder, Lists(figures[JUDGED_BY].users, lists))


def _place(workspace: Workspace, job: Job, share: float, seed: int, arm: str) -> Path:
    return workspace.root / "jobs" / job.id / f"{share:g}-{seed}-{arm}"


def _read(place: Path) -> Point | str | None:
    """A measurement, or the reason why there is none; None where it was not made, or cannot be read any more."""
    try:
        if (place / REASON).exists():
            return (place / REASON).read_text(encoding="utf-8")
        about = json.loads((place / MEASURED).read_text(encoding="utf-8"))
        curve = tuple((float(seconds), float(value)) for seconds, value in about.pop("curve"))
        return Point(Measured(**about, curve=curve), read_per_user(place), read_lists(place).items)
    except (OSError, ValueError, KeyError, TypeError, StoreError):
        return None


def evidence_of(workspace: Workspace, job: Job) -> Evidence:
    """What a measurement has come to so far; it may still run.

    Raises:
        ConfigError: the job is another one.
    """
    if not isinstance(job.spec, TransferSpec):
        raise ConfigError("The job measures no transfer.", "Choose another one.", "other-job")
    points, failures = [], []
    for share, seed, arm in _steps(job.spec):
        found = _read(_place(workspace, job, share, seed, arm))
        if isinstance(found, Point):
            points.append(found)
        elif found is not None:
            failures.append(Failure(arm, share, seed, found))
    return Evidence(points, failures)
