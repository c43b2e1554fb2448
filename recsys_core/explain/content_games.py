"""Games whose players are parts of what is known about an item: its words, regions of its picture, its attributes."""

import io
import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from recsys_core.content.items import ItemContent, nothing
from recsys_core.explain.game import Game, Question, compared
from recsys_core.explain.stop_words import STOP_WORDS
from recsys_core.models.base import Recommender
from recsys_core.types import Bool, Float64, Int64

WORD = re.compile(r"\w+")
LITTLE = "little words"  # the key of those that come and go together; a word has no space
REGIONS = 24  # of a picture
EXAMPLES = 3  # of the little words
AT_ONCE = 128  # variants of an item that are read together


class ContentGame(Game):
    """A coalition is worth what the model says of an item of which only these parts are known, to the same person.

    Everything else that is known about the item stays as it is; what people did with it is not looked at.

    Args:
        model: with the abilities HISTORY and CONTENT.
        question: whose score; without a rival.
        content: of that item, one row.

    Attributes:
        names: the key of each player.
    """

    names: tuple[str, ...]

    def __init__(self, model: Recommender, question: Question, content: ItemContent) -> None:
        if len(content) != 1:
            raise ValueError(f"{len(content):,} items in one question")
        self._model, self._question, self._content = model, question, content
        items, signs = compared(model, question)
        others = model.score_histories(question.history, items[1:])[0].astype(np.float64)
        self._others = float(others @ signs[1:])

    @property
    def n(self) -> int:  # type: ignore[override]
        return len(self.names)

    @property
    def titles(self) -> tuple[str, ...]:
        """The players as people read them."""
        return self.names

    def __call__(self, kept: Bool) -> Float64:
        values = np.empty(len(kept))
        for start in range(0, len(kept), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            variants = self._variants(kept[part])
            values[part] = self._model.score_content(self._question.history, variants)[0]
        return values + self._others

    @abstractmethod
    def _variants(self, kept: Bool) -> ItemContent:
        """M items with these parts (M, n) each."""

    def _copies(self, m: int, **columns: Sequence[Any]) -> ItemContent:
        """M times the item, with other values in some columns."""
        table = self._content.table.iloc[np.zeros(m, dtype=np.int64)].reset_index(drop=True)
        for name, values in columns.items():
            table[name] = pd.Series(values, dtype=table[name].dtype)
        return ItemContent(table, self._content.pictures * m)


class Words(ContentGame):
    """The players are the different words of title and text; one that is not there is taken out wherever it stands.

    Little words ("the", "be") are one player together: a model that reads them may rest on them, but one by one they
    are no reasons that anybody could make sense of.
    """

    def __init__(self, model: Recommender, question: Question, content: ItemContent) -> None:
        super().__init__(model, question, content)
        row = content.table.iloc[0]
        self._texts = {name: str(row[name]) for name in ("title", "text")}
        words = dict.fromkeys(word.casefold() for text in self._texts.values() for word in WORD.findall(text))
        self.little = tuple(word for word in words if word in STOP_WORDS)
        self.names = (*(word for word in words if word not in STOP_WORDS), *([LITTLE] if self.little else []))
        self._place = {word: place for place, word in enumerate(self.names)}
        self._place |= dict.fromkeys(self.little, len(self.names) - 1)

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(self._little_title() if name == LITTLE else name for name in self.names)

    def _little_title(self) -> str:
        examples = ", ".join(self.little[:EXAMPLES])
        more = ", …" if len(self.little) > EXAMPLES else ""
        return f"{LITTLE} ({examples}{more})"

    def _variants(self, kept: Bool) -> ItemContent:
        def left(text: str, present: Bool) -> str:
            return WORD.sub(lambda word: word[0] if present[self._place[word[0].casefold()]] else "", text)

        return self._copies(
            len(kept), **{name: [left(text, row) for row in kept] for name, text in self._texts.items()}
        )


class Attributes(ContentGame):
    """The players are genres, the year, and each other attribute of which something is known."""

    def __init__(self, model: Recommender, question: Question, content: ItemContent) -> None:
        super().__init__(model, question, content)
        row = content.table.iloc[0]
        self._genres: tuple[str, ...] = tuple(row["genres"])
        others = [str(name) for name in content.table if name not in ("title", "text", "genres", "image")]
        self._columns = [name for name in others if not _is_nothing(row[name])]
        self._blank = {name: nothing(name, content.table[name]) for name in self._columns}
        self.names = (*self._genres, *(f"{name}: {_as_text(row[name])}" for name in self._columns))

    @property
    def titles(self) -> tuple[str, ...]:
        columns = zip(self._columns, self.names[len(self._genres) :], strict=True)
        return (*self._genres, *(name.replace("_", " ") + full[len(name) :] for name, full in columns))

    def _variants(self, kept: Bool) -> ItemContent:
        genres = [tuple(np.array(self._genres, dtype=object)[row[: len(self._genres)]]) for row in kept]
        columns: dict[str, list[Any]] = {"genres": genres}
        row = self._content.table.iloc[0]
        for name, present in zip(self._columns, kept[:, len(self._genres) :].T, strict=True):
            columns[name] = [row[name] if there else self._blank[name] for there in present]
        return self._copies(len(kept), **columns)


class Regions(ContentGame):
    """The players are regions of the picture that look alike inside (SLIC superpixels); one that is not there is grey.

    Achanta et al., SLIC Superpixels Compared to State-of-the-Art Superpixel Methods, TPAMI 2012.

    Attributes:
        segments: Int64 (height, width), the player that each pixel belongs to.
    """

    segments: Int64

    def __init__(self, model: Recommender, question: Question, content: ItemContent) -> None:
        from PIL import Image
        from skimage.segmentation import slic

        super().__init__(model, question, content)
        picture = content.pictures[0]
        if picture is None:
            self.names, self._pixels, self.segments = (), np.zeros((0, 0, 3), np.uint8), np.zeros((0, 0), np.int64)
            return
        with Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture) as image:
            self._pixels = np.asarray(image.convert("RGB"))
        found = slic(self._pixels, n_segments=REGIONS, compactness=20, start_label=0, channel_axis=-1)
        _, self.segments = np.unique(found, return_inverse=True)
        self.segments = self.segments.reshape(found.shape).astype(np.int64)
        self.names = tuple(
            f"{_where(self.segments == one)}, region {one + 1}" for one in range(self.segments.max() + 1)
        )
        self._grey = self._pixels.reshape(-1, 3).mean(0).round().astype(np.uint8)

    def _variants(self, kept: Bool) -> ItemContent:
        pictures = [_encoded(np.where(row[self.segments][..., None], self._pixels, self._grey)) for row in kept]
        return replace(self._copies(len(kept)), pictures=tuple(pictures))


def _where(region: Bool) -> str:
    """In which ninth of the picture the middle of a region (height, width) lies."""
    down, right = (np.argwhere(region).mean(0) / region.shape * 3).astype(np.int64)
    return " ".join(part for part in (("top", "", "bottom")[down], ("left", "", "right")[right]) if part) or "middle"


def _encoded(pixels: np.ndarray) -> bytes:
    from PIL import Image

    result = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(result, "BMP")  # loses nothing, costs nothing
    return result.getvalue()


def _is_nothing(value: Any) -> bool:
    return value == "" if isinstance(value, str) else bool(pd.isna(value))


def _as_text(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return value if isinstance(value, str) else f"{value:g}"
