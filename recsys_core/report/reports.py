"""Makes reports in the background, one at a time; pages ask how far one is."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, Thread

from recsys_core.errors import StudioError, what_happened
from recsys_core.report.blocks import Head
from recsys_core.report.facts import gather
from recsys_core.report.making import head_of, sections_of
from recsys_core.report.page import Body, body_of
from recsys_core.runs.store import Workspace

log = logging.getLogger(__name__)

MOST_KEPT = 6


@dataclass(frozen=True)
class Asked:
    """Which report: of these runs, by this metric."""

    runs: tuple[str, ...]
    metric: str


@dataclass
class Making:
    """How far a report is.

    Attributes:
        share, words: what is done, 0..1, and what is being done.
        head, body: of the finished report; None until then.
        failure: why there will be none.
    """

    share: float = 0.0
    words: str = "Comparing"
    head: Head | None = None
    body: Body | None = None
    failure: str = ""

    @property
    def is_active(self) -> bool:
        return self.body is None and not self.failure

    def tell(self, share: float, words: str) -> None:
        self.share, self.words = share, words


class Reports:
    """The reports of a workspace that were asked for lately. Made once per server; knows nothing of pages."""

    def __init__(self, workspace: Workspace, start: Callable[[Callable[[], None]], None] | None = None) -> None:
        """Args:
        workspace: where the runs are.
        start: does a piece of work in the background.
        """
        self._workspace = workspace
        self._start = start or (lambda work: Thread(target=work, name="report", daemon=True).start())
        self._known: dict[Asked, Making] = {}
        self._one_at_a_time = Lock()

    def find(self, asked: Asked) -> Making | None:
        """How far it is; None where nobody asked for it, or not lately."""
        return self._known.get(asked)

    def begin(self, asked: Asked) -> None:
        """Make it, anew where it was made before."""
        making = Making()
        self._known.pop(asked, None)
        self._known[asked] = making
        for old in [one for one, its in list(self._known.items()) if not its.is_active][:-MOST_KEPT]:
            self._known.pop(old, None)
        self._start(lambda: self._make(asked, making))

    def _make(self, asked: Asked, making: Making) -> None:
        with self._one_at_a_time:
            try:
                facts = gather(self._workspace, [self._workspace.find_run(run) for run in asked.runs], asked.metric)
                sections = sections_of(facts, making.tell)
                making.tell(1.0, "Drawing")
                making.head, making.body = head_of(facts), body_of(sections)
            except Exception as error:
                if not isinstance(error, StudioError):
                    log.exception("A report met a bug")
                making.failure = what_happened(error)
