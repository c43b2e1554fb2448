"""``engage policy``."""

import argparse
from typing import TYPE_CHECKING

from recsys_core.cli.output import Rows, plain, table
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import ConfigError
from recsys_core.types import Json

if TYPE_CHECKING:
    from recsys_core.runs.policies import Judged


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="*", metavar="RUN", help="finished runs whose lists are judged")
    parser.add_argument("--log", required=True, metavar="LOG", help="the impression log that judges them")
    parser.add_argument("--of", metavar="LOG", help="judge the lists of this log instead")
    parser.add_argument(
        "--reach",
        type=float,
        metavar="SHARE",
        help="how far down its lists a slot of a model reaches, as a share of the items; default: 0.1",
    )


def _policy(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.engagement.policy import OFF_POLICY_ESTIMATORS
    from recsys_core.engagement.policy.places import SPREAD
    from recsys_core.engagement.policy.words import sentence, with_interval
    from recsys_core.runs.policies import judge_log, judge_run

    if bool(options.runs) == bool(options.of):
        raise ConfigError(
            "Either runs or another log can be judged.",
            "Write: engage policy RUN ... --log LOG. Or: engage policy --log LOG --of OTHER_LOG.",
            "usage",
        )
    spread = SPREAD if options.reach is None else options.reach
    if not 0 < spread <= 1:
        raise ConfigError(f"A slot cannot reach {spread:g} of the items.", "Choose more than 0, up to 1.", "usage")
    home = workspace()
    card = home.find_log(options.log)
    log = home.load_log(card.id)
    judged: dict[str, tuple[str, Judged]] = {}
    for identifier in options.runs:
        judged[identifier] = home.find_run(identifier).title, judge_run(home.load_run(identifier), log, spread)
    if options.of:
        other = home.find_log(options.of)
        judged[other.id] = other.name, judge_log(home.load_log(other.id), log)
    sentences = [sentence(title, one.value, one.shown, one.truth) for title, one in judged.values()]
    rows: Rows = [
        {
            "lists": title,
            "estimator": estimator.title,
            "CTR": with_interval(rate),
        }
        for title, one in judged.values()
        for estimator in OFF_POLICY_ESTIMATORS
        if (rate := one.value.estimates.get(estimator.key)) is not None
    ]
    result = {
        "log": card.id,
        "reach": None if options.of else spread,
        "lists": [{"of": key, "title": title} | one.as_json() for key, (title, one) in judged.items()],
        "verdict": " ".join(sentences),
    }
    notes = [note for _, one in judged.values() for note in (*one.value.cautions, *one.notes)]
    told = [*sentences, *dict.fromkeys(notes), *([f"The log: {log.origin}"] if log.origin else [])]
    return result, "\n".join(map(plain, told)) + (f"\n{table(rows)}" if rows else "")


PART = Verb(
    "policy",
    "what models would have been clicked on an impression log that other lists are from",
    _arguments,
    _policy,
)
