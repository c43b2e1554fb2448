"""Which assumptions decide who is ahead: each is taken to the ends of its range, the others as they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from recsys_core.blending.verdict import in_a_row
from recsys_core.simulating.assumptions import ASSUMPTIONS, CALLED, Assumption, Assumptions
from recsys_core.simulating.figures import Figure
from recsys_core.simulating.world import World
from recsys_core.statistics.estimates import Estimate, PerUser
from recsys_core.statistics.leads import leads
from recsys_core.statistics.seeds import mean_over_seeds
from recsys_core.types import Json

HALVINGS = 4  # of the range in which the lead changes sides, until where it does so is told
Sides = tuple[list[PerUser], list[PerUser]]


@dataclass(frozen=True)
class Swing:
    """An assumption at the ends of its range.

    Attributes:
        leads: value → how far the first model lies above the second; simulated.
        turns: value at which the second takes the lead; None where it does not, or where it is a choice.
    """

    assumption: Assumption
    leads: dict[Any, Estimate]
    turns: float | None

    @property
    def width(self) -> float:
        """How much the assumption matters."""
        values = [lead.value for lead in self.leads.values()]
        return max(values) - min(values)

    @property
    def first_always(self) -> bool:
        """Whether the first is surely ahead at each end."""
        return all(lead.is_certain and lead.value > 0 for lead in self.leads.values())

    @property
    def second_at(self) -> list[Any]:
        """Where the second is surely ahead."""
        return [value for value, lead in self.leads.items() if lead.is_certain and lead.value < 0]


@dataclass(frozen=True)
class Sensitivity:
    """How far a lead rests on each assumption; simulated.

    Attributes:
        lead: of the first model over the second, as things are set.
        swings: what matters most first.
    """

    figure: Figure
    first: str
    second: str
    lead: Estimate
    swings: list[Swing]

    def as_json(self) -> Json:
        return {
            "simulated_figure": self.figure.key,
            "first": self.first,
            "second": self.second,
            "lead": vars(self.lead),
            "assumptions": [
                {
                    "assumption": swing.assumption.name,
                    "leads": [{"value": value} | vars(lead) for value, lead in swing.leads.items()],
                    "second_takes_the_lead_at": swing.turns,
                }
                for swing in self.swings
            ],
        }


def sensitivity(
    world: World,
    first: str,
    second: str,
    figure: Figure,
    how: Assumptions,
    days: int,
    seed: int = 0,
    tell: Callable[[float, str], None] = lambda share, words: None,
) -> Sensitivity:
    """Try every assumption at the ends of its range (a one-way analysis; Eschenbach, Interfaces 22(6), 1992).

    Args:
        first, second: runs of the world.
        figure: by which they are compared.
        how: what is assumed otherwise.
        days, seed: of the courses.
        tell: takes the share that is done, and what is being done.
    """

    def sides(assumptions: Assumptions) -> Sides:
        one, other = (figure.by_repetition(world.course(run, assumptions, days, seed)) for run in (first, second))
        return one, other

    tried: list[tuple[Assumption, Any]] = [(one, end) for one in ASSUMPTIONS for end in one.ends]
    pairs = [sides(how)]
    for at, (assumption, end) in enumerate(tried):
        tell(at / len(tried), f"Simulating: {assumption.title}")
        pairs.append(sides(how.model_copy(update={assumption.name: end})))
    lead, *others = leads(pairs)
    at_ends: dict[str, dict[Any, Estimate]] = {}
    for (assumption, end), found in zip(tried, others, strict=True):
        at_ends.setdefault(assumption.name, {})[end] = found

    def is_ahead(assumption: Assumption, value: Any) -> bool:
        return _difference(sides(how.model_copy(update={assumption.name: value}))) > 0

    swings = []
    for one in ASSUMPTIONS:
        tell(1, "Simulating: where the lead changes sides")
        swings.append(
            Swing(
                one,
                at_ends[one.name],
                _turn(at_ends[one.name], getattr(how, one.name), one.step, partial(is_ahead, one)),
            )
        )
    return Sensitivity(figure, first, second, lead, sorted(swings, key=lambda swing: -swing.width))


def _turn(swing: dict[Any, Estimate], now: Any, step: float, is_ahead: Callable[[Any], bool]) -> float | None:
    """Between the value as it is and the one end at which the second is surely ahead, where it gets ahead."""
    ends = [end for end, lead in swing.items() if lead.is_certain and lead.value < 0]
    if not step or len(ends) != 1:
        return None
    near, far = float(now), float(ends[0])
    for _ in range(HALVINGS):
        middle = type(now)((near + far) / 2)
        near, far = (middle, far) if is_ahead(middle) else (near, middle)
    return round(step * round((near + far) / 2 / step), 6)


def in_words(found: Sensitivity, titles: Mapping[str, str]) -> list[str]:
    """Who wins under how many assumptions, where the other one does, and where it cannot be told.

    Args:
        titles: run → what to call it.
    """
    first, second, label = titles[found.first], titles[found.second], f"simulated {found.figure.title}"
    firm = [swing for swing in found.swings if swing.first_always]
    lost = [swing for swing in found.swings if swing.second_at]
    open_ = [swing for swing in found.swings if swing not in firm and swing not in lost]
    if found.lead.is_certain:
        number = f"all {len(found.swings)}" if len(firm) == len(found.swings) else f"{len(firm)} of {len(found.swings)}"
        words = [f"{first} wins in {label} over {second} under {number} assumptions, at either end of their ranges."]
    else:
        words = [f"In {label}, {first} and {second} cannot be told apart as things are set."]
        wins = sum(any(lead.is_certain and lead.value > 0 for lead in swing.leads.values()) for swing in found.swings)
        words.append(f"{first} wins at an end of {wins} of {len(found.swings)} assumptions.")
    if lost:
        words.append(f"{second} wins where {in_a_row([_where(swing) for swing in lost])}.")
    if open_ and found.lead.is_certain:
        words.append(
            f"At an end of these, neither is surely ahead: {in_a_row([one.assumption.title for one in open_])}."
        )
    return words


def _where(swing: Swing) -> str:
    """Where the second wins: "fatigue is above about 0.3"."""
    one, ends = swing.assumption, swing.second_at
    if not one.step:
        return f"{in_a_row([CALLED[end] for end in ends])} tells what people like"
    title = one.title.lower()
    if swing.turns is None:
        return f"{title} is {in_a_row([f'{end:g}' for end in ends])}"
    return f"{title} is {'above' if ends[0] > swing.turns else 'below'} about {swing.turns:g}"


def _difference(pair: Sides) -> float:
    """Of the means over repetitions."""
    one, other = (mean_over_seeds(side).value() for side in pair)
    return one - other
