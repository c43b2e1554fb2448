"""Which models are worth their cost."""

from recsys_core.types import Bool, Float64


def on_front(costs: Float64, values: Float64, higher_is_better: bool = True) -> Bool:
    """Bool[n], whether no other model is at least as good and as cheap, and better in one of both."""
    gains = values if higher_is_better else -values
    no_worse = (costs[:, None] <= costs) & (gains[:, None] >= gains)  # row against column
    better = (costs[:, None] < costs) | (gains[:, None] > gains)
    beaten: Bool = (no_worse & better).any(axis=0)
    return ~beaten
