"""A blend is the sum that it says it is, for everybody, and stays it on disk."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from recsys_core.data.interactions import Histories
from recsys_core.errors import AbilityError, ConfigError, ModelError
from recsys_core.models import Ability, Recommender
from recsys_core.models.als import ALS
from recsys_core.models.bias import Bias
from recsys_core.models.blend import Blend, Mixture, blend_title, standardised
from recsys_core.models.ease import EASE
from recsys_core.models.item_knn import ItemKNN
from recsys_core.models.popularity import Popularity
from recsys_core.types import Float64
from tests import worlds

PLANTED = worlds.planted_ratings(np.random.default_rng(3), 30, 20, share=0.3).dataset
EVERYBODY = np.arange(30, dtype=np.int32)
HISTORIES = Histories.of([([], []), ([3], [5.0]), ([1, 2, 3, 4, 5, 6], [4.0] * 6)], 20)
FEW, MANY = (0.2, 0.8), (0.9, 0.1)
CUT = 6


@cache
def rankers() -> tuple[Recommender, Recommender]:
    return EASE().fit(PLANTED), ALS(ALS.Config(embedding_size=4, epochs=3)).fit(PLANTED)


def in_two_groups() -> Blend:
    groups = [Mixture(weights=FEW), Mixture(weights=MANY)]
    return Blend.of(rankers(), groups, (CUT,), PLANTED)


def slow(scores: list[Float64], known: np.ndarray) -> Float64:
    """The formula, person by person, in float64."""
    mixed = np.zeros_like(scores[0], dtype=np.float64)
    for person in range(len(mixed)):
        for weight, of_member in zip(FEW if known[person] < CUT else MANY, scores, strict=True):
            row = of_member[person].astype(np.float64)
            mixed[person] += weight * ((row - row.mean()) / row.std() if row.std() > 0 else 0)
    return mixed


def test_scores_are_weighted_sums_of_standard_scores_with_the_weights_of_the_persons_group():
    known = PLANTED.interactions.user_counts()
    assert 5 < np.count_nonzero(known < CUT) < 25
    wanted = slow([member.score(EVERYBODY) for member in rankers()], known)
    assert in_two_groups().score(EVERYBODY) == pytest.approx(wanted, abs=1e-4)


def test_people_known_by_their_history_get_the_weights_of_its_length():
    wanted = slow([member.score_histories(HISTORIES) for member in rankers()], HISTORIES.lengths())
    assert in_two_groups().score_histories(HISTORIES) == pytest.approx(wanted, abs=1e-4)


def test_whoever_is_scored_alike_by_a_member_hears_nothing_of_it():
    level = np.float32(0.1) * np.array([[1.0], [1e6], [0.0]], dtype=np.float32)
    flat = np.tile(level, (1, 50)) + np.zeros((3, 50), dtype=np.float32)
    flat[1, ::2] = np.nextafter(flat[1, 0], np.float32(np.inf))  # as sums in another order differ
    assert not standardised(flat).any()
    slight = np.tile(np.float32(100), (1, 50))
    slight[0, 3] += 1
    assert standardised(slight)[0, 3] == pytest.approx(7.0, abs=1e-3)  # sqrt(49)


def test_ratings_are_sums_of_cut_ratings_and_cut_once_more():
    members = Bias().fit(PLANTED), ItemKNN(ItemKNN.Config(objective="rating")).fit(PLANTED)
    blend = Blend.of(members, [Mixture(weights=(0.9, 0.6), intercept=-0.2)], (), PLANTED)
    first, second = (member.predict(EVERYBODY, EVERYBODY % 20).astype(np.float64) for member in members)
    wanted = np.clip(0.9 * first + 0.6 * second - 0.2, 1, 5)
    assert wanted.max() == 5
    assert blend.predict(EVERYBODY, EVERYBODY % 20) == pytest.approx(wanted, abs=1e-5)
    assert blend.score_meaning == "predicted rating"


def test_items_that_all_members_rate_beyond_the_scale_keep_their_order():
    generous = Bias().fit(
        worlds.dataset([(u, i, 5.0 if u or i < 4 else 1.0, i) for u in range(4) for i in range(6)], 4, 6)
    )
    generous.item_bias = generous.item_bias + np.arange(6, dtype=np.float32) / 10 + 3
    blend = Blend.of((generous, generous), [Mixture(weights=(0.5, 0.5))], (), PLANTED)
    blend.n_users, blend.n_items = 4, 6
    scores = blend.score(np.arange(4, dtype=np.int32))
    assert np.array_equal(np.argsort(scores, axis=1), np.argsort(generous.score(np.arange(4, dtype=np.int32)), axis=1))
    assert (np.diff(np.sort(scores, axis=1)) > 0).all()
    assert scores == pytest.approx(5.0, abs=1e-3)


class OnlyThoseItMet(Popularity):
    @property
    def abilities(self) -> frozenset[Ability]:
        return frozenset()


def test_a_blend_can_do_what_all_its_members_can():
    ease, als = rankers()
    bias = Bias().fit(PLANTED)
    half = [Mixture(weights=(0.5, 0.5))]
    assert Blend.of((ease, als), half, (), PLANTED).abilities == {Ability.HISTORY}
    assert Blend.of((bias, bias), half, (), PLANTED).abilities == {Ability.HISTORY, Ability.RATING}
    assert Blend.of((bias, ease), half, (), PLANTED).abilities == {Ability.HISTORY}
    narrow = Blend.of((OnlyThoseItMet().fit(PLANTED), ease), half, (), PLANTED)
    assert narrow.abilities == set()
    with pytest.raises(AbilityError, match="lacks the ability 'history'"):
        narrow.score_histories(HISTORIES)


def test_a_blend_is_called_by_its_members():
    assert in_two_groups().title == "Blend of EASE + Implicit ALS"
    assert blend_title(["EASE", "BPR", "EASE", "MF"]) == "Blend of EASE (2×) + BPR + MF"


def test_two_members_of_one_kind_keep_their_own_arrays(tmp_path):
    members = EASE().fit(PLANTED), EASE(EASE.Config(regularisation=5000)).fit(PLANTED)
    blend = Blend.of(members, [Mixture(weights=(1.0, 0.0))], (), PLANTED)
    blend.save(tmp_path)
    loaded = Blend.load(tmp_path)
    for kept, member in zip(loaded.members, members, strict=True):
        assert kept.config == member.config
        assert np.array_equal(kept.score(EVERYBODY), member.score(EVERYBODY))


def test_what_is_blended_may_learn_anew():
    blend = in_two_groups()
    again = Blend(blend.config).fit(PLANTED)
    assert np.array_equal(again.score(EVERYBODY), blend.score(EVERYBODY))


def test_too_few_members_and_a_blend_as_a_member_are_refused_in_words():
    for members in ([], [{"model": "ease"}]):
        lonely = Blend(Blend.Config.parse({"members": members, "groups": [{"weights": [1.0] * len(members)}]}))
        with pytest.raises(ModelError, match="two members or more"):
            lonely.fit(PLANTED)
    nested = {"members": [{"model": "blend"}, {"model": "ease"}], "groups": [{"weights": [0.5, 0.5]}]}
    with pytest.raises(ConfigError, match="no model called 'blend'"):
        Blend(Blend.Config.parse(nested))


BROKEN = {
    "a group too few": {"cuts": [3]},
    "a weight too few": {"groups": [{"weights": [1.0]}]},
    "a negative weight": {"groups": [{"weights": [1.5, -0.5]}]},
    "no number": {"groups": [{"weights": [1.0, float("nan")]}]},
    "cuts that fall": {"groups": [{"weights": [1, 0]}] * 3, "cuts": [5, 2]},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_weights_that_do_not_fit_are_refused(broken: dict[str, Any]):
    fine = {"members": [{"model": "ease"}, {"model": "als"}], "groups": [{"weights": [0.5, 0.5]}]}
    Blend.Config.parse(fine)
    with pytest.raises(ConfigError, match="setting"):
        Blend.Config.parse(fine | broken)
