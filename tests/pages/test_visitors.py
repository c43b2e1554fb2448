"""Who sits at this machine, which guest comes, and what guests may see."""

import asyncio

import pytest
import streamlit as st

from pages.shared import nav, visitors
from pages.shared.visitors import COOKIE, HERE, Visitors


def asked(path="/guest", client="192.168.1.30", kind="http", headers=()):
    """What the app behind the middleware gets, and what the visitor gets back."""
    got, sent = {}, []

    async def app(scope, receive, send):
        got.update(scope)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "path": path, "headers": list(headers), "client": client and (client, 4000)}
    asyncio.run(Visitors(app)(scope, None, send))
    return got, dict(sent[0]["headers"])


@pytest.mark.parametrize("client", ["127.0.0.1", "127.0.0.9", "::1"])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_who_sits_at_this_machine_is_marked(client, kind):
    got, _ = asked(client=client, kind=kind)
    assert (HERE, b"1") in got["headers"]


@pytest.mark.parametrize("client", ["192.168.1.30", "fe80::1", "testclient", None])
def test_nobody_else_is_and_nobody_can_claim_to_be(client):
    for name in (HERE, HERE.upper()):
        got, _ = asked(client=client, kind="websocket", headers=[(name, b"1"), (b"host", b"localhost")])
        assert [key.lower() for key, _ in got["headers"]] == [b"host"]


def test_a_guest_gets_a_number_once():
    _, headers = asked()
    cookie = headers[b"set-cookie"].decode()
    number, *rest = cookie.split("; ")
    assert number.startswith(f"{COOKIE}=")
    assert len(number) > 30
    assert set(rest) == {"Max-Age=86400", "Path=/", "HttpOnly", "SameSite=Lax"}
    assert b"set-cookie" not in asked(headers=[(b"cookie", b'odd="x; ' + number.encode())])[1]
    assert asked()[1][b"set-cookie"] != asked()[1][b"set-cookie"]


@pytest.mark.parametrize("path", ["/", "/guests", "/static/a.js", "/_stcore/health"])
def test_elsewhere_nobody_gets_one(path):
    assert b"set-cookie" not in asked(path=path)[1]


@pytest.fixture
def pages(monkeypatch):
    """The titles of the pages that a visitor is offered."""

    def offered(guests: str, headers: dict[str, str]) -> list[str]:
        monkeypatch.setenv("FORETASTE_GUESTS", guests)
        monkeypatch.setattr(type(st.context), "headers", property(lambda _: headers))
        monkeypatch.setattr(st, "Page", lambda _, **about: about["title"])
        monkeypatch.setattr(st, "navigation", lambda given, **_: given)
        given = nav.current_page()
        return given if isinstance(given, list) else sum(given.values(), [])

    return offered


def test_guests_from_the_network_have_one_page(pages):
    assert pages("192.168.1.20", {"Host": "192.168.1.20:8501"}) == ["Foretaste", "Your taste"]
    assert pages("192.168.1.20", {}) == ["Foretaste", "Your taste"]  # a connection that is gone already


def test_who_sits_at_the_machine_has_all_pages_and_so_has_everybody_where_no_guests_are_let_in(pages):
    whole = [page.title for page in nav.PAGES]
    assert sorted(pages("192.168.1.20", {HERE.decode(): "1"})) == sorted(whole)
    assert sorted(pages("", {})) == sorted(whole)


def test_the_number_is_that_of_the_cookie(monkeypatch):
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: {COOKIE: "abc"}))
    assert visitors.number() == "abc"
