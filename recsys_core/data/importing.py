"""The one way in: a ratings file, and what is known about its items and people -> a data set."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from recsys_core.data.checking import Checked, check
from recsys_core.data.dataset import Dataset, blank_item_table, blank_user_table
from recsys_core.data.dialect import Dialect, sniff
from recsys_core.data.findings import Finding, listing
from recsys_core.data.item_table import build_item_table, build_user_table
from recsys_core.data.reading import RawTable, read_table
from recsys_core.data.roles import Columns, check_columns, guess_columns, guessed_by_values, without_rating
from recsys_core.errors import DataError
from recsys_core.types import Json

LONGEST_NAME = 80
PREVIEW_ROWS = 20

Choice = Columns | Mapping[str, str | None]


@dataclass(frozen=True)
class Preview:
    """A first look at a file, before it is imported.

    Attributes:
        columns: the guess; None where ``problem`` says why there is none.
        frame: the first 20 rows, as text, under the names of all columns.
        rows: how many rows the file has, where it is so short that it was read to its end.
    """

    dialect: Dialect
    columns: Columns | None
    frame: pd.DataFrame
    rows: int | None
    problem: DataError | None = None


@dataclass(frozen=True)
class Imported:
    """A data set, and what became of the rows of its file: ``rows == kept + rejected + merged``."""

    dataset: Dataset
    rows: int
    kept: int
    rejected: int
    merged: int
    findings: tuple[Finding, ...]

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
        }


def preview(path: Path, dialect: Dialect | None = None, columns: Choice | None = None) -> Preview:
    """The first rows of a file and how they would be read.

    Raises:
        DataError: the file is not a table that can be read.
    """
    path = Path(path)
    dialect = dialect or sniff(path)
    table = read_table(path, dialect, sample=True)
    frame = table.frame.head(PREVIEW_ROWS)
    rows = None if table.cut else table.rows
    try:
        return Preview(dialect, _columns(table, columns, implicit=False), frame, rows)
    except DataError as problem:
        return Preview(dialect, None, frame, rows, problem)


def import_ratings(
    path: Path,
    name: str,
    *,
    dialect: Dialect | None = None,
    columns: Choice | None = None,
    implicit: bool = False,
    items: Path | None = None,
    item_dialect: Dialect | None = None,
    people: Path | None = None,
    image_folder: Path | None = None,
    origin: str = "",
) -> Imported:
    """Read, check and map a ratings file.

    Items and people without ratings are left out.

    Args:
        name: what to call the data set, 1 to 80 printable characters.
        dialect, columns, item_dialect: as chosen by hand; guessed where they are None. ``columns`` may also be a
            mapping of some roles to column names, None for "there is no such column"; the rest is guessed.
        implicit: pay no attention to ratings, only to who met what.
        items, people: side files with titles, genres, pictures, and names.
        image_folder: where the pictures that the item file names lie.
        origin: one sentence about where the data come from.

    Raises:
        DataError: one of the files cannot be used as it is.
    """
    name = check_name(name)
    table = read_text(path, dialect)
    item_text = None if items is None else read_text(items, item_dialect)
    people_text = None if people is None else read_text(people)
    return assemble(table, name, columns, implicit, item_text, people_text, image_folder, origin)


def assemble(
    table: RawTable,
    name: str,
    columns: Choice | None = None,
    implicit: bool = False,
    items: RawTable | None = None,
    people: RawTable | None = None,
    image_folder: Path | None = None,
    origin: str = "",
) -> Imported:
    """The same, from tables that are read already."""
    roles = _columns(table, columns, implicit)
    checked = check(table, roles)
    findings = [*checked.findings, *_guess_notes(roles, columns)]
    item_table, user_table = blank_item_table(len(checked.item_ids)), blank_user_table(len(checked.user_ids))
    if items is not None:
        item_table, notes = build_item_table(items, checked.item_ids, image_folder)
        findings += notes
    if people is not None:
        user_table, notes = build_user_table(people, checked.user_ids)
        findings += notes
    has_images = bool((item_table["image"] != "").any())
    dataset = _dataset(name, checked, item_table, user_table, image_folder if has_images else None, origin)
    return Imported(dataset, checked.rows, checked.kept, checked.rejected, checked.merged, tuple(findings))


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


def read_text(path: Path, dialect: Dialect | None = None) -> RawTable:
    """A file as a table of text."""
    path = Path(path)
    return read_table(path, dialect or sniff(path))


def _columns(table: RawTable, columns: Choice | None, implicit: bool) -> Columns:
    if isinstance(columns, Columns):
        exact = check_columns(table, columns)
        return without_rating(exact) if implicit else exact
    return check_columns(table, guess_columns(table, columns, implicit))


def _guess_notes(roles: Columns, columns: Choice | None) -> list[Finding]:
    choices = vars(columns) if isinstance(columns, Columns) else columns or {}
    chosen = set(choices.values())
    guessed = [column for column in guessed_by_values(roles) if column not in chosen]
    if not guessed:
        return []
    shown = ", ".join(f"{role} = {listing([column])}" for role, column in vars(roles).items() if column)
    return [Finding("note", "columns-guessed", f"The columns were told by their values: {shown}. Check them.")]


def _dataset(
    name: str,
    checked: Checked,
    item_table: pd.DataFrame,
    user_table: pd.DataFrame,
    image_folder: Path | None,
    origin: str,
) -> Dataset:
    return Dataset(
        name,
        checked.interactions,
        checked.user_ids,
        checked.item_ids,
        item_table,
        user_table,
        checked.feedback,
        origin,
        checked.scale,
        image_folder,
    )
