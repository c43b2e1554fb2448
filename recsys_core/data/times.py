"""Times as text -> unix seconds."""

import numpy as np
import pandas as pd

from recsys_core.types import Bool, Float64, Int64, Strings

EARLIEST = 1e8  # seconds, in 1973; smaller numbers may be anything
_BOUNDS = np.array([1e11, 1e14, 1e17])  # below the first: seconds, then milli-, micro- and nanoseconds
_DIVISORS = np.array([1.0, 1e3, 1e6, 1e9])
_MOST_STRAYS = 0.01
_FIRST, _LAST = -62_135_596_800, 253_402_300_799  # seconds, the years 1 to 9999
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
    """Whether more than a stray number counts another unit than most do."""
    values = pd.Series(texts, dtype="str").str.strip()
    if not _mostly(values, _NUMBER):
        return False
    numbers = values.where(values.str.fullmatch(_NUMBER)).to_numpy(np.float64, na_value=np.nan)
    numbers = numbers[np.isfinite(numbers)]
    return len(numbers) > 0 and float(_in_other_unit(numbers).mean()) > _MOST_STRAYS


def _from_numbers(numbers: Float64) -> tuple[Int64, Bool]:
    good = np.isfinite(numbers)
    if not good.any():
        return np.zeros(len(numbers), np.int64), good
    sound = np.where(good, numbers, 0)
    good &= ~_in_other_unit(np.where(good, numbers, np.median(numbers[good])))
    seconds = np.floor(sound / _DIVISORS[_unit(np.median(numbers[good]))])
    good &= (seconds >= _FIRST) & (seconds <= _LAST)
    return np.where(good, seconds, 0).astype(np.int64), good


def _unit(numbers: Float64 | np.floating) -> Int64:
    return np.searchsorted(_BOUNDS, np.abs(numbers), side="right")


def _in_other_unit(numbers: Float64) -> Bool:
    """Which numbers are too large or too small by a factor of a thousand, beside the middle one."""
    return (_unit(numbers) != _unit(np.median(numbers))) & (np.abs(numbers) >= EARLIEST)


def _mostly(values: pd.Series, pattern: str) -> bool:
    filled = values[values != ""]
    return len(filled) > 0 and float(filled.str.fullmatch(pattern).mean()) > 0.5
