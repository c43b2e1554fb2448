"""Who may ask."""

import hmac
import ipaddress
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from recsys_core.errors import ConfigError
from recsys_core.serve.refusals import refuse

VARIABLE = "FORETASTE_API_KEY"
SHORTEST = 16  # letters of a key
OPEN = frozenset({"/", "/docs", "/openapi.json", "/health"})  # tell nothing of people
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True)
class Lock:
    """What is asked of whoever asks.

    Attributes:
        key: None where nobody needs one; then only this machine can ask, by a name of its own.
    """

    key: str | None

    @classmethod
    def of(cls, host: str, key: str | None) -> "Lock":
        """The lock for an address to listen at.

        Raises:
            ConfigError: the address can be reached from other machines and there is no key, or the key is short.
        """
        if key is None and not _is_loopback(host):
            raise ConfigError(
                f"Other machines can reach {host}, so a key is needed.",
                f"Set {VARIABLE} to a secret of at least {SHORTEST} letters, or listen at 127.0.0.1.",
                "no-key",
            )
        if key is not None and (len(key) < SHORTEST or not key.isascii()):
            raise ConfigError(
                f"{VARIABLE} is no key: it must have at least {SHORTEST} letters, all of them ASCII.",
                "Choose a long random one.",
                "weak-key",
            )
        return cls(key)


class Guarded:
    """An app that answers those who may ask."""

    def __init__(self, app: ASGIApp, lock: Lock) -> None:
        self._app, self._key = app, lock.key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if self._key is None:
                # Keeps web sites from reaching the service through a name of theirs, in a browser on this machine.
                if headers.get("host", "").rpartition(":")[0] not in OWN_NAMES and headers.get("host") not in OWN_NAMES:
                    await refuse(
                        421,
                        "wrong-host",
                        "This service is asked by another name than this machine's own.",
                        "Ask at 127.0.0.1 or localhost, or serve with a key.",
                    )(scope, receive, send)
                    return
            elif scope["path"] not in OPEN and not _fits(headers.get("authorization", ""), self._key):
                await refuse(
                    401,
                    "no-key",
                    "This service asks for a key.",
                    "Send the header Authorization: Bearer KEY.",
                    {"WWW-Authenticate": "Bearer"},
                )(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _fits(authorization: str, key: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), key.encode())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
