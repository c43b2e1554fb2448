"""Background work as rows of the database: any process can submit, watch, stop and resume it."""

import json
import sqlite3
import time
import uuid
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from recsys_core.errors import JobError
from recsys_core.runs.database import Database
from recsys_core.runs.processes import is_alive, my_identity
from recsys_core.splitting import SplitRecipe
from recsys_core.training.context import Event, Preparing, Progress
from recsys_core.training.devices import Device
from recsys_core.training.warm_start import Part
from recsys_core.transfer.plan import Plan
from recsys_core.types import Json

FEWEST_TRIALS, MOST_TRIALS = 2, 1000  # of a model in a search; one alone would only try it as it comes


class Executor(StrEnum):
    """Where a job runs: a thread of the app, a process of its own, or whichever suits its size."""

    AUTO = "auto"
    IN_PROCESS = "in-process"
    PROCESS = "process"


class FineTune(BaseModel):
    """To go on from a finished run.

    Attributes:
        run: its id.
        rates: what the learning rate of a part is multiplied by; 0: it is frozen. What is new always learns in full.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    rates: dict[Part, Annotated[float, Field(ge=0, le=10)]] = Field(default_factory=dict)


class TransferFrom(BaseModel):
    """To begin with what a run has learned from another data set.

    Attributes:
        run: its id.
        plan: what is carried over and how it is adapted.
        people: whether equal ids mean the same person in both; None: it is decided by what the data look like.
        pairs: matches made by hand, id of an item here → id there, "" for none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    plan: Plan = Field(default_factory=Plan)
    people: bool | None = None
    pairs: dict[str, str] = Field(default_factory=dict)


class TrainSpec(BaseModel):
    """A training as plain data: it can be stored, repeated, and run elsewhere.

    Attributes:
        metric: by which the best epoch is chosen, such as "ndcg@10"; None: what suits the model.
        device: where gradients are computed; ``auto``: on the GPU where there is one.
        fine_tune: the run to go on from.
        transfer: the run of another data set to begin with. Where neither is set, it is trained from scratch.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    model: str
    settings: dict[str, Any] = Field(default_factory=dict)
    split: SplitRecipe = Field(default_factory=SplitRecipe)
    seed: int = Field(0, ge=0, lt=2**32)  # as many as torch tells apart
    executor: Executor = Executor.AUTO
    metric: str | None = None
    device: Device = Device.AUTO
    fine_tune: FineTune | None = None
    transfer: TransferFrom | None = None

    @model_validator(mode="after")
    def _begins_with_one_run(self) -> Self:
        if self.fine_tune is not None and self.transfer is not None:
            raise ValueError("a training begins with one run: it is fine-tuned or transferred")
        return self


class BlendSpec(BaseModel):
    """A blend of finished runs as plain data: to be judged, or, with the verdict, to be kept as a run of its own.

    Attributes:
        dataset: the one of its members.
        members: ids of runs.
        verdict: what the judging came to.
        seed: of the judging.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    members: tuple[str, ...]
    verdict: dict[str, Any] | None = None
    seed: int = Field(0, ge=0, lt=2**32)
    executor: Executor = Executor.AUTO

    @property
    def model(self) -> str:
        """The key of the model that comes of it."""
        return "blend"


class TuneSpec(BaseModel):
    """A search for the best settings of some models as plain data, each with the same number of trials.

    Attributes:
        models: keys.
        trials: of each model; the first one tries its settings as they come.
        split: with validation events, which judge the trials.
        seed: of the search, and of each training.
        metric: the figure of all trials, such as "ndcg@10".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    models: tuple[str, ...] = Field(min_length=1)
    trials: int = Field(ge=FEWEST_TRIALS, le=MOST_TRIALS)
    split: SplitRecipe = Field(default_factory=SplitRecipe)
    seed: int = Field(0, ge=0, lt=2**32)
    executor: Executor = Executor.AUTO
    metric: str
    device: Device = Device.AUTO

    @property
    def model(self) -> str:
        """The keys of the models that come of it, in a row."""
        return ", ".join(self.models)


class LeakSpec(BaseModel):
    """A measurement of how much of the scores of finished runs was other people's future, as plain data.

    Attributes:
        dataset: the one of the runs.
        runs: ids; their models are trained anew, with the same settings and seeds.
        metric: the figure that the job tells of when it ends, such as "ndcg@10"; all others are kept as well.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    runs: tuple[str, ...] = Field(min_length=1)
    metric: str
    executor: Executor = Executor.AUTO

    @property
    def model(self) -> str:
        """What the list of jobs calls it."""
        return "leaks"


class TransferSpec(BaseModel):
    """A measurement of whether a transfer pays, as plain data: learning curves of several ways to serve a target.

    Attributes:
        dataset: the target.
        run: whose model is transferred.
        plans: the tries, one of which the validation events choose at each share and seed.
        people, pairs: see :class:`TransferFrom`.
        shares: of the target's training and validation events.
        seeds: of the shares drawn and of the trainings.
        metric: the figure that the job tells of when it ends, such as "ndcg@10"; the others are kept as well.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    run: str
    plans: tuple[Plan, ...] = Field(min_length=1)
    people: bool | None = None
    pairs: dict[str, str] = Field(default_factory=dict)
    shares: tuple[Annotated[float, Field(ge=0, le=1)], ...] = Field(min_length=1)
    seeds: tuple[Annotated[int, Field(ge=0, lt=2**32)], ...] = Field(min_length=1)
    split: SplitRecipe = Field(default_factory=SplitRecipe)
    metric: str
    executor: Executor = Executor.AUTO

    @property
    def model(self) -> str:
        """What the list of jobs calls it."""
        return "transfer"


class SynthesizeSpec(BaseModel):
    """A data set of generated people as plain data.

    Attributes:
        dataset: the one that the generator learns from; "" for those that need none.
        name: what the data set that comes of it is called.
        generator: key; settings, knobs: see :mod:`recsys_core.synthetic`.
        split: whose training events are learned from.
        seed: of the learning and of the drawing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = ""
    name: str
    generator: str
    settings: dict[str, Any] = Field(default_factory=dict)
    knobs: dict[str, Any] = Field(default_factory=dict)
    split: SplitRecipe = Field(default_factory=SplitRecipe)
    seed: int = Field(0, ge=0, lt=2**32)
    device: Device = Device.AUTO
    executor: Executor = Executor.AUTO

    @property
    def model(self) -> str:
        """What the list of jobs calls it."""
        return "synthesis"


class WorthSpec(BaseModel):
    """A measurement of whether generated people are worth having, and of what they tell about real ones, as plain data.

    Attributes:
        dataset: the real one.
        generator, settings: whose people; it learns anew at each share and seed.
        learner: key of the model that learns from real and from generated people.
        shares: of the real training and validation events that are there.
        additions: generated people as shares of the real ones, such as 0.5.
        seeds: of the shares drawn and of the trainings.
        attacks: halvings of the people, each half attacked once; 0: privacy is not measured.
        metric: the figure that the job tells of when it ends, such as "ndcg@10".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    generator: str
    settings: dict[str, Any] = Field(default_factory=dict)
    learner: str
    shares: tuple[Annotated[float, Field(gt=0, le=1)], ...] = Field(min_length=1)
    additions: tuple[Annotated[float, Field(gt=0, le=10)], ...] = ()
    seeds: tuple[Annotated[int, Field(ge=0, lt=2**32)], ...] = Field(min_length=1)
    attacks: int = Field(2, ge=0, le=20)
    split: SplitRecipe = Field(default_factory=SplitRecipe)
    metric: str
    device: Device = Device.AUTO
    executor: Executor = Executor.AUTO

    @property
    def model(self) -> str:
        """What the list of jobs calls it."""
        return "worth"


Spec = TrainSpec | BlendSpec | TuneSpec | LeakSpec | TransferSpec | SynthesizeSpec | WorthSpec
_SPEC: TypeAdapter[Spec] = TypeAdapter(Spec)


def spec_from_json(about: Json) -> Spec:
    """The spec that was written as plain data, as a run keeps it."""
    return _SPEC.validate_python(about)


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"  # by hand, before there was anything to keep; made of parts: before all of them were done
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the process that worked on it is gone


ACTIVE = (State.QUEUED, State.RUNNING)
RESUMABLE = (State.INTERRUPTED, State.FAILED)


@dataclass(frozen=True)
class Job:
    """A job as it stands now. Times are unix seconds.

    Attributes:
        run: the run that came of it; None where there is none.
        made: the data set that a synthesis came to, by its id.
    """

    id: str
    number: int
    spec: Spec
    state: State
    phase: str
    message: str
    done: float
    done_before: float
    epochs: int
    stop: bool
    run: str | None
    made: str | None
    created: float
    started: float | None
    finished: float | None

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_resumable(self) -> bool:
        """What is made of parts can go on after it was stopped by hand as well."""
        return self.state in RESUMABLE or (self.has_parts and self.state is State.STOPPED)

    @property
    def has_parts(self) -> bool:
        """Whether it keeps each part as soon as it is done: the trials of a search, the measurements of others."""
        return isinstance(self.spec, TuneSpec | LeakSpec | TransferSpec | WorthSpec)

    def seconds_left(self, now: float) -> float | None:
        """Until the last epoch at the pace so far; None while that cannot be told."""
        fresh = self.done - self.done_before
        if self.state is not State.RUNNING or self.started is None or fresh <= 0:
            return None
        return (now - self.started) / fresh * (self.epochs - self.done)


class Jobs:
    """All jobs of a workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.reconcile()

    def submit(self, spec: Spec, request: str = "") -> Job:
        """Put a job into the queue.

        Args:
            spec: what to do.
            request: names the click that asked for it; the same click twice is one job.
        """
        return self._insert(spec, request or uuid.uuid4().hex, State.QUEUED, owner="", started=None)

    def begin(self, spec: Spec) -> Job:
        """A job that this process works on at once, past the queue."""
        return self._insert(spec, uuid.uuid4().hex, State.RUNNING, owner=my_identity(), started=time.time())

    def _insert(self, spec: Spec, request: str, state: State, owner: str, started: float | None) -> Job:
        with self._database.connect() as db:
            db.execute(
                "INSERT OR IGNORE INTO jobs SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, 'Waiting', '', 0, 0, 0,"
                " ?, 0, NULL, ?, ?, NULL FROM jobs",
                (uuid.uuid4().hex[:10], request, spec.model_dump_json(), state, owner, time.time(), started),
            )
            row = db.execute("SELECT * FROM jobs WHERE request = ?", (request,)).fetchone()
        return _job(row)

    def all(self) -> list[Job]:
        """Newest first. A job whose process is gone is never shown as running."""
        self.reconcile()
        with self._database.connect() as db:
            return [_job(row) for row in db.execute("SELECT * FROM jobs ORDER BY number DESC")]

    def is_busy(self) -> bool:
        """Whether a job runs or waits."""
        with self._database.connect() as db:
            return db.execute("SELECT 1 FROM jobs WHERE state IN (?, ?)", ACTIVE).fetchone() is not None

    def find(self, identifier: str) -> Job:
        """A job by its id.

        Raises:
            JobError: there is none.
        """
        self.reconcile()
        with self._database.connect() as db:
            row = db.execute("SELECT * FROM jobs WHERE id = ?", (identifier,)).fetchone()
        if row is None:
            raise JobError(f"There is no job {identifier!r}.", "Look at the list of jobs on Train.", "unknown-job")
        return _job(row)

    def epochs(self, identifier: str, after: int = 0) -> list[Json]:
        """The epochs that ended, as plain data, oldest first."""
        with self._database.connect() as db:
            rows = db.execute(
                "SELECT event FROM epochs WHERE job = ? AND epoch > ? ORDER BY epoch", (identifier, after)
            ).fetchall()
        return [json.loads(row["event"]) for row in rows]

    def stop(self, identifier: str) -> None:
        """Ask a job to stop and keep its best epoch; one that waits leaves the queue at once."""
        with self._database.connect() as db:
            db.execute("UPDATE jobs SET stop = 1 WHERE id = ?", (identifier,))
            db.execute(
                "UPDATE jobs SET state = ?, message = 'Taken out of the queue.', finished = ?"
                " WHERE id = ? AND state = ?",
                (State.STOPPED, time.time(), identifier, State.QUEUED),
            )

    def resume(self, identifier: str) -> None:
        """Queue an interrupted or failed job again, or one of parts that was stopped; it goes on from where it was.

        Raises:
            JobError: it is in a state that cannot be resumed.
        """
        job = self.find(identifier)
        with self._database.connect() as db:
            changed = (
                job.is_resumable
                and db.execute(
                    "UPDATE jobs SET state = ?, phase = 'Waiting', message = '', stop = 0, finished = NULL"
                    " WHERE id = ? AND state = ?",
                    (State.QUEUED, identifier, job.state),
                ).rowcount
            )
        if not changed:
            raise JobError(
                f"The job is {self.find(identifier).state}; only an interrupted or failed one can be resumed.",
                "Train again with the same settings instead.",
                "not-resumable",
            )

    def dismiss(self, identifier: str) -> None:
        """Forget a job that is not active any more; its run stays."""
        with self._database.connect() as db:
            db.execute("DELETE FROM jobs WHERE id = ? AND state NOT IN (?, ?)", (identifier, *ACTIVE))

    def claim_next(self) -> Job | None:
        """Take the job that waits longest, in one step, so that no two workers get the same; None if none waits."""
        with self._database.connect() as db:
            row = db.execute(
                "UPDATE jobs SET state = ?, phase = 'Starting', owner = ?, started = ?, done_before = done"
                " WHERE id = (SELECT id FROM jobs WHERE state = ? ORDER BY number LIMIT 1) RETURNING *",
                (State.RUNNING, my_identity(), time.time(), State.QUEUED),
            ).fetchone()
        return None if row is None else _job(row)

    def take_over(self, identifier: str) -> Job | None:
        """This process works on a running job from now on; None where it is not running any more."""
        with self._database.connect() as db:
            row = db.execute(
                "UPDATE jobs SET owner = ? WHERE id = ? AND state = ? RETURNING *",
                (my_identity(), identifier, State.RUNNING),
            ).fetchone()
        return None if row is None else _job(row)

    def report(self, identifier: str, event: Event) -> None:
        """Note down where a training stands."""
        if isinstance(event, Progress):
            self._set(identifier, done=event.done, epochs=event.epochs)
            return
        if isinstance(event, Preparing):
            is_over = event.done >= event.of
            self.enter(identifier, "Training" if is_over else f"Reading {event.what}, {event.done:,} of {event.of:,}")
            return
        with self._database.connect() as db:
            db.execute(
                "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)",
                (identifier, event.epoch, json.dumps(asdict(event))),
            )
            db.execute("UPDATE jobs SET done = ?, epochs = ? WHERE id = ?", (event.epoch, event.epochs, identifier))

    def enter(self, identifier: str, phase: str) -> None:
        """Say what a job is doing now, for people."""
        self._set(identifier, phase=phase)

    def end(self, identifier: str, state: State, message: str, kept: str | None = None) -> None:
        """Close a running job. One that was closed before stays as it is.

        Args:
            kept: the id of the run or of the data set that came of it.
        """
        with self._database.connect() as db:
            db.execute(
                "UPDATE jobs SET state = ?, message = ?, run = ?, finished = ? WHERE id = ? AND state = ?",
                (state, message, kept, time.time(), identifier, State.RUNNING),
            )

    def stop_requested(self, identifier: str) -> bool:
        with self._database.connect() as db:
            row = db.execute("SELECT stop FROM jobs WHERE id = ?", (identifier,)).fetchone()
        return row is None or bool(row["stop"])

    def reconcile(self) -> None:
        """Mark what was running in processes that are gone as interrupted."""
        with self._database.connect() as db:
            rows = db.execute("SELECT id, owner FROM jobs WHERE state = ?", (State.RUNNING,)).fetchall()
            for row in rows:
                if not is_alive(row["owner"]):
                    db.execute(
                        "UPDATE jobs SET state = ?, finished = ?, message = ? WHERE id = ? AND state = ? AND owner = ?",
                        (
                            State.INTERRUPTED,
                            time.time(),
                            "The process at work on it ended before it was done.",
                            row["id"],
                            State.RUNNING,
                            row["owner"],
                        ),
                    )

    def _set(self, identifier: str, **values: Any) -> None:
        columns = ", ".join(f"{column} = ?" for column in values)
        with self._database.connect() as db:
            db.execute(f"UPDATE jobs SET {columns} WHERE id = ?", (*values.values(), identifier))


def _job(row: sqlite3.Row) -> Job:
    names = (
        "id",
        "number",
        "phase",
        "message",
        "done",
        "done_before",
        "epochs",
        "created",
        "started",
        "finished",
    )
    spec = _SPEC.validate_json(row["spec"])
    is_synthesis = isinstance(spec, SynthesizeSpec)
    return Job(
        spec=spec,
        run=None if is_synthesis else row["run"],
        made=row["run"] if is_synthesis else None,
        state=State(row["state"]),
        stop=bool(row["stop"]),
        **{name: row[name] for name in names},
    )
