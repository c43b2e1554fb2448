"""What a model is handed while it learns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recsys_core.content.around import Around

READING_TIMES = 3  # as long as it learns may a pilot read one kind of content: encoders are slow to get going

if TYPE_CHECKING:
    import torch

    from recsys_core.training.warm_start import Learned, WarmStart


@dataclass(frozen=True)
class Validation:
    """A figure on the validation events, by which the best epoch is chosen."""

    metric: str
    value: float
    higher_is_better: bool

    def beats(self, other: "Validation | None") -> bool:
        if other is None:
            return True
        return self.value > other.value if self.higher_is_better else self.value < other.value


@dataclass(frozen=True)
class EpochEnded:
    """An epoch is over.

    Attributes:
        epoch: 1 for the first.
        losses: mean of each part of the training loss over the epoch's samples.
        validation: None where there is nothing to validate on.
        best_epoch: the best epoch so far.
        samples: training samples of this epoch, positives and negatives.
        seconds: training time of this epoch, validation left out.
    """

    epoch: int
    epochs: int
    losses: dict[str, float]
    validation: Validation | None
    best_epoch: int
    samples: int
    seconds: float


@dataclass(frozen=True)
class Progress:
    """Sent a few times a second inside an epoch. ``done`` counts epochs, with a fraction."""

    done: float
    epochs: int


@dataclass(frozen=True)
class Preparing:
    """Sent a few times a second while content is read, before the first epoch.

    Attributes:
        what: is read, in the plural, such as "texts".
    """

    what: str
    done: int
    of: int


@dataclass(frozen=True)
class TrainingSummary:
    """How a training went.

    Attributes:
        reason: a sentence for people.
        learned: what was learned by the best epoch, by name, for another training to go on from.
    """

    epochs: int
    best_epoch: int
    reason: str
    seconds: float
    samples_per_second: float
    history: tuple[EpochEnded, ...]
    learned: "dict[str, Learned]" = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Checkpoint:
    """Everything that continues a training to the same end, bit by bit.

    Attributes:
        tensors: the task's state now (``now.*``) and at its best epoch (``best.*``).
        progress: plain data about epochs done, the best of them and the events so far.
    """

    tensors: "dict[str, torch.Tensor]"
    progress: dict[str, Any]


Event = EpochEnded | Progress | Preparing


class Cancelled(Exception):
    """Raised inside a training to unwind it when somebody asked it to stop."""


class CutShort(Cancelled):
    """Raised inside an epoch of a pilot that has been watched for long enough."""


def _never() -> bool:
    return False


def _ignore(_: Any) -> None:
    return None


@dataclass(frozen=True)
class FitContext:
    """The world around a model's ``fit``; the defaults suit a notebook.

    Attributes:
        seed: of everything random in the training.
        device: "cpu" or "cuda".
        validate: gives the early-stopping metric of the model as it is now; None where nothing is held out.
        on_event: takes :class:`EpochEnded`, :class:`Progress` and :class:`Preparing`.
        cancel: true once somebody asked to stop; asked at every batch, so it must be cheap.
        save_checkpoint: takes a :class:`Checkpoint` after an epoch.
        start_from: the checkpoint to continue from.
        warm: the earlier training to go on from, where there is one.
        cut_after: seconds after which each epoch is cut short, though all that follows an epoch is done as ever: a
            pilot, which shows what a training costs. Every batch is reported then, and every epoch gets a checkpoint.
            Of content, as much is read as a few times as many seconds allow.
        cache: the folder for what frozen encoders gave; None: it is not kept.
    """

    seed: int = 0
    device: str = "cpu"
    validate: Callable[[Any], Validation] | None = None
    on_event: Callable[[Event], None] = _ignore
    cancel: Callable[[], bool] = _never
    save_checkpoint: Callable[[Checkpoint], None] = _ignore
    start_from: Checkpoint | None = None
    warm: "WarmStart | None" = None
    cut_after: float | None = None
    cache: Path | None = None

    @property
    def answers_as(self) -> Any:
        """The earlier model, where the new one is to answer as it did; None where it is to learn."""
        return self.warm.source if self.warm is not None and self.warm.as_it_is else None

    def reading(self) -> Around:
        """What reading content is handed."""
        at_most = None if self.cut_after is None else READING_TIMES * self.cut_after
        return Around(self.cache, lambda what, done, of: self.on_event(Preparing(what, done, of)), self.cancel, at_most)
