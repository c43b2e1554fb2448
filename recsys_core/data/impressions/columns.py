"""Which column of an impression log says who saw what, where, and whether it was clicked."""

from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from recsys_core.data import column_names
from recsys_core.data.checking.times import Unit, looks_like_times
from recsys_core.data.findings import listing
from recsys_core.data.reading.dialect import Dialect
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.recipe import Recipe
from recsys_core.errors import ConfigError, DataError
from recsys_core.types import Float64

ROLES = ("user", "item", "position", "click", "propensity", "time")
SAMPLE_ROWS = 10_000
CLICKED = frozenset(["1", "1.0", "true", "t", "yes", "y", "click", "clicks", "clicked"])
NOT_CLICKED = frozenset(["0", "0.0", "false", "f", "no", "n", "impression", "impressions", "view", "views", "show"])
HIGHEST_POSITION = 32_767
_HOW_TO_CHOOSE = "Choose by hand which column holds what."

_NAMES = {
    "user": "",
    "item": """action arm ad adid adgroup adgroupid campaign campaignid banner bannerid
        creative creativeid doc docid document documentid""",
    "position": "position positions pos slot slotid rank place placement displayposition itemposition adposition",
    "click": "click clicks clicked isclick isclicked hasclick wasclicked didclick clickflag clk",
    "propensity": """propensity propensities propensityscore pscore propscore actionprob actionprobability
        loggingprob loggingprobability""",
    "time": "",
}
_NOUNS = {
    "position": "position slot rank",
    "click": "click clicked reward label",
    "propensity": "propensity probability prob pscore",
}
_EXACT = {role: frozenset(names.split()) for role, names in _NAMES.items()}


class LogRecipe(BaseModel):
    """How an impression log is read: good for next month's log.

    Columns that are not set are guessed from the file; a column that is set to None does not exist or is left aside.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: str | None = Field(None, description="The member of an archive, or the sheet of a workbook.")
    dialect: Dialect | None = Field(None, description="How a text file is written.")
    user: str | None = Field(None, description="The column that says who saw it.")
    item: str | None = Field(None, description="The column that says what was shown.")
    position: str | None = Field(None, description="The column that says at which place.")
    click: str | None = Field(None, description="The column that says whether it was clicked.")
    propensity: str | None = Field(None, description="The column that says how probable it was to be shown.")
    time: str | None = Field(None, description="The column that says when.")
    whole_ids: bool = Field(False, description="Read the ids 7 and 7.0 as the same.")
    normal_ids: bool = Field(False, description="Read ids that look the same but are written otherwise as the same.")
    day_first: bool | None = Field(None, description="Whether 3/4/2024 is in April rather than in March.")
    time_unit: Unit | None = Field(None, description="What numbers in the time column count.")
    odd_times: bool = Field(True, description="Keep impressions of 1970 or of the future.")

    @classmethod
    def parse(cls, values: Any) -> "LogRecipe":
        """A recipe from plain data; :class:`ConfigError` where a field is unknown or has the wrong type."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise ConfigError(
                f"The recipe of the log does not fit: {place}: {first['msg']}.",
                f"Its fields are {listing(list(cls.model_fields), most=99)}.",
                "bad-recipe",
            ) from error

    def chosen_columns(self) -> dict[str, str | None]:
        """The roles that are settled."""
        return {role: getattr(self, role) for role in ROLES if role in self.model_fields_set}

    def changed(self, changes: dict[str, Any]) -> "LogRecipe":
        """The same recipe with other values for some fields."""
        return LogRecipe.parse(self.model_dump(exclude_unset=True) | changes)

    def of_values(self) -> Recipe:
        """What it says about ids and times, as the readers of such columns take it."""
        return Recipe(
            whole_ids=self.whole_ids,
            normal_ids=self.normal_ids,
            day_first=self.day_first,
            time_unit=self.time_unit,
            odd_times=self.odd_times,
        )


UNDECIDED = LogRecipe()


def settle_log(table: RawTable, recipe: LogRecipe) -> LogRecipe:
    """The recipe with all its columns chosen, as guessed where they were not.

    Raises:
        DataError: a chosen column does not exist, one has two roles, or none fits the items or the clicks.
    """
    found = {role: None if name is None else table.find_column(name) for role, name in recipe.chosen_columns().items()}
    sample = table.head(SAMPLE_ROWS)
    for role in ROLES:
        if role not in found and (name := _by_name(role, sample, found)):
            found[role] = name
    for role, search in (("time", _time_by_values), ("click", _click_by_values)):
        if role not in found and (name := search(sample, found)):
            found[role] = name
    if "item" not in found:
        _ids_by_values(table, sample, found)
    for role, what in (("click", "whether it was clicked (0 or 1)"), ("item", "what was shown")):
        if found.get(role) is None:
            raise DataError(
                f"{table.name} does not show which column says {what}; its columns are {listing(table.columns)}.",
                _HOW_TO_CHOOSE,
                f"no-{role}-column",
            )
    used = [name for name in found.values() if name is not None]
    if len(set(used)) < len(used):
        raise DataError(
            f"One column of {table.name} was chosen for two roles: {listing(used)}.",
            "Choose a different column for each role.",
            "column-chosen-twice",
        )
    return recipe.changed({role: found.get(role) for role in ROLES})


def log_columns_told_by_values(recipe: LogRecipe) -> list[str]:
    """The columns whose names do not speak for their role."""
    names = {role: getattr(recipe, role) for role in ROLES}
    return [name for role, name in names.items() if name is not None and not _fit(role, name)]


def numbers_of(texts: pd.Series) -> Float64:
    """Float64[n], NaN where a text is no finite number; a decimal comma counts as a point."""
    points = texts.str.strip().str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(points, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _fit(role: str, name: str) -> int:
    """How well a name fits a role: 3 is its very name, less is likely, 0 says nothing."""
    words = column_names.tokens(name)
    if "".join(words) in _EXACT[role]:
        return 3
    if role not in _NOUNS:
        return column_names.fit(role, name)
    rank = [noun in words for noun in _NOUNS[role].split()]
    return 2 if any(rank[:2]) else int(any(rank))


def _by_name(role: str, sample: pd.DataFrame, found: dict[str, str | None]) -> str | None:
    """The column whose name fits best; one that is only likely must have values that suit."""
    ranked = [
        (suits, fits, name)
        for name in _free(sample, found)
        if (fits := _fit(role, name)) and ((suits := _suits(role, sample[name])) or fits == 3)
    ]
    return max(ranked, key=lambda candidate: candidate[:2], default=(False, 0, None))[2]


def _suits(role: str, values: pd.Series) -> bool:
    """Whether at least half of the values can be what the name says."""
    if role in ("user", "item"):
        return bool((values.str.strip() != "").mean() >= 0.5)
    if role == "click":
        return bool(values.str.strip().str.lower().isin(CLICKED | NOT_CLICKED).mean() >= 0.5)
    if role == "time":
        return looks_like_times(values)
    good = are_positions if role == "position" else are_propensities
    return bool(good(numbers_of(values)).mean() >= 0.5)


def are_positions(numbers: Float64) -> np.ndarray:
    """Bool[n], which are whole and between 0 and 32,767."""
    with np.errstate(invalid="ignore"):
        return (numbers >= 0) & (numbers <= HIGHEST_POSITION) & (numbers % 1 == 0)


def are_propensities(numbers: Float64) -> np.ndarray:
    """Bool[n], which are above 0 and at most 1."""
    with np.errstate(invalid="ignore"):
        return (numbers.astype(np.float32) > 0) & (numbers <= 1)


def _free(sample: pd.DataFrame, found: dict[str, str | None]) -> list[str]:
    """The columns without a role, but for empty ones."""
    taken = set(found.values())
    return [str(name) for name in sample if name not in taken and (sample[name].str.strip() != "").any()]


def _time_by_values(sample: pd.DataFrame, found: dict[str, str | None]) -> str | None:
    return next((name for name in _free(sample, found) if looks_like_times(sample[name])), None)


def _click_by_values(sample: pd.DataFrame, found: dict[str, str | None]) -> str | None:
    """The only column that says yes and no."""

    def says_both(values: pd.Series) -> bool:
        words = set(values.str.strip().str.lower())
        return words <= CLICKED | NOT_CLICKED and bool(words & CLICKED) and bool(words & NOT_CLICKED)

    candidates = [name for name in _free(sample, found) if says_both(sample[name])]
    return candidates[0] if len(candidates) == 1 else None


def _ids_by_values(table: RawTable, sample: pd.DataFrame, found: dict[str, str | None]) -> None:
    """Where nothing has a name: the only column that is left holds the items; of two, people and items."""
    if table.dialect is None or table.dialect.header:
        return
    free = _free(sample, found)
    roles = ("item",) if "user" in found else ("user", "item")
    found.update(zip(roles[-len(free) :], free, strict=True) if 0 < len(free) <= len(roles) else ())
