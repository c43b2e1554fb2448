"""A trial: settings of a model, and what they came to on the validation events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from recsys_core.metrics import about
from recsys_core.types import Json


class Ended(StrEnum):
    """How a trial stands."""

    NOT_YET = "running"
    DONE = "done"
    PRUNED = "pruned"  # hopeless beside the earlier ones
    FAILED = "failed"


@dataclass(frozen=True)
class Trial:
    """A trial, also while it runs.

    Attributes:
        model: key of the model.
        number: 1 for the first trial of the model, which tries its settings as they come.
        settings: the settings that are searched, as plain data; all others are as they come.
        curve: the validation figure of each epoch so far; one figure of a model without epochs.
        seconds: that it took, validation included.
        reason: why it was pruned or failed, one sentence.
    """

    model: str
    number: int
    settings: Json
    ended: Ended = Ended.NOT_YET
    curve: tuple[float, ...] = ()
    seconds: float = 0.0
    reason: str = ""

    def value(self, metric: str) -> float | None:
        """The best figure of its curve; None where there is none yet."""
        return best_figure(self.curve, metric) if self.curve else None


def best_figure(curve: Sequence[float], metric: str) -> float:
    """The best of some figures of one metric."""
    return max(curve) if about(metric).higher_is_better else min(curve)


def best_of(trials: Iterable[Trial], metric: str) -> Trial | None:
    """The best of the trials that are done, the earliest of equals; None where none is done."""
    best: Trial | None = None
    for trial in sorted(trials, key=lambda trial: trial.number):
        if trial.ended is Ended.DONE and (best is None or _beats(trial, best, metric)):
            best = trial
    return best


def _beats(trial: Trial, other: Trial, metric: str) -> bool:
    mine, theirs = best_figure(trial.curve, metric), best_figure(other.curve, metric)
    return mine != theirs and best_figure((mine, theirs), metric) == mine
