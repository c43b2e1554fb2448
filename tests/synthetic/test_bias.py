"""Drifts beyond chance are named, those by chance are not."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.data.dataset import Dataset, Ids
from recsys_core.data.profiling.measures import gini
from recsys_core.statistics.estimates import PerUser, as_it_is
from recsys_core.synthetic.judging.bias import Bias, Drift, _tested, bias, quality_by_group
from recsys_core.synthetic.judging.pair import Pair
from tests.synthetic.town import POPULARITY, only, town


def drifts(real: Dataset, synthetic: Dataset, seed: int = 0) -> Bias:
    return bias(Pair.of(real, synthetic).active(), real.user_table, synthetic.user_table, seed)


def drift(found: Bias, name: str, of: str = "") -> Drift:
    (one,) = [one for one in found.drifts if (one.name, one.of) == (name, of)]
    return one


def test_people_of_the_same_town_drift_no_more_than_chance_allows():
    found = [drifts(town(100, seed=seed), town(100, seed=100 + seed)) for seed in range(20)]
    assert sum(bool(one.certain) for one in found) <= 4  # two families of figures, a twentieth of each
    assert {one.family for one in found[0].drifts} == {"Items", "Kind"}


def test_more_fans_than_there_were_are_named_with_their_shares():
    found = drifts(town(200), town(200, seed=1, fans=0.8))
    people = drift(found, "fan", "people")
    assert people.is_certain
    assert (people.family, people.before.value) == ("Kind", pytest.approx(0.5, abs=0.1))
    assert people.after.value == pytest.approx(0.8, abs=0.1)
    assert people.before.low < people.before.value < people.before.high
    assert people.change > people.chance
    assert drift(found, "fan", "events").is_certain
    assert people.words.startswith("Kind fan, share of the people 0.")


def test_p_values_hold_for_all_figures_together_and_have_no_side():
    apart = np.random.default_rng(0).standard_normal((999, 3))
    changes = np.array([2.5, -2.2, 0.1])
    p_values, chances = _tested(changes, apart)
    raw = [(1 + (np.abs(apart[:, at]) >= abs(changes[at])).sum()) / 1000 for at in range(3)]
    assert raw[0] < raw[1] < raw[2]
    assert p_values == pytest.approx([3 * raw[0], max(3 * raw[0], 2 * raw[1]), max(2 * raw[1], raw[2])])
    assert chances == pytest.approx([1.96] * 3, abs=0.15)


def test_an_attribute_of_which_one_side_knows_nothing_is_no_drift():
    real, other = town(100), town(100, seed=1)
    for blank in ("", None, np.nan):
        found = drifts(real, replace(other, user_table=other.user_table.assign(kind=blank)))
        assert {one.family for one in found.drifts} == {"Items"}


def test_a_share_of_events_counts_events_and_not_people():
    real = town(200)
    is_fan = real.user_table["kind"].to_numpy() == "fan"
    events = real.interactions
    kept = is_fan[events.users] | (np.arange(len(events)) % 3 == 0)
    found = drifts(real, real.with_interactions(events.take(kept)))
    assert drift(found, "fan", "people").change == 0
    assert drift(found, "fan", "events").is_certain
    share = is_fan[events.users[kept]].mean()
    assert drift(found, "fan", "events").after.value == pytest.approx(share)


def test_popularity_that_counts_for_more_is_a_drift_of_the_items():
    real = town(150)
    other = town(150, seed=1)
    rng = np.random.default_rng(0)
    kept = rng.random(len(other.interactions)) < POPULARITY[other.interactions.items] ** 0.5
    found = drifts(real, other.with_interactions(other.interactions.take(kept)))
    more = drift(found, "Gini of the items")
    assert more.is_certain
    assert more.change > 0
    assert more.before.value == pytest.approx(gini(real.interactions.item_counts()))
    counts = np.sort(real.interactions.item_counts())[::-1]
    top = drift(found, "Share of the events on the top tenth of the items")
    assert top.before.value == pytest.approx(counts[:8].sum() / counts.sum())


def test_how_many_people_are_generated_is_no_drift():
    assert not drifts(town(100), town(600, seed=1)).certain


def test_another_catalogue_drifts_by_its_own_figures():
    other = town(150, seed=1)
    elsewhere = replace(other, item_ids=Ids.of([f"other-{item}" for item in range(other.n_items)]))
    found = drifts(town(150), elsewhere)
    assert drift(found, "Coverage of the catalogue").after.value > 0.9
    assert not found.certain


def test_numbers_are_cut_into_bins_and_names_and_codes_left_alone():
    real, synthetic = town(100), town(100, seed=1)
    for data in (real, synthetic):
        data.user_table["age"] = 20.0 + np.arange(100) % 50
        data.user_table["code"] = [f"c{user}" for user in range(100)]
    synthetic.user_table["only here"] = "x"
    found = drifts(real, synthetic)
    assert {one.family for one in found.drifts} == {"Items", "Kind", "Age"}
    ages = [one for one in found.drifts if one.family == "Age" and one.of == "people"]
    assert 3 <= len(ages) <= 5
    assert sum(one.before.value for one in ages) == pytest.approx(1.0)


def test_quality_of_each_group_is_compared_over_its_own_people():
    data = only(town(200), np.arange(200))
    users = np.arange(0, 200)
    is_fan = (data.user_table["kind"] == "fan").to_numpy()
    rng = np.random.default_rng(0)
    before = rng.random(200)
    after = before + np.where(is_fan, 0.2, 0.0) + rng.normal(0, 0.02, 200)
    ones = np.ones(200)
    found = quality_by_group(
        data, PerUser(users, before, ones, as_it_is), PerUser(users[::-1], after[::-1], ones, as_it_is)
    )
    fan, other = sorted(found, key=lambda one: one.group)
    assert (fan.attribute, fan.group, fan.people) == ("Kind", "fan", int(is_fan.sum()))
    assert fan.change.value == pytest.approx(0.2, abs=0.01)
    assert fan.change.is_certain
    assert not other.change.is_certain
    assert fan.before == pytest.approx(before[is_fan].mean())
    assert fan.after == pytest.approx(after[is_fan].mean())
