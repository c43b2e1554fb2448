"""Whatever happens to a training, it ends with a model that answers, or with a reason in words and no model."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.errors import ModelError
from recsys_core.evaluation import evaluate, validator
from recsys_core.models import Ability
from recsys_core.splitting import SplitRecipe, split
from recsys_core.training.context import Cancelled, FitContext
from recsys_core.types import Feedback
from tests import worlds
from tests.models.test_contract import ALL_USERS, Variant, every_variant, fresh, world


@every_variant
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
@pytest.mark.parametrize("rate", [0.1, 1.0], ids=["large steps", "the largest steps"])
def test_large_steps_end_in_a_model_that_answers_or_in_words(variant: Variant, rate: float):
    """Where the loss grows beyond all numbers, the training says so and leaves no model behind."""
    model_class, settings = variant
    if "learning_rate" not in model_class.Config.model_fields:
        pytest.skip("takes no steps")
    highest = next(part.le for part in model_class.Config.model_fields["learning_rate"].metadata if hasattr(part, "le"))
    config = dict(settings) | {"learning_rate": rate * highest, "epochs": 40}
    model = model_class(model_class.Config(**config))
    reason = None
    try:
        model.fit(world(), FitContext(seed=1))
    except ModelError as error:
        reason = error
    if reason is None:
        assert np.isfinite(model.score(ALL_USERS)).all()
    else:
        assert reason.code == "loss-exploded"
        assert "Lower the learning rate" in reason.fix
        assert not model.is_fitted


@every_variant
@pytest.mark.parametrize("value", [np.nan, np.inf], ids=str)
def test_values_that_are_no_numbers_are_refused_in_words(variant: Variant, value: float):
    values = world().interactions.values.copy()
    values[3] = value
    broken = world().with_interactions(replace(world().interactions, values=values))
    model = fresh(variant)
    with pytest.raises(ModelError, match=r"^1 of the \d+ values of '.*' are not a number") as caught:
        model.fit(broken)
    assert caught.value.code == "not-a-number"
    assert not model.is_fitted


@every_variant
def test_a_training_that_is_stopped_before_its_first_batch_leaves_no_model(variant: Variant):
    model = fresh(variant)
    with pytest.raises(Cancelled):
        model.fit(world(), FitContext(cancel=lambda: True))
    assert not model.is_fitted


@every_variant
def test_a_training_that_is_stopped_in_its_first_batch_leaves_no_model(variant: Variant):
    asked = iter(range(10**6))
    model = fresh(variant)
    if "epochs" not in model.Config.model_fields:
        pytest.skip("learns in one step")
    with pytest.raises(Cancelled):
        model.fit(world(), FitContext(cancel=lambda: next(asked) >= 1))  # once before all, then at each batch
    assert not model.is_fitted


@every_variant
def test_the_same_seed_gives_the_same_figures_to_the_last_digit(variant: Variant):
    made = split(worlds.two_camps(24, Feedback.EXPLICIT).dataset, SplitRecipe())

    def figures() -> dict[str, tuple[float, float | None, float | None]]:
        model = fresh(variant)
        model.fit(made.train, FitContext(seed=5, validate=validator(made, model)))
        metrics = evaluate(model, made.test, made.dataset).metrics
        return {name: (estimate.value, estimate.low, estimate.high) for name, estimate in metrics.items()}

    first = figures()
    assert ("rmse" in first) == (Ability.RATING in fresh(variant).abilities)
    assert first == figures()


@every_variant
def test_a_list_longer_than_the_catalogue_ends_with_the_catalogue(variant: Variant):
    made = split(worlds.two_camps(24, Feedback.EXPLICIT).dataset, SplitRecipe())
    model = fresh(variant).fit(made.train)
    metrics = evaluate(model, made.test, made.dataset, ks=(20, 500)).metrics
    assert metrics["recall@20"].value == metrics["recall@500"].value == 1.0
    assert metrics["ndcg@20"].value == metrics["ndcg@500"].value
