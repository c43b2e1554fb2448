"""A file that logs impressions -> a checked log. Every row is kept or rejected, and counted."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from recsys_core.data.checking.id_column import read_ids
from recsys_core.data.checking.sieve import Sieve
from recsys_core.data.checking.time_column import read_time_column
from recsys_core.data.dataset import Ids
from recsys_core.data.findings import Finding, Fix, counted, quote
from recsys_core.data.importing import PREVIEW_ROWS, check_name
from recsys_core.data.impressions.click_profile import overall_rate
from recsys_core.data.impressions.columns import (
    CLICKED,
    NOT_CLICKED,
    ROLES,
    UNDECIDED,
    LogRecipe,
    are_positions,
    are_propensities,
    log_columns_told_by_values,
    numbers_of,
    settle_log,
)
from recsys_core.data.impressions.log import NO_POSITION, Impressions, Int16
from recsys_core.data.progress import Progress, silent
from recsys_core.data.reading.any_table import parts, read_table
from recsys_core.data.reading.dialect import Dialect
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.errors import DataError
from recsys_core.types import Bool, Float32, Float64, Json

EXTREME = 0.001  # a propensity below makes one impression weigh as much as over a thousand


@dataclass(frozen=True)
class LogPreview:
    """A first look at a file, before it is imported.

    Attributes:
        dialect: how a text file is written; None for other formats.
        parts: the members of an archive or the sheets of a workbook; ``part`` is the one that is shown.
        recipe: with the columns as guessed; None where ``problem`` says why there is no guess.
        frame: the first 20 rows, as text, under the names of all columns.
        rows: how many rows the file has, where it is so short that it was read to its end.
    """

    dialect: Dialect | None
    parts: list[str]
    part: str
    recipe: LogRecipe | None
    frame: pd.DataFrame
    rows: int | None
    problem: DataError | None = None


@dataclass(frozen=True)
class ImportedLog:
    """A log, and what became of the rows of its file: ``rows == kept + rejected``.

    Attributes:
        recipe: what was decided, guesses included: good for the next file of the same kind.
        rejects: the rows that were left out (``line``, ``reason``, ``text``), at most 100,000.
    """

    log: Impressions
    recipe: LogRecipe
    rows: int
    kept: int
    rejected: int
    findings: tuple[Finding, ...]
    rejects: pd.DataFrame

    def summary(self) -> Json:
        """What the import made and found, as plain data: kept with the log, and printed by the shell."""
        return log_figures(self.log) | {
            "rows": self.rows,
            "kept": self.kept,
            "rejected": self.rejected,
            "findings": [asdict(finding) for finding in self.findings],
            "recipe": self.recipe.model_dump(mode="json", exclude_unset=True),
        }


def log_figures(log: Impressions) -> Json:
    """How large a log is and how often it was clicked, with a 95 % interval, as plain data."""
    (rate,) = overall_rate(log).rows()
    return {
        **rate,
        "items": len(log.item_ids),
        "users": None if log.users is None else len(log.user_ids),
    }


def preview_log(path: Path, recipe: LogRecipe = UNDECIDED) -> LogPreview:
    """The first rows of a file and how they would be read.

    Raises:
        DataError: the file is not a table that can be read.
    """
    path = Path(path)
    table = read_table(path, recipe.dialect, part=recipe.part, sample=True)
    rows = None if table.cut else table.rows
    found = LogPreview(table.dialect, parts(path), table.part, None, table.head(PREVIEW_ROWS), rows)
    try:
        return replace(found, recipe=settle_log(table, recipe))
    except DataError as problem:
        return replace(found, problem=problem)


def import_log(
    path: Path, name: str, recipe: LogRecipe = UNDECIDED, origin: str = "", progress: Progress = silent
) -> ImportedLog:
    """Read and check a file of impressions, one a row.

    Args:
        name: what to call the log, 1 to 80 printable characters.
        recipe: what is decided already; the rest is guessed.
        origin: one sentence about where the log comes from.
        progress: is told how far it is.

    Raises:
        DataError: the file cannot be used as it is.
    """
    name = check_name(name)
    return check_log(read_table(Path(path), recipe.dialect, part=recipe.part, progress=progress), name, recipe, origin)


def check_log(table: RawTable, name: str, recipe: LogRecipe = UNDECIDED, origin: str = "") -> ImportedLog:
    """The same, from a table that is read already.

    A row without an item, a click or no click, a time, or a person, is rejected where there is such a column. A row
    without a position or a propensity is kept: it still counts for the log as a whole.

    Raises:
        DataError: more than half of the rows had to be rejected, or all.
    """
    settled = settle_log(table, recipe)
    assert settled.item is not None
    assert settled.click is not None
    sieve = Sieve(table)
    values = settled.of_values()
    items, item_names = read_ids(sieve, settled.item, "item", values)
    users = user_names = None
    if settled.user is not None:
        users, user_names = read_ids(sieve, settled.user, "user", values)
        _offer_no_people(sieve)
    clicks = _read_clicks(sieve, settled.click)
    times = None if settled.time is None else read_time_column(sieve, settled.time, values)
    sieve.refuse_if_mostly_bad()
    rows = np.flatnonzero(sieve.good)
    if not len(rows):
        raise DataError(
            f"{table.name} holds no impression: of {counted(table.rows, 'row')} none can be used.",
            "Choose a file in which each row is one impression.",
            "no-impressions",
        )
    positions = None if settled.position is None else _read_positions(sieve, settled.position)
    propensities = None if settled.propensity is None else _read_propensities(sieve, settled.propensity)
    _remark_clicks(sieve, clicks)
    _note_guesses(sieve, settled, recipe)
    item_codes, item_order = pd.factorize(items[rows])
    user_codes, user_ids = None, Ids.of([])
    if users is not None and user_names is not None:
        codes, order = pd.factorize(users[rows])
        user_codes, user_ids = codes.astype(np.int32), Ids(user_names[order])
    log = Impressions(
        name,
        user_ids,
        Ids(item_names[item_order]),
        user_codes,
        item_codes.astype(np.int32),
        None if positions is None else positions[rows],
        clicks[rows],
        None if propensities is None else propensities[rows],
        None if times is None else times[rows],
        origin,
    )
    return ImportedLog(log, settled, table.rows, len(rows), sieve.rejected, tuple(sieve.findings), sieve.rejects())


def _offer_no_people(sieve: Sieve) -> None:
    """Impressions of nobody in particular are common, and a log is good for something without any people."""
    offer = Fix("Leave the people aside", {"user": None})
    sieve.findings = [
        replace(finding, fixes=(*finding.fixes, offer)) if finding.code == "missing-user" else finding
        for finding in sieve.findings
    ]


def _read_clicks(sieve: Sieve, column: str) -> Bool:
    read = sieve.table.column(column)
    words = read.texts.str.strip().str.lower()
    clicked = words.isin(CLICKED).to_numpy(dtype=bool)
    known = clicked | words.isin(NOT_CLICKED).to_numpy(dtype=bool)
    sieve.reject(
        read.spread(~known),
        column,
        "bad-click",
        "says neither that it was clicked (1, true, yes) nor that it was not (0, false, no)",
        "Write one impression a row, with 1 for a click and 0 for none, or choose another column for the clicks.",
    )
    return read.spread(clicked)


def _read_positions(sieve: Sieve, column: str) -> Int16 | None:
    numbers = _read_numbers(sieve, column, "position", "no whole number from 0 to 32,767", are_positions)
    return None if numbers is None else np.where(np.isnan(numbers), NO_POSITION, numbers).astype(np.int16)


def _read_propensities(sieve: Sieve, column: str) -> Float32 | None:
    numbers = _read_numbers(sieve, column, "propensity", "no probability above 0 and up to 1", are_propensities)
    if numbers is None:
        return None
    propensities = numbers.astype(np.float32)
    least = float(np.nanmin(propensities[sieve.good]))
    if least < EXTREME:
        rare = int((propensities[sieve.good] < EXTREME).sum())
        sieve.say(
            "note",
            "extreme-weights",
            f"The smallest propensity is {_decimal(least)}: weighted by 1 / propensity, one impression would count as "
            f"{1 / least:,.0f}, and {rare:,} as over {1 / EXTREME:,.0f} each: clip the weights.",
            rare,
        )
    return propensities


def _read_numbers(
    sieve: Sieve, column: str, noun: str, lack: str, are_good: Callable[[Float64], np.ndarray]
) -> Float64 | None:
    """Float64[N], NaN where a row says nothing that can be used; None where that is so for more than half of them."""
    read = sieve.table.column(column)
    numbers = numbers_of(read.texts)
    numbers[~are_good(numbers)] = np.nan
    found = read.spread(numbers)
    bad = np.flatnonzero(np.isnan(found) & sieve.good)
    if not len(bad):
        return found
    places = [f"{sieve.table.place(row)}: {quote(sieve.table.value(column, row))}" for row in bad[:5].tolist()]
    mostly = len(bad) * 2 > int(sieve.good.sum())
    fate = (
        "More than half: the column was left aside."
        if mostly
        else f"They count for the log as a whole, but have no {noun}."
    )
    sieve.say(
        "warning",
        f"bad-{noun}",
        f"{counted(len(bad), 'impression')}, column {quote(column)}: the value is {lack} ({places[0]}). {fate}",
        len(bad),
        examples=places,
    )
    return None if mostly else found


def _remark_clicks(sieve: Sieve, clicks: Bool) -> None:
    kept = clicks[sieve.good]
    if kept.all():
        sieve.say(
            "warning",
            "only-clicks",
            f"Every row, {len(kept):,} in all, is a click: the log lists what was clicked, not what was shown, so its "
            "click-through rate of 100% says nothing.",
            len(kept),
        )
    elif not kept.any():
        sieve.say("note", "no-clicks", f"None of {counted(len(kept), 'impression')} was clicked.", len(kept))


def _note_guesses(sieve: Sieve, settled: LogRecipe, recipe: LogRecipe) -> None:
    chosen = set(recipe.chosen_columns().values())
    if not [column for column in log_columns_told_by_values(settled) if column not in chosen]:
        return
    roles = {role: getattr(settled, role) for role in ROLES}
    shown = ", ".join(f"{role} = {quote(column)}" for role, column in roles.items() if column)
    sieve.say("note", "columns-guessed", f"The columns were told by their values: {shown}. Check them.")


def _decimal(number: float) -> str:
    """A small number without an exponent."""
    return np.format_float_positional(np.float32(number), trim="-")
