"""What came out for each model: figures with intervals, and differences from the best."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from recsys_core.blending.verdict import in_a_row
from recsys_core.simulating.course import Course
from recsys_core.simulating.figures import FIGURES, Figure
from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL, Estimate
from recsys_core.statistics.leads import leads, levels
from recsys_core.types import Json


@dataclass(frozen=True)
class Result:
    """One figure of all models, best first; simulated.

    Attributes:
        levels: run → the figure, with its interval over people and repetitions.
        leads: every other run → how far the best lies above it.
    """

    figure: Figure
    levels: dict[str, Estimate]
    leads: dict[str, Estimate]

    @property
    def best(self) -> str:
        return next(iter(self.levels))


@dataclass(frozen=True)
class Outcome:
    """What came out; simulated.

    Attributes:
        people, days, repetitions: how many there were.
        results: by the key of the figure.
        by_day: run → share of the people who come on each day after the first.
    """

    people: int
    days: int
    repetitions: int
    results: dict[str, Result]
    by_day: dict[str, list[Estimate]]

    def as_json(self) -> Json:
        return {
            "simulated_people": self.people,
            "simulated_days": self.days,
            "repetitions": self.repetitions,
            "figures": {
                key: {
                    "levels": {run: vars(level) for run, level in result.levels.items()},
                    "best": result.best,
                    "ahead_of": {run: vars(lead) for run, lead in result.leads.items()},
                }
                for key, result in self.results.items()
            },
        }


def judge(courses: Mapping[str, Course]) -> Outcome:
    """What courses of the same people, days and repetitions come to.

    Args:
        courses: run → what came of its lists.
    """
    first = next(iter(courses.values()))
    days, repetitions, people = first.came.shape
    results = {figure.key: _result(figure, courses) for figure in FIGURES if figure.needs <= days}
    return Outcome(people, days, repetitions, results, {run: _by_day(course) for run, course in courses.items()})


def _result(figure: Figure, courses: Mapping[str, Course]) -> Result:
    parts = {run: figure.by_repetition(course) for run, course in courses.items()}
    found = dict(zip(parts, levels(list(parts.values())), strict=True))
    best, *others = sorted(found, key=lambda run: -found[run].value)
    ahead = leads([(parts[best], parts[run]) for run in others]) if others else []
    return Result(figure, {run: found[run] for run in (best, *others)}, dict(zip(others, ahead, strict=True)))


def _by_day(course: Course) -> list[Estimate]:
    """Student's intervals (1908) over people, of what each does in the mean over repetitions."""
    shares = course.came[1:].mean(axis=1)
    n = len(course.users)
    means = shares.mean(axis=1)
    if n < FEWEST_FOR_INTERVAL:
        return [Estimate(float(mean), None, None) for mean in means]
    halves = stdtrit(n - 1, 0.975) * shares.std(axis=1, ddof=1) / np.sqrt(n)
    return [
        Estimate(float(mean), float(mean - half), float(mean + half)) for mean, half in zip(means, halves, strict=True)
    ]


def headline(result: Result, titles: Mapping[str, str]) -> str:
    """Who is ahead in a figure, and by how much.

    Args:
        titles: run → what to call it.
    """
    figure, best = result.figure, result.best
    level = f"Simulated {figure.title} of {titles[best]}: {in_figures(figure, result.levels[best])}"
    if not result.leads:
        return f"{level}."
    ahead = {run: lead for run, lead in result.leads.items() if lead.is_certain}
    if len(ahead) == len(result.leads):
        rival, lead = next(iter(ahead.items()))
        others = "" if len(ahead) == 1 else ", and of the others by more"
        return f"{level}, ahead of {titles[rival]} by {in_figures(figure, lead, is_lead=True)}{others}."
    tied = in_a_row([titles[run] for run in result.leads if run not in ahead])
    return f"{level}, which cannot be told from {tied}."


def in_figures(figure: Figure, found: Estimate, sign: str = "", is_lead: bool = False) -> str:
    """A figure with as many digits as its interval supports: "4.12 % [4.01, 4.23]".

    Args:
        sign: "+" for a difference that may be below 0.
        is_lead: a difference of shares is told in points.
    """
    scale, unit = (100, " points" if is_lead else " %") if figure.in_percent else (1, "")
    if found.low is None or found.high is None:
        return f"{scale * found.value:{sign}.3g}{unit}".replace("-", "−")
    half = scale * (found.high - found.low) / 2
    digits = 2 if half <= 0 else int(min(max(math.ceil(-math.log10(half)), 0), 4))
    value, low, high = (f"{scale * one:{sign}.{digits}f}" for one in (found.value, found.low, found.high))
    return f"{value}{unit} [{low}, {high}]".replace("-", "−")
