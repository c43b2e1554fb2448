"""Verbs that show data sets, look after them, and take them out again."""

import argparse
from pathlib import Path

from recsys_core.cli.output import Rows, moment, plain, size, table
from recsys_core.cli.split_options import add_split_options, split_recipe
from recsys_core.cli.verb import Verb, no_arguments, workspace
from recsys_core.data.exporting import FORMATS, PARTS, export
from recsys_core.errors import SplitError
from recsys_core.runs.store import names
from recsys_core.splitting import SPLITTERS, default_recipe, find_splitter, several, split
from recsys_core.splitting.summary import SplitSummary, summarise
from recsys_core.types import Json

_SUMMARY = ("users", "items", "interactions", "feedback", "scale", "rejected", "merged", "findings")


def _dataset_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="name, NAME@VERSION or id")


def _datasets(_: argparse.Namespace) -> tuple[Rows, str]:
    cards = workspace().datasets()
    called = names(cards)
    rows: Rows = [{"dataset": card.id, "name": card.name} | card.about for card in cards]
    shown = [
        {
            "dataset": card.id,
            "name": called[card.id],
            "users": card.about["users"],
            "items": card.about["items"],
            "interactions": card.about["interactions"],
            "size": size(card.size),
            "date": moment(card.created),
            "made": "real + synthetic" if card.is_augmented else "synthetic" if card.is_synthetic else "",
        }
        for card in cards
    ]
    lines = table(shown)
    if cards:
        storage = workspace().storage()
        lines += f"\nData sets {size(storage.datasets)}, runs {size(storage.runs)}, all in all {size(storage.total)}."
    return rows, lines


def _profile(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.data.profiling.profile import profile

    home = workspace()
    card = home.find_dataset(options.dataset)
    figures = profile(home.load_dataset(card.id))
    saved = {"dataset": card.id, "name": card.name} | {key: card.about[key] for key in _SUMMARY if key in card.about}
    lines = [f"{plain(card.name)} (id {card.id}, {moment(card.created)}, {size(card.size)})"]
    lines += [table([{"figure": label, "value": text} for label, text in figures.table()])]
    lines += [plain(sentence) for sentence in figures.sentences()]
    lines += [plain(f"{finding['level']}: {finding['message']}") for finding in saved.get("findings", [])]
    return figures.as_json() | saved, "\n".join(lines)


def _splits_arguments(parser: argparse.ArgumentParser) -> None:
    _dataset_argument(parser)
    add_split_options(parser)


def _splits(options: argparse.Namespace) -> tuple[Rows, str]:
    home = workspace()
    dataset = home.load_dataset(home.find_dataset(options.dataset).id)
    recipe = split_recipe(options, dataset)
    rows: Rows = []
    shown: Rows = []
    remarks = []
    for splitter in SPLITTERS if options.split is None else (find_splitter(options.split),):
        try:
            chosen = recipe.model_copy(update={"key": splitter.key})
            found = several(dataset, chosen) if options.split and options.fold is None else [split(dataset, chosen)]
        except SplitError as error:
            if options.split is not None:
                raise
            rows.append({"split": splitter.key, "error": error.as_dict()})
            remarks.append(f"{splitter.key}: {error}")
            continue
        for one in found:
            name = splitter.key + (f" {splitter.part} {one.recipe.fold} of {one.recipe.folds}" if splitter.part else "")
            summary = summarise(one)
            rows.append({"split": splitter.key, "recipe": one.recipe.model_dump(mode="json")} | summary.as_json())
            remarks += [f"{name}: {warning}" for warning in summary.warnings]
            by_default = " (default)" if splitter.key == default_recipe(dataset).key else ""
            shown.append({"split": name + by_default} | _split_row(summary))
    return rows, "\n".join([table(shown), *map(plain, remarks)])


def _split_row(summary: SplitSummary) -> Json:
    events = {"train": summary.train.events, "valid": summary.valid.events, "test": summary.test.events}
    people = {"judged": summary.warm_users, "not judged": summary.cold_users}
    return events | people | {"leak risk": summary.leak.risk, "mark": summary.fingerprint[:4]}


def _rename_arguments(parser: argparse.ArgumentParser) -> None:
    _dataset_argument(parser)
    parser.add_argument("name", metavar="NAME", help="what to call it from now on")


def _rename(options: argparse.Namespace) -> tuple[Json, str]:
    card = workspace().rename_dataset(options.dataset, options.name)
    return {"dataset": card.id, "name": card.name}, f"It is called {plain(card.name)} now (id {card.id})."


def _delete_arguments(parser: argparse.ArgumentParser) -> None:
    _dataset_argument(parser)
    parser.add_argument("--with-runs", action="store_true", help="delete the runs that were trained on it as well")


def _delete(options: argparse.Namespace) -> tuple[Json, str]:
    home = workspace()
    card = home.find_dataset(options.dataset)
    runs = [run.id for run in home.dependents(card.id).runs]
    home.delete_dataset(card.id, with_runs=options.with_runs)
    fate = "deleted as well" if options.with_runs else "kept: each holds the data it needs"
    lines = [f"Deleted {plain(card.name)} (id {card.id}), {size(card.size)}."]
    lines += [f"Its runs are {fate}: {', '.join(runs)}."] if runs else []
    result = {"dataset": card.id, "name": card.name, "deleted_runs": runs if options.with_runs else []}
    return result, "\n".join(lines)


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    _dataset_argument(parser)
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="is made where it is missing")
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0])
    parser.add_argument("--part", choices=PARTS, action="append", help="only this one; may be given more than once")


def _export(options: argparse.Namespace) -> tuple[Json, str]:
    home = workspace()
    card = home.find_dataset(options.dataset)
    parts = tuple(dict.fromkeys(options.part or PARTS))
    files = export(home.load_dataset(card.id), options.to, options.format, parts)
    lines = [f"{plain(file)}  {size(file.stat().st_size)}" for file in files]
    return {"dataset": card.id, "name": card.name, "files": [str(file) for file in files]}, "\n".join(lines)


VERBS = (
    Verb("datasets", "List the data sets of the workspace.", no_arguments, _datasets),
    Verb("profile", "Show a data set in figures, and what they mean for training.", _dataset_argument, _profile),
    Verb("splits", "Show what each way to split a data set amounts to.", _splits_arguments, _splits),
    Verb("rename", "Call a data set by another name; its id stays.", _rename_arguments, _rename),
    Verb("export", "Write a data set as CSV or Parquet files.", _export_arguments, _export),
    Verb(
        "delete", "Delete a data set; what was trained on it stays unless asked otherwise.", _delete_arguments, _delete
    ),
)
