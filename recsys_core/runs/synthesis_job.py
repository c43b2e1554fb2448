"""A data set of generated people: learned from real ones, generated, judged beside them, and kept."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import counted
from recsys_core.data.importing import check_name
from recsys_core.data.impressions.importing import log_figures
from recsys_core.data.made import Made
from recsys_core.errors import ConfigError
from recsys_core.runs.augmenting import about_made
from recsys_core.runs.checkpoints import Checkpoints
from recsys_core.runs.jobs import Executor, Job, Jobs, SynthesizeSpec
from recsys_core.runs.stop_request import StopRequest
from recsys_core.runs.store import Workspace
from recsys_core.runs.threads import training_threads
from recsys_core.splitting import Split, SplitRecipe, default_recipe, split
from recsys_core.synthetic import Generator, Knobs, find_generator
from recsys_core.synthetic.base import require_room
from recsys_core.synthetic.judging.judgement import Judgement, judge
from recsys_core.synthetic.making import assemble, made_by
from recsys_core.synthetic.training_part import training_part
from recsys_core.training import devices
from recsys_core.training.context import Cancelled, Event, FitContext
from recsys_core.training.devices import Device

TELLS_AFTER = 0.5  # seconds between two counts of the people that there are


def synthesize_spec(
    workspace: Workspace,
    generator: str,
    dataset: str = "",
    knobs: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
    recipe: SplitRecipe | None = None,
    seed: int = 0,
    name: str | None = None,
    device: Device = Device.AUTO,
    executor: Executor = Executor.AUTO,
) -> SynthesizeSpec:
    """People who can be generated.

    Args:
        generator: key.
        dataset: id of the one to learn from; "" for generators that need none.
        recipe: of the split whose training events are learned from; None: the one that suits the data.
        name: of what comes of it; None: one that says where it is from.

    Raises:
        ConfigError: there is no such generator, a setting or a knob is none, the data are not wholly real, or more is
            asked for than a data set may hold.
        StudioError: the data are not there, or cannot be split like this.
    """
    kind = find_generator(generator)
    config, wanted = kind.Config.parse(settings or {}), Knobs.parse(knobs or {})
    devices.resolve(device)
    usual = kind.info.title
    recipe_kept = recipe or SplitRecipe()
    if _learns_from(kind, dataset):
        real = workspace.load_dataset(dataset)
        require_real(real)
        recipe_kept = recipe or default_recipe(real)
        parts = split(real, recipe_kept)
        require_room(expected_events(parts, wanted))
        usual = f"{real.name}, generated"
    return SynthesizeSpec(
        dataset=dataset,
        name=check_name(usual if name is None else name),
        generator=generator,
        settings=config.model_dump(mode="json"),
        knobs=wanted.model_dump(mode="json"),
        split=recipe_kept,
        seed=seed,
        device=device,
        executor=executor,
    )


def _learns_from(kind: type[Generator], dataset: str) -> bool:
    """Whether it learns, which it does where there are data; a refusal where one is there without the other."""
    if kind.info.learns and not dataset:
        raise ConfigError(
            f"{kind.info.title} learns from data, but no data set is named.",
            "Name one, or choose a generator that needs none.",
            "needs-data",
        )
    if dataset and not kind.info.learns:
        raise ConfigError(
            f"{kind.info.title} learns from no data, so there is no use for a data set.",
            "Leave the data set out, or choose a generator that learns.",
            "needs-no-data",
        )
    return kind.info.learns


def require_real(dataset: Dataset) -> None:
    """Refuse to learn from people who were generated.

    Raises:
        ConfigError: there are some.
    """
    if dataset.made is not None:
        raise ConfigError(
            f"{dataset.name!r} is not wholly real: what is learned from it would pass for real, and is not.",
            "Choose the data set that its people were generated from.",
            "not-real",
        )


def expected_events(parts: Split, knobs: Knobs) -> float:
    """How many events there will be, roughly, before anything was learned."""
    counts = parts.train.interactions.user_counts()
    return knobs.people * min(knobs.density * float(counts[counts > 0].mean()), knobs.items or parts.dataset.n_items)


@dataclass(frozen=True)
class Ready:
    """A generator with its settings, what is wanted of it, and what it may learn from, where it learns."""

    generator: Generator
    knobs: Knobs
    parts: Split | None

    @cached_property
    def learned_from(self) -> Dataset | None:
        return None if self.parts is None else training_part(self.parts)

    def made(self, seed: int) -> Made:
        """Where its people are from."""
        if self.parts is None:
            return made_by(self.generator, self.knobs, seed, None, None)
        return made_by(self.generator, self.knobs, seed, self.parts.dataset, self.parts.recipe)


def make_ready(workspace: Workspace, spec: SynthesizeSpec) -> Ready:
    """What a spec says, with its data.

    Raises:
        StudioError: the data are gone, or a setting is none.
    """
    kind = find_generator(spec.generator)
    parts = split(workspace.load_dataset(spec.dataset), spec.split) if spec.dataset else None
    return Ready(kind(kind.Config.parse(spec.settings)), Knobs.parse(spec.knobs), parts)


def make_synthetic(
    workspace: Workspace,
    jobs: Jobs,
    job: Job,
    spec: SynthesizeSpec,
    checkpoints: Checkpoints,
    listener: Callable[[Event], None],
) -> tuple[str, str]:
    """Learn, generate, judge and keep; returns how it ended as a sentence, and the id of the data set.

    A stop while it learns keeps the best epoch, and people are generated from that; a later one keeps nothing.

    Raises:
        StudioError: the data are gone, do not suffice, or too many events come out.
        Cancelled: stopped before there was anything to keep.
    """
    jobs.enter(job.id, "Reading the data")
    ready = make_ready(workspace, spec)
    generator, knobs, learned_from = ready.generator, ready.knobs, ready.learned_from

    def on_event(event: Event) -> None:
        jobs.report(job.id, event)
        listener(event)

    cancel = StopRequest(jobs, job.id)
    jobs.enter(job.id, "Learning")
    context = FitContext(
        seed=spec.seed,
        device=devices.resolve(spec.device),
        on_event=on_event,
        cancel=cancel,
        save_checkpoint=checkpoints.save,
        start_from=checkpoints.newest(),
        cache=workspace.content_cache,
    )
    with training_threads():
        generator.fit(learned_from, context)
        told = _Told(jobs, job, knobs.people, None if cancel() else cancel)
        dataset, log = assemble(generator.population(knobs, spec.seed), spec.name, ready.made(spec.seed), told)
        told.enter("Judging")
        judgement = None if learned_from is None else judge(learned_from, dataset, spec.seed)
        told.enter("Saving")
    card = workspace.save_dataset(dataset, about_made(dataset, generator.findings), judgement)
    if log is not None:
        workspace.save_log(log, log_figures(log) | {"rows": len(log), "kept": len(log), "rejected": 0, "findings": []})
    return _ending(generator, dataset, judgement), card.id


class _Told:
    """Says how far the generating is, a few times a second at most, and stops it where that was asked for."""

    def __init__(self, jobs: Jobs, job: Job, people: int, cancel: StopRequest | None) -> None:
        self._jobs, self._job, self._people, self._cancel = jobs, job, people, cancel
        self._last = 0.0
        self(0)

    def __call__(self, people: int) -> None:
        now = time.monotonic()
        if now - self._last >= TELLS_AFTER:
            self._last = now
            self.enter(f"Generating {people:,} of {counted(self._people, 'person')}")

    def enter(self, phase: str) -> None:
        if self._cancel is not None and self._cancel():
            raise Cancelled
        self._jobs.enter(self._job.id, phase)


def _ending(generator: Generator, dataset: Dataset, judgement: Judgement | None) -> str:
    """What came of it: what must be known before it is used comes first."""
    alarms = [finding.message for finding in generator.findings if finding.level == "error"]
    people, events = counted(dataset.n_users, "person"), counted(len(dataset.interactions), "event")
    were = "was" if dataset.n_users == 1 else "were"
    learning = [] if generator.training is None else [generator.training.reason]
    bound = "" if dataset.made is None else dataset.made.bound
    judged = [] if judgement is None else judgement.verdict()
    return " ".join([*alarms, f"{people} with {events} {were} generated{bound}.", *judged, *learning])
