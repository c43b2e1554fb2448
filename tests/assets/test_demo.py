"""Tests of the committed demo: its shape, its pictures and the structure planted in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

DEMO = Path(__file__).parents[2] / "assets" / "demo"
TABLES = ("items", "people", "ratings", "causes")
PAIR = ["user_id", "item_id"]


@pytest.fixture(scope="module")
def demo() -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(DEMO / f"{name}.csv") for name in TABLES}


@pytest.fixture(scope="module")
def joined(demo) -> pd.DataFrame:
    """Ratings with their cause and the theme of their film."""
    themes = demo["items"][["item_id", "theme"]]
    return demo["ratings"].merge(demo["causes"], on=PAIR).merge(themes, on="item_id")


@pytest.fixture(scope="module")
def by_taste(joined) -> pd.Series:
    return ~joined["cause"].isin(["popularity", "chance"])


def test_columns(demo):
    assert list(demo["items"]) == ["item_id", "title", "genres", "year", "synopsis", "image", "theme"]
    assert list(demo["people"]) == ["user_id", "name", "tastes"]
    assert list(demo["ratings"]) == ["user_id", "item_id", "rating", "timestamp"]
    assert list(demo["causes"]) == ["user_id", "item_id", "cause"]
    assert not any(table.isna().any(axis=None) for table in demo.values())


def test_films(demo):
    items = demo["items"]
    assert len(items) == 400
    assert items["item_id"].is_unique
    assert items["title"].is_unique
    assert items["synopsis"].is_unique
    assert items["year"].between(1962, 2021).all()
    assert items["synopsis"].str.split().str.len().between(20, 45).all()
    genres = items["genres"].str.split("|")
    assert genres.str.len().between(1, 3).all()
    assert genres.explode().nunique() == 10


def test_themes(demo):
    sizes = demo["items"]["theme"].value_counts()
    assert len(sizes) == 24
    assert set(sizes) == {16, 17}


def test_people(demo):
    people = demo["people"]
    tastes = people["tastes"].str.split("|")
    assert len(people) == 600
    assert people["user_id"].is_unique
    assert people["name"].is_unique
    assert tastes.str.len().between(4, 6).all()
    assert tastes.map(lambda themes: len(set(themes)) == len(themes)).all()
    assert set(tastes.explode()) == set(demo["items"]["theme"])


def test_ratings(demo):
    ratings = demo["ratings"]
    assert len(ratings) == 30_000
    assert not ratings.duplicated(PAIR).any()
    assert set(ratings["rating"]) == {1, 2, 3, 4, 5}
    assert set(ratings["user_id"]) == set(demo["people"]["user_id"])
    assert set(ratings["item_id"]) == set(demo["items"]["item_id"])
    assert ratings["user_id"].value_counts().between(15, 150).all()
    assert ratings["item_id"].value_counts().min() >= 5


def test_popularity_and_activity_have_long_tails(demo):
    for column in PAIR:
        counts = demo["ratings"][column].value_counts()
        assert counts.max() >= 3 * counts.median()


def test_times(demo):
    times = pd.to_datetime(demo["ratings"]["timestamp"], unit="s")
    assert times.is_monotonic_increasing
    assert times.min() >= pd.Timestamp("2022-01-01")
    assert times.max() < pd.Timestamp("2024-01-01")
    assert not demo["ratings"].duplicated(["user_id", "timestamp"]).any()


def test_pictures(demo):
    images = demo["items"]["image"]
    assert {path.name for path in (DEMO / "pictures").iterdir()} == {Path(image).name for image in images}
    for image in images:
        path = DEMO / image
        assert path.stat().st_size <= 8192
        with Image.open(path) as picture:
            picture.load()
            assert picture.format == "WEBP"
            assert picture.size == (160, 240)


def test_causes_align_with_ratings_tastes_and_themes(demo, joined, by_taste):
    assert demo["causes"][PAIR].equals(demo["ratings"][PAIR])
    assert (joined["cause"] == joined["theme"])[by_taste].all()
    tastes = demo["people"].set_index("user_id")["tastes"].str.split("|").to_dict()
    liked = [theme in tastes[user] for user, theme in zip(joined["user_id"], joined["theme"], strict=True)]
    assert (by_taste == liked).all()


def test_cause_shares_and_ratings(joined, by_taste):
    assert 0.75 <= by_taste.mean() <= 0.80
    assert joined["rating"][by_taste].between(3, 5).all()
    assert joined["rating"][joined["cause"] == "popularity"].between(2, 4).all()
    assert joined["rating"][joined["cause"] == "chance"].between(1, 3).all()
    means = joined.groupby("cause")["rating"].mean()
    assert joined["rating"][by_taste].mean() >= means["popularity"] >= means["chance"]


def test_no_theme_fills_the_typical_history(joined):
    largest = joined.groupby("user_id")["theme"].agg(lambda themes: themes.value_counts().max() / len(themes))
    assert largest.median() <= 0.25


def test_remaking_gives_the_same_tables(tmp_path):
    command = [sys.executable, str(DEMO / "make_demo.py"), "--out", str(tmp_path), "--no-pictures"]
    subprocess.run(command, check=True)
    for name in TABLES:
        assert (tmp_path / f"{name}.csv").read_bytes() == (DEMO / f"{name}.csv").read_bytes()
    assert not (tmp_path / "pictures").exists()


def ease(history: np.ndarray, strength: float = 50.0) -> np.ndarray:
    """Return the item-to-item weights of EASE in closed form."""
    inverse = np.linalg.inv(history.T @ history + strength * np.eye(history.shape[1]))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return weights


def ndcg(scores: np.ndarray, targets: np.ndarray, cutoff: int = 10) -> float:
    """Return the mean NDCG at a cutoff over the people with targets."""
    discount = 1 / np.log2(np.arange(cutoff) + 2)
    top = np.argsort(-scores, axis=1)[:, :cutoff]
    gains = (np.take_along_axis(targets, top, axis=1) * discount).sum(axis=1)
    ideal = np.array([discount[: int(count)].sum() for count in targets.sum(axis=1)])
    return float((gains[ideal > 0] / ideal[ideal > 0]).mean())


def test_collaborative_filtering_learns_the_themes(demo, joined):
    rng = np.random.default_rng(0)
    users = joined["user_id"].map({user: row for row, user in enumerate(demo["people"]["user_id"])}).to_numpy()
    items = joined["item_id"].map({item: row for row, item in enumerate(demo["items"]["item_id"])}).to_numpy()
    place = joined.groupby("user_id")["rating"].transform(lambda rows: rng.permutation(len(rows)) / len(rows))
    held_out = (place < 0.2).to_numpy()
    liked = held_out & (joined["rating"] >= 4).to_numpy()

    history, targets = np.zeros((600, 400)), np.zeros((600, 400))
    history[users[~held_out], items[~held_out]] = 1
    targets[users[liked], items[liked]] = 1
    weights = ease(history)
    by_ease = np.where(history > 0, -np.inf, history @ weights)
    by_popularity = np.where(history > 0, -np.inf, history.sum(axis=0))
    themes = demo["items"]["theme"].to_numpy()
    strongest = [
        np.argmax(np.where(history[user] > 0, weights[:, item], -np.inf))
        for user, item in zip(users[liked], items[liked], strict=True)
    ]
    right = (themes[strongest] == themes[items[liked]]).mean()

    assert ndcg(by_ease, targets) >= 1.5 * ndcg(by_popularity, targets)
    assert right >= 0.9
