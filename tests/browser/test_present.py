"""Present in a real browser: the arrow keys lead on, the link leads back, and nothing but the slide is to be seen."""

import re

from playwright.sync_api import Page, expect


def press(page: Page, key: str) -> None:
    """Once the buttons below the slide are there, which the key stands for."""
    expect(page.get_by_role("button", name="Next")).to_be_visible(timeout=30_000)
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached", timeout=30_000)
    page.keyboard.press(key)


def test_the_arrow_keys_lead_through_the_story_and_a_link_opens_the_very_slide(server, trained, open_tab):
    trained([("ease", {})])
    page = open_tab(1440, 900)
    page.goto(f"{server.url}/present")
    title = page.locator("h1")
    expect(title).to_contain_text("of all pairs of a person and an item are known", timeout=60_000)
    press(page, "ArrowRight")
    expect(title).to_contain_text("NDCG@10", timeout=30_000)
    press(page, "ArrowRight")
    expect(title).to_contain_text("really chose next", timeout=30_000)
    expect(page).to_have_url(re.compile(r"run=ease-\w+&person=\w+&slide=3"))
    expect(page.locator("[data-testid=stSidebar]")).to_be_hidden()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight <= innerHeight")
    press(page, "ArrowLeft")
    expect(title).to_contain_text("NDCG@10", timeout=30_000)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    other = open_tab(1440, 900)
    other.goto(page.url)
    expect(other.locator("h1")).to_have_text(title.inner_text(), timeout=60_000)
