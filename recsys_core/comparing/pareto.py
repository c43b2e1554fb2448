"""Which models are worth their cost."""

import numpy as np

from recsys_core.types import Bool, Float64


def on_front(costs: Float64, values: Float64, higher_is_better: bool = True) -> Bool:
    """Bool[n], whether no other model is at least as good and as cheap, and better in one of both."""
    gains = values if higher_is_better else -values
    no_worse = (costs[:, None] <= costs) & (gains[:, None] >= gains)  # row against column
    better = (costs[:, None] < costs) | (gains[:, None] > gains)
    beaten: Bool = np.logical_or.reduce(no_worse & better, axis=0)
    return ~beaten
