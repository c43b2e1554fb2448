"""What may be tried of each model stands in its Config class, and whatever is tried is allowed."""

import pytest

from recsys_core.models import MODELS, find_model
from recsys_core.tuning.proposal import propose
from recsys_core.tuning.space import Choice, Number, as_it_comes, space_of

# What trades quality for time, or changes what is learned, is not a question for tuning.
NEVER = {"epochs", "patience", "batch_size", "objective", "solver", "rank", "sweeps", "max_length", "sampled_items"}
KEYS = [model.info.key for model in MODELS]
TUNABLE = [key for key in KEYS if key != "popularity"]


def test_models_without_settings_have_nothing_to_tune():
    assert [model.info.key for model in MODELS if not space_of(model)] == ["popularity", "tfidf"]


@pytest.mark.parametrize("key", TUNABLE)
def test_a_model_is_searched_around_its_settings_as_they_come(key):
    model = find_model(key)
    usual = as_it_comes(model)
    assert not NEVER & set(usual)
    for setting in space_of(model):
        value = usual[setting.name]
        if isinstance(setting, Choice):
            assert value in setting.options
            assert len(setting.options) > 1
        else:
            assert setting.low <= value <= setting.high
            assert isinstance(value, int) == setting.is_whole


@pytest.mark.parametrize("key", TUNABLE)
def test_the_ends_of_a_range_and_all_choices_are_allowed(key):
    model = find_model(key)
    for setting in space_of(model):
        ends = setting.options if isinstance(setting, Choice) else (setting.low, setting.high)
        for value in ends:
            model.Config.parse({setting.name: value})


@pytest.mark.parametrize("key", TUNABLE)
def test_whatever_is_proposed_is_a_config_inside_the_space(key):
    model = find_model(key)
    for number in range(1, 9):
        trial = propose(key, number, [], "ndcg@10", seed=number)
        config = model.Config.parse(trial.settings).model_dump(mode="json")
        assert {name: config[name] for name in trial.settings} == trial.settings
        assert set(trial.settings) == set(model.Config.search)
        for setting in space_of(model):
            value = trial.settings[setting.name]
            if isinstance(setting, Number):
                assert setting.low <= value <= setting.high
                assert float(f"{value:.3g}") == value or setting.is_whole  # people read and keep it


def test_wide_ranges_are_searched_by_ratio_and_the_rest_in_a_line():
    ease = {setting.name: setting for setting in space_of(find_model("ease"))}
    assert ease["regularisation"] == Number("regularisation", 10, 10_000, is_whole=False, by_ratio=True)
    assert ease["user_normalisation"] == Number("user_normalisation", 0, 0.5, is_whole=False, by_ratio=False)
    neumf = {setting.name: setting for setting in space_of(find_model("neumf"))}
    assert neumf["negatives"] == Number("negatives", 1, 8, is_whole=True, by_ratio=False)
    assert [128, 64] in neumf["tower"].options
    svdpp = {setting.name: setting for setting in space_of(find_model("svdpp"))}
    assert svdpp["use_attributes"] == Choice("use_attributes", (False, True))
