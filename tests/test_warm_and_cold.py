"""New items and people are judged apart from those that a model has met."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core import ranking
from recsys_core.data.interactions import Histories
from recsys_core.errors import StoreError
from recsys_core.evaluation import evaluate, rank
from recsys_core.metrics.ndcg import NDCG
from recsys_core.metrics.ranked_truth import by_chance, ranked_truth
from recsys_core.models import Popularity
from recsys_core.models.base import Ability
from recsys_core.runs.run_files import read_apart, write_run
from recsys_core.splitting import TEST, TRAIN, VALID, Split, SplitRecipe, split
from recsys_core.statistics.paired import paired_difference
from recsys_core.types import Float32, Int32
from recsys_core.warm_and_cold import FEW_EVENTS, Side, sentences
from tests import worlds
from tests.test_evaluation import Given

SECOND, THIRD = 1 / np.log2(3), 1 / 2


class Told(Given):
    """Can be asked about people whom it never met, of whom it says the same whatever they did."""

    @property
    def abilities(self) -> frozenset[Ability]:
        return frozenset({Ability.HISTORY})

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        return np.tile(self.table[0], (len(histories), 1))


def with_roles(events: list[tuple[int, int, int]], n_users: int, n_items: int) -> Split:
    """A split written by hand: (user, item, role), all of one rating, in the order of their times."""
    rows = [(user, item, 5.0, time) for time, (user, item, _) in enumerate(events)]
    roles = np.array([role for *_, role in events], dtype=np.int8)
    return Split(worlds.dataset(rows, n_users, n_items), roles, SplitRecipe())


@pytest.fixture
def grown() -> Split:
    """Three met items 0, 1, 2 and the new ones 3, 4, 5, of which 5 only validates."""
    return with_roles(
        [
            *((user, item, TRAIN) for user, item in ((0, 0), (1, 1), (2, 0), (2, 2))),
            (0, 5, VALID),
            (0, 1, TEST),
            (0, 3, TEST),
            (1, 4, TEST),
            (2, 1, TEST),
        ],
        3,
        6,
    )


SCORES = [[9.0, 5, 6, 3, 2, 1], [9.0, 8, 7, 3, 2, 4], [1.0, 2, 3, 4, 5, 6]]


def test_new_and_met_items_are_judged_in_lists_of_their_own(grown: Split):
    report = evaluate(Given(SCORES), grown.test, grown.dataset, ks=(1, 3))
    new, met = report.apart[Side.NEW_ITEMS], report.apart[Side.MET_ITEMS]
    assert (new.items, met.items) == (3, 3)
    # Person 0 knows item 5: of 3 and 4, item 3 stands first. Of 5, 3 and 4, item 4 of person 1 stands last.
    assert new.per_user["ndcg@3"].users.tolist() == [0, 1]
    assert new.per_user["ndcg@3"].numerator.tolist() == pytest.approx([1, THIRD])
    assert new.per_user["hit_rate@1"].numerator.tolist() == [1, 0]
    # Of 1 and 2, item 1 of person 0 is second; of person 2 only item 1 is left.
    assert met.per_user["ndcg@3"].users.tolist() == [0, 2]
    assert met.per_user["ndcg@3"].numerator.tolist() == pytest.approx([SECOND, 1])
    assert new.chance["ndcg@3"].numerator.tolist() == pytest.approx([(1 + SECOND) / 2, (1 + SECOND + THIRD) / 3])
    assert new.estimates["ndcg@3"].value == pytest.approx((1 + THIRD) / 2)


def test_where_nothing_is_new_nothing_is_told_of_it(grown: Split):
    holdout = grown.test
    targets = holdout.targets.take(~np.isin(holdout.targets.items, holdout.unmet))
    report = evaluate(Given(SCORES), replace(holdout, targets=targets, relevant=targets), grown.dataset)
    assert not {Side.NEW_ITEMS, Side.MET_ITEMS} & set(report.apart)


@given(st.integers(0, 10_000), st.integers(1, 8))
def test_chance_is_what_a_constant_scorer_gets(seed: int, k: int):
    rng = np.random.default_rng(seed)
    hidden = rng.random((5, 7)) < 0.4
    scores = np.where(hidden, ranking.HIDDEN, np.float32(rng.normal())).astype(np.float32)
    wanted = rng.random((5, 7)) < 0.4
    wanted[:, 0] = True  # everybody looks for something, be it hidden
    people, relevant = np.nonzero(wanted)
    flat = ranked_truth(scores, people, relevant.astype(np.int32), k)
    drawn = by_chance(np.where(hidden, scores, rng.normal(size=(5, 7))), people, relevant.astype(np.int32), k)
    for name in ("relevance", "hits", "no_hit", "n_relevant", "n_candidates"):
        assert getattr(drawn, name) == pytest.approx(getattr(flat, name), abs=1e-12), name


def test_chance_is_the_mean_over_random_orders():
    made = split(worlds.two_camps(20).dataset, SplitRecipe(key="cold-item", test_share=0.4))
    rng = np.random.default_rng(4)
    drawn = []
    for _ in range(200):
        report = evaluate(Given(rng.random((20, 20))), made.test, made.dataset, ks=(3,))
        drawn.append(report.apart[Side.NEW_ITEMS].estimates["ndcg@3"].value)
    expected = report.apart[Side.NEW_ITEMS].chance["ndcg@3"].value()
    assert abs(np.mean(drawn) - expected) < 4 * np.std(drawn) / np.sqrt(len(drawn))


def test_lists_of_cold_items_are_drawn_from_the_held_out_ones_alone():
    made = split(worlds.two_camps(20).dataset, SplitRecipe(key="cold-item", test_share=0.3))
    held_out = np.unique(made.events(TEST).items)
    assert made.test.candidates.tolist() == held_out.tolist()
    assert made.valid.candidates.tolist() == np.unique(made.events(VALID).items).tolist()
    scores = np.zeros((20, 20))
    scores[:, np.setdiff1d(np.arange(20), held_out)] = 1e6  # what is met would stand before all that is cold
    report = evaluate(Given(scores), made.test, made.dataset, ks=(10,))
    assert set(np.unique(report.lists.items).tolist()) <= {*held_out.tolist(), -1}
    assert report.metrics["coverage@10"].value == 1.0
    assert report.metrics["recall@10"].value == 1.0  # six items, all in the list
    assert made.candidates_in_words == "the 6 items that the test holds out"


def test_the_figure_of_a_cold_item_split_is_the_one_of_its_new_items():
    made = split(worlds.two_camps(20).dataset, SplitRecipe(key="cold-item", test_share=0.3))
    report = evaluate(Given(np.random.default_rng(0).random((20, 20))), made.test, made.dataset)
    assert Side.MET_ITEMS not in report.apart
    for name, part in report.apart[Side.NEW_ITEMS].per_user.items():
        assert part.numerator.tolist() == pytest.approx(report.per_user[name].numerator.tolist())


def test_people_with_few_events_are_judged_apart():
    many = FEW_EVENTS + 1
    events = [(0, item, TRAIN) for item in range(many)] + [(1, item, TRAIN) for item in range(FEW_EVENTS)]
    made = with_roles([*events, (0, many, TEST), (1, many, TEST), (1, many + 1, TEST)], 2, many + 2)
    report = evaluate(Given(np.tile(np.arange(many + 2.0), (2, 1))), made.test, made.dataset, ks=(3,))
    few = report.apart[Side.FEW_EVENTS]
    assert few.per_user["ndcg@3"].users.tolist() == [1]
    assert few.per_user["ndcg@3"].numerator.tolist() == pytest.approx([1.0])
    assert few.items == many + 2


def test_newcomers_of_whom_nothing_is_known_are_judged_by_models_that_can_be_asked(grown: Split):
    rows = [(user, item, 4.0, item) for user in range(2) for item in range(5)] + [(2, 0, 1.0, 99), (2, 1, 1.0, 99)]
    made = split(worlds.dataset(rows, 3, 5), SplitRecipe(key="global-temporal"))
    table = np.array([[5.0, 4, 3, 2, 1]] * 3)
    assert Side.NO_EVENTS not in evaluate(Given(table), made.test, made.dataset).apart
    report = evaluate(Told(table), made.test, made.dataset, ks=(2,))
    unknown = report.apart[Side.NO_EVENTS]
    assert unknown.per_user["recall@2"].users.tolist() == [2]
    assert unknown.per_user["recall@2"].value() == 1.0  # items 0 and 1 stand first
    assert unknown.chance["recall@2"].value() == pytest.approx(2 / 5)
    assert (report.users, report.cold_users) == (2, 1)  # still counted, in no other figure


@pytest.mark.parametrize("chunk_scores", [1, 60])
def test_the_size_of_the_chunks_does_not_matter(chunk_scores: int, monkeypatch: pytest.MonkeyPatch):
    made = split(worlds.two_camps(20).dataset, SplitRecipe(key="cold-item", test_share=0.3))
    model = Given(np.random.default_rng(0).integers(0, 5, (20, 20)))
    whole = evaluate(model, made.test, made.dataset).as_json()["apart"]
    monkeypatch.setattr(ranking, "CHUNK_SCORES", chunk_scores)
    told = evaluate(model, made.test, made.dataset).as_json()["apart"]
    assert told["new-items"]["metrics"]["map@10"] == pytest.approx(whole["new-items"]["metrics"]["map@10"])


def test_a_holdout_among_some_items_keeps_people_and_what_is_known(grown: Split):
    among = grown.test.among(np.array([4, 3]))
    assert among.candidates.tolist() == [3, 4]
    assert among.relevant.items.tolist() == among.targets.items.tolist() == [3, 4]
    assert among.known is grown.test.known
    assert among.among(np.array([4, 0])).listed.tolist() == [4]
    truth, lists = rank(Given(SCORES), among, among.warm_users, 3, np.arange(6))
    assert lists.tolist() == [[3, 4, -1], [3, 4, -1]]
    assert NDCG.per_user(truth, 3).tolist() == pytest.approx([1, SECOND])
    with pytest.raises(ValueError, match="items of its own"):
        replace(among, candidates=np.zeros((3, 1), dtype=np.int32)).among(np.array([0]))


def test_what_a_card_says_comes_from_its_figures(grown: Split):
    about = json.loads(json.dumps(evaluate(Given(SCORES), grown.test, grown.dataset).as_json()))
    new = about["apart"]["new-items"]["metrics"]["ndcg@10"]
    assert sentences(about)[0] == (
        f"Among the 3 items that it never met: NDCG@10 {new['value']:.3f} over 2 people; by chance {new['chance']:.3f}."
    )
    assert "Among the 3 items that it met: " in sentences(about)[1]
    assert "Of 3 people of whom at most 5 events are known: " in sentences(about)[2]
    new |= {"low": 0.2, "high": 0.75}
    assert f"NDCG@10 {new['value']:.3f} [0.200, 0.750] over 2 people" in sentences(about)[0]
    assert sentences(about, "rmse") == []
    assert sentences({}) == []  # of a run of an older version


def test_a_lead_over_chance_is_paired_over_people(grown: Split):
    part = evaluate(Given(SCORES), grown.test, grown.dataset).apart[Side.NEW_ITEMS]
    lead = paired_difference(part.per_user["ndcg@10"], part.chance["ndcg@10"])
    assert lead.value == pytest.approx((1 + THIRD) / 2 - part.chance["ndcg@10"].value())


def test_a_run_keeps_the_figures_of_its_parts_by_single_people(tmp_path: Path):
    made = split(worlds.two_camps(20).dataset, SplitRecipe(key="cold-item", test_share=0.3))
    model = Popularity().fit(made.train)
    report = evaluate(model, made.test, made.dataset)
    write_run(tmp_path, {}, model, made, report)
    kept, new = read_apart(tmp_path), report.apart[Side.NEW_ITEMS]
    assert kept["new-items/ndcg@10"].users.tolist() == new.per_user["ndcg@10"].users.tolist()
    assert kept["new-items/map@5"].numerator.tolist() == new.per_user["map@5"].numerator.tolist()
    assert {name.partition("/")[2] for name in kept} == set(new.per_user)
    (tmp_path / "apart.npz").unlink()
    with pytest.raises(StoreError, match="before new items were judged apart"):
        read_apart(tmp_path)


def test_the_same_cold_items_judged_in_another_way_are_another_split():
    """Runs of versions that ranked all items must not be set against those that rank the cold ones alone."""
    made = split(worlds.two_camps(20).dataset, SplitRecipe(key="cold-item", test_share=0.3))
    among_all = Split(made.dataset, made.roles, made.recipe.model_copy(update={"key": "random"}))
    assert made.fingerprint != among_all.fingerprint
