"""A table of text -> checked arrays. Every row is kept, rejected or merged, and counted."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from recsys_core.data.checking.id_column import read_ids
from recsys_core.data.checking.rating_column import Values, read_values, settle_feedback
from recsys_core.data.checking.remarks import leave_out_below, leave_out_constant, leave_out_rare, remark_concentration
from recsys_core.data.checking.repeated_headers import leave_out_headers
from recsys_core.data.checking.repeats import Merged, merge_repeats
from recsys_core.data.checking.sieve import Sieve
from recsys_core.data.checking.time_column import read_time_column
from recsys_core.data.dataset import Ids, Scale
from recsys_core.data.findings import Finding, Fix, counted
from recsys_core.data.interactions import Interactions
from recsys_core.data.progress import Progress, silent
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.recipe import Recipe, Repeats
from recsys_core.errors import DataError
from recsys_core.types import Feedback, Json

FEWEST_USERS, FEWEST_ITEMS, FEWEST_EVENTS = 2, 2, 10
_KEPT = {
    Repeats.LAST: "the last {place} was kept",
    Repeats.FIRST: "the first {place} was kept",
    Repeats.MEAN: "their mean was kept",
    Repeats.HIGHEST: "the highest was kept",
    Repeats.SUM: "they were added up",
}


@dataclass(frozen=True)
class Checked:
    """Events that can be learned from, and what became of every row.

    Attributes:
        rows: of the file; always ``kept + rejected + merged``.
        kept: rows that became events. rejected: rows left out. merged: rows that repeat a pair of user and item.
        rejects: the rows that were left out for their values, one by one, as ``RawTable.rejected`` holds them; at most
            100,000.
        decided: fields of the recipe that were guessed, so that the next file is read in the same way.
    """

    interactions: Interactions
    user_ids: Ids
    item_ids: Ids
    feedback: Feedback
    scale: Scale | None
    rows: int
    kept: int
    rejected: int
    merged: int
    findings: tuple[Finding, ...]
    rejects: pd.DataFrame
    decided: Json = field(default_factory=dict)


def check(table: RawTable, recipe: Recipe, progress: Progress = silent) -> Checked:
    """Cast and check a table.

    People and items are numbered by first appearance among the rows that are kept, and the events keep the order of
    the file.

    Args:
        recipe: with its columns settled (see :func:`recsys_core.data.checking.roles.guess_columns`).

    Raises:
        DataError: more than half of the rows had to be rejected, the ratings are words, the times cannot be read, or
            too little is left to learn from.
    """
    assert recipe.user is not None
    assert recipe.item is not None
    sieve = Sieve(table)
    leave_out_headers(sieve, recipe)
    progress(0.0, "Checking who and what")
    users, user_names = read_ids(sieve, recipe.user, "user", recipe)
    items, item_names = read_ids(sieve, recipe.item, "item", recipe)
    progress(0.3, "Checking how much")
    values = read_values(sieve, recipe)
    progress(0.5, "Checking when")
    times = None if recipe.time is None else read_time_column(sieve, recipe.time, recipe)
    sieve.refuse_if_mostly_bad()
    progress(0.7, "Looking for repeated rows")
    rows = np.flatnonzero(sieve.good)
    pairs = users[rows].astype(np.int64) * len(item_names) + items[rows]
    merged = merge_repeats(rows, pairs, values.numbers[rows], None if times is None else times[rows], values.repeats)
    del pairs
    _report_repeats(sieve, merged, values, times is not None)
    kept = _filtered(sieve, merged, users, items, user_names, values.feedback, recipe)
    rows, numbers = merged.rows[kept], merged.values[kept]
    if recipe.threshold is not None:
        values, numbers = replace(values, feedback=Feedback.IMPLICIT), np.ones(len(rows), np.float32)
    user_codes, user_order = pd.factorize(users[rows])
    item_codes, item_order = pd.factorize(items[rows])
    _require_enough(sieve, len(user_order), len(item_order), len(rows))
    feedback, numbers = settle_feedback(sieve, values, numbers, recipe.rating)
    interactions = Interactions(
        user_codes.astype(np.int32),
        item_codes.astype(np.int32),
        numbers.astype(np.float32),
        None if times is None else times[rows],
        len(user_order),
        len(item_order),
    )
    remark_concentration(sieve, interactions.users, user_names[user_order])
    progress(1.0, "Checked")
    return Checked(
        interactions,
        Ids(user_names[user_order]),
        Ids(item_names[item_order]),
        feedback,
        _scale(numbers, recipe) if feedback is Feedback.EXPLICIT else None,
        rows=table.rows,
        kept=len(rows),
        rejected=table.rows - len(rows) - merged.repeated,
        merged=merged.repeated,
        findings=tuple(sieve.findings),
        rejects=sieve.rejects(),
        decided=sieve.decided,
    )


def _filtered(
    sieve: Sieve,
    merged: Merged,
    users: np.ndarray,
    items: np.ndarray,
    user_names: np.ndarray,
    feedback: Feedback,
    recipe: Recipe,
) -> np.ndarray:
    """Positions in ``merged`` of the events that stay."""
    kept = np.flatnonzero(leave_out_below(sieve, merged.values, recipe.threshold, recipe.rating))
    if recipe.threshold is None:
        kept = np.flatnonzero(
            leave_out_constant(sieve, users[merged.rows], merged.values, user_names, feedback, recipe)
        )
    rows = merged.rows[kept]
    return kept[leave_out_rare(sieve, users[rows], items[rows], recipe)]


def _report_repeats(sieve: Sieve, merged: Merged, values: Values, timed: bool) -> None:
    if not merged.repeated:
        return
    rated = values.feedback is Feedback.EXPLICIT
    differing = f" ({merged.differing:,} with another {'rating' if rated else 'weight'})" if merged.differing else ""
    what = _KEPT[values.repeats].format(place="by time" if timed else "in the file")
    offered = {
        Repeats.LAST: "Keep the last",
        Repeats.FIRST: "Keep the first",
        Repeats.MEAN: "Keep the mean",
        Repeats.HIGHEST: "Keep the highest",
        Repeats.SUM: "Add them up",
    }
    if rated:
        offered = {how: offered[how] for how in (Repeats.LAST, Repeats.FIRST, Repeats.MEAN)}
    elif not merged.differing:
        offered = {how: offered[how] for how in (Repeats.LAST, Repeats.FIRST, Repeats.SUM)}
    sieve.say(
        "warning",
        "repeated-pairs",
        f"{counted(merged.repeated, 'row')} whose user and item come again{differing}; {what}.",
        merged.repeated,
        *(Fix(label, {"repeats": how.value}) for how, label in offered.items() if how is not values.repeats),
    )


def _scale(numbers: np.ndarray, recipe: Recipe) -> Scale:
    found = Scale.of(numbers)
    low = found.low if recipe.low is None else recipe.low
    high = found.high if recipe.high is None else recipe.high
    return Scale(low, high, found.step)


def _require_enough(sieve: Sieve, users: int, items: int, events: int) -> None:
    if users >= FEWEST_USERS and items >= FEWEST_ITEMS and events >= FEWEST_EVENTS:
        return
    table = sieve.table
    filtered = [finding for finding in sieve.findings if finding.code in ("rare", "below-threshold", "constant-people")]
    why = f" {filtered[-1].message}" if filtered else ""
    raise DataError(
        f"{table.name} is too small to learn from: {counted(users, 'person')}, {counted(items, 'item')} and "
        f"{counted(events, 'event')} in {counted(table.rows, table.unit)}.{why}",
        "Ask for fewer events a person or item, or for a lower threshold."
        if filtered
        else f"Bring at least {FEWEST_USERS} people, {FEWEST_ITEMS} items and {FEWEST_EVENTS} events.",
        "too-small",
    )
