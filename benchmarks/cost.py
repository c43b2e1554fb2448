"""What learning costs at 0.1, 1 and 10 million events: seconds and memory of every model, each in a process of its own.

``python -m benchmarks.cost [--model KEY ...] [--sizes 0.1 1 10] [--seconds 300]``

The events are made up: how active people are is log-normal, how popular items are follows a power law, and people and
items grow in proportion to the events. Models have their settings as they come; one that learns in epochs learns for
one. A model that needs more than ``--seconds`` is stopped: from the share of the epoch that is done follows what it
would have taken; its memory is that until then. Asked for: ten times the events take at most about ten times the
seconds, wherever the smaller data took half a second at least (below that they lie in the caches), and models of
factors keep under 6 GB at 10 million.
"""

import argparse
import gc
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import REPOSITORY, Row, pairs, record
from benchmarks.timing import compile_loops, learns_in_epochs, one_epoch, others_busy, suited
from recsys_core.data.interactions import Interactions
from recsys_core.errors import ModelError
from recsys_core.models import MODELS, find_model
from recsys_core.training.context import Cancelled, Event, FitContext, Preparing, Progress

MILLION = 1_000_000
SIZES = (0.1, 1.0, 10.0)  # millions of events
EVENTS_A_PERSON, EVENTS_AN_ITEM = 50, 200
MOST_RATIO = 11.0  # of seconds where there are ten times the events: linear, and a tenth for noise
LEAST_SECONDS = 0.5  # of the smaller data, for a ratio to count
LOOSE_MB = 20.0  # that come and go with libraries
MOST_MB, FACTOR_MODELS = 6000.0, ("mf", "bpr", "als", "biased_mf", "svdpp", "neumf")

Cost = dict[str, Any]


def made_up(n_events: int, seed: int = 0) -> Interactions:
    """Different pairs of people and items, in random order."""
    rng = np.random.default_rng(seed)
    n_users, n_items = n_events // EVENTS_A_PERSON, n_events // EVENTS_AN_ITEM
    activity = rng.lognormal(0, 1, n_users)
    popularity = 1 / (np.arange(n_items) + 10) ** 0.8
    drawn = np.empty(0, dtype=np.int64)
    while len(drawn) < n_events:
        users, items = (
            np.searchsorted(np.cumsum(share) / share.sum(), rng.random(n_events)).clip(max=len(share) - 1)
            for share in (activity, popularity)
        )
        drawn = np.unique(np.concatenate([drawn, users * n_items + items]))
    users, items = np.divmod(rng.permutation(drawn)[:n_events], n_items)
    return pairs(users, items, np.ones(n_events), n_users, n_items)


def measure(key: str, file: Path, seconds: float) -> Cost:
    """What one model costs in this process: its seconds, MB at its peak, and MB before it began to learn."""
    model = one_epoch(find_model(key)())
    compile_loops(model)
    with np.load(file) as columns:
        n_users, n_items = columns["sizes"].tolist()
        events = pairs(columns["users"], columns["items"], columns["values"], n_users, n_items)
    train = suited(model, "made up", events)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # the peak starts anew
    before, estimate = _memory_mb("VmRSS"), model.memory(train) / 2**20
    done = 0.0

    def look(event: Event) -> None:
        nonlocal done
        if not isinstance(event, Preparing):
            done = event.done if isinstance(event, Progress) else 1.0

    started = time.perf_counter()
    try:
        model.fit(train, FitContext(on_event=look, cancel=lambda: done > 0 and time.perf_counter() - started > seconds))
    except ModelError as error:
        return {"refused": str(error)}
    except Cancelled:
        pass
    took = time.perf_counter() - started
    whole = took if model.is_fitted else took / done
    done = 1.0 if model.is_fitted else done
    return {"seconds": whole, "done": done, "peak": _memory_mb("VmHWM"), "before": before, "estimate": estimate}


def _memory_mb(name: str) -> float:
    """Of this process, as Linux calls it: VmRSS now, VmHWM at its peak."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return float(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


def in_a_process(key: str, file: Path, seconds: float) -> Cost:
    """:func:`measure` in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.cost", "--one", key, str(file), "--seconds", str(seconds)]
    try:
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=3 * seconds)
    except subprocess.TimeoutExpired:
        return {"refused": f"stopped after {3 * seconds:.0f} s"}
    if done.returncode:
        return {"refused": f"ended with {done.returncode}: {done.stderr.strip()[-300:]}"}
    cost: Cost = json.loads(done.stdout.splitlines()[-1])
    return cost


def rows_of(key: str, sizes: list[float], costs: list[Cost]) -> tuple[list[Row], bool]:
    """What a model cost at each size, and whether that is what was asked for."""
    title, rows, passed = find_model(key).info.title, [], True
    for place, (size, cost) in enumerate(zip(sizes, costs, strict=True)):
        what = f"{title}, {size:g} million"
        if "refused" in cost:
            rows.append((what, "", cost["refused"]))
            continue
        asked, good = [], True
        text = f"{cost['seconds']:.2f} s"
        if learns_in_epochs(find_model(key)()):
            text += " an epoch" if cost["done"] == 1 else f" an epoch, from {cost['done']:.0%} of it"
        smaller = costs[place - 1] if place else {}
        if "seconds" in smaller:
            most = MOST_RATIO ** np.log10(size / sizes[place - 1])
            ratio = cost["seconds"] / smaller["seconds"]
            text += f" ({ratio:.1f}×)"
            if smaller["seconds"] >= LEAST_SECONDS:
                asked.append(f"≤ {most:.0f}×")
                good = good and bool(ratio <= most)
        if key in FACTOR_MODELS and size >= 10:
            asked.append(f"< {MOST_MB:,.0f} MB")
            good = good and cost["peak"] < MOST_MB
        learning = cost["peak"] - cost["before"]
        text += f"; peak {cost['peak']:,.0f} MB, of learning {learning:,.0f} MB, foretold {cost['estimate']:,.0f} MB"
        if learning > cost["estimate"] + LOOSE_MB:
            text += " (too little)"
        rows.append((what, ", ".join(asked), text))
        passed = passed and good
    return rows, passed


def main() -> None:
    keys = [model.info.key for model in MODELS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", nargs="+", choices=keys, default=keys, metavar="KEY", help=", ".join(keys))
    parser.add_argument("--sizes", nargs="+", type=float, default=list(SIZES), metavar="MILLIONS")
    parser.add_argument("--seconds", type=float, default=300.0, help="after which the learning of a model is stopped")
    parser.add_argument("--one", nargs=2, metavar=("KEY", "FILE"), help="measure in this process and print JSON")
    options = parser.parse_args()
    if options.one:
        key, file = options.one
        print(json.dumps(measure(key, Path(file), options.seconds)))
        return
    costs: dict[str, list[Cost]] = {key: [] for key in options.model}
    busy = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "events.npz"
            events = made_up(int(size * MILLION))
            sizes = np.array([events.n_users, events.n_items])
            np.savez(file, users=events.users, items=events.items, values=events.values, sizes=sizes)
            del events
            for key in options.model:
                busy.append(others_busy())
                costs[key].append(in_a_process(key, file, options.seconds))
                print(f"{key}, {size:g} million: {costs[key][-1]}", flush=True)
    rows: list[Row] = []
    passed = True
    for key in options.model:
        more, good = rows_of(key, options.sizes, costs[key])
        rows, passed = rows + more, passed and good
    rows.append(("cores that other processes kept busy before the runs, at most", "", f"{max(busy):.2f}"))
    record("cost: learning from made-up events", rows)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
