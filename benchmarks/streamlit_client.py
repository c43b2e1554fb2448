"""A browser tab without a browser: speaks Streamlit's protocol, so that many can be had at once.

It takes what the server draws, knows the widgets by their labels, and sends clicks. What a real tab would draw, or do
by itself, it leaves out.
"""

import asyncio
import urllib.request
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 60.0  # seconds for one run of a page
LARGEST_MESSAGE = 50_000_000
ENDS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class Tab:
    """One visitor at one address of the app. An asynchronous context."""

    def __init__(self, address: str, cookie: str = "") -> None:
        """
        Args:
            address: as it would stand in the browser.
            cookie: as an earlier visit left it; "" for a first visit.
        """
        self.cookie = cookie
        self._address = address
        self._query = urlsplit(address).query
        self.text = ""  # of the alerts on the page
        self._page = self._fragment = ""
        self._widgets: dict[str, str] = {}  # label → id
        self._socket: ClientConnection

    async def __aenter__(self) -> Self:
        if not self.cookie:
            self.cookie = await asyncio.to_thread(_cookie_of, self._address)
        place = urlsplit(self._address).netloc
        self._socket = await connect(
            f"ws://{place}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers={"Cookie": self.cookie, "Origin": f"http://{place}"},
            max_size=LARGEST_MESSAGE,
        )
        await self._run(None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.close()

    def has(self, label: str) -> bool:
        """Whether there is such a widget now."""
        return label in self._widgets

    async def press(self, label: str, times: int = 1) -> None:
        """Press a button, several times before the server can answer if so asked, and wait for what comes of it."""
        state = WidgetState(id=self._widgets[label], trigger_value=True)
        for _ in range(times - 1):
            await self._send(state)
        await self._run(state)

    async def rate(self, stars: int) -> None:
        """Choose 1 to 5 stars, and wait for what comes of it."""
        await self._run(WidgetState(id=self._widgets["stars"], string_value=str(stars - 1)))

    async def poll(self) -> None:
        """Draw anew the part of the page that asked for that from time to time, if there is one."""
        if self._fragment:
            await self._run(None, self._fragment)

    async def _send(self, state: WidgetState | None, fragment: str = "") -> None:
        message = BackMsg()
        client = message.rerun_script
        client.query_string = self._query
        client.page_script_hash = self._page
        if not self._page:
            client.page_name = urlsplit(self._address).path.strip("/")
        if state is not None:
            client.widget_states.widgets.append(state)
        client.context_info.url = self._address
        client.fragment_id, client.is_auto_rerun = fragment, bool(fragment)
        await self._socket.send(message.SerializeToString())

    async def _run(self, state: WidgetState | None, fragment: str = "") -> None:
        await self._send(state, fragment)
        async with asyncio.timeout(PATIENCE):
            while not self._take(ForwardMsg.FromString(await self._socket.recv(decode=False))):
                pass

    def _take(self, message: ForwardMsg) -> bool:
        """Note what the server drew; True at the end of a run that is not followed by another one at once."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._widgets, self.text = {}, ""
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self._fragment = message.auto_rerun.fragment_id
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            drawn = element.WhichOneof("type")
            if drawn == "button":
                self._widgets[element.button.label] = element.button.id
            elif drawn == "feedback":
                self._widgets["stars"] = element.feedback.id
            elif drawn == "alert":
                self.text += element.alert.body
        return kind == "script_finished" and message.script_finished in ENDS


def _cookie_of(address: str) -> str:
    """What the server gives a browser that has no cookie yet."""
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        cookies = answer.headers.get_all("Set-Cookie") or []
    return "; ".join(str(cookie).partition(";")[0] for cookie in cookies)
