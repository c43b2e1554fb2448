"""Which column says who, what, how much and when."""

from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass

import pandas as pd

from recsys_core.data import column_names
from recsys_core.data.checking.times import looks_like_times
from recsys_core.data.findings import listing, quote
from recsys_core.data.reading.dialect import is_number
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.recipe import ROLES, Recipe
from recsys_core.errors import DataError

SAMPLE_ROWS = 10_000
MOST_KINDS = 50  # of events
HOW_TO_CHOOSE = "Choose by hand which column holds what."
NO_RATINGS = "Choose the column that holds the ratings, or say that there are none."


@dataclass(frozen=True)
class Columns:
    """The names of the columns to use; ``rating`` is None for implicit feedback, ``time`` and ``event`` where there is
    none."""

    user: str
    item: str
    rating: str | None = None
    time: str | None = None
    event: str | None = None


def settle(table: RawTable, recipe: Recipe) -> Recipe:
    """The recipe with all its columns chosen, as guessed where they were not.

    Raises:
        DataError: as :func:`guess_columns`.
    """
    chosen = recipe.chosen_columns()
    exact = check_columns(table, guess_columns(table, chosen))
    return recipe.changed(asdict(exact))


def guess_columns(table: RawTable, chosen: Mapping[str, str | None] | None = None) -> Columns:
    """The role of each column, from its name and, where names say nothing, from its values.

    A table of nothing but a user and an item column is implicit feedback.

    Args:
        chosen: roles (of ``ROLES``) that are settled already. None as the value says that there is no such column. A
            number stands for a position, the first column being 1.

    Raises:
        DataError: a chosen column does not exist, or a role that is needed fits no column.
    """
    found = {role: _named(table, name) for role, name in (chosen or {}).items()}
    sample = table.head(SAMPLE_ROWS)
    for role in ("user", "item", "rating", "time"):
        if role not in found and (name := _by_name(role, sample, found)):
            found[role] = name
    _find_events(sample, found)
    for role, search in (("time", _time_by_values), ("rating", _rating_by_values)):
        if role not in found and (name := search(sample, found)):
            found[role] = name
    for role in ("user", "item"):
        if found.get(role) is None:
            found[role] = _id_by_values(role, table, sample, found)
    others = [found.get(role) for role in ("rating", "time", "event")]
    columns = Columns(found["user"] or "", found["item"] or "", *others)
    if (
        "rating" not in found
        and not columns.event
        and (unused := _free(sample, found) + [columns.time] * (columns.time is not None))
    ):
        raise DataError(
            f"{table.name} has no rating column: besides {quote(columns.user)} (user) and {quote(columns.item)} (item) "
            f"it has {listing([str(name) for name in unused])}, and none of these looks like ratings.",
            NO_RATINGS,
            "no-rating-column",
        )
    return columns


def check_columns(table: RawTable, columns: Columns) -> Columns:
    """The same columns by their exact names; :class:`DataError` if one does not exist or has two roles."""
    exact = Columns(
        _named(table, columns.user) or "",
        _named(table, columns.item) or "",
        _named(table, columns.rating),
        _named(table, columns.time),
        _named(table, columns.event),
    )
    used = [name for name in astuple(exact) if name is not None]
    if len(set(used)) < len(used):
        raise DataError(
            f"One column of {table.name} was chosen for two roles: {listing(used)}.",
            "Choose a different column for each role.",
            "column-chosen-twice",
        )
    return exact


def guessed_by_values(recipe: Recipe) -> list[str]:
    """The columns whose names do not speak for their role."""
    names = {role: getattr(recipe, role) for role in ROLES}
    return [name for role, name in names.items() if name is not None and not _speaks(role, name)]


def _named(table: RawTable, name: str | None) -> str | None:
    return None if name is None else table.find_column(name)


def _speaks(role: str, name: str) -> bool:
    return any(column_names.fit(one, name) for one in ((role, "count") if role == "rating" else (role,)))


def _find_events(sample: pd.DataFrame, found: dict[str, str | None]) -> None:
    """Where nothing is called a rating: counts by their name, else kinds of events by name and values."""
    if "rating" not in found and (name := _by_name("count", sample, found)) and _suits("rating", sample[name]):
        found["rating"] = name
    if "event" in found or "rating" in found:
        return
    name = _by_name("event", sample, found)
    if name is not None and 1 < sample[name].nunique() <= MOST_KINDS and _share_of_numbers(sample[name]) < 0.5:
        found["event"] = name


def _free(sample: pd.DataFrame, found: Mapping[str, str | None]) -> list[str]:
    """The columns without a role, but for a row index and empty columns."""
    taken = set(found.values())
    names = [str(name) for name in sample.columns if name not in taken]
    return [name for name in names if not _is_idle(name, sample[name])]


def _is_idle(name: str, values: pd.Series) -> bool:
    is_index = "".join(column_names.tokens(name)) in ("index", "unnamed0")
    return is_index or bool((values.str.strip() == "").all())


def _by_name(role: str, sample: pd.DataFrame, found: Mapping[str, str | None]) -> str | None:
    """The column whose name fits best, a column whose values speak for the role before any other."""
    taken = found.values()
    names = [name for name in map(str, sample.columns) if name not in taken and column_names.fit(role, name)]

    def rank(name: str) -> tuple[bool, int]:
        return _suits(role, sample[name]), column_names.fit(role, name)

    return max(names, key=rank, default=None)


def _suits(role: str, values: pd.Series) -> bool:
    """Whether the values speak for a role that the name suggests; ids may be anything."""
    if role in ("rating", "count"):
        return _share_of_numbers(values) > 0.5
    return looks_like_times(values) if role == "time" else bool((values.str.strip() != "").any())


def _time_by_values(sample: pd.DataFrame, found: Mapping[str, str | None]) -> str | None:
    return next((name for name in _free(sample, found) if looks_like_times(sample[name])), None)


def _rating_by_values(sample: pd.DataFrame, found: Mapping[str, str | None]) -> str | None:
    """The column that looks most like ratings.

    Where the ids are known by name, a nameless rating must be the only candidate. Where nothing has a name, a table
    of more than four columns is a table of ratings only if one of them holds times.
    """
    free = _free(sample, found)
    unknown = ("user" not in found) + ("item" not in found)
    if len(free) <= unknown or (unknown and len(free) > 3 and "time" not in found):
        return None
    candidates = [name for name in free if not column_names.is_aside(name) and _rating_like(sample[name])]
    if "user" in found and "item" in found:
        return candidates[0] if len(candidates) == 1 else None

    def rank(name: str) -> tuple[bool, bool, int]:
        values = sample[name].str.strip()
        return _small_scale(values), free.index(name) >= 2, -values.nunique()

    return max(candidates, key=rank, default=None)


def _id_by_values(role: str, table: RawTable, sample: pd.DataFrame, found: Mapping[str, str | None]) -> str:
    free = [name for name in _free(sample, found) if not column_names.describes(name) and _id_like(sample[name])]
    wanted = 1 if found.get("item" if role == "user" else "user") else 2
    in_order = table.columns == [f"column {place}" for place in range(1, len(table.columns) + 1)]
    if len(free) >= wanted and (len(free) == wanted or in_order) and _come_back(sample, free[:wanted]):
        return free[0]
    what = {"user": "who acted (a user column)", "item": "what it was about (an item column)"}[role]
    raise DataError(
        f"{table.name} does not show which column says {what}; its columns are {listing(table.columns)}.",
        HOW_TO_CHOOSE,
        f"no-{role}-column",
    )


def _share_of_numbers(values: pd.Series) -> float:
    filled = values[values.str.strip() != ""]
    return float(filled.map(is_number).mean()) if len(filled) else 0.0


def _rating_like(values: pd.Series) -> bool:
    if _share_of_numbers(values) < 0.9:
        return False
    numbers = _numbers(values)
    whole = bool((numbers % 1 == 0).all())
    return bool(numbers.abs().max() <= 100) and not (whole and numbers.nunique() > 101)


def _small_scale(values: pd.Series) -> bool:
    numbers = _numbers(values)
    return bool(numbers.abs().max() <= 10) and numbers.nunique() <= 21


def _id_like(values: pd.Series) -> bool:
    """Ids are short and are no fractions."""
    filled = values[values.str.strip() != ""]
    wordy = filled.empty or filled.str.len().mean() > 64 or filled.str.count(" ").mean() > 2
    return not wordy and not _has_fractions(filled)


def _come_back(sample: pd.DataFrame, names: list[str]) -> bool:
    """Whether somebody acts twice or something is met twice, as ids do in any but a tiny table."""
    return len(sample) < 10 or any(sample[name].nunique() < len(sample) for name in names)


def _has_fractions(values: pd.Series) -> bool:
    return _share_of_numbers(values) > 0.9 and bool((_numbers(values) % 1 != 0).any())


def _numbers(values: pd.Series) -> pd.Series:
    points = values.str.strip().str.replace(",", ".", regex=False)
    return pd.to_numeric(points, errors="coerce").dropna()
