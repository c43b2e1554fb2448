"""An open-loop load on a service: requests are sent when the clock says so, however late earlier answers are.

``python -m benchmarks.load URL REQUESTS --rate 500 --seconds 60 --seed 0`` prints one JSON document.

REQUESTS is a file with one JSON object a line: method, path and, of a POST, body; they are sent in turn. Arrivals are
Poisson. A latency counts from the moment at which a request was *planned*, so that a service that stands still does not
hide the requests which would have come meanwhile (coordinated omission). A process of its own over plain sockets that
are kept open, so that it takes little of the machine that the service runs on.
"""

import argparse
import asyncio
import json
import sys
from collections import deque
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import numpy as np
import uvloop

CONNECTIONS = 64
KEPT = 50  # every so manieth answer is kept, to be checked
PATIENCE = 10.0  # seconds for answers that are under way at the end


class Connection(asyncio.Protocol):
    """One that is kept open; a request at a time."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._got = bytearray()
        self._number = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop has a class of its own

    def send(self, number: int, request: bytes) -> None:
        self._number = number
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._got[:end].lower()
        start = head.index(b"content-length:") + len(b"content-length:")
        length = int(head[start:].split(b"\r\n", 1)[0])
        if len(self._got) >= end + 4 + length:
            status, body = int(head[9:12]), bytes(self._got[end + 4 :])
            self._got.clear()
            self._load.answered(self, self._number, status, body)


class Load:
    """Requests by a plan.

    Args:
        requests: bytes as they are sent, in turn.
        planned: seconds from the start of each.
    """

    def __init__(self, requests: list[bytes], planned: np.ndarray) -> None:
        self._requests, self._planned = requests, planned
        self.latency = np.full(len(planned), np.nan)
        self.late = np.zeros(len(planned))  # how late a request was sent, for want of a connection or of the machine
        self.statuses: dict[int, int] = {}
        self.kept: list[tuple[int, str]] = []
        self._idle: deque[Connection] = deque()  # each in turn, so that none is closed for having been idle
        self._waiting: deque[int] = deque()

    async def run(self, host: str, port: int) -> float:
        """Send all, and wait for the answers; gives the seconds that it took."""
        loop = asyncio.get_running_loop()
        for _ in range(CONNECTIONS):
            self._idle.append((await loop.create_connection(lambda: Connection(self), host, port))[1])
        self._start = loop.time()
        for number, moment in enumerate(self._planned):
            wait = self._start + moment - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            self._waiting.append(number)
            self._send()
        deadline = loop.time() + PATIENCE
        while np.isnan(self.latency).any() and loop.time() < deadline:
            await asyncio.sleep(0.01)
        return loop.time() - self._start

    def _send(self) -> None:
        while self._idle and self._waiting:
            number = self._waiting.popleft()
            self.late[number] = asyncio.get_running_loop().time() - self._start - self._planned[number]
            self._idle.popleft().send(number, self._requests[number % len(self._requests)])

    def answered(self, connection: Connection, number: int, status: int, body: bytes) -> None:
        """An answer is there."""
        self.latency[number] = asyncio.get_running_loop().time() - self._start - self._planned[number]
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if number % KEPT == 0 and status == 200:
            self.kept.append((number % len(self._requests), body.decode()))
        self._idle.append(connection)
        self._send()


def as_sent(host: str, request: dict[str, str]) -> bytes:
    """A request of HTTP 1.1."""
    body = request.get("body", "").encode()
    head = f"{request['method']} {request['path']} HTTP/1.1\r\nHost: {host}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("requests", type=Path)
    parser.add_argument("--rate", type=float, default=500, help="requests a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0, help="of the arrivals")
    options = parser.parse_args()
    address = urlsplit(options.url)
    lines = options.requests.read_text(encoding="utf-8").splitlines()
    requests = [as_sent(address.netloc, json.loads(line)) for line in lines]
    n = round(options.rate * options.seconds)
    planned = np.cumsum(np.random.default_rng(options.seed).exponential(1 / options.rate, n))
    load = Load(requests, planned)
    seconds = uvloop.run(load.run(str(address.hostname), int(address.port or 80)))
    answers = load.latency[~np.isnan(load.latency)] * 1000
    json.dump(
        {
            "sent": n / planned[-1],
            "answered": len(answers) / seconds,
            "milliseconds": np.percentile(answers, [50, 95, 99, 100]).tolist() if len(answers) else [],
            "sent_late_p95": float(np.percentile(load.late, 95)) * 1000,
            "unanswered": n - len(answers),
            "statuses": load.statuses,
            "kept": load.kept,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
