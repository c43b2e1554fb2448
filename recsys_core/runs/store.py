"""The workspace: one folder with everything that people made."""

import hashlib
import json
import logging
import os
import shutil
import sqlite3
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from recsys_core.data.dataset import Dataset, Ids
from recsys_core.data.importing import check_name
from recsys_core.data.impressions.log import Impressions
from recsys_core.errors import DataError, StoreError
from recsys_core.runs.cards import DatasetCard, Dependents, RunCard, Storage, bytes_in, names, write_card
from recsys_core.runs.database import Database
from recsys_core.runs.dataset_files import CARD, IMAGES, read_dataset, read_fingerprint, read_item_ids, write_dataset
from recsys_core.runs.files import new_folder, remove_folder, sweep
from recsys_core.runs.impression_files import LogCard, LogShelf
from recsys_core.runs.jobs import Jobs, State
from recsys_core.types import Json

if TYPE_CHECKING:  # these load torch, which a page that lists things does not need
    from recsys_core.evaluation import Lists, Report
    from recsys_core.models import Recommender
    from recsys_core.runs.run_files import LoadedRun
    from recsys_core.splitting import Split
    from recsys_core.statistics.estimates import PerUser
    from recsys_core.synthetic.judging.judgement import Judgement
    from recsys_core.training.warm_start import Weights


__all__ = [
    "LONGEST_LICENCE",
    "DatasetCard",
    "LogCard",
    "RunCard",
    "Workspace",
    "default_home",
    "home_beside_app",
    "is_new",
    "names",
    "open_workspace",
]

log = logging.getLogger(__name__)

LONGEST_LICENCE = 500
DATABASE = "foretaste.sqlite"
JUDGEMENT = "judgement.json"


def home_beside_app() -> Path:
    """The folder ``workspace`` beside the app."""
    return Path(__file__).resolve().parents[2] / "workspace"


def default_home() -> Path:
    """``FORETASTE_HOME``, or the folder ``workspace`` beside the app."""
    return Path(os.environ.get("FORETASTE_HOME") or home_beside_app())


class Workspace:
    """Data sets and runs on disk. Opening one sweeps up after crashes."""

    def __init__(self, root: Path) -> None:
        self.root = root = root.absolute()  # a worker process may stand elsewhere
        try:
            for part in ("datasets", "runs", "jobs", "logs"):
                (root / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The workspace folder cannot be made: {error.strerror}.",
                "Point FORETASTE_HOME at a folder that may be written to.",
                "cannot-write",
            ) from error
        self.content_cache = root / "cache"  # what frozen encoders gave; may be deleted at any time
        self.database = Database(root / DATABASE)
        for table in ("datasets", "runs"):
            sweep(root / table)
            self._agree(table)
        sweep(root / "logs")
        self._logs = LogShelf(root / "logs")
        self._complete()
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
        """Remove what jobs left that nobody lists any more, and half checkpoints of the others."""
        folders = list((self.root / "jobs").iterdir())  # first: a job is in the database before it has a folder
        known = self._identifiers("jobs")
        for folder in folders:
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)
            else:
                sweep(folder)

    def _identifiers(self, table: str) -> set[str]:
        with self.database.connect() as db:
            return {row["id"] for row in db.execute(f"SELECT id FROM {table}")}

    def _unlist(self, table: str, identifier: str) -> None:
        with self.database.connect() as db:
            db.execute(f"DELETE FROM {table} WHERE id = ?", (identifier,))

    def _list(self, table: str, identifier: str, about: Json) -> None:
        """Put it at the end of the list, wherever it stood before: what was saved last is the newest."""
        column = "name" if table == "datasets" else "dataset"
        with self.database.transaction() as db:
            if table == "datasets":
                about = _numbered(db, identifier, about)
                write_card(self.root / "datasets" / identifier, about)
            db.execute(
                f"INSERT OR REPLACE INTO {table} (id, {column}, created, about) VALUES (?, ?, ?, ?)",
                (identifier, about[column], about["created"], json.dumps(about)),
            )

    def _complete(self) -> None:
        """Note down sizes and versions of what was saved before there were any."""
        with self.database.connect() as db:
            rows = [
                (table, row["id"])
                for table in ("datasets", "runs")
                for row in db.execute(f"SELECT id, about FROM {table} ORDER BY rowid")
                if "bytes" not in json.loads(row["about"])
            ]
        for table, identifier in rows:
            size = bytes_in(self.root / table / identifier)
            with self.database.transaction() as db:
                row = db.execute(f"SELECT about FROM {table} WHERE id = ?", (identifier,)).fetchone()
                if row is not None:
                    about = {"bytes": size} | json.loads(row["about"])
                    about = _numbered(db, identifier, about) if table == "datasets" else about
                    db.execute(f"UPDATE {table} SET about = ? WHERE id = ?", (json.dumps(about), identifier))

    # Data sets

    def save_dataset(self, dataset: Dataset, about: Json, judgement: "Judgement | None" = None) -> DatasetCard:
        """Keep a data set, as the next version of its name. The same content under the same name is kept once.

        Args:
            dataset: what to keep.
            about: what the import found, as plain data; shown with the data set.
            judgement: of generated people, kept beside them.
        """
        content = _content(dataset)
        identifier = self._free_id(dataset.name, content)
        target = self.root / "datasets" / identifier
        named: Json = {"name": dataset.name, "content": _hash(content), "created": time.time()}
        card = {"origin": dataset.origin} | about | named
        if target.exists() and not _is_whole(target):
            remove_folder(target)
        if not target.exists():
            with new_folder(target) as folder:
                write_dataset(dataset, folder, with_images=True)
                if judgement is not None:
                    (folder / JUDGEMENT).write_text(json.dumps(judgement.as_json()), encoding="utf-8")
                (folder / CARD).write_text(json.dumps(card), encoding="utf-8")
        self._list("datasets", identifier, card | {"bytes": bytes_in(target)})
        return self.find_dataset(identifier)

    def _free_id(self, name: str, content: str) -> str:
        """Where this content is kept under this name, or else an id made from both.

        A data set that was renamed keeps its id, so the first such id may be taken.
        """
        cards = {card.id: card for card in self.datasets()}
        for card in cards.values():
            if card.name == name and card.about.get("content") == _hash(content):
                return card.id
        identifier = _hash(f"{name}\0{content}")
        while identifier in cards and cards[identifier].name != name:
            identifier = _hash(identifier)
        return identifier

    def datasets(self) -> list[DatasetCard]:
        """All data sets, newest first."""
        with self.database.connect() as db:
            rows = db.execute("SELECT * FROM datasets ORDER BY rowid DESC").fetchall()
        return [DatasetCard(row["id"], row["name"], row["created"], json.loads(row["about"])) for row in rows]

    def find_dataset(self, name_or_id: str) -> DatasetCard:
        """A data set by id, by name (then the newest one), or by name and version, as in ``ratings@2``.

        Raises:
            StoreError: names the data sets there are.
        """
        cards = self.datasets()
        fitting = (
            [card for card in cards if card.id == name_or_id]
            or [card for card in cards if card.name == name_or_id]
            or [card for card in cards if f"{card.name}@{card.version}" == name_or_id]
        )
        if fitting:
            return fitting[0]
        known = ", ".join(sorted(map(repr, names(cards).values()))) or "none"
        raise StoreError(
            f"There is no data set called {name_or_id!r}. There are: {known}.",
            "Import it first, or check the name.",
            "unknown-dataset",
        )

    def load_dataset(self, identifier: str) -> Dataset:
        """The content of a data set that is listed."""
        card = self.find_dataset(identifier)
        dataset = read_dataset(self._folder(card))
        return dataset if dataset.name == card.name else replace(dataset, name=card.name)

    def fingerprint(self, identifier: str) -> str:
        """That of a data set that is listed, without reading it.

        Raises:
            StoreError: there is no such data set, or it is damaged.
        """
        return read_fingerprint(self._folder(self.find_dataset(identifier)))

    def judgement(self, identifier: str) -> "Judgement | None":
        """What was found out about generated people when they were made; None of other data.

        Raises:
            StoreError: there is no such data set, or what was found out cannot be read any more.
        """
        from recsys_core.synthetic.judging.judgement import Judgement

        card = self.find_dataset(identifier)
        try:
            return Judgement.from_json(json.loads((self._folder(card) / JUDGEMENT).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"The judgement of {card.name!r} cannot be read: {error}.", "Generate it again.", "damaged-judgement"
            ) from error

    def _folder(self, card: DatasetCard) -> Path:
        return self.root / "datasets" / card.id

    def rename_dataset(self, identifier: str, name: str) -> DatasetCard:
        """Call a data set by a name that is free. Its id stays, and its runs keep the name they know.

        Raises:
            DataError: the name is not one.
            StoreError: another data set has it.
        """
        card = self.find_dataset(identifier)
        name = check_name(name)
        with self.database.transaction() as db:
            if db.execute("SELECT 1 FROM datasets WHERE name = ? AND id != ?", (name, card.id)).fetchone():
                raise StoreError(f"There is a data set called {name!r} already.", "Choose another name.", "name-taken")
            version = card.version if name == card.name else 1
            self._edit(db, card.id, {"name": name, "version": version})
        return self.find_dataset(card.id)

    def annotate(self, identifier: str, *, licence: str) -> DatasetCard:
        """Note down what may be done with a data set, in at most 500 characters; "" takes the note away.

        Raises:
            DataError: it is longer, or holds what cannot be printed.
        """
        card = self.find_dataset(identifier)
        licence = " ".join(licence.split())
        if len(licence) > LONGEST_LICENCE or not licence.isprintable():
            raise DataError(
                f"A licence note has at most {LONGEST_LICENCE} printable characters; this one has {len(licence)}.",
                "Write a shorter one, perhaps with a link.",
                "bad-note",
            )
        with self.database.transaction() as db:
            self._edit(db, card.id, {"licence": licence})
        return self.find_dataset(card.id)

    def _edit(self, db: sqlite3.Connection, identifier: str, changes: Json) -> None:
        row = db.execute("SELECT about FROM datasets WHERE id = ?", (identifier,)).fetchone()
        if row is None:
            raise StoreError("The data set was deleted meanwhile.", "Import it again.", "unknown-dataset")
        about = json.loads(row["about"]) | changes
        write_card(self.root / "datasets" / identifier, about)
        db.execute(
            "UPDATE datasets SET name = ?, about = ? WHERE id = ?", (about["name"], json.dumps(about), identifier)
        )

    def dependents(self, identifier: str) -> Dependents:
        """The runs that a data set was used for, newest first, and the jobs that run or wait for it."""
        card = self.find_dataset(identifier)
        jobs = [job for job in reversed(Jobs(self.database).all()) if job.is_active and job.spec.dataset == card.id]
        return Dependents([run for run in self.runs() if run.dataset == card.id], jobs)

    def delete_dataset(self, identifier: str, with_runs: bool = False) -> None:
        """Remove a data set. Jobs that wait for it leave the queue; one that runs holds its data and is finished.

        Args:
            with_runs: remove its runs as well. Otherwise they stay: each holds the data it needs.
        """
        card = self.find_dataset(identifier)
        dependents = self.dependents(card.id)
        for job in dependents.jobs:
            if job.state is State.QUEUED:
                Jobs(self.database).stop(job.id)
        for run in dependents.runs if with_runs else ():
            self._remove("runs", run.id)
        self._remove("datasets", card.id)

    def _remove(self, table: str, identifier: str) -> None:
        remove_folder(self.root / table / identifier)
        self._unlist(table, identifier)

    def storage(self) -> Storage:
        """What the workspace takes on disk."""
        rest = (
            bytes_in(self.root / "jobs")
            + bytes_in(self.root / "logs")
            + sum(path.stat().st_size for path in self.root.glob(f"{DATABASE}*"))
        )
        return Storage(sum(card.size for card in self.datasets()), sum(run.size for run in self.runs()), rest)

    # Impression logs

    def save_log(self, log: Impressions, about: Json) -> LogCard:
        """Keep a log; ``about`` is what its import found. The same content under the same name is kept once."""
        return self._logs.save(log, about)

    def logs(self) -> list[LogCard]:
        """All impression logs, newest first."""
        return self._logs.all()

    def find_log(self, name_or_id: str) -> LogCard:
        """A log by id, or by name (then the newest one); a :class:`StoreError` where there is none."""
        return self._logs.find(name_or_id)

    def load_log(self, identifier: str) -> Impressions:
        """The content of a log that is listed."""
        return self._logs.load(identifier)

    def delete_log(self, identifier: str) -> None:
        """Remove a log."""
        self._logs.delete(identifier)

    # Runs

    def save_run(self, about: Json, model: "Recommender", split: "Split", report: "Report") -> RunCard:
        """Keep a trained model with all that produced it."""
        from recsys_core.runs.run_files import write_run

        identifier = f"{about['model']}-{uuid.uuid4().hex[:8]}"
        about = about | {"id": identifier, "created": time.time()}
        with new_folder(self.root / "runs" / identifier) as folder:
            write_run(folder, about, model, split, report)
            about |= {"bytes": bytes_in(folder), "model_bytes": bytes_in(folder / "model")}
            (folder / CARD).write_text(json.dumps(about, indent=2), encoding="utf-8")
        self._list("runs", identifier, about)
        return self.find_run(identifier)

    def adopt_run(self, identifier: str, fill: Callable[[Path], None]) -> RunCard:
        """Keep a run that was made elsewhere, under an id that is free here; ``fill`` writes its folder, with card."""
        target = self.run_folder(identifier)
        with new_folder(target) as folder:
            fill(folder)
        self._list("runs", identifier, json.loads((target / CARD).read_text(encoding="utf-8")))
        return self.find_run(identifier)

    def run_folder(self, identifier: str) -> Path:
        """Where a run with this id, which is one of ours, lies or would lie."""
        return self.root / "runs" / identifier

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

    def run_of_job(self, job: str) -> RunCard | None:
        """The run that a job has saved, None where it has not."""
        return next((run for run in self.runs() if run.about.get("job") == job), None)

    def load_run(self, identifier: str) -> "LoadedRun":
        """The model, data and split of a run."""
        from recsys_core.runs.run_files import read_run

        card = self.find_run(identifier)
        images = self.root / "datasets" / card.dataset / IMAGES
        return read_run(self.root / "runs" / card.id, images)

    def load_model(self, identifier: str) -> "Recommender":
        """The model of a run, without the data."""
        from recsys_core.models import load_model

        return load_model(self.root / "runs" / self.find_run(identifier).id / "model")

    def item_ids_of_run(self, identifier: str) -> Ids:
        """The external ids of the items that a run knows."""
        return read_item_ids(self.root / "runs" / self.find_run(identifier).id / "dataset")

    def load_weights(self, identifier: str) -> "Weights":
        """What another training can go on from; a :class:`StoreError` where a run has kept nothing."""
        from recsys_core.runs.run_files import read_weights

        return read_weights(self.root / "runs" / self.find_run(identifier).id)

    def history(self, identifier: str) -> list[Json]:
        """The epochs of a run, as plain data, oldest first."""
        from recsys_core.runs.run_files import read_history

        return read_history(self.root / "runs" / self.find_run(identifier).id)

    def per_user(self, identifier: str) -> "dict[str, PerUser]":
        """The figures of a run taken apart per person, by metric."""
        from recsys_core.runs.run_files import read_per_user

        return read_per_user(self.root / "runs" / self.find_run(identifier).id)

    def apart(self, identifier: str) -> "dict[str, PerUser]":
        """Figures of new items and people by single people, by names such as "new-items/ndcg@10".

        Raises:
            StoreError: there is no such run, it is older than such figures, or they are damaged.
        """
        from recsys_core.runs.run_files import read_apart

        return read_apart(self.root / "runs" / self.find_run(identifier).id)

    def lists(self, identifier: str) -> "Lists":
        """What a run showed the people whom it was judged on."""
        from recsys_core.runs.run_files import read_lists

        return read_lists(self.root / "runs" / self.find_run(identifier).id)

    def delete_run(self, identifier: str) -> None:
        """Remove a run."""
        self._remove("runs", self.find_run(identifier).id)


def _numbered(db: sqlite3.Connection, identifier: str, about: Json) -> Json:
    """The card of a data set with its version: the one it has, else the next of its name. A licence note stays too."""
    rows = db.execute("SELECT id, about FROM datasets WHERE name = ?", (about["name"],)).fetchall()
    cards = {row["id"]: json.loads(row["about"]) for row in rows}
    before = cards.pop(identifier, {})
    about = about | {key: before[key] for key in ("version", "licence") if key in before}
    taken = {card.get("version", 0) for card in cards.values()}
    if not isinstance(about.get("version"), int) or about["version"] in taken:
        about["version"] = max(taken, default=0) + 1
    return about


def _content(dataset: Dataset) -> str:
    """A text that changes with anything that a person can see of a data set but its name."""
    seen = [list(dataset.item_table[column]) for column in ("year", "image")] + [list(dataset.user_table["name"])]
    return f"{dataset.fingerprint}\0{seen}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _is_whole(folder: Path) -> bool:
    try:
        read_dataset(folder)
    except StoreError:
        return False
    return True


def is_new(root: Path) -> bool:
    """Whether nothing was ever kept at this folder: the database that is made first outlives all that is deleted."""
    return not (root / DATABASE).exists()


@lru_cache(maxsize=8)
def open_workspace(root: Path) -> Workspace:
    """The workspace at a folder, opened once per process."""
    return Workspace(root)
