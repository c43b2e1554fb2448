"""The truth behind the clicks: who looks at what, and what attracts them."""

from dataclasses import dataclass

import numpy as np

from recsys_core.synthetic.personas.domains import Domain
from recsys_core.synthetic.personas.items import Catalogue
from recsys_core.synthetic.personas.kinds import Crowd
from recsys_core.types import Float32, Float64, Int32

LIKING = 0.35  # what a match of taste adds to a rating, per unit of its logarithm
BETTER = 0.5  # what an item of one standard deviation more quality has more
WHIM = 0.6  # standard deviation of a rating about that
MEAN = 3.2
POINTED = 1.5  # how much more than in proportion a taste counts


@dataclass(frozen=True)
class ClickModel:
    """A click is an item that was looked at and attracted, independently (Craswell et al., "An experimental comparison
    of click position-bias models", WSDM 2008).

    Slot k is looked at with probability k^-η. Item i attracts person u on day t with probability o / (1 + o), where

        o = base · popularity_i^c_u · (G Σ_g taste_ug(t) genre_ig)^1.5 · exp(manner_u · manner_i) · season_tg

    and a taste goes evenly from what it was on the first day to what drift leaves of it on the last. With the
    probability ``noise`` the click follows nobody: the last three factors are 1.

    Attributes:
        examination: Float64[K], of each slot.
        base: odds for an item of mean popularity and a person to whom it is neither much nor little.
        drift: share of a taste that is another one at the end of the log.
        noise: probability that taste does not count.
        season: Float32[days, G], how many times as high the odds are for items whose first genre that is; None for 1.
        days: of the log.
        popularity: Float32[I], logarithms.
        catalogue: the items.
    """

    examination: Float64
    base: float
    drift: float
    noise: float
    season: Float32 | None
    days: int
    popularity: Float32
    catalogue: Catalogue

    def match(self, crowd: Crowd, users: Int32, items: Int32, days: Int32) -> Float32:
        """Float32[n], how much people like items, popularity and season aside: 1 for neither much nor little."""
        genres = self.catalogue.genres[items]
        match = _dots(crowd.tastes[users], genres)
        if self.drift:
            gone = self.drift * days / max(self.days - 1, 1)
            match += gone.astype(np.float32) * (_dots(crowd.later[users], genres) - match)
        manner = _dots(crowd.manner[users], self.catalogue.manner[items])
        return (np.float32(genres.shape[1]) * match) ** np.float32(POINTED) * np.exp(manner)

    def attraction(self, crowd: Crowd, users: Int32, items: Int32, days: Int32) -> Float32:
        """Float32[n], the probability that an item which is looked at is clicked.

        Args:
            users: rows of the crowd. days: of the log.
        """
        return self.attraction_of(self.match(crowd, users, items, days), crowd, users, items, days)

    def attraction_of(self, match: Float32, crowd: Crowd, users: Int32, items: Int32, days: Int32) -> Float32:
        """The same where the matches are known."""
        plain = np.float32(self.base) * np.exp(crowd.conformity[users] * self.popularity[items])
        odds = plain * match
        if self.season is not None:
            odds *= self.season[days, self.catalogue.main[items]]
        return (1 - self.noise) * odds / (1 + odds) + self.noise * plain / (1 + plain)

    def ratings(self, match: Float32, crowd: Crowd, users: Int32, items: Int32, rng: np.random.Generator) -> Float32:
        """Float32[n], whole numbers 1 to 5: the match, the quality of the item, how much a person likes to give."""
        points = MEAN + LIKING * np.log(match + 1e-6) + BETTER * self.catalogue.quality[items] + crowd.lenience[users]
        return np.clip(np.round(points + WHIM * rng.standard_normal(len(items), dtype=np.float32)), 1, 5)


def examination(slots: int, position_bias: float) -> Float64:
    """Float64[K], the probability that each slot is looked at: 1 for the first."""
    return np.asarray(np.arange(1, slots + 1) ** -float(position_bias), dtype=np.float64)


def season_table(domain: Domain, days: int, strength: float) -> Float32 | None:
    """Float32[days, G], factors of the odds with peaks once a year for genres that have one, mean 1 over a year.

    Args:
        strength: logarithm of how much higher the odds are at the peak than half a year away; 0 for no seasons.
    """
    if not strength:
        return None
    table = np.ones((days, len(domain.genres)), dtype=np.float32)
    year = np.arange(365)
    for column, genre in enumerate(domain.genres):
        if genre.peak is not None:
            away = (year - 365 * (genre.peak - 0.5) / 12 + 182.5) % 365 - 182.5
            factor = np.exp(strength * np.exp(-((away / 30) ** 2) / 2))
            table[:, column] = (factor / factor.mean())[np.arange(days) % 365]
    return table


def _dots(one: Float32, other: Float32) -> Float32:
    """Float32[n], of rows."""
    return np.einsum("nd,nd->n", one, other)
