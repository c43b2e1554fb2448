"""Personas that have lived, for tests of what came of it."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.data.impressions.log import Impressions
from recsys_core.synthetic.base import Knobs
from recsys_core.synthetic.making import assemble, made_by
from recsys_core.synthetic.personas.generator import PersonaPopulation, Personas, PersonasConfig
from recsys_core.types import Strings


@dataclass(frozen=True)
class Lived:
    population: PersonaPopulation
    dataset: Dataset
    log: Impressions

    @property
    def kinds(self) -> Strings:
        return self.dataset.user_table["kind"].to_numpy()

    @property
    def main_genres(self):
        """Int32[E], the first genre of each event's item."""
        return self.population.catalogue.main[self.dataset.interactions.items]

    def days(self, times):
        """Of the log."""
        return (times - np.datetime64(f"{self.population.config.start_year}-01-01", "s").astype(int)) // 86_400


@cache
def lived(people: int = 400, items: int | None = 200, seed: int = 5, settings: tuple = (), **knobs: float) -> Lived:
    """Settings are pairs of name and value."""
    generator = Personas(PersonasConfig(**dict(settings))).fit(None)
    wanted = Knobs(people=people, items=items, **knobs)
    population = generator.population(wanted, seed)
    dataset, log = assemble(population, "lived", made_by(generator, wanted, seed, None, None))
    return Lived(population, dataset, log)
