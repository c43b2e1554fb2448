"""The checked, mapped data set that everything else works on."""

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from recsys_core.data.interactions import Interactions
from recsys_core.data.item_vectors import genre_rows, text_rows
from recsys_core.data.made import Made
from recsys_core.data.picture_names import tells_content
from recsys_core.errors import DataError
from recsys_core.types import Feedback, Int64, Strings

ITEM_COLUMNS = ("title", "genres", "year", "text", "image")
USER_COLUMNS = ("name",)


@dataclass(frozen=True)
class Ids:
    """External ids, as text, in the order of their positions."""

    values: Strings

    @classmethod
    def of(cls, values: list[str]) -> "Ids":
        return cls(np.array(values, dtype=object))

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def positions(self) -> dict[str, int]:
        return {identifier: position for position, identifier in enumerate(self.values)}

    @cached_property
    def hash_order(self) -> Int64:
        """Int64[n], the positions in an order without meaning, by a hash of the id: always the same, favours nobody."""
        digests = [
            hashlib.blake2b(identifier.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            for identifier in self.values
        ]
        return np.argsort(np.array([int.from_bytes(digest) for digest in digests], dtype=np.uint64), kind="stable")

    def find(self, identifier: str, noun: str) -> int:
        """The position of an id, or a :class:`DataError` that names it."""
        position = self.positions.get(identifier)
        if position is None:
            examples = ", ".join(repr(str(known)) for known in self.values[:3])
            raise DataError(
                f"There is no {noun} with the id {identifier!r} here; ids look like {examples}.",
                "Check the id.",
                f"unknown-{noun}",
            )
        return position


@dataclass(frozen=True)
class Scale:
    """The rating scale: lowest and highest value, and the step between neighbours (0 if there is none)."""

    low: float
    high: float
    step: float

    @classmethod
    def of(cls, values: np.ndarray) -> "Scale":
        """The scale that these ratings were given on, as far as they show it."""
        levels = np.unique(values)
        gaps = np.diff(levels)
        step = float(gaps.min()) if len(gaps) and len(levels) <= 101 else 0.0
        return cls(float(levels[0]), float(levels[-1]), step)


@dataclass(frozen=True)
class Dataset:
    """Interactions with the ids, titles and genres that people know.

    Attributes:
        name: as the person called it.
        interactions: the events, at most one for a pair of user and item.
        user_ids, item_ids: external ids; position p belongs to index p of the interactions.
        item_table: one row per item, in index order, with the columns ``title`` (text, "" if unknown), ``genres``
            (tuple of text), ``year`` (Int64, may be missing), ``text`` and ``image`` (a path inside ``image_folder``,
            "" if there is none), and behind them attributes: any other columns of float64 (NaN if unknown),
            datetime64[s] (UTC, NaT) or text (object, "").
        user_table: one row per user, in index order, with the column ``name`` ("" if unknown), and attributes.
        feedback: explicit ratings, or implicit events.
        origin: one sentence about where the data come from.
        scale: of explicit ratings; None for implicit events.
        image_folder: where the pictures of the items lie; None where there are none.
        unrated_items: what is known about items without events: the columns of ``item_table`` and ``id``. They have
            no index.
        made: how it was generated, or added to; None where all of it is real.
    """

    name: str
    interactions: Interactions
    user_ids: Ids
    item_ids: Ids
    item_table: pd.DataFrame
    user_table: pd.DataFrame
    feedback: Feedback
    origin: str = ""
    scale: Scale | None = None
    image_folder: Path | None = None
    unrated_items: pd.DataFrame = field(default_factory=lambda: blank_item_table(0).assign(id=Ids.of([]).values))
    made: Made | None = None

    def __post_init__(self) -> None:
        if len(self.user_ids) != self.n_users or len(self.item_ids) != self.n_items:
            raise ValueError("the id maps do not fit the interactions")
        if len(self.item_table) != self.n_items or len(self.user_table) != self.n_users:
            raise ValueError("a side table does not fit the interactions")
        if len(self.unrated_items) and set(self.unrated_items) != {*self.item_table, "id"}:
            raise ValueError("the unrated items have other columns than the rated ones")
        if (self.feedback is Feedback.EXPLICIT) != (self.scale is not None):
            raise ValueError("explicit feedback has a scale, implicit feedback has none")

    @property
    def n_users(self) -> int:
        return self.interactions.n_users

    @property
    def n_items(self) -> int:
        return self.interactions.n_items

    @cached_property
    def fingerprint(self) -> str:
        """Sha-256 of what models and metrics depend on: ids, events, scale, words, attributes, pictures; not the name.

        Pictures count by their names, as far as these tell what is in them, as those that were imported or stored do.
        """
        digest = hashlib.sha256(f"{self.feedback} {self.scale}".encode())
        for ids in (self.user_ids, self.item_ids):
            for identifier in ids.values:
                data = identifier.encode("utf-8", "surrogatepass")
                digest.update(len(data).to_bytes(4, "little") + data)
        events = self.interactions
        for column in (events.users, events.items, events.values, events.times):
            digest.update(b"none" if column is None else np.ascontiguousarray(column).tobytes())
        for words in ("title", "genres", "text"):
            digest.update(repr(list(self.item_table[words])).encode("utf-8", "surrogatepass"))
        for table, names in ((self.item_table, self.item_attributes), (self.user_table, self.user_attributes)):
            for name in names:
                digest.update(_content(table[name]))
        pictures = [name if tells_content(name) else "" for name in self.item_table["image"]]
        if any(pictures):
            digest.update(repr(pictures).encode("ascii"))
        if len(self.unrated_items):
            for name in ("id", "title", "genres", "text", "year", *self.item_attributes):
                digest.update(_content(self.unrated_items[name]))
        if self.made is not None:
            digest.update(f"made {self.made.learned_from} {self.made.recipe} {self.made.real_people}".encode())
        return digest.hexdigest()

    @property
    def item_attributes(self) -> list[str]:
        """The names of what is known about items beyond the standard columns."""
        return [str(name) for name in self.item_table if name not in ITEM_COLUMNS]

    @property
    def user_attributes(self) -> list[str]:
        """The names of what is known about people beyond their names."""
        return [str(name) for name in self.user_table if name not in USER_COLUMNS]

    @cached_property
    def item_genres(self) -> csr_array:
        """Float64 (I, G), 1 for each genre of an item."""
        return genre_rows(self.item_table)

    @cached_property
    def item_words(self) -> csr_array:
        """Float64 (I, V), TF-IDF of what is said about an item; no columns where nothing is."""
        return text_rows(self.item_table)

    def with_interactions(self, interactions: Interactions) -> "Dataset":
        """The same people, items and tables with other events."""
        return replace(self, interactions=interactions)

    def title(self, item: int) -> str:
        """The title of an item, or its external id where no title is known."""
        return str(self.item_table["title"].iat[item]) or str(self.item_ids.values[item])

    def year(self, item: int) -> int | None:
        """The year of an item, None where it is unknown."""
        year = self.item_table["year"].array[item]
        return None if year is pd.NA else int(year)

    def genres(self, item: int) -> tuple[str, ...]:
        """The genres of an item, none where none are known."""
        genres: tuple[str, ...] = self.item_table["genres"].iat[item]  # type: ignore[assignment]
        return genres

    def picture(self, item: int) -> Path | None:
        """Where the picture of an item lies, None where there is none."""
        name = str(self.item_table["image"].iat[item])
        return self.image_folder / name if name and self.image_folder is not None else None

    def person(self, user: int) -> str:
        """How to call a person: the external id, with the name where one is known."""
        name = str(self.user_table["name"].iat[user])
        return f"{name} ({self.user_ids.values[user]})" if name else str(self.user_ids.values[user])


def blank_item_table(n_items: int) -> pd.DataFrame:
    """An item table in which nothing is known."""
    return pd.DataFrame(
        {
            "title": pd.Series([""] * n_items, dtype=object),
            "genres": pd.Series([()] * n_items, dtype=object),
            "year": pd.array([pd.NA] * n_items, dtype="Int64"),
            "text": pd.Series([""] * n_items, dtype=object),
            "image": pd.Series([""] * n_items, dtype=object),
        }
    )


def blank_user_table(n_users: int) -> pd.DataFrame:
    """A user table in which nothing is known."""
    return pd.DataFrame({"name": pd.Series([""] * n_users, dtype=object)})


def _content(column: pd.Series) -> bytes:
    """A column with its name as bytes: the same for the same values, whichever missing value or text type they have."""
    if pd.api.types.is_numeric_dtype(column):
        numbers = column.to_numpy(np.float64, na_value=np.nan)
        content = np.where(np.isnan(numbers), np.nan, numbers).tobytes()
    elif pd.api.types.is_datetime64_any_dtype(column):
        content = column.to_numpy("datetime64[s]").tobytes()
    else:
        content = repr(list(column)).encode("utf-8", "surrogatepass")
    return f"{column.name!r} {len(content)} ".encode("utf-8", "surrogatepass") + content
