"""What every benchmark needs: the development data, the machine in words, and a place for results."""

import argparse
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from recsys_core.data.dataset import Dataset, Ids, blank_item_table, blank_user_table
from recsys_core.data.interactions import Interactions
from recsys_core.models import MODELS, Recommender, find_model
from recsys_core.models.parity import FILE as PARITY
from recsys_core.models.parity import Parity
from recsys_core.training.context import EpochEnded, Event, FitContext, Validation

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "RESULTS.md"

Row = tuple[str, str, str]  # what, asked, measured
Settings = dict[str, Any]
Judge = Callable[[Recommender], Validation]


@dataclass(frozen=True)
class Target:
    """What a model is to print.

    Attributes:
        asked: in the order of the benchmark's figures; each must be met.
        wanted: the figures of somebody else that are reproduced by that; none where only a bound is asked.
        source: who printed those.
    """

    asked: tuple[float, ...]
    wanted: tuple[float, ...]
    source: str


def model_options(description: str, data: str, composed: tuple[str, ...] = ()) -> argparse.ArgumentParser:
    """What every benchmark of models asks: which, on which data, and how they are set up.

    Args:
        description: of the benchmark.
        data: the folder of its data set.
        composed: keys of composed models that it can measure beside the others.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    keys = [*(model.info.key for model in MODELS), *composed]
    parser.add_argument("--model", nargs="+", choices=keys, required=True, metavar="KEY", help=", ".join(keys))
    parser.add_argument("--data", type=Path, default=data_folder() / data)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--validate", action="store_true", help="print the figures that settings are chosen by")
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="FIELD=VALUE", help="try other settings; with --validate only"
    )
    return parser


def parse(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The options. Other settings than the chosen ones may be tried on validation events, never on test events."""
    options = parser.parse_args()
    if options.set and not options.validate:
        parser.error("--set needs --validate: settings are not chosen on the test events")
    options.set = dict(text.split("=", 1) for text in options.set)
    return options


def run(
    options: argparse.Namespace,
    title: str,
    measure: Callable[[str, int], tuple[list[Row], bool]],
    validate: Callable[[str, int], None],
    first: tuple[list[Row], bool] = ([], True),
) -> NoReturn:
    """Validate or measure each model with each seed; record what was measured, and end with 1 where a figure is missed.

    Args:
        title: of the section in ``RESULTS.md``.
        measure: gives the rows of a model and a seed, and whether they are as good as asked.
        validate: prints the figures of a model and a seed on validation events.
        first: rows that stand before all others, and whether they are right.
    """
    pairs_asked = [(key, seed) for key in options.model for seed in options.seeds]
    if options.validate:
        for key, seed in pairs_asked:
            validate(key, seed)
        sys.exit(0)
    rows, passed = first
    for key, seed in pairs_asked:
        more, good = measure(key, seed)
        rows, passed = rows + more, passed and good
    record(title, [*rows, ("peak memory", "", f"{peak_memory_mb():.0f} MB")])
    sys.exit(0 if passed else 1)


def validate_by(figures: Callable[[Recommender], tuple[float, ...]], names: str, decisive: int) -> Judge:
    """A judge that prints figures each time and goes by one of them, all of which are better when higher."""

    def judge(model: Recommender) -> Validation:
        measured = figures(model)
        print(f"{names} {figures_text(measured)}", flush=True)
        return Validation(names.split(" / ")[decisive], measured[decisive], higher_is_better=True)

    return judge


def fit_and_tell(model: Recommender, train: Dataset, seed: int, judge: Judge) -> None:
    """Train a model and print its settings, time and final figures on validation events."""
    started = time.monotonic()
    model.fit(train, FitContext(seed=seed, validate=judge, on_event=print_losses))
    print(f"{model.info.key} {model.config!r}: {time.monotonic() - started:.1f} s", flush=True)
    judge(model)


def set_up(key: str, chosen: dict[str, Settings], tried: Settings) -> Recommender:
    """A fresh model with the settings chosen for a benchmark and those tried instead."""
    model = find_model(key)
    return model(model.Config.parse(chosen.get(key, {}) | tried))


def print_losses(event: Event) -> None:
    """For ``on_event``: a line an epoch."""
    if isinstance(event, EpochEnded):
        losses = ", ".join(f"{name} {loss:.4f}" for name, loss in event.losses.items())
        print(f"epoch {event.epoch}: {losses}, {event.seconds:.1f} s", flush=True)


def figures_text(figures: tuple[float, ...]) -> str:
    return " / ".join(f"{figure:.4f}" for figure in figures)


def record_parity(
    key: str, protocol: str, metric: str, target: Target, printed: tuple[float, ...], good: bool, options: str = ""
) -> None:
    """Note down in ``parity.json`` what a model printed, with these options, beside the figure it is to reproduce."""
    if not target.wanted:
        return
    known = json.loads(PARITY.read_text(encoding="utf-8"))
    comparison = Parity(
        protocol,
        metric,
        figures_text(target.wanted),
        target.source,
        figures_text(printed),
        good,
        date.today().isoformat(),
        f"python -m {_module()} --model {key} {options}".strip(),
    )
    others = [one for one in known.get(key, []) if (one["protocol"], one["metric"]) != (protocol, metric)]
    known[key] = sorted([*others, asdict(comparison)], key=lambda one: one["protocol"])
    in_order = {model.info.key: known[model.info.key] for model in MODELS if model.info.key in known}
    PARITY.write_text(json.dumps(in_order, indent=2) + "\n", encoding="utf-8")


def _module() -> str:
    return f"benchmarks.{Path(sys.argv[0]).stem}"


def data_folder() -> Path:
    """Where the development data sets lie: ``FORETASTE_BENCH_DATA``, else beside the repository."""
    return Path(os.environ.get("FORETASTE_BENCH_DATA", REPOSITORY.parent / "shared" / "data"))


def numbered_dataset(name: str, interactions: Interactions, **about: object) -> Dataset:
    """A data set without titles whose ids are its positions."""
    return Dataset(
        name,
        interactions,
        numbers(interactions.n_users),
        numbers(interactions.n_items),
        blank_item_table(interactions.n_items),
        blank_user_table(interactions.n_users),
        **about,  # type: ignore[arg-type]
    )


def numbers(n: int) -> Ids:
    """The ids "0", "1", ..."""
    return Ids.of([str(position) for position in range(n)])


def pairs(users: np.ndarray, items: np.ndarray, values: np.ndarray, n_users: int, n_items: int) -> Interactions:
    """Interactions without times from any columns of numbers."""
    return Interactions(
        users.astype(np.int32), items.astype(np.int32), values.astype(np.float32), None, n_users, n_items
    )


def peak_memory_mb() -> float:
    """Of this process since its start."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def record(title: str, rows: list[Row]) -> None:
    """Append a dated section to ``RESULTS.md`` and print its table."""
    table = ["| what | asked | measured |", "|---|---|---|"]
    table += [f"| {what} | {asked} | {measured} |" for what, asked, measured in rows]
    section = "\n".join([f"## {title} · {date.today().isoformat()}", "", _machine(), "", *table, ""])
    known = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Measured\n"
    RESULTS.write_text(f"{known}\n{section}", encoding="utf-8")
    print(section)


def _machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("torch", "numpy"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB; Python {platform.python_version()}, {libraries}."


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
