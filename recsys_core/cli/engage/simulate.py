"""``engage simulate``: finished runs on simulated people."""

import argparse
import sys
from typing import TYPE_CHECKING

from recsys_core.cli.output import Rows, plain, table
from recsys_core.cli.train_options import setting
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import ConfigError
from recsys_core.types import Json

if TYPE_CHECKING:
    from recsys_core.runs.cards import RunCard
    from recsys_core.simulating.assumptions import Assumptions
    from recsys_core.simulating.outcome import Outcome
    from recsys_core.simulating.sensitivity import Sensitivity

DAYS, FEWEST_DAYS, MOST_DAYS = 60, 2, 365


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="name or id")
    parser.add_argument("runs", metavar="RUN", nargs="+", help="finished runs of one split of it")
    parser.add_argument("--set", action="append", default=[], metavar="ASSUMPTION=VALUE", help="what is assumed")
    parser.add_argument("--days", type=int, default=DAYS, metavar="N", help="how many; default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of all chance; default: %(default)s")
    parser.add_argument(
        "--sensitivity",
        metavar="FIGURE",
        help="take each assumption to the ends of its range, and tell what becomes of this figure, such as ctr or dau",
    )


def _simulate(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.comparing.titles import titles
    from recsys_core.runs.simulated import world_of
    from recsys_core.simulating.assumptions import Assumptions
    from recsys_core.simulating.figures import find_figure
    from recsys_core.simulating.outcome import headline, judge
    from recsys_core.simulating.sensitivity import in_words, sensitivity

    how = Assumptions.parse(dict(setting(text) for text in options.set))
    for name, value, low, high in (
        ("days", options.days, FEWEST_DAYS, MOST_DAYS),
        ("seed", options.seed, 0, 2**32 - 1),
    ):
        if not low <= value <= high:
            raise ConfigError(f"--{name} cannot be {value}.", f"Choose one from {low:,} to {high:,}.", "bad-setting")
    figure = None if options.sensitivity is None else find_figure(options.sensitivity)
    home, runs = workspace(), _runs(options)
    card = home.find_dataset(options.dataset)
    if figure is not None and len(runs) < 2:
        raise ConfigError("Sensitivity is about two models.", "Name another run.", "usage")
    if figure is not None and figure.needs > options.days:
        raise ConfigError(f"{figure.title} needs {figure.needs} days.", "Simulate more of them.", "too-few-days")
    called = titles({run.id: run.about for run in runs})
    world = world_of(home, runs)
    print(f"simulating {len(runs)} models over {options.days} days", file=sys.stderr)
    outcome = judge({run.id: world.course(run.id, how, options.days, options.seed) for run in runs})
    told = [headline(result, called) for result in outcome.results.values()]
    result = outcome.as_json() | {
        "dataset": card.id,
        "made": card.about.get("made"),
        "titles": called,
        "seed": options.seed,
        "assumptions": _assumed(how),
    }
    lines = [plain(f"Synthetic people. {card.made.words}")] if card.made is not None else []
    lines += [_figures(outcome, called), "\n".join(map(plain, told)), _reasons(how)]
    if figure is not None:
        first, second, *_ = outcome.results[figure.key].levels
        found = sensitivity(world, first, second, figure, how, options.days, options.seed)
        told = in_words(found, called)
        result["simulated_sensitivity"] = found.as_json()
        lines += [plain(" ".join(told)), _swings(found)]
    return result | {"verdict": " ".join(told)}, "\n\n".join(lines)


def _runs(options: argparse.Namespace) -> "list[RunCard]":
    """The runs that were named, at least one of them of the data set."""
    home = workspace()
    card, runs = home.find_dataset(options.dataset), [home.find_run(run) for run in dict.fromkeys(options.runs)]
    if all(run.dataset != card.id for run in runs):
        raise ConfigError(
            f"None of these runs learned from {card.name}.", "List runs and data sets with: runs.", "other-dataset"
        )
    return runs


def _assumed(how: "Assumptions") -> Json:
    """Every assumption with its value, what it may be, and the reason for its default."""
    from recsys_core.simulating.assumptions import ASSUMPTIONS

    return {
        one.name: {
            "value": getattr(how, one.name),
            "default": one.default,
            "range": list(one.ends),
            "unit": one.unit,
            "reason": one.reason,
        }
        for one in ASSUMPTIONS
    }


def _figures(outcome: "Outcome", called: dict[str, str]) -> str:
    from recsys_core.simulating.outcome import in_figures

    runs = next(iter(outcome.results.values())).levels
    rows: Rows = [
        {"run": run, "model": called[run]}
        | {
            f"simulated {result.figure.title}": in_figures(result.figure, result.levels[run])
            for result in outcome.results.values()
        }
        for run in runs
    ]
    return table(rows)


def _reasons(how: "Assumptions") -> str:
    rows: Rows = [
        {
            "assumption": name,
            "value": one["value"],
            "range": ", ".join(one["range"])
            if isinstance(one["value"], str)
            else f"{one['range'][0]:g} to {one['range'][1]:g}",
            "unit": one["unit"],
            "reason for the default": one["reason"],
        }
        for name, one in _assumed(how).items()
    ]
    return table(rows)


def _swings(found: "Sensitivity") -> str:
    from recsys_core.simulating.outcome import in_figures

    rows: Rows = [
        {
            "assumption": swing.assumption.name,
            "at": value,
            f"simulated lead in {found.figure.title}": in_figures(found.figure, lead, sign="+", is_lead=True),
        }
        for swing in found.swings
        for value, lead in swing.leads.items()
    ]
    return table(rows)


PART = Verb(
    "simulate",
    "simulated clicks and returns of models, under assumptions that can be changed",
    _arguments,
    _simulate,
)
