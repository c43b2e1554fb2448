"""The service under an open-loop load: 500 requests a second for a model by dot product, p95 at most 40 ms.

``python -m benchmarks.serve [--rate 500] [--seconds 60] [--case ml-100k large]``

Implicit ALS, on ML-100K and on a generated catalogue of 20,000 items, behind ``python -m recsys_core serve`` on this
machine, asked by ``benchmarks.load`` from another process beside it. Nine in ten requests are about people of the data
set, one in twenty brings a history of somebody new, one in twenty is about nobody known. A latency counts from the
moment at which its request was planned. Every fiftieth answer is compared with what the library says.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import psutil

from benchmarks.browser import ROOT
from benchmarks.common import Row, data_folder, numbered_dataset, pairs, record
from recsys_core.data.dataset import Dataset, Scale
from recsys_core.recommending import scores_for_history, scores_for_user
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from recsys_core.types import Feedback, Float32, Json

ASKED_P95, K = 40.0, 10  # milliseconds; length of the lists
WARM_UP = 5  # seconds
REQUESTS = 5_000  # different ones, sent in turn
HISTORY = 5  # events that are told of somebody new
LARGE = (5_000, 20_000, 600_000)  # people, items, events
CLOSE = 1e-5  # of the largest score: differences below are rounding


def ml_100k(folder: Path) -> Dataset:
    """ML-100K."""
    users, items, ratings, _ = np.loadtxt(folder / "ml-100k" / "u.data", dtype=np.int64).T
    events = pairs(users - 1, items - 1, ratings, int(users.max()), int(items.max()))
    return numbered_dataset("ML-100K", events, feedback=Feedback.EXPLICIT, scale=Scale(1, 5, 1))


def large(_: Path) -> Dataset:
    """Random pairs whose items follow a long tail."""
    n_users, n_items, n = LARGE
    rng = np.random.default_rng(0)
    share = 1.0 / np.arange(1, n_items + 1) ** 0.8
    found = np.unique(rng.integers(0, n_users, n) * n_items + rng.choice(n_items, n, p=share / share.sum()))
    events = pairs(found // n_items, found % n_items, np.ones(len(found)), n_users, n_items)
    return numbered_dataset("20,000 items", events, feedback=Feedback.IMPLICIT)


CASES = {"ml-100k": ml_100k, "large": large}


def train(workspace: Workspace, dataset: Dataset) -> str:
    """A run of implicit ALS."""
    about = {"users": dataset.n_users, "items": dataset.n_items, "interactions": len(dataset.interactions)}
    kept = {"rows": 0, "kept": 0, "rejected": 0, "merged": 0, "findings": [], "feedback": dataset.feedback}
    card, jobs = workspace.save_dataset(dataset, about | kept), Jobs(workspace.database)
    job = jobs.begin(TrainSpec(dataset=card.id, model="als", split=SplitRecipe(key="random")))
    run_job(workspace, jobs, job)
    return str(jobs.find(job.id).run)


@contextmanager
def service(home: Path, run: str) -> Iterator[tuple[psutil.Process, str]]:
    """The verb in a process of its own; gives it and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "recsys_core", "serve", run, "--port", "0"],
        cwd=ROOT,
        env=os.environ | {"FORETASTE_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        yield psutil.Process(process.pid), said.partition(" at ")[2].partition(",")[0]
    finally:
        process.terminate()
        process.wait()


def requests(run: LoadedRun, rng: np.random.Generator) -> list[Json]:
    """What is asked: method, path, body and, for the check, of whom."""
    dataset = run.split.dataset
    found: list[Json] = []
    for draw in rng.random(REQUESTS):
        if draw < 0.9:
            user = int(rng.integers(dataset.n_users))
            about: Json = {"user": user, "path": f"/recommend?{urlencode({'user': user, 'k': K})}", "method": "GET"}
        elif draw < 0.95:
            items = rng.choice(dataset.n_items, HISTORY, replace=False).tolist()
            body = json.dumps({"history": [{"item": str(item)} for item in items], "k": K})
            about = {"history": items, "path": "/recommend", "method": "POST", "body": body}
        else:
            about = {"path": f"/recommend?{urlencode({'user': 'nobody', 'k': K})}", "method": "GET"}
        found.append(about)
    return found


def truth(run: LoadedRun, asked: Json) -> tuple[str, Float32]:
    """The way that an answer should come, and Float32[I], what the library says of each item."""
    if "user" in asked:
        return "known person", scores_for_user(run.model, run.split, asked["user"])
    if "history" in asked:
        return "folded in from history", scores_for_history(run.model, run.split, [(i, None) for i in asked["history"]])
    return "popularity", run.split.train.interactions.item_counts().astype(np.float32)


def is_right(run: LoadedRun, asked: Json, body: str) -> bool:
    """Whether each score is the library's for that item, and the list that of the best ones, but for rounding."""
    answer = json.loads(body)
    way, true = truth(run, asked)
    items = [int(place["id"]) for place in answer["items"]]
    best = np.sort(true)[::-1][:K]
    close = partial(np.allclose, rtol=0, atol=CLOSE * float(np.abs(best).max()))
    scores = [place["score"] for place in answer["items"]]
    return answer["way"] == way and len(set(items)) == K and close(scores, best) and close(scores, true[items])


def load(url: str, file: Path, rate: float, seconds: float) -> Json:
    """What :mod:`benchmarks.load` measured."""
    words = [url, str(file), "--rate", str(rate), "--seconds", str(seconds)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *words], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    found: Json = json.loads(done.stdout)
    return found


def measure(dataset: Dataset, rate: float, seconds: float) -> tuple[list[Row], bool]:
    """The rows of a data set, and whether all is as asked."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        workspace = Workspace(home)
        identifier = train(workspace, dataset)
        run, file = workspace.load_run(identifier), Path(folder) / "requests.jsonl"
        asked = requests(run, np.random.default_rng(0))
        file.write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
        with service(home, identifier) as (process, url):
            load(url, file, rate, WARM_UP)
            busy, before = os.getloadavg()[0], sum(process.cpu_times()[:2])
            found = load(url, file, rate, seconds)
            cores = (sum(process.cpu_times()[:2]) - before) / seconds
            memory = process.memory_info().rss / 1e6
        right = [is_right(run, asked[number], body) for number, body in found["kept"]]
    p50, p95, p99, worst = found["milliseconds"]
    failed = found["unanswered"] + sum(n for status, n in found["statuses"].items() if status != "200")
    good = p95 <= ASKED_P95 and not failed and all(right)
    name = f"{dataset.name}, {dataset.n_items:,} items"
    return [
        (f"**{name}: p95**", f"≤ {ASKED_P95:g} ms", f"**{p95:.1f} ms**"),
        (f"{name}: p50 / p99 / longest", "", f"{p50:.1f} / {p99:.1f} / {worst:.1f} ms"),
        (f"{name}: sent / answered a second", f"{rate:g}", f"{found['sent']:.1f} / {found['answered']:.1f}"),
        (f"{name}: failed or unanswered", "0", f"{failed:,}"),
        (f"{name}: answers that are the library's", "all", f"{sum(right):,} of {len(right):,}"),
        (f"{name}: the service's cores, memory", "", f"{cores:.2f}, {memory:,.0f} MB"),
        (
            f"{name}: load of the machine before; requests sent late, p95",
            "",
            f"{busy:.1f}; {found['sent_late_p95']:.1f} ms",
        ),
    ], good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=500, help="requests a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--case", nargs="+", choices=CASES, default=list(CASES))
    options = parser.parse_args()
    rows: list[Row] = []
    passed = True
    for case in options.case:
        more, good = measure(CASES[case](data_folder()), options.rate, options.seconds)
        rows, passed = rows + more, passed and good
    record("serve: an open-loop load over loopback", rows)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
