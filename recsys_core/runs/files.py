"""Folders that are there whole or not at all."""

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from safetensors import SafetensorError

from recsys_core.errors import DataError, StoreError
from recsys_core.runs.processes import is_alive, my_identity

UNFINISHED = ".unfinished-"


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which appears under ``target`` when the block ends and not before.

    It is written beside, flushed and renamed. ``target`` must not exist yet; where somebody else was faster with the
    same content, theirs stays.

    Raises:
        StoreError: the disk is full or cannot be written to.
    """
    beside = _beside(target)
    try:
        beside.mkdir(parents=True)
        yield beside
        _flush(beside)
        try:
            beside.rename(target)
        except OSError:
            if not target.exists():
                raise
        _flush_one(target.parent)
    except (OSError, SafetensorError) as error:
        free = shutil.disk_usage(_existing(target)).free
        space = f"{free / 1e6:,.0f} MB are free where the workspace lies."
        if _is_full(error):
            raise StoreError(
                f"The disk is full, so nothing was saved. {space}", "Free some space and try again.", "disk-full"
            ) from error
        reason = getattr(error, "strerror", None) or error
        raise StoreError(
            f"Nothing was saved: {reason}. {space}",
            "Check that the folder may be written to, and try again.",
            "cannot-write",
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _is_full(error: Exception) -> bool:
    # safetensors passes the system's words on, but no number.
    return any(os.strerror(number) in str(error) for number in (errno.ENOSPC, errno.EDQUOT))


@contextmanager
def new_file(target: Path) -> Iterator[IO[bytes]]:
    """A file that somebody takes along: it appears under ``target`` when the block ends and not before.

    Raises:
        DataError: there is such a file already.
        StoreError: it cannot be written.
    """
    if target.exists():
        raise DataError(f"There is a file {target.name} already.", "Choose another name.", "file-exists")
    beside = _beside(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("xb") as file:
            yield file
        beside.rename(target)
    except OSError as error:
        raise StoreError(
            f"Nothing was exported: {error.strerror or error}.",
            "Choose a folder that may be written to and has enough free space.",
            "cannot-write",
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink()


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A folder for what is of use inside the block only; where the process dies, :func:`sweep` removes it."""
    folder = _beside(parent / "scratch")
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Put a text into a file in one step: what was there stays until the new text is on the disk.

    Raises:
        OSError: the folder is gone, the disk is full or cannot be written to.
    """
    beside = _beside(path)
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def remove_folder(target: Path) -> None:
    """Take a folder away in one step, so that no crash leaves half of it.

    Raises:
        StoreError: the disk cannot be written to.
    """
    beside = _beside(target)
    try:
        target.rename(beside)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(
            f"Nothing was removed: {error.strerror}.",
            "Check that the workspace folder may be written to, and try again.",
            "cannot-write",
        ) from error
    shutil.rmtree(beside, ignore_errors=True)


def sweep(parent: Path) -> None:
    """Remove what processes that are gone left unfinished."""
    for folder in parent.glob(f"{UNFINISHED}*"):
        identity = folder.name.removeprefix(UNFINISHED).rpartition("-")[0]
        if not is_alive(identity):
            shutil.rmtree(folder, ignore_errors=True)


def _beside(target: Path) -> Path:
    return target.parent / f"{UNFINISHED}{my_identity()}-{uuid.uuid4().hex[:8]}"


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _flush(folder: Path) -> None:
    for path in folder.rglob("*"):
        _flush_one(path)
    _flush_one(folder)


def _flush_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
