"""No guarded cell is a formula, and every text comes back."""

import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.formula_guard import guard, unguard

WIDE = "\uff1d\uff0b\uff0d\uff20"  # = + - @ in full width
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", *WIDE)
TEXTS = st.text(st.sampled_from("'=+-@\t\r \n\"a1é💡\u202e" + WIDE), max_size=6) | st.text(max_size=6)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-5", "'-5"),
        ("@a", "'@a"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("=", "'="),
        ("'=x", "''=x"),
        ("''-x", "'''-x"),
        ("'x", "'x"),
        ("'", "'"),
        ("", ""),
        ("a=b", "a=b"),
        (" =x", " =x"),
        ("007", "007"),
        *((f"{mark}1", f"'{mark}1") for mark in WIDE),
        *((f"'{mark}1", f"''{mark}1") for mark in WIDE),
    ],
)
def test_only_what_begins_as_a_formula_or_as_a_guarded_one_is_guarded(text, written):
    assert guard(pd.Series([text])).tolist() == [written]
    assert unguard(pd.Series([written])).tolist() == [text]


@given(st.lists(TEXTS, max_size=20))
def test_every_text_comes_back(texts):
    made = guard(pd.Series(texts, dtype=object))
    assert unguard(made).tolist() == texts
    assert not [text for text in made if text.startswith(FORMULA_STARTS)]


@given(st.lists(TEXTS, unique=True, max_size=20))
def test_no_two_texts_are_written_alike(texts):
    assert guard(pd.Series(texts, dtype=object)).is_unique


@pytest.mark.parametrize("kind", ["str", "object", "category"])
@pytest.mark.parametrize("change", [guard, unguard])
def test_index_name_and_missing_cells_are_kept(kind, change):
    cells = pd.Series(["=a", None, "'=a", "b", "=a"], index=[7, 7, 3, 1, 0], name="cells", dtype=kind)
    made = change(cells)
    assert made.index.equals(cells.index)
    assert made.name == "cells"
    assert made.isna().tolist() == [False, True, False, False, False]
    assert made.iloc[3] == "b"
    assert cells.iloc[0] == "=a"  # what was given is as it was


def test_a_column_of_millions_takes_a_moment():
    cells = pd.Series(["=a", "b", "'-c"] * 1_000_000, dtype="category")
    start = time.perf_counter()
    made = guard(cells)
    assert time.perf_counter() - start < 5
    assert made.iloc[:3].tolist() == ["'=a", "b", "''-c"]
