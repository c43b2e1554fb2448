"""A job from its spec to its end. The same function serves the app, its worker process and the shell."""

import time
from collections.abc import Callable

from recsys_core.errors import StudioError, what_happened
from recsys_core.evaluation import evaluate, validator
from recsys_core.models import find_model
from recsys_core.models.popularity import Popularity
from recsys_core.preflight import memory
from recsys_core.runs.blend_job import blend
from recsys_core.runs.checkpoints import Checkpoints
from recsys_core.runs.fine_tuning import prepare
from recsys_core.runs.forecasts import Forecasts
from recsys_core.runs.jobs import (
    BlendSpec,
    Job,
    Jobs,
    LeakSpec,
    State,
    SynthesizeSpec,
    TrainSpec,
    TransferSpec,
    TuneSpec,
    WorthSpec,
)
from recsys_core.runs.leak_job import measure_leaks
from recsys_core.runs.passport import describe
from recsys_core.runs.popularity_run import ensure_popularity
from recsys_core.runs.stop_request import StopRequest
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.synthesis_job import make_synthetic
from recsys_core.runs.threads import training_threads
from recsys_core.runs.transfer_job import measure_transfer
from recsys_core.runs.transferring import prepare_transfer
from recsys_core.runs.tune_job import tune
from recsys_core.runs.worth_job import measure_worth
from recsys_core.splitting import split
from recsys_core.training import devices
from recsys_core.training.context import Cancelled, Event, FitContext
from recsys_core.tuning.trial import Trial

# Before that there is nothing to keep.
_WHAT_IS_KEPT = {
    TrainSpec: "the first epoch was over",
    BlendSpec: "it was done",
    TuneSpec: "a trial was done",
    LeakSpec: "a model was measured",
    TransferSpec: "anything was measured",
    SynthesizeSpec: "all people were generated",
    WorthSpec: "anything was measured",
}

Listener = Callable[[Event | Trial], None]


def run_job(workspace: Workspace, jobs: Jobs, job: Job, listener: Listener | None = None) -> None:
    """Do a job that this process has claimed, and close it whatever happens.

    Args:
        workspace, jobs: where it belongs.
        job: claimed, so running.
        listener: is told what the job's row is told; of a search, the trials that ended.

    Raises:
        StudioError: expected failures, after the job was closed as failed.
        Exception: bugs, likewise.
    """
    checkpoints = Checkpoints(workspace.root / "jobs" / job.id)
    state = State.FINISHED
    try:
        if isinstance(job.spec, BlendSpec):
            ending, kept = blend(workspace, jobs, job, job.spec)
        elif isinstance(job.spec, TuneSpec):
            state, ending, kept = tune(workspace, jobs, job, job.spec, listener or (lambda _: None))
        elif isinstance(job.spec, LeakSpec):
            (state, ending), kept = measure_leaks(workspace, jobs, job, job.spec), None
        elif isinstance(job.spec, TransferSpec):
            (state, ending), kept = measure_transfer(workspace, jobs, job, job.spec), None
        elif isinstance(job.spec, SynthesizeSpec):
            ending, kept = make_synthetic(workspace, jobs, job, job.spec, checkpoints, listener or (lambda _: None))
        elif isinstance(job.spec, WorthSpec):
            (state, ending), kept = measure_worth(workspace, jobs, job, job.spec), None
        else:
            run = _train(workspace, jobs, job, job.spec, checkpoints, listener)
            ending, kept = str(run.about["ending"]), run.id
    except Cancelled:
        before = _WHAT_IS_KEPT[type(job.spec)]
        jobs.end(job.id, State.STOPPED, f"Stopped by hand before {before}; there was nothing to keep.")
    except StudioError as error:
        jobs.end(job.id, State.FAILED, str(error))
        raise
    except KeyboardInterrupt:
        jobs.end(job.id, State.INTERRUPTED, "Interrupted from the keyboard.")
        raise
    except BaseException as error:
        jobs.end(job.id, State.FAILED, what_happened(error))
        raise
    else:
        jobs.end(job.id, state, ending, kept)
        if kept is not None:  # else its folder holds what it came to
            checkpoints.clear()


def _train(
    workspace: Workspace, jobs: Jobs, job: Job, spec: TrainSpec, checkpoints: Checkpoints, listener: Listener | None
) -> RunCard:
    saved = workspace.run_of_job(job.id)
    if saved is not None:  # a crash came between saving the run and saying so
        return saved
    jobs.enter(job.id, "Reading the data")
    watch = memory.Watch()
    card = workspace.find_dataset(spec.dataset)
    parts = split(workspace.load_dataset(card.id), spec.split)
    model_class = find_model(spec.model)
    model = model_class(model_class.Config.parse(spec.settings))
    tuning = prepare(workspace, spec.fine_tune, model, parts) if spec.fine_tune else None
    transfer = prepare_transfer(workspace, spec.transfer, spec.model, model.config, parts) if spec.transfer else None
    begun = tuning or transfer
    if begun is not None:
        parts = begun.parts
    device = devices.resolve(spec.device)
    forecast = Forecasts(workspace.database).find(spec)
    if forecast is not None:  # memory may have become scarce while the job waited
        model.require_memory(parts.train, forecast.own)
    if spec.model != Popularity.info.key:
        ensure_popularity(workspace, card.id, parts, begun.moved if begun else 0)

    def on_event(event: Event) -> None:
        jobs.report(job.id, event)
        if listener is not None:
            listener(event)

    jobs.enter(job.id, "Training")
    started = time.monotonic()
    context = FitContext(
        seed=spec.seed,
        device=device,
        validate=validator(parts, transfer.judged if transfer else model, spec.metric),
        on_event=on_event,
        cancel=StopRequest(jobs, job.id),
        save_checkpoint=checkpoints.save,
        start_from=checkpoints.newest(),
        warm=tuning.warm if tuning else None,
        cache=workspace.content_cache,
    )
    with training_threads() as threads:
        model = transfer.fit(context) if transfer else model.fit(parts.train, context)
        seconds = model.training.seconds if model.training else time.monotonic() - started
        jobs.enter(job.id, "Measuring on the held-out events")
        report = evaluate(model, parts.test, parts.dataset)
        outcome = begun.outcome(model) if begun else None
    jobs.enter(job.id, "Saving")
    taken = watch.taken() if forecast is None else forecast.own
    about = describe(model, card.id, parts, report, seconds, threads, spec, taken) | {"job": job.id}
    if begun is not None:
        about[begun.key] = outcome
        about["passport"][begun.key] = begun.passport()
    if transfer is not None:
        about |= transfer.words(model)
    return workspace.save_run(about, model, parts, report)
