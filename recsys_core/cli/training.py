"""A training in the shell: what it says meanwhile and in the end, whichever verb asked for it."""

import sys
from collections.abc import Callable

from recsys_core.cli.output import metrics_table, plain
from recsys_core.cli.preflight_verb import told as in_words
from recsys_core.errors import ConfigError, JobError
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.training.context import Cancelled, EpochEnded, Event, Preparing
from recsys_core.tuning.trial import Trial
from recsys_core.types import Json


def train(home: Workspace, spec: TrainSpec, stop_after: int | None) -> tuple[RunCard, Json, list[str]]:
    """Do a training now.

    Args:
        stop_after: the epoch after which it is stopped as by hand.

    Returns:
        The run, what a document says of it, and the same in lines for people, the first of which says how it ended.
    """
    from recsys_core.content.coverage import sentences as what_was_read
    from recsys_core.runs.forecasts import Forecasts
    from recsys_core.runs.training_job import run_job
    from recsys_core.warm_and_cold import sentences

    if stop_after is not None and stop_after < 1:
        raise ConfigError(f"--stop-after cannot be {stop_after}.", "Choose 1 or more.", "bad-setting")
    forecast = Forecasts(home.database).find(spec)
    if forecast is not None:
        print(in_words(forecast), file=sys.stderr)
    jobs = Jobs(home.database)
    job = jobs.begin(spec)
    run_job(home, jobs, job, _listener(stop_after))
    ended = jobs.find(job.id)
    if ended.run is None:
        raise JobError(ended.message, "Train again.", "stopped")
    card = home.find_run(ended.run)
    run = card.about
    result = {name: run[name] for name in ("model", "dataset", "seconds", "epochs", "samples_per_second")}
    result |= {"run": card.id, "metrics": {name: estimate["value"] for name, estimate in run["metrics"].items()}}
    told = map(plain, [*sentences(run), *what_was_read(run)])
    return card, result, [run["ending"], metrics_table(run), *told, f"run {card.id}"]


def _listener(stop_after: int | None) -> Callable[[Event | Trial], None]:
    """Prints each epoch, and ends the training after the last one that is wanted."""

    def listen(event: Event | Trial) -> None:
        _print_progress(event)
        if isinstance(event, EpochEnded) and event.epoch == stop_after:
            raise Cancelled

    return listen


def _print_progress(event: Event | Trial) -> None:
    if isinstance(event, Preparing) and event.done == event.of:
        print(f"read {event.of:,} {event.what}", file=sys.stderr)
    if not isinstance(event, EpochEnded):
        return
    losses = ", ".join(f"{name} {value:.4f}" for name, value in event.losses.items())
    found = f", {event.validation.metric} {event.validation.value:.4f}" if event.validation else ""
    speed = event.samples / max(event.seconds, 1e-9)
    print(f"epoch {event.epoch}/{event.epochs}: {losses}{found} ({speed:,.0f} samples/s)", file=sys.stderr)
