"""Files at http(s) addresses, never from inside the server's own network.

A server that fetches what strangers name can be sent to its neighbours (server-side request forgery). So each host is
looked up once, all of its addresses must be public, and the connection goes to exactly the address that was checked: a
name that changes its mind in between (DNS rebinding) changes nothing. Each redirect goes through the same gate.
"""

import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urljoin
from urllib.parse import quote as percent_encoded

from recsys_core.data.findings import quote
from recsys_core.data.progress import Progress
from recsys_core.data.sources.source import MOST_BYTES, ascii_host, shown_address, split_address
from recsys_core.errors import DataError

MOST_REDIRECTS = 5
BLOCK = 1 << 18
_HEAD = 4096  # bytes that tell a web page
_TRY_ELSEWHERE = "Check the address in a browser, or download the file there and upload it."

_PUBLIC_IPV6 = IPv6Network("2000::/3")
_TUNNELS = (IPv6Network("2001::/23"), IPv6Network("2002::/16"))  # Teredo, 6to4: they end at any IPv4 address
_NAT64 = IPv6Network("64:ff9b::/96")
_INSIDE_CLOUDS = (ip_network("192.0.0.0/24"), ip_network("168.63.129.16/32"))  # services for the machines of a provider
# Comments may stand first; the atomic group keeps a stranger's text from costing more than one pass.
_PAGE = re.compile(rb"(?>(?:<!--(?s:.*?)-->\s*)*)<(!doctype\s+html|html|head|body|title|script|meta)\b", re.IGNORECASE)

_STATUSES = {
    401: "asks for a login",
    403: "does not let us have the file",
    404: "has no such file",
    410: "has no such file any more",
    429: "has had too many requests",
}

Endpoint = tuple[socket.AddressFamily, tuple[Any, ...]]  # what a socket is connected to; the IP address stands first


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, also after unpacking what it may have inside."""
    if "%" in address:  # a zone, so a link of this machine
        return False
    ip: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip in _NAT64:
            ip = IPv4Address(int(ip) & 0xFFFF_FFFF)
        elif ip not in _PUBLIC_IPV6 or any(ip in tunnel for tunnel in _TUNNELS):
            return False
    inward = ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_reserved or ip.is_unspecified
    return ip.is_global and not (inward or ip.is_multicast or any(ip in network for network in _INSIDE_CLOUDS))


def look_up(host: str, port: int) -> list[Endpoint]:
    """All addresses of a host, in the order in which they are to be tried."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in found]


@dataclass(frozen=True)
class Network:
    """How the web is reached. The app uses it as it is; tests, which have only their own machine, put in theirs."""

    look_up: Callable[[str, int], list[Endpoint]] = look_up
    allowed: Callable[[str], bool] = is_public
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context
    most_bytes: int = MOST_BYTES
    connect_seconds: float = 10
    read_seconds: float = 30
    head_seconds: float = 60
    total_seconds: float = 3_600


def download(url: str, folder: Path, progress: Progress, network: Network) -> Path:
    """Fetch a file into a folder.

    Raises:
        DataError: the address is not allowed or not reached, or what it sends is no file, broken off or too large.
    """
    deadline = time.monotonic() + network.total_seconds
    shown = shown_address(url)
    try:
        for _ in range(MOST_REDIRECTS + 1):
            parts = split_address(url)
            shown = shown_address(url)
            with _answer(parts, network, deadline) as answer:
                if answer.status not in (301, 302, 303, 307, 308):
                    _refuse_status(answer.status, shown)
                    return _store(answer, parts, shown, folder, progress, network.most_bytes)
                url = _redirected(url, answer.headers.get("Location", ""), shown)
    except socket.gaierror:
        raise _unreachable(f"The host of {shown} is not known") from None
    except TimeoutError:
        raise _unreachable(f"{shown} took too long to answer") from None
    except ssl.SSLCertVerificationError:
        raise _unreachable(f"{shown} cannot prove who it is (its certificate is not valid)") from None
    except http.client.IncompleteRead:
        raise _broken_off(shown) from None
    except http.client.HTTPException:
        raise _unreachable(f"{shown} does not answer in the way of the web") from None
    except OSError as error:
        raise _unreachable(f"{shown} could not be fetched ({error.strerror or 'the connection failed'})") from None
    raise _unreachable(f"{shown} is one redirect too many: {MOST_REDIRECTS} are followed")


@contextmanager
def _answer(parts: SplitResult, network: Network, deadline: float) -> Iterator[http.client.HTTPResponse]:
    """The answer to a GET, its body not read yet."""
    host, secure = ascii_host(parts), parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    with _connected(host, port, network, deadline) as plain:
        tls = network.tls() if secure else None
        with tls.wrap_socket(plain, server_hostname=host.rstrip(".")) if tls else plain as channel:
            until = min(deadline, time.monotonic() + network.head_seconds)
            link = _Link(channel, until, network.read_seconds)
            connection = http.client.HTTPConnection(host, port)
            connection.default_port = 443 if secure else 80  # told in the Host header only where it is another
            connection.auto_open = 0
            connection.sock = link
            connection.putrequest("GET", _target(parts), skip_accept_encoding=True)
            for name, value in (("Accept", "*/*"), ("Accept-Encoding", "identity"), ("Connection", "close")):
                connection.putheader(name, value)
            connection.putheader("User-Agent", "Foretaste")
            connection.endheaders()
            answer = connection.getresponse()
            link.until = deadline
            with answer:
                yield answer


def _connected(host: str, port: int, network: Network, deadline: float) -> socket.socket:
    """A connection to an address of the host that was looked at: no name is looked up after this."""
    endpoints = network.look_up(host, port)
    if not endpoints or not all(network.allowed(str(address[0])) for _, address in endpoints):
        raise DataError(
            f"{quote(host)} lies inside a private network or on this machine, from where nothing is fetched.",
            "Give an address on the public web, or upload the file.",
            "address-not-allowed",
        )
    failure = OSError("no address")
    for family, address in endpoints:
        channel = socket.socket(family, socket.SOCK_STREAM)
        try:
            channel.settimeout(_left(deadline, network.connect_seconds))
            channel.connect(address)
            return channel
        except OSError as error:
            channel.close()
            failure = error
    raise failure


class _Link:
    """A connected socket as ``http.client`` wants it, on which each step ends by the deadline."""

    def __init__(self, channel: socket.socket, until: float, seconds: float) -> None:
        self.channel, self.until, self.seconds = channel, until, seconds

    def sendall(self, data: bytes) -> None:
        self.channel.settimeout(_left(self.until, self.seconds))
        self.channel.sendall(data)

    def receive(self, buffer: memoryview) -> int:
        self.channel.settimeout(_left(self.until, self.seconds))
        return self.channel.recv_into(buffer)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Received(self))

    def close(self) -> None:
        """Left to who opened the socket: ``http.client`` closes it before the body is read."""


class _Received(io.RawIOBase):
    def __init__(self, link: _Link) -> None:
        self.link = link

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self.link.receive(buffer)


def _left(until: float, most: float) -> float:
    """Seconds that a step may take."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, most)


def _target(parts: SplitResult) -> str:
    path = percent_encoded(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    return f"{path}?{percent_encoded(parts.query, safe='/%:@!$&()*+,;=~?')}" if parts.query else path


def _redirected(url: str, location: str, shown: str) -> str:
    """Where a redirect leads, as an address that was looked at like the first one."""
    # http.client reads headers as Latin-1.
    location = location.encode("latin-1", "replace").decode("utf-8", "replace").strip().replace(" ", "%20")
    if not location:
        raise _unreachable(f"{shown} sends us on, but does not say where to")
    try:
        target = urljoin(url, location)
    except ValueError:
        target = ""
    scheme = split_address(target).scheme
    if url.lower().startswith("https:") and scheme != "https":
        raise _unreachable(f"{shown} sends us from https on to an address without protection, which is not followed")
    return target


def _refuse_status(status: int, shown: str) -> None:
    if status == 200:
        return
    trouble = "has trouble of its own" if status >= 500 else "does not send a file"
    raise DataError(
        f"{shown} {_STATUSES.get(status, trouble)} (status {status}).",
        _TRY_ELSEWHERE,
        "not-found" if status in (404, 410) else "refused-by-site",
    )


def _store(
    answer: http.client.HTTPResponse,
    parts: SplitResult,
    shown: str,
    folder: Path,
    progress: Progress,
    most_bytes: int,
) -> Path:
    """The body as a file. A body that came packed stays packed, for the reader, which has limits for that."""
    packed = (answer.headers.get("Content-Encoding") or "identity").strip().lower()
    if packed not in ("identity", "gzip", "x-gzip"):
        raise DataError(
            f"{shown} sends the file packed with {quote(packed)}, which was not asked for.",
            _TRY_ELSEWHERE,
            "unknown-encoding",
        )
    announced = answer.length
    if announced is not None and announced > most_bytes:
        raise _too_large(shown, most_bytes)
    head = b""
    while len(head) < _HEAD and (block := answer.read1(_HEAD - len(head))):
        head += block
    _refuse_page(head, answer.headers.get_content_type(), shown)
    name = file_name(answer.headers.get_filename() or unquote(parts.path.rpartition("/")[2]))
    if packed != "identity" and not name.lower().endswith(".gz"):
        name += ".gz"
    if not head:
        raise DataError(f"{shown} sends an empty file.", _TRY_ELSEWHERE, "empty-file")
    path = folder / name
    with path.open("xb") as file:
        try:
            block, received = head, 0
            while block:
                received += len(block)
                if received > most_bytes:
                    raise _too_large(shown, most_bytes)
                file.write(block)
                progress(received / announced if announced else None, f"{received / 1e6:,.1f} MB fetched.")
                block = answer.read1(BLOCK)
            if answer.length:  # less came than was announced
                raise _broken_off(shown)
        except BaseException:
            path.unlink()
            raise
    return path


def _refuse_page(head: bytes, content_type: str, shown: str) -> None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _PAGE.match(text) or (content_type == "text/html" and text.startswith(b"<")):
        raise DataError(
            f"{shown} is a web page, not a file.",
            "Give the address of the file itself: on that page, copy the link of its download.",
            "web-page",
        )


def file_name(told: str) -> str:
    """A harmless name with the ending of the one that a stranger gave."""
    last = re.split(r"[/\\]", told)[-1]
    return re.sub(r"[^A-Za-z0-9._-]", "_", last)[-80:].lstrip("._-") or "download"


def _unreachable(what: str) -> DataError:
    return DataError(f"{what}.", _TRY_ELSEWHERE, "unreachable")


def _broken_off(shown: str) -> DataError:
    return DataError(f"{shown} broke off before the file was whole.", "Try again.", "download-broken-off")


def _too_large(shown: str, most_bytes: int) -> DataError:
    return DataError(
        f"{shown} sends more than {most_bytes / 1e6:,.0f} MB.",
        "Make the file smaller, or put it on the server's disk and import it from the shell.",
        "download-too-large",
    )
