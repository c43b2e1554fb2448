"""What may be asked and what is answered, as the OpenAPI document shows it."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from recsys_core.serve.people import Way
from recsys_core.types import Json

MOST_SHOWN = 500
MOST_TOLD = 500  # events of a history
MOST_EXCLUDED = 1000
MOST_CONDITIONS = 20
LONGEST = 500  # letters of an id or a condition

Id = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, allow_inf_nan=False)


class Met(_Asked):
    """Something that a person met."""

    item: Id = Field(description="Id of the item.", examples=["50"])
    rating: float | None = Field(None, description="On the scale of the data; left out: liked it.", examples=[4.5])


_USER = Field(None, description="Id of a person.", examples=["42"])
_RUN = Field(None, description="Which run answers; by default the first one that is served.", examples=[None])
_HISTORY = "What the person met, oldest first; it is read where the model has not learned from the person."
_HISTORY_LINE = f"{_HISTORY} ITEM or ITEM:RATING, and again for each further item."


class _List(_Asked):
    user: Id | None = _USER
    k: int = Field(10, ge=1, le=MOST_SHOWN, description="Length of the list.")
    filter: list[Id] = Field(
        [],
        max_length=MOST_CONDITIONS,
        description="Conditions that each item must fulfil: genre=Horror, year<1960, or any attribute of the items.",
        examples=[[]],
    )
    exclude: list[Id] = Field(
        [],
        max_length=MOST_EXCLUDED,
        description="Ids of items that stay out of the list, beside those that the person has met.",
        examples=[[]],
    )
    run: str | None = _RUN


class ListByBody(_List):
    """Who is to get a list, and of what."""

    history: list[Met] | None = Field(None, min_length=1, max_length=MOST_TOLD, description=_HISTORY)


class ListByAddress(_List):
    """The same in the address."""

    history: list[Id] | None = Field(None, min_length=1, max_length=MOST_TOLD, description=_HISTORY_LINE)


class LikeByAddress(_Asked):
    """Which item others are to be like."""

    item: Id = Field(description="Id of the item.", examples=["50"])
    k: int = Field(10, ge=1, le=MOST_SHOWN, description="Length of the list.")
    run: str | None = _RUN


class _Why(_Asked):
    user: Id | None = _USER
    item: Id = Field(description="Id of the item.", examples=["50"])
    method: str = Field("shap-history", description="How it is explained; /models lists what each run offers.")
    budget: int = Field(500, ge=50, le=2000, description="Questions put to the model, about.")
    run: str | None = _RUN


class WhyByBody(_Why):
    """Why would this person be shown this item?"""

    history: list[Met] | None = Field(None, min_length=1, max_length=MOST_TOLD, description=_HISTORY)


class WhyByAddress(_Why):
    """The same in the address."""

    history: list[Id] | None = Field(None, min_length=1, max_length=MOST_TOLD, description=_HISTORY_LINE)


class Place(BaseModel):
    """An item in a list."""

    rank: int = Field(description="1 for the first.")
    id: str
    title: str = Field(description="The id where no title is known.")
    score: float = Field(description="Higher is better; comparable within this list alone.")


class Recommended(BaseModel):
    """A person's list."""

    run: str
    data: str = Field(description="Name of the data that the run learned from, marked where they are synthetic.")
    user: str | None
    way: Way = Field(description="Where the list comes from.")
    why: str = Field(description="The same as a sentence.")
    score: str = Field(description="What the scores mean.")
    items: list[Place] = Field(description="Best first; fewer than k where fewer are left.")


class Alike(BaseModel):
    """Items like another one; fewer than k where the others are unlike it."""

    run: str
    data: str
    item: str
    title: str
    by: str = Field(description="What the likeness is, from 0 to 1.")
    items: list[Place]


class Reason(BaseModel):
    """A part of an explanation."""

    kind: str
    key: str = Field(description="Id of the item that was met; others: many that weigh little.")
    title: str
    value: float = Field(description="What it contributes.")
    margin: float = Field(description="Half the width of the 95 % interval; 0 where nothing was drawn.")


class Explained(BaseModel):
    """Why an item has its score for somebody."""

    run: str
    data: str
    user: str | None
    way: Way
    item: str
    title: str
    sentence: str
    method: str
    value: str = Field(description="What is explained.")
    base: float = Field(description="Its value when nothing is known of the person.")
    score: float = Field(description="Its value for this person.")
    parts: list[Reason] = Field(description="Strongest first.")
    additive: bool = Field(description="Whether base and parts add up to the score.")
    exact: bool = Field(description="Whether nothing was drawn or fitted.")
    trust: dict[str, float] = Field(description="gap: what the parts leave unexplained. fit: of a fitted line, 0 to 1.")
    evaluations: int
    seconds: float


class ServedRun(BaseModel):
    """A run that is served."""

    run: str
    model: str
    title: str
    data: str
    users: int
    items: int
    scale: tuple[float, float] | None = Field(description="Lowest and highest rating; null where events have none.")
    abilities: list[str]
    methods: list[str] = Field(description="What /explain offers.")
    metrics: dict[str, Any] = Field(description="What the run measured, with 95 % intervals over people.")
    versions: dict[str, str] = Field(description="What it was trained with.")


class Models(BaseModel):
    """The runs that are served; the first one answers where none is named."""

    runs: list[ServedRun]


class Pace(BaseModel):
    """Of the latest answers of a path."""

    answers: int
    p50: float
    p95: float


class Health(BaseModel):
    """How the service is."""

    status: str
    runs: list[str]
    since: str = Field(description="When it started, UTC.")
    uptime: float = Field(description="Seconds.")
    versions: dict[str, str]
    answers: dict[str, int] = Field(description="Answers since the start, by path and status.")
    milliseconds: dict[str, Pace] = Field(description="Of the latest answers, from the request's arrival.")


class Fault(BaseModel):
    """What is wrong, and what to do."""

    code: str
    message: str
    fix: str


class Refusal(BaseModel):
    """Any answer that is no success."""

    error: Fault


def refusal(code: str, message: str, fix: str) -> Json:
    """The document of a refusal."""
    return {"error": {"code": code, "message": message, "fix": fix}}
