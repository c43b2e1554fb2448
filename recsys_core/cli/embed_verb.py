"""The verb that draws a map of what a model learned."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recsys_core.cli.output import plain
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import ConfigError, StoreError
from recsys_core.types import Json

if TYPE_CHECKING:  # these load torch
    from recsys_core.embeddings.colouring import Colouring, Colours
    from recsys_core.embeddings.maps import Map
    from recsys_core.embeddings.space import Space
    from recsys_core.runs.run_files import LoadedRun

KINDS = (".html", ".csv", ".json")
WHOSE = ("items", "people", "both")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN")
    parser.add_argument(
        "--out", required=True, metavar="FILE", help="map.html to look at; .csv or .json for the coordinates"
    )
    parser.add_argument("--whose", choices=WHOSE, default="items", help="default: %(default)s")
    parser.add_argument("--method", default="umap", metavar="KEY", help="pca, umap or tsne; default: %(default)s")
    parser.add_argument("--dimensions", type=int, choices=(2, 3), default=2, help="default: %(default)s")
    parser.add_argument("--colour", metavar="KEY", help="such as genre, cluster, popularity; default: the first known")
    parser.add_argument("--seed", type=int, default=0, help="of the drawing; default: %(default)s")


def _embed(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.embeddings.maps import space_to_map
    from recsys_core.runs.map_files import MapSpec, map_of

    target = Path(options.out)
    if target.suffix.lower() not in KINDS:
        raise ConfigError(
            f"{options.out!r} is no name of a map: it ends neither in .html nor in .csv or .json.",
            "Choose one of these: a map to look at, or its coordinates.",
            "bad-file",
        )
    if not 0 <= options.seed < 2**32:
        raise ConfigError(f"The seed is {options.seed}; it goes from 0 to {2**32 - 1}.", "Choose one.", "bad-setting")
    asked = {name: getattr(options, name) for name in ("run", "whose", "method", "dimensions", "seed")}
    run = workspace().load_run(options.run)
    space = space_to_map(run.model, options.whose)
    colouring = _colouring(run, space, options)
    drawn, colours = map_of(workspace(), MapSpec(**asked)), colouring.make()
    known = drawn.honesty
    result: Json = asked | {
        "file": str(target),
        "points": len(space),
        "colour": colouring.key,
        "honesty": None if known is None else vars(known),
    }
    head = f"{run.model.title} on {run.split.dataset.name}: {len(space):,} points, coloured by {colouring.title}"
    sentences = [head, _trust(drawn)]
    table = _table(run, space, drawn, colours)
    try:
        if target.suffix.lower() == ".csv":
            _as_csv(table, target)
        elif target.suffix.lower() == ".json":
            rows = json.loads(table.to_json(orient="records"))
            target.write_text(json.dumps(result | {"rows": rows}), encoding="utf-8")
        else:
            target.write_text(_page(table, space, drawn, colours, sentences), encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"{options.out} cannot be written: {error.strerror or error}.", "Choose another place.", "cannot-write"
        ) from error
    return result, "\n".join(map(plain, [*sentences, f"Written to {target}"]))


def _colouring(run: "LoadedRun", space: "Space", options: argparse.Namespace) -> "Colouring":
    from recsys_core.embeddings.colouring import colourings

    home = workspace()
    try:
        lists = home.lists(options.run)
    except StoreError:  # older than such files
        lists = None
    offered = {one.key: one for one in colourings(space, run.split, home.per_user(options.run), lists, options.seed)}
    key = options.colour or next(iter(offered))
    if key not in offered:
        raise ConfigError(
            f"These points have no colour {key!r}.", f"Choose one of: {', '.join(offered)}.", "unknown-colour"
        )
    return offered[key]


def _table(run: "LoadedRun", space: "Space", drawn: "Map", colours: "Colours") -> pd.DataFrame:
    """A row for each point: what it is, where it lies, and what it is coloured by."""
    from recsys_core.embeddings.colouring import Labels

    dataset = run.split.dataset
    pairs = list(zip(space.rows.tolist(), space.are_items.tolist(), strict=True))
    if isinstance(colours, Labels):
        names = np.array([*colours.names, ""], dtype=object)  # the last one is that of -1
        colour = names[colours.values]
    else:
        colour = colours.values
    return pd.DataFrame(
        {
            "kind": np.where(space.are_items, "item", "person"),
            "id": [str((dataset.item_ids if is_item else dataset.user_ids).values[row]) for row, is_item in pairs],
            "title": [dataset.title(row) if is_item else dataset.person(row) for row, is_item in pairs],
            **dict(zip("xyz", drawn.places.T, strict=False)),
            colours.title: colour,
        }
    )


def _as_csv(table: pd.DataFrame, target: Path) -> None:
    from recsys_core.data.formula_guard import guard

    texts = {str(name): guard(table[name].astype(str)) for name in table if table[name].dtype == object}
    table.assign(**texts).to_csv(target, index=False)


def _page(table: pd.DataFrame, space: "Space", drawn: "Map", colours: "Colours", sentences: list[str]) -> str:
    from recsys_core.embeddings.colouring import Labels
    from recsys_core.figures.map import Groups, Points, Shade, hover_text, map_chart
    from recsys_core.figures.map_page import map_page
    from recsys_core.figures.theme import LIGHT

    titles = table["title"].to_list()
    points = Points(drawn.places, titles, [hover_text(title) for title in titles], ~space.are_items)
    coloured = (
        Groups(colours.title, colours.values, colours.names)
        if isinstance(colours, Labels)
        else Shade(colours.title, colours.values, colours.is_log)
    )
    return map_page(map_chart(points, coloured, [], LIGHT, height=760), sentences[0], sentences[1:], LIGHT)


def _trust(drawn: "Map") -> str:
    known = drawn.honesty
    if known is None:
        return "Too few points to say how far this map can be trusted."
    return (
        f"Of a point's {known.k} true neighbours, {known.k * known.overlap:.1f} are among the {known.k} nearest on the "
        f"map; trustworthiness {known.trustworthiness:.3f}, continuity {known.continuity:.3f} (1 is perfect)."
    )


VERBS = (Verb("embed", "Draw a map of what a model learned, and say how far to trust it.", _arguments, _embed),)
