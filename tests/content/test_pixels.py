"""Picture files in every state become pixels, or are named as broken."""

import io
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from recsys_core.content import pixels as module
from recsys_core.content.around import Around
from recsys_core.content.items import Picture
from recsys_core.content.pixels import UPLOADED, pixels, read_pictures
from recsys_core.content.reader import Read
from recsys_core.data.side.picture_files import LARGEST_PICTURE
from recsys_core.data.side.pictures import FORMATS
from recsys_core.errors import DataError
from recsys_core.training.context import Cancelled
from tests.content.pictures import drawn

RED, BLUE = (200, 30, 30), (30, 30, 200)
LIKE = np.zeros(3, dtype=np.float32)


class Means:
    """An encoder that gives the mean colour, and remembers how many pictures it was given."""

    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, given: module.Pixels) -> np.ndarray:
        self.seen += len(given)
        return given.mean((2, 3), dtype=np.float32)


def read(pictures: list[Picture], encoder: Means | None = None, around: Around | None = None) -> Read:
    return read_pictures(pictures, 8, "means", encoder or Means(), LIKE, around or Around())


def colour(content: bytes, side: int = 4) -> list[int]:
    """In the middle."""
    return pixels(content, side)[:, side // 2, side // 2].tolist()


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_read(kind: str):
    made = pixels(drawn((300, 200), RED, kind), 16)
    assert (made.shape, made.dtype) == ((3, 16, 16), np.uint8)
    assert abs(made.astype(int) - np.array(RED)[:, None, None]).max() <= 6


def test_all_of_a_picture_is_seen_whatever_its_shape():
    left = Image.new("RGB", (100, 10), RED)
    left.paste(BLUE, (50, 0, 100, 10))
    content = io.BytesIO()
    left.save(content, "PNG")
    made = pixels(content.getvalue(), 10)
    assert made[:, :, 0].T.tolist() == [list(RED)] * 10
    assert made[:, :, -1].T.tolist() == [list(BLUE)] * 10


@pytest.mark.parametrize(("mode", "given", "wanted"), [("L", 100, [100] * 3), ("1", 1, [255] * 3), ("P", 0, [0] * 3)])
def test_grey_black_and_white_and_palettes_become_colours(mode: str, given: int, wanted: list[int]):
    assert colour(drawn(colour=given, mode=mode)) == wanted


def test_of_16_bits_a_shade_the_8_that_count_are_seen():
    shades = np.linspace(0, 0xFFFF, 64 * 64).reshape(64, 64).astype(np.uint16)
    content = io.BytesIO()
    Image.fromarray(shades).save(content, "PNG")
    assert np.array_equal(pixels(content.getvalue(), 64), np.stack([shades >> 8] * 3))


def test_cmyk_becomes_colours():
    red, green, blue = colour(drawn(colour=(0, 255, 255, 0), kind="JPEG", mode="CMYK"))
    assert red > 200 > 60 > max(green, blue)


def test_what_is_transparent_is_white():
    assert colour(drawn(colour=(0, 0, 0, 0), mode="RGBA")) == [255, 255, 255]
    assert colour(drawn(colour=(0, 0, 0, 128), mode="RGBA")) == [127, 127, 127]


def test_pictures_stand_upright():
    picture = Image.new("RGB", (20, 10), RED)
    picture.paste(BLUE, (0, 0, 10, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned to the right
    content = io.BytesIO()
    picture.save(content, "PNG", exif=exif)
    made = pixels(content.getvalue(), 4)
    assert made[:, 0, 0].tolist() == list(BLUE)
    assert made[:, 0, 3].tolist() == list(BLUE)
    assert made[:, 3, 0].tolist() == list(RED)


def test_the_first_frame_of_a_moving_picture():
    frames = [Image.new("RGB", (8, 8), one) for one in (RED, BLUE)]
    content = io.BytesIO()
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:])
    assert colour(content.getvalue())[0] > 150


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture at all",
        b"<svg onload='alert(1)'/>",
        drawn((200, 200), kind="JPEG")[:400],
        drawn()[:-30],
        drawn(kind="TIFF"),
        drawn((8000, 6000), 0, mode="1"),
        drawn() + b"\0" * LARGEST_PICTURE,
    ],
    ids=["empty", "text", "svg", "cut jpeg", "cut png", "tiff", "too many pixels", "too many bytes"],
)
def test_what_is_no_picture_or_too_large_is_refused_and_named(content: bytes, tmp_path: Path):
    with pytest.raises(DataError):
        pixels(content, 8)
    (tmp_path / "bad.jpg").write_bytes(content)
    made = read([drawn(), tmp_path / "bad.jpg", None, content, tmp_path / "none.jpg", tmp_path])
    assert made.known.tolist() == [True, False, False, False, False, False]
    assert not made.values[1:].any()
    assert made.broken == ("bad.jpg", UPLOADED, "none.jpg", tmp_path.name)


@given(st.binary(max_size=300), st.sampled_from(FORMATS), st.integers(0, 400))
def test_damage_never_gets_further_than_the_list_of_the_broken(damage: bytes, kind: str, at: int):
    content = drawn((16, 16), kind=kind)
    at = min(at, len(content))
    made = read([content[:at] + damage + content[at + len(damage) :], drawn()])
    assert made.known[1]
    assert made.broken == (() if made.known[0] else (UPLOADED,))


def test_a_bomb_is_refused_before_it_is_unpacked():
    content = drawn((9_000, 9_000), 0, mode="1")
    assert len(content) < 100_000
    started = time.monotonic()
    with pytest.raises(DataError, match="9000 × 9000"):
        pixels(content, 8)
    assert time.monotonic() - started < 0.5


def test_items_keep_their_rows_and_items_without_a_picture_are_unknown(tmp_path: Path):
    (tmp_path / "red.png").write_bytes(drawn(colour=RED))
    pictures: list[Picture] = [None, drawn(colour=BLUE), tmp_path / "red.png", b"x", drawn(colour=RED), None] * 9
    made = read(pictures)
    assert made.known.tolist() == [False, True, True, False, True, False] * 9
    assert made.values.tolist() == [[0] * 3, [*BLUE], [*RED], [0] * 3, [*RED], [0] * 3] * 9
    assert made.broken == (UPLOADED,)


def test_equal_pictures_are_encoded_once_and_none_again_from_the_cache(tmp_path: Path):
    colours = [(number, 2 * number, 0) for number in range(40)]
    pictures: list[Picture] = [drawn(colour=one) for one in colours] * 2
    encoder = Means()
    first = read(pictures, encoder, Around(cache=tmp_path))
    assert encoder.seen == 40
    again = read(list(reversed(pictures)), encoder, Around(cache=tmp_path))
    assert encoder.seen == 40
    assert np.array_equal(again.values[::-1], first.values)
    assert first.values[:40].tolist() == [list(one) for one in colours]


def test_another_side_is_another_encoder(tmp_path: Path):
    encoder = Means()
    for side in (8, 16, 8):
        read_pictures([drawn()], side, "means", encoder, LIKE, Around(cache=tmp_path))
    assert encoder.seen == 2


def test_whoever_waits_is_told_and_may_stop():
    told: list[tuple[str, int, int]] = []
    pictures: list[Picture] = [drawn(colour=(number, 0, 0)) for number in range(40)]
    read(pictures, around=Around(on_progress=lambda *what: told.append(what)))
    assert told[0] == ("pictures", 0, 40)
    assert told[-1] == ("pictures", 40, 40)
    encoder = Means()
    with pytest.raises(Cancelled):
        read(pictures, encoder, Around(cancel=lambda: True))
    assert encoder.seen == module.BATCH


def test_pictures_that_nobody_had_time_for_are_not_broken():
    pictures: list[Picture] = [drawn(colour=(number, 0, 0)) for number in range(40)]
    made = read(pictures, around=Around(at_most=0.0))
    assert made.known.sum() == module.BATCH
    assert made.broken == ()
