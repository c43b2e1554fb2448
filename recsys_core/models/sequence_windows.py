"""Long histories cut into windows, and windows of like lengths put together."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from recsys_core.training.warm_start import epoch_rows


@dataclass(frozen=True)
class Windows:
    """Window w asks for the events ``firsts[w]`` up to ``firsts[w] + lengths[w] - 1`` of one history.

    Attributes:
        firsts, lengths: Int64 (W,).
    """

    firsts: torch.Tensor
    lengths: torch.Tensor

    def __len__(self) -> int:
        return len(self.firsts)

    def take(self, rows: torch.Tensor | slice) -> "Windows":
        """The windows at these positions."""
        return Windows(self.firsts[rows], self.lengths[rows])

    def batches(
        self, n_events: int, generator: torch.Generator, is_new: torch.Tensor | None = None
    ) -> Iterator["Windows"]:
        """Windows in batches of about ``n_events`` events, in random order: all of them, or those of a warm start.

        Windows of a batch are of like lengths, so that little is padded; which ones come together is random.

        Args:
            is_new: (W,), see :func:`epoch_rows`.
        """
        shuffled = epoch_rows(torch.randperm(len(self), generator=generator, device=self.lengths.device), is_new)
        by_length = shuffled[torch.argsort(self.lengths[shuffled], stable=True)]
        lengths = self.lengths[by_length]
        _, sizes = torch.unique_consecutive((lengths.cumsum(0) - lengths) // n_events, return_counts=True)
        parts = torch.split(by_length, sizes.tolist())
        for place in torch.randperm(len(parts), generator=generator, device=self.lengths.device).tolist():
            yield self.take(parts[place])

    def pieces(self, n_places: int) -> Iterator["Windows"]:
        """As many windows at a time as take ``n_places`` places when padded, one at least."""
        n_windows = max(1, n_places // int(self.lengths.max()))
        for start in range(0, len(self), n_windows):
            yield self.take(slice(start, start + n_windows))


def cut(indptr: torch.Tensor, max_length: int, generator: torch.Generator) -> Windows:
    """Every event of ragged rows (U + 1,) in one window. Rows longer than ``max_length`` are cut at random places.

    The first window of a long row is of random length, the others follow it: so each event is seen behind few and
    behind many others, in one epoch or another.
    """
    counts = indptr.diff()  # (U,)
    drawn = torch.randint(1, max_length + 1, counts.shape, generator=generator, device=counts.device)
    heads = torch.where(counts > max_length, drawn, counts)  # events of the first window
    n_windows = (counts > 0) + (counts - heads + max_length - 1) // max_length
    rows = torch.repeat_interleave(n_windows)  # (W,)
    nth = torch.arange(len(rows), device=counts.device) - (n_windows.cumsum(0) - n_windows)[rows]
    ends = heads[rows] + nth * max_length
    begins = (ends - max_length).clamp(min=0)
    begins = torch.where(nth > 0, begins, 0)
    return Windows(indptr[rows] + begins, torch.minimum(ends, counts[rows]) - begins)
