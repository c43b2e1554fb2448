"""Every model that goes on from an earlier training takes over what it knew, holds what is frozen, and adds the new."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import AbilityError, ConfigError, ModelError
from recsys_core.models import MODELS, Ability, Recommender
from recsys_core.models.als import ALS
from recsys_core.models.deepfm import DeepFM
from recsys_core.models.gmf import GMF
from recsys_core.models.mf import MF
from recsys_core.models.mult_vae import MultVAE
from recsys_core.models.popularity import Popularity
from recsys_core.models.warm_starts import MAY_CHANGE, fine_tuning_settings, require_same_shape, warm_start
from recsys_core.training import loop
from recsys_core.training.context import Checkpoint, FitContext
from recsys_core.training.warm_start import Learned, Part, RowsOf, WarmStart, epoch_rows
from tests import worlds
from tests.models.test_contract import TINY

FROZEN = dict.fromkeys(Part, 0.0)
WARM = [model for model in MODELS if Ability.WARM_START in model.info.abilities]
WHOLE = {
    "als",
    "light_gcn",
    "item_autorec",
    "user_autorec",
    "mult_dae",
    "mult_vae",
    "recvae",
    "content",
    "two_tower",
}  # each of their epochs works with all data
every_warm_model = pytest.mark.parametrize("kind", WARM, ids=lambda kind: kind.info.key)


def world(n_users: int, n_items: int, backwards: bool) -> Dataset:
    """The first people and items of one world of ratings; backwards, so that no position means the same in two."""
    planted = worlds.planted_ratings(np.random.default_rng(4), 24, 16).dataset.interactions
    rows = [
        (n_users - 1 - int(user), n_items - 1 - int(item), float(value), int(time))
        if backwards
        else (int(user), int(item), float(value), int(time))
        for user, item, value, time in zip(planted.users, planted.items, planted.values, planted.times, strict=True)
        if user < n_users and item < n_items
    ]
    made = worlds.dataset(rows, n_users, n_items, name=f"{n_users} people")
    genres, kinds = ["Even", "Odd"] * 8, ["calm", "wild"] * 12
    made.item_table["text"] = pd.Series([f"{'rose' if i % 3 else 'moss'} {i}" for i in range(n_items)], dtype=object)
    made.item_table["genres"] = pd.Series([(genre,) for genre in genres[:n_items]], dtype=object)
    made.user_table["kind"] = kinds[:n_users]
    if backwards:
        for ids in (made.user_ids, made.item_ids):
            ids.values[:] = ids.values[::-1].copy()
        for table, column in ((made.item_table, "title"), (made.item_table, "text"), (made.item_table, "genres")):
            table[column] = list(table[column])[::-1]
        made.user_table["kind"] = list(made.user_table["kind"])[::-1]
    return made


OLD, NEW = world(20, 13, backwards=False), world(24, 16, backwards=True)


def fresh(kind: type[Recommender], **settings: Any) -> Recommender:
    fields = kind.Config.model_fields
    return kind(kind.Config.parse({name: value for name, value in (TINY | settings).items() if name in fields}))


@cache
def source(kind: type[Recommender]) -> Recommender:
    return fresh(kind).fit(OLD, FitContext(seed=1))


def learned(model: Recommender) -> dict[str, Learned]:
    assert model.training is not None
    return model.training.learned


def begin(kind: type[Recommender], rates: dict[Part, float] | None = None) -> WarmStart:
    weights = {name: one.tensor for name, one in learned(source(kind)).items()}
    return warm_start(source(kind), weights, OLD, NEW, rates or {})


def go_on(kind: type[Recommender], rates: dict[Part, float] | None = None, **settings: Any) -> Recommender:
    return fresh(kind, **settings).fit(NEW, FitContext(seed=2, warm=begin(kind, rates)))


def rows(kind: type[Recommender], name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Of a tensor of the new training: the rows that were known, and where they stand in the old one."""
    warm = begin(kind)
    source_rows = torch.from_numpy(warm._source(learned(source(kind))[name].blocks))
    known = (source_rows >= 0).nonzero().squeeze(1)
    return known, source_rows[known]


@every_warm_model
def test_frozen_parts_stay_as_they_were_bit_by_bit_and_new_rows_learn(kind: type[Recommender]):
    short, longer = learned(go_on(kind, FROZEN, epochs=1)), learned(go_on(kind, FROZEN, epochs=3))
    before = learned(source(kind))
    assert set(short) == set(before)
    for name, was in before.items():
        for now in (short[name], longer[name]):
            assert torch.isfinite(now.tensor).all()
            if was.blocks:
                known, there = rows(kind, name)
                assert torch.equal(now.tensor[known], was.tensor[there]), name
            else:
                assert torch.equal(now.tensor, was.tensor), name
    tables = [name for name, one in before.items() if one.blocks and one.tensor.numel() > len(one.tensor)]
    moved = [name for name in tables if not torch.equal(short[name].tensor, longer[name].tensor)]
    assert bool(moved) == bool(tables), "what is new learns although the rest is frozen"


@every_warm_model
def test_what_is_slowed_down_moves_less(kind: type[Recommender]):
    slow, full = (learned(go_on(kind, dict.fromkeys(Part, rate), epochs=1)) for rate in (0.05, 1.0))
    way = {0: 0.0, 1: 0.0}
    for name, was in learned(source(kind)).items():
        known, there = rows(kind, name) if was.blocks else (slice(None), slice(None))
        for place, one in enumerate((slow, full)):
            way[place] += float((one[name].tensor[known] - was.tensor[there]).norm())
    assert 0 < way[0] < way[1] / 2


@every_warm_model
def test_the_full_rate_is_the_rate_that_nobody_asked_for(kind: type[Recommender]):
    people = np.arange(24, dtype=np.int32)
    asked = go_on(kind, dict.fromkeys(Part, 1.0), epochs=1).score(people)
    assert np.array_equal(asked, go_on(kind, epochs=1).score(people))


@every_warm_model
def test_a_training_that_goes_on_from_a_checkpoint_ends_in_the_same_bits(kind: type[Recommender], monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    kept: list[Checkpoint] = []
    rates = {Part.ITEMS: 0.5, Part.PEOPLE: 0.0}
    warm = replace(begin(kind, rates), new_people=np.arange(24) < 8)
    whole = fresh(kind, epochs=3).fit(NEW, FitContext(seed=2, warm=warm, save_checkpoint=kept.append))
    resumed = fresh(kind, epochs=3).fit(NEW, FitContext(seed=2, warm=warm, start_from=kept[0]))
    people = np.arange(24, dtype=np.int32)
    assert np.array_equal(whole.score(people), resumed.score(people))


@every_warm_model
def test_an_epoch_visits_what_is_new_and_some_of_the_rest(kind: type[Recommender]):
    people = np.arange(24) < 4
    warm = replace(begin(kind), new_events=people[NEW.interactions.users], new_people=people)
    every, few = (fresh(kind, epochs=1).fit(NEW, FitContext(seed=2, warm=warm)) for warm in (None, warm))
    assert every.training is not None
    assert few.training is not None
    share = few.training.history[0].samples / every.training.history[0].samples
    assert share == 1 if kind.info.key in WHOLE else 1 / 2 < share < 1


def test_the_rows_of_an_epoch_are_all_that_are_new_and_others_each_time():
    is_new, generator = np.arange(100) % 5 == 0, torch.Generator().manual_seed(0)
    epochs = []
    for _ in range(3):
        order = torch.randperm(100, generator=generator)
        visited = epoch_rows(order, torch.from_numpy(is_new)).tolist()
        assert visited == epoch_rows(order.numpy(), is_new).tolist()
        passes = visited[:40], visited[40:]
        assert len(passes[1]) == 40
        for rows in passes:
            assert [row for row in order.tolist() if row in rows] == rows
            assert set(np.flatnonzero(is_new)) <= set(rows)
        assert set(passes[0]) & set(passes[1]) == set(np.flatnonzero(is_new))
        epochs.append(set(visited))
    assert epochs[0] != epochs[1] != epochs[2]
    assert len(set.union(*epochs)) > 20 + 60
    assert epoch_rows(order, torch.ones(100, dtype=torch.bool)).tolist() == 2 * order.tolist()
    assert epoch_rows(order, None) is order


def test_new_is_what_the_earlier_training_did_not_learn_from():
    warm, events = begin(MF), NEW.interactions
    met = {
        (OLD.user_ids.values[user], OLD.item_ids.values[item])
        for user, item in zip(OLD.interactions.users, OLD.interactions.items, strict=True)
    }
    pairs = list(zip(NEW.user_ids.values[events.users], NEW.item_ids.values[events.items], strict=True))
    assert warm.new_events.tolist() == [pair not in met for pair in pairs]
    assert set(np.flatnonzero(warm.new_people)) == set(events.users[warm.new_events])
    same = warm_start(source(MF), {}, OLD, OLD, {})
    assert not same.new_events.any()
    assert not same.new_people.any()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.info.key)
def test_what_learns_in_epochs_can_go_on_and_what_does_not_says_so(model: type[Recommender]):
    assert (Ability.WARM_START in model.info.abilities) == ("epochs" in model.Config.model_fields)


def test_a_closed_form_refuses_to_go_on():
    with pytest.raises(AbilityError, match="lacks the ability 'warm-start'"):
        Popularity().fit(NEW, FitContext(warm=begin(MF)))


def test_new_people_begin_as_the_old_model_takes_them():
    """Person u23 is at position 0 of the new data, and unknown in the old ones."""
    warm = begin(MF)
    new = np.flatnonzero(warm.sources[RowsOf.PEOPLE] < 0)
    assert [str(NEW.user_ids.values[user]) for user in new] == ["u23", "u22", "u21", "u20"]
    known = Histories.from_interactions(NEW.interactions).take(new)
    in_old = known.translated(warm.sources[RowsOf.ITEMS], OLD.n_items)
    assert in_old.lengths().max() < known.lengths().max() + 1
    biases, vectors = source(MF).newcomers(in_old).values()
    assert np.corrcoef(vectors.ravel(), source(MF).fold_in(in_old)[1].ravel())[0, 1] > 0.9
    assert np.array_equal(warm.told["user_factors"].numpy(), vectors)
    fresh_rows = {name: Learned(torch.zeros(24, *one.tensor.shape[1:]), one.blocks) for name, one in _of_people(MF)}
    begun = warm.transplant(fresh_rows)
    assert torch.equal(begun["user_factors"][new], torch.from_numpy(vectors))
    assert torch.equal(begun["user_bias"][new], torch.from_numpy(biases.astype(np.float32)))


def _of_people(kind: type[Recommender]) -> list[tuple[str, Learned]]:
    return [(name, one) for name, one in learned(source(kind)).items() if one.blocks == (RowsOf.PEOPLE,)]


def test_values_of_attributes_are_matched_by_name():
    """Genres come in another order in the new data, which begin with an odd item."""
    known, there = rows(DeepFM, "item_fields.table")
    assert sorted(zip(known.tolist(), there.tolist(), strict=True)) in ([(0, 0), (1, 1)], [(0, 1), (1, 0)])
    begun = begin(DeepFM)
    assert begun.sizes[RowsOf.ITEM_VALUES] == 2


def test_other_attributes_are_refused_in_words():
    other = world(24, 16, backwards=True)
    other.item_table["genres"] = pd.Series([()] * 16, dtype=object)
    weights = {name: one.tensor for name, one in learned(source(DeepFM)).items()}
    with pytest.raises(ModelError, match=r"other attributes of items \(genres\) than '24 people' has \(none\)"):
        warm_start(source(DeepFM), weights, OLD, other, {})


def test_another_domain_is_refused_in_words():
    other = world(24, 16, backwards=True)
    other.item_ids.values[:] = [f"book {place}" for place in range(16)]
    with pytest.raises(ModelError, match="Only 0 of the 16 items of '24 people' are known to the run"):
        warm_start(source(MF), {}, OLD, other, {})


def test_what_fixes_the_shape_must_stay_and_the_rest_may_change():
    old = GMF.Config(embedding_size=8)
    require_same_shape(old, GMF.Config(embedding_size=8, epochs=2, learning_rate=0.5, dropout=0.5, weight_decay=1.0))
    with pytest.raises(ConfigError, match="'embedding_size' is 8 in the run to go on from, so it cannot be 4"):
        require_same_shape(old, GMF.Config(embedding_size=4))
    with pytest.raises(ConfigError, match="'objective' is ranking"):
        require_same_shape(old, GMF.Config(embedding_size=8, objective="rating"))


def test_weights_of_another_shape_are_refused_in_words():
    with pytest.raises(ModelError, match=r"another shape than what is to be learned \(user_bias\)|\(user_factors\)"):
        fresh(MF, embedding_size=5).fit(NEW, FitContext(warm=begin(MF)))


def test_every_setting_that_may_change_exists():
    assert set().union(*(model.Config.model_fields for model in WARM)) >= MAY_CHANGE


def test_fine_tuning_is_shorter_and_keeps_the_shape():
    for kind in WARM:
        old = kind.Config()
        new = kind.Config.parse(fine_tuning_settings(old, 20))
        require_same_shape(old, new)
        assert new.epochs < 20
    assert MultVAE.Config.parse(fine_tuning_settings(MultVAE.Config(), 20)).annealing_epochs == 0
    assert ALS.Config.parse(fine_tuning_settings(ALS.Config(), 1)).epochs >= 1


def test_new_items_begin_near_the_mean_of_the_known_ones():
    """But for vectors of zeros, of which nothing is known, and biases that begin with something."""
    sources = {RowsOf.ITEMS: np.array([-1, 1, 0, -1])}
    old = {
        "table": torch.tensor([[1.0, 3.0], [3.0, 5.0]]),
        "bias": torch.tensor([-1.0, -3.0]),
        "popular": torch.ones(2),
    }
    fresh = {
        "table": torch.tensor([[0.5, -0.5], [9.0, 9.0], [9.0, 9.0], [0.0, 0.0]]),
        "bias": torch.zeros(4),
        "popular": torch.tensor([0.3, 9.0, 9.0, 0.4]),
    }
    new = {name: Learned(tensor, (RowsOf.ITEMS,)) for name, tensor in fresh.items()}
    news = np.empty(0, dtype=bool)
    begun = WarmStart(old, sources, {RowsOf.ITEMS: 2}, news, news).transplant(new)
    assert begun["table"].flatten().tolist() == pytest.approx([2.05, 3.95, 3, 5, 1, 3, 0, 0])
    assert begun["bias"].tolist() == [-2, -3, -1, -2]
    assert begun["popular"].tolist() == pytest.approx([0.3, 1, 1, 0.4])
