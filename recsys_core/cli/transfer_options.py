"""Options that say what is transferred, and how."""

import argparse
import csv
import io
import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from recsys_core.errors import ConfigError
from recsys_core.transfer.plan import IDEAS, Plan, Way

COLUMNS = ("id", "source_id")  # of a file of matches


def add_plan_options(parser: argparse.ArgumentParser) -> None:
    """How what was carried over is adapted, and what is the same in both data sets."""
    ways = ", ".join(IDEAS)
    plan = parser.add_mutually_exclusive_group()
    plan.add_argument("--way", choices=[*Way], type=Way, metavar="WAY", help=f"one of: {ways}; default: what suits")
    plan.add_argument("--plan", metavar="FILE|JSON", help='all of a plan, such as {"way": "full", "pull": 0.1}')
    parser.add_argument(
        "--pairs",
        metavar="FILE|JSON",
        help="items matched by hand: a CSV file with the columns id and source_id, or "
        '{"id here": "id in the source"}; an empty source_id says that the source does not have the item',
    )
    parser.add_argument(
        "--people", choices=["yes", "no"], help="whether equal ids mean the same person; default: as the data look"
    )


def chosen_plan(options: argparse.Namespace) -> Plan | None:
    """The plan that the options name; None where they leave it open.

    Raises:
        ConfigError: it is none.
    """
    if options.way is not None:
        return Plan(way=options.way)
    if options.plan is None:
        return None
    try:
        return Plan.model_validate(_json_of(options.plan, "--plan"))
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"])) or "the plan"
        raise ConfigError(
            f"The plan is not one: {place} cannot be {fault['input']!r}.",
            f"Ways are {', '.join(Way)}; a plan may also say carry, calibrated, rates, thaw and pull.",
            "bad-plan",
        ) from None


def chosen_people(options: argparse.Namespace) -> bool | None:
    """Whether equal ids mean the same person; None where nobody said."""
    return None if options.people is None else options.people == "yes"


def chosen_pairs(options: argparse.Namespace) -> dict[str, str]:
    """Id of an item in the target → its id in the source, "" where it is not there.

    Raises:
        ConfigError: it cannot be read as such.
    """
    if options.pairs is None:
        return {}
    if not options.pairs.lower().endswith(".csv"):
        pairs = _json_of(options.pairs, "--pairs")
        if not isinstance(pairs, dict) or not all(isinstance(value, str) for value in pairs.values()):
            raise ConfigError(
                "--pairs is no table of ids.", 'Write it as {"id here": "id in the source"}.', "bad-pairs"
            )
        return pairs
    with _opened(options.pairs, "--pairs") as file:
        rows = csv.DictReader(file)
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise ConfigError(
                f"The file of matches has the columns {', '.join(rows.fieldnames or ()) or 'none'}.",
                f"It needs the columns {' and '.join(COLUMNS)}.",
                "bad-pairs",
            )
        return {row["id"]: row["source_id"] or "" for row in rows}


def _json_of(text: str, option: str) -> Any:
    """What an option says as JSON, in place or in a file."""
    if not text.lstrip().startswith("{"):
        with _opened(text, option) as file:
            text = file.read()
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{option} is no JSON: {error}.", "Check brackets and quotes.", "bad-json") from None


def _opened(path: str, option: str) -> io.StringIO:
    try:
        return io.StringIO(Path(path).read_text(encoding="utf-8-sig"), newline="")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise ConfigError(f"{option}: {path!r} cannot be read: {reason}.", "Check the file.", "no-file") from None
