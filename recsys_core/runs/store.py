"""The workspace: one folder with everything that people made."""

import hashlib
import json
import os
import shutil
import time
import uuid
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from recsys_core.data.dataset import Dataset
from recsys_core.errors import StoreError
from recsys_core.runs.database import Database
from recsys_core.runs.dataset_files import CARD, IMAGES, read_dataset, write_dataset
from recsys_core.runs.files import new_folder, sweep
from recsys_core.types import Json

if TYPE_CHECKING:  # these load torch, which a page that lists things does not need
    from recsys_core.evaluation import Report
    from recsys_core.models import Recommender
    from recsys_core.runs.run_files import LoadedRun
    from recsys_core.splitting import Split


def default_home() -> Path:
    """``FORETASTE_HOME``, or the folder ``workspace`` beside the app."""
    return Path(os.environ.get("FORETASTE_HOME") or Path(__file__).resolve().parents[2] / "workspace")


@dataclass(frozen=True)
class DatasetCard:
    """A data set in the list. ``about`` holds counts, feedback, scale, origin and what the import found."""

    id: str
    name: str
    created: float
    about: Json


@dataclass(frozen=True)
class RunCard:
    """A finished run in the list. ``about`` holds the model, its settings, metrics and passport."""

    id: str
    dataset: str
    created: float
    about: Json

    @property
    def model(self) -> str:
        return str(self.about["model"])

    @property
    def title(self) -> str:
        return str(self.about["title"])

    @property
    def split_fingerprint(self) -> str:
        return str(self.about["passport"]["split"]["fingerprint"])


class Workspace:
    """Data sets and runs on disk. Opening one sweeps up after crashes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        try:
            for part in ("datasets", "runs", "jobs"):
                (root / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The workspace folder cannot be made: {error.strerror}.",
                "Point FORETASTE_HOME at a folder that may be written to.",
                "cannot-write",
            ) from error
        self.database = Database(root / "foretaste.sqlite")
        for part in ("datasets", "runs"):
            sweep(root / part)
        self._adopt()

    def _adopt(self) -> None:
        """List what was saved whole just before a crash could note it down."""
        for table in ("datasets", "runs"):
            with self.database.connect() as db:
                listed = {row["id"] for row in db.execute(f"SELECT id FROM {table}")}
            for folder in (self.root / table).iterdir():
                if folder.name not in listed and not folder.name.startswith(".") and (folder / CARD).is_file():
                    about = json.loads((folder / CARD).read_text(encoding="utf-8"))
                    self._list(table, folder.name, about)

    def _list(self, table: str, identifier: str, about: Json) -> None:
        column = "name" if table == "datasets" else "dataset"
        with self.database.connect() as db:
            db.execute(
                f"INSERT OR IGNORE INTO {table} (id, {column}, created, about) VALUES (?, ?, ?, ?)",
                (identifier, about[column], about["created"], json.dumps(about)),
            )

    # Data sets

    def save_dataset(self, dataset: Dataset, about: Json) -> DatasetCard:
        """Keep a data set. The same content under the same name is kept once.

        Args:
            dataset: what to keep.
            about: what the import found, as plain data; shown with the data set.
        """
        identifier = hashlib.sha256(f"{dataset.name}\0{dataset.fingerprint}".encode()).hexdigest()[:12]
        target = self.root / "datasets" / identifier
        card = about | {"name": dataset.name, "created": time.time()}
        if not target.exists():
            with new_folder(target) as folder:
                write_dataset(dataset, folder, with_images=True)
                (folder / CARD).write_text(json.dumps(card), encoding="utf-8")
        self._list("datasets", identifier, json.loads((target / CARD).read_text(encoding="utf-8")))
        return self.find_dataset(identifier)

    def datasets(self) -> list[DatasetCard]:
        """All data sets, newest first."""
        with self.database.connect() as db:
            rows = db.execute("SELECT * FROM datasets ORDER BY created DESC").fetchall()
        return [DatasetCard(row["id"], row["name"], row["created"], json.loads(row["about"])) for row in rows]

    def find_dataset(self, name_or_id: str) -> DatasetCard:
        """A data set by id, or the newest one with this name.

        Raises:
            StoreError: names the data sets there are.
        """
        cards = self.datasets()
        for card in cards:
            if card.id == name_or_id:
                return card
        for card in cards:
            if card.name == name_or_id:
                return card
        names = ", ".join(sorted({repr(card.name) for card in cards})) or "none"
        raise StoreError(
            f"There is no data set called {name_or_id!r}. There are: {names}.",
            "Import it first, or check the name.",
            "unknown-dataset",
        )

    def load_dataset(self, identifier: str) -> Dataset:
        """The content of a data set that is listed."""
        return read_dataset(self.root / "datasets" / self.find_dataset(identifier).id)

    def delete_dataset(self, identifier: str) -> None:
        """Remove a data set. Its runs stay: each holds the data it needs."""
        card = self.find_dataset(identifier)
        with self.database.connect() as db:
            db.execute("DELETE FROM datasets WHERE id = ?", (card.id,))
        shutil.rmtree(self.root / "datasets" / card.id, ignore_errors=True)

    # Runs

    def save_run(self, about: Json, model: "Recommender", split: "Split", report: "Report") -> RunCard:
        """Keep a trained model with all that produced it."""
        from recsys_core.runs.run_files import write_run

        identifier = f"{about['model']}-{uuid.uuid4().hex[:6]}"
        about = about | {"id": identifier, "created": time.time()}
        with new_folder(self.root / "runs" / identifier) as folder:
            write_run(folder, about, model, split, report)
        self._list("runs", identifier, about)
        return self.find_run(identifier)

    def runs(self) -> list[RunCard]:
        """All runs, newest first."""
        with self.database.connect() as db:
            rows = db.execute("SELECT * FROM runs ORDER BY created DESC").fetchall()
        return [RunCard(row["id"], row["dataset"], row["created"], json.loads(row["about"])) for row in rows]

    def find_run(self, identifier: str) -> RunCard:
        """A run by its id.

        Raises:
            StoreError: there is none.
        """
        with self.database.connect() as db:
            row = db.execute("SELECT * FROM runs WHERE id = ?", (identifier,)).fetchone()
        if row is None:
            raise StoreError(
                f"There is no run {identifier!r}.",
                "List them with: python -m recsys_core runs. Or train a model.",
                "unknown-run",
            )
        return RunCard(row["id"], row["dataset"], row["created"], json.loads(row["about"]))

    def load_run(self, identifier: str) -> "LoadedRun":
        """The model, data and split of a run."""
        from recsys_core.runs.run_files import read_run

        card = self.find_run(identifier)
        images = self.root / "datasets" / card.dataset / IMAGES
        return read_run(self.root / "runs" / card.id, images)

    def history(self, identifier: str) -> list[Json]:
        """The epochs of a run, as plain data, oldest first."""
        from recsys_core.runs.run_files import read_history

        return read_history(self.root / "runs" / self.find_run(identifier).id)

    def delete_run(self, identifier: str) -> None:
        """Remove a run."""
        card = self.find_run(identifier)
        with self.database.connect() as db:
            db.execute("DELETE FROM runs WHERE id = ?", (card.id,))
        shutil.rmtree(self.root / "runs" / card.id, ignore_errors=True)


@lru_cache(maxsize=8)
def open_workspace(root: Path) -> Workspace:
    """The workspace at a folder, opened once per process."""
    return Workspace(root)
