"""A column of ids: text as people know it, each distinct id numbered."""

import unicodedata

import numpy as np
import pandas as pd

from recsys_core.data.checking.sieve import Sieve
from recsys_core.data.findings import Fix, counted, quote
from recsys_core.data.formula_guard import is_guarded, unguard
from recsys_core.data.recipe import Recipe
from recsys_core.types import Int32, Strings

LONGEST_ID = 1000
UNSEEN = "\ufeff\u200b\u2060"  # without width: they come along when ids are copied from pages and documents
BLANKS = UNSEEN + "".join(character for character in map(chr, range(0x3001)) if character.isspace())
MISSING = frozenset(["", "na", "n/a", "nan", "null", "none", "-", "?", "nat", "\\n"])
_POINT_ZERO = r"[+-]?\d+\.0+"
_SHORTENED = r"\d+(\.\d+)?[eE]\+?\d+"
_LOOK_LATIN = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеоісрхуѕј" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABESIJKMHOPCTXYaeoicpxysj" + "ABEZHIKMNOPTYXo"
)
_MAIL = r"[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}"


def read_ids(sieve: Sieve, column: str, noun: str, recipe: Recipe) -> tuple[Int32, Strings]:
    """The position of each row's id among the distinct ids; rows without one are rejected."""
    read = sieve.table.column(column)
    guarded = sieve.table.dialect is not None and is_guarded(read.texts)
    texts = unguard(read.texts) if guarded else read.texts
    names = texts.str.strip(BLANKS)
    _report_joined(sieve, column, texts.nunique() - names.nunique())
    names = _whole(sieve, column, names, recipe)
    names = _normal(sieve, column, names, recipe)
    codes, found = pd.factorize(names)
    distinct: Strings = np.asarray(found, dtype=object)
    _remark(sieve, column, pd.Series(distinct, dtype="str"))
    result = read.spread(codes.astype(np.int32))
    fix = f"Fill in the {noun} ids, or choose another column for the {noun}s."
    lengths = np.array([len(name) for name in distinct], dtype=np.int64)
    for code, what, bad in (
        (f"missing-{noun}", f"is no {noun} id", lengths == 0),
        (f"long-{noun}", f"is longer than {LONGEST_ID} characters", lengths > LONGEST_ID),
    ):
        if bad.any():
            sieve.reject(bad[result], column, code, what, fix)
    return result, distinct


def _report_joined(sieve: Sieve, column: str, joined: int) -> None:
    if joined:
        message = f"{counted(joined, 'id')} in {quote(column)} differed only in blanks around them. They were joined."
        sieve.say("warning", "ids-trimmed", message, joined)


def _whole(sieve: Sieve, column: str, names: pd.Series, recipe: Recipe) -> pd.Series:
    """7.0 as 7, where that was asked for; a question where it was not."""
    decimal = names.str.fullmatch(_POINT_ZERO)
    if not decimal.any():
        return names
    if recipe.whole_ids:
        return names.where(~decimal, names.str.replace(r"\.0+$", "", regex=True))
    count = int(decimal.sum())
    sieve.say(
        "warning",
        "ids-with-point-zero",
        f"{counted(count, 'id')} in {quote(column)} end in .0, such as {quote(str(names[decimal].iat[0]))}: "
        "a spreadsheet or a program may have written whole numbers so. They are kept as they are.",
        count,
        Fix("Read 7.0 as 7", {"whole_ids": True}),
        examples=[quote(str(name)) for name in names[decimal].head(5)],
    )
    return names


def _normal(sieve: Sieve, column: str, names: pd.Series, recipe: Recipe) -> pd.Series:
    """Ids that look the same but are composed of other characters (Unicode's NFC and NFD)."""
    odd = [not name.isascii() and not unicodedata.is_normalized("NFC", name) for name in names]
    if not any(odd):
        return names
    normal = names.map(lambda name: unicodedata.normalize("NFC", name)).astype("str")
    if recipe.normal_ids:
        return normal
    doubles = names.nunique() - normal.nunique()
    if doubles:
        message = f"{counted(doubles, 'id')} in {quote(column)} look like another one but are composed differently."
        sieve.say("warning", "ids-look-alike", message, doubles, Fix("Join them", {"normal_ids": True}))
    return names


def _remark(sieve: Sieve, column: str, names: pd.Series) -> None:
    strange = int(names[names != ""].str.lower().isin(MISSING).sum())
    if strange:
        message = f"{quote(column)} holds ids such as NA or null; they are taken as ids."
        sieve.say("warning", "ids-like-missing", message, strange)
    spoilt = names[names.str.fullmatch(_SHORTENED)]
    if len(spoilt) and names.str.fullmatch(r"[\d.eE+-]*").all():
        message = (
            f"{counted(len(spoilt), 'id')} in {quote(column)} look like {quote(str(spoilt.iat[0]))}: a spreadsheet may "
            "have shortened long numbers, so that several ids became one. Export the file again with ids as text."
        )
        sieve.say("warning", "ids-shortened", message, len(spoilt), examples=[quote(str(name)) for name in spoilt])
    _remark_twins(sieve, column, names)
    sample = names.head(1000)
    if len(sample) and sample.str.fullmatch(_MAIL).mean() > 0.5:
        message = f"{quote(column)} holds e-mail addresses: personal data. Think about replacing them by numbers."
        sieve.say("warning", "personal-ids", message, len(names))


def _remark_twins(sieve: Sieve, column: str, names: pd.Series) -> None:
    """Ids that differ only in letters of another script that look like Latin ones."""
    others = [name for name in names if not name.isascii()]
    if not others:
        return
    known = set(names)
    twins = [name for name in others if name.translate(_LOOK_LATIN) != name and name.translate(_LOOK_LATIN) in known]
    if twins:
        message = (
            f"{counted(len(twins), 'id')} in {quote(column)} look like another one but are written with letters of "
            "another script. They are kept apart."
        )
        sieve.say("warning", "ids-in-other-script", message, len(twins), examples=[quote(name) for name in twins])
