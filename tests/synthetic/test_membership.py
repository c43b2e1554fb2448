"""Attacks on generators that keep people's secrets, and on some that do not."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.metrics import roc_auc_score

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.synthetic.attacks.attackers import ATTACKERS, ROOM, _largest_jaccard, _log_density, _mean_cosines
from recsys_core.synthetic.attacks.membership import Membership, Scores, attack
from recsys_core.synthetic.judging.pair import met
from tests.synthetic.town import changed, only, together, town
from tests.worlds import dataset

MEMBERS = np.arange(150)


def histories(data: Dataset) -> Histories:
    return Histories.from_interactions(data.interactions)


def attacked(synthetic: Dataset, seed: int = 0, members: Dataset | None = None) -> Membership:
    """The members are one half of a town, the controls the other."""
    people = town(300, seed=seed)
    controls = only(people, MEMBERS + 150)
    members = members or only(people, MEMBERS)
    return Membership.pool([attack(histories(members), histories(controls), synthetic, seed)], seed)


def members_of(seed: int) -> Dataset:
    return only(town(300, seed=seed), MEMBERS)


def test_who_copies_everybody_is_caught_by_every_attacker():
    result = attacked(members_of(0))
    assert result.worst.area.value == pytest.approx(1.0, abs=0.005)
    assert result.worst.found.value > 0.9
    assert all(one.area.value > 0.75 for one in result.attacks)
    assert not result.is_good
    assert result.is_above_chance
    assert result.verdict().startswith("Whom the generator learned from can be guessed")


def test_who_copies_one_in_ten_is_caught_by_being_sure_of_a_few():
    scores = []
    for seed in range(4):
        few = only(members_of(seed), np.arange(15))
        people = together(few, town(135, seed=100 + seed))
        controls = only(town(300, seed=seed), MEMBERS + 150)
        own = (MEMBERS + 1000 * seed, MEMBERS + 150 + 1000 * seed)
        scores.append(attack(histories(members_of(seed)), histories(controls), people, seed, own))
    result = Membership.pool(scores)
    assert result.people == 1200
    assert result.worst.found.value > 0.03
    assert not result.is_good


@pytest.mark.parametrize("changes", [0.2, 0.4])
def test_who_copies_with_changes_is_caught(changes):
    result = attacked(changed(members_of(0), changes, changes))
    assert result.worst.area.value > 0.6
    assert not result.is_good


def test_new_people_of_the_same_town_raise_no_alarm(monkeypatch):
    monkeypatch.setattr("recsys_core.synthetic.attacks.membership.RESAMPLES", 400)
    results = [attacked(town(150, seed=500 + seed), seed) for seed in range(20)]
    assert sum(not one.is_above_chance for one in results) >= 18
    assert np.mean([attack.area.value for one in results for attack in one.attacks]) == pytest.approx(0.5, abs=0.015)
    pooled = [
        attack(
            histories(members_of(seed)),
            histories(only(town(300, seed=seed), MEMBERS + 150)),
            town(150, seed=900 + seed),
            0,
        )
        for seed in range(6)
    ]
    assert Membership.pool(pooled).is_good


def test_cosines_of_pairs_are_those_of_a_plain_item_model():
    people, others = (met(histories(town(n, seed=seed))) for n, seed in ((12, 0), (30, 1)))
    rows, columns = people.toarray(), others.toarray()
    lengths = np.sqrt((columns**2).sum(axis=0))
    cosines = (columns / np.maximum(lengths, 1)).T @ (columns / np.maximum(lengths, 1))
    np.fill_diagonal(cosines, 0)
    pairs = next(one for one in ATTACKERS if one.key == "pairs")
    expected = np.einsum("ui,ij,uj->u", rows, cosines, rows) / (rows.sum(axis=1) * (rows.sum(axis=1) - 1))
    assert _mean_cosines(people, others, is_own=False) == pytest.approx(expected, rel=1e-4)
    alone = []
    for user in range(len(rows)):
        rest = np.delete(rows, user, axis=0)
        norms = np.maximum(np.sqrt((rest**2).sum(axis=0)), 1)
        without = (rest / norms).T @ (rest / norms)
        np.fill_diagonal(without, 0)
        n = rows[user].sum()
        alone.append(rows[user] @ without @ rows[user] / (n * (n - 1)))
    assert _mean_cosines(people, people, is_own=True) == pytest.approx(alone, rel=1e-4)
    assert pairs.scores(people, others) == pytest.approx(
        np.log(expected + ROOM) - np.log(np.array(alone) + ROOM), rel=1e-3
    )


def told(members: list[float], controls: list[float], at: int = 0) -> Scores:
    """Every attacker says the same."""
    sides = np.array(members, dtype=float), np.array(controls, dtype=float)
    n = len(members)
    people = at + np.arange(n), at + n + np.arange(len(controls))
    return Scores(*people, {one.key: sides for one in ATTACKERS})


def test_area_is_that_of_an_independent_program_and_intervals_hold_it():
    rng = np.random.default_rng(0)
    members, controls = rng.normal(0.5, 1, 200).round(1), rng.normal(0, 1, 150).round(1)
    area = Membership.pool([told(members.tolist(), controls.tolist())]).worst.area
    expected = roc_auc_score(np.repeat([1, 0], [200, 150]), np.concatenate([members, controls]))
    assert area.value == pytest.approx(expected)
    assert area.low < expected < area.high
    assert area.high - area.low == pytest.approx(4 * 0.03, rel=0.3)


def test_members_found_at_one_percent_of_false_alarms_are_interpolated():
    exact = Membership.pool([told([5.0] * 30 + [0.5] * 70, [9.0] + [0.0] * 99)]).worst.found
    assert exact.value == pytest.approx(1.0)  # one false alarm of a hundred, and then everybody above all others
    few = Membership.pool([told([5.0] * 10 + [0.0] * 10, [7.0] + [-1.0] * 9 + [-2.0] * 10)]).worst.found
    assert few.value == pytest.approx(0.0)  # the first false alarm, a twentieth, comes before any member
    tied = Membership.pool([told([5.0] * 10 + [0.0] * 10, [5.0] + [-1.0] * 19)]).worst.found
    assert tied.value == pytest.approx(0.5 * 0.01 / 0.05)  # a fifth of the step to a twentieth
    nobody = Membership.pool([told([1.0] * 50, [1.0] * 50)]).worst
    assert (nobody.area.value, nobody.found.value) == pytest.approx((0.5, 0.01))


def test_units_of_scores_may_differ_from_split_to_split():
    one = told([3.0, 2.0, 0.0], [1.0, -1.0, -2.0])
    large = told([3000.0, 2000.0, 0.0], [1000.0, -1000.0, -2000.0])
    assert Membership.pool([one, large]).worst.area.value == Membership.pool([one]).worst.area.value


def test_people_who_are_asked_about_again_make_intervals_no_narrower():
    rng = np.random.default_rng(1)
    one = told(rng.normal(0.4, 1, 60).tolist(), rng.normal(0, 1, 60).tolist())
    again = Membership.pool([one] * 9)
    others = Membership.pool([told(*map(list, one.of["nearness"]), at=1000 * place) for place in range(9)])
    alone = Membership.pool([one])
    width = [result.worst.area.high - result.worst.area.low for result in (alone, again, others)]
    assert (again.people, again.splits, again.controls) == (120, 9, 540)
    assert width[1] == pytest.approx(width[0], rel=0.1)
    assert width[2] < 0.5 * width[0]


def test_of_a_handful_there_is_no_interval():
    result = Membership.pool([told([1.0, 0.0], [0.0, 0.0])])
    assert result.worst.area.low is None
    assert result.worst.sure_area is None
    assert not result.is_above_chance


def test_what_few_people_cannot_tell_is_not_said_to_be_guessed():
    few = Membership.pool([told([3.0, 2.0, 1.0, 0.0] * 4, [2.5, 1.5, -1.0, -2.0] * 4)])
    assert (few.is_good, few.is_above_chance) == (False, False)
    assert few.verdict().startswith("There are too few people to tell")
    found = Membership.pool([told([9.0] * 10 + [0.0] * 190, [1.0] * 100 + [-1.0] * 100)])  # sure of a twentieth
    assert not found.is_above_chance
    assert not found.is_good
    assert found.verdict().startswith("Whom the generator learned from can be guessed")


def test_the_nearest_of_others_are_those_of_a_plain_loop():
    people, others = (met(histories(town(n, seed=seed))) for n, seed in ((12, 0), (30, 1)))

    def jaccard(one: np.ndarray, other: np.ndarray) -> float:
        return float(((one > 0) & (other > 0)).sum() / ((one > 0) | (other > 0)).sum())

    rows, columns = people.toarray(), others.toarray()
    expected = [max(jaccard(one, other) for other in columns) for one in rows]
    assert _largest_jaccard(people, others, is_own=False) == pytest.approx(expected)
    alone = [max(jaccard(one, other) for j, other in enumerate(rows) if i != j) for i, one in enumerate(rows)]
    assert _largest_jaccard(people, people, is_own=True) == pytest.approx(alone)


def test_densities_are_those_of_scipy_without_the_person():
    places = np.random.default_rng(0).standard_normal((20, 3))
    m, d = places.shape
    width = m ** (-1 / (d + 4))
    for mine, is_own in ((places[:5] + 0.1, False), (places, True)):
        kernels = np.exp(-(cdist(mine, places) ** 2) / (2 * width**2))
        if is_own:
            np.fill_diagonal(kernels, 0)
        assert _log_density(mine, places, is_own) == pytest.approx(np.log(kernels.sum(axis=1)))


def test_it_is_kept_as_plain_data():
    result = attacked(town(100, seed=500))
    text = json.dumps(result.as_json(), allow_nan=False)
    assert Membership.from_json(json.loads(text)) == result
    assert json.loads(text)["worst"] == result.worst.key


def test_other_items_or_nobody_are_refused_in_words():
    people = histories(town(20))
    with pytest.raises(ModelError, match="items") as caught:
        attack(people, people, replace(dataset([(0, 0, 1.0, 0)], 1, 7)), 0)
    assert caught.value.code == "other-items"
    nobody = Histories.of([([], []), ([], [])], people.n_items)
    with pytest.raises(ModelError, match="members") as caught:
        attack(people, nobody, town(20), 0)
    assert caught.value.code == "nobody-to-ask"
