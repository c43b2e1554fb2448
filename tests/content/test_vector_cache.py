"""Nothing is encoded twice, and no damage is believed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from recsys_core.content import vector_cache
from recsys_core.content.around import Around
from recsys_core.content.vector_cache import MOST_FILES, Batch, VectorCache, content_key, encode_once
from recsys_core.training.context import Cancelled
from recsys_core.types import Int64

LIKE = np.zeros((2, 3), dtype=np.float16)


class Lengths:
    """An encoder that gives the length of a text, one text a batch, and notes down what it was asked for."""

    def __init__(self, texts: list[str], around: Around, broken: str = "") -> None:
        self.asked: list[str] = []

        def encode(rows: Int64) -> Iterator[Batch]:
            for row in rows:
                self.asked.append(texts[row])
                if texts[row] != broken:
                    yield rows[rows == row], np.full((1, 2, 3), len(texts[row]), dtype=np.float16)

        keys = [content_key(text) for text in texts]
        self.values, self.known = encode_once("lengths-1", "texts", keys, encode, LIKE, around)


@pytest.fixture
def around(tmp_path: Path) -> Around:
    return Around(tmp_path / "cache")


def test_what_was_encoded_once_is_known(around: Around):
    first = Lengths(["a", "bcd", "a"], around)
    assert first.asked == ["a", "bcd"]
    assert first.values[:, 0, 0].tolist() == [1, 3, 1]
    second = Lengths(["bcd", "ef", "a"], around)
    assert second.asked == ["ef"]
    assert second.values[:, 1, 2].tolist() == [3, 2, 1]
    assert second.values.dtype == np.float16


def test_without_a_folder_all_is_encoded():
    assert Lengths(["a"], Around()).asked == Lengths(["a"], Around()).asked == ["a"]
    assert Lengths([], Around()).values.shape == (0, 2, 3)


def test_what_is_broken_stays_unknown(around: Around):
    made = Lengths(["a", "bc", "a"], around, broken="a")
    assert made.known.tolist() == [False, True, False]
    assert made.values[:, 0, 0].tolist() == [0, 2, 0]


def test_two_encoders_do_not_mix(around: Around):
    Lengths(["a"], around)
    assert (around.cache / "lengths-1").is_dir()
    keys = [content_key("a")]
    _, known = encode_once("lengths-2", "texts", keys, lambda rows: [], LIKE, around)
    assert not known.any()


def test_a_text_and_the_same_bytes_are_one_content():
    assert content_key("é") == content_key("é".encode())
    assert content_key("\ud800") != content_key("\ud801")


@pytest.mark.parametrize("damage", ["cut", "empty", "changed", "noise", "other shape"])
def test_what_is_damaged_is_encoded_again(around: Around, damage: str):
    Lengths(["a", "bcd"], around)
    [path] = (around.cache / "lengths-1").iterdir()
    content = bytearray(path.read_bytes())
    if damage == "other shape":
        VectorCache(path.parent, np.zeros(7))._write([content_key("a")], np.ones((1, 7)))
        path.unlink()
    else:
        place = content.rindex(np.full(6, 3, dtype=np.float16).tobytes())
        content[place] ^= 1
        written = {"cut": content[:-10], "empty": b"", "changed": content, "noise": b"\xff" * 500}[damage]
        path.write_bytes(bytes(written))
    again = Lengths(["a", "bcd"], around)
    assert again.asked == (["bcd"] if damage == "changed" else ["a", "bcd"])
    assert again.values[:, 0, 0].tolist() == [1, 3]
    assert not Lengths(["a", "bcd"], around).asked


def test_many_files_are_merged_and_nothing_is_lost(around: Around):
    folder = around.cache / "lengths-1"
    for length in range(1, MOST_FILES + 3):
        Lengths(["x" * length], around)
    assert len(list(folder.iterdir())) < MOST_FILES
    texts = ["x" * length for length in range(1, MOST_FILES + 3)]
    found = Lengths(texts, around)
    assert not found.asked
    assert found.values[:, 0, 0].tolist() == [len(text) for text in texts]


def test_a_stop_comes_between_batches_and_keeps_what_is_done(around: Around):
    stopped = Around(around.cache, cancel=lambda: True)
    with pytest.raises(Cancelled):
        Lengths(["a", "bc"], stopped)
    assert Lengths(["a", "bc"], around).asked == ["bc"]


def test_a_pilot_reads_for_a_while_and_leaves_the_rest_unknown(around: Around):
    told: list[tuple[str, int, int]] = []
    pilot = Around(around.cache, lambda what, done, of: told.append((what, done, of)), at_most=0.0)
    assert Lengths(["a", "bc", "def"], pilot).known.tolist() == [True, False, False]
    assert dict.fromkeys(told) == dict.fromkeys([("texts", 0, 3), ("texts", 1, 3)])
    assert Lengths(["a", "bc", "def"], around).asked == ["bc", "def"]


def test_people_are_told_how_far_it_is(around: Around, monkeypatch: pytest.MonkeyPatch):
    Lengths(["a"], around)
    monkeypatch.setattr(vector_cache, "REPORT_SECONDS", 0.0)
    told: list[int] = []
    Lengths(["a", "bc", "def", "a"], Around(around.cache, lambda what, done, of: told.append(done)))
    assert told == [1, 2, 3, 3]


def test_a_folder_that_cannot_be_written_to_is_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "cache").write_text("a file")
    made = Lengths(["a"], Around(tmp_path / "cache"))
    assert made.known.all()
    assert "is not kept" in caplog.text


def test_the_cache_may_vanish_at_any_time(around: Around, monkeypatch: pytest.MonkeyPatch):
    Lengths(["a"], around)
    files = VectorCache._files

    def vanish(cache: VectorCache) -> list[Path]:
        found = files(cache)
        for path in found:
            path.unlink()
        return found

    monkeypatch.setattr(VectorCache, "_files", vanish)
    assert Lengths(["a"], around).asked == ["a"]


def test_thousands_are_read_in_well_under_a_second(tmp_path: Path):
    import time

    cache = VectorCache(tmp_path, np.zeros(384, dtype=np.float32))
    keys = [content_key(str(number)) for number in range(5000)]
    cache.keep(keys, np.ones((5000, 384), dtype=np.float32))
    started = time.monotonic()
    _, known = cache.find(keys)
    assert known.all()
    assert time.monotonic() - started < 0.9
