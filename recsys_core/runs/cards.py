"""What the lists show of data sets and runs: cards, each a row of the database with a copy in its folder."""

import json
import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from recsys_core.data.made import Made
from recsys_core.errors import StoreError
from recsys_core.runs.dataset_files import CARD
from recsys_core.runs.files import write_whole
from recsys_core.runs.jobs import Job
from recsys_core.training.warm_start import Part
from recsys_core.types import Json


@dataclass(frozen=True)
class DatasetCard:
    """A data set in the list. ``about`` holds counts, feedback, scale, provenance and what the import found."""

    id: str
    name: str
    created: float
    about: Json

    @property
    def version(self) -> int:
        """1 for the first data set that was saved under its name, 2 for the second."""
        return int(self.about["version"])

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return int(self.about["bytes"])

    @property
    def origin(self) -> str:
        """One sentence about where the data come from, "" where nobody said."""
        return str(self.about.get("origin", ""))

    @property
    def licence(self) -> str:
        """What may be done with the data, as somebody noted it down; "" where nobody did."""
        return str(self.about.get("licence", ""))

    @property
    def made(self) -> Made | None:
        """How it was generated, or added to; None where all of it is real."""
        return _made(self.about)

    @property
    def is_synthetic(self) -> bool:
        """Whether all of its people were generated."""
        return self.made is not None and not self.made.is_augmented

    @property
    def is_augmented(self) -> bool:
        """Whether generated people were added to real ones."""
        return self.made is not None and self.made.is_augmented


@dataclass(frozen=True)
class RunCard:
    """A finished run in the list. ``about`` holds the model, its settings, metrics and passport."""

    id: str
    dataset: str
    created: float
    about: Json

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return int(self.about["bytes"])

    @property
    def model(self) -> str:
        return str(self.about["model"])

    @property
    def title(self) -> str:
        return str(self.about["title"])

    @property
    def parts(self) -> list[Part]:
        """What another training could go on from; nothing where that was not kept."""
        return [Part(part) for part in self.about.get("parts", [])]

    @property
    def stopped_after(self) -> int | None:
        """Epochs after which somebody stopped it by hand; None where it ended by itself."""
        epochs, best, config = self.about["epochs"], self.about["best_epoch"], self.about["passport"]["config"]
        if "transfer" in self.about and config.get("members"):
            config = config["members"][0]["settings"]  # of the model that was trained for it
        if not epochs or epochs >= config["epochs"] or epochs - best >= config.get("patience", epochs):
            return None
        return int(epochs)

    @property
    def is_from_scratch(self) -> bool:
        """Whether it began with nothing that another run had learned."""
        return not {"fine_tune", "transfer"} & self.about.keys()

    @property
    def transferred_from(self) -> str:
        """The name of the data set that its source learned from; "" where it is no transfer. Text from outside."""
        return str(self.about.get("transfer", {}).get("dataset_name", ""))

    @property
    def moved(self) -> int:
        """Held-out events that were taken back, because what it began with had learned from them."""
        return int((self.about.get("fine_tune") or self.about.get("transfer") or {}).get("moved", 0))

    @property
    def made(self) -> Made | None:
        """How the data were generated, or added to, that it learned from; None where all of them are real."""
        return _made(self.about["passport"]["dataset"])

    @property
    def split_fingerprint(self) -> str:
        return str(self.about["passport"]["split"]["fingerprint"])


def _made(about: Json) -> Made | None:
    made = about.get("made")
    return None if made is None else Made.from_json(made)


@dataclass(frozen=True)
class Dependents:
    """What was made from a data set, and the jobs that still need it, first in the queue first."""

    runs: list[RunCard]
    jobs: list[Job]


@dataclass(frozen=True)
class Storage:
    """Bytes on disk. ``rest`` is the database and the checkpoints of jobs."""

    datasets: int
    runs: int
    rest: int

    @property
    def total(self) -> int:
        return self.datasets + self.runs + self.rest


def names(cards: Iterable[DatasetCard]) -> dict[str, str]:
    """How to call each data set, by id: its name, or ``name@2`` where several have it. No two are called alike."""
    cards = list(cards)
    times = Counter(card.name for card in cards)

    def call(card: DatasetCard) -> str:
        if times[card.name] == 1:
            return card.name
        versioned = f"{card.name}@{card.version}"
        return card.id if versioned in times else versioned  # somebody may have chosen that very name

    return {card.id: call(card) for card in cards}


def write_card(folder: Path, about: Json) -> None:
    """Replace the card in the folder of a data set in one step.

    Raises:
        StoreError: the folder is gone or cannot be written to.
    """
    try:
        write_whole(folder / CARD, json.dumps(about))
    except FileNotFoundError as error:
        raise StoreError("The data set was deleted meanwhile.", "Import it again.", "unknown-dataset") from error
    except OSError as error:
        raise StoreError(
            f"Nothing was saved: {error.strerror}.",
            "Free some space, or check that the workspace folder may be written to, and try again.",
            "cannot-write",
        ) from error


def bytes_in(folder: Path) -> int:
    """The size of all files in a folder, in which others may be at work."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                size += (Path(parent) / name).stat().st_size
    return size
