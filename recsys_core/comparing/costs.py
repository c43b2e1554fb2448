"""What a model takes, as it was measured with its run, and what is said of it beside its quality."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from recsys_core.data.findings import duration, gigabytes
from recsys_core.metrics import about, metric_label
from recsys_core.statistics.estimates import Estimate
from recsys_core.types import Json

MEGABYTE = 2**20


@dataclass(frozen=True)
class Cost:
    """A row of ``COSTS``: a field of a run's card and how it is told.

    Attributes:
        scale: what the field is divided by.
        words: a cost, as people say it.
    """

    field: str
    title: str
    unit: str
    words: Callable[[float], str]
    help: str
    scale: float = 1.0

    @property
    def label(self) -> str:
        return f"{self.title}, {self.unit}"

    def of(self, about: Json) -> float | None:
        """That of a run by its card; None where it was not measured."""
        value = about.get(self.field)
        return None if value is None else value / self.scale


COSTS = (
    Cost(
        "seconds",
        "Training",
        "seconds",
        lambda value: f"{'under ' if value < 0.1 else ''}{duration(value)} of training",
        "Validation left out. Of a blend, that of its members.",
    ),
    Cost(
        "scoring_ms",
        "Scoring",
        "ms per person",
        lambda value: f"{value:.2g} ms to score a person",
        "Scores of all items for one person, measured in batches while the model was judged. Judging is left out.",
    ),
    Cost(
        "memory",
        "Memory",
        "MB",
        lambda value: f"{gigabytes(value * MEGABYTE)} while training",
        "What training and judging took beside the program: as a pilot foretold it, else as it was measured.",
        MEGABYTE,
    ),
    Cost(
        "model_bytes",
        "Model size",
        "MB",
        lambda value: f"{value:.3g} MB on disk",
        "The files of the model, without the data.",
        MEGABYTE,
    ),
)


def finding(cost: Cost, metric: str, models: Sequence[tuple[str, float, Estimate]]) -> str:
    """The best of these models, and what is cheaper and may be as good, without a full stop.

    Args:
        cost: which one.
        metric: such as "ndcg@10".
        models: title, cost and figure of each, best first.
    """
    (title, price, figure), *others = models
    most = "highest" if about(metric).higher_is_better else "lowest"
    lead = f"{title} has the {most} {metric_label(metric)} with {cost.words(price)}"
    if not others:
        return lead
    low, high = figure.low, figure.high
    if low is None or high is None:
        return lead if any(other < price for _, other, _ in others) else f"{lead}, and nothing is cheaper"
    close = [one for one in others if one[1] < price and low <= one[2].value <= high]
    if not close:
        return f"{lead}; no cheaper model lies within its interval"
    cheapest = min(close, key=lambda one: one[1])
    return f"{lead}; {cheapest[0]} lies within its interval with {cost.words(cheapest[1])}"
