"""Verbs that train models, and show what they measured."""

import argparse

from recsys_core.cli.output import Rows, metrics_table, plain, table
from recsys_core.cli.train_options import add_stop_option, add_train_arguments, train_spec
from recsys_core.cli.training import train
from recsys_core.cli.verb import Verb, no_arguments, workspace
from recsys_core.types import Json


def _train_arguments(parser: argparse.ArgumentParser) -> None:
    add_train_arguments(parser)
    add_stop_option(parser)


def _train(options: argparse.Namespace) -> tuple[Json, str]:
    run, result, lines = train(workspace(), train_spec(options), options.stop_after)
    if "fine_tune" in run.about:
        from recsys_core.runs.before_after import sentence

        result["fine_tune"] = run.about["fine_tune"]
        lines.insert(2, sentence(run.about["fine_tune"]))
    return result, "\n".join(lines)


def _run_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN")


def _evaluate(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.content.coverage import sentences as what_was_read
    from recsys_core.runs.standing import standing
    from recsys_core.warm_and_cold import sentences

    home = workspace()
    card = home.find_run(options.run)
    run, stands = card.about, standing(home, card)
    result = {name: run[name] for name in ("passport", "metrics", "users", "cold_users")} | {"run": run["id"]}
    result["standing"] = stands.sentence if stands is not None and stands.against else None
    split = run["passport"]["split"]
    head = (
        f"{run['title']} on {plain(run['dataset_name'])}, {split['recipe']['key']} split {split['fingerprint'][:4]}, "
        f"{run['users']:,} people judged, {run['cold_users']:,} new ones left out."
    )
    result["apart"], result["coverage"] = run.get("apart", {}), run.get("coverage", [])  # older versions have none
    notes = [*([result["standing"]] if result["standing"] else []), *sentences(run), *what_was_read(run)]
    return result, "\n".join([head, metrics_table(run), *map(plain, notes)])


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
    cards = workspace().runs()
    rows: Rows = [{"run": card.id} | card.about for card in cards]
    shown = [
        {
            "run": card.id,
            "model": f"{card.about['transfer']['title']}, transferred from {card.transferred_from}"
            if card.transferred_from
            else card.model,
            "data": card.about["dataset_name"],
            "split": card.about["passport"]["split"]["recipe"]["key"],
            "ndcg@10": f"{card.about['metrics']['ndcg@10']['value']:.4f}",
        }
        for card in cards
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
