"""The studio's verbs in a shell, through the same functions as the pages.

Human tables on stdout, progress on stderr; with ``--json`` one JSON document on stdout. Exit status: 0 done, 2 the
input is at fault (one message, no traceback), 1 a bug.
"""

import argparse
import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from recsys_core.errors import ConfigError, DataError, JobError, StudioError
from recsys_core.runs.store import Workspace, default_home, open_workspace
from recsys_core.training.context import EpochEnded, Progress
from recsys_core.types import Json

Rows = list[dict[str, Any]]

_COLUMN_CODES = ("no-user-column", "no-item-column", "no-rating-column", "ratings-are-words", "unknown-column")
_COLUMN_FLAGS = "In the shell: --user, --item, --rating, --time COLUMN, or --implicit."


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"The command line was not understood: {message}.", f"See: {self.prog} --help", "usage")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in words
    try:
        options = _parser().parse_args(words)
        result, table = options.verb(options)
    except StudioError as error:
        _fail(error.as_dict(), as_json)
        return 2
    except KeyboardInterrupt:
        _fail({"code": "interrupted", "message": "Interrupted.", "fix": ""}, as_json)
        return 130
    except Exception as error:
        traceback.print_exc()
        _fail({"code": "bug", "message": f"Foretaste made a mistake: {error}", "fix": "Please report it."}, as_json)
        return 1
    print(json.dumps(result) if as_json else table)
    return 0


def _fail(error: dict[str, str], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"error": error}))
    print(f"{error['message']} {error['fix']}".strip(), file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m recsys_core", description="Foretaste, a recommender studio, from the shell.")
    verbs = parser.add_subparsers(required=True, metavar="VERB", parser_class=_Parser)

    def verb(
        name: str, function: Callable[[argparse.Namespace], tuple[Any, str]], words: str
    ) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=words, description=words, allow_abbrev=False)
        sub.add_argument("--json", action="store_true", help="print one JSON document")
        sub.set_defaults(verb=function)
        return sub

    one = verb("import", _import, "Read a ratings file into the workspace.")
    one.add_argument("file", type=Path, metavar="FILE")
    one.add_argument("--name", required=True, help="what to call the data set")
    one.add_argument("--items", type=Path, metavar="FILE", help="titles and genres, joined by id")
    for role in ("user", "item", "rating", "time"):
        one.add_argument(f"--{role}", metavar="COLUMN", help=f"the column that holds the {role}")
    one.add_argument("--implicit", action="store_true", help="there are no ratings, or they are to be left aside")

    one = verb("train", _train, "Train a model on a data set.")
    one.add_argument("dataset", metavar="DATASET", help="name or id")
    one.add_argument("--model", required=True, metavar="KEY", help="see: models")
    one.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a setting of the model")
    one.add_argument("--split", metavar="KEY", help="temporal, random, leave-one-out or global-temporal")
    one.add_argument("--threshold", type=float, help="held-out items count as relevant when rated at least this")
    one.add_argument("--seed", type=int, default=0)

    verb("evaluate", _evaluate, "Show what a run measured on its held-out events.").add_argument("run", metavar="RUN")

    one = verb("recommend", _recommend, "List what a run would show somebody.")
    one.add_argument("run", metavar="RUN")
    who = one.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", metavar="ID", help="a person of the data set")
    who.add_argument("--history", nargs="+", metavar="ITEM[:RATING]", help="somebody new, by what they met")
    one.add_argument("-k", type=int, default=10, help="list length")

    verb("models", _models, "List the models and what they can do.")
    verb("datasets", _datasets, "List the data sets of the workspace.")
    verb("runs", _runs, "List the finished runs of the workspace.")
    verb("jobs", _jobs, "List the background jobs of the workspace.")
    return parser


def _workspace() -> Workspace:
    return open_workspace(default_home())


def _import(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.data.importing import import_ratings

    roles = {role: getattr(options, role) for role in ("user", "item", "rating", "time")}
    columns = {role: column for role, column in roles.items() if column is not None}
    try:
        imported = import_ratings(
            options.file, options.name, columns=columns, implicit=options.implicit, items=options.items
        )
    except DataError as error:
        if error.code not in _COLUMN_CODES:
            raise
        raise DataError(error.message, f"{error.fix} {_COLUMN_FLAGS}", error.code) from error
    summary = imported.summary()
    card = _workspace().save_dataset(imported.dataset, summary)
    result = {"dataset": card.id, "name": card.name} | summary
    lines = [
        f"{_plain(card.name)}: {summary['users']:,} people, {summary['items']:,} items, {summary['interactions']:,} "
        f"{summary['feedback']} events (id {card.id})."
    ]
    lines += [_plain(f"{finding['level']}: {finding['message']}") for finding in summary["findings"]]
    return result, "\n".join(lines)


def _train(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.models import find_model
    from recsys_core.runs.jobs import Jobs, TrainSpec
    from recsys_core.runs.training_job import run_job
    from recsys_core.splitting import default_recipe

    workspace = _workspace()
    card = workspace.find_dataset(options.dataset)
    settings = dict(_setting(text) for text in options.set)
    find_model(options.model).Config.parse(settings)
    if not 0 <= options.seed < 2**32:
        raise ConfigError(
            f"The seed is {options.seed}; it must be a whole number from 0 to 2^32 - 1.",
            "Choose another seed.",
            "bad-setting",
        )
    if options.threshold is not None and not np.isfinite(options.threshold):
        raise ConfigError(f"The threshold {options.threshold} is no rating.", "Choose another one.", "bad-setting")
    recipe = default_recipe(workspace.load_dataset(card.id), options.seed)
    recipe = recipe.model_copy(update={"key": options.split or recipe.key, "threshold": options.threshold})
    spec = TrainSpec(dataset=card.id, model=options.model, settings=settings, split=recipe, seed=options.seed)
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec)
    run_job(workspace, jobs, job, _print_progress)
    ended = jobs.find(job.id)
    if ended.run is None:
        raise JobError(ended.message, "Train again.", "stopped")
    run = workspace.find_run(ended.run).about
    result = {name: run[name] for name in ("id", "model", "dataset", "seconds", "epochs", "samples_per_second")}
    result["run"] = result.pop("id")
    result["metrics"] = {name: estimate["value"] for name, estimate in run["metrics"].items()}
    return result, f"{run['ending']}\n{_metrics_table(run)}\nrun {result['run']}"


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"The setting {text!r} has no value.", "Write it as FIELD=VALUE.", "bad-setting")
    return name.strip(), value.strip()


def _print_progress(event: EpochEnded | Progress) -> None:
    if isinstance(event, Progress):
        return
    losses = ", ".join(f"{name} {value:.4f}" for name, value in event.losses.items())
    found = f", {event.validation.metric} {event.validation.value:.4f}" if event.validation else ""
    speed = event.samples / max(event.seconds, 1e-9)
    print(f"epoch {event.epoch}/{event.epochs}: {losses}{found} ({speed:,.0f} samples/s)", file=sys.stderr)


def _metrics_table(run: Json) -> str:
    rows = [
        {
            "metric": name,
            "value": f"{estimate['value']:.4f}",
            "95 % interval": "" if estimate["low"] is None else f"{estimate['low']:.4f} to {estimate['high']:.4f}",
        }
        for name, estimate in run["metrics"].items()
    ]
    return _table(rows)


def _evaluate(options: argparse.Namespace) -> tuple[Json, str]:
    run = _workspace().find_run(options.run).about
    result = {name: run[name] for name in ("passport", "metrics", "users", "cold_users")} | {"run": run["id"]}
    split = run["passport"]["split"]
    head = (
        f"{run['title']} on {_plain(run['dataset_name'])}, {split['recipe']['key']} split {split['fingerprint'][:4]}, "
        f"{run['users']:,} people judged, {run['cold_users']:,} new ones left out."
    )
    return result, f"{head}\n{_metrics_table(run)}"


def _recommend(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.recommending import recommend_to_history, recommend_to_user

    if options.k < 1:
        raise ConfigError(
            f"The list length is {options.k}; it must be at least 1.", "Choose another -k.", "bad-setting"
        )
    run = _workspace().load_run(options.run)
    dataset = run.split.dataset
    if options.user is not None:
        shown = recommend_to_user(run.model, run.split, dataset.user_ids.find(options.user, "user"), options.k)
    else:
        history = [_history_entry(text, dataset.item_ids.positions) for text in options.history]
        rows = [(dataset.item_ids.find(item, "item"), value) for item, value in history]
        shown = recommend_to_history(run.model, run.split, rows, options.k)
    items = [
        {"rank": rank, "id": str(dataset.item_ids.values[item]), "title": dataset.title(item), "score": score}
        for rank, (item, score) in enumerate(shown, start=1)
    ]
    return {"user": options.user, "items": items}, _table(items)


def _history_entry(text: str, known: dict[str, int]) -> tuple[str, float | None]:
    """``ITEM[:RATING]``, cut at the last colon unless the whole is a known id."""
    item, colon, rating = text.rpartition(":")
    if text in known or not colon:
        return text, None
    try:
        value = float(rating)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise DataError(
            f"In {text!r} the rating {rating!r} is not a number.",
            "Write ITEM:RATING, for example 50:4.5.",
            "bad-rating",
        )
    return item, value


def _models(_: argparse.Namespace) -> tuple[Rows, str]:
    from recsys_core.models import MODELS

    rows = [
        {
            "key": model.info.key,
            "title": model.info.title,
            "family": model.info.family,
            "idea": model.info.idea,
            "abilities": sorted(model.info.abilities),
            "paper": model.info.paper,
            "settings": {
                name: {"default": field.get_default(call_default_factory=True), "help": field.description}
                for name, field in model.Config.model_fields.items()
            },
        }
        for model in MODELS
    ]
    shown = [{name: row[name] for name in ("key", "family", "idea")} for row in rows]
    return rows, _table(shown)


def _datasets(_: argparse.Namespace) -> tuple[Rows, str]:
    rows: Rows = [{"dataset": card.id, "name": card.name} | card.about for card in _workspace().datasets()]
    shown = [{name: row[name] for name in ("dataset", "name", "users", "items", "interactions")} for row in rows]
    return rows, _table(shown)


def _runs(_: argparse.Namespace) -> tuple[Rows, str]:
    rows: Rows = [{"run": card.id} | card.about for card in _workspace().runs()]
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
    return rows, _table(shown)


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
        for job in Jobs(_workspace().database).all()
    ]
    return rows, _table(rows)


def _table(rows: Rows) -> str:
    """Columns padded to their widest cell; control characters of uploaded text are shown as escapes."""
    if not rows:
        return "Nothing here yet."
    cells = [list(rows[0])] + [["" if value is None else _plain(value) for value in row.values()] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )


def _plain(value: Any) -> str:
    text = f"{value:.4f}" if isinstance(value, float) else str(value)
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
