"""Pictures inside a page: drawn anew and small, so that a page with many of them stays light."""

import base64
from io import BytesIO

from recsys_core.data.dataset import Dataset
from recsys_core.data.side.pictures import upright
from recsys_core.errors import DataError

SIDE = 132  # pixels; three times as wide as it is shown, for paper and fine screens


def thumbnail(dataset: Dataset, item: int) -> str:
    """The picture of an item as a data address; "" where there is none, or none that can be drawn."""
    path = dataset.picture(item)
    if path is None:
        return ""
    try:
        picture = upright(path.read_bytes(), SIDE)
    except (OSError, DataError):
        return ""
    picture.thumbnail((SIDE, 2 * SIDE))
    file = BytesIO()
    picture.save(file, "WEBP", quality=80)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
