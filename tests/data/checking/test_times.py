"""Times: units, dates, zones."""

import numpy as np
import pandas as pd
import pytest

from recsys_core.data.checking import times
from recsys_core.data.checking.times import Unit, looks_like_times, read_times
from recsys_core.types import Bool, Int64

MOMENT = 1_714_564_800  # 2024-05-01T12:00:00Z


def column(*texts: str) -> pd.Series:
    return pd.Series(texts, dtype="str")


def parse(*texts: str) -> tuple[Int64, Bool]:
    times = read_times(column(*texts))
    return times.seconds, times.good


def mixes_units(*texts: str) -> bool:
    return read_times(column(*texts)).mixed


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
        "2024-05-01 12:00:00 UTC",
        "2024-05-01 12:00:00 GMT",
        "Wed, 01 May 2024 12:00:00 GMT",
        "Wed May 01 05:00:00 -0700 2024",
        "20240501120000",
    ],
)
def test_one_moment_in_many_hands(text: str) -> None:
    seconds, good = parse(text)
    assert seconds.tolist() == [MOMENT]
    assert good.all()
    assert looks_like_times(pd.Series([text] * 3, dtype="str"))


def test_dates_without_a_clock() -> None:
    seconds, good = parse("2024-05-01", "20240502")
    assert good.all()
    assert np.diff(seconds).tolist() == [86_400]
    compact, good = parse("20240501", "20240502")
    assert good.all()
    assert compact.tolist() == seconds.tolist()


@pytest.mark.parametrize(
    "texts",
    [["yesterday"], ["31/31/2024"], ["2024-02-30"], [""], ["1e400", "5"], ["1e300"], ["999999999999999999999999"]],
)
def test_what_is_no_time(texts: list[str]) -> None:
    assert not parse(*texts)[1][0]


@pytest.mark.parametrize(
    "texts", [["1", "2", "3"], ["4.5"], ["2024"], ["abc"], [""], ["500000001"], ["473048287"], ["9780439023481"]]
)
def test_ids_and_ratings_do_not_look_like_times(texts: list[str]) -> None:
    assert not looks_like_times(pd.Series(texts, dtype="str"))


def test_mixed_units() -> None:
    assert mixes_units(f"{MOMENT}", f"{MOMENT}000")
    assert not mixes_units(f"{MOMENT}", f"{MOMENT + 9}", "0")
    strays = [*(f"{MOMENT + n}" for n in range(200)), f"{MOMENT}000", f"{MOMENT}0000000000000"]
    assert not mixes_units(*strays)
    assert parse(*strays)[1].tolist() == [True] * 200 + [False] * 2
    short = [*(f"{MOMENT + n}000" for n in range(200)), f"{MOMENT}", "0"]
    assert parse(*short)[1].tolist() == [True] * 200 + [False, True]
    assert not mixes_units(f"{MOMENT}", "9" * 400)
    assert not mixes_units("2024-05-01")


@pytest.mark.parametrize(
    "text",
    [
        "01/05/2024 12:00",
        "1.5.2024 12:00:00",
        "01-May-2024 12:00:00",
        "May 1, 2024 12:00 PM",
        "Wed May 01 12:00:00 +0000 2024",
    ],
)
def test_dates_as_people_write_them(text: str) -> None:
    assert parse(text)[0].tolist() == [MOMENT]


def test_day_or_month_first_is_told_by_the_other_dates() -> None:
    assert parse("1/5/2024", "31/12/2024")[0][0] == MOMENT - 43_200
    assert parse("5/1/2024", "12/31/2024")[0][0] == MOMENT - 43_200
    unclear = read_times(column("1/5/2024", "2/5/2024"))
    assert unclear.ambiguous
    assert unclear.seconds[0] == MOMENT - 43_200
    assert read_times(column("5/1/2024", "5/2/2024"), day_first=False).seconds[0] == MOMENT - 43_200
    assert not read_times(column("5/1/2024", "5/2/2024"), day_first=False).ambiguous
    assert not read_times(column("5/5/2024", "6/6/2024")).ambiguous


def test_the_unit_can_be_told() -> None:
    assert read_times(column("45413.5"), unit=Unit.DAYS).seconds.tolist() == [MOMENT]
    assert read_times(column("86400000"), unit=Unit.MILLISECONDS).seconds.tolist() == [86_400]


def test_a_zone_in_words_is_a_zone() -> None:
    for text in ("2024-05-01 12:00:00 UTC", "Wed, 01 May 2024 12:00:00 GMT", "Wed May 01 05:00:00 -0700 2024"):
        assert read_times(column(text)).zoned


def test_words_are_told_from_times_without_trying_every_way_of_writing_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr(times, "_parsed", lambda *arguments: tried.append(arguments))
    for text in ("yes", "a film (1999)", "9f86d081884c7d65", "Drama|War", "2024"):
        assert not looks_like_times(pd.Series([f"{text}{n}" for n in range(300)], dtype="str"))
    assert not tried


def test_a_rare_way_of_writing_dates_is_found_on_a_few_texts_and_confirmed_on_more() -> None:
    days = [f"{day}/5/2024" for day in range(1, 13) for _ in range(20)]
    assert read_times(column(*days)).ambiguous
    assert not read_times(column(*days, "31/12/2024")).ambiguous
    assert not read_times(column(*(f"{day}/5/2024" for day in range(1, 29)))).ambiguous
