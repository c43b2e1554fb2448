"""Which runs are compared, and by which metric: the same choice on Compare and for a report."""

import streamlit as st

from pages.shared import choose
from pages.shared.synthetic_mark import name_of_data
from recsys_core.comparing.contenders import Contender
from recsys_core.comparing.passports import split_in_words
from recsys_core.data.findings import counted
from recsys_core.metrics import METRICS, about
from recsys_core.runs.comparison import MOST_CHOSEN, contenders_of, sensible_choice
from recsys_core.runs.store import RunCard

MOST_RUNS = 30


def choose_group(runs: list[RunCard]) -> list[RunCard]:
    """Runs on one split: only they can be compared."""
    groups: dict[str, list[RunCard]] = {}
    for run in runs:
        groups.setdefault(run.split_fingerprint, []).append(run)

    def name(fingerprint: str) -> str:
        first = groups[fingerprint][0]
        return f"{name_of_data(first)} · {split_in_words(first.about['passport'])} ({fingerprint[:4]})"

    return groups[choose.choose("Held-out events", "split", list(groups), name)]


def choose_metric(runs: list[RunCard]) -> str:
    """A metric that at least one run has, with its list length where it has one."""
    names = {name for run in runs for name in run.about["metrics"]}
    which, length = st.container(key="ft-metric").columns([3, 2])
    with which:
        keys = [
            metric.about.key for metric in METRICS if any(name.partition("@")[0] == metric.about.key for name in names)
        ]
        key = choose.choose("Metric", "metric", keys, lambda key: about(key).title)
    lengths = sorted({name.partition("@")[2] for name in names if name.startswith(f"{key}@")}, key=int)
    if not lengths:
        return key
    with length:
        middle = lengths[len(lengths) // 2]
        k = choose.choose("List length", "at", [middle, *(one for one in lengths if one != middle)], str)
    return f"{key}@{k}"


def choose_models(runs: list[RunCard], metric: str) -> list[Contender]:
    """Those that take part; trainings that differ in their seed alone are chosen together."""
    offered = {one.id: one for one in contenders_of(runs)}
    if len(offered) == 1:
        return list(offered.values())

    def name(identifier: str) -> str:
        one = offered[identifier]
        return f"{one.title} ({counted(len(one.runs), 'seed')})" if len(one.runs) > 1 else one.title

    default = [one.id for one in sensible_choice(list(offered.values()), runs, metric)]
    chosen = choose.choose_many(
        "Models",
        "runs",
        list(offered),
        name,
        default,
        most=MOST_RUNS,
        help=f"Unless you choose, the best of each model, {MOST_CHOSEN} in all, the plain ones always among them. "
        "Trainings that differ in their seed alone count as one model.",
    )
    if len(default) < len(offered) and set(chosen) == set(default):
        st.caption(
            f"{len(default)} of {len(offered)} are compared. Of several settings of a model, the best on these very "
            "test events was taken, which flatters it."
        )
    return [offered[one] for one in chosen]
