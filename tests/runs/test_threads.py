import pytest
import torch
from threadpoolctl import threadpool_info

from recsys_core.runs import threads


def blas_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.mark.parametrize(("cores", "used"), [(1, 1), (2, 1), (4, 3)])
def test_a_training_leaves_one_core_free_and_gives_all_back(cores: int, used: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(threads, "available_cores", lambda: cores)
    before = torch.get_num_threads(), blas_threads()
    with threads.training_threads() as given:
        assert given == torch.get_num_threads() == used
        assert max(blas_threads()) <= used
    assert (torch.get_num_threads(), blas_threads()) == before
    with pytest.raises(ZeroDivisionError), threads.training_threads():
        raise ZeroDivisionError
    assert (torch.get_num_threads(), blas_threads()) == before
