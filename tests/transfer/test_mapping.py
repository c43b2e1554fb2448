"""People are moved by a linear map, learned from those who are in both, the more so the less is known of them."""

import numpy as np
import pytest
import torch

from recsys_core.training.warm_start import Learned, RowsOf
from recsys_core.transfer.mapping import mapped_people

PEOPLE = (RowsOf.PEOPLE,)


def planted(n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Vectors (n, 3) elsewhere, and here (n, 2): a linear map of them."""
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((n, 3)).astype(np.float32)
    return vectors, (vectors @ np.array([[1.0, 0.5], [-2.0, 0.0], [0.3, 1.0]]) + [4.0, -1.0]).astype(np.float32)


def test_somebody_without_events_stands_where_the_map_says():
    vectors, here = planted()
    told = here.copy()
    told[50:] = 0.0  # nobody knows these yet
    counts = np.where(np.arange(60) < 50, 1000, 0)
    found = mapped_people(vectors, {"p": Learned(torch.from_numpy(told), PEOPLE)}, np.arange(60), counts)["p"].numpy()
    assert found[50:] == pytest.approx(here[50:], abs=0.01)


@pytest.mark.parametrize(("events", "kept"), [(0, 0.0), (5, 0.5), (20, 0.8)])
def test_with_n_events_n_of_n_plus_5_of_the_own_row_is_kept(events: int, kept: float):
    vectors, here = planted()
    counts = np.full(60, 10**7)
    counts[0] = events
    own = here.copy()
    own[0] += 10.0
    found = mapped_people(vectors, {"p": Learned(torch.from_numpy(own), PEOPLE)}, np.arange(60), counts)["p"].numpy()
    assert found[0] == pytest.approx(here[0] + 10 * kept, abs=0.02)


def test_only_those_who_are_in_both_are_answered_in_their_order():
    vectors, here = planted()
    people = np.array([7, 3, 59])
    counts = np.full(60, 10**7)
    rows = {"p": Learned(torch.from_numpy(here), PEOPLE), "b": Learned(torch.from_numpy(here[:, 0].copy()), PEOPLE)}
    found = mapped_people(vectors[people], rows, people, counts)
    assert found["p"].numpy() == pytest.approx(here[people], abs=1e-4)
    assert found["b"].numpy() == pytest.approx(here[people, 0], abs=1e-4)


def test_with_one_known_person_nothing_moves():
    vectors, here = planted()
    counts = np.zeros(60, dtype=np.int64)
    counts[4] = 9
    found = mapped_people(vectors, {"p": Learned(torch.from_numpy(here), PEOPLE)}, np.arange(60), counts)["p"].numpy()
    assert (found == here).all()
