"""Texts -> unix seconds."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

import numpy as np
import pandas as pd

from recsys_core.types import Bool, Float64, Int64

EARLIEST = 1e8  # seconds, in 1973; smaller numbers may be anything
SAMPLE = 1000
FEWEST_DIGITS = 4  # of a date, as in 1/2/03
FEW = 20  # texts on which every way of writing a date is tried
ENOUGH_FOR_MEDIAN = 1_000_000
CHUNK = 1 << 18
_BOUNDS = np.array([1e11, 1e14, 1e17])  # below the first: seconds, then milli-, micro- and nanoseconds
_MOST_STRAYS = 0.01
_FIRST, _LAST = -62_135_596_800, 253_402_300_799  # seconds, the years 1 to 9999
_NUMBER = r"[+-]?[0-9]+(\.[0-9]*)?([eE][+]?[0-9]+)?"
_COMPACT_DATE = r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
_COMPACT_MOMENT = _COMPACT_DATE + r"([01]\d|2[0-3])[0-5]\d[0-5]\d"
_COMPACT = f"{_COMPACT_DATE}|{_COMPACT_MOMENT}"
_ZONED = r".*\d:\d\d.*(Z|z|[+-]\d\d:?(\d\d)?|UTC|GMT)( \d{4})?"
_DATE_LIKE = (
    r"(?i).*(\d[-/.]\d|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\b.*\d).*"
    rf"|{_COMPACT}|{_COMPACT_DATE}T.*"
)
_LIKELY = (788_918_400, 2_208_988_800)  # seconds, from 1995 up to 2040
_DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y")
_MONTH_FIRST = ("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y", "%m/%d/%y", "%m.%d.%y")
_OTHER_DATES = ("%Y/%m/%d", "%Y.%m.%d", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%b %d %Y", "%m %d, %Y")
_CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S.%f", " %H:%M:%S %z", "T%H:%M:%S")
_WHOLE = ("%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z", "%a %b %d %H:%M:%S %Y")


class Unit(StrEnum):
    """What a number in a time column counts."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    NANOSECONDS = "ns"
    DAYS = "days"  # since 30 December 1899, as spreadsheets do


_UNITS = (Unit.SECONDS, Unit.MILLISECONDS, Unit.MICROSECONDS, Unit.NANOSECONDS)
_DIVISORS = dict(zip(_UNITS, (1.0, 1e3, 1e6, 1e9), strict=True))
_SPREADSHEET_EPOCH = 25_569  # days from 30 December 1899 to 1 January 1970


@dataclass(frozen=True)
class Times:
    """What a column of text says about when.

    Attributes:
        seconds: Int64[n], unix seconds UTC; 0 where not good.
        good: Bool[n], which of the texts are times at all.
        unit: of numbers; None for dates.
        mixed: whether more than a stray number counts another unit than most do.
        zoned: whether dates say in which zone they were taken.
        ambiguous: whether the dates could as well be read with the month first.
        day_first: whether they were read with the day first; None where that is no question.
    """

    seconds: Int64
    good: Bool
    unit: Unit | None = None
    mixed: bool = False
    zoned: bool = True
    ambiguous: bool = False
    day_first: bool | None = None


def read_times(texts: pd.Series, unit: Unit | None = None, day_first: bool | None = None) -> Times:
    """Unix seconds, milli-, micro- or nanoseconds, told apart by the size of the middle one; ISO 8601; or dates such as
    31/12/2024, 31.12.2024 23:59, 31-Dec-2024 and December 31, 2024. A time without a zone counts as UTC.

    Args:
        texts: strings.
        unit: of numbers, where it is known.
        day_first: how to read 3/4/2024; told by the other dates where it is None, and day first in doubt.
    """
    sample = _sample(texts).str.strip()
    if _mostly(sample, _NUMBER) and (unit is not None or not _mostly(sample, _COMPACT)):
        return _from_numbers(texts, unit)
    if _mostly(sample, _COMPACT_MOMENT) and unit is None:
        return Times(*_parsed(texts, "%Y%m%d%H%M%S"), zoned=False)
    zoned = _mostly(sample, _ZONED)
    forms = ["ISO8601"] if _parsed(sample, "ISO8601")[1].mean() >= 0.5 else _best_forms(sample, day_first)
    readings = [_parsed(texts, form) for form in forms]
    best = max(readings, key=lambda reading: int(reading[1].sum()), default=None)
    if best is None:
        return Times(np.zeros(len(texts), np.int64), np.zeros(len(texts), bool))
    rivals = [other for other in readings if other is not best and other[1].sum() == best[1].sum()]
    dotted = forms[0].startswith(("%d.", "%m."))  # day first wherever dates are written with points
    ambiguous = not dotted and any(bool((other[0] != best[0]).any()) for other in rivals)
    form = next(form for form, reading in zip(forms, readings, strict=True) if reading is best)
    return Times(*best, zoned=zoned, ambiguous=ambiguous, day_first=_begins_with_day(form))


def _begins_with_day(form: str) -> bool | None:
    return True if form.startswith(_DAY_FIRST) else False if form.startswith(_MONTH_FIRST) else None


def looks_like_times(values: pd.Series) -> bool:
    """Whether a column of text can only be times: unix numbers from 1995 to 2040, or dates."""
    filled = values.head(SAMPLE).str.strip()
    filled = filled[filled != ""].head(200).astype("str")
    likely = filled.str.len().between(6, 40) & (filled.str.fullmatch(_DATE_LIKE) | filled.str.fullmatch(_NUMBER))
    if filled.empty or likely.mean() < 0.9:  # reading dates in earnest takes long
        return False
    times = read_times(filled)
    if times.good.mean() < 0.9:
        return False
    if times.unit is not None:
        return _LIKELY[0] <= float(np.median(times.seconds[times.good])) < _LIKELY[1]
    return bool((filled.str.len() >= 8).all())


def _from_numbers(texts: pd.Series, unit: Unit | None) -> Times:
    numbers = _numbers(texts)
    good = np.isfinite(numbers)
    if not good.any():
        return Times(np.zeros(len(texts), np.int64), good, unit or Unit.SECONDS)
    mixed = False
    if unit is None:
        middle = float(np.nanmedian(numbers[good][:: max(1, len(numbers) // ENOUGH_FOR_MEDIAN)]))
        unit = _UNITS[int(np.searchsorted(_BOUNDS, abs(middle), side="right"))]
        strays = _in_other_unit(numbers, _UNITS.index(unit))
        mixed = bool(strays.sum() / good.sum() > _MOST_STRAYS)
        good &= ~strays
    if unit is Unit.DAYS:
        numbers = np.rint((numbers - _SPREADSHEET_EPOCH) * 86_400)
    else:
        numbers /= _DIVISORS[unit]
        np.floor(numbers, out=numbers)
    with np.errstate(invalid="ignore"):
        good &= (numbers >= _FIRST) & (numbers <= _LAST)
    numbers[~good] = 0
    return Times(numbers.astype(np.int64), good, unit, mixed)


def _numbers(values: pd.Series) -> Float64:
    """Float64[n], NaN where a text is no plain number."""
    import pyarrow as pa

    parts = [np.empty(0, np.float64)]
    for chunk in _chunks(values):
        plain = chunk.where(chunk.str.fullmatch(_NUMBER))
        try:
            found = pa.array(plain, pa.string()).cast(pa.float64()).to_numpy(zero_copy_only=False)
        except pa.ArrowInvalid:  # it reads no "+5" and no "5."
            found = plain.to_numpy(np.float64, na_value=np.nan)
        parts.append(np.where(np.isfinite(found), found, np.nan))
    return np.concatenate(parts)


def _in_other_unit(numbers: Float64, magnitude: int) -> Bool:
    """Bool[n], which numbers have the size of another unit, by a factor of a thousand or more."""
    size = np.abs(numbers)
    low = max(EARLIEST, _BOUNDS[magnitude - 1] if magnitude else 0.0)
    high = _BOUNDS[magnitude] if magnitude < len(_BOUNDS) else np.inf
    with np.errstate(invalid="ignore"):
        return ((size < low) & (size >= EARLIEST)) | (size >= high)


def _best_forms(sample: pd.Series, day_first: bool | None) -> list[str]:
    """The ways of writing dates that fit the sample best; of day first and month first both where both fit."""
    dates = [*(_DAY_FIRST if day_first in (True, None) else ()), *(_MONTH_FIRST if not day_first else ())]
    forms = [date + clock for date, clock in product([*dates, *_OTHER_DATES], _CLOCKS)] + list(_WHOLE)
    filled = sample[sample != ""].head(200)
    if sum(sum(map(str.isdigit, text)) >= FEWEST_DIGITS for text in filled) <= len(filled) / 2:
        return []  # most columns of words end here, which saves trying all ways on each
    few = filled.drop_duplicates().head(FEW)
    fitting = [form for form in forms if _parsed(few, form)[1].any()]
    shares = {form: float(_parsed(filled, form)[1].mean()) for form in fitting}
    most = max(shares.values(), default=0.0)
    if most <= 0.5:
        return []
    best = [form for form in fitting if shares[form] == most]
    twins = dict(zip(_DAY_FIRST + _MONTH_FIRST, _MONTH_FIRST + _DAY_FIRST, strict=True))
    first = best[0]
    date = first[: len(next(key for key in [*twins, first] if first.startswith(key)))]
    twin = twins.get(date, "") + first[len(date) :]
    return [first, twin] if date in twins and shares.get(twin, 0) > 0.5 else [first]


def _parsed(values: pd.Series, form: str) -> tuple[Int64, Bool]:
    seconds, good = [np.empty(0, np.int64)], [np.empty(0, bool)]
    for chunk in _chunks(values):
        if chunk.str.endswith(("UTC", "GMT")).any():
            chunk = chunk.str.replace(r"\s*(UTC|GMT)$", " +00:00", regex=True)
        if "%b" in form:
            chunk = chunk.str.replace(r"([A-Za-z]{3})[a-z]+\.?", r"\1", regex=True)  # December as Dec
        moments = pd.to_datetime(chunk, format=form, utc=True, errors="coerce")
        found = moments.notna().to_numpy()
        whole = moments.dt.tz_localize(None).to_numpy().astype("datetime64[s]").astype(np.int64)
        seconds.append(np.where(found, whole, 0))
        good.append(found)
    return np.concatenate(seconds), np.concatenate(good)


def _chunks(values: pd.Series) -> Iterator[pd.Series]:
    """A long column in parts, without blanks around its texts: what is done with them takes memory."""
    for start in range(0, len(values), CHUNK):
        yield values.iloc[start : start + CHUNK].str.strip()


def _sample(values: pd.Series) -> pd.Series:
    """Texts from the whole column, about SAMPLE of them."""
    return values.iloc[:: max(1, len(values) // SAMPLE)]


def _mostly(values: pd.Series, pattern: str) -> bool:
    filled = values[values != ""]
    return len(filled) > 0 and float(filled.str.fullmatch(pattern).mean()) > 0.5
