"""What a simulation is looked at for: clicks, people who come, people who come back."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys_core.errors import ConfigError
from recsys_core.simulating.course import Course
from recsys_core.statistics.estimates import PerUser, as_it_is
from recsys_core.types import Bool, Int64

Numbers = NDArray[np.floating] | Int64 | Bool
RECENT = 28  # days over which daily active people are averaged


@dataclass(frozen=True)
class Figure:
    """A figure of a course, as the sum of one number over people divided by the sum of another.

    Attributes:
        key: for scripts and files; says that it is simulated.
        title: without "simulated", which stands beside it once.
        words: what it is, in a sentence.
        in_percent: whether it is a share.
        parts: [R, n] and [R, n], above and below the line.
        needs: days that a course must have.
    """

    key: str
    title: str
    words: str
    in_percent: bool
    parts: Callable[[Course], tuple[Numbers, Numbers]]
    needs: int = 2

    def by_repetition(self, course: Course) -> list[PerUser]:
        """The figure of each repetition, taken apart per person."""
        above, below = (part.astype(np.float64) for part in self.parts(course))
        return [PerUser(course.users, *part, as_it_is) for part in zip(above, below, strict=True)]


def _per_person(number: Numbers) -> tuple[Numbers, Numbers]:
    return number, np.ones(number.shape)


def _comes_on(day: int) -> Figure:
    return Figure(
        f"simulated_d{day}",
        f"D{day} retention",
        f"Share of the people of the first day who come on the {_ordinal(day)} day after it.",
        True,
        lambda course: _per_person(course.came[day]),
        needs=day + 1,
    )


def _ordinal(day: int) -> str:
    return {1: "1st"}.get(day, f"{day}th")


CTR = Figure(
    "simulated_ctr",
    "CTR",
    "Clicks per item shown, over all people and days.",
    True,
    lambda course: (course.clicks, course.shown),
)
DAU = Figure(
    "simulated_dau",
    "DAU",
    f"Share of the people who come on a day, mean over the last {RECENT} days.",
    True,
    lambda course: _per_person(course.came[1:][-RECENT:].mean(axis=0)),
)
CLICKED = Figure(
    "simulated_clicks",
    "Clicks per person",
    "Clicks of a person over all days: how often people come, times what they click when they do.",
    False,
    lambda course: _per_person(course.clicks),
)
FIGURES = (CTR, DAU, CLICKED, *map(_comes_on, (1, 7, 30)))


def find_figure(key: str) -> Figure:
    """A figure by its key, with or without "simulated" before it.

    Raises:
        ConfigError: there is none.
    """
    for figure in FIGURES:
        if key in (figure.key, figure.key.removeprefix("simulated_")):
            return figure
    raise ConfigError(
        f"Nothing is simulated that is called {key!r}.",
        f"Choose one of: {', '.join(figure.key.removeprefix('simulated_') for figure in FIGURES)}.",
        "unknown-figure",
    )
