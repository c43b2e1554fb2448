"""A training in the app's own process beside another process that is busy: it keeps at least half of its quiet speed.

``python -m benchmarks.busy [--rounds 3]``

NeuMF (tower 64-32-16) on generated events, through the job runner with the executor left to it. With as many threads
as cores, a step would wait for the thread whose core is taken: many times slower (see recsys_core/runs/threads.py).
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import sleep

import numpy as np

from benchmarks.common import numbered_dataset, pairs, record
from recsys_core.data.dataset import Dataset
from recsys_core.runs.jobs import Executor, State, TrainSpec
from recsys_core.runs.runner import IN_PROCESS_EVENTS, JobRunner
from recsys_core.runs.store import Workspace
from recsys_core.splitting import SplitRecipe
from recsys_core.types import Feedback

ASKED = 0.5
SETTINGS = {"product_size": 16, "embedding_size": 32, "tower": [64, 32, 16], "batch_size": 2048, "epochs": 4}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="quiet and busy in turns; medians count")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        runner = JobRunner(workspace)
        dataset = workspace.save_dataset(events(), {"interactions": IN_PROCESS_EVENTS})
        spec = TrainSpec(dataset=dataset.id, model="neumf", settings=SETTINGS, split=SplitRecipe(key="random"))
        assert runner.executor(spec) is Executor.IN_PROCESS
        speed(runner, spec)  # the first training also loads libraries
        quiet, busy = [], []
        for _ in range(options.rounds):
            quiet.append(speed(runner, spec))
            with busy_process():
                busy.append(speed(runner, spec))
        runner.close()
    kept = median(busy) / median(quiet)
    rows = [
        ("NeuMF in the app's process, quiet machine", "", f"{median(quiet):,.0f} samples/s"),
        ("the same beside a busy process", "", f"{median(busy):,.0f} samples/s"),
        ("part of its speed that it keeps", f"≥ {ASKED}", f"{kept:.2f}"),
    ]
    record("busy: a training beside another busy process", rows)
    sys.exit(0 if kept >= ASKED else 1)


def events() -> Dataset:
    """As many as ``auto`` still takes into the app's process, of 3,000 people and 2,000 items."""
    n_users, n_items = 3000, 2000
    picks = np.random.default_rng(0).choice(n_users * n_items, IN_PROCESS_EVENTS, replace=False)
    rows = pairs(picks // n_items, picks % n_items, np.ones(len(picks)), n_users, n_items)
    return numbered_dataset("generated", rows, feedback=Feedback.IMPLICIT)


def speed(runner: JobRunner, spec: TrainSpec) -> float:
    """Samples a second of one training."""
    job = runner.submit(spec)
    while job.is_active:
        sleep(0.2)
        job = runner.jobs.find(job.id)
    if job.state is not State.FINISHED or job.run is None:
        sys.exit(job.message)
    return float(runner.workspace.find_run(job.run).about["samples_per_second"])


@contextmanager
def busy_process() -> Iterator[None]:
    """Somebody else who takes a whole core."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
