"""A column of ratings or counts, or of kinds of events -> numbers, and what they mean."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys_core.data import column_names
from recsys_core.data.checking.id_column import MISSING
from recsys_core.data.checking.roles import NO_RATINGS
from recsys_core.data.checking.sieve import Sieve
from recsys_core.data.findings import Fix, counted, quote
from recsys_core.data.recipe import Recipe, Repeats
from recsys_core.errors import DataError
from recsys_core.types import Bool, Feedback, Float32, Float64

MOST_WORDS = 0.1  # share of ratings that may be words before the column is taken for the wrong one
LARGEST_RATING = 1e6  # in size; far larger ones overflow in training
FEWEST_TO_DOUBT = 20  # ratings
MOST_OUTSIDE = 0.005  # share of ratings that may lie outside a scale for it to be the one that was meant
LARGEST_ON_A_SCALE = 100
SCALES = ((1.0, 5.0), (0.5, 5.0), (0.0, 5.0), (1.0, 10.0), (0.0, 10.0), (1.0, 7.0), (-10.0, 10.0), (0.0, 100.0))
WEIGHTS = {"view": 1.0, "cart": 3.0, "purchase": 5.0, "like": 2.0, "remove": 0.0}  # by what kinds of events mean
_KINDS = {
    "remove": "remove delete unlike return refund cancel impression shown",
    "purchase": "purchase buy bought transaction order checkout sale paid",
    "cart": "cart basket addtocart",
    "like": "like favorite favourite wishlist bookmark save share follow",
}
_NOT_FINITE = frozenset(["inf", "+inf", "-inf", "infinity", "-infinity", "+infinity"])
_DECIMAL = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"


@dataclass(frozen=True)
class Values:
    """What the rows say about how much.

    Attributes:
        numbers: Float32[N], a rating or a weight; anything where the row is out.
        feedback: what the numbers mean.
        repeats: what becomes of several rows about one pair.
        weights: of the kinds of events, where there is an event column.
    """

    numbers: Float32
    feedback: Feedback
    repeats: Repeats
    weights: dict[str, float] | None = None


def read_values(sieve: Sieve, recipe: Recipe) -> Values:
    """The ratings, counts or weights of events of a table whose columns are settled."""
    weights = None
    if recipe.rating is None:
        numbers, feedback = np.ones(len(sieve.table), np.float32), Feedback.IMPLICIT
        if recipe.event is None:
            sieve.say("note", "implicit", "There are no ratings: the data say who met what (implicit feedback).")
    else:
        numbers = _numbers(sieve, recipe.rating)
        _leave_out_not_ratings(sieve, recipe.rating, numbers, recipe)
        feedback = recipe.feedback or _guess_feedback(sieve, recipe.rating, numbers)
        if feedback is Feedback.EXPLICIT:
            _hold_to_scale(sieve, recipe.rating, numbers, recipe)
        numbers = _positives(sieve, recipe.rating, numbers, feedback, recipe)
    if recipe.event is not None:
        numbers, weights = _weighted(sieve, recipe.event, numbers, recipe)
        feedback = Feedback.IMPLICIT
    counts = feedback is Feedback.IMPLICIT and recipe.threshold is None and (recipe.rating or recipe.event)
    return Values(numbers, feedback, recipe.repeats or (Repeats.SUM if counts else Repeats.LAST), weights)


def _numbers(sieve: Sieve, column: str) -> Float32:
    """The numbers of a column; rows without a finite one are rejected."""
    read = sieve.table.column(column)
    texts = read.texts.str.strip()
    dialect = sieve.table.dialect
    if dialect is None or dialect.delimiter != ",":
        texts = texts.str.replace(r"^([+-]?\d*),(\d+)$", r"\1.\2", regex=True)
    lower = texts.str.lower()
    numeric = texts.str.fullmatch(_DECIMAL).to_numpy(dtype=bool)
    with np.errstate(over="ignore"):
        numbers = texts.where(numeric).to_numpy(np.float64, na_value=np.nan).astype(np.float32)
        finite = np.isfinite(numbers)
    missing = lower.isin(MISSING).to_numpy(dtype=bool)
    infinite = lower.isin(_NOT_FINITE).to_numpy(dtype=bool) | (numeric & ~finite)
    huge = numeric & ~infinite & (np.abs(numbers) > LARGEST_RATING)
    words = ~numeric & ~missing & ~infinite
    _refuse_words(sieve, read.spread(words) if words.any() else words[:0], column)
    fix = f"Write the ratings as plain numbers, such as 4 or 3.5. {NO_RATINGS}"
    for bad, code, what in (
        (missing, "missing-rating", "is no rating"),
        (infinite, "infinite-rating", "is not a finite number"),
        (huge, "huge-rating", f"is beyond ±{LARGEST_RATING:,.0f}"),
        (words, "rating-not-a-number", "is not a number"),
    ):
        if bad.any():
            sieve.reject(read.spread(bad), column, code, what, fix)
    return read.spread(np.where(numeric & finite, numbers, np.float32(0)))


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


def _leave_out_not_ratings(sieve: Sieve, column: str, numbers: Float32, recipe: Recipe) -> None:
    """Numbers such as -1 or 99 that say that there is no rating."""
    levels = np.unique(numbers[sieve.good]) if sieve.good.any() else np.empty(0, np.float32)
    marks = _guess_marks(levels) if recipe.not_ratings is None else recipe.not_ratings
    for mark in marks:
        _leave_out_mark(sieve, column, numbers, mark, guessed=recipe.not_ratings is None)
    zeros = numbers == 0
    if recipe.not_ratings is None and len(levels) > 2 and levels[0] == 0 and levels[1] >= 1 and (levels % 1 == 0).all():
        count = int((zeros & sieve.good).sum())
        if count > 0.1 * sieve.good.sum():
            sieve.say(
                "note",
                "many-zeros",
                f"{counted(count, 'rating')} in {quote(column)} are 0. If 0 means 'not rated', leave them out.",
                count,
                Fix("0 means not rated", {"not_ratings": [0.0]}),
            )


def _leave_out_mark(sieve: Sieve, column: str, numbers: Float32, mark: float, guessed: bool) -> None:
    marked = numbers == np.float32(mark)
    places = ", ".join(sieve.table.place(row) for row in np.flatnonzero(marked & sieve.good)[:3].tolist())
    sieve.leave_out(
        marked,
        f"{mark:g} means not rated",
        "not-rated",
        lambda n: (
            f"{counted(n, 'row')} with {mark:g} in {quote(column)} ({places}): taken for 'not rated' and left out."
        ),
        *([Fix(f"Keep {mark:g} as a rating", {"not_ratings": []})] if guessed else []),
    )


def _guess_marks(levels: Float32) -> tuple[float, ...]:
    marks: list[float] = []
    if len(levels) > 2 and levels[0] == -1 and levels[1] >= 0 and levels[-1] >= 2:
        marks.append(-1.0)
        levels = levels[1:]
    if len(levels) > 2 and levels[-1] in (99, 999, -99) and levels[-2] <= 20:
        marks.append(float(levels[-1]))
    return tuple(marks)


def _guess_feedback(sieve: Sieve, column: str, numbers: Float32) -> Feedback:
    """Whole numbers without a small upper end, or under a name that speaks of counts, are counts; the rest ratings."""
    kept = numbers[sieve.good]
    if not len(kept):
        return Feedback.EXPLICIT
    whole = bool((kept % 1 == 0).all()) and bool((kept >= 0).all())
    named = column_names.fit("count", column) > 0
    if not (named and (kept >= 0).all() and kept.max() > 1) and not (whole and kept.max() > LARGEST_ON_A_SCALE):
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


def _hold_to_scale(sieve: Sieve, column: str, numbers: Float32, recipe: Recipe) -> None:
    low, high = recipe.low, recipe.high
    if low is not None or high is not None:
        outside = np.zeros(len(numbers), dtype=bool)
        outside |= numbers < low if low is not None else False
        outside |= numbers > high if high is not None else False
        span = f"{'' if low is None else f'{low:g}'} to {'' if high is None else f'{high:g}'}".strip()
        fix = "Correct the scale, or choose another column for the ratings."
        if outside.any():
            sieve.reject(outside, column, "out-of-scale", f"lies outside the scale {span}", fix)
        return
    kept = numbers[sieve.good]
    if len(kept) >= FEWEST_TO_DOUBT:
        _doubt_scale(sieve, column, numbers, kept)
        _doubt_one_scale(sieve, kept)


def _doubt_scale(sieve: Sieve, column: str, numbers: Float32, kept: Float32) -> None:
    """Say where a few ratings lie beyond the scale of all others."""
    least, most = float(kept.min()), float(kept.max())
    if any(low <= least and most == high for low, high in SCALES):
        return
    for low, high in SCALES:
        beyond = (numbers < low) | (numbers > high)
        count = int((beyond & sieve.good).sum())
        if 0 < count <= max(1, MOST_OUTSIDE * len(kept)):
            examples = sieve.examples(beyond, column)
            sieve.say(
                "warning",
                "beyond-scale",
                f"Nearly all ratings lie between {low:g} and {high:g}, but {counted(count, 'rating')} not "
                f"({examples[0]}): they run from {least:g} to {most:g}. They are kept.",
                count,
                Fix(f"Keep only {low:g} to {high:g}", {"low": low, "high": high}),
                examples=examples,
            )
            return


def _doubt_one_scale(sieve: Sieve, kept: Float32) -> None:
    """Say where ratings up to 10 and ratings from 20 on stand side by side, with nothing between."""
    small = kept <= 10
    share = float(small.mean())
    if kept.min() < 0 or not 0.05 < share < 0.95 or (~small & (kept < 20)).any() or len(np.unique(kept[small])) < 3:
        return
    message = (
        f"{share:.0%} of the ratings lie between {kept.min():g} and 10, the others between 20 and {kept.max():g}: two "
        "scales may be mixed. Bring them to one before you import."
    )
    sieve.say("warning", "two-scales", message, len(kept))


def _positives(sieve: Sieve, column: str, numbers: Float32, feedback: Feedback, recipe: Recipe) -> Float32:
    """Of implicit feedback the weights; with a threshold, one for each rating that reaches it."""
    if recipe.threshold is not None:
        limit = recipe.threshold
        sieve.leave_out(
            numbers < np.float32(limit),
            f"is rated below {limit:g}",
            "below-threshold",
            lambda n: f"{counted(n, 'row')} rated below {limit:g} in {quote(column)}, left out as the threshold asks.",
        )
        return np.ones(len(numbers), np.float32)
    if feedback is Feedback.IMPLICIT and (numbers[sieve.good] <= 0).any():
        sieve.leave_out(
            numbers <= 0,
            "counts nothing",
            "no-event",
            lambda n: (
                f"{counted(n, 'row')} with zero or less in {quote(column)}: no event happened. They were left out."
            ),
        )
    return numbers


def _weighted(sieve: Sieve, column: str, numbers: Float32, recipe: Recipe) -> tuple[Float32, dict[str, float]]:
    """Each row's number times the weight of its kind of event."""
    read = sieve.table.column(column)
    codes, names = pd.factorize(read.texts.str.strip())
    weights = {str(name): float((recipe.weights or {}).get(name, _guess_weight(name))) for name in names}
    factors = read.spread(np.array(list(weights.values()), dtype=np.float32)[codes])
    counts = np.bincount(read.spread(codes), minlength=len(names))
    shown = [f"{quote(str(names[kind]))} {weights[str(names[kind])]:g}" for kind in counts.argsort()[::-1][:8]]
    sieve.say("note", "event-weights", f"Kinds of events in {quote(column)} and what each counts: {', '.join(shown)}.")
    if (factors == 0).any():
        sieve.leave_out(
            factors == 0,
            "is of a kind of event that counts nothing",
            "event-counts-nothing",
            lambda n: (
                f"{counted(n, 'row')} of kinds of events in {quote(column)} that count nothing. They were left out."
            ),
        )
    return numbers * factors, weights


def _guess_weight(kind: str) -> float:
    words = "".join(column_names.tokens(kind))
    for meaning, hints in _KINDS.items():
        if any(hint in words for hint in hints.split()):
            return WEIGHTS[meaning]
    return WEIGHTS["view"]


def settle_feedback(sieve: Sieve, values: Values, kept: Float64, column: str | None) -> tuple[Feedback, Float64]:
    """Ratings that are all the same say no more than who met what."""
    if values.feedback is Feedback.IMPLICIT or not len(kept) or not (kept == kept[0]).all():
        return values.feedback, kept
    what = f"All ratings in {quote(column or '')} are {kept[0]:g}"
    message = what + ", so they only say who met what (implicit feedback)."
    sieve.say("note", "constant-ratings", message, len(kept))
    return Feedback.IMPLICIT, np.ones(len(kept))
