"""What is carried over is the source's bit by bit, what is frozen stays it, and what does not fit is said in words."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from recsys_core.data.dataset import Dataset, Ids, Scale
from recsys_core.errors import ModelError
from recsys_core.models import Recommender
from recsys_core.models.biased_mf import BiasedMF
from recsys_core.models.ease import EASE
from recsys_core.models.gmf import GMF
from recsys_core.models.light_gcn import LightGCN
from recsys_core.models.mf import MF
from recsys_core.models.transferred import Transferred
from recsys_core.splitting import Split, SplitRecipe, split
from recsys_core.training.context import FitContext, Validation
from recsys_core.training.warm_start import Learned, Part, RowsOf
from recsys_core.transfer import matching
from recsys_core.transfer.adapting import Source, adapt, carry, plans_to_try, usual_plan, why_not
from recsys_core.transfer.joining import join
from recsys_core.transfer.match import Match
from recsys_core.transfer.plan import Plan, Way
from recsys_core.transfer.shares import at_share
from tests import worlds
from tests.transfer import pairs
from tests.transfer.pairs import matched

RANDOM = SplitRecipe(key="random")
TINY = {"epochs": 2, "embedding_size": 4}
SHARED = matched([*range(40), *[-1] * 40], range(60))  # half of the people, and all items


@cache
def source(kind: type[Recommender]) -> Source:
    data = pairs.shared_items().source
    settings = {name: value for name, value in TINY.items() if name in kind.Config.model_fields}
    return Source.of(kind(kind.Config.parse(settings)).fit(data, FitContext(seed=1)), data)


@cache
def target() -> Split:
    return split(pairs.shared_items().target, RANDOM)


def learned(model: Recommender) -> dict[str, Learned]:
    assert model.training is not None
    return model.training.learned


@pytest.mark.parametrize("kind", [MF, GMF])
def test_what_is_carried_over_by_id_is_the_sources_bit_by_bit_before_and_what_is_frozen_after_training(
    kind: type[Recommender],
):
    for way in (Way.AS_IT_IS, Way.FROZEN):
        mine = source(kind)
        plan = Plan(way=way, calibrated=False)
        warm = carry(mine, SHARED, plan, target().train)
        model = type(mine.model)(mine.model.config).fit(target().train, FitContext(warm=warm))
        known = {RowsOf.PEOPLE: SHARED.people, RowsOf.ITEMS: SHARED.items}
        for name, one in learned(model).items():
            if not one.blocks:
                assert torch.equal(one.tensor, mine.weights[name]), name
                continue
            places = known[one.blocks[0]]
            rows = np.flatnonzero(places >= 0)
            assert torch.equal(one.tensor[rows], mine.weights[name][places[rows]]), name


def test_what_a_plan_does_not_carry_begins_afresh_and_learns_although_the_rest_is_frozen():
    plan = Plan(way=Way.FROZEN, carry=frozenset({Part.ITEMS}), calibrated=False)
    model = adapt(source(GMF), SHARED, plan, target(), FitContext())
    again = GMF(source(GMF).model.config.model_copy(update={"epochs": 1}))
    again.fit(target().train, FitContext(warm=carry(source(GMF), SHARED, plan, target().train)))
    moved = [name for name, one in learned(model).items() if not torch.equal(one.tensor, learned(again)[name].tensor)]
    assert not [name for name in moved if learned(model)[name].blocks == (RowsOf.ITEMS,)]
    assert [name for name in moved if not learned(model)[name].blocks], "the network learns"


def test_people_who_are_not_carried_are_not_taken_for_known():
    parts = at_share(target(), 0.05, 0)
    strangers = np.flatnonzero((parts.train.interactions.user_counts() == 0) & (SHARED.people >= 0))
    assert len(strangers)
    for carried, plan in ((True, Plan()), (False, Plan(carry=frozenset({Part.ITEMS, Part.NETWORK})))):
        model = adapt(source(MF), SHARED, plan, parts, FitContext())
        assert isinstance(model, Transferred)
        assert (model.taste.people[strangers] >= 0).all() == carried


@pytest.mark.parametrize("kind", [MF, LightGCN])
def test_mapped_people_stand_elsewhere_than_from_scratch(kind: type[Recommender]):
    plan = Plan(way=Way.MAPPED, calibrated=False)
    mapped = adapt(source(kind), SHARED, plan, target(), FitContext())
    scratch = type(mapped)(mapped.config).fit(target().train, FitContext())
    people = np.arange(80, dtype=np.int32)
    differs = (mapped.score(people) != scratch.score(people)).any(axis=1)
    assert differs[:40].all()
    if kind is MF:  # on a graph, people are also what their neighbours are
        assert not differs[40:].any()


def test_a_joint_model_knows_people_of_both_and_nothing_of_the_test():
    parts = at_share(target(), 0.3, 0)
    model = adapt(source(EASE), SHARED, Plan(way=Way.JOINT), parts, FitContext())
    assert isinstance(model, Transferred)
    n_events = len(source(EASE).data.interactions) + len(parts.train.interactions)
    mine = model.taste.model
    assert mine.n_users == 80 + 160 - 40
    wanted = EASE().fit(joined(parts))
    assert len(joined(parts).interactions) <= n_events
    people = np.arange(mine.n_users, dtype=np.int32)
    assert np.array_equal(mine.score(people), wanted.score(people))


def joined(parts: Split) -> Dataset:
    return join(source(EASE).data, parts.train, SHARED).dataset


def test_what_is_not_there_changes_nothing_that_a_model_of_a_share_says():
    """The test's and the hidden events of a target are others, and the transfer answers as before."""
    parts = at_share(target(), 0.3, 0)
    events = parts.dataset.interactions
    there = np.isin(parts.roles, (0, 1))
    elsewhere = np.where(there, events.items, (events.items + 7) % 60).astype(np.int32)
    other = replace(parts, dataset=parts.dataset.with_interactions(replace(events, items=elsewhere)))
    people = np.arange(80, dtype=np.int32)
    for plan in (Plan(way=Way.AS_IT_IS), Plan(way=Way.JOINT)):
        one, same = (adapt(source(EASE), SHARED, plan, some, FitContext()) for some in (parts, other))
        assert np.array_equal(one.score(people), same.score(people))


NOTHING = matched([-1] * 80, [-1] * 60)


def rated(scale: Scale | None) -> Dataset:
    rows = [(user, item, 3.0, 1) for user in range(6) for item in range(5)]
    made = worlds.dataset(rows, 6, 5, scale=scale, name="rated")
    return made if scale else replace(made, feedback=pairs.shared_items().target.feedback, scale=None)


@cache
def of_ratings() -> Source:
    data = rated(Scale(1.0, 5.0, 1.0))
    return Source.of(BiasedMF(BiasedMF.Config(**TINY)).fit(data), data)


@pytest.mark.parametrize(
    ("of", "match", "way", "said"),
    [
        (EASE, NOTHING, Way.JOINT, "share no people and no items, and the model does not read"),
        (EASE, NOTHING, Way.AS_IT_IS, "share no items, and the model does not read what items are about"),
        (EASE, SHARED, Way.FULL, "it learns in one step, so that nothing can be adapted"),
        (EASE, SHARED, Way.MAPPED, "it has no vectors of people"),
        (MF, NOTHING, Way.MAPPED, "share no people"),
    ],
)
def test_what_does_not_fit_is_said_in_words(of: type[Recommender], match: Match, way: Way, said: str):
    assert said in why_not(source(of), match, Plan(way=way), target().train)
    with pytest.raises(ModelError, match=said):
        adapt(source(of), match, Plan(way=way), target(), FitContext())


@pytest.mark.parametrize("way", list(Way))
def test_a_model_of_ratings_asks_for_ratings(way: Way):
    match = matched(range(6), range(5))
    assert why_not(of_ratings(), match, Plan(way=way), rated(None)) == (
        "it learns to predict ratings, but 'rated' has none."
    )


def test_another_scale_is_refused_but_by_learning_from_both_at_once():
    match = matched(range(6), range(5))
    wide = rated(Scale(1.0, 100.0, 1.0))
    assert "ratings from 1 to 5" in why_not(of_ratings(), match, Plan(), wide)
    assert not why_not(of_ratings(), match, Plan(way=Way.JOINT), wide)


def test_the_plans_that_suit_follow_from_what_is_shared():
    def ways(of: type[Recommender], match: Match) -> list[str]:
        return [plan.way.value for plan in plans_to_try(source(of), match, target().train)]

    assert ways(MF, SHARED) == ["full", "as-it-is", "joint"]
    assert ways(EASE, SHARED) == ["as-it-is", "joint"]
    assert ways(MF, matched(range(80), [-1] * 60)) == ["joint", "mapped", "full"]
    assert ways(EASE, NOTHING) == []
    assert usual_plan(source(MF), SHARED, target().train)[1] == "40 people and 60 items are in both."


def test_patience_begins_once_all_of_it_has_thawed():
    seen: list[int] = []

    def worse(model: object) -> Validation:
        seen.append(len(seen))
        return Validation("made", -float(len(seen)), True)

    data = source(MF).data
    one = Source.of(MF(MF.Config(epochs=12, embedding_size=4, patience=2)).fit(data), data)
    adapt(one, SHARED, Plan(way=Way.GRADUAL, thaw=3, calibrated=False), target(), FitContext(validate=worse))
    assert len(seen) == 2 * 3 + 2


def test_ids_of_another_type_share_nothing_and_say_so():
    other = replace(target().train, item_ids=Ids.of([f"https://example.org/{place * 7919:x}" for place in range(60)]))
    found = matching.match(source(MF).data, other)
    assert found.n_items == 0
    with pytest.raises(ModelError, match="cannot be transferred like this: the two data sets share no"):
        adapt(source(EASE), found, Plan(way=Way.AS_IT_IS), target(), FitContext())
