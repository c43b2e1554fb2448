"""Verbs that train models, and show what they measured."""

import argparse
import sys

from recsys_core.cli.output import Rows, metrics_table, plain, table
from recsys_core.cli.split_options import add_split_options, split_recipe
from recsys_core.cli.verb import Verb, no_arguments, workspace
from recsys_core.errors import ConfigError, JobError
from recsys_core.training.context import EpochEnded, Progress
from recsys_core.training.devices import Device, resolve
from recsys_core.tuning.trial import Trial
from recsys_core.types import Json


def _train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="name or id")
    parser.add_argument("--model", required=True, metavar="KEY", help="see: models")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a setting of the model")
    parser.add_argument("--stop-on", metavar="METRIC", help="choose the best epoch by this, such as recall@20")
    parser.add_argument("--device", choices=[*Device], default=Device.AUTO, type=Device, help="default: %(default)s")
    add_split_options(parser)


def _train(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.evaluation import stopping_metric
    from recsys_core.models import find_model
    from recsys_core.runs.jobs import Jobs, TrainSpec
    from recsys_core.runs.training_job import run_job

    home = workspace()
    card = home.find_dataset(options.dataset)
    settings = dict(_setting(text) for text in options.set)
    model = find_model(options.model)
    stopping_metric(model(model.Config.parse(settings)), options.stop_on)
    resolve(options.device)
    recipe = split_recipe(options, home.load_dataset(card.id))
    spec = TrainSpec(
        dataset=card.id,
        model=options.model,
        settings=settings,
        split=recipe,
        seed=recipe.seed,
        metric=options.stop_on,
        device=options.device,
    )
    jobs = Jobs(home.database)
    job = jobs.begin(spec)
    run_job(home, jobs, job, _print_progress)
    ended = jobs.find(job.id)
    if ended.run is None:
        raise JobError(ended.message, "Train again.", "stopped")
    run = home.find_run(ended.run).about
    result = {name: run[name] for name in ("id", "model", "dataset", "seconds", "epochs", "samples_per_second")}
    result["run"] = result.pop("id")
    result["metrics"] = {name: estimate["value"] for name, estimate in run["metrics"].items()}
    return result, f"{run['ending']}\n{metrics_table(run)}\nrun {result['run']}"


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"The setting {text!r} has no value.", "Write it as FIELD=VALUE.", "bad-setting")
    return name.strip(), value.strip()


def _print_progress(event: EpochEnded | Progress | Trial) -> None:
    if not isinstance(event, EpochEnded):
        return
    losses = ", ".join(f"{name} {value:.4f}" for name, value in event.losses.items())
    found = f", {event.validation.metric} {event.validation.value:.4f}" if event.validation else ""
    speed = event.samples / max(event.seconds, 1e-9)
    print(f"epoch {event.epoch}/{event.epochs}: {losses}{found} ({speed:,.0f} samples/s)", file=sys.stderr)


def _run_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN")


def _evaluate(options: argparse.Namespace) -> tuple[Json, str]:
    run = workspace().find_run(options.run).about
    result = {name: run[name] for name in ("passport", "metrics", "users", "cold_users")} | {"run": run["id"]}
    split = run["passport"]["split"]
    head = (
        f"{run['title']} on {plain(run['dataset_name'])}, {split['recipe']['key']} split {split['fingerprint'][:4]}, "
        f"{run['users']:,} people judged, {run['cold_users']:,} new ones left out."
    )
    return result, f"{head}\n{metrics_table(run)}"


def _models_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--markdown", action="store_true", help="print the tables of the README")


def _models(options: argparse.Namespace) -> tuple[Rows, str]:
    from recsys_core.models import MODELS
    from recsys_core.models.catalogue import markdown
    from recsys_core.models.parity import parity_of

    rows = [
        {
            "key": model.info.key,
            "title": model.info.title,
            "family": model.info.family,
            "idea": model.info.idea,
            "abilities": sorted(model.info.abilities),
            "paper": model.info.paper,
            "cost": model.info.cost.value,
            "parity": [vars(one) for one in parity_of(model.info.key)],
            "presets": model.Config.presets(),
            "settings": {
                name: {"default": field.get_default(call_default_factory=True), "help": field.description}
                for name, field in model.Config.model_fields.items()
            },
        }
        for model in MODELS
    ]
    shown = [{name: row[name] for name in ("key", "family", "cost", "idea")} for row in rows]
    return rows, markdown() if options.markdown else table(shown)


def _runs(_: argparse.Namespace) -> tuple[Rows, str]:
    rows: Rows = [{"run": card.id} | card.about for card in workspace().runs()]
    shown = [
        {
            "run": row["run"],
            "model": row["model"],
            "data": row["dataset_name"],
            "split": row["passport"]["split"]["recipe"]["key"],
            "ndcg@10": f"{row['metrics']['ndcg@10']['value']:.4f}",
        }
        for row in rows
    ]
    return rows, table(shown)


def _jobs(_: argparse.Namespace) -> tuple[Rows, str]:
    from recsys_core.runs.jobs import Jobs

    rows = [
        {
            "job": job.id,
            "model": job.spec.model,
            "dataset": job.spec.dataset,
            "state": job.state.value,
            "run": job.run,
            "message": job.message,
        }
        for job in Jobs(workspace().database).all()
    ]
    return rows, table(rows)


VERBS = (
    Verb("train", "Train a model on a data set.", _train_arguments, _train),
    Verb("evaluate", "Show what a run measured on its held-out events.", _run_argument, _evaluate),
    Verb("models", "List the models and what they can do.", _models_arguments, _models),
    Verb("runs", "List the finished runs of the workspace.", no_arguments, _runs),
    Verb("jobs", "List the background jobs of the workspace.", no_arguments, _jobs),
)
