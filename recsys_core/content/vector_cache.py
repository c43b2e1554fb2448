"""What encoders gave, kept by what they were given, so that nothing is encoded twice."""

import hashlib
import logging
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from zlib import crc32

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from recsys_core.content.around import Around
from recsys_core.training.context import Cancelled
from recsys_core.types import Bool, Int64

log = logging.getLogger(__name__)

MOST_FILES = 16  # more are merged
KEEP_SECONDS = 5.0  # of encoding that a crash may cost
REPORT_SECONDS = 0.3
STALE_SECONDS = 3600.0  # after which an unfinished file belongs to nobody
KEY_BYTES = 16

Batch = tuple[Int64, np.ndarray]  # rows, and what each of them came to


def content_key(content: bytes | str) -> bytes:
    """By which a text, or what is in a file, is known."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.blake2b(data, digest_size=KEY_BYTES).digest()


def encode_once(
    encoder: str,
    what: str,
    keys: Sequence[bytes],
    encode: Callable[[Int64], Iterable[Batch]],
    like: np.ndarray,
    around: Around,
) -> tuple[np.ndarray, Bool]:
    """What an encoder makes of N contents, from the cache where it is known. Equal contents are encoded once.

    Args:
        encoder: its name and version; anything that changes what it gives has to change this.
        what: is encoded, in the plural, for people who wait.
        keys: N of them, from :func:`content_key`.
        encode: is asked for rows whose contents are not known and gives them in batches, in an order in which each
            takes about as long as the next. What is broken it leaves out.
        like: of the shape and the kind of numbers of what one content comes to.
        around: where the cache is, who is told, and who may stop it.

    Returns:
        (N, ...) and Bool (N,): the values, zeros where there are none, and where there are some.

    Raises:
        Cancelled: somebody asked to stop; what was encoded by then is in the cache.
    """
    first_rows, places = _distinct(keys)
    cache = VectorCache(around.cache / encoder, like) if around.cache is not None else None
    distinct = [keys[row] for row in first_rows]
    values, known = cache.find(distinct) if cache else _nothing(len(distinct), like)
    missing = np.flatnonzero(~known)
    fresh: list[int] = []
    kept = reported = started = time.monotonic()
    between_reports = REPORT_SECONDS if around.at_most is None else 0.0
    try:
        around.on_progress(what, int(known.sum()), len(known))
        for rows, encoded in encode(first_rows[missing]) if len(missing) else ():
            at = places[rows]
            values[at], known[at] = encoded, True
            fresh += at.tolist()
            now = time.monotonic()
            if now - reported >= between_reports:
                around.on_progress(what, int(known.sum()), len(known))
                reported = now
            if cache and now - kept >= KEEP_SECONDS:
                cache.keep([distinct[one] for one in fresh], values[fresh])
                fresh, kept = [], now
            if around.cancel():
                raise Cancelled
            if around.at_most is not None and now - started >= around.at_most:
                break
        around.on_progress(what, int(known.sum()), len(known))
    finally:
        if cache and fresh:
            cache.keep([distinct[one] for one in fresh], values[fresh])
    return values[places], known[places]


def _distinct(keys: Sequence[bytes]) -> tuple[Int64, Int64]:
    """The first row of each distinct key, and for each row which of these its key is."""
    place_of: dict[bytes, int] = {}
    places = np.array([place_of.setdefault(key, len(place_of)) for key in keys], dtype=np.int64)
    return np.unique(places, return_index=True)[1], places


class VectorCache:
    """Arrays of one shape, by keys. Processes may share it, and anybody may delete it.

    A folder of safetensors files. Whoever adds arrays writes a file of their own, beside and renamed; many files are
    merged into one. Each array has a checksum: what is damaged counts as missing.
    """

    def __init__(self, folder: Path, like: np.ndarray) -> None:
        self._folder, self._like = folder, like

    def find(self, keys: Sequence[bytes]) -> tuple[np.ndarray, Bool]:
        """(n, ...) and Bool (n,): the arrays of these keys, zeros where they are not known, and where they are."""
        values, known = _nothing(len(keys), self._like)
        wanted = {key: row for row, key in enumerate(keys)}
        for path in self._files():
            for key, value in self._read(path, wanted):
                values[wanted[key]], known[wanted[key]] = value, True
        return values, known

    def keep(self, keys: Sequence[bytes], values: np.ndarray) -> None:
        """Add arrays. Where the disk is full or cannot be written to, they are not kept, which the log says."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            files = self._files()
            if len(files) >= MOST_FILES:
                old = dict(pair for path in files for pair in self._read(path))
                old.update(zip(keys, values, strict=True))
                self._write(list(old), np.stack(list(old.values())))
                self._remove(files)
            else:
                self._write(keys, values)
        except (OSError, SafetensorError):
            log.warning("What was read is not kept in %s", self._folder, exc_info=True)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.safetensors"))

    def _read(self, path: Path, wanted: dict[bytes, int] | None = None) -> Iterator[tuple[bytes, np.ndarray]]:
        """Keys and arrays of a file, all or those wanted; none that are damaged."""
        try:
            with safe_open(path, "numpy") as file:
                stored = file.get_tensor("keys")
                keys = [row.tobytes() for row in stored]
                rows = [row for row, key in enumerate(keys) if wanted is None or key in wanted]
                if not rows:
                    return
                values, sums = file.get_tensor("values"), file.get_tensor("sums")
        except (OSError, SafetensorError, ValueError):  # damaged, or merged and removed by somebody else
            return
        if values.shape != (len(keys), *self._like.shape) or values.dtype != self._like.dtype or len(sums) != len(keys):
            return
        for row in rows:
            if _checksum(keys[row], values[row]) == sums[row]:
                yield keys[row], values[row]

    def _write(self, keys: Sequence[bytes], values: np.ndarray) -> None:
        name = uuid.uuid4().hex
        beside = self._folder / f"{name}.unfinished"
        stored = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(len(keys), KEY_BYTES)
        sums = np.array([_checksum(key, value) for key, value in zip(keys, values, strict=True)], dtype=np.uint32)
        try:
            save_file({"keys": stored, "values": np.ascontiguousarray(values), "sums": sums}, beside)
            beside.replace(self._folder / f"{name}.safetensors")
        finally:
            with suppress(OSError):
                beside.unlink()

    def _remove(self, files: list[Path]) -> None:
        oldest = time.time() - STALE_SECONDS
        stale = [path for path in self._folder.glob("*.unfinished") if path.stat().st_mtime < oldest]
        for path in files + stale:
            with suppress(OSError):
                path.unlink()


def _checksum(key: bytes, value: np.ndarray) -> int:
    return crc32(np.ascontiguousarray(value).data, crc32(key))


def _nothing(n: int, like: np.ndarray) -> tuple[np.ndarray, Bool]:
    return np.zeros((n, *like.shape), dtype=like.dtype), np.zeros(n, dtype=np.bool_)
