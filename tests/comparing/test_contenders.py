"""Which runs stand side by side as one, and what they are called."""

import pytest

from recsys_core.comparing.contenders import contenders
from recsys_core.comparing.passports import to_mention
from recsys_core.data.made import Made
from tests.comparing.cards import card

PLAN = {"way": "full", "carry": ["items"], "rates": {}}


def test_seeds_of_one_model_and_settings_are_one_contender():
    abouts = {
        "c": card(seed=2, device="cuda"),  # where it ran makes no other model
        "b": card(seed=1),
        "e": card("ease", epochs=None),
        "a": card(seed=0),
    }
    neumf, ease = contenders(abouts)
    assert (neumf.runs, neumf.seeds, neumf.id) == (("a", "b", "c"), (0, 1, 2), "a")
    assert (neumf.by_chance, ease.by_chance) == (True, False)
    assert (neumf.title, ease.title) == ("neumf", "ease")


def test_of_one_seed_the_newest_run_counts():
    (one,) = contenders({"new": card(seed=1), "old": card(seed=1), "other": card(seed=0)})
    assert one.runs == ("other", "new")


@pytest.mark.parametrize(
    "other",
    [
        card(config={"embedding_size": 16}),
        card(stopping_metric="mrr@10"),
        card(tuning={"trials": 3}),
        card(fine_tune={"run": "x"}),
        card(transfer={"run": "x", "plan": PLAN, "config": {}}),
        card(split="e" * 64),
        card(versions={"foretaste": "2"}),
        card("gmf"),
        card() | {"ending": "Stopped by hand in epoch 3; epoch 2, the best so far, is kept."},
    ],
)
def test_whatever_else_differs_makes_two(other):
    assert len(contenders({"a": card(seed=0), "b": other | {}})) == 2


def test_contenders_are_told_apart_by_settings_and_not_by_seeds():
    wide = card(seed=3, config={"embedding_size": 16})
    titles = [one.title for one in contenders({"a": card(seed=0), "b": card(seed=1), "c": wide})]
    assert titles == ["neumf, embedding size 8", "neumf, embedding size 16"]


def transferred(seed: int, weight: float, **transfer: object) -> dict:
    """A run by transfer: how much taste counts was found for it, the rest was chosen."""
    start = {"run": "ease-1", "plan": PLAN, "config": {}} | transfer
    return card("transferred", seed=seed, config={"weights": [weight], "members": []}, transfer=start)


def test_what_was_found_on_the_validation_events_makes_no_other_contender():
    seeds = {"a": transferred(0, 0.3), "b": transferred(1, 0.7)}
    assert [one.runs for one in contenders(seeds)] == [("a", "b")]
    assert len(contenders(seeds | {"c": transferred(0, 0.3, plan=PLAN | {"way": "joint"})})) == 2


def test_a_model_that_learned_from_generated_people_as_well_is_another_one_and_says_so():
    made = Made("vae", "VAE sampler", {}, {}, 0, "d" * 64, "films", {}, real_people=5).as_json()
    beside = {"name": "films", "fingerprint": "e" * 64, "made": made}
    plain, added = contenders({"a": card("ease"), "b": card("ease", dataset=beside)})
    assert (plain.title, added.title) == ("ease", "ease, with generated people")
    assert to_mention({one.title: card("ease", dataset=beside)["passport"] for one in (plain, added)}) == []
    (sentence,) = to_mention({"x": card("ease")["passport"], "y": card("ease", dataset=beside)["passport"]})
    assert sentence.startswith("Learned from generated people beside the real ones: y.")
