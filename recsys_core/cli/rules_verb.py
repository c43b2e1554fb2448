"""The verb that tells what business rules cost."""

import argparse

from recsys_core.cli.output import plain, table
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import ConfigError
from recsys_core.types import Json

EXAMPLE = "Write it as --rule exclude items=genre=Horror --rule diversify relevance=0.7."


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN")
    parser.add_argument(
        "--rule",
        dest="rules",
        nargs="+",
        action="append",
        required=True,
        metavar=("KEY", "FIELD=VALUE"),
        help="exclude, boost, diversify or new_items, with its settings; several are applied in this order",
    )
    parser.add_argument("--metric", default="ndcg@10", help="what they may cost; its k is the list length")


def _rules(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.rules import Facts, Rule, find_rule
    from recsys_core.rules.candidates import candidates
    from recsys_core.rules.judging import judge_rules, label, list_length
    from recsys_core.rules.words import sentence

    def rule(words: list[str]) -> Rule:
        key, *settings = words
        for setting in settings:
            if "=" not in setting:
                raise ConfigError(f"The setting {setting!r} has no value.", EXAMPLE, "bad-setting")
        return find_rule(key).parse({name: value for name, _, value in (one.partition("=") for one in settings)})

    k = list_length(options.metric)
    rules = [rule(words) for words in options.rules]
    run = workspace().load_run(options.run)
    outcome = judge_rules(rules, candidates(run.model, run.split), run.split, Facts.of(run.split), k)
    words = sentence(outcome, options.metric)
    rows = []
    for name, change in outcome.changes.items():
        low, high = change.difference.low, change.difference.high
        interval = "" if low is None else f"{low:+.4f} to {high:+.4f}"
        rows.append(
            {
                "figure": label(name),
                "before": change.before,
                "after": change.after,
                "difference": f"{change.difference.value:+.4f}",
                "95 % interval": interval,
            }
        )
    result = outcome.as_json() | {"run": options.run, "metric": options.metric, "sentence": words}
    return result, f"{plain(words)}\n{table(rows)}"


VERBS = (Verb("rules", "Tell what business rules would cost and buy on a run's lists.", _arguments, _rules),)
