"""Ridge regressions of many people against least squares of each of them."""

import numpy as np
import pytest

from recsys_core.models import ridge as module
from recsys_core.models.ridge import ridge

LENGTHS = [0, 3, 40, 1, 5, 4, 0, 6, 39, 3, 7]  # shorter and longer than there are inputs


def people() -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    starts = np.cumsum([0, *LENGTHS]).astype(np.int64)
    places = rng.integers(0, 20, starts[-1]).astype(np.int32)  # repeats among them
    return rng.normal(size=(20, 6)), starts, places, rng.normal(size=starts[-1]), rng.uniform(0.1, 2, 6)


@pytest.mark.parametrize("at_once", [1 << 22, 1], ids=["together", "one by one"])
def test_each_person_is_solved_as_if_alone(at_once: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "SOLVED_AT_ONCE", at_once)
    rows, starts, places, targets, pulls = people()
    solutions = ridge(rows, starts, places, targets, pulls)
    for b in range(len(LENGTHS)):
        span = slice(starts[b], starts[b + 1])
        inputs = np.vstack([rows[places[span]], np.diag(np.sqrt(pulls))])
        wanted, *_ = np.linalg.lstsq(inputs, np.concatenate([targets[span], np.zeros(6)]), rcond=None)
        assert solutions[b] == pytest.approx(wanted, abs=1e-10)


def test_nobody_and_nothing_known():
    rows, _, _, _, pulls = people()
    for starts in ([0], [0, 0, 0]):
        nothing = ridge(rows, np.array(starts), np.empty(0, np.int32), np.empty(0), pulls)
        assert nothing.shape == (len(starts) - 1, 6)
        assert not nothing.any()
