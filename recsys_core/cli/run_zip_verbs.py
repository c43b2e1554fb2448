"""Verbs that take a run from one installation to another."""

import argparse
from pathlib import Path

from recsys_core.cli.output import plain, size
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import DataError
from recsys_core.runs.files import new_file
from recsys_core.types import Json


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="a zip file that is not there yet")


def _export(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.runs.run_zip import export_run

    home = workspace()
    with new_file(options.to) as sink:
        export_run(home, options.run, sink)
    words = f"{plain(options.to)}  {size(options.to.stat().st_size)}"
    return {"run": options.run, "file": str(options.to)}, words


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="that export-run wrote, here or elsewhere")


def _import(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.runs.run_zip import import_run

    if not options.file.is_file():
        raise DataError(f"There is no file {options.file}.", "Check the path.", "no-file")
    opened = import_run(workspace(), options.file)
    words = "It is here now" if opened.is_new else "It is here already, with the same content"
    run = opened.run
    result = {"run": run.id, "model": run.model, "dataset_name": run.about["dataset_name"], "new": opened.is_new}
    return result, f"{plain(run.title)} on {plain(run.about['dataset_name'])} (run {run.id}). {words}."


VERBS = (
    Verb("export-run", "Write a run as a zip file that another installation opens.", _export_arguments, _export),
    Verb("import-run", "Open a run that export-run wrote.", _import_arguments, _import),
)
