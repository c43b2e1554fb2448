"""What is foretold of a training."""

from dataclasses import asdict, dataclass
from typing import Self

from recsys_core.data.findings import counted, duration, gigabytes
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
        watched: seconds that the model was watched while it learned.
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

    @property
    def headline(self) -> str:
        """How long it takes, for people."""
        return f"About {duration(self.seconds)}"

    def detail(self, free: int) -> str:
        """What follows the headline; ``free`` are the bytes that the machine has left."""
        parts = []
        if self.epochs:
            parts = [f"at most {counted(self.epochs, 'epoch')} of {duration(self.epoch)}"]
            if self.reading + self.first >= 1:
                parts = [f"{duration(self.reading + self.first)} to begin", *parts]
            if self.measuring >= 1:
                parts.append(f"{duration(self.measuring)} of judging")
        return (
            f"{': ' if parts else ''}{', '.join(parts)}. Needs {gigabytes(self.peak)} of memory, the program included, "
            f"and {gigabytes(free)} are free. Measured on this machine in {duration(self.watched)}."
        )

    def as_json(self) -> Json:
        return asdict(self) | {"learning": self.learning, "seconds": self.seconds}

    @classmethod
    def from_json(cls, known: Json) -> Self:
        """A forecast from its :meth:`as_json`."""
        return cls(**{name: known[name] for name in cls.__dataclass_fields__})
