"""What a model that reports its progress takes to learn, from the real training, cut short."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

from recsys_core.data.dataset import Dataset
from recsys_core.models import Recommender
from recsys_core.training.context import Cancelled, Checkpoint, EpochEnded, FitContext, Progress
from recsys_core.training.loop import CHECKPOINT_SECONDS

CHECKPOINTS_WRITTEN = 2  # enough to know what they take


@dataclass(frozen=True)
class Learning:
    """Seconds of learning: once, and for each epoch. ``is_whole`` where the model is fitted and can be asked."""

    first: float
    epoch: float
    watched: float
    is_whole: bool


class Watch:
    """Notes down when what happened in a training, and how far it was."""

    def __init__(self, save: Callable[[Checkpoint], None]) -> None:
        self._save = save
        self.started = time.monotonic()
        self.pulses: list[list[tuple[float, float]]] = [[]]  # of each epoch: when, and the share done
        self.ends: list[tuple[float, EpochEnded]] = []
        self.saves: list[float] = []  # seconds

    def on_event(self, event: EpochEnded | Progress) -> None:
        if isinstance(event, EpochEnded):
            self.ends.append((time.monotonic(), event))
            self.pulses.append([])
        else:
            self.pulses[-1].append((time.monotonic(), event.done - len(self.ends)))

    def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        started = time.monotonic()
        if len(self.saves) < CHECKPOINTS_WRITTEN:
            self._save(checkpoint)
            self.saves.append(time.monotonic() - started)

    def pace(self, epoch: int) -> float:
        """Seconds for the whole of an epoch of which a part was watched, at the pace after its first batch."""
        pulses = self.pulses[epoch]
        begin = 1 if len(pulses) > 2 and epoch == 0 else 0  # the first batch of all compiles and warms up
        (since, done_then), (until, done) = pulses[begin], pulses[-1]
        return (until - since) / (done - done_then) if done > done_then else 0.0


def watch(
    model: Recommender,
    train: Dataset,
    context: FitContext,
    seconds: float,
) -> Learning:
    """Let a model learn for so many seconds, after whatever its first batch took.

    Args:
        model: reports its progress, in epochs or in one go; is fitted then, unless it could not be within the time.
        train: the real training data.
        context: of the real training.
        seconds: to watch.
    """
    told = Watch(context.save_checkpoint)

    def enough() -> bool:
        if context.cancel():
            return True
        ended = len(told.ends)
        return ended >= 2 and time.monotonic() - told.ends[0][0] >= seconds

    pilot = replace(
        context, on_event=told.on_event, cancel=enough, save_checkpoint=told.save_checkpoint, cut_after=seconds
    )
    try:
        model.fit(train, pilot)
    except Cancelled:
        if context.cancel():
            raise
        return _in_one_go(told)
    took = time.monotonic() - told.started
    if model.training is None:
        return Learning(took, 0.0, took, True)
    return _in_epochs(told, model.config.epochs)


def _in_one_go(told: Watch) -> Learning:
    """Of a model without epochs that was not done in time."""
    last, done = told.pulses[0][-1]
    return Learning(last - told.started + (1 - done) * told.pace(0), 0.0, last - told.started, False)


def _in_epochs(told: Watch, epochs: int) -> Learning:
    learning, rest = [], []  # of the epochs but the first
    checkpoint = median(told.saves or [0.0])
    for place in range(1, len(told.ends)):
        begin = told.ends[place - 1][0] + (told.saves[place - 1] if place <= len(told.saves) else 0.0)
        arrived, event = told.ends[place]
        if event.losses:
            whole, end = event.seconds, begin + event.seconds
        else:
            end = told.pulses[place][-1][0]
            whole = told.pulses[place][0][0] - begin + told.pace(place)
        learning.append(whole)
        rest.append(max(0.0, arrived - end))
    arrived, event = told.ends[0]
    first = arrived - told.started
    if not event.losses:
        first += (1 - told.pulses[0][-1][1]) * (median(learning) if learning else told.pace(0))
    epoch = median(learning) + median(rest) if learning else first
    first -= epoch
    checkpoints = min(epochs, (first + epochs * epoch) / CHECKPOINT_SECONDS)
    epoch += checkpoint * checkpoints / epochs
    return Learning(max(0.0, first), epoch, told.ends[-1][0] - told.started, True)
