"""The readers that a model's settings name, fitted to the items of a data set."""

from dataclasses import replace
from typing import Self

import numpy as np

from recsys_core.content.around import Around
from recsys_core.content.attributes import Attributes
from recsys_core.content.coverage import Coverage
from recsys_core.content.items import ItemContent
from recsys_core.content.reader import Read, Reader
from recsys_core.content.readers import PICTURE_READERS, TEXT_READERS
from recsys_core.data.dataset import Dataset
from recsys_core.models.base import Ability, expect_shapes
from recsys_core.models.content_config import ContentConfig
from recsys_core.training.context import FitContext
from recsys_core.types import Float32

TEXTS, PICTURES, ATTRIBUTES = "texts", "pictures", "attributes"
READS = frozenset({Ability.CONTENT, Ability.TEXT, Ability.IMAGE, Ability.ATTRIBUTES})
DIRECTIONS = 128  # that are looked at of the vectors of a frozen reader
WIDEST = 1280  # numbers that a reader gives for an item, at most
LARGEST = 1 << 16  # bytes that a reader takes for an item while it reads, at most
ABILITIES = {TEXTS: Ability.TEXT, PICTURES: Ability.IMAGE, ATTRIBUTES: Ability.ATTRIBUTES}


def chosen(config: ContentConfig) -> dict[str, type[Reader]]:
    """What is read, in the plural, such as "texts" → who reads it. What the settings switch off is left out."""
    lists = ((TEXTS, config.text, TEXT_READERS), (PICTURES, config.pictures, PICTURE_READERS))
    readers = {what: reader for what, key, known in lists for reader in known if reader.key == key}
    return readers | ({ATTRIBUTES: Attributes} if config.attributes else {})


def abilities(config: ContentConfig) -> frozenset[Ability]:
    """CONTENT and what is read; none where all is switched off."""
    read = {ABILITIES[what] for what in chosen(config)}
    return frozenset(read | {Ability.CONTENT} if read else read)


class ItemReaders:
    """Several readers of the same items.

    What frozen ones give is seen from its main directions, with mean 0 and mean squared length 1 over the items that
    they were fitted to: of some encoders all vectors point nearly the same way, and of more numbers than there are
    items to learn from, the rest is noise that each step would have to pay for.

    Args:
        by_kind: what is read → who reads it.
        views: what frozen ones read → Float32 (width + 1, k), what to multiply with and, last, to add.
    """

    def __init__(self, by_kind: dict[str, Reader], views: dict[str, Float32]) -> None:
        self.by_kind, self._views = by_kind, views

    @classmethod
    def of(
        cls, config: ContentConfig, train: Dataset, content: ItemContent, context: FitContext
    ) -> tuple[Self, dict[str, Read]]:
        """Those to learn with, and what they make of the items of ``train``, whose content is given: fitted to these
        or, where a training goes on, those of the earlier model, whose network knows what their numbers mean."""
        around = context.reading()
        if context.warm is None:
            return cls.fit(config, train, content, around)
        readers: Self = context.warm.source.readers
        return readers, readers.read(content, around)

    @classmethod
    def fit(
        cls, config: ContentConfig, train: Dataset, content: ItemContent, around: Around
    ) -> tuple[Self, dict[str, Read]]:
        """Those that the settings name, and what they make of the items of ``train``, whose content is given."""
        by_kind = {
            what: Attributes.of_items(train) if reader is Attributes else reader.fit(content, around)
            for what, reader in chosen(config).items()
        }
        reads = {what: reader.read(content, around) for what, reader in by_kind.items()}
        views = {what: _view(read.values[read.known]) for what, read in reads.items() if not by_kind[what].learns}
        readers = cls(by_kind, views)
        return readers, readers._seen(reads)

    def read(self, content: ItemContent, around: Around) -> dict[str, Read]:
        """What each makes of N items."""
        return self._seen({what: reader.read(content, around) for what, reader in self.by_kind.items()})

    def _seen(self, reads: dict[str, Read]) -> dict[str, Read]:
        for what, view in self._views.items():
            read = reads[what]
            reads[what] = replace(read, values=(read.values @ view[:-1] + view[-1]) * read.known[:, None])
        return reads

    def width(self, what: str) -> int:
        """Of what a model's network is given for an item, or of what it learns to make of that."""
        return self._views[what].shape[1] if what in self._views else self.by_kind[what].width

    def arrays(self) -> dict[str, np.ndarray]:
        """To be saved."""
        learned = {
            f"readers.{what}.{name}": array
            for what, reader in self.by_kind.items()
            for name, array in reader.arrays().items()
        }
        return learned | {f"views.{what}": view for what, view in self._views.items()}

    @classmethod
    def from_arrays(cls, config: ContentConfig, arrays: dict[str, np.ndarray]) -> Self:
        """What :meth:`arrays` gave. Its arrays are taken out of ``arrays``.

        Raises:
            ModelError: an array is missing or does not fit.
        """
        by_kind = {
            what: reader.from_arrays(take_part(arrays, f"readers.{what}.")) for what, reader in chosen(config).items()
        }
        views = take_part(arrays, "views.")
        frozen = {what: reader.width for what, reader in by_kind.items() if not reader.learns}
        expect_shapes(views, {what: (width + 1, min(width, DIRECTIONS)) for what, width in frozen.items()})
        return cls(by_kind, views)


def _view(known: Float32) -> Float32:
    """Float32 (W + 1, k) that takes vectors (N, W) to their principal components."""
    width = known.shape[1]
    mean = known.mean(axis=0, dtype=np.float64) if len(known) else np.zeros(width)
    centred = known - mean
    variances, directions = np.linalg.eigh(centred.T @ centred / max(1, len(known)))  # ascending
    taken = directions[:, ::-1][:, :DIRECTIONS]
    spread = float(variances.sum())
    view = taken * (spread**-0.5 if spread > 0 else 1.0)
    return np.vstack([view, -mean @ view]).astype(np.float32)


def take_part(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    """The arrays whose names begin so, without it; they are taken out of ``arrays``."""
    return {name.removeprefix(prefix): arrays.pop(name) for name in list(arrays) if name.startswith(prefix)}


def coverage(readers: ItemReaders, reads: dict[str, Read]) -> tuple[Coverage, ...]:
    """How much could be read, by what it is."""
    return tuple(
        Coverage(what, int(read.known.sum()), len(read.known), read.broken, dict(readers.by_kind[what].left_out))
        for what, read in reads.items()
    )


def content_memory(config: ContentConfig, size: int, n_items: int) -> int:
    """Bytes, from above, for reading items, for what was read of them, and for 14 copies of a network that makes
    ``size`` numbers of each."""
    kinds = len(chosen(config))
    return kinds * (LARGEST * n_items + 56 * WIDEST * size) + 16 * size * n_items
