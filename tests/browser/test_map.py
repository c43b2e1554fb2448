"""The map of a model, in a real browser: a point is clicked, many are chosen by lasso and box, and it is moved."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.browser import settled
from benchmarks.map_pan import prepare
from pages.shared.map_hand import LARGE
from recsys_core.runs.store import Workspace
from recsys_core.splitting import SplitRecipe
from tests import worlds
from tests.runs.test_leak_job import trained

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Where the fifth point of the first layer is on the screen.
PLACE = """() => {
  const plot = document.querySelector(".js-plotly-plot"), layout = plot._fullLayout, layer = plot._fullData[0]
  const box = plot.getBoundingClientRect()
  return [box.left + layout.xaxis._offset + layout.xaxis.d2p(layer.x[4]),
          box.top + layout.yaxis._offset + layout.yaxis.d2p(layer.y[4])]
}"""
DRAWN = "document.querySelector('.js-plotly-plot')._fullData?.length > 0"
RANGE = "() => document.querySelector('.js-plotly-plot')._fullLayout.xaxis.range"
AREAS = "() => (document.querySelector('.js-plotly-plot').layout.selections ?? []).length"
SHIFT = "() => document.querySelector('.gl-canvas').style.transform"


@pytest.fixture
def described(server, open_tab) -> Page:
    """The map of a small model whose items have genres."""
    run = trained(Workspace(server.home), "als", worlds.described(), SplitRecipe(key="random"), epochs=2)
    return opened(open_tab(), f"{server.url}/embeddings?run={run.id}")


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    settled(page, "Embeddings", ".js-plotly-plot", timeout=60)
    page.wait_for_function(DRAWN)
    page.locator(".ft-marks").wait_for(state="attached")
    return page


def inside(page: Page) -> tuple[float, float, float, float]:
    """Left, top, width and height of what lies between the axes."""
    box = page.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


def around_most(page: Page, by: str) -> None:
    """Draw a lasso or a box around the middle; whoever begins in a corner would zoom."""
    page.locator(".js-plotly-plot").hover()
    page.locator(f'.modebar-btn[data-title="{by}"]').click()
    left, top, width, height = inside(page)
    corners = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]
    page.mouse.move(left + 0.1 * width, top + 0.1 * height)
    page.mouse.down()
    for x, y in corners[1:] if by == "Lasso Select" else corners[2:3]:
        page.mouse.move(left + x * width, top + y * height, steps=5)
    page.mouse.up()


def test_a_clicked_point_shows_its_neighbours_and_stays_chosen_on_another_map(described):
    page = described
    canvas = page.locator(".gl-canvas").first.element_handle()
    page.mouse.click(*page.evaluate(PLACE))
    page.get_by_text("Nearest in the model's own space").wait_for()
    assert page.locator(".ft-rows .ft-card").count() == 11  # the item, and ten others
    expect(page.locator(".ft-marks path")).to_have_count(11)
    title = page.locator(".ft-rows .ft-card h4").first.inner_text()
    expect(page.locator(".ft-mark-name")).to_have_text(title)
    assert canvas.evaluate("one => one.isConnected")  # the points were not drawn anew
    page.get_by_label("Dimensions").click()
    page.get_by_role("option", name="3-D").click()
    page.wait_for_function("document.querySelector('.js-plotly-plot')._fullData?.[0]?.type === 'scatter3d'")
    expect(page.locator(".ft-rows .ft-card h4").first).to_have_text(title)
    names = page.evaluate("() => document.querySelector('.js-plotly-plot')._fullData.map((layer) => layer.name)")
    assert names[-2:] == ["nearest", "chosen"]


@pytest.mark.parametrize("by", ["Lasso Select", "Box Select"])
def test_what_an_area_holds_stands_beside_all_others_until_it_is_taken_away(described, by):
    page = described
    around_most(page, by)
    expect(page.get_by_role("heading", name="items chosen")).to_be_visible()
    assert page.evaluate(AREAS) == 1
    for figure in ("Popularity", "Found in the top 10"):
        words = re.compile(rf"^\s*{figure}: .*on average", re.DOTALL)
        expect(page.locator("[data-testid=stMarkdown]", has_text=words).first).to_be_visible(timeout=30_000)
    expect(page.locator(".st-key-chart-genre-mix .js-plotly-plot")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    page.get_by_role("button", name="Choose nothing").click()
    page.wait_for_function(f"({AREAS})() === 0")
    expect(page.get_by_role("heading", name="items chosen")).to_have_count(0)


def test_a_click_after_an_area_chooses_one_point(described):
    page = described
    around_most(page, "Box Select")
    expect(page.get_by_role("heading", name="items chosen")).to_be_visible()
    page.locator('.modebar-btn[data-title="Pan"]').click()
    page.mouse.click(*page.evaluate(PLACE))
    page.get_by_text("Nearest in the model's own space").wait_for()
    page.wait_for_function(f"({AREAS})() === 0")
    page.wait_for_timeout(1000)  # the area that is gone would be told by now
    expect(page.get_by_text("Nearest in the model's own space")).to_be_visible()


def test_a_large_map_is_moved_as_a_picture_and_stays_where_it_was_let_go(server, open_tab):
    run = prepare(server.home, LARGE + 500)
    page = opened(open_tab(), f"{server.url}/embeddings?run={run}")
    left, top, width, height = inside(page)
    low, high = page.evaluate(RANGE)
    page.mouse.move(left + width / 2, top + height / 2)
    page.mouse.down()
    page.mouse.move(left + width / 2 + 60, top + height / 2 + 20, steps=4)
    assert page.evaluate(SHIFT) == "translate(60px, 20px)"
    assert page.evaluate(RANGE) == [low, high]
    page.mouse.up()
    assert page.evaluate(SHIFT) == ""
    moved = 60 / width * (high - low)
    np.testing.assert_allclose(page.evaluate(RANGE), [low - moved, high - moved], rtol=1e-3, atol=1e-6)
    assert page.get_by_text("Nearest in the model's own space").count() == 0  # it was no click
