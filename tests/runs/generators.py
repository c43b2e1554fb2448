"""A generator of the tests among those that can be chosen."""

import pytest

from recsys_core import synthetic
from tests.synthetic.resampling import Resampling, Without


@pytest.fixture
def resampling(monkeypatch):
    """``resampling`` learns; ``without`` needs no data."""
    monkeypatch.setattr(synthetic, "GENERATORS", (*synthetic.GENERATORS, Resampling, Without))
    monkeypatch.setattr(Resampling, "learned", [])
    return Resampling
