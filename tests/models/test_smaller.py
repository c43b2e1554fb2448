"""Settings that fit into memory."""

from typing import Literal

import pytest
from pydantic import BaseModel, Field

from recsys_core.data.findings import gigabytes
from recsys_core.errors import ModelError
from recsys_core.models import MODELS, find_model
from recsys_core.models.smaller import Smaller, smaller
from tests import worlds

MB = 2**20


class Settings(BaseModel):
    epochs: int = Field(20, ge=1)
    embedding_size: int = Field(64, ge=8)
    batch: int = Field(1000, ge=100)
    rate: float = 0.1
    solver: Literal["exact", "truncated"] = "exact"


def needs(settings: Settings) -> int:
    square = 10_000 if settings.solver == "exact" else 0
    return square + 10 * settings.embedding_size + settings.batch


@pytest.mark.parametrize(
    ("free", "changes"),
    [
        (2000, {"solver": "truncated"}),
        (1500, {"solver": "truncated", "embedding_size": 32}),
        (900, {"solver": "truncated", "embedding_size": 32, "batch": 500}),
        (100, None),
    ],
)
def test_the_least_change_that_fits_is_found(free, changes):
    found = smaller(Settings(), needs, free)
    assert (found and found.changes) == changes
    if found:
        assert found.needs == needs(Settings(**changes)) <= free


def test_advice_is_a_sentence():
    assert Smaller({"embedding_size": 32, "rank": 8}, 3 * 2**30).advice == (
        "Use embedding size 32 and rank 8, which needs 3.0 GB."
    )
    assert gigabytes(310 * MB) == "310 MB"


HUGE = worlds.dataset(worlds.GOLDEN_ROWS, 3_000_000, 30_000)


@pytest.mark.parametrize("key", ["ease", "mf", "als", "neumf", "light_gcn", "svdpp", "user_knn", "mult_vae"])
def test_models_that_do_not_fit_name_settings_that_would(key, monkeypatch):
    model = find_model(key)
    config = model.Config.parse({"solver": "exact"} if key == "ease" else {})
    free = int(0.6 * model(config).needs(HUGE))
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Free", (), {"available": free}))
    with pytest.raises(ModelError, match=r"Use .*, which needs") as refused:
        model(config).check(HUGE)
    assert refused.value.code == "too-large"
    fitting = model(config).fitting(HUGE, model(config).needs(HUGE), free)
    assert model(model.Config.parse(config.model_dump() | fitting.changes)).needs(HUGE) == fitting.needs <= free


def test_where_nothing_fits_the_model_says_what_else_to_do(monkeypatch):
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Free", (), {"available": 1}))
    for model in MODELS:
        if not model.info.needs_times:
            with pytest.raises(ModelError) as refused:
                model().check(worlds.golden())
            assert refused.value.fix == model.smaller
