"""A search for the weights with the best mean, over weights in steps of one twentieth that sum to one."""

from collections.abc import Callable

import numpy as np

from recsys_core.types import Float64, Int64

UNITS = 20  # finer weights differ by chance alone, and nobody reads them
STRIDES = (4, 2, 1)

Point = tuple[int, ...]  # in units


class Lattice:
    """Remembers the figures of each point, so that searches for different people share them.

    A search starts from equal weights and from each single member, whichever is best, and shifts weight between two
    members as long as that helps: first in large strides, then in smaller ones.
    """

    def __init__(self, size: int, figures: Callable[[Float64], Float64]) -> None:
        """
        Args:
            size: how many weights.
            figures: weights Float64[M] → Float64[n], a figure of each person, higher is better.
        """
        self._size, self._figures = size, figures
        self._known: dict[Point, Float64] = {}

    def at(self, point: Point) -> Float64:
        """Float64[n], the figures with the weights of a point."""
        if point not in self._known:
            self._known[point] = self._figures(np.array(point) / UNITS)
        return self._known[point]

    def best(self, people: Int64) -> Point:
        """The point with the best mean figure of these people that the search comes upon."""

        def mean(point: Point) -> float:
            return float(self.at(point)[people].mean())

        here = max([self.equal(), *(self.single(member) for member in range(self._size))], key=mean)
        for stride in STRIDES:
            while (next_one := max(self._around(here, stride), key=mean)) and mean(next_one) > mean(here):
                here = next_one
        return here

    def single(self, member: int) -> Point:
        """All weight on one member."""
        return tuple(UNITS * (place == member) for place in range(self._size))

    def equal(self) -> Point:
        """Weights as equal as units allow."""
        share, rest = divmod(UNITS, self._size)
        return tuple(share + (place < rest) for place in range(self._size))

    def _around(self, point: Point, stride: int) -> list[Point]:
        """Where ``stride`` units, or as many as there are, go from one member to another; the point itself."""
        found = [point]
        for giver, has in enumerate(point):
            for taker in range(self._size):
                if taker != giver and has:
                    moved = list(point)
                    moved[giver] -= min(stride, has)
                    moved[taker] += min(stride, has)
                    found.append(tuple(moved))
        return found
