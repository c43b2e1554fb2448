"""The map of a model, in a real browser: it is drawn, a point is clicked, its neighbours come, and it stays chosen."""

import pytest
from playwright.sync_api import expect

from benchmarks.browser import settled
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


def test_a_clicked_point_shows_its_neighbours_and_stays_chosen_on_another_map(server, open_tab):
    run = trained(Workspace(server.home), "als", worlds.described(), SplitRecipe(key="random"), epochs=2)
    page = open_tab()
    page.goto(f"{server.url}/embeddings?run={run.id}")
    settled(page, "Embeddings", ".js-plotly-plot", timeout=60)
    page.wait_for_function("document.querySelector('.js-plotly-plot')._fullData?.length > 0")
    page.mouse.click(*page.evaluate(PLACE))
    page.get_by_text("Nearest in the model's own space").wait_for()
    assert page.locator(".ft-rows .ft-card").count() == 11  # the item, and ten others
    title = page.locator(".ft-rows .ft-card h4").first.inner_text()
    page.get_by_label("Dimensions").click()
    page.get_by_role("option", name="3-D").click()
    page.wait_for_function("document.querySelector('.js-plotly-plot')._fullData?.[0]?.type === 'scatter3d'")
    expect(page.locator(".ft-rows .ft-card h4").first).to_have_text(title)
