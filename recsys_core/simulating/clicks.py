"""What happens in a visit: a list is looked at from the top, and what attracts is clicked."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from recsys_core.simulating.assumptions import Assumptions
from recsys_core.simulating.luck import Keys, keys, normal, uniform
from recsys_core.synthetic.personas.clicks import examination
from recsys_core.types import Bool, Float32, Int32, Int64

LEAVING = 1  # which number of a showing is meant


@dataclass(frozen=True)
class Deck:
    """What a model would show n people, one item after the other.

    Attributes:
        items: Int32[n, D], best first; −1 where there are no more.
        held_out: Bool[n, D], what the person is known to have chosen later.
    """

    items: Int32
    held_out: Bool


class Shelf:
    """The lists of N people (each person as often as there are repetitions), and how they change by being looked at.

    Item i is clicked at place k of a list with probability

        k^−η · σ(logit a + p · t_ui) · (1 − f)^s

    with position bias η (Craswell et al., WSDM 2008), attraction a, pull p, fatigue f and s showings in vain. Liking is
    t_ui = z_ui + h · (u chose i later) + noise, in standard deviations over the catalogue: z_ui is what is told.

    Args:
        deck: of n people.
        told: Float32[n, D], z of each item of the deck.
        person: Int64[N], which row of the deck belongs to each of the N.
        luck: a key for each of the N.
        how: what is assumed.
        most: visits of a person at most.
    """

    def __init__(self, deck: Deck, told: Float32, person: Int64, luck: Keys, how: Assumptions, most: int) -> None:
        n, k = len(person), how.slots
        self.how, self.deck, self.person, self.luck = how, deck, person, luck
        self.liking = told + np.float32(how.held_out) * deck.held_out
        self.look = examination(k, how.position_bias)
        self.freshness = (1 - how.fatigue) ** np.arange(most)
        self.after = np.full(n, k)  # the next item of each deck
        # A list has K cells. What is known of the item in a cell stays where it is; which cell has which place changes.
        self.cells: Int64 = np.arange(n * k).reshape(n, k)
        self.about: Keys = np.empty(n * k, dtype=np.uint64)
        self.attraction = np.empty(n * k)  # 0 of an empty cell
        self.pleases = np.empty(n * k, dtype=bool)
        self.in_vain = np.empty(n * k, dtype=np.int64)
        self._fill(self.cells.ravel(), np.repeat(np.arange(n), k), np.tile(np.arange(k), n))

    def visit(self, who: Int64) -> tuple[Int64, Int64, Int64]:
        """Some of the N look at their lists, which change afterwards.

        Returns:
            Int64[v] each: items shown, clicks that please, clicks that disappoint.
        """
        cells = self.cells[who]
        attraction, in_vain = self.attraction[cells], self.in_vain[cells]
        showing = keys(self.about[cells], in_vain)
        clicked = uniform(showing) < self.look * attraction * self.freshness[in_vain]
        self.in_vain[cells] = in_vain + 1
        pleasing = clicked & self.pleases[cells]
        self._renew(who, cells, clicked | (uniform(keys(showing, LEAVING)) < self.how.turnover))
        return (attraction > 0).sum(axis=1), pleasing.sum(axis=1), (clicked & ~pleasing).sum(axis=1)

    def _renew(self, who: Int64, cells: Int64, gone: Bool) -> None:
        """What stays moves up; the cells of the rest come after it, with the next items of the deck."""
        place = np.arange(gone.shape[1])
        so_far = np.cumsum(~gone, axis=1)
        stay = so_far[:, -1:]
        moved = np.empty_like(cells)
        np.put_along_axis(moved, np.where(gone, stay + place - so_far, so_far - 1), cells, axis=1)
        self.cells[who] = moved
        row, slot = np.nonzero(place >= stay)
        self._fill(moved[row, slot], who[row], self.after[who[row]] + slot - stay[row, 0])
        self.after[who] += gone.shape[1] - stay[:, 0]

    def _fill(self, cells: Int64, owner: Int64, place: Int64) -> None:
        """Put into each cell the item at a place of its owner's deck."""
        how, person, last = self.how, self.person[owner], self.deck.items.shape[1] - 1
        at = np.minimum(place, last)
        items = self.deck.items[person, at]
        about = keys(self.luck[owner], items)
        liking = self.liking[person, at] + how.noise * normal(about)
        attraction = expit(logit(how.attraction) + how.pull * liking)
        self.about[cells] = about
        self.attraction[cells] = np.where((items >= 0) & (place <= last), attraction, 0)
        self.pleases[cells] = liking > how.bar
        self.in_vain[cells] = 0
