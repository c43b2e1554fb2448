"""Which column says who, what, how much and when."""

from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass

import pandas as pd

from recsys_core.data import column_names
from recsys_core.data.checking.times import looks_like_times, read_times
from recsys_core.data.findings import listing, quote
from recsys_core.data.reading.dialect import is_number
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.recipe import ROLES, Recipe
from recsys_core.errors import DataError

SAMPLE_ROWS = 10_000
MOST_KINDS = 50  # of events
MOST_SEARCHED = 50  # nameless columns whose values are looked at
FEWEST_TIMES = 0.1  # share of times in a column that is called one
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

    A table without a column that could hold ratings is implicit feedback.

    Args:
        chosen: roles (of ``ROLES``) that are settled already. None as the value says that there is no such column. A
            number stands for a position, the first column being 1.

    Raises:
        DataError: a chosen column does not exist, a role that is needed fits no column, or several could be ratings.
    """
    found = {role: _named(table, name) for role, name in (chosen or {}).items()}
    sample = table.head(SAMPLE_ROWS)
    for role in ("user", "item", "rating", "time"):
        if role not in found and (name := _by_name(role, sample, found)):
            found[role] = name
    if "time" not in (chosen or {}) and "time" in found and _holds_no_times(sample, found["time"]):
        del found["time"]
    filled = sample[[name for name in sample.columns if not _is_idle(str(name), sample[name])]]
    _find_events(sample, filled, found)
    if "time" not in found and (name := _time_by_values(filled, found)):
        found["time"] = name
    for role in ("user", "item"):
        if role not in found and (name := _standing_in(role, filled, found)):
            found[role] = name
    nameless = "user" not in found and "item" not in found
    silent = "rating" not in found and found.get("event") is None
    candidates = _could_be_ratings(filled, found) if silent else []
    if silent and (name := _rating_by_values(table, filled, found)):
        found["rating"], candidates = name, []
    for role in ("user", "item"):
        if found.get(role) is None:
            found[role] = _id_by_values(role, table, filled, found)
    others = [found.get(role) for role in ("rating", "time", "event")]
    columns = Columns(found["user"] or "", found["item"] or "", *others)
    free = _free(filled, found)
    unclear = [name for name in candidates if name in free]
    untold = silent and "rating" not in found and nameless and "time" not in found and bool(free)
    if len(unclear) > 1 or untold:
        raise DataError(
            f"{table.name} has no rating column: besides {quote(columns.user)} (user) and {quote(columns.item)} (item) "
            f"it has {listing(free)}, and "
            + (
                "more than one of these could hold the ratings."
                if len(unclear) > 1
                else "none of these looks like ratings."
            ),
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


def _find_events(sample: pd.DataFrame, filled: pd.DataFrame, found: dict[str, str | None]) -> None:
    """Where nothing is called a rating: counts by their name, else kinds of events by name or by well-known words."""
    if "rating" not in found and (name := _by_name("count", sample, found)) and _suits("count", sample[name]):
        found["rating"] = name
    if "event" in found or "rating" in found:
        return
    name = _by_name("event", sample, found)
    if name is None or not 1 < sample[name].nunique() <= MOST_KINDS or _share_of_numbers(sample[name]) >= 0.5:
        name = next((name for name in _free(filled, found)[:MOST_SEARCHED] if _tells_events(filled[name])), None)
    if name is not None:
        found["event"] = name


def _tells_events(values: pd.Series) -> bool:
    kinds = values.str.strip().unique()
    return 1 < len(kinds) <= MOST_KINDS and all(column_names.is_event(str(kind)) for kind in kinds)


def _free(filled: pd.DataFrame, found: Mapping[str, str | None]) -> list[str]:
    """The columns without a role."""
    taken = set(found.values())
    return [str(name) for name in filled.columns if name not in taken]


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


def _holds_no_times(sample: pd.DataFrame, name: str | None) -> bool:
    """Whether a column with a name such as date_stayed holds no times, but for instance "December 2012"."""
    if name is None or column_names.fit("time", name) == 3:
        return False
    values = sample[name]
    texts = values[values.str.strip() != ""].astype("str")
    return len(texts) > 0 and float(read_times(texts).good.mean()) < FEWEST_TIMES


def _time_by_values(filled: pd.DataFrame, found: Mapping[str, str | None]) -> str | None:
    """Dates before numbers, which may be ids after all."""
    free, first = _free(filled, found)[:MOST_SEARCHED], filled.head(200)
    numeric = {name for name in free if _share_of_numbers(first[name]) > 0.5}
    free.sort(key=numeric.__contains__)
    return next((name for name in free if looks_like_times(filled[name])), None)


def _rating_by_values(table: RawTable, filled: pd.DataFrame, found: Mapping[str, str | None]) -> str | None:
    """The column that looks most like ratings.

    Where the ids are known by name, a nameless rating must be the only candidate, and on a small scale. Otherwise a
    table of more than three columns is a table of ratings only if it holds times. Without a header the first two
    columns are ratings only in need, and the last of a short table may count anything.
    """
    free = _free(filled, found)
    unknown = ("user" not in found) + ("item" not in found)
    if len(free) <= unknown:
        return None
    candidates = _could_be_ratings(filled, found)
    if not unknown:
        return candidates[0] if len(candidates) == 1 and _small_scale(filled[candidates[0]]) else None
    timeless = "time" not in found
    if timeless and len(free) > 3:
        candidates = []
    if _headerless(table):
        later = [name for name in candidates if name not in table.columns[:2]]
        spare = sum(_id_like(filled[name]) for name in free) > unknown
        candidates = later or [name for name in candidates if spare and _small_scale(filled[name])]
        if not candidates and timeless and len(table.columns) in (3, 4) and _are_counts(filled[free[-1]]):
            candidates = free[-1:]

    def rank(name: str) -> tuple[bool, bool, int]:
        return _small_scale(filled[name]), free.index(name) >= 2, -filled[name].str.strip().nunique()

    return max(candidates, key=rank, default=None)


def _could_be_ratings(filled: pd.DataFrame, found: Mapping[str, str | None]) -> list[str]:
    """The columns of numbers whose names do not speak of something else; a constant one only where it is alone."""
    free = _free(filled, found)[:MOST_SEARCHED]
    names = [name for name in free if not column_names.is_aside(name) and _rating_like(filled[name])]
    return [name for name in names if filled[name].nunique() > 1] or names[:1]


def _standing_in(role: str, filled: pd.DataFrame, found: Mapping[str, str | None]) -> str | None:
    """Where the other ids are known: the one column that is called an id and whose values repeat, else a user name, an
    e-mail address or a title."""
    free = _free(filled, found)
    called = next((name for name in free if column_names.stands_in(role, name)), None)
    ids = [name for name in free if column_names.names_an_id(name) and 1 < filled[name].nunique() < len(filled)]
    only = ids[0] if len(ids) == 1 and found.get("item" if role == "user" else "user") else None
    return called or only if role == "user" else only or called


def _id_by_values(role: str, table: RawTable, sample: pd.DataFrame, found: Mapping[str, str | None]) -> str:
    free = _free(sample, found)[:MOST_SEARCHED]
    free = [name for name in free if not column_names.describes(name) and _id_like(sample[name])]
    wanted = 1 if found.get("item" if role == "user" else "user") else 2
    if len(free) >= wanted and (len(free) == wanted or _headerless(table)) and _come_back(sample, free[:wanted]):
        return free[0]
    what = {"user": "who acted (a user column)", "item": "what it was about (an item column)"}[role]
    raise DataError(
        f"{table.name} does not show which column says {what}; its columns are {listing(table.columns)}.",
        HOW_TO_CHOOSE,
        f"no-{role}-column",
    )


def _headerless(table: RawTable) -> bool:
    return table.columns == [f"column {place}" for place in range(1, len(table.columns) + 1)]


def _share_of_numbers(values: pd.Series) -> float:
    filled = values[values.str.strip() != ""]
    return float(filled.map(is_number).mean()) if len(filled) else 0.0


def _rating_like(values: pd.Series) -> bool:
    if _share_of_numbers(values) < 0.9:
        return False
    numbers = _numbers(values)
    size = float(numbers.abs().max())
    whole = bool((numbers % 1 == 0).all())
    fine = size > 10 and bool(values.str.contains(r"[.,]\d\d+[1-9]").any())  # such as a latitude
    return size <= 100 and not fine and not (whole and numbers.nunique() > 101)


def _are_counts(values: pd.Series) -> bool:
    if _share_of_numbers(values) < 1:
        return False
    numbers = _numbers(values)
    return bool((numbers % 1 == 0).all() and numbers.min() >= 0) and numbers.nunique() > 1


def _small_scale(values: pd.Series) -> bool:
    numbers = _numbers(values)
    return bool(numbers.abs().max() <= 10) and numbers.nunique() <= 21


def _id_like(values: pd.Series) -> bool:
    """Ids are short and are no fractions, and in any but a tiny table there are several."""
    filled = values[values.str.strip() != ""]
    wordy = filled.empty or filled.str.len().mean() > 64 or filled.str.count(" ").mean() > 2
    return not wordy and not _has_fractions(filled) and (len(filled) < 10 or filled.nunique() > 1)


def _come_back(sample: pd.DataFrame, names: list[str]) -> bool:
    """Whether somebody acts twice or something is met twice, as ids do in any but a tiny table."""
    return len(sample) < 10 or any(sample[name].nunique() < len(sample) for name in names)


def _has_fractions(values: pd.Series) -> bool:
    return _share_of_numbers(values) > 0.9 and bool((_numbers(values) % 1 != 0).any())


def _numbers(values: pd.Series) -> pd.Series:
    points = values.str.strip().str.replace(",", ".", regex=False)
    return pd.to_numeric(points, errors="coerce").dropna()
