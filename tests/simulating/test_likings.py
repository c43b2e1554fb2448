"""Who tells what people like, on one scale for all."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from recsys_core.data.made import Made
from recsys_core.models.popularity import Popularity
from recsys_core.simulating.assumptions import CALLED
from recsys_core.simulating.likings import fitted, told
from recsys_core.splitting import Split, SplitRecipe, split
from tests import worlds

CAMPS = worlds.two_camps(40)


@pytest.fixture
def parts() -> Split:
    return split(CAMPS.dataset, SplitRecipe(key="random", seed=3))


def test_it_knows_the_held_out_events_and_no_more_than_there_are(parts):
    model = fitted("popularity", parts)
    assert isinstance(model, Popularity)
    assert (model.counts == parts.dataset.interactions.item_counts()).all()
    assert fitted("nothing", parts) is None


def test_what_is_not_relevant_is_not_liked():
    rated = worlds.planted_ratings(np.random.default_rng(0)).dataset
    strict = split(rated, SplitRecipe(key="random", threshold=4.0))
    model = fitted("popularity", strict)
    assert isinstance(model, Popularity)
    assert model.counts.sum() == (rated.interactions.values >= 4).sum()


def test_generated_people_do_not_tell_what_real_ones_like(parts):
    made = Made("gan", "", {}, {}, 0, learned_from="x", real_people=10)
    model = fitted("popularity", replace(parts, dataset=replace(parts.dataset, made=made)))
    assert isinstance(model, Popularity)
    assert model.counts.sum() == (parts.dataset.interactions.users < 10).sum()


def test_liking_goes_by_places_among_what_is_not_known_yet(parts):
    users = np.arange(40)
    every = np.tile(np.arange(20, dtype=np.int32), (40, 1))
    every[:, -1] = -1
    model = fitted("popularity", parts)
    (z,) = told(model, parts, users, [every])
    hidden = parts.test.hidden
    for user in users:
        open_ = np.setdiff1d(np.arange(20), hidden.row(user)[0])
        order = model.counts[open_]
        places = np.array([(order < count).sum() + (order == count).sum() / 2 for count in order])
        mine = open_ < 19
        np.testing.assert_allclose(z[user, open_[mine]], ndtri(places / len(open_))[mine], atol=1e-5)
    assert (z[:, -1] == 0).all()


@pytest.mark.parametrize("liking", ["factors", "neighbours"])
def test_people_of_a_camp_like_what_it_likes(parts, liking):
    every = np.tile(np.arange(20, dtype=np.int32), (40, 1))
    (z,) = told(fitted(liking, parts), parts, np.arange(40), [every])
    known = np.zeros((40, 20), dtype=bool)
    known[parts.test.hidden.people(), parts.test.hidden.items] = True
    own = np.arange(20) % 2 == np.arange(40)[:, None] % 2
    assert z[own & ~known].mean() > z[~own & ~known].mean() + 1


def test_of_nothing_all_is_liked_alike(parts):
    deck = np.zeros((3, 5), dtype=np.int32)
    first, second = told(None, parts, np.arange(3), [deck, deck[:, :2]])
    assert not first.any()
    assert second.shape == (3, 2)
    assert set(CALLED) == {"factors", "neighbours", "popularity", "nothing"}
