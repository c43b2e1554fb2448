"""The SQLite database of a workspace: what is listed, searched and compared. Large things are files."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from recsys_core.errors import StoreError

VERSION = 1
BUSY_SECONDS = 15.0

# What can happen to a file on any machine. Other errors of SQLite are bugs of ours.
MISHAPS = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
)

SCHEMA = """
CREATE TABLE datasets (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created REAL NOT NULL,
    about TEXT NOT NULL          -- JSON, as in card.json
);
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    dataset TEXT NOT NULL,
    created REAL NOT NULL,
    about TEXT NOT NULL          -- JSON, as in card.json
);
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL,     -- the order of submission
    request TEXT NOT NULL UNIQUE,  -- the same click twice is one job
    spec TEXT NOT NULL,          -- JSON of one of the specs in jobs.py
    state TEXT NOT NULL,
    phase TEXT NOT NULL,         -- what it is doing, for people
    message TEXT NOT NULL,       -- why it ended as it did, for people
    done REAL NOT NULL,          -- epochs done, with a fraction
    done_before REAL NOT NULL,   -- of them, before it was last started
    epochs INTEGER NOT NULL,     -- epochs at most
    owner TEXT NOT NULL,         -- identity of the process that works on it
    stop INTEGER NOT NULL,       -- 1 once somebody asked it to stop
    run TEXT,                    -- what came of it: the id of a run or, of a synthesis, of a data set
    created REAL NOT NULL,
    started REAL,
    finished REAL
);
CREATE TABLE epochs (
    job TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    event TEXT NOT NULL,         -- JSON of an EpochEnded
    PRIMARY KEY (job, epoch)
);
CREATE INDEX runs_by_dataset ON runs(dataset);
"""

# Made where they are missing, so that a workspace from before there were such tables opens.
LATER = """
CREATE TABLE IF NOT EXISTS forecasts (
    key TEXT PRIMARY KEY,
    created REAL NOT NULL,
    about TEXT NOT NULL          -- JSON of a Forecast
);
CREATE TABLE IF NOT EXISTS trials (
    job TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    number INTEGER NOT NULL,
    trial TEXT NOT NULL,         -- JSON of a Trial
    PRIMARY KEY (job, model, number)
);
CREATE TABLE IF NOT EXISTS polls (
    code TEXT PRIMARY KEY,
    created REAL NOT NULL,
    about TEXT NOT NULL,         -- JSON: runs, their titles, the difference worth noticing
    open INTEGER NOT NULL,       -- 1 while votes count
    revealed INTEGER NOT NULL    -- 1 once it is over and guests may know which model is which
);
CREATE TABLE IF NOT EXISTS ballots (
    poll TEXT NOT NULL REFERENCES polls(code) ON DELETE CASCADE,
    guest TEXT NOT NULL,         -- a number of a browser, drawn by the server
    choice TEXT NOT NULL,
    cast REAL NOT NULL,
    PRIMARY KEY (poll, guest)
)
"""


class Database:
    """Short connections to one file: safe from any thread and any process of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with self.connect() as db:
                _use_wal(db)
                (version,) = db.execute("PRAGMA user_version").fetchone()
                if version == 0:
                    self._create(db)
                elif version != VERSION:
                    raise StoreError(
                        f"The workspace belongs to another version of Foretaste (schema {version}, wanted {VERSION}).",
                        "Open it with that version, or point FORETASTE_HOME at another folder.",
                        "other-version",
                    )
                db.executescript(LATER)
        except sqlite3.DatabaseError as error:  # a database, but none of ours
            raise self._unusable(error) from error

    def _create(self, db: sqlite3.Connection) -> None:
        with _transaction(db):  # two processes may open a new workspace at once
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in SCHEMA.split(";\n"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection on which nobody else writes until the block ends; nothing is changed if it fails."""
        with self.connect() as db, _transaction(db):
            yield db

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """A connection; each statement outside an explicit transaction commits by itself.

        Raises:
            StoreError: the disk is full or read-only, the file is damaged, or somebody else holds it for too long.
        """
        try:
            with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)) as db:
                db.row_factory = sqlite3.Row
                db.execute("PRAGMA foreign_keys = ON")
                db.execute("PRAGMA synchronous = NORMAL")
                yield db
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF not in MISHAPS:
                raise
            raise self._unusable(error) from error

    def _unusable(self, error: sqlite3.DatabaseError) -> StoreError:
        return StoreError(
            f"The workspace's database {self._path.name} cannot be used: {error}.",
            "Check that there is free space and that the folder may be written to, "
            "or point FORETASTE_HOME at another folder.",
            "damaged-database",
        )


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _use_wal(db: sqlite3.Connection) -> None:
    """Readers go on while somebody writes. Processes that switch a new file at once fail instead of waiting."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        time.sleep(0.02)
