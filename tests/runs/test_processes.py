"""Which process is meant."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from recsys_core.runs.processes import identity, is_alive, my_identity


@pytest.fixture
def child():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_this_process_is_alive_and_has_one_identity():
    assert my_identity() == identity(os.getpid()) == my_identity()
    assert my_identity().startswith(f"{os.getpid()}.")
    assert is_alive(my_identity())


def test_another_process_is_alive_until_it_is_killed(child):
    known = identity(child.pid)
    assert is_alive(known)
    child.kill()
    child.wait()
    assert not is_alive(known)


def test_a_zombie_is_not_alive(child):
    known = identity(child.pid)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has asked for its status yet
    assert Path(f"/proc/{child.pid}").exists()
    assert not is_alive(known)


def test_a_process_that_got_the_number_of_a_dead_one_is_somebody_else():
    pid, _, started = my_identity().partition(".")
    assert not is_alive(f"{pid}.{int(started) - 1}")


def test_a_name_with_blanks_and_brackets_does_not_shift_the_start_time(child, tmp_path):
    odd = tmp_path / "a) b (c"
    odd.symlink_to(sys.executable)
    process = subprocess.Popen([odd, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        started = int(identity(process.pid).partition(".")[2])
        assert 0 <= started - int(identity(child.pid).partition(".")[2]) < 1000  # hundredths of a second
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("nobody", ["", ".", "0.1", "x.1", "-1.5", "99999999.7", "99999999999999999999.1", "²"])
def test_words_that_name_no_process_are_not_alive(nobody):
    assert not is_alive(nobody)


@pytest.mark.parametrize("error", [FileNotFoundError, ProcessLookupError])
def test_a_process_that_ends_while_it_is_looked_at_is_gone(monkeypatch, error):
    def ended(path: Path) -> str:
        raise error

    monkeypatch.setattr(Path, "read_text", ended)
    assert identity(99_999_999) == ""
