"""How smoothly a map of many points follows the mouse, and how soon it is there.

``python -m benchmarks.map_pan`` trains a small model on made-up data with 100,000 items, opens its map in a real
Chromium, drags it about with the mouse, and prints how long the browser took from frame to frame, by the stamps of
``requestAnimationFrame``. Asked for: 100,000 points can be moved without freezing, so no frame takes longer than
``MOST_FREEZE``. Chromium draws without a GPU here, which is the worst case.

``--points 4000`` measures what is asked of a map from the cache: it is drawn within a second. The page is opened by a
link inside of the app, where nothing but the map is new; by its address, the app itself is loaded as well.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmarks.browser import AppServer, chromium, settled
from benchmarks.common import Row, numbered_dataset, pairs, record
from recsys_core.data.dataset import Dataset
from recsys_core.embeddings.maps import space_to_map
from recsys_core.figures.map import Groups, Points, map_chart
from recsys_core.figures.theme import LIGHT
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.map_files import MapSpec, find_map
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from recsys_core.types import Feedback, Float64

if TYPE_CHECKING:
    from playwright.sync_api import Page

POINTS, PEOPLE, CAMPS, EACH = 100_000, 1_000, 10, 3  # EACH: events of an item
DRAG_SECONDS = 5.0
MOST_CACHED, FEW = 1.0, 4_000  # seconds, of so many points
LINKS = 5
MOST_FREEZE = 0.1  # seconds from frame to frame; up to there a movement looks like one (Nielsen, 1993)

READY = """() => {
  const plot = document.querySelector(".st-key-embeddings-map .js-plotly-plot")
  return plot?._fullData?.length > 0 && !!plot.querySelector(".gl-canvas") && !!plot.querySelector(".nsewdrag")
}"""
RECORD = """() => {
  window.stamps = []
  const note = (stamp) => { window.stamps.push(stamp); window.recording = requestAnimationFrame(note) }
  window.recording = requestAnimationFrame(note)
}"""
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
STOP = "() => { cancelAnimationFrame(window.recording); return window.stamps }"
DENSE = """() => {
  const plot = document.querySelector(".st-key-embeddings-map .js-plotly-plot"), layout = plot._fullLayout
  const box = plot.getBoundingClientRect(), layer = plot._fullData[0]
  return [box.left + layout.xaxis._offset + layout.xaxis.d2p(layer.x[0]),
          box.top + layout.yaxis._offset + layout.yaxis.d2p(layer.y[0])]
}"""


def camps(points: int, rng: np.random.Generator) -> Dataset:
    """People who like the items of their own camp; each camp is a genre, so that the map has as many colours."""
    people = np.arange(points * EACH) // EACH % CAMPS + CAMPS * rng.integers(0, PEOPLE // CAMPS, points * EACH)
    events = np.unique(people * points + np.repeat(np.arange(points), EACH))
    users, items = events // points, events % points
    made = numbered_dataset(
        f"{points:,} items", pairs(users, items, np.ones(len(events)), PEOPLE, points), feedback=Feedback.IMPLICIT
    )
    table = made.item_table.assign(
        title=[f"Item number {item}" for item in range(points)],
        genres=pd.Series([(f"Genre {item % CAMPS}",) for item in range(points)], dtype=object),
    )
    return replace(made, item_table=table)


def prepare(home: Path, points: int) -> str:
    """A workspace with a model of so many items; gives the id of its run."""
    workspace = Workspace(home)
    dataset = camps(points, np.random.default_rng(0))
    about = {
        "users": dataset.n_users,
        "items": dataset.n_items,
        "interactions": len(dataset.interactions),
        "feedback": "implicit",
        "rows": len(dataset.interactions),
        "kept": len(dataset.interactions),
        "rejected": 0,
        "merged": 0,
        "findings": [],
    }
    card = workspace.save_dataset(dataset, about)
    jobs = Jobs(workspace.database)
    settings = {"embedding_size": 16, "epochs": 2}
    job = jobs.begin(TrainSpec(dataset=card.id, model="als", settings=settings, split=SplitRecipe(key="random")))
    run_job(workspace, jobs, job)
    return str(jobs.find(job.id).run)


def open_map(page: "Page", server: AppServer, run: str) -> float:
    """Seconds until the map is drawn."""
    started = time.perf_counter()
    page.goto(f"{server.url}/embeddings?run={run}")
    page.wait_for_function(READY, timeout=120_000)
    settled(page, "Embeddings", ".js-plotly-plot", timeout=120)
    return time.perf_counter() - started


def by_link(page: "Page") -> float:
    """Seconds from a click in the sidebar until the map is drawn, where it was drawn before."""
    sidebar = page.get_by_test_id("stSidebarNav")
    sidebar.get_by_role("link", name="Home", exact=True).click()
    settled(page, "Foretaste")
    page.wait_for_timeout(1000)  # a reader's pause
    started = time.perf_counter()
    sidebar.get_by_role("link", name="Embeddings", exact=True).click()
    page.wait_for_function(READY, timeout=120_000)
    page.evaluate(NEXT_FRAME)
    return time.perf_counter() - started


def core(home: Path, run: str) -> float:
    """Seconds of reading the map's file and making the figure, as text for the browser."""
    workspace, spec = Workspace(home), MapSpec(run=run)
    space = space_to_map(workspace.load_model(run), "items")
    names = [f"Item number {row}" for row in space.rows.tolist()]
    groups = Groups("genre", space.rows % CAMPS, [f"Genre {camp}" for camp in range(CAMPS)])
    seconds = []
    for _ in range(2):  # the first time, plotly is imported
        started = time.perf_counter()
        found = find_map(workspace, spec)
        assert found is not None
        map_chart(Points(found.places, names, names, ~space.are_items), groups, [], LIGHT).to_json()
        seconds.append(time.perf_counter() - started)
    return seconds[-1]


def drag(page: "Page", seconds: float) -> tuple[Float64, float]:
    """Seconds from frame to frame while the map is dragged to and fro, and of the longest one after it is let go."""
    box = page.locator(".st-key-embeddings-map .nsewdrag").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.wait_for_timeout(1000)
    page.evaluate(RECORD)
    page.mouse.down()
    started = time.perf_counter()
    while (gone := time.perf_counter() - started) < seconds:
        page.mouse.move(x + 150 * np.sin(2 * gone), y + 100 * np.sin(3 * gone))
    moving = np.diff(page.evaluate(STOP)) / 1000
    page.evaluate(RECORD)
    page.mouse.up()
    page.wait_for_timeout(1500)
    return moving, float(np.diff(page.evaluate(STOP)).max()) / 1000


def click(page: "Page") -> float:
    """Seconds from a click on a point until its neighbours stand beside the map."""
    started = time.perf_counter()
    page.mouse.click(*page.evaluate(DENSE))
    page.get_by_text("Nearest in the model's own space").wait_for(timeout=60_000)
    settled(page, "Embeddings", ".js-plotly-plot", timeout=60)
    return time.perf_counter() - started


def measure(home: Path, run: str, points: int) -> tuple[list[Row], bool]:
    """The rows of a map, and whether they are as good as asked."""
    server = AppServer(home)
    server.start()
    try:
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            first, again = open_map(page, server, run), open_map(page, server, run)
            links = np.array([by_link(page) for _ in range(LINKS)])
            moving, let_go = drag(page, DRAG_SECONDS)
            clicked = click(page)
    finally:
        server.kill()
    rows = [
        ("opened by its address for the first time, and again", "", f"{first:.1f} s, {again:.1f} s"),
        (
            "from the cache, by a link",
            f"≤ {MOST_CACHED:g} s" if points <= FEW else "",
            f"median {np.median(links):.2f} s, longest {links.max():.2f} s",
        ),
        ("from the cache: of that, the file and the figure", "", f"{1000 * core(home, run):.0f} ms"),
        (
            f"dragged for {DRAG_SECONDS:g} s",
            f"no frame > {MOST_FREEZE:g} s",
            f"{1 / moving.mean():.0f} frames a second; median {1000 * np.median(moving):.0f} ms, "
            f"95 % {1000 * np.quantile(moving, 0.95):.0f} ms, longest {1000 * moving.max():.0f} ms",
        ),
        ("let go: the longest frame", "", f"{1000 * let_go:.0f} ms"),
        ("a click, until its neighbours are there", "", f"{clicked:.1f} s"),
    ]
    is_good = moving.max() <= MOST_FREEZE and (points > FEW or np.median(links) <= MOST_CACHED)
    return [(f"{points:,} points: {what}", asked, told) for what, asked, told in rows], bool(is_good)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=POINTS)
    parser.add_argument("--home", type=Path, help="keep the workspace here, to measure the same map again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        known = Workspace(home).runs()
        trained = [run.id for run in known if run.model == "als"]
        rows, good = measure(home, trained[0] if trained else prepare(home, options.points), options.points)
    record("A map that moves (`python -m benchmarks.map_pan`)", rows)
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
