"""The way in for guests: a link and a code to scan, and whether they can reach it."""

import socket
from html import escape
from urllib.parse import urlsplit

import segno
import streamlit as st

from pages.shared import nav, visitors
from pages.shared.vote_box import VOTE
from recsys_core.voting.ballot import Poll

ANYWHERE = ("192.0.2.1", 9)  # an address that nobody has; nothing is sent there
LOCAL = ("localhost", "127.", "[::1]")


def invite(poll: Poll) -> None:
    """Link and code in large type, readable from the last row."""
    link = link_to(poll)
    with st.container(key="ft-invite"):
        st.html(f'<img class="ft-code" alt="Code to scan, the same as the link" src="{_code(link)}">')
        st.html(f'<p class="ft-link">{escape(link)}</p>')
    if urlsplit(link).netloc.startswith(LOCAL):
        st.warning(
            "This link works on this machine alone. To let guests in, start the app with "
            f"`make run GUESTS={own_address() or 'NAME-OF-THIS-MACHINE'}`. They are then shown the voting page only."
        )


def link_to(poll: Poll) -> str:
    """The address of a vote as guests reach it; as the host does where nobody said how guests do."""
    host, here = visitors.guests_host(), urlsplit(st.context.url or "http://localhost")
    place = f"http://{host}:{st.get_option('server.port')}" if host else f"{here.scheme}://{here.netloc}"
    return f"{place}/{nav.GUEST.url_path}?{VOTE}={poll.code}"


def _code(link: str) -> str:
    """The link as an SVG drawing, dark on light in either look, since many phones read it no other way."""
    drawing: str = segno.make(link, error="m", micro=False).svg_data_uri(omitsize=True, light="#fff")
    return drawing


def own_address() -> str:
    """This machine's address in its network; "" where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ANYWHERE)
        except OSError:
            return ""
        address: str = probe.getsockname()[0]
        return address
