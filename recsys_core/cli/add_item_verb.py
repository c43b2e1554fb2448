"""The verb that says who would like something new."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recsys_core.cli.output import plain, table
from recsys_core.cli.verb import Verb, workspace
from recsys_core.data.dataset import Dataset
from recsys_core.data.side.picture_files import LARGEST_PICTURE
from recsys_core.errors import ConfigError, DataError
from recsys_core.types import Json

MOST_GROUPS = 10
LATEST_YEAR = 9999


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("--title", default="", help="what it is called")
    parser.add_argument("--text", default="", help="what it is about")
    parser.add_argument("--genres", default="", metavar="GENRE|GENRE", help="its genres or tags")
    parser.add_argument("--year", type=int, help="when it came out")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="a picture of it")
    parser.add_argument(
        "--set", action="append", default=[], metavar="COLUMN=VALUE", help="another attribute that the data have"
    )
    parser.add_argument("-k", type=int, default=10, help="how many people and items to show")


def _add_item(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.content.around import Around
    from recsys_core.new_item import (
        TOP,
        Catalogue,
        audiences,
        described,
        finding,
        groups,
        how_people_are_ranked,
        most_alike,
        percent,
        where_it_stands,
    )

    if options.k < 1:
        raise ConfigError(
            f"{options.k} people are to be shown; it must be 1 or more.", "Choose another -k.", "bad-setting"
        )
    if options.year is not None and not 1 <= options.year <= LATEST_YEAR:
        raise ConfigError(
            f"--year cannot be {options.year}: it is a year from 1 to {LATEST_YEAR}.", "Change it.", "bad-setting"
        )
    home = workspace()
    run = home.load_run(options.run)
    dataset = run.split.dataset
    known: dict[str, Any] = {
        "title": options.title,
        "text": options.text,
        "genres": tuple(options.genres.split("|")),
        "year": options.year,
        **dict(_attribute(dataset, text) for text in options.set),
    }
    item = described(dataset, known, None if options.picture is None else _read(options.picture))
    catalogue = Catalogue.of(run.model, dataset, Around(home.content_cache))
    places = where_it_stands(run.model, run.split, item, catalogue)
    found = audiences(places, groups(run.split, places.users))
    people = [
        {
            "id": str(dataset.user_ids.values[places.users[row]]),
            "name": str(dataset.user_table["name"].iat[places.users[row]]),
            "place": float(places.places[row]),
            "of": int(places.lengths[row]),
        }
        for row in places.best(options.k).tolist()
    ]
    items = [
        {"id": str(dataset.item_ids.values[near]), "title": dataset.title(near), "likeness": likeness}
        for near, likeness in most_alike(catalogue, run.model, run.split, item, options.k)
    ]
    words = finding(found)
    result: Json = {
        "people": len(places.users),
        "in_top_10": int(places.in_top.sum()),
        "by_chance": places.by_chance,
        "above": float(np.median(places.above)),
        "finding": words,
        "audiences": [vars(group) | {"lead": float(np.clip(group.lead, -1e9, 1e9))} for group in found],
        "first_people": people,
        "like": items,
    }
    head = (
        f"Among the first {TOP} of {result['in_top_10']:,} of {result['people']:,} people; by chance "
        f"{percent(places.by_chance)}. For the typical person it stands above {percent(result['above'])} of all items."
    )
    shown = [
        {
            "people by": group.cut,
            "who": group.name,
            "people": group.people,
            "suits better than": percent(group.ahead),
            "for others": percent(group.others),
            "beyond chance": "yes" if group.is_certain else "",
        }
        for group in found[:MOST_GROUPS]
    ]
    parts = [
        head,
        plain(words),
        how_people_are_ranked(places),
        *([table(shown)] if shown else []),
        "",
        table(people),
        "",
        table(items),
    ]
    return result, "\n".join(parts)


def _attribute(dataset: Dataset, text: str) -> tuple[str, Any]:
    """``COLUMN=VALUE``, of the column's own kind."""
    name, equals, value = text.partition("=")
    if not equals or name not in dataset.item_attributes:
        known = ", ".join(dataset.item_attributes) or "none"
        raise ConfigError(
            f"{text!r} names no attribute of the items of {dataset.name!r}; there are: {known}.",
            "Write COLUMN=VALUE with one of them.",
            "unknown-attribute",
        )
    column = dataset.item_table[name]
    try:
        if pd.api.types.is_datetime64_any_dtype(column):
            return name, pd.to_datetime(value, utc=True).tz_localize(None)
        return name, float(value) if pd.api.types.is_numeric_dtype(column) else value
    except ValueError:
        wanted = "a date, such as 2024-02-29" if pd.api.types.is_datetime64_any_dtype(column) else "a number"
        raise ConfigError(f"{name!r} cannot be {value!r}: it is {wanted}.", "Change it.", "bad-attribute") from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_PICTURE + 1)
    except OSError as error:
        raise DataError(f"The picture {path.name!r} cannot be read: {error.strerror}.", "Check the path.") from None


VERBS = (Verb("add-item", "Say who would like something new, and what it is like.", _arguments, _add_item),)
