"""What items look like while models learn from them."""

import torch

from recsys_core.models.content_net import LOOKED_AT_ONCE, ContentNet, ReadItems

FORGOTTEN = 0.1  # share of what is known that a step does as if it did not know


def forget(known: torch.Tensor, share: float, generator: torch.Generator) -> torch.Tensor:
    """As if of a random share nothing were known: ``known`` (n, 1) with some of its ones put to zero."""
    return known * (torch.rand(known.shape, generator=generator, device=known.device) >= share)


class Looking:
    """Hands out items as a :class:`ContentNet` takes them in, each kind of content now and then as if it were unknown,
    so that the network learns what to make of items of which less is known.

    Where readers' networks learn along, not every item can pass through them at each step. Some do, the others are
    taken as they looked last, which is not long ago and little different (as the memory of Wang, Zhang, Huang and
    Scott, Cross-Batch Memory for Embedding Learning, CVPR 2020).

    Args:
        net: learns.
        items: all I of them, as they were read.
    """

    def __init__(self, net: ContentNet, items: ReadItems, generator: torch.Generator) -> None:
        self._net, self._items, self._generator = net, items, generator
        self._looked: ReadItems | None = None

    def begin_anew(self) -> None:
        """Look at all items again before the next step."""
        self._looked = None

    def at(self, rows: torch.Tensor) -> ReadItems:
        """These items, (n,), each once."""
        if self._looked is None:
            with torch.no_grad():
                self._looked = self._net.look(self._items)
        looked = self._looked.take(rows)
        for what in self._net.learning:
            order = torch.randperm(len(rows), generator=self._generator, device=rows.device)[:LOOKED_AT_ONCE]
            anew = self._net.nets[what](self._items.values[what][rows[order]])
            self._looked.values[what][rows[order]] = anew.detach()
            looked.values[what] = looked.values[what].index_copy(0, order, anew)
        known = {what: forget(known, FORGOTTEN, self._generator) for what, known in looked.known.items()}
        return ReadItems(looked.values, known)
