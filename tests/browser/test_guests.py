"""A host and two guests in real browsers, one of them on a phone."""

import pytest
from playwright.sync_api import Page, expect

from benchmarks.browser import AppServer, settled
from recsys_core.runs.store import Workspace
from recsys_core.voting.ballot_box import BallotBox
from tests.by_genre import two_tastes
from tests.pages.test_recommendations_page import run_of

pytestmark = pytest.mark.browser


def rate_five(page: Page) -> None:
    """Like five items; each time the next one is waited for, with its buttons."""
    for number in range(1, 6):
        page.get_by_role("button", name="I like it").click()
        page.get_by_text(f"{number} of 5 rated" if number < 5 else "List B").wait_for()
        page.locator("[data-test-script-state=notRunning]").wait_for(state="attached")


def test_two_guests_vote_and_the_host_sees_it(server: AppServer, open_tab):
    workspace = Workspace(server.home)
    for key in ("ease", "popularity"):
        run_of(workspace, two_tastes(), key)
    host, phone, other = open_tab(), open_tab(width=390, height=800), open_tab()
    host.goto(f"{server.url}/guests")
    settled(host, "Guests", ".stButton button")
    host.get_by_role("button", name="Start the vote").click()
    host.locator("img.ft-code").wait_for(timeout=60_000)
    link = host.locator(".ft-link").inner_text()
    (poll,) = BallotBox(workspace.database).all()
    assert link == f"{server.url}/guest?vote={poll.code}"
    assert host.locator("img.ft-code").evaluate("code => code.naturalWidth") > 0
    expect(host.get_by_text("make run GUESTS=")).to_be_visible()

    for page in (phone, other):
        page.goto(link)
        page.get_by_text("0 of 5 rated").wait_for()
        expect(page.get_by_test_id("stSidebar")).to_be_hidden()
        rate_five(page)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    smallest = min(button.bounding_box()["height"] for button in phone.locator(".st-key-ft-guest button").all())
    assert smallest >= 44
    phone.reload()
    phone.get_by_role("button", name="I would rather have A").dblclick()
    phone.get_by_text("Your vote for list A counts.").wait_for()
    second_tab = phone.context.new_page()
    second_tab.goto(phone.url)
    second_tab.get_by_text("Your vote for list A counts.").wait_for()
    other.get_by_role("button", name="No difference to me").click()
    other.get_by_text("Your vote for no difference counts.").wait_for()

    votes = host.get_by_test_id("stMetric").filter(has_text="Votes")
    expect(votes).to_contain_text("2", timeout=20_000)
    host.get_by_role("button", name="Reveal the names").click()
    phone.get_by_text("A was").wait_for(timeout=30_000)
    assert len(BallotBox(workspace.database).choices(poll.code)) == 2
