"""The Train page in a real browser: the gallery, presets and the line-up."""

import pytest
from playwright.sync_api import Page, expect

from benchmarks.browser import AppServer, settled
from recsys_core.models import MODELS, STANDARD_LINE_UP
from recsys_core.models.mf import MF

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def open_demo(page: Page, server: AppServer) -> None:
    page.goto(server.url)
    settled(page, "Foretaste")
    page.get_by_role("button", name="Open the demo").click()
    settled(page, "Train", ".ft-model")


def drawn(page: Page) -> None:
    page.wait_for_timeout(400)
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached", timeout=60_000)


def test_from_the_gallery_to_a_finished_model_and_the_line_up(server, open_tab):
    page = open_tab()
    open_demo(page, server)
    assert page.locator(".ft-model").count() == len(MODELS)
    page.locator(".ft-model", has_text="MF (dot product)").click(force=True)  # in the middle of the card
    drawn(page)
    expect(page.get_by_role("button", name="MF (dot product) is chosen")).to_be_attached()
    page.get_by_role("radio", name="Quick").click()
    drawn(page)
    page.get_by_text("Settings", exact=True).click()
    expect(page.get_by_label("Epochs", exact=True)).to_have_value(str(MF.Config.quick["epochs"]))
    page.get_by_role("button", name="Start training").click()
    page.get_by_role("button", name="See recommendations").wait_for(timeout=120_000)

    page.get_by_role("button", name="Train the standard line-up").dblclick()
    expect(page.get_by_text("in the queue already").or_(page.get_by_text("models queued")).first).to_be_attached()
    drawn(page)
    page.goto(f"{server.url}/train")
    settled(page, "Train", "[data-testid=stBaseButton-primary]")
    cards = page.locator("[class*='st-key-job-'], [class*='st-key-ended-']")
    expect(cards).to_have_count(1 + len(STANDARD_LINE_UP))  # not twice


def test_the_forecast_comes_by_itself_and_moves_nothing(server, open_tab):
    page = open_tab()
    open_demo(page, server)
    below = page.get_by_role("button", name="Train the standard line-up")
    before = below.bounding_box()
    page.get_by_text("Measured on this machine").wait_for(timeout=120_000)
    assert below.bounding_box() == before
    page.reload()
    settled(page, "Train", "[data-testid=stBaseButton-primary]")
    expect(page.get_by_text("Measured on this machine")).to_be_visible()  # known from then on


def test_the_gallery_works_with_the_keyboard_alone(server, open_tab):
    page = open_tab()
    open_demo(page, server)
    page.get_by_role("button", name="Choose EASE").focus()
    page.keyboard.press("Enter")
    drawn(page)
    expect(page.get_by_role("button", name="EASE is chosen")).to_be_attached()
    assert "model=ease" in page.url


def test_on_a_phone_a_press_leads_back_to_the_form(server, open_tab):
    page = open_tab(width=390)
    open_demo(page, server)
    page.locator(".ft-model", has_text="NeuMF").last.scroll_into_view_if_needed()
    page.get_by_role("button", name="Choose GMF").click()
    drawn(page)
    expect(page.get_by_role("button", name="Start training")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
