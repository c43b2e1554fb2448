"""How well two kinds of vectors mix."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.content.around import AROUND, Around
from recsys_core.transfer.nearness import _texts, mixing, picture_closeness, text_closeness
from tests.transfer.catalogues import LAW, SEA, catalogue


def cloud(seed: int, n: int = 200, shift: float = 0.0) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal((n, 12)) + shift).astype(np.float32)


def test_vectors_of_one_distribution_mix():
    assert mixing(cloud(0), cloud(1)) > 0.85


def test_vectors_that_lie_apart_do_not():
    assert mixing(cloud(0, shift=5), cloud(1, shift=-5)) == 0


def test_the_same_vectors_mix_wholly():
    assert mixing(cloud(0), cloud(0)) == 1


def test_all_alike_mix_wholly():
    assert mixing(np.ones((30, 4), np.float32), np.ones((20, 4), np.float32)) == 1


@given(st.integers(2, 40), st.integers(2, 40), st.floats(-1, 1), st.integers(0, 99))
def test_it_is_a_share_and_the_same_both_ways(n: int, m: int, shift: float, seed: int):
    one, other = cloud(seed, n), cloud(seed + 1, m, shift)
    assert 0 <= mixing(one, other) <= 1
    assert mixing(one, other) == pytest.approx(mixing(other, one))


def test_titles_of_two_worlds_do_not_mix():
    films, cases = ([word for word in words for _ in range(4)] for words in (SEA, LAW))
    found = text_closeness(catalogue(films), catalogue(cases), AROUND)
    assert found is not None
    assert found < 0.2


def test_years_in_titles_say_nothing_about_what_items_are_about():
    assert _texts(catalogue(["Heat (1995)"])).texts() == _texts(catalogue(["Heat"])).texts() == ["heat"]


def test_of_few_items_nothing_is_told():
    assert text_closeness(catalogue(["Heat"] * 19), catalogue(["Heat"] * 50), AROUND) is None
    assert text_closeness(catalogue(["Heat"] * 20), catalogue(["Heat"] * 50), AROUND) is not None


def test_pictures_of_one_kind_mix_better(tmp_path: Path):
    from PIL import Image

    def pictured(name: str, draw: int) -> object:
        rng = np.random.default_rng(len(name))
        bare = catalogue([""] * 24, name=name)
        files = []
        for number in range(24):
            noise = rng.integers(0, 60, (48, 48, 3))
            pixels = noise + 150 * (np.indices((48, 48))[draw] // 6 % 2)[..., None] if draw < 2 else noise * 4
            Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / f"{name}{number}.png")
            files.append(f"{name}{number}.png")
        return replace(
            bare, item_table=bare.item_table.assign(image=pd.Series(files, dtype=object)), image_folder=tmp_path
        )

    around = Around(cache=tmp_path / "cache")
    one, same, other = pictured("a", 0), pictured("bb", 0), pictured("ccc", 2)
    assert picture_closeness(one, same, around) > picture_closeness(one, other, around)
    assert picture_closeness(one, catalogue([""] * 30), around) is None
