"""What a side file says beyond the standard columns: numbers, dates, categories and texts, each with its type."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys_core.data import column_names
from recsys_core.data.checking.times import read_times
from recsys_core.data.findings import Finding, counted, listing, quote
from recsys_core.data.side.clean_text import LONGEST_TEXT, clean, clean_column
from recsys_core.data.side.listed import is_list, list_words
from recsys_core.types import Float64

MOST_ATTRIBUTES = 300
LONGEST_NAME = 60
_MOST_STRAYS = 0.02
_SURE_THOUSANDS = 10  # so many "1,234" and no "1,2": the comma stands between thousands
_NOTHING = frozenset(["", "nan", "null", "n/a", "#n/a", "<na>", "\\n", "nat"])
_NO_NUMBER = _NOTHING | {"unknown", "none", "na", "-", "--", "?", "."}
_CODES = frozenset(
    ["id", "ids", "isbn", "asin", "zip", "zipcode", "postcode", "postal", "code", "phone", "ean", "upc", "sku"]
)
_PLAIN = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_SHORT = r"[+-]?\d+(?:\.\d+)?[KkMB]"
_IN_THOUSANDS = r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"
_SURELY_IN_THOUSANDS = r"[+-]?[1-9]\d{0,2}(?:,\d{3})+\.\d+|[+-]?[1-9]\d{0,2}(?:,\d{3}){2,}"
_DECIMAL_COMMA = r"[+-]?(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+),\d+"
_POWERS = {"K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9}
_LEADING_ZERO_OR_LONG = r"[+-]?0\d+|[+-]?\d{16,}"
_ADDRESS = r"[\s\['\"]*https?://.*"
_NUMERIC = r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})(?: (\d{1,2}:\d\d(?::\d\d)?))?"


@dataclass(frozen=True)
class Attributes:
    """Typed columns, and what there is to say about them.

    Attributes:
        frame: columns of float64 (NaN if unknown), datetime64[s] in UTC (NaT) or text (object, "").
        findings: which columns were left out, and which cells did not fit.
    """

    frame: pd.DataFrame
    findings: list[Finding]


def attribute_names(labels: Mapping[str, str], taken: Collection[str]) -> dict[str, str]:
    """A clean name for each column, none used twice or ``taken``, whether in capitals or not.

    Args:
        labels: what each column is called.
    """
    used = {name.casefold() for name in taken}
    names = {}
    for column, label in labels.items():
        plain = clean(re.sub(r":(token|float|token_seq|float_seq)$", "", label), LONGEST_NAME) or "column"
        name, number = plain, 1
        while name.casefold() in used:
            number += 1
            name = f"{plain} {number}"
        used.add(name.casefold())
        names[column] = name
    return names


def read_attributes(frame: pd.DataFrame, names: Mapping[str, str], file: str) -> Attributes:
    """The columns of text as attributes.

    Left out are columns that are empty, the same throughout, a row index or only addresses, and any beyond
    ``MOST_ATTRIBUTES``.

    Args:
        frame: all text.
        names: the columns to take, and how to call them.
        file: the name of the file, for messages.
    """
    columns: dict[str, pd.Series] = {}
    left_out: dict[str, str] = {}
    findings: list[Finding] = []
    for column, name in names.items():
        texts = frame[column].str.strip()
        reason = f"only {MOST_ATTRIBUTES} are taken" if len(columns) == MOST_ATTRIBUTES else _useless(texts, name)
        if reason:
            left_out[name] = reason
        else:
            columns[name], notes = _typed(texts, name, file)
            findings += notes
    for reason in dict.fromkeys(left_out.values()):
        which = [name for name, why in left_out.items() if why == reason]
        message = f"{file}: left out {counted(len(which), 'column')}, {listing(which)} ({reason})."
        findings.append(Finding("note", "columns-left-out", message, len(which)))
    return Attributes(pd.DataFrame(columns, index=frame.index), findings)


def _useless(texts: pd.Series, name: str) -> str:
    """Why a column is no attribute, "" if it is one."""
    distinct = texts.drop_duplicates()
    filled = distinct[~distinct.str.lower().isin(_NOTHING)]
    if filled.empty:
        return "empty"
    if len(distinct) == 1 and len(texts) > 1:
        return "the same in each row"
    if _is_row_index(texts, name):
        return "numbers of rows"
    if filled.str.fullmatch(_ADDRESS).all():
        return "only addresses"
    return ""


def _is_row_index(texts: pd.Series, name: str) -> bool:
    plain = "".join(column_names.tokens(name))
    if plain not in ("index", "unnamed0", "rowid") and not re.fullmatch(r"column\d*", plain):
        return False
    if not texts.str.fullmatch(r"\d{1,15}").all():
        return False
    numbers = texts.astype("int64").to_numpy()
    return len(numbers) > 1 and numbers[0] in (0, 1) and bool((np.diff(numbers) > 0).all())


def _typed(texts: pd.Series, name: str, file: str) -> tuple[pd.Series, list[Finding]]:
    codes, distinct = pd.factorize(texts)
    cells = pd.Series(distinct, dtype="str")
    share = np.bincount(codes, minlength=len(cells))
    filled = ~cells.str.lower().isin(_NO_NUMBER).to_numpy()
    candidates: list[tuple[str, Float64 | pd.Series]] = []
    if not _CODES.intersection(column_names.tokens(name)[-1:]):
        candidates.append(("numbers", _numbers(cells.where(filled, ""))))
    candidates.append(("dates", _dates(cells.where(filled, ""))))
    for kind, values in candidates:
        strays = filled & pd.isna(values)
        n_strays, n_filled = int(share[strays].sum()), int(share[filled].sum())
        if n_filled and n_strays <= _MOST_STRAYS * n_filled:
            typed = pd.Series(np.asarray(values)[codes], index=texts.index)
            return typed, _stray_notes(cells[strays], n_strays, name, kind, file)
    notes = _doubt_notes(cells[filled], name, file)
    listed = cells.map(lambda text: ", ".join(list_words(text)) if is_list(text) else text)
    plain = pd.Series(clean_column(listed.mask(cells.str.lower().isin(_NOTHING), ""), LONGEST_TEXT)[codes])
    return plain.set_axis(texts.index).astype(object), notes


def _stray_notes(strays: pd.Series, number: int, name: str, kind: str, file: str) -> list[Finding]:
    if strays.empty:
        return []
    message = (
        f"{file}: {counted(number, 'cell')} of {quote(name)} left empty, being no {kind}, such as "
        f"{quote(str(strays.iat[0]))}."
    )
    return [Finding("warning", "attribute-cells-unreadable", message, number)]


def _doubt_notes(filled: pd.Series, name: str, file: str) -> list[Finding]:
    """A word on columns that stay text because they can be read in two ways."""
    if filled.empty:
        return []
    if filled.str.fullmatch(_NUMERIC).all():
        what, ways = "dates", "day or month first"
    elif filled.str.fullmatch(f"{_PLAIN}|{_IN_THOUSANDS}").all() and filled.str.contains(",").any():
        what, ways = "numbers", "with decimal commas or with thousands"
    else:
        return []
    message = f"{file}: {quote(name)} stays text, since its {what} can be read {ways}: {quote(str(filled.iat[0]))}."
    return [Finding("note", f"{what}-in-doubt", message)]


def _numbers(cells: pd.Series) -> Float64:
    """Float64[n], NaN where a cell is no number; all NaN where numbers could be read in two ways, or are codes."""
    nothing = np.full(len(cells), np.nan)
    if cells.str.fullmatch(_LEADING_ZERO_OR_LONG).any():
        return nothing
    plain = cells.str.fullmatch(_PLAIN)
    commas = cells[cells.str.contains(",", regex=False)]
    if len(commas):
        thousands = commas.str.fullmatch(_IN_THOUSANDS)
        if thousands.all():
            if not _surely_thousands(commas, cells[plain]):
                return nothing
            cells = cells.str.replace(",", "", regex=False)
        else:
            decimal = cells.str.fullmatch(_DECIMAL_COMMA)
            if cells[plain].str.contains(".", regex=False).any():
                return nothing
            points = cells.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
            cells = cells.mask(decimal, points)
        plain = cells.str.fullmatch(_PLAIN)
    values = pd.to_numeric(cells.where(plain), errors="coerce").to_numpy(np.float64, na_value=np.nan, copy=True)
    short = cells.str.fullmatch(_SHORT).to_numpy()
    if short.any():
        written = cells[short]
        values[short] = written.str[:-1].astype(np.float64) * written.str[-1].map(_POWERS).astype(np.float64)
    values[~np.isfinite(values)] = np.nan
    return values


def _surely_thousands(commas: pd.Series, plain: pd.Series) -> bool:
    """Whether commas stand between thousands: by their places, or since no number has them elsewhere."""
    if commas.str.fullmatch(_SURELY_IN_THOUSANDS).any():
        return True
    small = pd.to_numeric(plain).abs() < 1000
    return len(commas) >= _SURE_THOUSANDS and len(plain) > 0 and bool(small.all())


def _dates(cells: pd.Series) -> pd.Series:
    """datetime64[s], NaT where a cell is no date; all NaT where day and month cannot be told apart."""
    times = read_times(cells)
    moments = pd.Series(times.seconds.astype("datetime64[s]"), index=cells.index)
    return moments.where(times.good & (times.unit is None) & (not times.ambiguous))
