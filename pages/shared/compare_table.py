"""All metrics of the compared runs in a table."""

from typing import Literal

import pandas as pd
import streamlit as st

from pages.shared.compared import Compared
from recsys_core.metrics import METRICS, ListMetric, RankingMetric, about, metric_label

MOST_ROWS = 30
LONG_TITLE = 20  # letters; the column would cut a longer one off


def metrics_table(compared: Compared) -> None:
    """All runs with the metrics at the chosen list length, in the order of the chosen one."""
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
