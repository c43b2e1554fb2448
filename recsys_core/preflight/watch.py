"""What a model that reports its progress takes to learn, from the real training, cut short."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

from recsys_core.data.dataset import Dataset
from recsys_core.models import Recommender
from recsys_core.preflight.clock import now
from recsys_core.training.context import Cancelled, Checkpoint, EpochEnded, Event, FitContext, Preparing, Progress
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
        self.started = now()
        self.pulses: list[list[tuple[float, float]]] = [[]]  # of each epoch: when, and the share done
        self.ends: list[tuple[float, EpochEnded]] = []
        self.saves: list[float] = []  # seconds
        self.readings: list[list[tuple[float, Preparing]]] = []  # of each kind of content: when, and how far it was

    def on_event(self, event: Event) -> None:
        if isinstance(event, Preparing):
            self._read(event)
        elif isinstance(event, EpochEnded):
            self.ends.append((now(), event))
            self.pulses.append([])
        elif isinstance(event, Progress):
            self.pulses[-1].append((now(), event.done - len(self.ends)))

    def _read(self, event: Preparing) -> None:
        before = self.readings[-1][-1][1] if self.readings else None
        if before is None or before.what != event.what or before.done > event.done:
            self.readings.append([])
        self.readings[-1].append((now(), event))

    def unread(self) -> float:
        """Seconds that reading would have gone on for, at the pace at which it went, had it not been ended."""
        seconds = 0.0
        for reading in self.readings:
            begin = 1 if len(reading) > 3 else 0  # the first batch loads the encoder
            (since, first), (until, last) = reading[begin], reading[-1]
            if last.done > first.done:
                seconds += (last.of - last.done) * (until - since) / (last.done - first.done)
        return seconds

    def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        started = now()
        if len(self.saves) < CHECKPOINTS_WRITTEN:
            self._save(checkpoint)
            self.saves.append(now() - started)

    def pace(self, epoch: int) -> float:
        """Seconds that all batches of an epoch take, at the pace of those that were watched."""
        pulses = self.pulses[epoch]
        begin = 1 if len(pulses) > 2 and epoch == 0 else 0  # the first batch of all compiles and warms up
        (since, done_then), (until, done) = pulses[begin], pulses[-1]
        return (until - since) / (done - done_then) if done > done_then else 0.0

    def missing(self, epoch: int, pace: float) -> float:
        """Seconds that an epoch would have gone on for, at this pace, had it not been cut short."""
        _, event = self.ends[epoch]
        return 0.0 if event.losses else (1 - self.pulses[epoch][-1][1]) * pace


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
        return ended >= 2 and now() - told.ends[0][0] >= seconds

    pilot = replace(
        context, on_event=told.on_event, cancel=enough, save_checkpoint=told.save_checkpoint, cut_after=seconds
    )
    try:
        model.fit(train, pilot)
    except Cancelled:
        if context.cancel():
            raise
        return _in_one_go(told)
    took = now() - told.started
    if model.training is None:
        return Learning(took + told.unread(), 0.0, took, True)
    return _in_epochs(told, model.config.epochs)


def _in_one_go(told: Watch) -> Learning:
    """Of a model without epochs that was not done in time."""
    last, done = told.pulses[0][-1]
    seconds = last - told.started
    return Learning(seconds + (1 - done) * told.pace(0) + told.unread(), 0.0, seconds, False)


def _in_epochs(told: Watch, epochs: int) -> Learning:
    later = []  # seconds of the epochs but the first, each with its validation
    checkpoint = median(told.saves or [0.0])
    for place in range(1, len(told.ends)):
        saved = told.saves[place - 1] if place <= len(told.saves) else 0.0
        later.append(told.ends[place][0] - told.ends[place - 1][0] - saved + told.missing(place, told.pace(place)))
    first = told.ends[0][0] - told.started + told.missing(0, told.pace(1 if later else 0))
    epoch = median(later) if later else first
    first = max(0.0, first - epoch) + told.unread()
    checkpoints = min(epochs, (first + epochs * epoch) / CHECKPOINT_SECONDS)
    return Learning(first, epoch + checkpoint * checkpoints / epochs, now() - told.started, True)
