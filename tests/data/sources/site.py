"""A small web site on this machine that answers in exactly the bytes a test says, and notes what it was asked."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import AddressFamily, socket
from ssl import SSLContext

from recsys_core.data.sources.web import Endpoint

Answer = bytes | Callable[[socket], None]


class Site(socketserver.ThreadingTCPServer):
    """``answers`` maps a path to the raw bytes of its answer, or to what talks on the connection itself."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answers: dict[str, Answer], tls: SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.tls, self.heads = answers, tls, list[str]()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str = "/ratings.csv", host: str = "files.example", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        site: Site = self.server  # type: ignore[assignment]
        with suppress(OSError):
            if site.tls is None:
                _answer(site, self.request)
            else:
                with site.tls.wrap_socket(self.request, server_side=True) as channel:
                    _answer(site, channel)
                    channel.unwrap()


def _answer(site: Site, channel: socket) -> None:
    head = b""
    while b"\r\n\r\n" not in head and (block := channel.recv(4096)):
        head += block
    if not head:
        return
    site.heads.append(head.decode("latin-1"))
    answer = site.answers.get(head.split(b" ")[1].decode("latin-1"), reply(b"gone", "404 Not Found"))
    if callable(answer):
        answer(channel)
    else:
        channel.sendall(answer)


@contextmanager
def site(answers: dict[str, Answer], tls: SSLContext | None = None) -> Iterator[Site]:
    with Site(answers, tls) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def reply(body: bytes, status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """An answer with a Content-Length, which may lie; ``content_type`` becomes Content-Type."""
    told = {"content_length": str(len(body) if length is None else length), **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in told.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1") + body


def moved(location: str, status: str = "302 Found") -> bytes:
    return reply(b"", status, location=location)


def at(*addresses: str) -> Callable[[str, int], list[Endpoint]]:
    """A resolver that knows the same addresses for every host."""
    return lambda host, port: [(AddressFamily.AF_INET, (address, port)) for address in addresses]
