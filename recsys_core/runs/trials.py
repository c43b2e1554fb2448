"""The trials of searches as rows of the database: nothing that was found is lost with the process that found it."""

import json
from collections.abc import Iterable
from dataclasses import asdict

from recsys_core.runs.database import Database
from recsys_core.runs.jobs import Job, State
from recsys_core.tuning.trial import Ended, Trial
from recsys_core.types import Json


class Trials:
    """The trials of all jobs of a workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, job: str, trial: Trial) -> None:
        """Note down where a trial stands, in place of what was known of it."""
        with self._database.connect() as db:
            db.execute(
                "INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?)",
                (job, trial.model, trial.number, json.dumps(asdict(trial))),
            )

    def ended(self, job: str) -> list[Trial]:
        """The trials of a job that have a result or a reason, in the order in which they were made."""
        return [trial for trial in self._all(job) if trial.ended is not Ended.NOT_YET]

    def running(self, job: Job) -> Trial | None:
        """The trial that a job is at; None where nobody works on the job, whatever a killed process noted down."""
        if job.state is not State.RUNNING:
            return None
        return next((trial for trial in self._all(job.id) if trial.ended is Ended.NOT_YET), None)

    def drop_running(self, job: str) -> None:
        """Forget a trial that has not come to an end."""
        with self._database.connect() as db:
            for trial in self._all(job):
                if trial.ended is Ended.NOT_YET:
                    db.execute(
                        "DELETE FROM trials WHERE job = ? AND model = ? AND number = ?",
                        (job, trial.model, trial.number),
                    )

    def _all(self, job: str) -> Iterable[Trial]:
        with self._database.connect() as db:
            rows = db.execute("SELECT trial FROM trials WHERE job = ? ORDER BY rowid", (job,)).fetchall()
        return [_trial(json.loads(row["trial"])) for row in rows]


def _trial(saved: Json) -> Trial:
    return Trial(**{**saved, "ended": Ended(saved["ended"]), "curve": tuple(saved["curve"])})
