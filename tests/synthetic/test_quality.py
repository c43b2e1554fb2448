"""Whether likeness is told where it is, and what differs is named."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp
from sklearn.metrics import roc_auc_score

from recsys_core.data.dataset import Dataset, Ids
from recsys_core.synthetic.judging.aspects import Aspect
from recsys_core.synthetic.judging.distances import kolmogorov_smirnov, survival
from recsys_core.synthetic.judging.pair import Pair
from recsys_core.synthetic.judging.quality import Quality, quality
from recsys_core.synthetic.judging.telling_apart import _area
from tests.synthetic.town import implicit, only, town, without_taste

EVERYTHING = {
    *("activity", "popularity", "item_ranks", "ratings", "hours", "weekdays", "sessions"),
    *("co_occurrence", "genre_pairs", "spectrum", "diversity", "coverage", "discriminator"),
}


def judged(real: Dataset, synthetic: Dataset, seed: int = 0) -> Quality:
    return quality(Pair.of(real, synthetic).active(), seed)


def found(result: Quality, key: str) -> Aspect:
    aspect = result.find(key)
    assert aspect is not None
    return aspect


@pytest.fixture(scope="module")
def real() -> Dataset:
    return town()


@pytest.fixture(scope="module")
def fresh(real: Dataset) -> Quality:
    return judged(real, town(seed=1))


@pytest.fixture(scope="module")
def tasteless(real: Dataset) -> Quality:
    return judged(real, without_taste(real))


def test_distances_are_those_of_independent_programs():
    rng = np.random.default_rng(0)
    for one, other in ((rng.normal(size=50), rng.normal(0.3, 2, 80)), (rng.integers(0, 4, 30), rng.integers(1, 5, 9))):
        assert kolmogorov_smirnov(one, other) == pytest.approx(ks_2samp(one, other).statistic)
        labels = np.repeat([0, 1], [len(one), len(other)])
        assert _area(other, one) == pytest.approx(roc_auc_score(labels, np.concatenate([one, other])))


def test_survival_begins_with_everybody_and_ends_with_the_largest():
    sizes = np.arange(1, 5001)
    at, share = survival(sizes)
    assert (at[0], share[0]) == (1, 1.0)
    assert (at[-1], share[-1]) == (5000, pytest.approx(1 / 5000))
    assert len(at) <= 200
    assert all(share[place] == pytest.approx((sizes >= level).mean()) for place, level in enumerate(at))


def test_other_people_of_the_same_town_are_alike_in_all_respects(fresh):
    assert {aspect.key for aspect in fresh.aspects} == EVERYTHING
    assert [aspect.key for aspect in fresh.aspects if not aspect.is_alike] == []
    assert fresh.score > 0.85
    assert fresh.floor_score is not None
    assert fresh.score > fresh.floor_score - 0.05


def test_copies_have_the_full_score(real):
    result = judged(real, only(real, np.arange(real.n_users)[::-1]))
    assert result.score == pytest.approx(1.0)
    assert found(result, "discriminator").value < 0.4  # the twins mislead it


def test_who_has_no_taste_is_caught_by_what_goes_together_and_not_by_what_is_popular(fresh, tasteless):
    caught = {aspect.key for aspect in tasteless.aspects if not aspect.is_alike}
    assert {"co_occurrence", "genre_pairs", "diversity", "discriminator"} <= caught
    assert not caught & {"activity", "popularity", "item_ranks", "coverage"}
    assert found(tasteless, "activity").value == 0
    assert found(tasteless, "co_occurrence").value < 0.2 < found(tasteless, "co_occurrence").floor
    assert found(tasteless, "discriminator").value > 0.85
    assert found(tasteless, "spectrum").value > 2 * found(fresh, "spectrum").value


def test_what_the_data_do_not_have_is_absent_not_zero(real, tasteless):
    assert tasteless.find("hours") is None  # its people have no times
    bare = judged(implicit(real), implicit(town(seed=1)))
    assert {aspect.key for aspect in bare.aspects} == EVERYTHING - {
        *("ratings", "hours", "weekdays", "sessions", "genre_pairs", "diversity")
    }


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("activity", lambda events: events.take(np.arange(len(events)) % 2 == 0)),
        ("ratings", lambda events: replace(events, values=np.minimum(events.values + 1, 5).astype(np.float32))),
        ("hours", lambda events: replace(events, times=events.times + 5 * 3600)),
        ("weekdays", lambda events: replace(events, times=events.times // (7 * 86_400) * 7 * 86_400)),
        ("sessions", lambda events: replace(events, times=events.times * 13)),
        ("item_ranks", lambda events: replace(events, items=events.n_items - 1 - events.items)),
    ],
)
def test_each_change_is_seen_in_its_own_aspect(real, fresh, key, change):
    other = town(seed=1)
    result = judged(real, other.with_interactions(change(other.interactions)))
    assert found(fresh, key).is_alike
    assert not found(result, key).is_alike
    assert found(result, key).score < found(fresh, key).score - 0.1


def test_hours_days_and_sessions_are_those_of_pandas(real, fresh):
    when = pd.DatetimeIndex(np.sort(real.interactions.times).astype("datetime64[s]"))
    for key, parts, n in (("hours", when.hour, 24), ("weekdays", when.day_of_week, 7)):
        counted = parts.value_counts(normalize=True).reindex(range(n), fill_value=0)
        assert found(fresh, key).chart.real.y == pytest.approx(counted.tolist())
    assert found(fresh, "weekdays").chart.labels[0] == "Mon"
    events = pd.DataFrame({"user": real.interactions.users, "time": real.interactions.times})
    pauses = events.sort_values(["user", "time"]).groupby("user")["time"].diff()
    sessions = (pauses.isna() | (pauses > 3600)).sum()
    assert f"a real one {len(events) / sessions:.1f}." in found(fresh, "sessions").sentence


def test_the_spectrum_is_that_of_a_dense_decomposition_without_the_first_value(real, tasteless):
    sides = [data.interactions.matrix().toarray() > 0 for data in (real, without_taste(real))]
    one, other = (np.linalg.svd(side, compute_uv=False)[1:20] / np.sqrt(side.sum()) for side in sides)
    assert found(tasteless, "spectrum").value == pytest.approx(np.abs(one - other).sum() / one.sum(), rel=1e-5)


def test_a_genre_with_itself_is_a_pair_too(fresh):
    assert found(fresh, "genre_pairs").sentence.endswith("over 10 pairs.")  # of four genres


def test_how_often_the_classifier_is_right_is_told(tasteless):
    aspect = found(tasteless, "discriminator")
    right = (sum(aspect.chart.real.y[:5]) + sum(aspect.chart.synthetic.y[5:])) / 2
    assert right > 0.75
    assert f"right about {right:.0%} of people" in aspect.sentence


def test_how_many_people_are_generated_makes_no_difference(real):
    many = judged(real, town(450, seed=2))
    assert [aspect.key for aspect in many.aspects if not aspect.is_alike] == []
    assert found(many, "coverage").value < 0.1


def test_another_catalogue_is_judged_by_what_can_be_compared(real):
    other = town(seed=1)
    elsewhere = replace(other, item_ids=Ids.of([f"other-{item}" for item in range(other.n_items)]))
    result = judged(real, elsewhere)
    assert {aspect.key for aspect in result.aspects} == EVERYTHING - {"item_ranks", "co_occurrence"}
    assert found(result, "popularity").value < 0.2
    assert found(result, "genre_pairs").is_alike
    assert found(result, "coverage").is_alike


def test_items_that_are_all_of_one_genre_do_not_differ_at_all(real):
    table = real.item_table.assign(genres=[("Horror", "Old", "New")] * real.n_items)
    same = replace(real, item_table=table)
    assert set(found(judged(same, same), "diversity").chart.real.x) == {0.0}


def test_a_part_of_the_catalogue_is_the_same_catalogue(real):
    small = town(seed=1)
    kept = small.interactions.items < 50
    events = replace(small.interactions.take(kept), n_items=50)
    less = replace(
        small, interactions=events, item_ids=Ids(small.item_ids.values[:50]), item_table=small.item_table[:50]
    )
    pair = Pair.of(real, less)
    assert list(pair.catalogue.shared) == list(range(50))
    assert pair.n_new == 0
    assert len(pair.catalogue) == real.n_items
    result = judged(real, less)
    assert found(result, "item_ranks").value > 0.7
    assert found(result, "coverage").chart.synthetic.y[0] > 0.95  # of its own 50 items


def test_seeds_decide_and_nothing_else(real, tasteless):
    assert judged(real, without_taste(real)) == tasteless
    assert judged(real, without_taste(real), seed=1) != tasteless
