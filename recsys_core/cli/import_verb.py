"""The verb that brings data in."""

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from recsys_core.cli.output import plain
from recsys_core.cli.verb import Verb, workspace
from recsys_core.data.progress import Progress, silent
from recsys_core.data.recipe import ROLES, Recipe
from recsys_core.errors import ConfigError, DataError
from recsys_core.types import Json

_COLUMN_CODES = ("no-user-column", "no-item-column", "no-rating-column", "ratings-are-words", "unknown-column")
_COLUMN_FLAGS = "In the shell: --user, --item, --rating, --time, --event COLUMN, or --implicit."


def _arguments(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("file", type=Path, nargs="?", metavar="FILE", help="the ratings: any table, packed or not")
    where.add_argument("--web", metavar="URL", help="fetch the ratings from an http or https address")
    where.add_argument("--sql", metavar="CONNECTION", help="run --query on a database of .streamlit/secrets.toml")
    parser.add_argument("--query", metavar="SELECT", help="the query for --sql")
    parser.add_argument("--name", required=True, help="what to call the data set")
    parser.add_argument("--items", type=Path, metavar="FILE", help="titles, genres and attributes, joined by id")
    parser.add_argument("--people", type=Path, metavar="FILE", help="names and attributes, joined by id")
    parser.add_argument("--images", type=Path, metavar="FOLDER", help="pictures of the items, a folder or a zip")
    parser.add_argument("--fetch-images", action="store_true", help="fetch the pictures that the item file links to")
    parser.add_argument("--part", help="the member of an archive, or the sheet of a workbook")
    for role in ROLES:
        parser.add_argument(f"--{role}", metavar="COLUMN", help=f"the column that holds the {role}")
    parser.add_argument("--implicit", action="store_true", help="there are no ratings, or they are to be left aside")
    parser.add_argument("--recipe", metavar="DATASET", help="do what was decided for this data set")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help=f"decide: {', '.join(Recipe.model_fields)}"
    )
    parser.add_argument("--licence", default="", help="a note on what may be done with the data")


def _import(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.data.importing import import_ratings

    recipe = _recipe(options)
    with tempfile.TemporaryDirectory(prefix="foretaste-") as folder:
        path, source = _file(options, Path(folder))
        try:
            imported = import_ratings(
                path,
                options.name,
                recipe,
                items=options.items,
                people=options.people,
                pictures=_pictures(options, Path(folder) / "images"),
                origin=f"Read from {source.describe()}" if options.file is None else f"Read from the file {path.name}.",
                progress=_progress(),
            )
        except DataError as error:
            if error.code not in _COLUMN_CODES:
                raise
            raise DataError(error.message, f"{error.fix} {_COLUMN_FLAGS}", error.code) from error
        summary = imported.summary() | {
            "file": path.name,
            "source": source.model_dump(mode="json"),
            "sha256": _sha256(path),
        }
        card = workspace().save_dataset(imported.dataset, summary)
    if options.licence:
        card = workspace().annotate(card.id, licence=options.licence)
    lines = [
        f"{plain(card.name)}: {summary['users']:,} people, {summary['items']:,} items, {summary['interactions']:,} "
        f"{summary['feedback']} events (id {card.id}).",
        f"{summary['rows']:,} rows = {summary['kept']:,} kept + {summary['rejected']:,} rejected + "
        f"{summary['merged']:,} merged.",
    ]
    for finding in summary["findings"]:
        lines.append(plain(f"{finding['level']}: {finding['message']}"))
        lines += [plain(f"  {example}") for example in finding["examples"][1:]]
        lines += [plain(f"  {fix['label']}: {_as_flags(fix['changes'])}") for fix in finding["fixes"]]
    return {"dataset": card.id} | card.about, "\n".join(lines)


def _recipe(options: argparse.Namespace) -> Recipe:
    """What is decided, the flags after what another data set had."""
    decided: Json = {}
    if options.recipe is not None:
        decided |= workspace().find_dataset(options.recipe).about.get("recipe", {})
    decided |= {name: getattr(options, name) for name in ("part", *ROLES) if getattr(options, name) is not None}
    if options.implicit:
        decided |= {"rating": None}
    for text in options.set:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"{text!r} has no value.", "Write it as FIELD=VALUE.", "bad-setting")
        decided[name.strip()] = _value(value.strip())
    return Recipe.parse(decided)


def _value(text: str) -> Any:
    """A value as JSON writes it, or else a word."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _as_flags(changes: Json) -> str:
    words = ((name, value if isinstance(value, str) else json.dumps(value)) for name, value in changes.items())
    return " ".join(f"--set {name}={value}" for name, value in words)


def _file(options: argparse.Namespace, folder: Path) -> tuple[Path, Any]:
    """The file to read, and where it is from."""
    from recsys_core.data.sources import SqlQuery, Upload, WebFile, fetch

    if options.file is not None:
        if not options.file.is_file():
            raise DataError(f"There is no file {options.file}.", "Check the path.", "no-such-file")
        return options.file, Upload(file=options.file.name)
    if options.web is not None:
        source: WebFile | SqlQuery = WebFile(url=options.web)
    elif options.query is None:
        raise ConfigError(
            "--sql names a database but there is no query.", "Add --query 'SELECT user_id, item_id, …'.", "usage"
        )
    else:
        source = SqlQuery(connection=options.sql, query=options.query)
    return fetch(source, folder, _progress()), source


def _pictures(options: argparse.Namespace, into: Path) -> Any:
    from recsys_core.data.side.pictures import PictureSource

    if options.images is not None:
        return PictureSource.files(options.images, into)
    if not options.fetch_images:
        return None
    from recsys_core.data.sources import fetch_picture

    return PictureSource.addresses(fetch_picture, workspace().root / "fetched", into)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _progress() -> Progress:
    """A line on stderr that is written over, where somebody looks at it."""
    if not sys.stderr.isatty():
        return silent

    def show(share: float | None, words: str) -> None:
        print(f"\r{'' if share is None else f'{share:4.0%} '}{words:<60.60}", end="", file=sys.stderr, flush=True)

    return show


VERBS = (Verb("import", "Read a ratings file into the workspace.", _arguments, _import),)
