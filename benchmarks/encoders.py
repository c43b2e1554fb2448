"""How long it takes to read texts and pictures, once and from the cache, and to learn on top of what was read.

``python -m benchmarks.encoders [--part texts pictures training]``

1,000 items of MovieLens 100K with a synopsis and a poster, from ``ml-100k-text`` and ``ml-100k-posters``. Seconds count
fitting a reader and reading, its weights loaded from disk included; the second time all comes from the cache, as in a
training with other settings. Nothing else should run. *Learning on top* trains the hybrid on all ratings of
MovieLens 100K after frozen encoders have read; a sample is an event, told or to be found, and validation is left out.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from benchmarks.common import Row, data_folder, record
from benchmarks.timing import others_busy
from recsys_core.content.around import Around
from recsys_core.content.items import ItemContent
from recsys_core.content.reader import Reader
from recsys_core.content.readers import PICTURE_READERS, TEXT_READERS
from recsys_core.data.dataset import Dataset
from recsys_core.data.importing import import_ratings
from recsys_core.data.side.pictures import PictureSource
from recsys_core.models.two_tower import TwoTower
from recsys_core.runs.threads import training_threads
from recsys_core.training.context import FitContext

PARTS = ("texts", "pictures", "training")
ITEMS = 1000
MOST_SECONDS = {"static": 1.0, "sentence": 60.0}
MOST_SECONDS_OF_PICTURES = 120.0
MOST_FROM_CACHE = 1.0
LEAST_SAMPLES = 200_000  # a second
EPOCHS = 5


@dataclass(frozen=True)
class Taken:
    """Seconds of reading the items once, and again from the cache."""

    once: float
    again: float


def described_items(folder: Path, pictures: Path) -> Dataset:
    """MovieLens 100K with synopses and posters, which are copied to ``pictures``."""
    return import_ratings(
        folder / "ml-100k" / "u.data",
        "ml-100k",
        items=folder / "ml-100k-text" / "items_overview.csv",
        pictures=PictureSource.files(folder / "ml-100k-posters" / "posters", pictures),
    ).dataset


def measure(kind: type[Reader], content: ItemContent, cache: Path) -> Taken:
    """Seconds that a reader takes; all of the items must have been read."""

    def read() -> float:
        started = time.perf_counter()
        made = kind.fit(content, around).read(content, around)
        assert made.known.all()
        return time.perf_counter() - started

    around = Around(cache)
    return Taken(read(), read())


def reading(kinds: tuple[type[Reader], ...], what: str, content: ItemContent, cache: Path) -> tuple[list[Row], bool]:
    """A row for each reader, and whether all were fast enough."""
    rows, good = [], True
    for kind in kinds:
        most = MOST_SECONDS_OF_PICTURES if what == "pictures" else MOST_SECONDS.get(kind.key)
        taken = measure(kind, content, cache)
        met = (most is None or taken.once <= most) and taken.again < MOST_FROM_CACHE
        asked = f"{'' if most is None else f'≤ {most:.0f} s, then '}< {MOST_FROM_CACHE:.0f} s"
        measured = f"{'' if met else '**missed**: '}{taken.once:.2f} s, then {taken.again:.2f} s"
        rows.append((f"{len(content):,} {what}, `{kind.key}`", asked, measured))
        print(*rows[-1], flush=True)
        good &= met
    return rows, good


def training(dataset: Dataset, cache: Path) -> tuple[Row, bool]:
    """Samples per second of the hybrid on top of frozen encoders."""
    settings = {"text": "sentence", "pictures": "frozen", "epochs": EPOCHS}
    model = TwoTower(TwoTower.Config.parse(settings)).fit(dataset, FitContext(cache=cache))
    assert model.training is not None
    pace = model.training.samples_per_second
    what = f"learning on top: {model.title}, {len(dataset.interactions):,} ratings, {EPOCHS} epochs"
    measured = f"{'' if pace >= LEAST_SAMPLES else '**missed**: '}{pace:,.0f} a second"
    return (what, f"≥ {LEAST_SAMPLES:,} samples a second", measured), pace >= LEAST_SAMPLES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--data", type=Path, default=data_folder())
    options = parser.parse_args()
    rows: list[Row] = [("cores that other processes kept busy before", "", f"{others_busy():.2f}")]
    good = True
    with tempfile.TemporaryDirectory(prefix="foretaste-encoders-") as made, training_threads():
        pictures, cache = Path(made) / "pictures", Path(made) / "cache"
        pictures.mkdir()
        dataset = described_items(options.data, pictures)
        content = ItemContent.of(dataset)
        whole = [
            row
            for row, picture in enumerate(content.pictures)
            if picture is not None and content.table["text"].iat[row]
        ]
        some = content.take(np.array(whole[:ITEMS]))
        rows.append(("threads", "", str(torch.get_num_threads())))
        for what, kinds in (("texts", TEXT_READERS), ("pictures", PICTURE_READERS)):
            if what in options.part:
                more, met = reading(kinds, what, some, cache)
                rows, good = rows + more, good and met
        if "training" in options.part:
            row, met = training(dataset, cache)
            rows, good = [*rows, row], good and met
    record("reading texts and pictures", rows)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
