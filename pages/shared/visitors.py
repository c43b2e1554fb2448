"""Who looks at a page: the host at this machine, or a guest from the network, and which guest.

Guests come where ``FORETASTE_GUESTS`` names this machine as they reach it (``make run GUESTS=192.168.1.20``). Then
whoever does not sit at this machine is shown the page of guests and nothing else.
"""

import os
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from typing import Any

import streamlit as st
from starlette.requests import cookie_parser

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE, DAY = "foretaste-guest", 86_400
HERE = b"x-foretaste-here"  # a header of ours that no client can send


def guests_host() -> str:
    """The name or address under which guests reach this machine; "" where they are not let in."""
    return os.environ.get("FORETASTE_GUESTS", "")


def may_see_all() -> bool:
    """Whether this visitor may see more than the page of guests."""
    return not guests_host() or HERE.decode() in st.context.headers


def number() -> str:
    """The number of the visitor's browser; "" where it keeps no cookies."""
    return st.context.cookies.get(COOKIE) or ""


class Visitors:
    """Middleware around the whole app: marks those who sit at this machine, and numbers the browsers of guests."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            scope = {**scope, "headers": _marked(scope)}
        if scope["type"] == "http" and scope["path"].rstrip("/").endswith("/guest") and not _has_number(scope):
            send = _with_number(send)
        await self._app(scope, receive, send)


def _marked(scope: Scope) -> list[tuple[bytes, bytes]]:
    headers = [(name, value) for name, value in scope["headers"] if name.lower() != HERE]
    return [*headers, (HERE, b"1")] if _is_here(scope) else headers


def _is_here(scope: Scope) -> bool:
    client = scope.get("client")
    try:
        return client is not None and ip_address(client[0]).is_loopback
    except ValueError:
        return False


def _has_number(scope: Scope) -> bool:
    sent = b"; ".join(value for name, value in scope["headers"] if name.lower() == b"cookie").decode("latin-1")
    return COOKIE in cookie_parser(sent)


def _with_number(send: Send) -> Send:
    """The same, with a cookie that scripts and other sites do not get."""

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            cookie = f"{COOKIE}={secrets.token_urlsafe(16)}; Max-Age={DAY}; Path=/; HttpOnly; SameSite=Lax"
            message = {**message, "headers": [*message["headers"], (b"set-cookie", cookie.encode())]}
        await send(message)

    return sending
