"""Votes in the workspace's database. A guest counts once, however often and from wherever the same ballot comes."""

import json
import sqlite3
import time

import numpy as np

from recsys_core.errors import ConfigError, StoreError
from recsys_core.runs.cards import RunCard
from recsys_core.runs.database import Database
from recsys_core.voting.ballot import MOST_GUEST_LETTERS, Choice, Poll, new_code


class BallotBox:
    """All votes of a workspace; safe from any thread and any process of this machine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, runs: tuple[RunCard, RunCard], worth: float, rng: np.random.Generator) -> Poll:
        """Begin a vote.

        Args:
            runs: two of one data set.
            worth: as in :class:`Poll`.
            rng: draws which of the two comes first, so that the host's order tells nothing about their places.

        Raises:
            ConfigError: the runs cannot be put side by side, or the difference is none.
        """
        if runs[0].id == runs[1].id or runs[0].dataset != runs[1].dataset:
            raise ConfigError(
                "A vote is between two different models of one data set.", "Choose another model.", "no-two-models"
            )
        if not 0.5 < worth < 1:
            raise ConfigError(
                f"A difference worth noticing is a share between 0.5 and 1; this is {worth:g}.",
                "Choose for example 0.7: 70 of 100 who have a preference.",
                "bad-share",
            )
        one, other = runs if rng.random() < 0.5 else runs[::-1]
        poll = Poll(new_code(), time.time(), (one.id, other.id), (one.title, other.title), worth)
        about = {"runs": poll.runs, "titles": poll.titles, "worth": worth}
        with self._database.connect() as db:
            db.execute(
                "INSERT INTO polls (code, created, about, open, revealed) VALUES (?, ?, ?, 1, 0)",
                (poll.code, poll.created, json.dumps(about)),
            )
        return poll

    def all(self) -> list[Poll]:
        """All votes, newest first."""
        with self._database.connect() as db:
            return [_poll(row) for row in db.execute("SELECT * FROM polls ORDER BY created DESC")]

    def find(self, code: str) -> Poll:
        """The vote with this code.

        Raises:
            StoreError: there is none, or not any more.
        """
        with self._database.connect() as db:
            return _found(db, code)

    def cast(self, code: str, guest: str, choice: Choice) -> Choice:
        """Count a ballot; gives the one that counts, which is the first of this guest.

        Args:
            guest: an unguessable number of the guest's browser.

        Raises:
            StoreError: the vote is closed or gone.
            ConfigError: the number is none.
        """
        if not guest or len(guest) > MOST_GUEST_LETTERS:
            raise ConfigError("This ballot comes from nobody.", "Open the link of the vote anew.", "no-guest")
        with self._database.transaction() as db:
            poll, known = _found(db, code), _cast(db, code, guest)
            if known is not None:
                return known
            if not poll.is_open:
                raise StoreError(
                    "This vote is closed; yours came after its end.", "Ask the host for another one.", "poll-closed"
                )
            db.execute(
                "INSERT INTO ballots (poll, guest, choice, cast) VALUES (?, ?, ?, ?)",
                (code, guest, choice.value, time.time()),
            )
        return choice

    def cast_by(self, code: str, guest: str) -> Choice | None:
        """What this guest voted for; None before."""
        with self._database.connect() as db:
            return _cast(db, code, guest)

    def choices(self, code: str) -> list[Choice]:
        """All ballots of a vote, in the order in which they came."""
        with self._database.connect() as db:
            rows = db.execute("SELECT choice FROM ballots WHERE poll = ? ORDER BY rowid", (code,))
            return [Choice(row["choice"]) for row in rows]

    def set_open(self, code: str, is_open: bool) -> None:
        """Close a vote, or open it again, unless names are known."""
        with self._database.connect() as db:
            db.execute("UPDATE polls SET open = ? WHERE code = ? AND revealed = 0", (is_open, code))

    def reveal(self, code: str) -> None:
        """Close a vote for good, and let guests know which model is which: nobody votes on names."""
        with self._database.connect() as db:
            db.execute("UPDATE polls SET open = 0, revealed = 1 WHERE code = ?", (code,))

    def delete(self, code: str) -> None:
        """Remove a vote with all its ballots."""
        with self._database.connect() as db:
            db.execute("DELETE FROM polls WHERE code = ?", (code,))


def _found(db: sqlite3.Connection, code: str) -> Poll:
    row = db.execute("SELECT * FROM polls WHERE code = ?", (code,)).fetchone()
    if row is None:
        raise StoreError(
            "There is no vote with this code, or not any more.",
            "Ask the host for the link, or scan the code on their screen.",
            "unknown-poll",
        )
    return _poll(row)


def _cast(db: sqlite3.Connection, code: str, guest: str) -> Choice | None:
    row = db.execute("SELECT choice FROM ballots WHERE poll = ? AND guest = ?", (code, guest)).fetchone()
    return None if row is None else Choice(row["choice"])


def _poll(row: sqlite3.Row) -> Poll:
    about = json.loads(row["about"])
    one, other = about["runs"]
    names = about["titles"]
    return Poll(
        row["code"],
        row["created"],
        (one, other),
        (names[0], names[1]),
        about["worth"],
        bool(row["open"]),
        bool(row["revealed"]),
    )
