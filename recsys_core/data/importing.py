"""The one way in: a ratings file, and what is known about its items and people -> a data set."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from recsys_core.data.checking.check import check
from recsys_core.data.checking.roles import guessed_by_values, settle
from recsys_core.data.dataset import Dataset, Ids, blank_user_table
from recsys_core.data.findings import Finding, Fix, listing
from recsys_core.data.progress import Progress, part_of, silent
from recsys_core.data.reading.any_table import parts, read_table
from recsys_core.data.reading.dialect import Dialect
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.reading.wide import CELL, is_wide, melt
from recsys_core.data.recipe import ROLES, UNDECIDED, Recipe
from recsys_core.data.side.item_table import describe_items
from recsys_core.data.side.joining import Join, SideTable
from recsys_core.data.side.people_table import describe_people
from recsys_core.data.side.pictures import PictureSource
from recsys_core.errors import DataError
from recsys_core.types import Json

LONGEST_NAME = 80
PREVIEW_ROWS = 20


@dataclass(frozen=True)
class Preview:
    """A first look at a file, before it is imported.

    Attributes:
        dialect: how a text file is written; None for other formats.
        parts: the members of an archive or the sheets of a workbook, to choose from; ``part`` is the one that is shown.
        recipe: with the columns as guessed; None where ``problem`` says why there is no guess.
        frame: the first 20 rows, as text, under the names of all columns.
        rows: how many rows the file has, where it is so short that it was read to its end.
        wide: whether it is one row a person and one column an item; then ``frame`` shows what it becomes.
    """

    dialect: Dialect | None
    parts: list[str]
    part: str
    recipe: Recipe | None
    frame: pd.DataFrame
    rows: int | None
    wide: bool
    problem: DataError | None = None


@dataclass(frozen=True)
class Imported:
    """A data set, and what became of the rows of its file: ``rows == kept + rejected + merged``.

    Attributes:
        recipe: what was decided, guesses included: good for the next file of the same kind.
        rejects: the rows that were left out for their values (``line``, ``reason``, ``text``), at most 100,000.
        joins: how the side files fit.
    """

    dataset: Dataset
    recipe: Recipe
    rows: int
    kept: int
    rejected: int
    merged: int
    findings: tuple[Finding, ...]
    rejects: pd.DataFrame
    joins: tuple[Join, ...] = ()

    def summary(self) -> Json:
        """What the import made and found, as plain data: kept with the data set, and printed by the shell."""
        scale = self.dataset.scale
        return {
            "users": self.dataset.n_users,
            "items": self.dataset.n_items,
            "interactions": len(self.dataset.interactions),
            "feedback": str(self.dataset.feedback),
            "scale": None if scale is None else [scale.low, scale.high],
            "rows": self.rows,
            "kept": self.kept,
            "rejected": self.rejected,
            "merged": self.merged,
            "findings": [asdict(finding) for finding in self.findings],
            "joins": [asdict(join) for join in self.joins],
            "recipe": self.recipe.model_dump(mode="json", exclude_unset=True),
        }


def preview(path: Path, recipe: Recipe = UNDECIDED) -> Preview:
    """The first rows of a file and how they would be read.

    Raises:
        DataError: the file is not a table that can be read.
    """
    path = Path(path)
    table = read_table(path, recipe.dialect, part=recipe.part, sample=True)
    wide = _is_wide(table, recipe)
    rows = None if table.cut else table.rows
    found = Preview(table.dialect, parts(path), table.part, None, pd.DataFrame(), rows, wide)
    if wide:
        table = melt(table)
    found = replace(found, frame=table.head(PREVIEW_ROWS))
    try:
        return replace(found, recipe=settle(table, recipe))
    except DataError as problem:
        return replace(found, problem=problem)


def import_ratings(
    path: Path,
    name: str,
    recipe: Recipe = UNDECIDED,
    *,
    items: Path | None = None,
    people: Path | None = None,
    pictures: PictureSource | None = None,
    origin: str = "",
    progress: Progress = silent,
) -> Imported:
    """Read, check and map a ratings file.

    Args:
        name: what to call the data set, 1 to 80 printable characters.
        recipe: what is decided already; the rest is guessed.
        items, people: side files with titles, genres, pictures, names and attributes.
        pictures: where the pictures of the items come from; their folder must stay until the data set is saved.
        origin: one sentence about where the data come from.
        progress: is told how far it is.

    Raises:
        DataError: one of the files cannot be used as it is.
    """
    name = check_name(name)
    table = read_ratings(path, recipe, part_of(progress, 0.0, 0.6))
    item_text = None if items is None else read_table(items)
    people_text = None if people is None else read_table(people)
    rest = part_of(progress, 0.6, 1.0)
    return assemble(table, name, recipe, item_text, people_text, pictures, origin, rest)


def read_ratings(path: Path, recipe: Recipe = UNDECIDED, progress: Progress = silent) -> RawTable:
    """The table of a ratings file, one row an event."""
    table = read_table(Path(path), recipe.dialect, part=recipe.part, progress=progress)
    return melt(table) if _is_wide(table, recipe) else table


def assemble(
    table: RawTable,
    name: str,
    recipe: Recipe = UNDECIDED,
    items: RawTable | None = None,
    people: RawTable | None = None,
    pictures: PictureSource | None = None,
    origin: str = "",
    progress: Progress = silent,
) -> Imported:
    """The same, from tables that are read already."""
    settled = settle(table, recipe)
    checked = check(table, settled, progress)
    findings = [*checked.findings, *_guess_notes(settled, recipe)]
    about_items = _items(items, checked.item_ids, recipe, pictures)
    user_table, people_join = blank_user_table(len(checked.user_ids)), None
    if people is not None:
        about_people = describe_people(people, checked.user_ids, recipe.person_columns)
        user_table, people_join = about_people.table, about_people.join
        findings += about_people.findings
    findings += about_items.findings
    dataset = Dataset(
        name,
        checked.interactions,
        checked.user_ids,
        checked.item_ids,
        about_items.table,
        user_table,
        checked.feedback,
        origin,
        checked.scale,
        pictures.folder if pictures is not None and about_items.has_images else None,
        about_items.others,
    )
    known = settled.changed(checked.decided | {"wide": table.unit == CELL})  # the next file is not guessed about anew
    return Imported(
        dataset,
        known,
        checked.rows,
        checked.kept,
        checked.rejected,
        checked.merged,
        tuple(findings),
        checked.rejects,
        tuple(join for join in (about_items.join, people_join) if join is not None),
    )


def _items(items: RawTable | None, ids: Ids, recipe: Recipe, pictures: PictureSource | None) -> SideTable:
    side = SideTable.blank_items(ids) if items is None else describe_items(items, ids, recipe.item_columns)
    if pictures is None:
        return side
    found = pictures.find(side.keys, side.references)
    return replace(side.with_images(found.names), findings=[*side.findings, *found.findings])


def check_name(name: str) -> str:
    """The name without blanks around it, or a :class:`DataError`."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise DataError(
            f"A data set is called by 1 to {LONGEST_NAME} printable characters; this name has {len(name)}.",
            "Choose a short name on one line.",
            "bad-name",
        )
    return name


def _is_wide(table: RawTable, recipe: Recipe) -> bool:
    return is_wide(table) if recipe.wide is None else recipe.wide


def _guess_notes(settled: Recipe, recipe: Recipe) -> list[Finding]:
    chosen = set(recipe.chosen_columns().values())
    guessed = [column for column in guessed_by_values(settled) if column not in chosen]
    if not guessed:
        return []
    roles = {role: getattr(settled, role) for role in ROLES}
    shown = ", ".join(f"{role} = {listing([column])}" for role, column in roles.items() if column)
    message = f"The columns were told by their values: {shown}. Check them."
    if not {settled.user, settled.item} <= set(guessed):
        return [Finding("note", "columns-guessed", message)]
    swap = Fix("People and items the other way round", {"user": settled.item, "item": settled.user})
    return [Finding("note", "columns-guessed", message, fixes=(swap,))]
