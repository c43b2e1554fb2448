"""Compare, overview: the chosen metric of each model with its interval, and its group of metrics in a table."""

from pathlib import Path

import streamlit as st

from pages.shared.compared import Compared
from pages.shared.frame import look, plain
from pages.shared.metric_table import metric_table
from recsys_core.figures.comparison import Bar, interval_chart
from recsys_core.metrics import about, metric_label
from recsys_core.runs.store import default_home, open_workspace


def overview(compared: Compared) -> None:
    """The section."""
    shown = _bars(compared)
    words = about(compared.metric)
    label = metric_label(compared.metric)
    axis = label if shown[0].low is None else f"{label}, 95 % interval over people"
    st.markdown(f"**{plain(_finding(compared))}**")
    st.plotly_chart(interval_chart(shown, axis, look()), theme=None, config={"displayModeBar": False})
    st.caption(plain(f"{words.title}: {words.help}"))
    metric_table(compared, words.group)


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
