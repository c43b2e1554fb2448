"""How smoothly a map of many points follows the mouse, and how long a click on a point takes.

``python -m benchmarks.map_pan`` trains a small model on made-up data with 100,000 items, opens its map in a real
Chromium, drags it about with the mouse, and prints how long the browser took from frame to frame, by the stamps of
``requestAnimationFrame``. Asked for: 100,000 points can be moved without freezing, so no frame takes longer than
``MOST_FREEZE``. Chromium draws without a GPU here, which is the worst case.
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
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from recsys_core.types import Feedback, Float64

if TYPE_CHECKING:
    from playwright.sync_api import Page

POINTS, PEOPLE, CAMPS, EACH = 100_000, 1_000, 10, 3  # EACH: events of an item
DRAG_SECONDS = 5.0
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
    """The rows of a map, and whether it moved without freezing."""
    server = AppServer(home)
    server.start()
    try:
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            first, again = open_map(page, server, run), open_map(page, server, run)
            moving, let_go = drag(page, DRAG_SECONDS)
            clicked = click(page)
    finally:
        server.kill()
    rows = [
        ("opened for the first time, again", "", f"{first:.1f} s, {again:.1f} s"),
        (
            f"dragged for {DRAG_SECONDS:g} s",
            f"no frame > {MOST_FREEZE:g} s",
            f"{1 / moving.mean():.0f} frames a second; median {1000 * np.median(moving):.0f} ms, "
            f"95 % {1000 * np.quantile(moving, 0.95):.0f} ms, longest {1000 * moving.max():.0f} ms",
        ),
        ("let go: the longest frame", "", f"{1000 * let_go:.0f} ms"),
        ("a click, until its neighbours are there", "", f"{clicked:.1f} s"),
    ]
    return [(f"{points:,} points: {what}", asked, told) for what, asked, told in rows], moving.max() <= MOST_FREEZE


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
