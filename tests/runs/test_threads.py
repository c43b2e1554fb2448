import pytest
import torch
from threadpoolctl import threadpool_info

from recsys_core.errors import ConfigError
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


def test_whoever_makes_a_result_again_asks_for_as_many_threads_as_it_had(monkeypatch: pytest.MonkeyPatch):
    with threads.training_threads(2) as given:
        assert given == torch.get_num_threads() == 2
    monkeypatch.setenv(threads.VARIABLE, "3")
    with threads.training_threads() as given:
        assert given == torch.get_num_threads() == 3
    for text in ("0", "-1", "many", "1.5", "²"):
        monkeypatch.setenv(threads.VARIABLE, text)
        with pytest.raises(ConfigError, match=threads.VARIABLE), threads.training_threads():
            pass
