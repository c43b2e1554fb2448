"""A column of ratings or counts -> numbers, and what they mean."""

from dataclasses import dataclass

import numpy as np

from recsys_core.data import column_names
from recsys_core.data.checking.event_column import weigh_events
from recsys_core.data.checking.id_column import MISSING
from recsys_core.data.checking.not_ratings import leave_out_not_ratings
from recsys_core.data.checking.roles import NO_RATINGS
from recsys_core.data.checking.scale import hold_to_scale
from recsys_core.data.checking.sieve import Sieve
from recsys_core.data.findings import Fix, counted, quote
from recsys_core.data.recipe import Recipe, Repeats
from recsys_core.errors import DataError
from recsys_core.types import Bool, Feedback, Float32, Float64

MOST_WORDS = 0.1  # share of ratings that may be words before the column is taken for the wrong one
LARGEST_RATING = 1e6  # in size; far larger ones overflow in training
LARGEST_ON_A_SCALE = 100
LONG_TAIL_FROM = 10  # counts with a smaller maximum cannot be told from ratings
_NOT_FINITE = frozenset(["inf", "+inf", "-inf", "infinity", "-infinity", "+infinity"])
_DECIMAL = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_THOUSANDS = r"[+-]?[1-9][0-9]{0,2}([.,][0-9]{3})+"


@dataclass(frozen=True)
class Values:
    """What the rows say about how much.

    Attributes:
        numbers: Float32[N], a rating or a weight; anything where the row is out.
        feedback: what the numbers mean.
        repeats: what becomes of several rows about one pair.
    """

    numbers: Float32
    feedback: Feedback
    repeats: Repeats


def read_values(sieve: Sieve, recipe: Recipe) -> Values:
    """The ratings, counts or weights of events of a table whose columns are settled.

    With an event column the numbers are counts. A threshold is applied later, to what becomes of repeated pairs.
    """
    if recipe.rating is None:
        numbers, feedback = np.ones(len(sieve.table), np.float32), Feedback.IMPLICIT
        if recipe.event is None:
            sieve.say("note", "implicit", "There are no ratings: the data say who met what (implicit feedback).")
    else:
        numbers = _numbers(sieve, recipe.rating, recipe)
        if marks := leave_out_not_ratings(sieve, recipe.rating, numbers, recipe):
            sieve.decided["not_ratings"] = marks
        feedback = _feedback(sieve, recipe.rating, numbers, recipe)
        if recipe.event is None and recipe.threshold is None:
            sieve.decided["feedback"] = feedback
        if feedback is Feedback.EXPLICIT:
            _refuse_sums(recipe)
            _leave_out_huge(sieve, recipe.rating, numbers)
            hold_to_scale(sieve, recipe.rating, numbers, recipe)
    if recipe.event is not None:
        numbers, sieve.decided["weights"] = weigh_events(sieve, recipe.event, numbers, recipe)
    if feedback is Feedback.IMPLICIT:
        _leave_out_nothings(sieve, recipe.rating or recipe.event, numbers)
    adds_up = feedback is Feedback.IMPLICIT and (recipe.rating or recipe.event)
    return Values(numbers, feedback, recipe.repeats or (Repeats.SUM if adds_up else Repeats.LAST))


def _numbers(sieve: Sieve, column: str, recipe: Recipe) -> Float32:
    """The numbers of a column; rows without a finite one are rejected."""
    read = sieve.table.column(column)
    texts = read.texts.str.strip()
    dialect = sieve.table.dialect
    grouped = texts.str.fullmatch(_THOUSANDS)
    if recipe.thousands:
        texts = texts.where(~grouped, texts.str.replace(r"[.,]", "", regex=True))
    elif dialect is None or dialect.delimiter != ",":
        texts = texts.str.replace(r"^([+-]?\d*),(\d+)$", r"\1.\2", regex=True)
    lower = texts.str.lower()
    numeric = texts.str.fullmatch(_DECIMAL).to_numpy(dtype=bool)
    with np.errstate(over="ignore"):
        numbers = texts.where(numeric).to_numpy(np.float64, na_value=np.nan).astype(np.float32)
        finite = np.isfinite(numbers)
    if not recipe.thousands:
        _doubt_thousands(sieve, column, grouped.to_numpy(dtype=bool), numbers)
    missing = lower.isin(MISSING).to_numpy(dtype=bool)
    infinite = lower.isin(_NOT_FINITE).to_numpy(dtype=bool) | (numeric & ~finite)
    words = ~numeric & ~missing & ~infinite
    _refuse_words(sieve, read.spread(words) if words.any() else words[:0], column)
    fix = f"Write the ratings as plain numbers, such as 4 or 3.5. {NO_RATINGS}"
    for bad, code, what in (
        (missing, "missing-rating", "is no rating"),
        (infinite, "infinite-rating", "is not a finite number"),
        (words, "rating-not-a-number", "is not a number"),
    ):
        if bad.any():
            sieve.reject(read.spread(bad), column, code, what, fix)
    return read.spread(np.where(numeric & finite, numbers, np.float32(0)))


def _doubt_thousands(sieve: Sieve, column: str, grouped: Bool, numbers: Float32) -> None:
    """Say where 1,500 was read as one and a half, though all other numbers are whole."""
    others = numbers[~grouped & np.isfinite(numbers)]
    if not grouped.any() or (others % 1 != 0).any() or not (numbers[grouped] % 1 != 0).any():
        return
    sieve.say(
        "warning",
        "thousands",
        f"Some numbers in {quote(column)} have exactly three digits behind a point or comma, and all others are whole: "
        "perhaps 1,500 means fifteen hundred. They were read as fractions.",
        0,
        Fix("Read 1,500 as fifteen hundred", {"thousands": True}),
    )


def _refuse_words(sieve: Sieve, words: Bool, column: str) -> None:
    """Words in more than a tenth of the rows: Bool[N], or nothing where there are none at all."""
    positions = np.flatnonzero(words & sieve.good) if len(words) else words
    if len(positions) > MOST_WORDS * len(words):
        raise DataError(
            sieve.fault(int(positions[0]), column, "is not a number")
            + f" {len(positions):,} of {len(words):,} ratings are words.",
            f"Write the ratings as numbers, such as 4 or 3.5. {NO_RATINGS}",
            "ratings-are-words",
        )


def _feedback(sieve: Sieve, column: str, numbers: Float32, recipe: Recipe) -> Feedback:
    """What the numbers mean before any threshold."""
    if recipe.event is not None:
        return Feedback.IMPLICIT
    if recipe.feedback is not None and recipe.threshold is None:
        return recipe.feedback
    return _guess_feedback(sieve, column, numbers)


def _guess_feedback(sieve: Sieve, column: str, numbers: Float32) -> Feedback:
    """Numbers under a name that speaks of counts are counts, and so are whole numbers without a small upper end, and
    those with a long tail where no name speaks of ratings. The rest are ratings."""
    usual = sieve.good & (np.abs(numbers) <= LARGEST_RATING)
    kept = numbers[usual if usual.any() else sieve.good]
    if not len(kept):
        return Feedback.EXPLICIT
    whole = bool((kept % 1 == 0).all()) and bool((kept >= 0).all())
    named = column_names.fit("count", column) > 0
    tail = kept.min() >= 1 and kept.max() > LONG_TAIL_FROM and np.median(kept) * 4 <= kept.max()
    unnamed = not column_names.fit("rating", column)
    if not (
        (named and (kept >= 0).all() and kept.max() > 1)
        or (whole and kept.max() > LARGEST_ON_A_SCALE)
        or (whole and unnamed and tail)
    ):
        return Feedback.EXPLICIT
    sieve.say(
        "note",
        "counts",
        f"{quote(column)} runs from {kept.min():g} to {kept.max():g}: taken for counts, not for ratings on a scale "
        "(implicit feedback; the count is the weight of the event).",
        0,
        Fix("They are ratings", {"feedback": Feedback.EXPLICIT.value}),
    )
    return Feedback.IMPLICIT


def _refuse_sums(recipe: Recipe) -> None:
    if recipe.repeats is Repeats.SUM:
        raise DataError(
            "Ratings on a scale cannot be added up: their sum would leave the scale.",
            "Keep the last, the first or the mean of repeated rows, or say that the numbers are counts.",
            "sum-of-ratings",
        )


def _leave_out_huge(sieve: Sieve, column: str, numbers: Float32) -> None:
    huge = np.abs(numbers) > LARGEST_RATING
    if huge.any():
        fix = f"Write the ratings as plain numbers, such as 4 or 3.5. {NO_RATINGS}"
        sieve.reject(huge, column, "huge-rating", f"is beyond ±{LARGEST_RATING:,.0f}", fix)


def _leave_out_nothings(sieve: Sieve, column: str | None, numbers: Float32) -> None:
    """Counts of zero or less: no event happened."""
    nothing = numbers <= 0
    if column is not None and (nothing & sieve.good).any():
        sieve.leave_out(
            nothing,
            "counts nothing",
            "no-event",
            lambda n: (
                f"{counted(n, 'row')} that count zero or less in {quote(column)}: no event happened. They were "
                "left out."
            ),
        )


def settle_feedback(sieve: Sieve, values: Values, kept: Float64, column: str | None) -> tuple[Feedback, Float64]:
    """Ratings that are all the same say no more than who met what."""
    if values.feedback is Feedback.IMPLICIT or not len(kept) or not (kept == kept[0]).all():
        return values.feedback, kept
    what = f"All ratings in {quote(column or '')} are {kept[0]:g}"
    message = what + ", so they only say who met what (implicit feedback)."
    sieve.say("note", "constant-ratings", message, len(kept))
    return Feedback.IMPLICIT, np.ones(len(kept))
