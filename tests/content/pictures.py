"""Pictures made for tests."""

import io
from typing import Any

from PIL import Image


def drawn(
    size: tuple[int, int] = (30, 20), colour: Any = (200, 30, 30), kind: str = "PNG", mode: str = "RGB", **how: Any
) -> bytes:
    """The content of a file with a picture of one colour."""
    content = io.BytesIO()
    Image.new(mode, size, colour).save(content, kind, **how)
    return content.getvalue()
