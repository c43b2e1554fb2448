"""The workspace: one folder with everything that people made."""

import hashlib
import json
import logging
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
from recsys_core.runs.files import new_folder, remove_folder, sweep
from recsys_core.types import Json

if TYPE_CHECKING:  # these load torch, which a page that lists things does not need
    from recsys_core.evaluation import Report
    from recsys_core.models import Recommender
    from recsys_core.runs.run_files import LoadedRun
    from recsys_core.splitting import Split


log = logging.getLogger(__name__)


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
        self.root = root = root.absolute()  # a worker process may stand elsewhere
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
        for table in ("datasets", "runs"):
            sweep(root / table)
            self._agree(table)
        self._forget_dismissed_jobs()

    def _agree(self, table: str) -> None:
        """After a crash: list what was saved whole before it was noted down, and not what was removed before that."""
        listed = self._identifiers(table)
        folders = {path.name: path for path in (self.root / table).iterdir() if not path.name.startswith(".")}
        for identifier in listed - set(folders):
            self._unlist(table, identifier)
        for identifier in set(folders) - listed:
            try:
                self._list(table, identifier, json.loads((folders[identifier] / CARD).read_text(encoding="utf-8")))
            except (OSError, ValueError, KeyError, TypeError):
                log.warning("The folder %s is none of ours; it is left alone", folders[identifier], exc_info=True)

    def _forget_dismissed_jobs(self) -> None:
        folders = list((self.root / "jobs").iterdir())  # first: a job is in the database before it has a folder
        known = self._identifiers("jobs")
        for folder in folders:
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)

    def _identifiers(self, table: str) -> set[str]:
        with self.database.connect() as db:
            return {row["id"] for row in db.execute(f"SELECT id FROM {table}")}

    def _unlist(self, table: str, identifier: str) -> None:
        with self.database.connect() as db:
            db.execute(f"DELETE FROM {table} WHERE id = ?", (identifier,))

    def _list(self, table: str, identifier: str, about: Json) -> None:
        """Put it at the end of the list, wherever it stood before: what was saved last is the newest."""
        column = "name" if table == "datasets" else "dataset"
        with self.database.connect() as db:
            db.execute(
                f"INSERT OR REPLACE INTO {table} (id, {column}, created, about) VALUES (?, ?, ?, ?)",
                (identifier, about[column], about["created"], json.dumps(about)),
            )

    # Data sets

    def save_dataset(self, dataset: Dataset, about: Json) -> DatasetCard:
        """Keep a data set. The same content under the same name is kept once.

        Args:
            dataset: what to keep.
            about: what the import found, as plain data; shown with the data set.
        """
        identifier = _content_id(dataset)
        target = self.root / "datasets" / identifier
        card = about | {"name": dataset.name, "created": time.time()}
        if target.exists() and not _is_whole(target):
            remove_folder(target)
        if not target.exists():
            with new_folder(target) as folder:
                write_dataset(dataset, folder, with_images=True)
                (folder / CARD).write_text(json.dumps(card), encoding="utf-8")
        self._list("datasets", identifier, card)
        return self.find_dataset(identifier)

    def datasets(self) -> list[DatasetCard]:
        """All data sets, newest first."""
        with self.database.connect() as db:
            rows = db.execute("SELECT * FROM datasets ORDER BY rowid DESC").fetchall()
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
        remove_folder(self.root / "datasets" / card.id)
        self._unlist("datasets", card.id)

    # Runs

    def save_run(self, about: Json, model: "Recommender", split: "Split", report: "Report") -> RunCard:
        """Keep a trained model with all that produced it."""
        from recsys_core.runs.run_files import write_run

        identifier = f"{about['model']}-{uuid.uuid4().hex[:8]}"
        about = about | {"id": identifier, "created": time.time()}
        with new_folder(self.root / "runs" / identifier) as folder:
            write_run(folder, about, model, split, report)
        self._list("runs", identifier, about)
        return self.find_run(identifier)

    def runs(self) -> list[RunCard]:
        """All runs, newest first."""
        with self.database.connect() as db:
            rows = db.execute("SELECT * FROM runs ORDER BY rowid DESC").fetchall()
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
        remove_folder(self.root / "runs" / card.id)
        self._unlist("runs", card.id)


def _content_id(dataset: Dataset) -> str:
    """An id that changes with anything that a person can see of a data set."""
    seen = [list(dataset.item_table[column]) for column in ("year", "image")] + [list(dataset.user_table["name"])]
    content = f"{dataset.name}\0{dataset.fingerprint}\0{seen}"
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _is_whole(folder: Path) -> bool:
    try:
        read_dataset(folder)
    except StoreError:
        return False
    return True


@lru_cache(maxsize=8)
def open_workspace(root: Path) -> Workspace:
    """The workspace at a folder, opened once per process."""
    return Workspace(root)
