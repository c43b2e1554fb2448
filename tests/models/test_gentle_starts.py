"""How much of what was known a new training may change: nothing at all, the head alone, one part after another."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models import Ability, Recommender
from recsys_core.models.content_model import ContentModel
from recsys_core.models.gmf import GMF
from recsys_core.training import loop
from recsys_core.training.context import Checkpoint, FitContext
from recsys_core.training.warm_start import Learned, Part, RowsOf, WarmStart
from tests.models.test_warm_starts import FROZEN, NEW, begin, every_warm_model, fresh, learned, source

OF_TOWER = {"weights.1", "biases.1"}  # with two hidden layers
OF_RATING_FACTORS = {"user_bias", "user_part_bias", "item_part_bias"}
HEADS = {
    "als": set(),
    "mf": {"offset", "user_bias", "item_bias"},
    "bpr": {"offset", "user_bias", "item_bias"},
    "biased_mf": OF_RATING_FACTORS,
    "svdpp": OF_RATING_FACTORS,
    "gmf": {"offset", "product_weights"},
    "mlp": {"offset", "product_weights"} | OF_TOWER,
    "neumf": {"offset", "product_weights"} | OF_TOWER,
    "deepfm": {"offset"} | OF_TOWER,
    "content_ncf": {"offset", "product_weights"} | OF_TOWER,
    "item_autorec": {"output_table", "output_feature_table", "typical_output"},
    "user_autorec": {"output_table", "output_feature_table", "typical_output"},
    "mult_dae": {"decoder.item_table", "decoder.item_bias"},
    "mult_vae": {"decoder.item_table", "decoder.item_bias"},
    "recvae": {"decoder.item_table", "decoder.item_bias"},
    "light_gcn": set(),
    "sasrec": {"item_bias"},
    "gru4rec": {"item_bias"},
    "content": {"item_layer", "item_bias", "person_bias"},
    "two_tower": {"item_layer", "item_bias", "person_bias"},
}
WITHOUT_HEAD = {key for key, names in HEADS.items() if not names}  # they learn vectors of people and items alone
BY_ROWS_ALONE = {"als", "mf", "bpr", "biased_mf", "gmf", "mlp", "neumf", "deepfm", "content_ncf"}
ROWS_AND_HISTORY = {"svdpp", "item_autorec", "light_gcn"}  # they look at what a person did as well
PEOPLE, ITEMS = np.arange(24, dtype=np.int32), np.arange(16, dtype=np.int32)
SILENT = NEW.with_interactions(NEW.interactions.take(np.empty(0, dtype=np.int64)))


def go_on(kind: type[Recommender], target: Dataset = NEW, epochs: int = 1, **ways: Any) -> Recommender:
    """``ways``: fields of the warm start."""
    return fresh(kind, epochs=epochs).fit(target, FitContext(seed=2, warm=started(kind, target, **ways)))


def started(kind: type[Recommender], target: Dataset = NEW, **ways: Any) -> WarmStart:
    warm = replace(begin(kind), **ways)
    if target is not SILENT:
        return warm
    return replace(
        warm, new_events=np.empty(0, bool), new_people=np.zeros(24, bool), newcomers=np.empty(0, np.int64), told={}
    )


def known(warm: WarmStart, one: Learned) -> torch.Tensor:
    """Bool (n,) of the rows of a tensor, or (1,): whether they were known before."""
    parts = [torch.from_numpy(warm.sources[rows] >= 0) for rows in one.blocks]
    return torch.cat(parts) if parts else torch.ones(1, dtype=torch.bool)


@cache
def beginning(kind: type[Recommender]) -> dict[str, torch.Tensor]:
    """With what a training begins: known rows are those of the earlier one, new ones as a training of no epochs has
    them."""
    untrained = learned(go_on(kind, as_it_is=True))
    taken = begin(kind).transplant(untrained)
    return {
        name: torch.where(_beside(one, known(begin(kind), one)), taken[name], one.tensor)
        for name, one in untrained.items()
    }


def _beside(one: Learned, rows: torch.Tensor) -> torch.Tensor:
    return rows.view(-1, *[1] * (one.tensor.ndim - 1))


def moved(kind: type[Recommender], model: Recommender) -> tuple[set[str], set[str]]:
    """The tensors of which something known, and of which something new, is not as it was in the beginning."""
    of_known, of_new = set(), set()
    for name, one in learned(model).items():
        assert torch.isfinite(one.tensor).all(), name
        differs, was_known = one.tensor != beginning(kind)[name], _beside(one, known(begin(kind), one))
        if (differs & was_known).any():
            of_known.add(name)
        if (differs & ~was_known).any():
            of_new.add(name)
    return of_known, of_new


def heads(model: Recommender) -> set[str]:
    return {name for name, one in learned(model).items() if one.in_head}


@every_warm_model
@pytest.mark.parametrize("target", [NEW, SILENT], ids=["with events", "without"])
def test_taken_over_as_it_is_everything_known_stays_bit_by_bit(kind: type[Recommender], target: Dataset):
    model = go_on(kind, target, epochs=3, as_it_is=True)
    assert moved(kind, model)[0] == set()
    assert model.training is not None
    assert model.training.epochs == 0
    assert model.training.reason == "Taken over as it is: nothing was learned."


@every_warm_model
def test_taken_over_as_it_is_it_answers_without_one_event(kind: type[Recommender], tmp_path: Path):
    model = go_on(kind, SILENT, as_it_is=True)
    histories = Histories.of([([], []), ([3, 1], [4.0, 2.0])], 16)
    scores = model.score(PEOPLE)
    assert np.isfinite(scores).all()
    assert np.isfinite(model.score_histories(histories)).all()
    if Ability.RATING in model.abilities:
        assert np.isfinite(model.predict(PEOPLE[:16], ITEMS)).all()
    model.save(tmp_path)
    loaded = kind.load(tmp_path)
    assert np.array_equal(loaded.score(PEOPLE), scores)
    assert np.array_equal(loaded.score_histories(histories), model.score_histories(histories))


@every_warm_model
def test_people_without_an_event_score_by_what_was_known_of_them(kind: type[Recommender]):
    warm = started(kind, SILENT, as_it_is=True)
    people, items = (warm.sources[rows].astype(np.int32) for rows in (RowsOf.PEOPLE, RowsOf.ITEMS))
    scores = go_on(kind, SILENT, as_it_is=True).score(PEOPLE)[np.ix_(people >= 0, items >= 0)]
    if kind.info.key in BY_ROWS_ALONE:
        before = source(kind).score(people[people >= 0], items[items >= 0])
        assert scores == pytest.approx(before, abs=1e-4)
    if kind.info.key in BY_ROWS_ALONE | ROWS_AND_HISTORY:
        assert len(np.unique(scores.round(6), axis=0)) > 15, "each person has scores of their own"


@every_warm_model
def test_as_it_is_nobody_and_nothing_need_be_known(kind: type[Recommender]):
    sources = {rows: np.full_like(source_rows, -1) for rows, source_rows in begin(kind).sources.items()}
    model = go_on(kind, SILENT, as_it_is=True, sources=sources)
    assert np.isfinite(model.score(PEOPLE)).all()
    assert np.isfinite(model.score_histories(Histories.of([([], []), ([3, 1], [4.0, 2.0])], 16))).all()


@every_warm_model
def test_to_learn_from_nothing_is_still_refused(kind: type[Recommender]):
    with pytest.raises(ModelError, match="not one event to learn from"):
        go_on(kind, SILENT)


@every_warm_model
def test_the_head_is_what_makes_scores_of_what_was_understood(kind: type[Recommender]):
    assert heads(source(kind)) == HEADS[kind.info.key]


@every_warm_model
def test_a_head_can_learn_alone(kind: type[Recommender]):
    model = go_on(kind, rates=FROZEN, head_rate=1.0)
    of_known, _ = moved(kind, model)
    assert of_known <= heads(model)
    assert bool(of_known) == (kind.info.key not in WITHOUT_HEAD)


@every_warm_model
def test_a_frozen_head_stays_while_the_rest_learns(kind: type[Recommender]):
    model = go_on(kind, head_rate=0.0)
    of_known, _ = moved(kind, model)
    assert of_known
    assert not of_known & heads(model)


@every_warm_model
def test_parts_thaw_one_after_the_other(kind: type[Recommender]):
    """Of a training with one epoch the head has moved, of one with two the rows, of one with three the network."""
    rates = dict.fromkeys(Part, 1.0)
    models = [go_on(kind, rates=rates, epochs=epochs, thaw=1) for epochs in (1, 2, 3)]
    first, second, third = (moved(kind, model)[0] for model in models)
    now, head = learned(models[0]), heads(models[0])
    network = {name for name, one in now.items() if one.parts == {Part.NETWORK}} - head
    rows = set(now) - head - network
    assert first <= head
    assert bool(first) == (kind.info.key not in WITHOUT_HEAD)
    assert second <= head | rows
    assert bool(second & rows) == bool(rows)
    assert bool(third & network) == any(now[name].tensor.numel() for name in network)


@every_warm_model
def test_a_whole_pull_brings_what_was_known_back_and_leaves_the_new(kind: type[Recommender]):
    of_known, of_new = moved(kind, go_on(kind, epochs=2, pull=1.0))
    assert not of_known
    assert bool(of_new) == (kind.info.key != "content")  # which has no rows


@pytest.mark.parametrize("kind", [GMF, ContentModel], ids=lambda kind: kind.info.key)
def test_a_pull_moves_what_learns_and_what_answers(kind: type[Recommender], monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    kept: list[Checkpoint] = []
    fresh(kind, epochs=1).fit(NEW, FitContext(seed=2, warm=started(kind, pull=1.0), save_checkpoint=kept.append))
    began = {name: one for name, one in beginning(kind).items() if not learned(source(kind))[name].blocks}
    assert began
    for name, one in began.items():
        for part in ("net", "average"):
            assert torch.equal(kept[0].tensors[f"now.{part}.{name}"], one), (part, name)


@every_warm_model
def test_a_pull_keeps_what_was_known_nearer_to_where_it_began(kind: type[Recommender]):
    ways = []
    for pull in (0.0, 0.5):
        now = learned(go_on(kind, epochs=2, pull=pull))
        gone = [
            (one.tensor - beginning(kind)[name]) * _beside(one, known(begin(kind), one)) for name, one in now.items()
        ]
        ways.append(sum(float(part.norm()) for part in gone))
    assert 0 < ways[1] < 0.8 * ways[0]


@every_warm_model
def test_a_gentle_training_that_was_broken_off_ends_in_the_same_bits(kind: type[Recommender], monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    kept: list[Checkpoint] = []
    warm = started(kind, thaw=1, pull=0.3, head_rate=0.7)
    whole = fresh(kind, epochs=4).fit(NEW, FitContext(seed=2, warm=warm, save_checkpoint=kept.append))
    for checkpoint in kept[:2]:
        resumed = fresh(kind, epochs=4).fit(NEW, FitContext(seed=2, warm=warm, start_from=checkpoint))
        assert np.array_equal(whole.score(PEOPLE), resumed.score(PEOPLE))
        for name, one in learned(whole).items():
            assert torch.equal(one.tensor, learned(resumed)[name].tensor), name
