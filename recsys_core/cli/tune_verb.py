"""The verb that looks for the best settings."""

import argparse
import sys

from recsys_core.cli.output import plain, table
from recsys_core.cli.split_options import add_split_options, split_recipe
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import ConfigError, JobError
from recsys_core.training.devices import Device, resolve
from recsys_core.types import Json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="name or id")
    parser.add_argument("--model", required=True, nargs="+", metavar="KEY", help="one or more, see: models")
    parser.add_argument("--trials", type=int, default=20, metavar="N", help="of each model; default: %(default)s")
    parser.add_argument("--stop-on", metavar="METRIC", help="judge trials and epochs by this, such as recall@20")
    parser.add_argument("--device", choices=[*Device], default=Device.AUTO, type=Device, help="default: %(default)s")
    add_split_options(parser)


def _tune(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.models import find_model
    from recsys_core.runs.jobs import FEWEST_TRIALS, MOST_TRIALS, Jobs
    from recsys_core.runs.training_job import run_job
    from recsys_core.runs.trials import Trials
    from recsys_core.runs.tune_job import tune_spec, tuned_runs
    from recsys_core.tuning.trial import Trial, best_of

    if not FEWEST_TRIALS <= options.trials <= MOST_TRIALS:
        raise ConfigError(
            f"--trials is {options.trials}: it must be from {FEWEST_TRIALS} to {MOST_TRIALS:,}.",
            "Choose another value.",
            "bad-setting",
        )
    resolve(options.device)
    home = workspace()
    card = home.find_dataset(options.dataset)
    recipe = split_recipe(options, home.load_dataset(card.id))
    spec = tune_spec(home, card.id, options.model, options.trials, recipe, options.stop_on, device=options.device)

    def show(event: object) -> None:
        if isinstance(event, Trial):
            value = event.value(spec.metric)
            figure = "" if value is None else f", {spec.metric} {value:.4f}"
            settings = ", ".join(f"{name} {value}" for name, value in event.settings.items())
            print(
                f"{event.model} {event.number}/{spec.trials}: {event.ended}{figure}, {event.seconds:.1f} s ({settings})"
                f"{' ' if event.reason else ''}{event.reason}",
                file=sys.stderr,
            )

    jobs = Jobs(home.database)
    job = jobs.begin(spec)
    run_job(home, jobs, job, show)
    ended = jobs.find(job.id)
    if ended.run is None:
        raise JobError(ended.message, "Try again.", "stopped")
    trials, runs = Trials(home.database).ended(job.id), tuned_runs(home, job)
    found = [
        {
            "model": key,
            "run": run.id,
            "settings": run.about["passport"]["config"],
            "metrics": {name: estimate["value"] for name, estimate in run.about["metrics"].items()},
            "tuning": run.about["passport"]["tuning"],
        }
        for key, run in runs.items()
    ]
    shown = []
    for key, run in runs.items():
        best = best_of([trial for trial in trials if trial.model == key], spec.metric)
        assert best is not None  # else there would be no run
        shown.append(
            {
                "model": find_model(key).info.title,
                "validation": best.value(spec.metric),
                "test": run.about["metrics"][spec.metric]["value"],
                "best settings": ", ".join(f"{name} {value}" for name, value in best.settings.items()),
                "run": run.id,
            }
        )
    result: Json = {
        "job": job.id,
        "metric": spec.metric,
        "winner": ended.run,
        "sentence": ended.message,
        "models": found,
    }
    return result, f"{plain(ended.message)}\n{table(shown)}"


VERBS = (Verb("tune", "Look for the best settings of some models, at the same budget for each.", _arguments, _tune),)
