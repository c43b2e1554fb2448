"""Metrics of shown lists against loops written from the papers' formulas, by hand, and as laws."""

import math
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from recsys_core.data.dataset import Dataset, blank_item_table
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.metrics import METRICS, ListMetric, ShownMetric, per_person
from recsys_core.metrics.calibration import ALPHA, CALIBRATION
from recsys_core.metrics.coverage import COVERAGE
from recsys_core.metrics.diversity import GENRE_DIVERSITY, TEXT_DIVERSITY
from recsys_core.metrics.gini import GINI
from recsys_core.metrics.novelty import NOVELTY
from recsys_core.metrics.per_person import by_list
from recsys_core.metrics.personalisation import PERSONALISATION
from recsys_core.metrics.popularity_lift import POPULARITY_LIFT
from recsys_core.metrics.serendipity import SERENDIPITY
from recsys_core.metrics.shown import Background
from recsys_core.splitting import Holdout
from recsys_core.types import Feedback
from tests import worlds

GENRES = ("crime", "drama", "farce", "noir")
WORDS = ("a <b>", "house", "of", "cards", "wind", "x")
K = 5


@dataclass(frozen=True)
class World:
    """Lists of 40 people out of 25 items, short and empty ones among them; person 39 has met nothing."""

    dataset: Dataset
    known: list[list[int]]
    relevant: list[list[int]]
    lists: np.ndarray

    @property
    def holdout(self) -> Holdout:
        known = Histories.of([(items, [1.0] * len(items)) for items in self.known], self.dataset.n_items)
        return Holdout(known, events(self.relevant, self.dataset.n_items), events(self.relevant, self.dataset.n_items))

    @property
    def users(self) -> np.ndarray:
        return np.flatnonzero(
            [bool(items) and bool(known) for items, known in zip(self.relevant, self.known, strict=True)]
        )

    def values(self, metric: ShownMetric, k: int = K) -> dict[int, float]:
        """Of each person who is judged."""
        name = f"{metric.about.key}@{k}"
        parts = by_list([metric], Background(self.holdout, self.dataset), self.users, self.lists[self.users], (k,))
        if name not in parts:
            return {}
        part = parts[name]
        return dict(zip(part.users.tolist(), (part.numerator / part.denominator).tolist(), strict=True))

    def shown(self, user: int, k: int = K) -> list[int]:
        return [item for item in self.lists[user, :k].tolist() if item >= 0]

    def met_by(self, item: int) -> float:
        """The share of people who know it."""
        return sum(item in items for items in self.known) / sum(bool(items) for items in self.known)


def events(rows: list[list[int]], n_items: int) -> Interactions:
    users = np.repeat(np.arange(len(rows)), [len(row) for row in rows]).astype(np.int32)
    items = np.array([item for row in rows for item in row], dtype=np.int32)
    return Interactions(users, items, np.ones(len(items), np.float32), None, len(rows), n_items)


def world(seed: int = 0) -> World:
    rng = np.random.default_rng(seed)
    n_users, n_items = 40, 25
    dataset = worlds.dataset([], n_users, n_items, feedback=Feedback.IMPLICIT)
    table = dataset.item_table
    table["genres"] = [tuple(rng.permutation(GENRES)[: rng.integers(0, 4)]) for _ in range(n_items)]
    table["title"] = [" ".join(rng.choice(WORDS, rng.integers(0, 4))) for _ in range(n_items)]
    known, relevant, lists = [], [], np.full((n_users, 8), -1, dtype=np.int32)
    for user in range(n_users):
        order = np.argsort(rng.random(n_items) ** (1 + np.arange(n_items))).tolist()  # some are more popular
        n_known, n_shown = int(rng.integers(1, 12)), int(rng.integers(0, 9))
        known.append(order[:n_known] if user < n_users - 1 else [])
        unknown = rng.permutation(order[n_known:]).tolist()
        relevant.append(unknown[: rng.integers(1, 5)])
        lists[user, :n_shown] = rng.permutation(unknown)[:n_shown]
    return World(dataset, known, relevant, lists)


@pytest.fixture(scope="module")
def made() -> World:
    return world()


def assert_equal(found: dict[int, float], expected: dict[int, float | None]) -> None:
    told = {user: value for user, value in expected.items() if value is not None}
    assert len(told) > 5
    assert found == pytest.approx(told, abs=1e-9)


def each_person(made: World, formula) -> dict[int, float | None]:
    return {user: formula(user) for user in made.users.tolist()}


def mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


@pytest.mark.parametrize("k", [1, 5, 8])
def test_novelty_is_the_mean_self_information(made: World, k: int):
    def formula(user: int) -> float | None:
        return mean([-math.log2(made.met_by(item) or 1 / 39) for item in made.shown(user, k)])

    assert_equal(made.values(NOVELTY, k), each_person(made, formula))


def test_popularity_lift_is_the_ratio_of_the_average_popularities_of_groups(made: World):
    """Abdollahpouri et al.: GAP is the mean over people of the mean popularity of their items."""
    parts = by_list([POPULARITY_LIFT], Background(made.holdout, made.dataset), made.users, made.lists[made.users], (K,))
    judged = [user for user in made.users if made.shown(user)]
    gap_lists = mean([mean([made.met_by(item) for item in made.shown(user)]) for user in judged])
    gap_profiles = mean([mean([made.met_by(item) for item in made.known[user]]) for user in judged])
    part = parts[f"popularity_lift@{K}"]
    assert part.users.tolist() == judged
    assert part.value() == pytest.approx((gap_lists - gap_profiles) / gap_profiles, abs=1e-9)


def test_serendipity_is_what_popularity_would_not_have_found(made: World):
    order = made.dataset.item_ids.hash_order.tolist()
    by_popularity = sorted(order, key=lambda item: -made.met_by(item))  # stable: ties in the order of the hash

    def formula(user: int) -> float:
        popular = [item for item in by_popularity if item not in made.known[user]][:K]
        return sum(item in made.relevant[user] and item not in popular for item in made.shown(user)) / K

    expected = each_person(made, formula)
    assert sum(expected.values()) > 1
    assert_equal(made.values(SERENDIPITY), expected)


def test_genre_diversity_is_the_mean_jaccard_distance_of_pairs(made: World):
    def formula(user: int) -> float | None:
        sets = [set(made.dataset.genres(item)) for item in made.shown(user) if made.dataset.genres(item)]
        return mean([1 - len(a & b) / len(a | b) for a, b in combinations(sets, 2)])

    assert_equal(made.values(GENRE_DIVERSITY), each_person(made, formula))


def test_text_diversity_is_the_mean_cosine_distance_of_scikit_learns_vectors(made: World):
    table = made.dataset.item_table
    texts = [f"{title} {' '.join(genres)}" for title, genres in zip(table["title"], table["genres"], strict=True)]
    vectors = TfidfVectorizer().fit_transform(texts).toarray()
    assert np.sort(made.dataset.item_words.toarray().sum(axis=0)) == pytest.approx(np.sort(vectors.sum(axis=0)))

    def formula(user: int) -> float | None:
        rows = [vectors[item] for item in made.shown(user) if vectors[item].any()]
        return mean([1 - float(a @ b) for a, b in combinations(rows, 2)])

    assert_equal(made.values(TEXT_DIVERSITY), each_person(made, formula))


def test_calibration_is_stecks_divergence(made: World):
    def distribution(items: list[int]) -> dict[str, float]:
        shares = dict.fromkeys(GENRES, 0.0)
        described = [item for item in items if made.dataset.genres(item)]
        for item in described:
            for genre in made.dataset.genres(item):
                shares[genre] += 1 / len(made.dataset.genres(item)) / len(described)
        return shares

    def formula(user: int) -> float | None:
        p, q = distribution(made.known[user]), distribution(made.shown(user))
        if not any(p.values()) or not any(q.values()):
            return None
        return sum(
            p[genre] * math.log(p[genre] / ((1 - ALPHA) * q[genre] + ALPHA * p[genre])) for genre in GENRES if p[genre]
        )

    assert_equal(made.values(CALIBRATION), each_person(made, formula))


def test_a_list_like_the_profile_is_calibrated(made: World):
    same = replace(made, lists=np.array([(items + [-1] * 12)[:12] for items in made.known], dtype=np.int32))
    values = same.values(CALIBRATION, 12)
    assert len(values) > 20
    assert max(abs(value) for value in values.values()) < 1e-9


def test_what_the_data_cannot_tell_is_absent_and_not_zero(made: World):
    bare = replace(worlds.dataset([], 40, 25, feedback=Feedback.IMPLICIT), item_table=blank_item_table(25))
    unknown = replace(made, dataset=bare)
    for metric in (GENRE_DIVERSITY, TEXT_DIVERSITY, CALIBRATION):
        assert unknown.values(metric) == {}
    assert unknown.values(NOVELTY)
    table = bare.item_table.assign(genres=made.dataset.item_table["genres"])
    with_genres_only = replace(made, dataset=replace(bare, item_table=table))
    assert with_genres_only.values(TEXT_DIVERSITY) == {}
    assert with_genres_only.values(GENRE_DIVERSITY) == made.values(GENRE_DIVERSITY)


def test_one_item_makes_no_pair(made: World):
    assert made.values(GENRE_DIVERSITY, 1) == made.values(TEXT_DIVERSITY, 1) == {}


def test_chunks_of_people_do_not_matter(made: World, monkeypatch: pytest.MonkeyPatch):
    shown = [metric for metric in METRICS if isinstance(metric, ShownMetric)]
    whole = [made.values(metric) for metric in shown]
    monkeypatch.setattr(per_person, "PEOPLE_AT_ONCE", 7)
    monkeypatch.setattr("recsys_core.metrics.diversity.AT_ONCE", 50)
    assert [made.values(metric) for metric in shown] == [pytest.approx(values, abs=1e-12) for values in whole]


def naive_gini(exposure: list[int]) -> float:
    """Mean absolute difference of all pairs over twice the mean."""
    n = len(exposure)
    return sum(abs(a - b) for a in exposure for b in exposure) / (2 * n * n * (sum(exposure) / n))


def test_gini_is_the_mean_difference_of_exposures(made: World):
    exposure = np.bincount(made.lists[made.lists >= 0], minlength=25).tolist()
    found = GINI.value(made.lists, 25)
    assert found is not None
    assert found.value == pytest.approx(naive_gini(exposure), abs=1e-9)
    assert GINI.value(np.arange(6, dtype=np.int32)[None], 6).value == pytest.approx(0.0)
    assert GINI.value(np.zeros((9, 1), dtype=np.int32), 100).value == pytest.approx(0.99)
    assert GINI.value(np.full((2, 3), -1, dtype=np.int32), 6) is None


@pytest.mark.parametrize("k", [1, 5, 8])
def test_personalisation_is_one_minus_the_mean_overlap_of_all_pairs(made: World, k: int):
    lists = [set(made.shown(user, k)) for user in range(40)]
    overlaps = [len(a & b) / math.sqrt(len(a) * len(b)) for a, b in combinations(lists, 2) if a and b]
    found = PERSONALISATION.value(made.lists[:, :k], 25)
    assert found is not None
    assert found.value == pytest.approx(1 - mean(overlaps), abs=1e-9)
    assert found.low < found.value < found.high


def test_personalisation_at_its_ends():
    same, none = np.tile(np.arange(4, dtype=np.int32), (12, 1)), np.arange(48, dtype=np.int32).reshape(12, 4)
    assert PERSONALISATION.value(same, 48).value == pytest.approx(0.0, abs=1e-12)
    assert PERSONALISATION.value(none, 48).value == 1.0
    assert PERSONALISATION.value(same[:1], 48) is None
    assert PERSONALISATION.value(same[:9], 48).low is None
    assert PERSONALISATION.value(np.full((3, 2), -1, dtype=np.int32), 48) is None


def test_the_interval_of_personalisation_covers_the_truth_as_often_as_it_says():
    """Each list is one of ten, some more likely than others: two people share theirs with the probability Σ p²."""
    rng = np.random.default_rng(3)
    p = np.arange(1, 11) / 55
    truth, covered = 1 - float(p @ p), 0
    for _ in range(400):
        found = PERSONALISATION.value(rng.choice(10, (80, 1), p=p).astype(np.int32), 10)
        covered += found.low <= truth <= found.high
    assert 0.91 <= covered / 400 <= 0.98


def test_coverage_counts_items_that_somebody_sees():
    lists = np.array([[0, 1], [1, 2], [1, -1]], dtype=np.int32)
    assert COVERAGE.value(lists, 6).value == 0.5
    assert COVERAGE.value(lists[:, :1], 6).value == pytest.approx(2 / 6)
    assert COVERAGE.value(np.full((2, 3), -1, dtype=np.int32), 6).value == 0.0
    assert COVERAGE.value(np.arange(6, dtype=np.int32)[None], 6).value == 1.0


def test_every_metric_of_lists_is_checked_here():
    assert {metric for metric in METRICS if isinstance(metric, ListMetric)} == {COVERAGE, GINI, PERSONALISATION}
    assert {metric for metric in METRICS if isinstance(metric, ShownMetric)} == {
        *(NOVELTY, POPULARITY_LIFT, SERENDIPITY, GENRE_DIVERSITY, TEXT_DIVERSITY, CALIBRATION)
    }


def test_nothing_held_out_counts_as_popularity(made: World):
    richer = replace(made, relevant=[[*items, 24] if 24 not in items else items for items in made.relevant])
    for metric in (NOVELTY, POPULARITY_LIFT):
        assert richer.values(metric) == made.values(metric)


@pytest.mark.parametrize("metric", [NOVELTY, SERENDIPITY, GENRE_DIVERSITY, TEXT_DIVERSITY, CALIBRATION])
def test_values_are_within_their_bounds(metric: ShownMetric):
    most = {NOVELTY: math.log2(39), CALIBRATION: math.log(1 / ALPHA)}.get(metric, 1.0)
    for seed in range(20):
        values = list(world(seed).values(metric).values())
        assert min(values) >= -1e-12
        assert max(values) <= most + 1e-12
