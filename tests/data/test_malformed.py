"""Every upload of the catalogue ends in a data set whose rows add up, or in one sentence that helps."""

import multiprocessing
import re
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from recsys_core.data.importing import Imported, import_ratings
from recsys_core.errors import StudioError
from recsys_core.types import Feedback
from tests.data.files import text_of
from tests.data.malformed import CATALOGUE, Case

SECONDS = 10
MEGABYTES = 600
LONGEST_MESSAGE = 600
LEAKS = re.compile(
    r"Traceback|\b\w+(Error|Exception)\b|<(class|function|module|_io)|0x[0-9a-f]{6,}|\bb'|duckdb|pyarrow|pandas|openpyxl"
    rf"|{re.escape(tempfile.gettempdir())}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Outcome:
    """How an import ended, as it comes back from the process that ran it.

    Attributes:
        crash: the traceback of anything but a :class:`StudioError`.
        counts: rows, kept, rejected, merged. events: user, item, value (None where implicit) and seconds.
        grown: by how many megabytes the process was larger, at its largest, than before.
    """

    crash: str = ""
    message: str | None = None
    fix: str = ""
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)
    findings: tuple[tuple[str, str, str, int], ...] = ()
    events: tuple[tuple[str, str, float | None, int | None], ...] = ()
    titles: tuple[tuple[str, str], ...] = ()
    grown: float = 0.0


def attempt(path: Path, items: Path | None) -> Outcome:
    try:
        return accepted(import_ratings(path, "name", items=items))
    except StudioError as error:
        return Outcome(message=str(error), fix=error.fix)
    except BaseException:
        return Outcome(crash=traceback.format_exc())


def accepted(result: Imported) -> Outcome:
    dataset = result.dataset
    events = dataset.interactions
    implicit = dataset.feedback is Feedback.IMPLICIT
    times = [None] * len(events) if events.times is None else events.times.tolist()
    return Outcome(
        counts=(result.rows, result.kept, result.rejected, result.merged),
        findings=tuple((note.level, note.code, note.message, note.rows) for note in result.findings),
        events=tuple(
            zip(
                dataset.user_ids.values[events.users].tolist(),
                dataset.item_ids.values[events.items].tolist(),
                [None] * len(events) if implicit else events.values.tolist(),
                times,
                strict=True,
            )
        ),
        titles=tuple(zip(dataset.item_ids.values.tolist(), dataset.item_table["title"].tolist(), strict=True)),
    )


def serve(connection: Connection) -> None:
    """Import one file after the other, in a process that can be ended when one of them hangs."""
    warnings.simplefilter("error")
    while True:
        path, items = connection.recv()
        before = peak(reset=True)
        outcome = attempt(path, items)
        connection.send(replace(outcome, grown=peak() - before))


def peak(reset: bool = False) -> float:
    """The megabytes that this process held at its largest, on request from now on."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


class Reader:
    """A process that imports, and that is replaced by a fresh one after it hung or died."""

    def __init__(self, warm: Path) -> None:
        self.warm = warm
        self.start()

    def start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        assert not self.answer(self.warm, None, seconds=120).crash

    def ask(self, path: Path, items: Path | None) -> Outcome:
        outcome = self.answer(path, items, SECONDS)
        if outcome.crash:
            self.end()
            self.start()
        return outcome

    def answer(self, path: Path, items: Path | None, seconds: float) -> Outcome:
        self.connection.send((path, items))
        if not self.connection.poll(seconds):
            return Outcome(crash=f"no answer in {seconds} s")
        try:
            return self.connection.recv()
        except EOFError:
            self.process.join()
            return Outcome(crash=f"the process ended with {self.process.exitcode}")

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    warm = tmp_path_factory.mktemp("warm") / "ratings.csv"
    warm.write_text(text_of())
    reader = Reader(warm)
    yield reader
    reader.end()


@pytest.mark.parametrize("case", CATALOGUE, ids=lambda case: case.name)
def test_an_upload_ends_in_a_sound_data_set_or_in_one_helpful_sentence(
    case: Case, reader: Reader, tmp_path: Path
) -> None:
    folder = tmp_path / "uploads" / "today"
    folder.mkdir(parents=True)
    path = folder / case.file
    case.write(path)
    items = None
    if case.items is not None:
        items = folder / case.items[0]
        case.items[1](items)
    before = sorted(tmp_path.rglob("*"))
    outcome = reader.ask(path, items)
    assert not outcome.crash, outcome.crash
    assert outcome.grown < MEGABYTES
    assert sorted(tmp_path.rglob("*")) == before
    if outcome.message is not None:
        assert case.expects != "accepts", f"refused: {outcome.message}"
        check_refusal(case, outcome)
    else:
        assert case.expects != "refuses", f"accepted {outcome.counts} with {outcome.findings}"
        check_balance(case, outcome)
        check_events(case, outcome)
        check_findings(case, outcome)
        assert dict(case.titles or {}).items() <= dict(outcome.titles).items()


def check_refusal(case: Case, outcome: Outcome) -> None:
    message = outcome.message or ""
    check_text(message)
    assert len(message) < LONGEST_MESSAGE
    assert outcome.fix.strip()
    for pattern in case.words:
        assert re.search(pattern, message, re.IGNORECASE), f"{pattern} is not in: {message}"


def check_balance(case: Case, outcome: Outcome) -> None:
    rows, kept, rejected, merged = outcome.counts
    assert rows == kept + rejected + merged
    assert min(kept, rejected, merged) >= 0
    assert not case.rows or rows in case.rows, f"{rows} rows, not {case.rows}: {outcome.findings}"
    assert not case.kept or kept in case.kept, f"{kept} kept, not {case.kept}: {outcome.findings}"
    assert len(outcome.events) == kept
    said = sum(rows for level, _, text, rows in outcome.findings if level != "note" or "left out" in text)
    assert said >= rejected + merged, f"{rejected} rejected, {merged} merged, but: {outcome.findings}"


def check_events(case: Case, outcome: Outcome) -> None:
    """What was kept is what was written: no pair comes up that is not in the file, none changes its values."""
    pairs = {event[:2] for event in outcome.events}
    assert len(pairs) == len(outcome.events)
    if case.events is None:
        return
    truth: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for user, item, rating, moment in case.events:
        truth.setdefault((user, item), []).append((rating, moment))
    assert pairs <= truth.keys()
    for user, item, value, time in outcome.events:
        candidates = truth[user, item]
        assert any(same(value, rating, 1e-6) for rating, _ in candidates), (user, item, value, candidates)
        assert any(same(time, moment, 1e-9) for _, moment in candidates), (user, item, time, candidates)


def same(found: float | None, written: str, within: float) -> bool:
    """Whether a number is the one in the file; blanks and absent numbers are not compared."""
    return found is None or written == "" or abs(found - float(written)) <= within * max(1.0, abs(found))


def check_findings(case: Case, outcome: Outcome) -> None:
    for _, code, message, rows in outcome.findings:
        check_text(message)
        assert code
        assert rows >= 0
    said = " ".join(message for _, _, message, _ in outcome.findings)
    for pattern in case.noted:
        assert re.search(pattern, said, re.IGNORECASE), f"{pattern} is not in: {said}"


def check_text(text: str) -> None:
    """One printable line that shows nothing of the machinery."""
    assert text.isprintable()
    assert not LEAKS.search(text), text


def test_names_in_the_catalogue_are_unique() -> None:
    names = [case.name for case in CATALOGUE]
    assert len(set(names)) == len(names) >= 300
