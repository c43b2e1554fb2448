"""Curves made for each rule, and what must hold for any curve."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.models import MODELS, find_model
from recsys_core.models.base import Config
from recsys_core.training.context import EpochEnded, Validation
from recsys_core.training.diagnosis import RULES, Finding, diagnose

NEUMF = find_model("neumf").Config
FALLING = [1.0 / (1 + 0.5 * epoch) for epoch in range(12)]
FLAT = [0.1, 0.2, 0.25, 0.26, 0.262, 0.2622, 0.262, 0.2621, 0.2619, 0.262, 0.2618, 0.2619]


def history(
    loss: Sequence[float], figures: Sequence[float] | None = None, epochs: int | None = None, metric: str = "NDCG@10"
) -> list[EpochEnded]:
    """The epochs of a training with these curves; RMSE is better when lower."""
    found = [None] * len(loss) if figures is None else [Validation(metric, one, metric != "RMSE") for one in figures]
    return [
        EpochEnded(epoch, epochs or len(loss), {"loss": one, "other part": 0.0}, validation, 1, 100, 0.5)
        for epoch, (one, validation) in enumerate(zip(loss, found, strict=True), start=1)
    ]


def first(loss, figures=None, epochs=None, settings: Config | None = None, metric="NDCG@10", ended=True) -> Finding:
    """What is said about how the learning went."""
    return diagnose(history(loss, figures, epochs, metric), settings or NEUMF(), ended)[0]


def test_overfitting_is_told_from_validation_that_falls_while_the_loss_does():
    figures = [0.1, 0.15, 0.2, 0.22, 0.23, 0.231, 0.225, 0.22, 0.21, 0.205, 0.2, 0.195]
    found = first(FALLING, figures, 30)
    assert found.key == "overfitting"
    assert "epoch 6" in found.sentence
    assert "0.2310" in found.sentence
    assert found.advice == "Try dropout 0.3"
    assert first(FALLING, [1 - one for one in figures], 30, metric="RMSE").changes == {"dropout": 0.3}
    assert first(FALLING[:9], figures[:9], 30, ended=False).key == "overfitting"  # worth saying at once
    flat_loss = [*FALLING[:6], *[FALLING[5]] * 6]
    assert first(flat_loss, figures, 30).key != "overfitting"


def test_against_overfitting_the_settings_that_a_model_has_are_turned_one_after_the_other():
    figures = [0.1, 0.2, 0.23, 0.22, 0.21, 0.2, 0.19, 0.18, 0.17, 0.16, 0.15, 0.14]

    def advised(model: str, **settings: float) -> dict[str, object]:
        return dict(first(FALLING, figures, 30, find_model(model).Config(**settings)).changes)

    assert advised("neumf", dropout=0.4) == {"dropout": 0.6}
    assert advised("neumf", dropout=0.7, weight_decay=0.1) == {"weight_decay": 0.3}
    assert advised("mf", regularisation=0.006) == {"regularisation": 0.02}
    assert advised("mf", regularisation=0.0) == {"regularisation": 0.01}


def test_a_training_that_is_better_with_every_epoch_is_too_short():
    growing = [0.1 + 0.01 * epoch for epoch in range(12)]
    found = first(FALLING, growing)
    assert found.key == "too-short"
    assert found.changes == {"epochs": 24}
    assert first(FALLING, [1 - one for one in growing], metric="RMSE").key == "too-short"
    assert first([1 - 0.05 * epoch for epoch in range(12)]).changes == {"epochs": 24}  # by its loss alone
    stopped = first(FALLING, growing, 30)
    assert (stopped.key, stopped.changes) == ("stopped-early", {})
    assert not diagnose(history(FALLING, growing, 30), NEUMF(), ended=False)


@pytest.mark.parametrize(
    "loss",
    [
        [1.0, 0.9, 1.2, 2.0, 4.0],
        [1.0, 0.6, 0.9, 0.5, 0.8, 0.45, 0.75, 0.5],
        [1.0, float("nan")],
        [1.0, 5.0, float("inf")],
    ],
    ids=["rises", "jumps", "no number", "explodes"],
)
def test_a_loss_that_rises_jumps_or_explodes_has_too_high_a_rate(loss):
    found = first(loss, [0.1] * len(loss), 30)
    assert found.key == "rate-too-high"
    assert found.changes == {"learning_rate": 0.002}  # a third of 0.005
    assert first(loss, None, 30, ended=False).key == "rate-too-high"
    assert first(loss, None, 30, find_model("als").Config()).key != "rate-too-high"  # ALS has no rate


def test_a_loss_that_creeps_in_a_line_has_too_low_a_rate():
    creeping = [0.6931 - 0.0005 * epoch for epoch in range(8)]
    found = first(creeping, [0.01 + 0.0001 * epoch for epoch in range(8)])
    assert found.key == "rate-too-low"
    assert found.changes["learning_rate"] > 0.005
    arrived = [0.31 + 0.008 * 0.4**epoch for epoch in range(8)]  # it hardly moves because it is there
    assert first(arrived, [0.26] * 8).key != "rate-too-low"


def test_a_first_epoch_that_stays_the_best_went_too_far():
    found = first([1.0, 0.6, 0.4, 0.3], [0.3, 0.25, 0.2, 0.18], 30)
    assert found.key == "best-at-once"
    assert found.changes == {"learning_rate": 0.002}
    assert first([1.0, 0.6, 0.4, 0.3], [0.3, 0.25, 0.2, 0.18], 30, find_model("als").Config()).changes == {
        "regularisation": 1.0
    }


def test_validation_that_jumps_by_what_it_gains_is_called_noisy():
    figures = [0.2 + 0.01 * (epoch % 2) + 0.001 * epoch for epoch in range(12)]
    found = {finding.key: finding for finding in diagnose(history(FALLING, figures, 30), NEUMF())}
    assert "validation people" in found["noisy"].sentence
    assert found["noisy"].changes == {"patience": 6}
    assert "noisy" not in {one.key for one in diagnose(history(FALLING, FLAT, 30), NEUMF())}


def test_epochs_that_brought_nothing_are_counted():
    loss, figures = [*FALLING, *[0.15] * 18], [*FLAT[:6], *[0.262] * 24]
    found = diagnose(history(loss, figures, 60), NEUMF(patience=24))
    assert [one.key for one in found] == ["fine", "waited-too-long"]
    assert "last 24 of 30 epochs" in found[1].sentence
    assert found[1].changes == {"patience": 5}


def test_where_nothing_is_wrong_it_says_so_and_suggests_nothing():
    (found,) = diagnose(history(FALLING, FLAT, 30), NEUMF())
    assert (found.key, found.changes) == ("fine", {})
    assert "rose until epoch 6" in found.sentence
    (found,) = diagnose(history(FALLING, [1 - one for one in FLAT], 30, "RMSE"), NEUMF())
    assert "fell until epoch 6" in found.sentence
    (found,) = diagnose(history([1.0, 0.5, 0.4, 0.38, 0.379, 0.3788]), NEUMF())
    assert "levelled off" in found.sentence


def test_few_epochs_and_none():
    assert diagnose([], NEUMF()) == []
    assert first([1.0], [0.1]).changes == {"epochs": 10}
    assert "2 epochs say little" in first([1.0, 0.9], [0.1, 0.2]).sentence
    assert first([1.0, 0.9], [0.2, 0.1], 30).changes == {}


NUMBERS = st.floats(-1e6, 1e6) | st.floats(0, 1) | st.just(0.0)


@given(
    curves=st.lists(st.tuples(NUMBERS | st.just(float("nan")), NUMBERS), min_size=1, max_size=14),
    more=st.integers(0, 5),
    validated=st.booleans(),
    metric=st.sampled_from(["NDCG@10", "RMSE"]),
    model=st.sampled_from([model for model in MODELS if "epochs" in model.Config.model_fields]),
    preset=st.sampled_from(["quick", "balanced"]),
    ended=st.booleans(),
)
def test_of_any_curves_it_says_something_that_can_be_done_and_never_contradicts_itself(
    curves, more, validated, metric, model, preset, ended
):
    loss, figures = (list(column) for column in zip(*curves, strict=True))
    settings = model.Config.parse(model.Config.presets().get(preset, {}))
    found = diagnose(history(loss, figures if validated else None, len(loss) + more, metric), settings, ended)
    assert len(found) <= len(RULES)
    assert found or not ended
    changed = [name for finding in found for name in finding.changes]
    assert len(changed) == len(set(changed))
    keys = {finding.key for finding in found}
    assert not {"overfitting", "best-at-once", "rate-too-high"} & keys or not {"noisy", "too-short"} & keys
    for finding in found:
        assert finding.sentence.endswith(".")
        assert "\n" not in finding.sentence
        changed_settings = model.Config.parse(settings.model_dump() | dict(finding.changes))
        assert (changed_settings == settings) == (not finding.changes) == (not finding.advice)


@given(scale=st.floats(1e-3, 1e3), seed=st.integers(0, 50))
def test_the_unit_of_a_loss_does_not_matter(scale, seed):
    rng = np.random.default_rng(seed)
    loss, figures = rng.random(8) + 0.5, rng.random(8)
    assert [one.key for one in diagnose(history(loss.tolist(), figures.tolist(), 30), NEUMF())] == [
        one.key for one in diagnose(history((scale * loss).tolist(), figures.tolist(), 30), NEUMF())
    ]
