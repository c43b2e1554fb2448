"""Whether ratings keep to one scale."""

import numpy as np

from recsys_core.data.checking.sieve import Sieve
from recsys_core.data.findings import Fix, counted
from recsys_core.data.recipe import Recipe
from recsys_core.types import Float32

FEWEST_TO_DOUBT = 20  # ratings
MOST_OUTSIDE = 0.005  # share of ratings that may lie outside a scale for it to be the one that was meant
SCALES = ((1.0, 5.0), (0.5, 5.0), (0.0, 5.0), (1.0, 10.0), (0.0, 10.0), (1.0, 7.0), (-10.0, 10.0), (0.0, 100.0))


def hold_to_scale(sieve: Sieve, column: str, numbers: Float32, recipe: Recipe) -> None:
    """Leave out ratings beyond a scale that was told; doubt where none was."""
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
