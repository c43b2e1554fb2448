from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from recsys_core.splitting import default_recipe
from recsys_core.synthetic.base import Knobs
from recsys_core.synthetic.making import assemble, made_by, write_events
from recsys_core.synthetic.probabilistic import Probabilistic, ProbabilisticConfig
from recsys_core.training.context import Cancelled, EpochEnded, FitContext
from tests.worlds import two_camps


def learn(context=None, **settings):
    camps = two_camps(80).dataset
    config = ProbabilisticConfig(**{"rank": 4, "epochs": 15, "pull": 1.0} | settings)
    return Probabilistic(config).fit(camps, context)


@cache
def learned():
    return learn()


def bits(generator):
    return next(generator.population(Knobs(people=50), 0).batches()).items


def test_people_belong_to_a_camp():
    batch = next(learned().population(Knobs(people=200), 0).batches())
    odd = np.bincount(batch.users, batch.items % 2, 200) / np.bincount(batch.users)
    assert (np.minimum(odd, 1 - odd) < 0.15).mean() > 0.8
    assert 0.35 < (odd > 0.5).mean() < 0.65


def test_a_strong_pull_leaves_popularity_alone():
    batch = next(learn(pull=1000).population(Knobs(people=200), 0).batches())
    odd = np.bincount(batch.users, batch.items % 2, 200) / np.bincount(batch.users)
    assert (np.minimum(odd, 1 - odd) < 0.15).mean() < 0.1


def test_the_loss_falls_and_is_told():
    told = []
    generator = learn(FitContext(on_event=told.append))
    losses = [event.losses["log loss"] for event in told if isinstance(event, EpochEnded)]
    assert len(losses) == 15 == generator.training.epochs
    # log 20 of whoever knows nothing, log 10 of whoever knows the camps.
    assert losses[0] > 2.7
    assert losses[-1] < 2.6


def test_stopping_keeps_the_epochs_so_far_and_nothing_is_kept_before_the_first():
    told = []
    stopped = learn(FitContext(on_event=told.append, cancel=lambda: any(isinstance(e, EpochEnded) for e in told)))
    assert stopped.training.epochs == 1
    assert len(bits(stopped))
    calls = iter([False, True, True, True])
    with pytest.raises(Cancelled):
        learn(FitContext(cancel=lambda: next(calls)))


def test_going_on_from_a_checkpoint_comes_to_the_same():
    kept = []
    whole = learn(FitContext(save_checkpoint=kept.append, cut_after=1e9))  # a checkpoint after every epoch
    gone_on = learn(FitContext(start_from=kept[6]))
    assert np.array_equal(bits(whole), bits(gone_on))


def test_another_seed_learns_another_population():
    assert not np.array_equal(bits(learned()), bits(learn(FitContext(seed=1))))


def test_items_that_nobody_met_are_seldom_met(tmp_path):
    camps = two_camps(80).dataset
    events = camps.interactions
    without = camps.with_interactions(events.take(events.items != 3))
    generator = Probabilistic(ProbabilisticConfig(rank=4, epochs=5)).fit(without)
    batch = next(generator.population(Knobs(people=100), 0).batches())
    assert 3 not in batch.items


def test_events_stream_to_a_file(tmp_path):
    n = write_events(learned().population(Knobs(people=100), 0), tmp_path / "events.parquet")
    assert n == 100 * 9


def test_a_catalogue_smaller_than_the_rank_is_fine():
    camps = two_camps(20).dataset
    events = camps.interactions.take(camps.interactions.items < 3)
    small = camps.with_interactions(replace(events))
    generator = Probabilistic(ProbabilisticConfig(rank=64, epochs=2)).fit(small)
    made = assemble(
        generator.population(Knobs(people=10), 0), "x", made_by(generator, Knobs(), 0, small, default_recipe(small))
    )[0]
    assert made.n_users == 10
