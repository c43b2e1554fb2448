"""What makes figures incomparable, and what only belongs beside them."""

import pytest

from recsys_core.comparing.passports import mismatches, summary, to_mention
from tests.comparing.cards import card


def passport(**changes):
    return card(**changes)["passport"]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (
            passport(split="e" * 64, dataset={"name": "songs", "fingerprint": "5" * 64}),
            "data set (films, dddddd against songs, 555555)",
        ),
        (
            passport(split="e" * 64, recipe={"seed": 4}),
            "split (random per person, seed 0 against random per person, seed 4)",
        ),
        (
            passport(split="e" * 64, recipe={"threshold": 4.0}),
            "relevant (every held-out item against held-out items rated 4 or more)",
        ),
        (passport(candidates="100 sampled items"), "candidates (all items against 100 sampled items)"),
        (passport(split="e" * 64, recipe={"test_share": 0.3}), "test share (0.2 against 0.3)"),
        (passport(split="e" * 64), "held-out events (ffffff against eeeeee)"),
    ],
)
def test_the_difference_is_named(other, words):
    assert [str(one) for one in mismatches(passport(), other)] == [words]


def test_what_came_to_the_same_events_can_be_compared():
    assert not mismatches(passport(), passport(recipe={"seed": 9, "key": "temporal"}, device="cuda", config={}, seed=4))


def test_unequal_tuning_budgets_versions_and_devices_are_mentioned():
    assert to_mention({"A": passport(), "B": passport()}) == []
    budgets, versions, devices = to_mention(
        {
            "A": passport(tuning={"trials": 30}),
            "B": passport(versions={"foretaste": "0"}),
            "C": passport(device="cuda"),
        }
    )
    assert budgets == "The tuning budgets are unequal. A: tuned in 30 trials; the others: settings as given."
    assert versions == "The runs come from different versions of Foretaste: 1, 0."
    assert devices == "The runs come from different devices: cpu, cuda."
    (budgets,) = to_mention({"A": passport(tuning={"trials": 30}), "B": passport(tuning={"trials": 5})})
    assert budgets == "The tuning budgets are unequal. A: tuned in 30 trials; B: tuned in 5 trials."


def test_the_passport_in_rows():
    rows = summary([passport(), passport(tuning={"trials": 2})], [2, 0, 2])
    assert rows["data set"] == "films, dddddd"
    assert rows["training seeds"] == "0, 2"
    assert rows["tuning"] == "settings as given; tuned in 2 trials"
    assert rows["candidates"] == "all items"
    assert rows["events"] == "70 training · 10 validation · 20 test"
