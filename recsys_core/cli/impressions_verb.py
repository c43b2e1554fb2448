"""The verb that brings impression logs in, and lists them."""

import argparse
from pathlib import Path

from recsys_core.cli.output import Rows, moment, plain, table
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import ConfigError, DataError
from recsys_core.runs.impression_files import LogCard
from recsys_core.types import Json

_ROLES = ("user", "item", "position", "click", "propensity", "time")
_SUMMARY = ("impressions", "clicks", "ctr", "low", "high", "items", "users", "rejected", "findings")
_COLUMN_CODES = ("no-item-column", "no-click-column", "unknown-column")
_COLUMN_FLAGS = "In the shell: --item, --click, --position, --propensity, --user, --time COLUMN."


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="to import; lists the logs where left out")
    parser.add_argument("--name", help="what to call the log")
    for role in _ROLES:
        parser.add_argument(f"--{role}", metavar="COLUMN", help=f"the column that holds the {role}")


def _impressions(options: argparse.Namespace) -> tuple[Rows | Json, str]:
    if options.file is None:
        return _list()
    if options.name is None:
        raise ConfigError("The log has no name.", "Add --name NAME.", "usage")
    return _import(options)


def _list() -> tuple[Rows, str]:
    cards = workspace().logs()
    shown = [
        {
            "log": card.id,
            "name": card.name,
            "impressions": card.about["impressions"],
            "clicks": card.about["clicks"],
            "CTR": _percent(card.about["ctr"]),
            "95 % interval": _interval(card.about),
            "items": card.about["items"],
            "date": moment(card.created),
        }
        for card in cards
    ]
    return [_document(card) for card in cards], table(shown)


def _import(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.data.impressions.columns import LogRecipe
    from recsys_core.data.impressions.importing import import_log

    chosen = {role: getattr(options, role) for role in _ROLES if getattr(options, role)}
    origin = f"Imported from the file {options.file.name}."
    try:
        imported = import_log(options.file, options.name, LogRecipe.parse(chosen), origin)
    except DataError as error:
        if error.code not in _COLUMN_CODES:
            raise
        raise DataError(error.message, f"{error.fix} {_COLUMN_FLAGS}", error.code) from error
    card = workspace().save_log(imported.log, imported.summary())
    about = card.about
    lines = [
        f"{plain(card.name)}: {about['clicks']:,} of {about['impressions']:,} impressions were clicked, "
        f"{_percent(about['ctr'])} ({_interval(about)} at 95 %); {about['items']:,} items (id {card.id})."
    ]
    lines += [plain(f"{finding['level']}: {finding['message']}") for finding in about["findings"]]
    return _document(card), "\n".join(lines)


def _document(card: LogCard) -> Json:
    return {"log": card.id, "name": card.name} | {key: card.about[key] for key in _SUMMARY}


def _interval(about: Json) -> str:
    return f"{_percent(about['low'])} to {_percent(about['high'])}"


def _percent(rate: float) -> str:
    return f"{rate:.2%}"


VERBS = (Verb("impressions", "Read a log of impressions, or list those there are.", _arguments, _impressions),)
