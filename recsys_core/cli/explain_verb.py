"""The verb that tells why an item is recommended to a person."""

import argparse

import numpy as np

from recsys_core.cli.output import plain, table
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import ConfigError
from recsys_core.types import Json

SHOWN = 15  # parts that a shell prints for people


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("--user", required=True, metavar="ID", help="a person of the data set")
    parser.add_argument("--item", metavar="ID", help="an item that the person has not met; by default the first shown")
    parser.add_argument("--rival", metavar="ID", help="explain the lead over this item instead of the score")
    parser.add_argument("--method", default="shap-history", metavar="KEY", help="by default shap-history")
    parser.add_argument("--budget", type=int, default=2000, help="questions put to the model, about")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn")
    parser.add_argument("--trust", action="store_true", help="measure how far the explanation can be trusted")


def _explain(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.explain.explainers import explain
    from recsys_core.explain.person import ask, rank_and_rank_without, rank_for_anybody
    from recsys_core.explain.readings import readings, verdict
    from recsys_core.explain.sentence import sentence
    from recsys_core.explain.trust import trust
    from recsys_core.recommending import recommend_to_user

    if options.budget < 1:
        raise ConfigError(f"The budget is {options.budget}; it must be at least 1.", "Choose another.", "bad-setting")
    run = workspace().load_run(options.run)
    dataset = run.split.dataset
    user = dataset.user_ids.find(options.user, "user")
    if options.item is None:
        item = recommend_to_user(run.model, run.split, user, 1)[0][0]
    else:
        item = dataset.item_ids.find(options.item, "item")
    rival = None if options.rival is None else dataset.item_ids.find(options.rival, "item")
    question = ask(run.split, user, item, rival)
    *_, found = explain(options.method, run.model, dataset, question, options.budget, options.seed)
    ranks = rank_and_rank_without(run.model, dataset, question, found)
    anybody = rank_for_anybody(run.model, dataset, question, found)
    words = sentence(found, *ranks, "" if rival is None else dataset.title(rival), anybody)
    result = {
        "user": options.user,
        "item": str(dataset.item_ids.values[item]),
        "title": dataset.title(item),
        "sentence": words,
        **found.as_json(),
    }
    rows = [
        {"part": part.title, "contributes": f"{part.value:+.4g}", "±": f"{part.margin:.2g}" if part.margin else ""}
        for part in found.parts[:SHOWN]
    ]
    numbers = found.contributions
    head = f"{plain(dataset.title(item))}: {plain(words)}"
    scores = f"Explained: {found.meaning}: {numbers.score:.4g}, and {numbers.base:.4g} when nothing of this is known."
    if np.isfinite(numbers.gap) and numbers.additive:
        scores += f" The parts add up but for {abs(numbers.gap):.1g}."
    if not options.trust:
        return result, f"{head}\n{scores}\n{table(rows)}"
    about = run.model, dataset, question
    *_, trusted = trust(*about, options.method, found, options.budget, options.seed)
    result["trust"] |= trusted.figures()
    result["verdict"], result["better_than_chance"] = verdict(trusted)[0], not trusted.is_no_better_than_chance
    said = [{"figure": one.title, "value": one.value, "": one.words} for one in readings(found, trusted)]
    return result, f"{head}\n{scores}\n{table(rows)}\n\n{result['verdict']}\n{table(said)}"


VERBS = (Verb("explain", "Tell why an item is recommended to a person.", _arguments, _explain),)
