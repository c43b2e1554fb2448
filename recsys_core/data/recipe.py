"""Everything that was decided about a ratings file: kept with the data set, and good for next month's file."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from recsys_core.data.checking.times import Unit
from recsys_core.data.reading.dialect import Dialect
from recsys_core.errors import ConfigError
from recsys_core.types import Feedback

ROLES = ("user", "item", "rating", "time", "event")


class Repeats(StrEnum):
    """What becomes of several rows about one pair of user and item."""

    LAST = "last"
    FIRST = "first"
    MEAN = "mean"
    HIGHEST = "highest"
    SUM = "sum"


class Recipe(BaseModel):
    """How a ratings file is read, and what is done with its values.

    Columns that are not set are guessed from the file, and so is whatever is None; a column that is set to None does
    not exist or is left aside.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    part: str | None = Field(None, description="The member of an archive, or the sheet of a workbook.")
    dialect: Dialect | None = Field(None, description="How a text file is written.")
    wide: bool | None = Field(None, description="One row a person and one column an item.")
    user: str | None = Field(None, description="The column that says who.")
    item: str | None = Field(None, description="The column that says what.")
    rating: str | None = Field(None, description="The column that says how much: ratings, or counts.")
    time: str | None = Field(None, description="The column that says when.")
    event: str | None = Field(None, description="The column that says what happened, such as view or purchase.")
    weights: dict[str, Annotated[float, Field(ge=0)]] | None = Field(
        None, description="What each kind of event counts; 0 leaves it out."
    )
    feedback: Feedback | None = Field(None, description="Ratings on a scale, or events that only happened.")
    threshold: float | None = Field(None, description="Only ratings of at least this count, each as one event.")
    not_ratings: tuple[float, ...] | None = Field(None, description="Numbers that mean 'not rated', such as -1.")
    low: float | None = Field(None, description="The lowest rating there can be.")
    high: float | None = Field(None, description="The highest rating there can be.")
    repeats: Repeats | None = Field(None, description="Of several rows about one pair, what to keep.")
    thousands: bool = Field(False, description="Read 1,500 and 1.500 as fifteen hundred.")
    whole_ids: bool = Field(False, description="Read the ids 7 and 7.0 as the same.")
    normal_ids: bool = Field(False, description="Read ids that look the same but are written otherwise as the same.")
    day_first: bool | None = Field(None, description="Whether 3/4/2024 is in April rather than in March.")
    time_unit: Unit | None = Field(None, description="What numbers in the time column count.")
    odd_times: bool = Field(True, description="Keep events of 1970 or of the future.")
    constant_people: bool = Field(True, description="Keep people who rated everything the same.")
    fewest_per_person: int = Field(1, ge=1, description="Leave out people with fewer events.")
    fewest_per_item: int = Field(1, ge=1, description="Leave out items with fewer events.")
    item_columns: dict[str, str | None] | None = Field(None, description="Roles of the columns of the item file.")
    person_columns: dict[str, str | None] | None = Field(None, description="Roles of the columns of the people file.")
    core: bool = Field(False, description="Repeat that until both hold at once (k-core).")

    @model_validator(mode="after")
    def _agree(self) -> "Recipe":
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"the lowest rating {self.low:g} is not below the highest {self.high:g}")
        return self

    @classmethod
    def parse(cls, values: Any) -> "Recipe":
        """A recipe from plain data; :class:`ConfigError` where a field is unknown or out of bounds."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "the recipe"
            raise ConfigError(
                f"The recipe does not fit: {place}: {first['msg'].removeprefix('Value error, ')}.",
                "Correct the recipe, or leave the field out to have it guessed.",
                "bad-recipe",
            ) from error

    def chosen_columns(self) -> dict[str, str | None]:
        """The roles that are settled."""
        return {role: getattr(self, role) for role in ROLES if role in self.model_fields_set}

    def changed(self, changes: dict[str, Any]) -> "Recipe":
        """The same recipe with other values for some fields."""
        return Recipe.parse(self.model_dump(exclude_unset=True) | changes)


UNDECIDED = Recipe()
