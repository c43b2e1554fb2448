"""Numbers such as -1 or 99 that stand for "not rated"."""

import numpy as np

from recsys_core.data import column_names
from recsys_core.data.checking.sieve import Sieve
from recsys_core.data.findings import Fix, counted, quote
from recsys_core.data.recipe import Recipe
from recsys_core.types import Float32

FAR = (99.0, 999.0)  # beyond any scale whose other end is at most 20
MANY = 0.1  # share of zeros that is asked about


def leave_out_not_ratings(sieve: Sieve, column: str, numbers: Float32, recipe: Recipe) -> list[float]:
    """Leave out the rows whose number stands for "not rated"; the numbers that do.

    Counts have none: 99 plays are 99 plays.
    """
    levels = np.unique(numbers[sieve.good]) if sieve.good.any() else np.empty(0, np.float32)
    guessed = recipe.not_ratings is None
    marks = list(recipe.not_ratings or ())
    if guessed and not column_names.fit("count", column) and recipe.event is None:
        marks = _guess(levels)
    for mark in marks:
        others = [other for other in marks if other != mark]
        fixes = [Fix(f"Keep {mark:g} as a rating", {"not_ratings": others})] if guessed else []
        _leave_out(sieve, column, numbers, mark, *fixes)
    if guessed:
        _ask_about_zeros(sieve, column, numbers, levels, marks)
    return marks


def _leave_out(sieve: Sieve, column: str, numbers: Float32, mark: float, *fixes: Fix) -> None:
    marked = numbers == np.float32(mark)
    places = ", ".join(sieve.table.place(row) for row in np.flatnonzero(marked & sieve.good)[:3].tolist())
    sieve.leave_out(
        marked,
        f"{mark:g} means not rated",
        "not-rated",
        lambda n: (
            f"{counted(n, 'row')} with {mark:g} in {quote(column)} ({places}): taken for 'not rated' and left out."
        ),
        *fixes,
    )


def _guess(levels: Float32) -> list[float]:
    """-1 below ratings from 0 on; 99 and the like far beyond either end of the others."""
    marks: list[float] = []
    if len(levels) > 2 and levels[0] == -1 and levels[1] >= 0 and levels[-1] >= 2:
        marks.append(-1.0)
        levels = levels[1:]
    if len(levels) > 2 and levels[-1] in FAR and levels[-2] <= 20:
        marks.append(float(levels[-1]))
        levels = levels[:-1]
    if len(levels) > 2 and -levels[0] in FAR and levels[1] >= -20:
        marks.append(float(levels[0]))
    return marks


def _ask_about_zeros(sieve: Sieve, column: str, numbers: Float32, levels: Float32, marks: list[float]) -> None:
    rest = [level for level in levels.tolist() if level not in marks]
    if len(rest) < 3 or rest[0] != 0 or rest[1] < 1 or any(level % 1 for level in rest):
        return
    count = int(((numbers == 0) & sieve.good).sum())
    if count > MANY * sieve.good.sum():
        sieve.say(
            "note",
            "many-zeros",
            f"{counted(count, 'rating')} in {quote(column)} are 0. If 0 means 'not rated', leave them out.",
            count,
            Fix("0 means not rated", {"not_ratings": [*marks, 0.0]}),
        )
