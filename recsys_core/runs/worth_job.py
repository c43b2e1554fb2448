"""Whether generated people are worth having, and what they tell about real ones: measured step by step, each one kept.

Small shares come first, and one share and seed after the other, so that the beginning can be seen early. What was
measured before a stop or a crash is not measured again, but the generator of that share learns once more.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from recsys_core.errors import ConfigError, StoreError, StudioError
from recsys_core.evaluation import judged_users
from recsys_core.models import find_model
from recsys_core.runs.files import new_folder, remove_folder
from recsys_core.runs.jobs import Executor, Job, Jobs, State, WorthSpec
from recsys_core.runs.run_files import read_per_user, write_per_user
from recsys_core.runs.stop_request import StopRequest, ending, measured_until_stopped, not_everywhere
from recsys_core.runs.store import Workspace
from recsys_core.runs.synthesis_job import require_real
from recsys_core.runs.threads import training_threads
from recsys_core.splitting import Split, SplitRecipe, default_recipe, split
from recsys_core.synthetic import find_generator
from recsys_core.synthetic.arms import ADDITIONS, ATTACK, Design, Measured, Point, Scene, arm_title
from recsys_core.synthetic.attacks.halves import attack_half
from recsys_core.synthetic.attacks.membership import Scores
from recsys_core.synthetic.worth import Worth
from recsys_core.training import devices
from recsys_core.training.context import Cancelled, FitContext, Progress
from recsys_core.training.devices import Device
from recsys_core.transfer.evidence import Failure
from recsys_core.transfer.measuring import JUDGED_BY, METRICS

SHARES, SEEDS, ATTACKS = (0.05, 0.25, 1.0), (0, 1, 2), 2
SIDES = ("members", "controls")
MEASURED, SCORES, REASON = "measured.json", "scores.npz", "reason.txt"


def worth_spec(
    workspace: Workspace,
    dataset: str,
    generator: str,
    learner: str,
    settings: dict[str, Any] | None = None,
    recipe: SplitRecipe | None = None,
    shares: Sequence[float] = SHARES,
    additions: Sequence[float] = ADDITIONS,
    seeds: Sequence[int] = SEEDS,
    attacks: int = ATTACKS,
    metric: str = JUDGED_BY,
    device: Device = Device.AUTO,
    executor: Executor = Executor.AUTO,
) -> WorthSpec:
    """A measurement that has something to do.

    Args:
        dataset: id of the real data.
        generator, learner: keys; settings: of the generator.
        recipe: None: the one that suits the data.
        additions: generated people as shares of the real ones, up to 10.
        attacks: halvings of the people, each half attacked once; 0: what is told about people is not measured.

    Raises:
        ConfigError: a key, a setting, a share or the metric is none, the generator learns from nothing, or the
            data are not wholly real.
        StudioError: the data are not there, or nobody can be judged.
    """
    kind, model = find_generator(generator), find_model(learner)
    config = kind.Config.parse(settings or {})
    if not kind.info.learns:
        raise ConfigError(
            f"{kind.info.title} learns from no data, so its people say nothing about these.",
            "Choose a generator that learns.",
            "needs-no-data",
        )
    if metric not in METRICS:
        raise ConfigError(
            f"This is not measured by {metric!r}.", f"Choose one of: {', '.join(METRICS)}.", "unknown-metric"
        )
    if not shares or not seeds or not all(0 < share <= 1 for share in shares):
        raise ConfigError(
            "The shares of the data lie above 0 and reach 1 at most, and there is at least one of them and one seed.",
            "Name them like this: 0.05 0.25 1.",
            "bad-setting",
        )
    if not all(0 < addition <= 10 for addition in additions) or not 0 <= attacks <= 20:
        raise ConfigError(
            "Additions are shares of the real people above 0, 10 at most, and there are 0 to 20 attacks.",
            "Name additions like this: 0.5 1 4.",
            "bad-setting",
        )
    devices.resolve(device)
    real = workspace.load_dataset(dataset)
    require_real(real)
    parts = split(real, recipe or default_recipe(real))
    judged_users(model(), parts.test)
    return WorthSpec(
        dataset=dataset,
        generator=generator,
        settings=config.model_dump(mode="json"),
        learner=learner,
        shares=tuple(sorted(set(shares))),
        additions=tuple(sorted(set(additions))),
        seeds=tuple(dict.fromkeys(seeds)),
        attacks=attacks,
        split=parts.recipe,
        metric=metric,
        device=device,
        executor=executor,
    )


@dataclass(frozen=True)
class ArmStep:
    """An arm at a share and with a seed."""

    share: float
    seed: int
    arm: str

    @property
    def folder(self) -> str:
        return f"{self.share:g}-{self.seed}-{self.arm}"

    @property
    def words(self) -> str:
        title = arm_title(self.arm)
        return f"{100 * self.share:g} % of the data, seed {self.seed}: {title[0].lower()}{title[1:]}"


@dataclass(frozen=True)
class HalfStep:
    """A half of the people, 0 or 1, that the generator learns from and is attacked for."""

    halving: int
    half: int

    @property
    def folder(self) -> str:
        return f"attack-{self.halving}-{self.half}"

    @property
    def words(self) -> str:
        return f"Attack {self.halving + 1}: who was learned from, half {self.half + 1}"


def _design(spec: WorthSpec) -> Design:
    generator, learner = find_generator(spec.generator), find_model(spec.learner)
    return Design(generator(generator.Config.parse(spec.settings)), learner(), spec.additions)


def _steps(spec: WorthSpec) -> list[ArmStep | HalfStep]:
    arms = [ArmStep(*one) for one in product(sorted(spec.shares), spec.seeds, _design(spec).arms)]
    return [*arms, *(HalfStep(*one) for one in product(range(spec.attacks), (0, 1)))]


def measure_worth(workspace: Workspace, jobs: Jobs, job: Job, spec: WorthSpec) -> tuple[State, str]:
    """Make the measurements that are still to be made; returns how it ended, and the same as a sentence.

    Raises:
        StudioError: the data are gone, or nothing could be measured.
        Cancelled: stopped before any measurement was done.
    """
    jobs.enter(job.id, "Reading the data")
    parts = split(workspace.load_dataset(workspace.find_dataset(spec.dataset).id), spec.split)
    meter = _Meter(workspace, jobs, job, spec, parts)
    with training_threads():
        state = measured_until_stopped(meter.measure_all, meter.done)
    found = worth_of(workspace, job)
    done = f"{meter.done()} of {len(_steps(spec))}"
    return ending(
        state, done, found.verdict(spec.metric), left_out(found), "Choose other settings.", bool(found.shares)
    )


def left_out(found: Worth) -> str:
    """What could not be measured and why, a sentence for each arm."""
    return not_everywhere({arm_title(failure.arm): failure.reason for failure in found.failures})


@dataclass(frozen=True)
class _Meter:
    workspace: Workspace
    jobs: Jobs
    job: Job
    spec: WorthSpec
    parts: Split

    def done(self) -> int:
        return sum((_folder(self.workspace, self.job) / step.folder).exists() for step in _steps(self.spec))

    def measure_all(self) -> None:
        steps, design = _steps(self.spec), _design(self.spec)
        context = FitContext(
            device=devices.resolve(self.spec.device),
            cancel=StopRequest(self.jobs, self.job.id),
            cache=self.workspace.content_cache,
        )
        scene: Scene | None = None
        at: tuple[float, int] | None = None
        for done, step in enumerate(steps):
            place = _folder(self.workspace, self.job) / step.folder
            if _read(place) is not None:  # measured before the job was interrupted
                continue
            remove_folder(place)
            if context.cancel():
                raise Cancelled
            self.jobs.report(self.job.id, Progress(done, len(steps)))
            self.jobs.enter(self.job.id, step.words)
            if isinstance(step, HalfStep):
                self._attack(step, design, place, context)
            else:
                if scene is None or at != (step.share, step.seed):
                    at = step.share, step.seed
                    scene = Scene(self.parts, design, *at, context)
                self._measure(step.arm, scene, place)
            self.jobs.report(self.job.id, Progress(done + 1, len(steps)))

    def _measure(self, arm: str, scene: Scene, place: Path) -> None:
        try:
            point = scene.measure(arm)
        except StudioError as error:
            _write_reason(place, error)
            return
        with new_folder(place) as folder:
            (folder / MEASURED).write_text(json.dumps(asdict(point.about)), encoding="utf-8")
            write_per_user(folder, point.per_user)

    def _attack(self, step: HalfStep, design: Design, place: Path, context: FitContext) -> None:
        try:
            scores = attack_half(self.parts, design.fresh_generator(), step.halving, step.half, context)
        except StudioError as error:
            _write_reason(place, error)
            return
        with new_folder(place) as folder:
            _write_scores(folder, scores)


def _folder(workspace: Workspace, job: Job) -> Path:
    return workspace.root / "jobs" / job.id


def _write_reason(place: Path, error: StudioError) -> None:
    with new_folder(place) as folder:
        (folder / REASON).write_text(str(error), encoding="utf-8")


def _read(place: Path) -> Point | Scores | str | None:
    """What was measured, or the reason why nothing was; None where it was not made, or cannot be read any more."""
    try:
        if (place / REASON).exists():
            return (place / REASON).read_text(encoding="utf-8")
        if (place / SCORES).exists():
            return _read_scores(place)
        about = json.loads((place / MEASURED).read_text(encoding="utf-8"))
        return Point(Measured(**about), read_per_user(place))
    except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile, StoreError):
        return None


def _write_scores(folder: Path, scores: Scores) -> None:
    told = {f"of/{key}/{side}": part for key, both in scores.of.items() for side, part in zip(SIDES, both, strict=True)}
    people = {"members": scores.members, "controls": scores.controls}
    np.savez_compressed(folder / SCORES, **people, **told)  # type: ignore[arg-type]


def _read_scores(folder: Path) -> Scores:
    with (folder / SCORES).open("rb") as file, np.load(file, allow_pickle=False) as saved:
        keys = {name.split("/")[1] for name in saved if name.startswith("of/")}
        of = {key: (saved[f"of/{key}/{SIDES[0]}"], saved[f"of/{key}/{SIDES[1]}"]) for key in sorted(keys)}
        return Scores(saved["members"], saved["controls"], of)


def worth_of(workspace: Workspace, job: Job) -> Worth:
    """What a measurement has come to so far; it may still run.

    Raises:
        ConfigError: the job is another one.
    """
    if not isinstance(job.spec, WorthSpec):
        raise ConfigError(
            "The job does not measure what generated people are worth.", "Choose another one.", "other-job"
        )
    points, failures, attacks = [], [], []
    for step in _steps(job.spec):
        found = _read(_folder(workspace, job) / step.folder)
        if isinstance(found, Point):
            points.append(found)
        elif isinstance(found, Scores):
            attacks.append(found)
        elif found is not None:
            at = (step.arm, step.share, step.seed) if isinstance(step, ArmStep) else (ATTACK, 1.0, step.halving)
            failures.append(Failure(*at, found))
    return Worth(_design(job.spec).arms, points, failures, attacks)
