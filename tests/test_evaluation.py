"""Reports: exact numbers from given scores, honest intervals, and who is judged."""

import json
import math
import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_core import evaluation, ranking, warm_and_cold
from recsys_core.data.dataset import Dataset, Ids, blank_item_table
from recsys_core.data.interactions import Histories
from recsys_core.errors import AbilityError, ConfigError, ModelError, SplitError
from recsys_core.evaluation import early_stopping_metrics, evaluate, validator
from recsys_core.metrics import METRICS, ListMetric, RankingMetric, RatingMetric, WholeListMetric, per_person
from recsys_core.metrics.rmse import RMSE
from recsys_core.models import GMF, MODELS, Bias, Popularity
from recsys_core.models.base import Ability, Config, Cost, ModelInfo, Recommender
from recsys_core.splitting import HIDDEN, KNOWN, SPLITTERS, TEST, TRAIN, VALID, Holdout, Split, SplitRecipe, split
from recsys_core.statistics import bootstrap as resampling
from recsys_core.statistics.bootstrap import RESAMPLES, bootstrap, resampled_sums
from recsys_core.statistics.estimates import PerUser
from recsys_core.statistics.paired import paired_difference
from recsys_core.training.context import FitContext
from recsys_core.types import Feedback, Float32, Int32
from tests import worlds


class Given(Recommender):
    """Answers with the numbers it was given, Float32[U, I]."""

    info = ModelInfo("given", "Given scores", "Says what it was told.", "Test", "given", "", frozenset(), Cost.SECONDS)
    Config = Config

    def __init__(self, table: list[list[float]] | np.ndarray, *, rates: bool = False) -> None:
        super().__init__()
        self.table = np.asarray(table, dtype=np.float32)
        self.rates = rates

    @property
    def abilities(self) -> frozenset[Ability]:
        return frozenset({Ability.RATING}) if self.rates else frozenset()

    def memory(self, train: Dataset) -> int:
        return 0

    def _fit(self, train: Dataset, context: FitContext) -> None:
        raise NotImplementedError

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        return self.table[users] if items is None else self.table[users][:, items]

    def predict(self, users: Int32, items: Int32) -> Float32:
        return self.table[users, items]

    def arrays(self) -> dict[str, np.ndarray]:
        return {}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        raise NotImplementedError


# The golden table's test events are (u0, i4) rated 5, (u1, i1) rated 3 and (u2, i4) rated 4.
# Shown to u0: i5, i4.  To u1: i1 and i3 tied, then i4.  To u2: i4, i1, i2, i5.  The rest they know.
GOLDEN_SCORES = [
    [9, 8, 7, 6, 1, 2],
    [9, 5, 9, 5, 1, 9],
    [9, 3, 2, 9, 4, 1],
    [0, 0, 0, 0, 0, 0],
]
SECOND = 1 / math.log2(3)  # gain of the second position


@pytest.fixture
def golden_split(small_dataset: Dataset) -> Split:
    return split(small_dataset, SplitRecipe())


def values(report: evaluation.Report) -> dict[str, float]:
    return {name: estimate.value for name, estimate in report.metrics.items()}


def test_the_golden_table_by_hand(golden_split: Split):
    report = evaluate(Given(GOLDEN_SCORES, rates=True), golden_split.test, golden_split.dataset, ks=(1, 5))
    tied = (1 + SECOND) / 2
    order = golden_split.dataset.item_ids.hash_order.tolist()
    sees_i1 = order.index(1) < order.index(3)  # whom a tie shows u1 first
    expected = {
        "ndcg@1": (0 + 0.5 + 1) / 3,
        "ndcg@5": (SECOND + tied + 1) / 3,
        "recall@1": 0.5,
        "recall@5": 1.0,
        "capped_recall@1": 0.5,
        "capped_recall@5": 1.0,
        "precision@1": 0.5,
        "precision@5": 0.2,
        "precision_of_shown@1": 0.5,
        "precision_of_shown@5": (1 / 2 + 1 / 3 + 1 / 4) / 3,
        "f1@1": 0.5,
        "f1@5": 2 / 6,
        "hit_rate@1": 0.5,
        "hit_rate@5": 1.0,
        "mrr@1": 0.5,
        "mrr@5": (1 / 2 + 3 / 4 + 1) / 3,
        "map@1": 0.5,
        "map@5": (1 / 2 + 3 / 4 + 1) / 3,
        "auc": (0 + 3 / 4 + 1) / 3,
        "rmse": math.sqrt(((5 - 1) ** 2 + (3 - 5) ** 2 + 0) / 3),
        "mae": (4 + 2 + 0) / 3,
        "coverage@1": 3 / 6,  # i5, i4, and i1 or i3
        "coverage@5": 5 / 6,  # all but i0
        "gini@1": 1 / 2,  # three items stand in one list each
        "gini@5": 19 / 54,  # the lists with i0 to i5 are 0, 2, 1, 1, 3, 2
        "personalisation@1": 1.0,
        "personalisation@5": 1 - (1 / math.sqrt(6) + 2 / math.sqrt(8) + 2 / math.sqrt(12)) / 3,
        # Of 4 people 3, 1, 2, 2, 0 and 2 know i0 to i5; an item that nobody knows counts as known to one.
        "novelty@1": (1 + (2 if sees_i1 else 1) + 2) / 3,
        "novelty@5": (3 / 2 + 5 / 3 + 6 / 4) / 3,
        "popularity_lift@1": (2 / 4 + (1 if sees_i1 else 2) / 4 + 0) / (2 / 4 + 7 / 12 + 5 / 8) - 1,
        "popularity_lift@5": (1 / 4 + 1 / 4 + 5 / 16) / (2 / 4 + 7 / 12 + 5 / 8) - 1,
        "serendipity@1": (0 + sees_i1 + 1) / 3,  # popularity shows u1 i3, and u2 i2 or i5
        "serendipity@5": 0.0,  # nobody has more than five items left
        "text_diversity@5": 1.0,  # no two titles share a word
    }
    assert values(report) == pytest.approx(expected, abs=1e-9)
    assert list(report.metrics) == list(expected)  # in the order of METRICS
    assert (report.users, report.cold_users) == (3, 0)


def test_several_relevant_items_by_hand():
    made = worlds.dataset([(0, item, 5.0, item) for item in range(4)], 1, 6)
    dataset, events = replace(made, item_table=blank_item_table(6)), made.interactions
    known, targets = events.take(np.array([3])), events.take(np.array([2, 0, 1]))
    holdout = Holdout(Histories.from_interactions(known), targets, targets)
    report = evaluate(Given([[6, 1, 4, 9, 5, 3]]), holdout, dataset, ks=(3,))  # i0 i4 i2 i5 i1
    gain, ideal = 1 + 1 / 2, 1 + SECOND + 1 / 2
    popular = [item for item in dataset.item_ids.hash_order if item != 3][:3]  # nobody met any of them
    expected = {
        "ndcg@3": gain / ideal,
        "recall@3": 2 / 3,
        "capped_recall@3": 2 / 3,
        "precision@3": 2 / 3,
        "precision_of_shown@3": 2 / 3,
        "f1@3": 2 / 3,
        "hit_rate@3": 1.0,
        "mrr@3": 1.0,
        "map@3": (1 + 2 / 3) / 3,
        "auc": (2 + 1 + 0) / 6,  # of i4 and i5, i0 beats both, i2 the latter, i1 none
        "coverage@3": 3 / 6,
        "gini@3": 1 / 2,
        "novelty@3": 0.0,
        "popularity_lift@3": -1.0,
        "serendipity@3": len({0, 2}.difference(popular)) / 3,
    }
    assert values(report) == pytest.approx(expected, abs=1e-9)


def test_only_relevant_items_are_to_be_found_but_all_ratings_are_judged(small_dataset: Dataset):
    made = split(small_dataset, SplitRecipe(threshold=4.0))  # u1's held-out item was rated 3
    report = evaluate(Given(GOLDEN_SCORES, rates=True), made.test, small_dataset, ks=(1,))
    assert report.users == 2
    assert values(report)["ndcg@1"] == 0.5
    assert values(report)["rmse"] == pytest.approx(math.sqrt((16 + 4 + 0) / 3))


def test_candidates_are_the_whole_list(golden_split: Split):
    candidates = np.array([[4, 0], [3, 1], [1, 4], [0, 1]], dtype=np.int32)  # u0 knows i0: only i4 remains
    report = evaluate(
        Given(GOLDEN_SCORES),
        replace(golden_split.test, candidates=candidates),
        golden_split.dataset,
        ks=(1, 5),
    )
    assert values(report)["ndcg@5"] == pytest.approx((1 + (1 + SECOND) / 2 + 1) / 3)
    assert values(report)["hit_rate@1"] == pytest.approx((1 + 0.5 + 1) / 3)
    assert values(report)["coverage@5"] == pytest.approx(3 / 4)  # of i0, i1, i3 and i4
    assert values(report)["auc"] == pytest.approx((0.5 + 1) / 2)  # u0 has no other candidate
    assert report.per_user["auc"].users.tolist() == [1, 2]
    assert not any(name.startswith("serendipity") for name in report.metrics)  # popularity would draw from them too


def test_a_target_outside_the_candidates_is_missed(golden_split: Split):
    candidates = np.array([[5], [1], [4], [0]], dtype=np.int32)
    holdout = replace(golden_split.test, candidates=candidates)
    report = evaluate(Given(GOLDEN_SCORES), holdout, golden_split.dataset, ks=(5,))
    assert values(report)["recall@5"] == pytest.approx(2 / 3)


def test_people_of_whom_nothing_is_known_are_counted_and_not_judged():
    rows = [(user, item, 4.0, item) for user in range(2) for item in range(5)] + [(2, 0, 1.0, 99), (2, 1, 1.0, 99)]
    made = split(worlds.dataset(rows, 3, 5), SplitRecipe(key="global-temporal"))
    scores = np.full((3, 5), 4.0)
    scores[2] = 1e6  # a wild guess about the newcomer
    report = evaluate(Given(scores, rates=True), made.test, made.dataset, ks=(5,))
    assert (report.users, report.cold_users) == (2, 1)
    assert report.per_user["ndcg@5"].users.tolist() == [0, 1]
    assert report.per_user["rmse"].users.tolist() == [0, 1]
    assert values(report)["rmse"] == 0.0


def test_a_model_without_ratings_is_not_judged_by_them(golden_split: Split):
    report = evaluate(Given(GOLDEN_SCORES), golden_split.test, golden_split.dataset)
    assert not {"rmse", "mae"} & set(report.metrics)
    at_k = [metric.about.key for metric in METRICS if not isinstance(metric, RatingMetric | WholeListMetric)]
    told = [key for key in at_k if not key.startswith("genre")]  # the golden table has no genres
    assert set(report.metrics) == {"auc", *(f"{key}@{k}" for key in told for k in evaluation.KS)}


def test_figures_of_people_have_intervals_and_figures_of_all_lists_have_none(
    golden_split: Split, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(resampling, "FEWEST_FOR_INTERVAL", 2)
    report = evaluate(Given(GOLDEN_SCORES, rates=True), golden_split.test, golden_split.dataset)
    lists = {metric.about.key for metric in METRICS if isinstance(metric, ListMetric)}
    for name, estimate in report.metrics.items():
        if name.partition("@")[0] in lists:
            assert name not in report.per_user
            assert (estimate.low, estimate.high) == (None, None)
        else:
            assert estimate.low <= estimate.value + 1e-9
            assert estimate.value <= estimate.high + 1e-9
            assert report.per_user[name].value() == estimate.value


def test_a_report_can_be_written_as_json(golden_split: Split):
    report = evaluate(Given(GOLDEN_SCORES, rates=True), golden_split.test, golden_split.dataset)
    told = json.loads(json.dumps(report.as_json()))
    assert told["users"] == 3
    assert told["metrics"]["ndcg@10"]["value"] == report.metrics["ndcg@10"].value
    assert told["metrics"]["coverage@10"]["low"] is None


def test_the_size_of_the_chunks_does_not_matter(monkeypatch: pytest.MonkeyPatch):
    made = split(worlds.two_camps(30).dataset, SplitRecipe(test_share=0.3))
    model = Given(np.random.default_rng(0).integers(0, 5, (30, 20)))
    whole = values(evaluate(model, made.test, made.dataset))
    for chunk_scores in (1, 140):  # one person at a time, seven people at a time
        monkeypatch.setattr(ranking, "CHUNK_SCORES", chunk_scores)
        assert values(evaluate(model, made.test, made.dataset)) == pytest.approx(whole, abs=1e-12)


def test_the_order_of_held_out_events_does_not_matter():
    made = split(worlds.two_camps(30).dataset, SplitRecipe(test_share=0.3))
    model = Given(np.random.default_rng(0).integers(0, 5, (30, 20)))
    mixed = made.test.relevant.take(np.random.default_rng(1).permutation(len(made.test.relevant)))
    expected = values(evaluate(model, made.test, made.dataset))
    assert values(evaluate(model, replace(made.test, relevant=mixed), made.dataset)) == expected


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**20))
def test_renumbering_people_and_items_changes_nothing(seed: int):
    """Ties included: equal scores are shown in the order of external ids, which move along."""
    rng = np.random.default_rng(seed)
    dataset = described_camps()
    made = split(dataset, SplitRecipe(test_share=0.3, key="random"))
    table = rng.integers(0, 4, (dataset.n_users, dataset.n_items))
    users, items = rng.permutation(dataset.n_users), rng.permutation(dataset.n_items)  # the new place of each
    events = dataset.interactions
    moved = replace(
        dataset,
        interactions=replace(
            events, users=users[events.users].astype(np.int32), items=items[events.items].astype(np.int32)
        ),
        user_ids=Ids(dataset.user_ids.values[np.argsort(users)]),
        item_ids=Ids(dataset.item_ids.values[np.argsort(items)]),
        item_table=dataset.item_table.iloc[np.argsort(items)].reset_index(drop=True),
    )
    report = evaluate(Given(table), made.test, dataset, ks=(1, 4))
    again = evaluate(
        Given(table[np.argsort(users)][:, np.argsort(items)]), replace(made, dataset=moved).test, moved, ks=(1, 4)
    )
    assert values(again) == pytest.approx(values(report), abs=1e-9)


def described_camps() -> Dataset:
    """Two camps with genres and titles."""
    dataset = worlds.two_camps(12).dataset
    dataset.item_table["genres"] = [("even", "odd")[place % 2 :][:1] + ("all",) * (place % 3) for place in range(20)]
    dataset.item_table["title"] = [f"the {'red' if place % 3 else 'blue'} item" for place in range(20)]
    return dataset


def test_what_is_to_be_found_for_somebody_else_changes_nobodys_value():
    dataset = described_camps()
    made = split(dataset, SplitRecipe(test_share=0.3, key="random"))
    model = Given(np.random.default_rng(0).integers(0, 4, (12, 20)))
    some = np.isin(made.test.relevant.users, np.arange(6))
    fewer = replace(made.test, relevant=made.test.relevant.take(some), targets=made.test.targets.take(some))
    whole, part = evaluate(model, made.test, dataset), evaluate(model, fewer, dataset)
    for name, mine in part.per_user.items():
        theirs = whole.per_user[name].among(mine.users)
        assert theirs.users.tolist() == mine.users.tolist()
        assert theirs.numerator == pytest.approx(mine.numerator, abs=1e-12), name


def test_no_row_of_scores_is_kept_of_anybody(monkeypatch: pytest.MonkeyPatch):
    n_items = 2000
    monkeypatch.setattr(ranking, "CHUNK_SCORES", 40 * n_items)
    monkeypatch.setattr(per_person, "PEOPLE_AT_ONCE", 40)
    for module in (evaluation, warm_and_cold):
        monkeypatch.setattr(module, "bootstrap", lambda parts, seed: dict.fromkeys(parts, (None, None)))

    class Popular(Given):
        def score(self, users: Int32, items: Int32 | None = None) -> Float32:
            return np.tile(self.table, (len(users), 1))

    def peak(n_users: int) -> int:
        rows = [(user, (7 * user + 13 * place) % n_items, 1.0, place) for user in range(n_users) for place in range(6)]
        dataset = worlds.dataset(rows, n_users, n_items, feedback=Feedback.IMPLICIT)
        dataset.item_table["genres"] = [("all",)] * n_items
        made, model = split(dataset, SplitRecipe()), Popular(np.arange(n_items))
        holdout = made.test
        tracemalloc.start()
        evaluate(model, holdout, dataset)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    each = (peak(600) - peak(200)) / 400
    assert each < 2500  # measured: 1,523; a row of scores would be 8,000


def test_scoring_is_timed_apart_from_judging(golden_split: Split):
    class Slow(Given):
        def score(self, users: Int32, items: Int32 | None = None) -> Float32:
            time.sleep(0.05)
            return super().score(users, items)

    quick, slow = (evaluate(kind(GOLDEN_SCORES), golden_split.test, golden_split.dataset) for kind in (Given, Slow))
    assert 0 <= quick.scoring_seconds < 0.05 <= slow.scoring_seconds < 0.5


def test_a_planted_leak_finds_everything():
    made = split(worlds.two_camps(30).dataset, SplitRecipe(test_share=0.3))
    leak = np.zeros((30, 20))
    leak[made.test.relevant.users, made.test.relevant.items] = 1
    report = evaluate(Given(leak), made.test, made.dataset)
    for k in evaluation.KS:
        assert values(report)[f"ndcg@{k}"] == pytest.approx(1.0, abs=1e-9)
        assert values(report)[f"map@{k}"] == pytest.approx(1.0, abs=1e-9)
        assert values(report)[f"hit_rate@{k}"] == 1.0


def test_knowing_the_past_by_heart_finds_nothing():
    made = split(worlds.two_camps(30).dataset, SplitRecipe(test_share=0.3))
    known = made.test.known.matrix().toarray()
    report = evaluate(Given(known), made.test, made.dataset, ks=(5,))
    constant = evaluate(Given(np.zeros((30, 20))), made.test, made.dataset, ks=(5,))
    assert values(report) == values(constant)


def test_a_score_that_is_not_a_number_stops_the_evaluation(golden_split: Split):
    with pytest.raises(ModelError, match="not a number"):
        evaluate(Given(np.full((4, 6), np.nan)), golden_split.test, golden_split.dataset)


def test_popularity_stands_on_its_ladder():
    dataset = worlds.popularity_ladder(8)
    events = dataset.interactions
    first = events.items == 0  # everybody met item 0; hold it out for those who met more
    held = first & (events.users < 4)
    train = dataset.with_interactions(events.take(~held))
    targets = events.take(held)
    holdout = Holdout(Histories.from_interactions(train.interactions), targets, targets)
    model = Popularity().fit(train)
    truth, lists = evaluation.rank(model, holdout, holdout.warm_users, 8, np.arange(8))
    assert lists[3].tolist() == [0, 5, 6, 7, -1, -1, -1, -1]  # u3 knows i1 to i4; i0 has 4 people left, i5 has 3
    assert truth.relevance[3].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]


def per_user(numerator: np.ndarray, denominator: np.ndarray | None = None, finish=lambda value: value) -> PerUser:
    ones = np.ones(len(numerator)) if denominator is None else denominator
    return PerUser(np.arange(len(numerator)), numerator.astype(float), ones.astype(float), finish)


def width_of(n: int) -> float:
    low, high = bootstrap({"x": per_user(np.random.default_rng(n).normal(size=n))}, seed=0)["x"]
    return high - low


def test_the_interval_shrinks_with_the_root_of_the_number_of_people():
    # Theory: 2 * 1.96 / sqrt(n).
    for n in (50, 200, 800):
        assert width_of(n) == pytest.approx(3.92 / math.sqrt(n), rel=0.25)


def test_fewer_than_ten_people_have_no_interval():
    assert bootstrap({"x": per_user(np.linspace(0, 1, 9))}, seed=0)["x"] == (None, None)
    assert None not in bootstrap({"x": per_user(np.linspace(0, 1, 10))}, seed=0)["x"]


def test_the_interval_covers_the_mean_as_often_as_it_says(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(resampling, "RESAMPLES", 400)
    rng = np.random.default_rng(5)
    covered = 0
    for repetition in range(300):
        low, high = bootstrap({"x": per_user(rng.beta(1, 3, size=100))}, seed=repetition)["x"]  # mean 1/4, skewed
        covered += low <= 0.25 <= high
    assert 0.92 <= covered / 300 <= 0.98  # measured: 0.957


def test_rmse_is_pooled_over_ratings_and_not_averaged_over_people(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(resampling, "FEWEST_FOR_INTERVAL", 2)
    dataset = worlds.dataset(
        [(0, item, 3.0, item) for item in range(6)] + [(1, item, 3.0, item) for item in range(3)], 2, 6
    )
    made = split(dataset, SplitRecipe(test_share=0.5))  # u0: 3 ratings, u1: 2
    report = evaluate(Given([[5] * 6, [3] * 6], rates=True), made.test, dataset, ks=(1,))
    assert values(report)["rmse"] == pytest.approx(math.sqrt(3 * 4 / 5))  # the mean of people would be 1
    part = report.per_user["rmse"]
    assert part.numerator.tolist() == [12.0, 0.0]
    assert part.denominator.tolist() == [3.0, 2.0]
    assert report.metrics["rmse"].low == 0.0  # only u1 was drawn
    assert report.metrics["rmse"].high == pytest.approx(2.0)  # only u0 was drawn


def test_metrics_over_the_same_people_share_their_resamples():
    x = np.random.default_rng(3).random(40)
    sums = resampled_sums(np.stack([x, 2 * x, np.ones(40)], axis=1), seed=1)
    assert sums.shape == (RESAMPLES, 3)
    assert sums[:, 1] == pytest.approx(2 * sums[:, 0])
    assert (sums[:, 2] == 40).all()
    assert np.unique(sums[:, 0]).size > 900
    together = bootstrap({"x": per_user(x), "y": per_user(2 * x)}, seed=1)
    assert together["x"] == pytest.approx(bootstrap({"x": per_user(x)}, seed=1)["x"])
    assert together["y"] == pytest.approx(tuple(2 * end for end in together["x"]))


def test_what_is_hard_for_both_cancels_out_of_a_paired_difference():
    rng = np.random.default_rng(5)
    hard, small = rng.normal(size=200), 0.01 * rng.normal(size=200)
    difference = paired_difference(per_user(hard + 0.05 + small), per_user(hard), seed=1)
    assert difference.value == pytest.approx(0.05, abs=0.005)
    assert 0.04 < difference.low < difference.value < difference.high < 0.06
    low, high = bootstrap({"x": per_user(hard)}, seed=1)["x"]
    assert high - low > 10 * (difference.high - difference.low)
    other_way = paired_difference(per_user(hard), per_user(hard + 0.05 + small), seed=1)
    assert other_way.low == pytest.approx(-difference.high)


def test_a_paired_difference_is_taken_over_the_people_in_both():
    mine = PerUser(np.arange(0, 30), np.ones(30), np.ones(30), lambda value: value)
    values = np.where(np.arange(20, 60) < 30, 0.0, 99.0)
    theirs = PerUser(np.arange(20, 60), values, np.ones(40), lambda value: value)
    assert vars(paired_difference(mine, theirs)) == {"value": 1.0, "low": 1.0, "high": 1.0}
    few = PerUser(np.arange(20, 29), np.zeros(9), np.ones(9), lambda value: value)
    assert vars(paired_difference(mine, few)) == {"value": 1.0, "low": None, "high": None}


def test_the_seed_decides_the_interval():
    parts = {"x": per_user(np.random.default_rng(3).random(40))}
    assert bootstrap(parts, seed=1) == bootstrap(parts, seed=1)
    assert bootstrap(parts, seed=1) != bootstrap(parts, seed=2)


def test_a_rating_model_is_validated_by_rmse(golden_split: Split):
    model = Given(GOLDEN_SCORES, rates=True)
    validate = validator(golden_split, model)  # u0 rated i3 with 2
    assert validate is not None
    figure = validate(model)
    assert (figure.metric, figure.higher_is_better) == ("RMSE", False)
    assert figure.value == pytest.approx(6 - 2)


def test_a_ranking_model_is_validated_by_ndcg_among_items_not_in_training(golden_split: Split):
    model = Given([[9, 9, 9, 1, 3, 2], *GOLDEN_SCORES[1:]])  # i4, i5, then i3
    validate = validator(golden_split, model)
    assert validate is not None
    figure = validate(model)
    assert (figure.metric, figure.higher_is_better) == ("NDCG@10", True)
    assert figure.value == pytest.approx(1 / math.log2(4))


@pytest.mark.parametrize(
    ("metric", "title", "value"),
    [("ndcg@5", "NDCG@5", 1 / 2), ("recall@20", "Recall@20", 1), ("mrr@10", "MRR@10", 1 / 3)],
)
def test_the_figure_to_stop_by_can_be_chosen(golden_split: Split, metric: str, title: str, value: float):
    model = Given([[9, 9, 9, 1, 3, 2], *GOLDEN_SCORES[1:]])  # i3, the only one to find, comes third
    validate = validator(golden_split, model, metric)
    assert validate is not None
    figure = validate(model)
    assert (figure.metric, figure.higher_is_better) == (title, True)
    assert figure.value == pytest.approx(value)


def test_a_rating_model_can_be_stopped_by_its_lists_or_its_mean_error(golden_split: Split):
    model = Given(GOLDEN_SCORES, rates=True)
    for metric, title, value in (("mae", "MAE", 4), ("hit_rate@10", "Hit rate@10", 1)):
        validate = validator(golden_split, model, metric)
        assert validate is not None
        assert validate(model).metric == title
        assert validate(model).value == pytest.approx(value)


@pytest.mark.parametrize("rates", [False, True])
def test_every_choice_is_the_figure_that_a_report_on_the_validation_events_has(rates: bool):
    made = split(worlds.two_camps(60, Feedback.EXPLICIT).dataset, SplitRecipe())
    model = Given(np.random.default_rng(0).random((60, 20)), rates=rates)
    choices = early_stopping_metrics(model)
    assert choices[0] == ("rmse" if rates else "ndcg@10")
    report = evaluate(model, made.valid, made.dataset).metrics
    about_relevance = {metric.about.key for metric in METRICS if isinstance(metric, RankingMetric | RatingMetric)}
    assert sorted(choices) == sorted(name for name in report if name.partition("@")[0] in about_relevance)
    for choice in choices:
        validate = validator(made, model, choice)
        assert validate is not None
        assert validate(model).value == pytest.approx(report[choice].value)


@pytest.mark.parametrize("metric", ["rmse", "coverage@10", "ndcg", "ndcg@", "ndcg@11", "fame", ""])
def test_a_figure_that_the_model_has_not_cannot_stop_it(golden_split: Split, metric: str):
    with pytest.raises(ConfigError, match=f"Given scores cannot be stopped on '{metric}'.*one of: ndcg@10, ") as caught:
        validator(golden_split, Given(GOLDEN_SCORES), metric)
    assert caught.value.code == "unknown-metric"


def test_a_fixed_sample_of_people_validates(monkeypatch: pytest.MonkeyPatch):
    made = split(worlds.two_camps(60).dataset, SplitRecipe(seed=3))
    rng = np.random.default_rng(0)
    model = Given(rng.random((60, 20)))
    everybody = validator(made, model)
    monkeypatch.setattr(evaluation, "VALIDATION_USERS", 12)
    sample, same = validator(made, model), validator(made, model)
    assert everybody is not None
    assert sample is not None
    assert same is not None
    assert sample(model).value == sample(model).value == same(model).value
    assert sample(model).value != everybody(model).value
    assert sample(model).value * 12 == pytest.approx(
        sum(
            value
            for user, value in zip(
                made.valid.warm_users,
                evaluate(model, made.valid, made.dataset, ks=(10,)).per_user["ndcg@10"].numerator,
                strict=True,
            )
            if user in np.random.default_rng(3).choice(made.valid.warm_users, 12, replace=False)
        )
    )


def test_nothing_held_out_is_nothing_to_validate_on():
    dataset = worlds.dataset([(user, item, 4.0, item) for user in range(3) for item in range(4)], 3, 4)
    made = split(dataset, SplitRecipe())
    for rates in (False, True):
        assert validator(made, Given(np.zeros((3, 4)), rates=rates)) is None


def test_a_rating_model_is_validated_where_no_held_out_rating_reaches_the_threshold(golden_split: Split):
    recipe = golden_split.recipe.model_copy(update={"threshold": 99.0})
    unreached = Split(golden_split.dataset, golden_split.roles, recipe)
    assert validator(unreached, Given(GOLDEN_SCORES)) is None
    assert validator(unreached, Given(GOLDEN_SCORES, rates=True)) is not None


def test_a_report_on_nobody_is_refused_in_words():
    dataset = worlds.dataset([(user, item, 4.0, item) for user in range(3) for item in range(4)], 3, 4)
    made = split(dataset, SplitRecipe())
    with pytest.raises(SplitError, match="nobody to judge"):
        evaluate(Given(np.zeros((3, 4))), made.valid, dataset)


def test_real_models_beat_nothing_they_should_not(golden_split: Split):
    train = golden_split.train
    for model in (Popularity().fit(train), Bias().fit(train)):
        report = evaluate(model, golden_split.test, train)
        assert report.users == 3
        assert all(math.isfinite(estimate.value) for estimate in report.metrics.values())


def test_popularity_cannot_tell_the_camps_apart():
    camps = worlds.two_camps(40)
    held = worlds.dataset(
        [(int(user), int(item), 1.0, 0) for user, item in zip(camps.users, camps.items, strict=True)], 40, 20
    ).interactions
    holdout = Holdout(Histories.from_interactions(camps.dataset.interactions), held, held)
    report = evaluate(Popularity().fit(camps.dataset), holdout, camps.dataset, ks=(1,))
    # 11 items are unknown, each met by 18 people: any of them may come first.
    assert values(report)["hit_rate@1"] == pytest.approx(1 / 11)


def test_the_bias_model_finds_the_planted_generosity():
    world = worlds.planted_ratings(np.random.default_rng(0))
    made = split(world.dataset, SplitRecipe())
    report = evaluate(Bias().fit(made.train), made.test, world.dataset, ks=(5,))
    mean = Given(np.full(world.truth.shape, made.train.interactions.values.mean()), rates=True)
    best = Given(world.truth, rates=True)
    floor = evaluate(best, made.test, world.dataset, ks=(5,)).metrics["rmse"].value
    naive = evaluate(mean, made.test, world.dataset, ks=(5,)).metrics["rmse"].value
    assert floor == pytest.approx(world.noise, rel=0.15)
    assert floor < report.metrics["rmse"].value < naive


def test_every_ranking_metric_is_reported_for_each_length():
    keys = {metric.about.key for metric in METRICS if isinstance(metric, RankingMetric)}
    dataset = worlds.golden()
    report = evaluate(Given(GOLDEN_SCORES), split(dataset, SplitRecipe()).test, dataset, ks=(2, 3))
    assert set(report.per_user) >= {f"{key}@{k}" for key in keys for k in (2, 3)}
    assert RMSE.about.key not in report.per_user


# People whom the model never met


class ByHistory(Given):
    """Shows people whom it was told of what stands in its table for their number of known events."""

    def __init__(self, table: list[list[float]] | np.ndarray, told: np.ndarray, *, rates: bool = False) -> None:
        super().__init__(table, rates=rates)
        self.told = told.astype(np.float32)  # [number of known events, I]
        self.asked: list[tuple[list[int], list[float]]] = []

    @property
    def abilities(self) -> frozenset[Ability]:
        return super().abilities | {Ability.HISTORY}

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        self.asked += [tuple(part.tolist() for part in histories.row(b)) for b in range(len(histories))]
        return self.told[histories.lengths()]


def with_strangers() -> Split:
    """The golden table, where u2 tests with i4 and u1 validates with i1; both are never trained on."""
    dataset = worlds.golden()
    events = dataset.interactions
    roles = np.full(len(events), TRAIN, dtype=np.int8)
    roles[np.isin(events.users, [1, 2])] = KNOWN
    roles[(events.users == 2) & (events.items == 4)] = TEST
    roles[(events.users == 1) & (events.items == 1)] = VALID
    roles[(events.users == 0) & (events.items == 4)] = TEST
    return Split(dataset, roles, SplitRecipe())


TOLD = np.array([[0] * 6, [0] * 6, [9, 2, 3, 9, 1, 0], [9, 7, 9, 2, 8, 9]])  # u2 knows two; u1 knows three


def test_people_whom_the_model_never_met_are_scored_by_what_is_known_of_them():
    made = with_strangers()
    model = ByHistory(GOLDEN_SCORES, TOLD)
    report = evaluate(model, made.test, made.dataset, ks=(1, 5))
    assert model.asked == [([3, 0], [3.0, 2.0])], "the events of u2 before the test, oldest first"
    assert (report.users, report.cold_users) == (2, 0)
    assert report.per_user["mrr@5"].users.tolist() == [0, 2]
    assert report.per_user["mrr@5"].numerator == pytest.approx([1 / 2, 1 / 3])  # u0 sees i5, i4; u2 sees i2, i1, i4


def test_validation_asks_about_new_people_too():
    made = with_strangers()
    model = ByHistory(GOLDEN_SCORES, TOLD)
    validate = validator(made, model)
    assert validate is not None
    assert validate(model).value == pytest.approx(SECOND)  # u1 knows i0, i2 and i5, and sees i4, i1, i3
    assert model.asked == [([0, 2, 5], [4.0, 5.0, 1.0])]


def test_a_model_that_cannot_be_told_of_new_people_is_judged_by_the_others():
    made = with_strangers()
    report = evaluate(Given(GOLDEN_SCORES, rates=True), made.test, made.dataset, ks=(1, 5))
    assert (report.users, report.cold_users) == (1, 1)
    assert report.per_user["mrr@5"].users.tolist() == [0]
    assert report.per_user["rmse"].users.tolist() == [0]


@pytest.mark.parametrize("rates", [False, True])
def test_a_model_that_cannot_be_told_of_new_people_is_refused_where_there_are_no_others(rates: bool):
    made = split(worlds.two_camps(20, Feedback.EXPLICIT).dataset, SplitRecipe(key="user-folds"))
    model = Given(np.zeros((20, 20)), rates=rates)
    for ask in (lambda: evaluate(model, made.test, made.dataset), lambda: validator(made, model)):
        with pytest.raises(AbilityError, match="only knows the people it met.*split per person") as caught:
            ask()
        assert caught.value.code == "only-strangers"


def test_ratings_of_new_people_are_predicted_from_what_is_known_of_them_and_cut_to_the_scale():
    made = with_strangers()
    model = ByHistory(GOLDEN_SCORES, TOLD * 10.0, rates=True)  # 10 for i4, where the scale ends at 5
    report = evaluate(model, made.test, made.dataset, ks=(5,))
    part = report.per_user["rmse"]
    assert part.users.tolist() == [0, 2]
    assert part.numerator.tolist() == [(5 - 1) ** 2, (4 - 5) ** 2]
    validate = validator(made, model)
    assert validate is not None
    assert validate(model).value == pytest.approx(5 - 3)  # u1 rated i1 with 3


def test_new_people_are_told_of_by_what_is_known_and_never_by_what_is_to_be_found():
    for key in ("user-folds", "cold-user"):
        made = split(worlds.two_camps(30, Feedback.EXPLICIT).dataset, SplitRecipe(key=key))
        model = ByHistory(np.zeros((30, 20)), np.zeros((20, 20)), rates=True)
        evaluate(model, made.test, made.dataset)
        known = {tuple(made.test.known.row(user)[0].tolist()) for user in made.test.warm_users}
        assert {tuple(items) for items, _ in model.asked} == known
        for user in made.test.warm_users:
            assert not set(made.test.known.row(user)[0]) & set(made.test.targets.items[made.test.targets.users == user])


@pytest.mark.parametrize("chunk_scores", [1, 100])
def test_the_size_of_the_chunks_does_not_matter_for_new_people(chunk_scores: int, monkeypatch: pytest.MonkeyPatch):
    made = split(worlds.planted_ratings(np.random.default_rng(1)).dataset, SplitRecipe(key="user-folds", folds=3))
    model = Bias().fit(made.train)
    whole = values(evaluate(model, made.test, made.dataset))
    monkeypatch.setattr(ranking, "CHUNK_SCORES", chunk_scores)
    monkeypatch.setattr(evaluation, "CHUNK_SCORES", chunk_scores)
    assert values(evaluate(model, made.test, made.dataset)) == pytest.approx(whole, abs=1e-5)


def test_a_fixed_sample_of_new_people_validates_ratings(monkeypatch: pytest.MonkeyPatch):
    made = split(worlds.planted_ratings(np.random.default_rng(1)).dataset, SplitRecipe(key="user-folds", folds=2))
    monkeypatch.setattr(evaluation, "VALIDATION_USERS", 2)
    model = ByHistory(np.zeros((80, 50)), np.zeros((50, 50)), rates=True)
    validate, same = validator(made, model), validator(made, model)
    assert validate is not None
    assert same is not None
    assert validate(model).value == same(model).value
    assert len(model.asked) == 4, "two people, asked about twice"
    assert len(made.valid.warm_users) > 2


def test_a_persons_generosity_is_told_by_their_history():
    world = worlds.planted_ratings(np.random.default_rng(0), n_users=200)
    made = split(world.dataset, SplitRecipe(key="user-folds"))
    model = Bias().fit(made.train)
    told = evaluate(model, made.test, world.dataset, ks=(5,)).metrics["rmse"].value
    nobody = replace(made.test, strangers=np.empty(0, dtype=np.int64))  # everybody an average person
    assert told < evaluate(model, nobody, world.dataset, ks=(5,)).metrics["rmse"].value


def test_the_camp_of_somebody_new_is_told_by_their_history():
    dataset = worlds.two_camps(120).dataset
    made = split(dataset, SplitRecipe(key="cold-user", known_events=4))
    model = GMF(GMF.Config(epochs=40, embedding_size=8, batch_size=64))
    model.fit(made.train, FitContext(seed=1, validate=validator(made, model)))
    found = evaluate(model, made.test, dataset, ks=(5,)).metrics["precision@5"].value
    chance = evaluate(Popularity().fit(made.train), made.test, dataset, ks=(5,)).metrics["precision@5"].value
    assert chance < 0.45
    assert found > 0.75, f"of 6 items of the own camp 5 are to be found, {found}"


@pytest.mark.parametrize("key", [splitter.key for splitter in SPLITTERS])
@pytest.mark.parametrize("model_class", MODELS, ids=lambda model: model.info.key)
def test_every_model_learns_and_is_judged_on_every_split(model_class: type[Recommender], key: str):
    made = split(worlds.two_camps(20, Feedback.EXPLICIT).dataset, SplitRecipe(key=key, folds=3, fold=2))
    tiny = {"epochs": 1, "embedding_size": 4, "batch_size": 64, "tower": (4,)}
    fields = model_class.Config.model_fields
    model = model_class(model_class.Config(**{name: value for name, value in tiny.items() if name in fields}))
    model.fit(made.train, FitContext(validate=validator(made, model)))
    report = evaluate(model, made.test, made.dataset, ks=(5,))
    assert report.users == len(made.test.warm_users)
    assert all(math.isfinite(estimate.value) for estimate in report.metrics.values())


def test_what_is_hidden_stays_out_of_the_lists_and_is_told_to_nobody():
    """Person 0 met the best item, but nobody is told yet: it is not shown, and the model does not know of it."""
    data = worlds.golden()
    roles = np.full(len(data.interactions), TRAIN, dtype=np.int8)
    events = data.interactions
    roles[(events.users == 0) & (events.items == 0)] = HIDDEN
    roles[(events.users == 0) & (events.items == 4)] = TEST
    parts = Split(data, roles, SplitRecipe())
    report = evaluate(Given(np.tile([9.0, 5, 4, 3, 2, 1], (4, 1))), parts.test, data)
    assert report.lists.items[0].tolist()[:2] == [4, 5]  # 1 to 3 are known, 0 is hidden
    assert parts.test.known.row(0)[0].tolist() == [1, 2, 3]
    assert sorted(parts.test.hidden.row(0)[0].tolist()) == [0, 1, 2, 3]
    assert parts.valid.met is None
