"""The loop, with a task small enough to predict by hand."""

import numpy as np
import pytest
import torch

from recsys_core.errors import ModelError
from recsys_core.training.context import Cancelled, EpochEnded, FitContext, Progress, Validation
from recsys_core.training.loop import train
from recsys_core.training.warm_start import Learned, Part, WarmStart


class Counter:
    """Ten batches an epoch; its only weight counts the batches it has seen."""

    def __init__(self, losses=None):
        self.weight = torch.zeros(1)
        self.losses = losses or {}
        self.epoch = 0

    def train_epoch(self, pulse):
        self.epoch += 1
        for batch in range(10):
            pulse(batch / 10)
            self.weight += 1
        return {"loss": self.losses.get(self.epoch, 1.0)}, 50

    def state(self):
        return {"weight": self.weight}

    def restore(self, state):
        self.weight = state["weight"].clone()
        self.epoch = int(self.weight) // 10

    def learned(self):
        return {"weight": Learned(self.weight)}

    def begin(self, weights):
        self.restore(weights)

    def hold(self, paces):
        self.paces = paces

    def replay(self, warm):
        self.is_new = warm.new_events


def judged_by(*values, higher=True):
    remaining = iter(values)
    return lambda _: Validation("NDCG@10", next(remaining), higher)


def cancel_after(batches):
    asked = iter(range(10**6))
    return lambda: next(asked) >= batches


def test_without_validation_the_last_epoch_is_kept():
    task, events = Counter(), []
    summary = train(task, None, FitContext(on_event=events.append), epochs=4, patience=2)
    assert (summary.epochs, summary.best_epoch, summary.reason) == (4, 4, "All 4 epochs are done.")
    assert task.weight.item() == 40
    ended = [event for event in events if isinstance(event, EpochEnded)]
    assert [event.epoch for event in ended] == [1, 2, 3, 4]
    assert summary.history == tuple(ended)
    assert ended[0].samples == 50


def test_early_stopping_says_why_and_goes_back_to_the_best():
    task = Counter()
    context = FitContext(validate=judged_by(0.1, 0.3, 0.2, 0.25, 0.9))
    summary = train(task, None, context, epochs=9, patience=2)
    assert (summary.epochs, summary.best_epoch) == (4, 2)
    assert summary.reason == (
        "Stopped early: NDCG@10 on the validation events was best in epoch 2 (0.3000) "
        "and did not improve in the next 2 epochs."
    )
    assert task.weight.item() == 20


def test_lower_can_be_better():
    context = FitContext(validate=judged_by(0.9, 0.8, 0.85, higher=False))
    assert train(Counter(), None, context, epochs=3, patience=5).best_epoch == 2


def test_cancel_stops_within_a_batch_and_keeps_the_best_epoch():
    task = Counter()
    context = FitContext(validate=judged_by(0.5, 0.4, 0.3), cancel=cancel_after(25))
    summary = train(task, None, context, epochs=9, patience=9)
    assert summary.epochs == 2
    assert summary.reason == "Stopped by hand in epoch 3; epoch 1, the best so far, is kept."
    assert task.weight.item() == 10


@pytest.mark.parametrize("batches", [0, 5])
def test_cancel_in_the_first_epoch_leaves_nothing_to_keep(batches):
    with pytest.raises(Cancelled):
        train(Counter(), None, FitContext(cancel=cancel_after(batches)), epochs=3, patience=1)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_ends_the_training(loss):
    with pytest.raises(ModelError, match="not a number any more in epoch 2.*learning rate"):
        train(Counter({2: loss}), None, FitContext(), epochs=3, patience=1)


def test_resume_goes_on_after_the_last_checkpoint(monkeypatch):
    monkeypatch.setattr("recsys_core.training.loop.CHECKPOINT_SECONDS", 0)
    saved = []
    values = (0.1, 0.4, 0.2, 0.3, 0.1)
    whole = train(
        Counter(),
        None,
        FitContext(validate=judged_by(*values), save_checkpoint=saved.append),
        epochs=5,
        patience=3,
    )
    task = Counter()
    rest = train(task, None, FitContext(validate=judged_by(*values[3:]), start_from=saved[2]), epochs=5, patience=3)
    assert len(saved) == 5
    assert (rest.epochs, rest.best_epoch, rest.reason) == (whole.epochs, whole.best_epoch, whole.reason)
    assert [event.validation for event in rest.history] == [event.validation for event in whole.history]
    assert task.weight.item() == 20


def test_progress_counts_epochs_with_a_fraction(monkeypatch):
    monkeypatch.setattr("recsys_core.training.loop.PROGRESS_SECONDS", 0)
    events = []
    train(Counter(), None, FitContext(on_event=events.append), epochs=2, patience=1)
    done = [event.done for event in events if isinstance(event, Progress)]
    assert done == pytest.approx([batch / 10 for batch in range(20)])


def test_a_training_goes_on_from_what_another_one_learned():
    first = train(Counter(), None, FitContext(), epochs=3, patience=2)
    task = Counter()
    weights, news = {name: one.tensor for name, one in first.learned.items()}, np.array([True])
    warm = WarmStart(weights, {}, {}, news, news, {Part.NETWORK: 0.5})
    second = train(task, None, FitContext(warm=warm), epochs=2, patience=2)
    assert second.learned["weight"].tensor.item() == 30 + 20
    assert task.paces["weight"].tolist() == [0.5]
    assert task.is_new is news
    assert second.epochs == 2


def test_a_pilot_cuts_each_epoch_short_and_does_all_that_follows_one():
    task, events, saved = Counter(), [], []
    context = FitContext(
        validate=judged_by(0.1, 0.2, 0.3), on_event=events.append, save_checkpoint=saved.append, cut_after=0.0
    )
    summary = train(task, None, context, epochs=3, patience=9)
    assert task.weight.item() == 3  # a batch of each epoch
    assert (summary.epochs, summary.best_epoch, len(saved)) == (3, 3, 3)
    assert [event.done for event in events if isinstance(event, Progress)] == [0.0, 0.1, 1.0, 1.1, 2.0, 2.1]
    ended = [event for event in events if isinstance(event, EpochEnded)]
    assert [(event.losses, event.validation.value) for event in ended] == [({}, 0.1), ({}, 0.2), ({}, 0.3)]
