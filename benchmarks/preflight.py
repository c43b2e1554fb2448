"""How near the forecast of a training comes to the truth, in time and in memory.

``python -m benchmarks.preflight [--pair NAME ...]`` makes a workspace with the pairs of MovieLens 1M and made-up events
of several sizes, with made-up ratings or times where a model asks for some. For each pair of a model and a data set,
one process gives the forecast, as the page would get it, and a fresh one does the job, as the server would: both with
the same settings, early stopping off.

Asked for: of ten pairs or more, at least eight are within a factor of 1.5 in time and 1.3 in memory. Time is that of
learning (validation and checkpoints included) and of judging; memory is what the process takes for data and model at
its peak, on top of what it held once its libraries were loaded. Both are printed with and without what any job takes
(starting, reading, saving; the libraries). What a process waited for a core that others used is left out on both
sides, but in the time of the whole job.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.common import REPOSITORY, Row, data_folder, record
from benchmarks.common import pairs as pairs_of
from benchmarks.cost import MILLION, made_up
from benchmarks.timing import others_busy, suited
from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import duration
from recsys_core.data.interactions import Interactions
from recsys_core.models import find_model
from recsys_core.preflight import memory
from recsys_core.preflight.clock import now
from recsys_core.preflight.forecast import Forecast
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.popularity_run import ensure_popularity
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import default_recipe, split

TIME, MEMORY, SHARE = 1.5, 1.3, 0.8
REAL = "ML-1M"
Truth = dict[str, float]


@dataclass(frozen=True)
class Pair:
    """A model with settings, and millions of made-up events, or 0 for MovieLens 1M."""

    model: str
    millions: float
    settings: dict[str, Any]

    @property
    def data(self) -> str:
        return f"{self.millions:g} million" if self.millions else REAL

    @property
    def name(self) -> str:
        return f"{self.model}-{self.data.split()[0].lower()}"


PAIRS = (
    Pair("ease", 0, {}),
    Pair("mult_vae", 0, {"epochs": 8}),
    Pair("svdpp", 0, {"epochs": 10}),
    Pair("neumf", 0, {"epochs": 1}),
    Pair("deepfm", 0, {"epochs": 1}),
    Pair("item_autorec", 0.1, {"epochs": 10}),
    Pair("sasrec", 0.1, {"epochs": 4}),
    Pair("als", 1, {"epochs": 12}),
    Pair("mf", 1, {"epochs": 10}),
    Pair("item_knn", 1, {}),
    Pair("user_knn", 1, {}),
    Pair("biased_mf", 1, {"epochs": 12}),
    Pair("light_gcn", 1, {"epochs": 5}),
    Pair("ease", 1, {"solver": "truncated", "rank": 256}),
    Pair("ease", 2, {}),
    Pair("als", 3, {"epochs": 12}),
    Pair("ease", 3, {"solver": "truncated", "rank": 256}),
    Pair("bpr", 3, {"epochs": 4}),
)


def prepare(pairs: list[Pair], home: Path) -> list[str]:
    """The data sets of these pairs in the workspace, with popularity trained on each; the id for each pair."""
    workspace, known = Workspace(home), {}
    kept: list[str] = []
    for pair in pairs:
        dataset = _dataset(pair)
        name = dataset.fingerprint
        if name not in known:
            about = {"interactions": len(dataset.interactions), "users": dataset.n_users, "items": dataset.n_items}
            known[name] = workspace.save_dataset(dataset, about | {"feedback": dataset.feedback.value}).id
            ensure_popularity(
                workspace, known[name], split(workspace.load_dataset(known[name]), default_recipe(dataset))
            )
        kept.append(known[name])
    return kept


def _dataset(pair: Pair) -> Dataset:
    return suited(find_model(pair.model)(), pair.data, _events(pair.millions))


@cache
def _events(millions: float) -> Interactions:
    return made_up(int(millions * MILLION)) if millions else _real()


def _real() -> Interactions:
    table = pd.read_parquet(data_folder() / "ml-1m" / "ratings_user_movie_only.parquet")
    (users, people), (items, films) = (pd.factorize(table[column]) for column in table.columns[:2])
    return pairs_of(users, items, np.ones(len(users)), len(people), len(films))


def spec_of(pair: Pair, dataset: str, home: Path) -> TrainSpec:
    """The training, without early stopping."""
    fields = find_model(pair.model).Config.model_fields
    patience = {"patience": 1000} if "patience" in fields else {}
    recipe = default_recipe(Workspace(home).load_dataset(dataset))
    return TrainSpec(dataset=dataset, model=pair.model, settings=pair.settings | patience, split=recipe)


def truth(home: Path, spec: TrainSpec) -> Truth:
    """Does the job in this process: seconds of each phase, and bytes at its peak with and without the libraries."""
    workspace = Workspace(home)
    jobs, entered, before = Jobs(workspace.database), [], memory.held()
    enter = jobs.enter

    def note(identifier: str, phase: str) -> None:
        entered.append(now())
        enter(identifier, phase)

    jobs.enter = note  # type: ignore[method-assign]
    job = jobs.begin(spec)
    run_job(workspace, jobs, job)
    _, training, measuring, saving = entered
    return {
        "learning": measuring - training,
        "measuring": saving - measuring,
        "peak": memory.peak(),
        "own": memory.peak() - before,
    }


def in_a_process(words: list[str], told: str) -> tuple[dict[str, Any], float]:
    """What a fresh process prints as JSON, and its seconds from start to end."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=REPOSITORY, input=told, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1]), time.perf_counter() - started


def measure(pair: Pair, dataset: str, home: Path) -> tuple[list[Row], bool]:
    """The forecast of a pair beside the truth, and whether it is near enough."""
    spec = spec_of(pair, dataset, home)
    told = spec.model_dump_json()
    answer, pilot = in_a_process(["recsys_core.runs.pilot_process", str(home), str(os.getpid())], told)
    what = f"{find_model(pair.model).info.title}, {pair.data}, {_settings(pair)}"
    if "error" in answer:
        return [(what, "", answer["error"]["message"])], False
    forecast = Forecast.from_json(answer["forecast"])
    true, whole = in_a_process(["benchmarks.preflight", "--truth", str(home)], told)
    seconds = (forecast.learning + forecast.measuring) / (true["learning"] + true["measuring"])
    own = forecast.own / true["own"]
    good = 1 / TIME <= seconds <= TIME and 1 / MEMORY <= own <= MEMORY
    text = (
        f"{'near' if good else '**missed**'}: time {seconds:.2f} "
        f"({duration(forecast.learning)} + {duration(forecast.measuring)}, in truth {duration(true['learning'])} + "
        f"{duration(true['measuring'])}; whole job {forecast.seconds / whole:.2f} of {duration(whole)}); "
        f"memory {own:.2f} ({_mb(forecast.own)}, in truth {_mb(true['own'])}; whole process "
        f"{forecast.peak / true['peak']:.2f} of {_mb(true['peak'])}); pilot {duration(pilot)}"
    )
    print(f"{what}: {text}", flush=True)
    return [(what, f"{TIME}× / {MEMORY}×", text)], good


def _settings(pair: Pair) -> str:
    return ", ".join(f"{name} {value}" for name, value in pair.settings.items()) or "as it comes"


def _mb(number: float) -> str:
    return f"{number / 2**20:,.0f} MB"


def main() -> None:
    names = [pair.name for pair in PAIRS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pair", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--truth", type=Path, metavar="WORKSPACE", help="do the job whose spec is read, print JSON")
    options = parser.parse_args()
    if options.truth:
        print(json.dumps(truth(options.truth, TrainSpec.model_validate_json(sys.stdin.read()))))
        return
    pairs = [pair for pair in PAIRS if pair.name in options.pair]
    rows: list[Row] = []
    near = 0
    busy = [others_busy()]
    with tempfile.TemporaryDirectory(prefix="foretaste-preflight-") as folder:
        datasets = prepare(pairs, Path(folder))
        for pair, dataset in zip(pairs, datasets, strict=True):
            busy.append(others_busy(1.0))
            more, good = measure(pair, dataset, Path(folder))
            rows, near = rows + more, near + good
    enough = near >= SHARE * len(pairs)
    rows.append(("**pairs that are near in time and in memory**", f"≥ {SHARE:.0%}", f"**{near} of {len(pairs)}**"))
    rows.append(("cores that other processes kept busy before the runs, at most", "", f"{max(busy):.2f}"))
    record("preflight: what a training will take, foretold and in truth", rows)
    sys.exit(0 if enough else 1)


if __name__ == "__main__":
    main()
