"""A search for the best settings of some models, at the same number of trials for each.

Models take turns, so that the budgets are equal, but for one trial, whenever the search is stopped.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from recsys_core.blending import Gain
from recsys_core.errors import ConfigError, ModelError, SplitError
from recsys_core.evaluation import evaluate, judged_users, validator
from recsys_core.metrics import about
from recsys_core.models import Recommender, find_model
from recsys_core.preflight import memory
from recsys_core.runs.checkpoints import Checkpoints
from recsys_core.runs.forecasts import Forecasts
from recsys_core.runs.jobs import Executor, Job, Jobs, State, TrainSpec, TuneSpec
from recsys_core.runs.passport import describe
from recsys_core.runs.popularity_run import ensure_popularity
from recsys_core.runs.presets import Presets, fitting_name
from recsys_core.runs.stop_request import StopRequest
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.threads import training_threads
from recsys_core.runs.trials import Trials
from recsys_core.splitting import Split, SplitRecipe, split
from recsys_core.statistics.estimates import Estimate
from recsys_core.training import devices
from recsys_core.training.context import Cancelled, Event, FitContext, Preparing, Progress
from recsys_core.training.devices import Device
from recsys_core.tuning.attempt import attempt
from recsys_core.tuning.outcome import Budget, Tuned, gain_over, verdict
from recsys_core.tuning.proposal import propose
from recsys_core.tuning.space import space_of
from recsys_core.tuning.target import common_metric
from recsys_core.tuning.trial import Ended, Trial, best_of
from recsys_core.types import Json

FINALS = 2  # trainings of each model after its trials: with the settings as they come, and with the best ones

Tell = Callable[[Trial], None]


def tune_spec(
    workspace: Workspace,
    dataset: str,
    models: Sequence[str],
    trials: int,
    recipe: SplitRecipe,
    metric: str | None = None,
    executor: Executor = Executor.AUTO,
    device: Device = Device.AUTO,
) -> TuneSpec:
    """A search that has something to do: all of its models can be tuned, learn from these data and be judged.

    Raises:
        ConfigError: no model, one that does not exist, or one without settings to search; no such metric.
        ModelError: a model refuses the data.
        SplitError: the data cannot be split like this, or nobody is held out for validation or for the test.
    """
    models = tuple(dict.fromkeys(models))
    if not models:
        raise ConfigError("There is no model to tune.", "Choose one or more.", "no-model")
    parts = split(workspace.load_dataset(dataset), recipe)
    for key in models:
        kind = find_model(key)
        if not space_of(kind):
            raise ConfigError(
                f"{kind.info.title} has no settings to tune.", "Leave it out: it is in every comparison.", "no-settings"
            )
        model = kind()
        model.check(parts.train)
        judged_users(model, parts.test)
        if validator(parts, model, common_metric(models, metric)) is None:
            raise SplitError(
                "The split holds out no validation events, and trials are judged by nothing else.",
                "Choose a split with a validation share, or bring people with more events.",
                "no-validation",
            )
    return TuneSpec(
        dataset=dataset,
        models=models,
        trials=trials,
        split=recipe,
        seed=recipe.seed,
        executor=executor,
        metric=common_metric(models, metric),
        device=device,
    )


def tune(
    workspace: Workspace, jobs: Jobs, job: Job, spec: TuneSpec, tell: Tell = lambda _: None
) -> tuple[State, str, str]:
    """Make the trials that are still to be made, then train and measure the best settings of each model.

    Args:
        workspace, jobs, job, spec: what to do, and where it belongs.
        tell: is told of each trial that ended.

    Returns:
        How it ended, the same as a sentence, and the run of the model that is best on the test events. When somebody
        stops the search, what was found so far is trained and kept; the trial in progress is dropped.

    Raises:
        StudioError: the data are gone, or not one trial was done.
        Cancelled: stopped before any trial was done.
    """
    jobs.enter(job.id, "Reading the data")
    parts = split(workspace.load_dataset(workspace.find_dataset(spec.dataset).id), spec.split)
    ensure_popularity(workspace, spec.dataset, parts)
    with training_threads() as threads:
        search = _Search(workspace, jobs, job, spec, parts, threads)
        state = State.FINISHED
        try:
            search.make_trials(tell)
        except Cancelled:
            search.trials.drop_running(job.id)
            if not any(trial.ended is Ended.DONE for trial in search.trials.ended(job.id)):
                raise
            state = State.STOPPED
        sentence, run = search.keep_the_best()
    if state is State.STOPPED:
        done = len(search.trials.ended(job.id))
        search.say(done)  # where it goes on, if it does
        sentence = f"Stopped by hand after {done} of {len(spec.models) * spec.trials} trials. {sentence}"
    return state, sentence, run


@dataclass(frozen=True)
class _Search:
    workspace: Workspace
    jobs: Jobs
    job: Job
    spec: TuneSpec
    parts: Split
    threads: int

    @property
    def trials(self) -> Trials:
        return Trials(self.workspace.database)

    def make_trials(self, tell: Tell) -> None:
        for done, (number, key) in enumerate(product(range(1, self.spec.trials + 1), self.spec.models)):
            earlier = [trial for trial in self.trials.ended(self.job.id) if trial.model == key]
            if number <= len(earlier):  # before the search was interrupted
                continue
            self.jobs.enter(self.job.id, f"{find_model(key).info.title}, trial {number} of {self.spec.trials}")
            self.say(done)
            cancel = StopRequest(self.jobs, self.job.id)
            if cancel():
                raise Cancelled
            trial = propose(key, number, earlier, self.spec.metric, self.spec.seed)
            self.trials.note(self.job.id, trial)
            ended = self._attempt(trial, earlier, done, cancel)
            self.trials.note(self.job.id, ended)
            tell(ended)

    def _attempt(self, trial: Trial, earlier: Sequence[Trial], done: int, cancel: StopRequest) -> Trial:
        checkpoints = Checkpoints(self.workspace.root / "jobs" / self.job.id / f"{trial.model}-{trial.number}")
        context = replace(
            self._context(done),
            cancel=cancel,
            save_checkpoint=checkpoints.save,
            start_from=checkpoints.newest_or_none(),
        )
        ended = attempt(
            trial, self.parts, self.spec.metric, earlier, context, lambda now: self.trials.note(self.job.id, now)
        )
        checkpoints.clear()
        return ended

    def _context(self, done: int) -> FitContext:
        def on_event(event: Event) -> None:
            if not isinstance(event, Preparing):
                self.say(done + (event.done if isinstance(event, Progress) else event.epoch) / event.epochs)

        return FitContext(
            seed=self.spec.seed,
            device=devices.resolve(self.spec.device),
            on_event=on_event,
            cache=self.workspace.content_cache,
        )

    def say(self, done: float) -> None:
        """How many of all trainings are done."""
        self.jobs.report(self.job.id, Progress(done, len(self.spec.models) * (self.spec.trials + FINALS)))

    def keep_the_best(self) -> tuple[str, str]:
        """The verdict, and the run of the model that is best on the test events."""
        trials, metric = self.trials.ended(self.job.id), self.spec.metric
        kept: list[tuple[RunCard, Tuned]] = []
        left_out: dict[str, str] = {}
        for place, key in enumerate(self.spec.models):
            mine = [trial for trial in trials if trial.model == key]
            best = best_of(mine, metric)
            if best is not None:
                kept.append(self._keep(mine, best, len(self.spec.models) * self.spec.trials + FINALS * place))
            else:
                left_out[find_model(key).info.title] = mine[0].reason if mine else "it had no trial."
        if not kept:
            reasons = "; ".join(f"{title}: {reason}" for title, reason in left_out.items())
            raise ModelError(f"Not one trial came to a result. {reasons}", code="no-result")
        kept.sort(key=lambda pair: pair[1].test.value, reverse=about(metric).higher_is_better)
        lead = self._gain(kept[0][0], kept[1][0]) if len(kept) > 1 else None
        return verdict([tuned for _, tuned in kept], lead, metric, left_out), kept[0][0].id

    def _keep(self, trials: Sequence[Trial], best: Trial, done: int) -> tuple[RunCard, Tuned]:
        """The run with the best settings of a model, and with those as they come, which is a run too."""
        kind, first, budget = find_model(best.model), trials[0], Budget.of(trials)
        usual = None
        if best is not first and first.ended is not Ended.FAILED:
            self.jobs.enter(self.job.id, f"{kind.info.title} with its settings as they come")
            usual = self._untuned(kind) or self._train(kind, {}, done)
        self.jobs.enter(self.job.id, f"{kind.info.title} with its best settings")
        tuning: Json = {
            "job": self.job.id,
            "trials": budget.trials,
            "pruned": budget.pruned,
            "failed": budget.failed,
            "seconds": budget.seconds,
            "metric": self.spec.metric,
            "seed": self.spec.seed,
            "best_trial": best.number,
            "best_validation": best.value(self.spec.metric),
            "as_it_comes": first.value(self.spec.metric),
            "models": list(self.spec.models),
            "untuned_run": None if usual is None else usual.id,
        }
        run = self._tuned(tuning) or self._train(kind, best.settings, done + 1, tuning)
        name = f"search {self.job.number} on {self.parts.dataset.name}"
        Presets(self.workspace.root).save(best.model, fitting_name(name), best.settings)
        gain = self._gain(run, usual) if usual is not None else None
        return run, Tuned(run.title, Estimate(**run.about["metrics"][self.spec.metric]), gain, budget)

    def _train(self, kind: type[Recommender], settings: Json, done: int, tuning: Json | None = None) -> RunCard:
        model = kind(kind.Config.parse(settings))
        spec = TrainSpec(
            dataset=self.spec.dataset,
            model=kind.info.key,
            settings=model.config.model_dump(mode="json"),
            split=self.spec.split,
            seed=self.spec.seed,
            metric=self.spec.metric,
            device=self.spec.device,
        )
        started, watch = time.monotonic(), memory.Watch()
        validate = validator(self.parts, model, self.spec.metric)
        model.fit(self.parts.train, replace(self._context(done), validate=validate))
        seconds = model.training.seconds if model.training else time.monotonic() - started
        report = evaluate(model, self.parts.test, self.parts.dataset)
        forecast = Forecasts(self.workspace.database).find(spec)
        taken = watch.taken() if forecast is None else forecast.own
        card = describe(model, self.spec.dataset, self.parts, report, seconds, self.threads, spec, taken)
        if tuning is not None:
            card["passport"]["tuning"] = tuning
        return self.workspace.save_run(card | {"job": self.job.id}, model, self.parts, report)

    def _untuned(self, kind: type[Recommender]) -> RunCard | None:
        """A run with the settings as they come, from the same events, seed and stopping metric: whole, from scratch."""
        usual = kind().config.model_dump(mode="json")
        for run in self.workspace.runs():
            passport = run.about["passport"]
            if (
                run.model == kind.info.key
                and run.split_fingerprint == self.parts.fingerprint
                and (passport["config"], passport["seed"]) == (usual, self.spec.seed)
                and passport.get("stopping_metric") in (None, self.spec.metric)
                and run.stopped_after is None
                and run.is_from_scratch
            ):
                return run
        return None

    def _tuned(self, tuning: Json) -> RunCard | None:
        """The run that this search has kept already, before it was interrupted."""
        runs = self.workspace.runs()
        return next((run for run in runs if run.about["passport"].get("tuning") == tuning), None)

    def _gain(self, run: RunCard, other: RunCard) -> Gain | None:
        mine, theirs = (self.workspace.per_user(one.id)[self.spec.metric] for one in (run, other))
        return gain_over(mine, theirs, self.spec.metric)


def tuned_runs(workspace: Workspace, job: Job) -> dict[str, RunCard]:
    """Model → the run that a search has kept of it, the newest where it was stopped and went on; in its order."""
    assert isinstance(job.spec, TuneSpec)
    found: dict[str, RunCard] = {}
    for run in workspace.runs():
        if run.about["passport"].get("tuning", {}).get("job") == job.id:
            found.setdefault(run.model, run)
    return {key: found[key] for key in job.spec.models if key in found}
