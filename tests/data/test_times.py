"""Times: units, dates, zones."""

import numpy as np
import pandas as pd
import pytest

from recsys_core.data.times import looks_like_times, mixes_units, parse_times

MOMENT = 1_714_564_800  # 2024-05-01T12:00:00Z


@pytest.mark.parametrize(
    "text",
    [
        str(MOMENT),
        f"{MOMENT}.0",
        "1.7145648e9",
        f" {MOMENT}000 ",
        f"{MOMENT}000000",
        f"{MOMENT}000000000",
        "2024-05-01T12:00:00Z",
        "2024-05-01 12:00:00",
        "2024-05-01T14:00:00+02:00",
        "2024-05-01T12:00:00.250",
    ],
)
def test_one_moment_in_many_hands(text: str) -> None:
    seconds, good = parse_times(np.array([text], dtype=object))
    assert seconds.tolist() == [MOMENT]
    assert good.all()
    assert looks_like_times(pd.Series([text] * 3, dtype="str"))


def test_dates_without_a_clock() -> None:
    seconds, good = parse_times(np.array(["2024-05-01", "20240502"], dtype=object))
    assert good.all()
    assert np.diff(seconds).tolist() == [86_400]
    compact, good = parse_times(np.array(["20240501", "20240502"], dtype=object))
    assert good.all()
    assert compact.tolist() == seconds.tolist()


@pytest.mark.parametrize(
    "texts",
    [["yesterday"], ["31/12/2024"], ["2024-02-30"], [""], ["1e400", "5"], ["1e300"], ["999999999999999999999999"]],
)
def test_what_is_no_time(texts: list[str]) -> None:
    assert not parse_times(np.array(texts, dtype=object))[1][0]


@pytest.mark.parametrize("texts", [["1", "2", "3"], ["4.5"], ["2024"], ["abc"], [""]])
def test_ids_and_ratings_do_not_look_like_times(texts: list[str]) -> None:
    assert not looks_like_times(pd.Series(texts, dtype="str"))


def test_mixed_units() -> None:
    assert mixes_units(np.array([f"{MOMENT}", f"{MOMENT}000"], dtype=object))
    assert not mixes_units(np.array([f"{MOMENT}", f"{MOMENT + 9}", "0"], dtype=object))
    strays = np.array([*(f"{MOMENT + n}" for n in range(200)), f"{MOMENT}000", f"{MOMENT}0000000000000"], dtype=object)
    assert not mixes_units(strays)
    assert parse_times(strays)[1].tolist() == [True] * 200 + [False] * 2
    short = np.array([*(f"{MOMENT + n}000" for n in range(200)), f"{MOMENT}", "0"], dtype=object)
    assert parse_times(short)[1].tolist() == [True] * 200 + [False, True]
    assert not mixes_units(np.array([f"{MOMENT}", "9" * 400], dtype=object))
    assert not mixes_units(np.array(["2024-05-01"], dtype=object))
