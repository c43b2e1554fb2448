"""The verb of clicks and of people who come back: its parts, one file each."""

import argparse

from recsys_core.cli.engage import activity, clicks, policy, simulate
from recsys_core.cli.verb import Verb

PARTS = (activity.PART, clicks.PART, policy.PART, simulate.PART)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(required=True, metavar="PART", parser_class=type(parser))
    for part in PARTS:
        sub = parts.add_parser(part.name, help=part.words, description=part.words, allow_abbrev=False)
        sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document")
        part.add_arguments(sub)
        sub.set_defaults(part=part)


VERBS = (
    Verb(
        "engage",
        "who comes back, what is clicked, what another model would get, and what may be simulated",
        _arguments,
        lambda options: options.part.run(options),
    ),
)
