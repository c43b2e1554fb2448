"""What is foretold of a training."""

from dataclasses import asdict, dataclass
from typing import Self

from recsys_core.data.findings import counted, gigabytes
from recsys_core.types import Json


@dataclass(frozen=True)
class Forecast:
    """Time and memory of a training with all that surrounds it, at most: early stopping may end it sooner.

    Attributes:
        reading: seconds until learning begins: starting a process, reading and splitting the data.
        first: seconds that are spent once: sorting events, compiling loops; of models without epochs, all of learning.
        epochs: at most; 0 for models that learn in one go.
        epoch: seconds of each, with its validation and its share of checkpoints.
        measuring: seconds of judging the model on the test events.
        peak: bytes that the training holds at most, the libraries included, in a process of its own.
        own: of these, what comes with the data and the model.
        watched: seconds of learning that the forecast rests on.
    """

    reading: float
    first: float
    epochs: int
    epoch: float
    measuring: float
    peak: int
    own: int
    watched: float

    @property
    def learning(self) -> float:
        """Seconds of learning, validation included."""
        return self.first + self.epochs * self.epoch

    @property
    def seconds(self) -> float:
        """Of the whole training, until its model is kept."""
        return self.reading + self.learning + self.measuring

    def sentence(self, free: int) -> str:
        """All of it for people, with the reason; ``free`` are the bytes that the machine has left."""
        parts = []
        if self.epochs:
            parts.append(f"at most {counted(self.epochs, 'epoch')} of {duration(self.epoch)}")
        if self.measuring >= 1:
            parts.append(f"{duration(self.measuring)} of judging")
        detail = f": {', and '.join(parts)}" if parts else ""
        return (
            f"About {duration(self.seconds)}{detail}. Needs {gigabytes(self.peak)} of memory, and {gigabytes(free)} "
            f"are free. Measured by learning for {duration(self.watched)} on this machine."
        )

    def as_json(self) -> Json:
        return asdict(self) | {"learning": self.learning, "seconds": self.seconds}

    @classmethod
    def from_json(cls, known: Json) -> Self:
        """A forecast from its :meth:`as_json`."""
        return cls(**{name: known[name] for name in cls.__dataclass_fields__})


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 1:
        return f"{max(0.1, seconds):.1f} s"
    if seconds < 90:
        return f"{seconds:.2g} s" if seconds < 10 else f"{round(seconds)} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
