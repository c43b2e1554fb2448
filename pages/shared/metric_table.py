"""All models with the metrics of one group, and what each metric means."""

from collections.abc import Iterable
from typing import Literal

import pandas as pd
import streamlit as st

from pages.shared.compared import Compared
from pages.shared.frame import plain
from recsys_core.metrics import Group, about, names_in_group
from recsys_core.metrics.base import About
from recsys_core.runs.store import RunCard

MOST_ROWS = 30
LONG_TITLE = 20  # letters; the column would cut a longer one off
LETTER, WIDEST = 6.8, 320  # pixels
USUAL_LENGTH = "10"


def metric_table(compared: Compared, group: Group) -> None:
    """The metrics of a group at the chosen list length, in the order of the chosen metric.

    Runs of one title stand in one row, with their mean.
    """
    k = compared.metric.partition("@")[2] or USUAL_LENGTH
    names = names_of(compared.runs, group, k)
    figures = pd.DataFrame(
        [{name: one["value"] for name, one in run.about["metrics"].items()} for run in compared.runs],
        [compared.titles[run.id] for run in compared.runs],
    )
    means = figures.groupby(level=0, sort=False).mean()
    if compared.metric in means:
        means = means.sort_values(compared.metric, ascending=not about(compared.metric).higher_is_better, kind="stable")
    frame = means[names].rename(columns={name: about(name).title for name in names}).reset_index(names="Model")
    columns = {
        about(name).title: st.column_config.NumberColumn(format="%.3f", help=plain(about(name).help)) for name in names
    }
    columns["Model"] = st.column_config.TextColumn(pinned=True, width=width_of(frame["Model"]))
    st.dataframe(frame, height=height_of(frame), hide_index=True, column_config=columns, placeholder="–")
    notes = [f"Metrics of lists are those of the first {k}."] if any("@" in name for name in names) else []
    if len(means) < len(figures):
        notes.append("Where a model was trained with several seeds, the mean over them.")
    if notes:
        st.caption(" ".join(notes))


def width_of(titles: Iterable[str]) -> int | None:
    """Of a column of models, in pixels, so that their titles fit; None where any width will do."""
    longest = max(map(len, titles), default=0)
    return min(WIDEST, round(LETTER * longest) + 20) if longest > LONG_TITLE else None


def height_of(frame: pd.DataFrame) -> Literal["content", "auto"]:
    """All rows, unless they are too many: a row that is cut off looks as if it were the last."""
    return "content" if len(frame) <= MOST_ROWS else "auto"


def names_of(runs: list[RunCard], group: Group, k: str) -> list[str]:
    """The metrics of a group that a run has, in the order of their list; those of lists at length k."""
    return names_in_group({name for run in runs for name in run.about["metrics"]}, group, k)


def explanation(words: About) -> str:
    """A metric in words, as Markdown."""
    told = {
        "Formula": words.formula,
        "Divided by": words.denominator,
        "Aggregation": words.aggregation,
        "Ties": words.ties,
        "Nothing to judge": words.empty,
        "Better": "higher" if words.higher_is_better else "lower",
    }
    return f"**{plain(words.title)}**\n\n" + "\n".join(f"- {name}: {plain(text)}" for name, text in told.items())
