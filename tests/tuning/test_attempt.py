"""A trial ends with a figure, with a reason, or, when somebody stops it, without a trace."""

import math
from dataclasses import replace

import pytest

import recsys_core.models
from recsys_core.errors import StoreError
from recsys_core.evaluation import validator
from recsys_core.models.ease import EASE
from recsys_core.splitting import split
from recsys_core.training import loop
from recsys_core.training.context import Cancelled, Checkpoint, FitContext, Validation
from recsys_core.tuning.attempt import attempt
from recsys_core.tuning.trial import Ended, Trial
from tests.runs.builders import RANDOM, camps
from tests.runs.slow_model import Slow
from tests.tuning.made_up import trial

PARTS = split(camps(), RANDOM)
METRIC = "ndcg@10"


@pytest.fixture(autouse=True)
def slow_model(monkeypatch) -> None:
    monkeypatch.setattr(recsys_core.models, "MODELS", (*recsys_core.models.MODELS, Slow))


def slow(**settings: object) -> Trial:
    return Trial("slow", 2, {"sleep": 0, "epochs": 6} | settings)


def tried(one: Trial, earlier: list[Trial] = (), **context: object) -> Trial:
    return attempt(one, PARTS, METRIC, earlier, FitContext(**context))


def test_a_model_without_epochs_is_judged_by_one_figure():
    ended = tried(Trial("ease", 1, {"regularisation": 20.0}))
    model = EASE(EASE.Config(regularisation=20.0)).fit(PARTS.train)
    assert ended.curve == (validator(PARTS, model, METRIC)(model).value,)
    assert (ended.ended, ended.reason) == (Ended.DONE, "")
    assert ended.seconds > 0


def test_a_model_with_epochs_is_judged_by_its_best_and_told_of_after_each():
    told: list[Trial] = []
    ended = attempt(slow(), PARTS, METRIC, [], FitContext(), told.append)
    assert [len(now.curve) for now in told] == [1, 2, 3, 4, 5, 6]
    assert all(now.ended is Ended.NOT_YET for now in told)
    assert ended.ended is Ended.DONE
    assert ended.curve == told[-1].curve
    assert ended.value(METRIC) == max(ended.curve)


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [("explodes", "not a number"), ("nan", "not a number"), ("memory", "memory did not"), ("bug", "made a mistake")],
)
def test_what_goes_wrong_in_the_model_ends_the_trial_with_its_reason(trouble, reason):
    ended = tried(slow(trouble=trouble, trouble_epoch=2))
    assert ended.ended is Ended.FAILED
    assert reason in ended.reason
    assert len(ended.curve) == 1  # what it had before


def test_settings_that_are_refused_end_the_trial():
    ended = tried(Trial("ease", 2, {"regularisation": -1}))
    assert (ended.ended, ended.curve) == (Ended.FAILED, ())
    assert "regularisation" in ended.reason


def test_a_hopeless_trial_is_not_finished():
    good = [trial(number, *[0.99] * 6, model="slow") for number in range(1, 6)]
    ended = tried(slow(), good)
    assert (ended.ended, len(ended.curve)) == (Ended.PRUNED, 3)
    assert "epoch 3" in ended.reason


def test_a_trial_that_is_stopped_has_no_result():
    epochs: list[Trial] = []
    with pytest.raises(Cancelled):
        attempt(slow(), PARTS, METRIC, [], FitContext(cancel=lambda: len(epochs) > 2), epochs.append)
    with pytest.raises(Cancelled):
        tried(slow(), cancel=lambda: True)


def test_a_full_disk_is_not_the_models_fault(monkeypatch):
    def full(_: Checkpoint) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    with pytest.raises(StoreError):
        tried(slow(), save_checkpoint=full)


def test_from_a_checkpoint_it_comes_to_the_same(monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    saved: list[Checkpoint] = []
    whole = tried(slow(), save_checkpoint=saved.append)
    rest = tried(slow(), start_from=saved[2])
    assert replace(rest, seconds=0) == replace(whole, seconds=0)


def test_a_figure_that_is_not_a_number_ends_the_trial(monkeypatch):
    """Nobody could tell whether it is the best, and no proposal could be made from it."""
    broken = Validation("RMSE", math.nan, False)
    monkeypatch.setattr("recsys_core.tuning.attempt.validator", lambda *_: lambda _: broken)
    for one in (slow(), Trial("ease", 1, {"regularisation": 20.0})):
        ended = tried(one)
        assert (ended.ended, ended.curve) == (Ended.FAILED, ())
        assert "is nan" in ended.reason
