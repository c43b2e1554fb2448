"""How much was asked, and how long answers took."""

import time
from collections import Counter, deque

import numpy as np
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recsys_core.types import Json

REMEMBERED = 10_000  # latest answers of each path


class Meter:
    """Counts answers by path and status, and keeps their times, of paths that there are."""

    def __init__(self) -> None:
        self.since = time.time()
        self.answers: Counter[str] = Counter()
        self._seconds: dict[str, deque[float]] = {}

    def note(self, path: str, status: int, seconds: float) -> None:
        """An answer was given."""
        self.answers[f"{path} {status}"] += 1
        self._seconds.setdefault(path, deque(maxlen=REMEMBERED)).append(seconds)

    def milliseconds(self) -> dict[str, Json]:
        """Median and 95th percentile of the latest answers of each path, from the request's arrival here."""
        found: dict[str, Json] = {}
        for path, seconds in self._seconds.items():
            p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95]).round(2).tolist()
            found[path] = {"answers": len(seconds), "p50": p50, "p95": p95}
        return found


class Measured:
    """An app whose answers are noted down.

    Args:
        paths: those that are told apart; all others count as one, or anybody could fill the memory.
    """

    def __init__(self, app: ASGIApp, meter: Meter, paths: frozenset[str]) -> None:
        self._app, self._meter, self._paths = app, meter, paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            path = scope["path"] if scope["path"] in self._paths else "other"
            self._meter.note(path, status, time.perf_counter() - started)
