"""Forecasts of models whose cost is known beforehand."""

import time
from dataclasses import replace

import numpy as np
import pytest

from recsys_core.content.vector_cache import content_key, encode_once
from recsys_core.data.findings import duration
from recsys_core.data.interactions import Interactions
from recsys_core.errors import AbilityError, ModelError
from recsys_core.models.popularity import Popularity
from recsys_core.preflight import memory, parts, pilot, watch
from recsys_core.preflight.forecast import Forecast
from recsys_core.preflight.pilot import forecast
from recsys_core.splitting import SplitRecipe, split
from recsys_core.training.context import Cancelled, FitContext
from recsys_core.types import Feedback
from tests import worlds
from tests.runs.slow_model import Slow

CAMPS = split(worlds.two_camps(24).dataset, SplitRecipe(key="random"))
WATCHED = 0.08


@pytest.fixture(autouse=True)
def short_pilots(monkeypatch):
    monkeypatch.setattr(pilot, "WATCHED_SECONDS", WATCHED)
    monkeypatch.setattr("recsys_core.preflight.judging.LONG_ENOUGH", 0.01)
    monkeypatch.setattr(parts, "LONG_ENOUGH", 0.02)


def foretold(model, parts=CAMPS, **context) -> Forecast:
    return forecast(model, parts, FitContext(**context), None, 0.0, memory.held())


def test_epochs_that_are_cut_short_tell_how_long_whole_ones_take():
    found = foretold(Slow(Slow.Config(epochs=50, batches=100, sleep=0.004)))
    assert found.epochs == 50
    assert 0.4 <= found.epoch < 0.6
    assert found.watched < 4 * WATCHED
    assert found.seconds == pytest.approx(found.first + 50 * found.epoch + found.measuring)


def test_what_is_spent_once_counts_once(monkeypatch):
    fit = Slow._fit

    def slow_to_start(model, train, context):
        time.sleep(0.3)
        fit(model, train, context)

    monkeypatch.setattr(Slow, "_fit", slow_to_start)
    found = foretold(Slow(Slow.Config(epochs=20, batches=4, sleep=0.002)))
    assert 0.25 < found.first < 0.45
    assert found.epoch < 0.05


def test_a_single_epoch_is_foretold_too():
    found = foretold(Slow(Slow.Config(epochs=1, batches=100, sleep=0.004)))
    assert found.epochs == 1
    assert 0.4 <= found.learning < 0.6


def test_validation_and_checkpoints_belong_to_an_epoch(monkeypatch):
    validator = pilot.validator

    def slow(*words):
        validate = validator(*words)
        return lambda model: (time.sleep(0.05), validate(model))[1]

    monkeypatch.setattr(pilot, "validator", slow)
    monkeypatch.setattr(watch, "CHECKPOINT_SECONDS", 1e-9)
    saved = []
    found = foretold(
        Slow(Slow.Config(epochs=9, batches=2, sleep=0.002)),
        save_checkpoint=lambda checkpoint: (time.sleep(0.05), saved.append(checkpoint)),
    )
    assert 0.1 <= found.epoch < 0.16
    assert len(saved) == watch.CHECKPOINTS_WRITTEN


def reads_first(monkeypatch, seconds: float, n: int = 300) -> list[int]:
    """Lets the slow model read ``n`` texts, at so many seconds each and a tenth of a second before the first one."""
    fit, read = Slow._fit, []

    def encode(rows):
        time.sleep(0.1)
        for row in rows:
            time.sleep(seconds)
            read.append(int(row))
            yield np.array([row]), np.ones((1, 2), dtype=np.float32)

    def reading(model, train, context):
        keys = [content_key(str(number)) for number in range(n)]
        encode_once("slow", "texts", keys, encode, np.zeros(2, dtype=np.float32), context.reading())
        fit(model, train, context)

    monkeypatch.setattr(Slow, "_fit", reading)
    return read


def test_a_pilot_reads_a_part_of_the_content_and_foretells_the_rest(monkeypatch):
    read = reads_first(monkeypatch, seconds=0.01)
    found = foretold(Slow(Slow.Config(epochs=20, batches=4, sleep=0.002)))
    assert len(read) < 60
    assert 3.0 < found.first < 3.6  # the encoder is loaded once
    assert found.epoch < 0.05


def test_what_a_pilot_read_need_not_be_read_again(monkeypatch, tmp_path):
    read = reads_first(monkeypatch, seconds=0.01, n=40)  # few, so that those that need not be read are many of them
    model = Slow(Slow.Config(epochs=20, batches=4, sleep=0.002))
    first = foretold(model, cache=tmp_path).first
    once = len(read)
    second = foretold(model, cache=tmp_path).first
    assert once > 10
    assert len(set(read)) == len(read)
    assert second < first - 0.5 * 0.01 * once


def test_content_that_is_known_costs_nothing(monkeypatch, tmp_path):
    reads_first(monkeypatch, seconds=0.0)
    context = FitContext(cache=tmp_path)
    model = Slow(Slow.Config(epochs=2, batches=4, sleep=0.002))
    model.fit(CAMPS.train, context)
    assert foretold(model, cache=tmp_path).first < 0.1


class Silent(Popularity):
    """Takes a microsecond for each event, and a hundred for each item, and tells nobody how far it is."""

    taken = (1e-6, 1e-4)

    def work(self, train):
        return len(train.interactions), train.n_items

    def _fit(self, train, context):
        super()._fit(train, context)
        time.sleep(float(np.dot(self.taken, self.work(train))))


def test_models_that_tell_of_no_progress_learn_parts(monkeypatch):
    rng = np.random.default_rng(0)
    n_users, n_items = 4000, 20_000
    users, items = np.repeat(np.arange(n_users), 100), rng.integers(0, 2000, 100 * n_users)
    events = Interactions(
        users.astype(np.int32), items.astype(np.int32), np.ones(len(users), np.float32), None, n_users, n_items
    )
    dataset = worlds.dataset([], n_users, n_items, feedback=Feedback.IMPLICIT).with_interactions(events)
    whole = split(dataset, SplitRecipe(key="random"))
    true = float(np.dot(Silent.taken, Silent().work(whole.train)))
    monkeypatch.setattr(pilot, "SHORT", true / 2)
    found = foretold(Silent(), whole)
    assert found.epochs == 0
    assert true / 1.5 <= found.learning <= true * 1.5
    assert found.watched < true / 2


def test_memory_is_what_was_held_at_most_and_what_comes_with_the_data(monkeypatch):
    monkeypatch.setattr(memory, "peak", lambda: 900)
    monkeypatch.setattr(memory, "held", lambda: 700)
    found = forecast(Popularity(), CAMPS, FitContext(), None, 1.0, 400)
    assert (found.peak, found.own) == (900, 500)
    assert found.seconds > 1.0


def test_the_model_is_left_as_it_was():
    model = Slow(Slow.Config(epochs=1))
    foretold(model)
    assert not model.is_fitted
    assert model.config == Slow.Config(epochs=1)


def test_what_the_training_would_refuse_is_refused_in_the_same_words(monkeypatch):
    monkeypatch.setattr(Slow, "memory", lambda model, train: 2**60)
    with pytest.raises(ModelError, match="memory"):
        foretold(Slow())
    strangers = split(worlds.two_camps(24).dataset, SplitRecipe(key="user-folds"))
    with pytest.raises(AbilityError):
        foretold(Slow(), strangers)


def test_a_pilot_can_be_cancelled():
    with pytest.raises(Cancelled):
        foretold(Slow(Slow.Config(batches=1000)), cancel=lambda: True)


def test_a_forecast_in_words_and_as_plain_data():
    found = Forecast(3.0, 1.0, 20, 2.0, 4.0, 310 * 2**20, 100 * 2**20, 0.7)
    assert Forecast.from_json(found.as_json()) == found
    assert found.headline + found.detail(12 * 2**30) == (
        "About 48 s: 4 s to begin, at most 20 epochs of 2 s, 4 s of judging. Needs 310 MB of memory, the program "
        "included, and 12.0 GB are free. "
        "Measured on this machine in 0.7 s."
    )
    short = replace(found, epochs=0, measuring=0.2)
    assert (short.headline + short.detail(2**30)).startswith("About 4.2 s. Needs")
    spelled = {0.01: "0.1 s", 0.42: "0.4 s", 9.6: "9.6 s", 42.4: "42 s", 600: "10 min", 7200: "2.0 h"}
    assert {seconds: duration(seconds) for seconds in spelled} == spelled
