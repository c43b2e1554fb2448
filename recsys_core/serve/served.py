"""A run that answers, with what its answers need worked out once."""

from functools import cached_property

import numpy as np

from recsys_core.rules.conditions import holds
from recsys_core.runs.run_files import LoadedRun
from recsys_core.serve.near import Catalogue
from recsys_core.types import Bool, Float32, Int32

CONDITIONS = 256  # whose items are remembered


class Served:
    """A run, ready to answer. Nothing in it changes while it serves, but for what it remembers of conditions.

    Attributes:
        id: of the run. about: its card.
        titles, item_ids: of the I items, as text.
        known: one row per person, what is known of them and hidden from their lists, as in ``recommending``.
        is_met: Bool[U], whether the model learned from a person.
        popularity: Float32[I], people who met each item in training.
    """

    def __init__(self, identifier: str, run: LoadedRun) -> None:
        self.id, self.about, self.model, self.split = identifier, run.about, run.model, run.split
        self.dataset = run.split.dataset
        self.titles = [self.dataset.title(item) for item in range(self.dataset.n_items)]
        self.item_ids = [str(identifier) for identifier in self.dataset.item_ids.values]
        self.catalogue = Catalogue(self.dataset.item_ids, self.titles)
        self.order = self.dataset.item_ids.hash_order
        self.known = run.split.test.known
        learned = run.split.train.interactions
        self.is_met: Bool = learned.user_counts() > 0
        self.popularity: Float32 = learned.item_counts().astype(np.float32)
        self._unfit: dict[str, Int32] = {}

    @cached_property
    def data(self) -> str:
        """What the data are called, with a mark where they are not wholly real."""
        name, made = self.dataset.name, self.dataset.made
        return name if made is None else f"{name} · {'real + synthetic' if made.is_augmented else 'synthetic'}"

    def unfit(self, condition: str) -> Int32:
        """The items for which a condition such as ``genre=Horror`` does not hold.

        Raises:
            ConfigError: it cannot be understood, or no item has that value.
        """
        if condition not in self._unfit:
            found = np.flatnonzero(~holds(condition, self.dataset)).astype(np.int32)
            if len(self._unfit) >= CONDITIONS:
                self._unfit.pop(next(iter(self._unfit)))
            self._unfit[condition] = found
        return self._unfit[condition]
