"""Each guest counts once, whatever happens on the way."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from recsys_core import cli
from recsys_core.errors import ConfigError, StoreError
from recsys_core.runs.cards import RunCard
from recsys_core.runs.database import Database
from recsys_core.voting.ballot import ALPHABET, SIDES, Choice, Poll, new_code
from recsys_core.voting.ballot_box import BallotBox

EASE, ALS = (RunCard(f"{key}-1", "data", 0.0, {"title": title}) for key, title in (("ease", "EASE"), ("als", "ALS")))


@pytest.fixture
def box(tmp_path: Path) -> BallotBox:
    return BallotBox(Database(tmp_path / "foretaste.sqlite"))


@pytest.fixture
def poll(box: BallotBox) -> Poll:
    return box.open((EASE, ALS), 0.7, np.random.default_rng(0))


def test_a_poll_is_found_as_it_was_opened(box, poll):
    assert box.find(poll.code) == poll
    assert set(poll.runs) == {"ease-1", "als-1"}
    assert poll.title(SIDES[poll.runs.index("als-1")]) == "ALS"
    later = box.open((ALS, EASE), 0.6, np.random.default_rng(1))
    assert box.all() == [later, poll]


def test_which_model_comes_first_is_drawn(box):
    rng = np.random.default_rng(0)
    firsts = [box.open((EASE, ALS), 0.7, rng).runs[0] for _ in range(40)]
    assert 8 < firsts.count("ease-1") < 32


@pytest.mark.parametrize("other", [EASE, RunCard("als-2", "other data", 0.0, {"title": "ALS"})])
def test_two_models_of_one_data_set_are_wanted(box, other):
    with pytest.raises(ConfigError, match="two different models of one data set"):
        box.open((EASE, other), 0.7, np.random.default_rng(0))


@pytest.mark.parametrize("worth", [0.5, 1.0, 0.2])
def test_a_difference_worth_noticing_is_one(box, worth):
    with pytest.raises(ConfigError, match=r"between 0\.5 and 1"):
        box.open((EASE, ALS), worth, np.random.default_rng(0))


def test_the_first_ballot_of_a_guest_counts(box, poll):
    assert box.cast_by(poll.code, "ann") is None
    assert box.cast(poll.code, "ann", Choice.FIRST) is Choice.FIRST
    assert box.cast(poll.code, "ann", Choice.FIRST) is Choice.FIRST  # sent again
    assert box.cast(poll.code, "ann", Choice.SECOND) is Choice.FIRST  # from another tab
    assert box.cast(poll.code, "bob", Choice.NEITHER) is Choice.NEITHER
    assert box.cast_by(poll.code, "ann") is Choice.FIRST
    assert box.choices(poll.code) == [Choice.FIRST, Choice.NEITHER]


def test_twenty_guests_at_once_who_press_three_times_are_twenty_ballots(box, poll):
    answers: list[Choice] = []

    def press(guest: int) -> None:
        for choice in Choice:
            answers.append(box.cast(poll.code, f"guest {guest}", choice))

    threads = [threading.Thread(target=press, args=(guest,)) for guest in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [Choice.FIRST] * 60
    assert box.choices(poll.code) == [Choice.FIRST] * 20


def test_a_closed_poll_refuses_but_still_knows_who_voted(box, poll):
    box.cast(poll.code, "ann", Choice.SECOND)
    box.set_open(poll.code, False)
    assert box.cast(poll.code, "ann", Choice.FIRST) is Choice.SECOND
    with pytest.raises(StoreError, match="This vote is closed; yours came after its end"):
        box.cast(poll.code, "bob", Choice.FIRST)
    box.set_open(poll.code, True)
    box.cast(poll.code, "bob", Choice.FIRST)
    assert box.choices(poll.code) == [Choice.SECOND, Choice.FIRST]


def test_a_poll_goes_with_its_ballots(box, poll):
    other = box.open((EASE, ALS), 0.7, np.random.default_rng(0))
    for code in (poll.code, other.code):
        box.cast(code, "ann", Choice.FIRST)
    box.delete(poll.code)
    assert box.choices(poll.code) == []
    assert box.choices(other.code) == [Choice.FIRST]
    for ask in (box.find, lambda code: box.cast(code, "ann", Choice.FIRST)):
        with pytest.raises(StoreError, match="There is no vote with this code"):
            ask(poll.code)


@pytest.mark.parametrize("guest", ["", "x" * 65])
def test_nobody_has_no_ballot(box, poll, guest):
    with pytest.raises(ConfigError, match="comes from nobody"):
        box.cast(poll.code, guest, Choice.FIRST)


def test_revealing_is_the_end(box, poll):
    assert (poll.is_open, poll.is_revealed) == (True, False)
    box.reveal(poll.code)
    box.set_open(poll.code, True)
    assert (box.find(poll.code).is_open, box.find(poll.code).is_revealed) == (False, True)


def test_sides_are_a_fair_coin_that_falls_once_for_each_guest(poll):
    drawn = [poll.sides(f"guest {number}") for number in range(1000)]
    assert drawn == [poll.sides(f"guest {number}") for number in range(1000)]
    assert all(set(sides) == set(SIDES) for sides in drawn)
    assert 440 < sum(sides[0] is Choice.FIRST for sides in drawn) < 560


def test_codes_are_long_and_never_the_same():
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(len(code) == 12 and set(code) <= set(ALPHABET) for code in codes)


def test_the_shell_tells_how_it_went(home, capsys):
    box = BallotBox(Database(home / "foretaste.sqlite"))
    poll = box.open((EASE, ALS), 0.7, np.random.default_rng(0))
    for number in range(9):
        box.cast(poll.code, f"guest {number}", Choice.FIRST)
    box.cast(poll.code, "another", Choice.NEITHER)
    assert cli.main(["votes", "--json"]) == 0
    (document,) = json.loads(capsys.readouterr().out)
    assert (document["first"], document["second"], document["no_difference"]) == (9, 0, 1)
    assert document["standing"] == "first"
    assert document["low"] > 0.5
    assert cli.main(["votes"]) == 0
    assert f"{poll.titles[0]} 9 : 0 {poll.titles[1]}" in capsys.readouterr().out
