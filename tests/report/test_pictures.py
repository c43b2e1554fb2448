"""Pictures inside a page are small, whatever they were; what cannot be drawn is left out."""

import base64
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from recsys_core.report.pictures import SIDE, thumbnail
from tests import worlds


@pytest.fixture
def pictured(tmp_path):
    Image.effect_noise((1200, 1800), 90).convert("RGB").save(tmp_path / "large.jpg")
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    made = worlds.golden()
    table = made.item_table.assign(image=["large.jpg", "broken.jpg", "gone.jpg", "", "", ""])
    return replace(made, item_table=table, image_folder=tmp_path)


def test_a_picture_becomes_a_small_one(pictured):
    kind, _, data = thumbnail(pictured, 0).partition(",")
    assert kind == "data:image/webp;base64"
    assert len(data) < 20_000
    with Image.open(BytesIO(base64.b64decode(data))) as drawn:
        assert (drawn.width, drawn.height) == (SIDE, round(SIDE * 1.5))


def test_what_cannot_be_drawn_is_left_out(pictured):
    assert [thumbnail(pictured, item) for item in (1, 2, 3)] == ["", "", ""]
