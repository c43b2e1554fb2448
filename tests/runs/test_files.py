"""Folders are there whole or not at all, whatever fails."""

import builtins
import errno
import io
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
import safetensors.numpy
import safetensors.torch
import torch
from safetensors import SafetensorError

from recsys_core.errors import StoreError
from recsys_core.runs import files
from recsys_core.runs.checkpoints import Checkpoints
from recsys_core.runs.files import UNFINISHED, new_folder, remove_folder, sweep
from recsys_core.runs.processes import my_identity
from recsys_core.runs.store import Workspace
from recsys_core.training.context import Checkpoint
from tests.runs.builders import a_run, camps, keep, scores, unfinished


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_folder_appears_when_the_block_ends_and_not_before(tmp_path):
    target = tmp_path / "deep" / "one"
    with new_folder(target) as folder:
        (folder / "a").write_text("1")
        assert not target.exists()
    assert (target / "a").read_text() == "1"
    assert names(target.parent) == ["one"]


def test_an_exception_in_the_block_leaves_nothing(tmp_path):
    def begin_and_fail() -> None:
        with new_folder(tmp_path / "one") as folder:
            (folder / "a").write_text("1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        begin_and_fail()
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), SafetensorError("I/O error: No space left on device")],
    ids=["the system's words", "safetensors' words"],
)
def test_a_full_disk_is_an_error_in_words_that_names_the_free_space(tmp_path, error):
    words = r"The disk is full, so nothing was saved\. [\d,]+ MB are free.*Free some space"
    with (
        pytest.raises(StoreError, match=words) as caught,
        new_folder(tmp_path / "new" / "one"),
    ):
        raise error
    assert caught.value.code == "disk-full"
    assert not (tmp_path / "new" / "one").exists()


def test_what_is_there_already_stays(tmp_path):
    for word in ("first", "second"):
        with new_folder(tmp_path / "one") as folder:
            (folder / "a").write_text(word)
    assert (tmp_path / "one" / "a").read_text() == "first"
    assert names(tmp_path) == ["one"]


def test_two_who_save_the_same_at_once_both_succeed(tmp_path):
    together, errors = threading.Barrier(4), []

    def save() -> None:
        try:
            with new_folder(tmp_path / "one") as folder:
                (folder / "a").write_text("same")
                together.wait()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=save) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert names(tmp_path) == ["one"]


def test_files_are_flushed_before_the_rename_and_the_parent_after_it(tmp_path, monkeypatch):
    done = []
    fsync, rename = os.fsync, Path.rename

    def note_fsync(descriptor: int) -> None:
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    def note_rename(path: Path, target: Path) -> Path:
        done.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "rename", note_rename)
    with new_folder(tmp_path / "parent" / "one") as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "a").write_text("1")
        (folder / "b").write_text("1")
    assert set(done[:3]) == {"sub", "a", "b"}
    assert done[3].startswith(UNFINISHED)
    assert done[4:] == ["rename", "parent"]


def test_sweeping_removes_only_what_dead_processes_left(tmp_path):
    pid, _, started = my_identity().partition(".")
    mine = tmp_path / f"{UNFINISHED}{my_identity()}-12345678"
    dead = tmp_path / f"{UNFINISHED}99999999.5-12345678"
    reused = tmp_path / f"{UNFINISHED}{pid}.{int(started) + 1}-12345678"
    whole = tmp_path / "whole"
    for folder in (mine, dead, reused, whole):
        folder.mkdir()
        (folder / "a").write_text("1")
    sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([mine, whole])
    assert (mine / "a").exists()


def test_a_removal_that_is_killed_halfway_leaves_nothing_under_the_name(tmp_path, monkeypatch):
    with new_folder(tmp_path / "one") as folder:
        (folder / "a").write_text("1")
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)  # killed before the first file was gone
    remove_folder(tmp_path / "one")
    assert not (tmp_path / "one").exists()
    monkeypatch.undo()
    monkeypatch.setattr(files, "is_alive", lambda _: False)
    sweep(tmp_path)
    assert names(tmp_path) == []


def test_a_removal_that_the_disk_refuses_is_an_error_in_words(tmp_path, monkeypatch):
    (tmp_path / "one").mkdir()

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(StoreError, match="Nothing was removed: Read-only file system"):
        remove_folder(tmp_path / "one")


# Every write, flush and rename of a save is made to fail, one after the other.


class Faults:
    """Counts the steps that touch the disk under a folder, and makes one of them fail."""

    def __init__(self, root: Path) -> None:
        self.root, self.steps, self.failing = root, 0, 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @contextmanager
    def at(self, number: int) -> Iterator[None]:
        self.steps, self.failing = 0, number
        try:
            yield
        finally:
            self.failing = 0

    @property
    def was_hit(self) -> bool:
        return self.steps >= self.failing


class FailingFile(io.FileIO):
    """A file whose every write is a step."""

    faults: Faults

    def write(self, data):
        self.faults.step()
        return super().write(data)


@pytest.fixture
def faults(tmp_path, monkeypatch) -> Faults:
    """Steps of Python's own files, fsync, rename, mkdir, parquet and safetensors."""
    made = Faults(tmp_path)
    plain_open, text_open = builtins.open, io.open

    def counted(function: Callable) -> Callable:
        def call(*args, **kwargs):
            made.step()
            return function(*args, **kwargs)

        return call

    def opened(function: Callable) -> Callable:
        def call(file, mode="r", buffering=-1, encoding=None, *args, **kwargs):
            if not isinstance(file, str | Path) or not str(file).startswith(str(tmp_path)) or mode[0] not in "wxa":
                return function(file, mode, buffering, encoding, *args, **kwargs)
            raw = FailingFile(os.fspath(file), mode.replace("b", "").replace("t", ""))
            raw.faults = made
            return io.BufferedRandom(raw) if "+" in mode else _wrapped(raw, mode, encoding)

        return call

    def _wrapped(raw: io.FileIO, mode: str, encoding: str | None):
        buffered = io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding=encoding or "utf-8")

    def as_safetensors(function: Callable) -> Callable:
        def call(*args, **kwargs):
            try:
                made.step()
            except OSError as error:
                raise SafetensorError(f"I/O error: {error.strerror}") from None
            return function(*args, **kwargs)

        return call

    monkeypatch.setattr(builtins, "open", opened(plain_open))
    monkeypatch.setattr(io, "open", opened(text_open))
    monkeypatch.setattr(os, "fsync", counted(os.fsync))
    monkeypatch.setattr(Path, "rename", counted(Path.rename))
    monkeypatch.setattr(Path, "mkdir", counted(Path.mkdir))
    monkeypatch.setattr(parquet.ParquetWriter, "write_table", counted(parquet.ParquetWriter.write_table))
    monkeypatch.setattr(safetensors.numpy, "save_file", as_safetensors(safetensors.numpy.save_file))
    monkeypatch.setattr(safetensors.torch, "save_file", as_safetensors(safetensors.torch.save_file))
    return made


def fail_everywhere(faults: Faults, save: Callable[[], object], check: Callable[[], None]) -> int:
    """Make step 1, 2, ... of ``save`` fail until it passes untouched; the number of steps."""
    for number in range(1, 200):
        words = []
        with faults.at(number):
            try:
                save()
            except StoreError as error:
                words.append(str(error))
            untouched = not faults.was_hit
        assert all("The disk is full" in word or "No space left" in word for word in words), words
        check()
        if untouched:
            return number - 1
    raise AssertionError("it never passed")


def listed_things_are_whole(root: Path) -> Workspace:
    workspace = Workspace(root)
    for card in workspace.datasets():
        workspace.load_dataset(card.id)
    for run in workspace.runs():
        scores(workspace, run.id)
        workspace.history(run.id)
    assert unfinished(root) == []
    return workspace


def test_a_fault_at_any_step_of_saving_a_data_set_leaves_a_workspace_of_whole_things(tmp_path, faults):
    workspace, dataset = Workspace(tmp_path / "home"), camps(n=6)

    def check() -> None:
        again = listed_things_are_whole(tmp_path / "home")
        card = keep(again, dataset)  # the retry
        assert again.load_dataset(card.id).fingerprint == dataset.fingerprint
        again.delete_dataset(card.id)
        assert Workspace(tmp_path / "home").datasets() == []

    assert fail_everywhere(faults, lambda: keep(workspace, dataset), check) >= 8


def test_a_fault_at_any_step_of_saving_a_run_leaves_a_workspace_of_whole_things(tmp_path, faults):
    workspace = Workspace(tmp_path / "home")
    made = a_run(workspace, keep(workspace, camps(n=6)), ks=(5,))

    def check() -> None:
        again = listed_things_are_whole(tmp_path / "home")
        run = again.save_run(*made)  # the retry
        scores(again, run.id)
        for one in again.runs():
            again.delete_run(one.id)
        assert Workspace(tmp_path / "home").runs() == []

    assert fail_everywhere(faults, lambda: workspace.save_run(*made), check) >= 12


def test_a_fault_at_any_step_of_saving_a_checkpoint_leaves_the_older_one_or_the_newer_one(tmp_path, faults):
    checkpoints = Checkpoints(tmp_path / "job")

    def checkpoint(epochs: int) -> Checkpoint:
        return Checkpoint({"now.a": torch.full((3,), float(epochs))}, {"best_epoch": 1, "history": [{}] * epochs})

    checkpoints.save(checkpoint(1))

    def check() -> None:
        found = checkpoints.newest()
        assert found is not None
        epochs = len(found.progress["history"])
        assert epochs in (1, 2)
        assert found.tensors["now.a"].tolist() == [float(epochs)] * 3
        checkpoints.save(checkpoint(2))  # the retry
        assert len(checkpoints.newest().progress["history"]) == 2
        checkpoints.clear()
        checkpoints.save(checkpoint(1))

    assert fail_everywhere(faults, lambda: checkpoints.save(checkpoint(2)), check) >= 5


def test_a_really_full_disk_is_an_error_in_words(tmp_path):
    """No file may grow beyond 20 kB, in a process of its own."""
    program = """
import resource, signal, sys
from pathlib import Path
import numpy as np, torch
from recsys_core.errors import StoreError
from recsys_core.runs.checkpoints import Checkpoints
from recsys_core.runs.files import new_folder
from recsys_core.training.context import Checkpoint
root = Path(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
def save_tensors():
    Checkpoints(root / "job").save(Checkpoint({"a": torch.zeros(50_000)}, {"history": []}))
def save_array():
    with new_folder(root / "run") as folder:
        np.save(folder / "a.npy", np.random.rand(50_000))
for save in (save_tensors, save_array):
    try:
        save()
    except StoreError as error:
        print("in words:", error)
print([path for path in root.rglob("*") if path.is_file()])
"""
    result = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert result.returncode == 0, result.stderr
    first, second, left = result.stdout.splitlines()
    assert first.startswith("in words: Nothing was saved: ")
    assert "File too large" in first
    assert second.startswith("in words: Nothing was saved: ")
    assert left == "[]"
