"""Everything that a simulation takes for granted, each with its range and the reason for its default."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import Field

from recsys_core.models.base import Config

Liking = Literal["factors", "neighbours", "popularity", "nothing"]
CALLED: dict[Liking, str] = {
    "factors": "Implicit ALS",
    "neighbours": "ItemKNN",
    "popularity": "Popularity",
    "nothing": "the held-out items alone",
}
MODEL_OF: dict[Liking, str] = {"factors": "als", "neighbours": "item_knn", "popularity": "popularity"}
TASTE, CLICKS, FATIGUE, MOOD, RETURN = "What people like", "Clicks", "Fatigue", "Satisfaction", "Coming back"
GUESS = "A guess."


def _number(
    default: float,
    low: float,
    high: float,
    step: float,
    group: str,
    title: str,
    words: str,
    reason: str,
    unit: str = "",
) -> Any:
    return Field(
        default,
        ge=low,
        le=high,
        title=title,
        description=words,
        json_schema_extra={"group": group, "reason": reason, "unit": unit, "step": step},
    )


class Assumptions(Config):
    """What is assumed about people. The bounds of a field are what is thought possible, and what sensitivity tries."""

    liking: Liking = Field(
        "factors",
        title="Who tells liking",
        description="The model that says how much people like items of which nothing is known. It is fitted to all of "
        "their events, held-out ones included.",
        json_schema_extra={
            "group": TASTE,
            "reason": "It knows the held-out events, which no competing model has learned. But whoever tells favours "
            "models of that kind, so try the others too.",
        },
    )
    held_out: float = _number(
        1.5,
        0,
        3,
        0.1,
        TASTE,
        "Held-out bonus",
        "How much more people like what they went on to choose than what is told about it otherwise.",
        f"{GUESS} With 1.5, better than 93 of 100 items of which the same is told.",
        "standard deviations",
    )
    noise: float = _number(
        1.0,
        0,
        2,
        0.1,
        TASTE,
        "Unknown taste",
        "How much people differ from what is told about their liking, drawn anew in each repetition.",
        "With 1, what is told and what is liked correlate by 0.7. People who rate the same films twice reach 0.92 "
        "(Amatriain, Pujol and Oliver, UMAP 2009), and no model knows them as well as they do.",
        "standard deviations",
    )
    slots: int = _number(
        10,
        3,
        20,
        1,
        CLICKS,
        "List length",
        "Items in a list, which is looked at once in a visit.",
        "As in NDCG@10.",
        "items",
    )
    position_bias: float = _number(
        1.0,
        0,
        2,
        0.1,
        CLICKS,
        "Position bias",
        "Place k of a list is looked at with probability 1 / k to this power; 0: all alike.",
        "1 is usual in simulations since Joachims, Swaminathan and Schnabel, WSDM 2017; that clicks are looks times "
        "attraction is from Craswell et al., WSDM 2008.",
    )
    attraction: float = _number(
        0.02,
        0.005,
        0.1,
        0.005,
        CLICKS,
        "Attraction",
        "Probability that an item of middling liking is clicked by somebody who looks at it.",
        f"{GUESS} So that the CTR of a good list comes to a few per cent.",
        "of looks",
    )
    pull: float = _number(
        1.0,
        0,
        2,
        0.1,
        CLICKS,
        "Pull of liking",
        "By how much the log-odds of a click grow with a standard deviation of liking; 0: people click blindly.",
        f"{GUESS} With 1, odds are 2.7 times as high.",
        "log-odds",
    )
    fatigue: float = _number(
        0.1,
        0,
        0.5,
        0.05,
        FATIGUE,
        "Fatigue",
        "Share of its attraction that an item loses each time it is shown in vain.",
        "That clicks fall with every showing in vain is from Lee, Lakshmanan, Tiwari and Shah, KDD 2014; how fast "
        "differs from place to place.",
        "of attraction",
    )
    turnover: float = _number(
        0.1,
        0,
        0.5,
        0.05,
        FATIGUE,
        "Turnover",
        "Probability that an item which was shown in vain has left the list by the next visit. Clicked items always "
        "leave it; the next best of the model follow.",
        f"{GUESS} With 0.1, one of ten items is another one at the next visit.",
        "of items",
    )
    bar: float = _number(
        2.0,
        0,
        3.5,
        0.1,
        MOOD,
        "Bar",
        "How much a clicked item must be liked to please; below, it disappoints.",
        f"{GUESS} With 2, about one of ten clicks on a good list disappoints.",
        "standard deviations",
    )
    delight: float = _number(
        0.1,
        0,
        0.3,
        0.01,
        MOOD,
        "Delight",
        "How far a click that pleases takes satisfaction towards its highest.",
        GUESS,
        "of the way",
    )
    letdown: float = _number(
        0.2,
        0,
        0.6,
        0.02,
        MOOD,
        "Letdown",
        "How far a click that disappoints takes satisfaction towards its lowest.",
        "Twice the delight: losses weigh 2.25 times as much as gains in Tversky and Kahneman, Journal of Risk and "
        "Uncertainty 5, 1992.",
        "of the way",
    )
    boredom: float = _number(
        0.05,
        0,
        0.2,
        0.01,
        MOOD,
        "Boredom",
        "How far a visit without a click takes satisfaction towards its lowest.",
        GUESS,
        "of the way",
    )
    forgetting: float = _number(
        0.05,
        0,
        0.3,
        0.01,
        MOOD,
        "Forgetting",
        "Share of satisfaction, good or bad, that is forgotten in a day.",
        f"{GUESS} With 0.05, half is forgotten in two weeks.",
        "a day",
    )
    coming: float = _number(
        0.15,
        0.02,
        0.5,
        0.01,
        RETURN,
        "Daily return",
        "Probability that a middling person who is neither satisfied nor dissatisfied comes on a day.",
        "Of the people of a month, 12 % come on a day in media products on average, 26 % in great ones (June, "
        "stickiness benchmark, after Sequoia).",
        "a day",
    )
    variety: float = _number(
        1.0,
        0,
        2,
        0.1,
        RETURN,
        "Variety of people",
        "Spread of the log-odds of coming, from person to person.",
        f"{GUESS} With 1, one of six comes with 2.7 times the odds of the middle.",
        "log-odds",
    )
    habit: float = _number(
        1.0,
        0,
        3,
        0.1,
        RETURN,
        "Habit",
        "How much higher the log-odds of coming are for somebody who came on each of the last days than for somebody "
        "who came on none.",
        GUESS,
        "log-odds",
    )
    return_pull: float = _number(
        1.0,
        0,
        3,
        0.1,
        RETURN,
        "Pull of satisfaction",
        "By how much the log-odds of coming grow from neutral to full satisfaction.",
        f"{GUESS} What satisfaction is worth is best measured in an experiment of your own.",
        "log-odds",
    )
    churn: float = _number(
        0.005,
        0,
        0.03,
        0.001,
        RETURN,
        "Churn",
        "Probability that somebody neither satisfied nor dissatisfied leaves for good on a day. At the lowest "
        "satisfaction it is twice that, at the highest 0.",
        f"{GUESS} With 0.005, one of seven leaves in a month.",
        "a day",
    )


@dataclass(frozen=True)
class Assumption:
    """One of them in words.

    Attributes:
        name: of the field.
        unit: "" where a number has none.
        ends: lowest and highest value; of a choice, all of them.
        step: of a slider; 0 for a choice.
        group: of which it is part.
    """

    name: str
    title: str
    words: str
    reason: str
    unit: str
    default: Any
    ends: tuple[Any, ...]
    step: float
    group: str


def _described(name: str) -> Assumption:
    field = Assumptions.model_fields[name]
    extra = field.json_schema_extra
    assert isinstance(extra, dict)
    ends = get_args(field.annotation) or tuple(
        getattr(rule, which) for which in ("ge", "le") for rule in field.metadata if hasattr(rule, which)
    )
    return Assumption(
        name,
        str(field.title),
        str(field.description),
        str(extra["reason"]),
        str(extra.get("unit", "")),
        field.default,
        ends,
        float(str(extra.get("step", 0))),
        str(extra["group"]),
    )


ASSUMPTIONS = tuple(_described(name) for name in Assumptions.model_fields)
