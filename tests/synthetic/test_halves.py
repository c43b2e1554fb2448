"""Which half is learned from, and which one is the control."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.splitting import SplitRecipe, split
from recsys_core.synthetic.attacks.halves import attack_half
from recsys_core.training.context import Cancelled, FitContext
from tests.synthetic.resampling import Resampling
from tests.synthetic.town import town

COPYING = Resampling.Config(in_order=True)


class Noting(Resampling):
    """Notes the seed that it learns with."""

    def fit(self, real, context=None):
        assert context is not None
        self.seed = context.seed
        return super().fit(real, context)


@pytest.fixture(scope="module")
def parts():
    return split(town(60), SplitRecipe(key="random"))


def test_the_members_are_those_who_were_learned_from_and_nobody_else(parts):
    halves = [attack_half(parts, Resampling(COPYING), 3, half, FitContext()) for half in (0, 1)]
    learned = Resampling.learned[-2:]
    for scores, real in zip(halves, learned, strict=True):
        assert list(parts.dataset.user_ids.values[scores.members]) == list(real.user_ids.values)
        assert scores.of["nearness"][0] == pytest.approx(1.0)  # copied, all of them
        assert scores.of["nearness"][1].max() < 1.0
    assert np.array_equal(halves[0].members, halves[1].controls)
    assert np.array_equal(np.sort(np.concatenate([halves[0].members, halves[0].controls])), np.arange(60))


def test_each_halving_is_another_one_and_learns_with_a_seed_of_its_own(parts):
    first, again, other = (Noting(COPYING) for _ in range(3))
    scores = [
        attack_half(parts, one, halving, 0, FitContext(seed=9)) for one, halving in ((first, 3), (again, 3), (other, 4))
    ]
    assert (first.seed, other.seed) == (3, 4)
    assert np.array_equal(scores[0].members, scores[1].members)
    assert not np.array_equal(scores[0].members, scores[2].members)


def test_people_are_told_by_their_training_events_alone(parts):
    attack_half(parts, Resampling(COPYING), 3, 0, FitContext())
    learned = Resampling.learned[-1]
    mine = np.flatnonzero(np.isin(parts.train.user_ids.values, learned.user_ids.values))
    assert len(learned.interactions) == np.isin(parts.train.interactions.users, mine).sum()


def test_a_training_that_was_cut_short_is_not_attacked(parts):
    asked = []

    def cancel() -> bool:
        asked.append(1)
        return len(asked) > 2  # once before each of two epochs

    with pytest.raises(Cancelled):
        attack_half(parts, Resampling(COPYING), 3, 0, replace(FitContext(), cancel=cancel))
