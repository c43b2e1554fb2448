"""Compare, overview: the chosen metric of each model with its interval, and all metrics in a table."""

from pathlib import Path
from typing import Literal

import pandas as pd
import streamlit as st

from pages.shared.chart import draw_chart
from pages.shared.compared import Compared
from pages.shared.frame import look, plain
from recsys_core.figures.comparison import Bar, interval_chart
from recsys_core.metrics import METRICS, ListMetric, RankingMetric, about, metric_label
from recsys_core.runs.store import default_home, open_workspace

MOST_ROWS = 30
LONG_TITLE = 20  # letters; the column would cut a longer one off


def overview(compared: Compared) -> None:
    """The section."""
    shown = _bars(compared)
    words = about(compared.metric)
    label = metric_label(compared.metric)
    axis = label if shown[0].low is None else f"{label}, 95 % interval over people"
    draw_chart(
        interval_chart(shown, axis, look()),
        f"comparison-{words.key}",
        pd.DataFrame([vars(bar) for bar in shown]).drop(columns="colour"),
        finding=_finding(compared),
        source=compared.source,
    )
    st.caption(plain(f"{words.title}: {words.formula}. Divided by: {words.denominator}; {words.empty}."))
    _table(compared)


def _finding(compared: Compared) -> str:
    """What the chart shows: no more than the interval of the lead allows."""
    runs, name, titles = compared.best_first, compared.metric, compared.titles
    metric, first = metric_label(name), titles[runs[0].id]
    if len(runs) == 1:
        return f"{metric} of {first}: {runs[0].about['metrics'][name]['value']:.3f}"
    lead = _lead(default_home(), runs[0].id, runs[1].id, name)
    if lead is None:
        return f"{metric}: {first} has the {'highest' if about(name).higher_is_better else 'lowest'}"
    low, high = lead
    second = titles[runs[1].id]
    if low <= 0 <= high:
        return f"{metric}: {first} is ahead of {second}, but that may be chance"
    low, high = sorted((abs(low), abs(high)))
    return f"{metric}: {first} leads {second}, person by person by {low:.3f} to {high:.3f}"


@st.cache_data(show_spinner=False, max_entries=64)
def _lead(home: Path, first: str, second: str, name: str) -> tuple[float, float] | None:
    """The interval of the difference of two runs over the people of both, None where there is none to tell."""
    from recsys_core.statistics.paired import paired_difference

    mine, theirs = (open_workspace(home).per_user(run).get(name) for run in (first, second))
    if mine is None or theirs is None:
        return None
    found = paired_difference(mine, theirs)
    return None if found.low is None or found.high is None else (found.low, found.high)


def _bars(compared: Compared) -> list[Bar]:
    """The runs that have this metric, best first."""
    found = []
    for run in compared.best_first:
        estimate = run.about["metrics"][compared.metric]
        colour = compared.colour(run)
        found.append(Bar(compared.titles[run.id], estimate["value"], estimate["low"], estimate["high"], colour))
    return found


def _table(compared: Compared) -> None:
    """All models with the metrics at the chosen list length, in the order of the chosen one."""
    chosen = compared.metric
    k = chosen.partition("@")[2] or "10"
    names = [
        f"{metric.about.key}@{k}" if isinstance(metric, RankingMetric | ListMetric) else metric.about.key
        for metric in METRICS
    ]
    rows = [
        {
            "Model": compared.titles[run.id],
            **{metric_label(name): run.about["metrics"].get(name, {}).get("value") for name in names},
            "Seconds": run.about["seconds"],
            "Run": run.id.rpartition("-")[2],
        }
        for run in compared.runs
    ]
    frame = pd.DataFrame(rows).dropna(axis="columns", how="all")
    frame = frame.sort_values(metric_label(chosen), ascending=not about(chosen).higher_is_better, na_position="last")
    columns = {
        metric_label(name): st.column_config.NumberColumn(
            format="%.3f",
            help=f"{about(name).formula}. Divided by: {about(name).denominator}; {about(name).empty}.",
        )
        for name in names
    }
    columns["Seconds"] = st.column_config.NumberColumn(
        format="%.1f", help="Training time, validation left out; of a blend, that of its members."
    )
    is_long = frame["Model"].str.len().max() > LONG_TITLE
    columns["Model"] = st.column_config.TextColumn(pinned=True, width="medium" if is_long else None)
    height: Literal["content", "auto"] = (
        "content" if len(frame) <= MOST_ROWS else "auto"
    )  # a row that is cut off looks as if it were the last
    st.dataframe(frame, height=height, hide_index=True, column_config=columns, placeholder="–")
