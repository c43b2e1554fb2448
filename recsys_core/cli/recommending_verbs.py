"""Verbs that show what somebody would be recommended."""

import argparse

import numpy as np

from recsys_core.cli.output import table
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import ConfigError, DataError
from recsys_core.types import Json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", metavar="ID", help="a person of the data set")
    who.add_argument("--history", nargs="+", metavar="ITEM[:RATING]", help="somebody new, by what they met")
    parser.add_argument("-k", type=int, default=10, help="list length")


def _recommend(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.recommending import recommend_to_history, recommend_to_user

    if options.k < 1:
        raise ConfigError(
            f"The list length is {options.k}; it must be at least 1.", "Choose another -k.", "bad-setting"
        )
    run = workspace().load_run(options.run)
    dataset = run.split.dataset
    if options.user is not None:
        shown = recommend_to_user(run.model, run.split, dataset.user_ids.find(options.user, "user"), options.k)
    else:
        history = [_history_entry(text, dataset.item_ids.positions) for text in options.history]
        rows = [(dataset.item_ids.find(item, "item"), value) for item, value in history]
        shown = recommend_to_history(run.model, run.split, rows, options.k)
    items = [
        {"rank": rank, "id": str(dataset.item_ids.values[item]), "title": dataset.title(item), "score": score}
        for rank, (item, score) in enumerate(shown, start=1)
    ]
    return {"user": options.user, "items": items}, table(items)


def _history_entry(text: str, known: dict[str, int]) -> tuple[str, float | None]:
    """``ITEM[:RATING]``, cut at the last colon unless the whole is a known id."""
    item, colon, rating = text.rpartition(":")
    if text in known or not colon:
        return text, None
    try:
        value = float(rating)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise DataError(
            f"In {text!r} the rating {rating!r} is not a number.",
            "Write ITEM:RATING, for example 50:4.5.",
            "bad-rating",
        )
    return item, value


VERBS = (Verb("recommend", "List what a run would show somebody.", _arguments, _recommend),)
