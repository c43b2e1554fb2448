"""From the words of a command line to an exit status."""

import argparse
import json
import os
import sys
import traceback
from typing import NoReturn

from recsys_core.cli import (
    ablation_verb,
    add_item_verb,
    blend_verb,
    compare_verb,
    data_verbs,
    embed_verb,
    engage,
    explain_verb,
    import_verb,
    impressions_verb,
    leaks_verb,
    line_up_verb,
    preflight_verb,
    recommending_verbs,
    report_verb,
    rules_verb,
    run_zip_verbs,
    serve_verb,
    synthesize_verb,
    training_verbs,
    transfer_verb,
    trust_verb,
    tune_verb,
    votes_verb,
)
from recsys_core.errors import ConfigError, StudioError

VERBS = (
    *import_verb.VERBS,
    *data_verbs.VERBS,
    *impressions_verb.VERBS,
    *training_verbs.VERBS,
    *line_up_verb.VERBS,
    *transfer_verb.VERBS,
    *synthesize_verb.VERBS,
    *preflight_verb.VERBS,
    *tune_verb.VERBS,
    *compare_verb.VERBS,
    *blend_verb.VERBS,
    *leaks_verb.VERBS,
    *ablation_verb.VERBS,
    *recommending_verbs.VERBS,
    *add_item_verb.VERBS,
    *rules_verb.VERBS,
    *explain_verb.VERBS,
    *embed_verb.VERBS,
    *trust_verb.VERBS,
    *run_zip_verbs.VERBS,
    *engage.VERBS,
    *report_verb.VERBS,
    *votes_verb.VERBS,
    *serve_verb.VERBS,
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"The command line was not understood: {message}.", f"See: {self.prog} --help", "usage")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status. A reader who stops early, such as ``head``, is no error."""
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at the end of the program
        return 0
    return status


def _run(arguments: list[str] | None) -> int:
    words = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in words
    try:
        options = _parser().parse_args(words)
        result, table = options.verb.run(options)
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
    for verb in VERBS:
        sub = verbs.add_parser(verb.name, help=verb.words, description=verb.words, allow_abbrev=False)
        sub.add_argument("--json", action="store_true", help="print one JSON document")
        verb.add_arguments(sub)
        sub.set_defaults(verb=verb)
    return parser
