"""The app behind a port."""

import signal
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from recsys_core.errors import ConfigError

LAST_PORT = 65535
WAITING = 1024  # connections that nobody has taken yet
GRACE = 10  # seconds that answers under way get when the server is told to end


def listen(host: str, port: int) -> socket.socket:
    """A socket that waits for callers.

    Args:
        port: 0 for any free one.

    Raises:
        ConfigError: the address or the port cannot be had.
    """
    try:
        if not 0 <= port <= LAST_PORT:
            raise OSError(f"ports end at {LAST_PORT}")
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=WAITING)
    except OSError as error:
        raise ConfigError(
            f"Nothing can listen at {host}, port {port}: {error}.", "Choose another --port or --host.", "port-taken"
        ) from None


def run_until_told(app: FastAPI, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; then answers under way are finished.

    Args:
        ready: is called when callers are answered.
    """
    server = _Server(
        uvicorn.Config(app, access_log=False, log_level="warning", timeout_graceful_shutdown=GRACE, server_header=False)
    )
    server.ready = ready
    # The server raises the signal once more when it has ended, for whoever listened before: nobody needs it any more.
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[listener])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Server(uvicorn.Server):
    ready: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready()
