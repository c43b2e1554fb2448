"""What a report of six models takes: seconds, bytes, and whether it opens without a network.

``python -m benchmarks.report [--models KEY ...]``

Popularity, EASE, ALS, ItemKNN, Mult-VAE and NeuMF (five epochs) learn MovieLens 100K with titles and people in a
workspace of its own; then the report is made once, as the shell makes it, in a process that has made none before.
Asked for: 20 seconds at most, of which importing is no part, 10 MB at most, and in Chromium without a network no error
on the console, no request, nothing wider than a window of 375 pixels.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.browser import chromium
from benchmarks.common import Row, data_folder, record
from recsys_core.data.importing import import_ratings
from recsys_core.report.facts import gather
from recsys_core.report.making import head_of, sections_of
from recsys_core.report.page import as_html, body_of
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job

MODELS = ("popularity", "ease", "als", "item_knn", "mult_vae", "neumf")
SETTINGS = {"neumf": {"epochs": 5}}
MOST_SECONDS, MOST_BYTES, PHONE = 20.0, 10_000_000, 375
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def prepare(home: Path, models: list[str]) -> Workspace:
    """A workspace with the data and a run of each model."""
    folder, workspace = data_folder(), Workspace(home)
    items, people = folder / "ml-100k-text" / "items_overview.csv", folder / "ml-100k" / "u.user"
    imported = import_ratings(folder / "ml-100k" / "u.data", "MovieLens 100K", items=items, people=people)
    card, jobs = workspace.save_dataset(imported.dataset, imported.summary()), Jobs(workspace.database)
    for model in models:
        run_job(workspace, jobs, jobs.begin(TrainSpec(dataset=card.id, model=model, settings=SETTINGS.get(model, {}))))
    return workspace


def make(workspace: Workspace) -> tuple[str, float]:
    """The page, and the seconds that it took."""
    started = time.monotonic()
    facts = gather(workspace, workspace.runs())
    page = as_html(head_of(facts), body_of(sections_of(facts)))
    return page, time.monotonic() - started


def opened(file: Path) -> tuple[int, int, int]:
    """Errors on the console, requests to the outside, and pixels that do not fit, on a phone without a network."""
    with chromium() as browser:
        page = browser.new_context(viewport={"width": PHONE, "height": 800}, offline=True).new_page()
        errors, asked = [], []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        page.wait_for_selector(".plot .main-svg")
        return len(errors), sum(not url.startswith(("file:", "data:")) for url in asked), int(page.evaluate(TOO_WIDE))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=list(MODELS), metavar="KEY")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        page, seconds = make(prepare(Path(folder, "home"), options.models))
        size, file = len(page.encode("utf-8")), Path(folder, "report.html")
        file.write_text(page, encoding="utf-8")
        errors, asked, too_wide = opened(file)
    rows: list[Row] = [
        (f"report of {len(options.models)} models, made", f"≤ {MOST_SECONDS:.0f} s", f"{seconds:.1f} s"),
        ("its size", f"≤ {MOST_BYTES / 1e6:.0f} MB", f"{size / 1e6:.1f} MB"),
        ("errors on the console, offline", "0", str(errors)),
        ("requests to the outside", "0", str(asked)),
        (f"wider than {PHONE} pixels by", "0", str(too_wide)),
    ]
    record("A report", rows)
    sys.exit(0 if seconds <= MOST_SECONDS and size <= MOST_BYTES and not (errors or asked or too_wide) else 1)


if __name__ == "__main__":
    main()
