"""What every test stands on: fixed seeds, and a workspace of its own for whoever asks."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from recsys_core.data.dataset import Dataset
from tests import worlds

# The same examples at every run: a test that fails here fails everywhere, and nothing is written beside the code.
settings.register_profile("foretaste", deadline=None, max_examples=60, derandomize=True, database=None)
settings.load_profile("foretaste")


@pytest.fixture(autouse=True)
def fixed_seeds() -> None:
    random.seed(20240229)
    np.random.seed(20240229)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace that nobody else sees, as FORETASTE_HOME."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    monkeypatch.setenv("FORETASTE_HOME", str(folder))
    return folder


@pytest.fixture
def small_dataset() -> Dataset:
    """The golden 13-row table."""
    return worlds.golden()
