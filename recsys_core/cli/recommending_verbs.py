"""Verbs that show what somebody would be recommended."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recsys_core.cli.output import plain, size, table
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import ConfigError, DataError
from recsys_core.types import Json

if TYPE_CHECKING:  # brings torch
    from recsys_core.runs.run_files import LoadedRun


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", metavar="ID", help="a person of the data set")
    who.add_argument("--history", nargs="+", metavar="ITEM[:RATING]", help="somebody new, by what they met")
    who.add_argument("--everyone", action="store_true", help="all people of the data set, into a file")
    who.add_argument("--people", type=Path, metavar="FILE", help="the people whose ids stand there, one a line")
    parser.add_argument("--to", type=Path, metavar="FILE", help="CSV or Parquet, for --everyone and --people")
    parser.add_argument("-k", type=int, default=10, help="list length")


def _recommend(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.recommending import history_entry, recommend_to_history, recommend_to_user

    if (options.to is not None) != (options.everyone or options.people is not None):
        raise ConfigError(
            "Lists of many people go into a file, and the list of one person is printed.",
            "Give --to FILE with --everyone or --people, and only there.",
            "usage",
        )
    if options.k < 1:
        raise ConfigError(
            f"The list length is {options.k}; it must be at least 1.", "Choose another -k.", "bad-setting"
        )
    run = workspace().load_run(options.run)
    if options.to is not None:
        return _into_a_file(options, run)
    dataset = run.split.dataset
    if options.user is not None:
        shown = recommend_to_user(run.model, run.split, dataset.user_ids.find(options.user, "user"), options.k)
    else:
        history = [history_entry(text, dataset.item_ids.positions) for text in options.history]
        rows = [(dataset.item_ids.find(item, "item"), value) for item, value in history]
        shown = recommend_to_history(run.model, run.split, rows, options.k)
    items = [
        {"rank": rank, "id": str(dataset.item_ids.values[item]), "title": dataset.title(item), "score": score}
        for rank, (item, score) in enumerate(shown, start=1)
    ]
    return {"user": options.user, "items": items}, table(items)


def _into_a_file(options: argparse.Namespace, run: "LoadedRun") -> tuple[Json, str]:
    from recsys_core.runs.list_export import export_lists, people_named

    ids = run.split.dataset.user_ids
    people = np.arange(len(ids)) if options.everyone else people_named(_lines(options.people), ids)
    started = time.monotonic()
    export_lists(run, people, options.k, options.to)
    seconds = time.monotonic() - started
    words = f"{plain(options.to)}  {len(people):,} people, {size(options.to.stat().st_size)}, {seconds:.1f} s"
    return {"file": str(options.to), "people": len(people), "k": options.k, "seconds": seconds}, words


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is no text in UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror or str(error)
        raise DataError(f"{path.name} cannot be read: {why}.", "Give a text file (UTF-8).", "cannot-read") from error


VERBS = (Verb("recommend", "List what a run would show somebody.", _arguments, _recommend),)
