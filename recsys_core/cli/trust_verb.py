"""The verbs that tell of a model's explanations in general: what they rest on, and how far they can be trusted."""

import argparse
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from recsys_core.cli.output import table
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import AbilityError, ConfigError
from recsys_core.types import Json

if TYPE_CHECKING:
    from recsys_core.explain.players import Players
    from recsys_core.runs.run_files import LoadedRun

SHOWN = 15  # groups that a shell prints for people
EVERY = 10  # people between two lines of progress

T = TypeVar("T")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("--over", type=int, default=50, metavar="N", help="people drawn at random; by default 50")
    parser.add_argument("--kind", default="history", metavar="KEY", help="of reasons: history (the default), attribute")
    parser.add_argument(
        "--budget", type=int, metavar="N", help="questions put to the model for each explanation, about"
    )
    parser.add_argument("--seed", type=int, default=0, help="of who is drawn, and of what methods draw")


def _overview_arguments(parser: argparse.ArgumentParser) -> None:
    _arguments(parser)
    parser.add_argument("--by", metavar="NAME", help="what reasons are taken together by, such as genres or decade")


def _opened(options: argparse.Namespace) -> "tuple[LoadedRun, Players, list[int]]":
    """The run, the kind of reasons, and who is asked about."""
    from recsys_core.explain.sample import kinds_offered, sample_people

    for name, least in (("over", 1), ("budget", 1)):
        given = getattr(options, name)
        if given is not None and given < least:
            raise ConfigError(f"--{name} is {given}; it must be at least {least}.", "Choose another.", "bad-setting")
    run = workspace().load_run(options.run)
    offered = {players.key.value: players for players in kinds_offered(run.model)}
    if options.kind not in offered:
        raise AbilityError(
            f"{run.model.title} cannot be explained by {options.kind!r} over many people.",
            f"Choose {' or '.join(offered)}." if offered else "Choose a model that can score people it never met.",
            "cannot-explain",
        )
    return run, offered[options.kind], sample_people(run.split, options.over, options.seed).tolist()


def _each(people: list[int], ask: Callable[[int], T]) -> Iterator[T]:
    """One answer after the other, with progress on stderr."""
    for done, user in enumerate(people):
        if done and done % EVERY == 0:
            print(f"{done} of {len(people)} people", file=sys.stderr)
        yield ask(user)


def _trust(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.explain.sample import methods_offered
    from recsys_core.explain.trust_over_people import agreement, finding, judge_first, standings

    run, players, people = _opened(options)
    judged = list(
        _each(people, lambda user: judge_first(run.model, run.split, user, players, options.budget, options.seed))
    )
    found = standings(judged, {one.about.key: one.about.title for one in methods_offered(run.model, players)})
    methods = [one.method for one in found]
    alike = agreement(judged, methods)
    words = finding(found, run.model.title)
    result = {
        "run": options.run,
        "kind": options.kind,
        "people": len(people),
        "verdict": words,
        "methods": [one.as_json() for one in found],
        "agreement": {
            one: {other: float(alike[row, column]) for column, other in enumerate(methods)}
            for row, one in enumerate(methods)
        },
    }
    rows = [
        {
            "method": one.title,
            "deletion gain": f"{one.deletion.value:.3f}",
            "insertion gain": f"{one.insertion.value:.3f}",
            "stability": f"{one.stability.value:.2f}",
            "fit": "" if one.fit is None else f"{one.fit.value:.2f}",
            "seconds": f"{one.seconds:.3f}",
            "better than chance": "yes" if one.is_better_than_chance else "not surely",
        }
        for one in found
    ]
    return result, f"{words}\n{table(rows)}" if rows else words


def _overview(options: argparse.Namespace) -> tuple[Json, str]:
    import pandas as pd

    from recsys_core.explain.overview import (
        PROPERTIES,
        dependence,
        dependence_finding,
        explain_first,
        finding,
        grouped_points,
        ways_to_group,
        weights,
    )

    run, players, people = _opened(options)
    ways = ways_to_group(run.split.dataset, players.key)
    by = options.by or ("genres" if "genres" in ways else "name")
    if by not in ways:
        raise ConfigError(f"Reasons cannot be taken together by {by!r}.", f"Choose {', '.join(ways)}.", "bad-setting")
    points = pd.concat(
        _each(people, lambda user: explain_first(run.model, run.split, user, players, options.budget, options.seed)),
        ignore_index=True,
    )
    weighed = weights(grouped_points(points, run.split.dataset, by), people)
    words = finding(run.model.title, weighed, ways[by])
    depends = {prop.key: dependence(points, prop) for prop in PROPERTIES}
    result = {
        "run": options.run,
        "kind": options.kind,
        "by": by,
        "people": len(people),
        "verdict": words,
        "groups": [
            {
                "group": one.group,
                "strength": one.strength.value,
                "low": one.strength.low,
                "high": one.strength.high,
                "mean": one.mean,
                "share": one.share,
                "of_parts": one.of_parts,
                "people": one.people,
            }
            for one in weighed
        ],
        "depends_on": {
            key: None if one.correlation is None else vars(one.correlation) | {"people": one.people}
            for key, one in depends.items()
        },
    }
    rows = [
        {
            "group": one.group,
            "mean |SHAP|": f"{one.strength.value:.4g}",
            "share": f"{100 * one.share:.1f} %",
            "share of parts": f"{100 * one.of_parts:.1f} %",
            "people": one.people,
        }
        for one in weighed[:SHOWN]
    ]
    sentences = [dependence_finding(depends[prop.key], prop) for prop in PROPERTIES if depends[prop.key].correlation]
    return result, "\n".join([words, table(rows), *sentences])


VERBS = (
    Verb("trust", "Tell how far the explanations of a model can be trusted, over many people.", _arguments, _trust),
    Verb(
        "overview",
        "Tell what the recommendations of a model rest on, over many people.",
        _overview_arguments,
        _overview,
    ),
)
