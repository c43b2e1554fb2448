"""Times as text -> unix seconds."""

import numpy as np
import pandas as pd

from recsys_core.types import Bool, Float64, Int64, Strings

EARLIEST, LATEST = 1e8, 1e11  # seconds: from 1973 on; larger numbers count smaller units
_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (np.inf, 1e9))
_NUMBER = r"[+-]?[0-9]+(\.[0-9]*)?([eE][+]?[0-9]+)?"
_COMPACT_DATE = r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"


def parse_times(texts: Strings) -> tuple[Int64, Bool]:
    """Unix seconds Int64[n], and which of the texts are times at all.

    Numbers are unix seconds, milli-, micro- or nanoseconds, told apart by the size of the middle one; anything else
    must be ISO 8601. A time without a zone counts as UTC.
    """
    values = pd.Series(texts, dtype="str").str.strip()
    if _mostly(values, _NUMBER) and not _mostly(values, _COMPACT_DATE):
        return _from_numbers(values.where(values.str.fullmatch(_NUMBER)).to_numpy(np.float64, na_value=np.nan))
    moments = pd.to_datetime(values, format="ISO8601", utc=True, errors="coerce")
    good = moments.notna().to_numpy()
    seconds = moments.dt.tz_localize(None).to_numpy().astype("datetime64[s]").astype(np.int64)
    return np.where(good, seconds, 0), good


def looks_like_times(values: pd.Series) -> bool:
    """Whether a column of text can only be times: large unix numbers, or ISO 8601 dates."""
    filled = values[values.str.strip() != ""].head(200)
    if filled.empty:
        return False
    seconds, good = parse_times(filled.to_numpy(dtype=object))
    if good.mean() < 0.9:
        return False
    written = filled.str.strip()
    if _mostly(written, _NUMBER) and not _mostly(written, _COMPACT_DATE):
        return bool(np.median(seconds[good]) >= EARLIEST)
    return bool((written.str.len() >= 8).all())


def lack_zone(texts: Strings) -> bool:
    """Whether these are dates that do not say in which zone they were taken."""
    values = pd.Series(texts[:1000], dtype="str").str.strip()
    return not _mostly(values, _NUMBER) and not _mostly(values, r".*(Z|z|[+-]\d\d:?(\d\d)?|UTC)")


def mixes_units(texts: Strings) -> bool:
    """Whether numbers of seconds stand beside numbers of milliseconds or finer."""
    values = pd.Series(texts, dtype="str").str.strip()
    if not _mostly(values, _NUMBER):
        return False
    numbers = values.where(values.str.fullmatch(_NUMBER)).astype(float).abs()
    plausible = numbers[(numbers >= EARLIEST) & np.isfinite(numbers)]
    return len(plausible) > 0 and _divisor(plausible.min()) != _divisor(plausible.max())


def _from_numbers(numbers: Float64) -> tuple[Int64, Bool]:
    good = np.isfinite(numbers)
    if not good.any():
        return np.zeros(len(numbers), np.int64), good
    seconds = numbers / _divisor(float(np.median(np.abs(numbers[good]))))
    good &= np.abs(np.where(good, seconds, 0)) < LATEST
    return np.floor(np.where(good, seconds, 0)).astype(np.int64), good


def _divisor(number: float) -> float:
    return next(divisor for bound, divisor in _UNITS if number < bound)


def _mostly(values: pd.Series, pattern: str) -> bool:
    filled = values[values != ""]
    return len(filled) > 0 and float(filled.str.fullmatch(pattern).mean()) > 0.5
