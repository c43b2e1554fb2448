"""Compare, cost: what each model takes beside what it is worth."""

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared import choose
from pages.shared.chart import draw_chart, table_of
from pages.shared.compared import Compared
from pages.shared.frame import look, plain
from pages.shared.metric_table import height_of, width_of
from recsys_core.comparing.costs import COSTS, Cost, finding
from recsys_core.comparing.pareto import on_front
from recsys_core.data.findings import counted
from recsys_core.figures.cost import Priced, pareto_chart
from recsys_core.metrics import about, metric_label
from recsys_core.runs.store import RunCard
from recsys_core.statistics.estimates import Estimate


def cost(compared: Compared) -> None:
    """The section."""
    by_title = {one.title: one for one in COSTS}
    column, _ = st.columns([2, 3])
    with column:
        chosen = by_title[choose.choose("Cost", "cost", list(by_title), lambda title: by_title[title].label)]
    known = [run for run in compared.best_first if chosen.of(run.about) is not None]
    if known:
        _chart(compared, known, chosen)
    else:
        st.caption("This cost was not measured for any of these models. Train one again to see it.")
    _table(compared)


def _chart(compared: Compared, known: list[RunCard], chosen: Cost) -> None:
    name = compared.metric
    costs = np.array([chosen.of(run.about) for run in known], dtype=np.float64)
    estimates = [run.about["metrics"][name] for run in known]
    values = np.array([estimate["value"] for estimate in estimates])
    higher = about(name).higher_is_better
    worth = on_front(costs, values, higher).tolist()
    models = [
        Priced(
            compared.titles[run.id],
            compared.colour(run),
            float(price),
            chosen.words(float(price)),
            estimate["value"],
            estimate["low"],
            estimate["high"],
            is_worth,
        )
        for run, price, estimate, is_worth in zip(known, costs, estimates, worth, strict=True)
    ]
    draw_chart(
        pareto_chart(models, chosen.label, metric_label(name), higher, look()),
        "quality-and-cost",
        table_of(models),
        finding=finding(
            chosen, name, [(one.label, one.cost, Estimate(one.value, one.low, one.high)) for one in models]
        ),
        source=compared.source,
    )
    missing = len(compared.best_first) - len(known)
    st.caption(
        plain(
            "Up and to the left is better. Steps join the models that no other one beats in both; the paler ones are "
            "beaten by a cheaper one that is at least as good. Small differences may be chance."
            + (f" Of {counted(missing, 'run')} this was not measured." if missing else "")
        )
    )


def _table(compared: Compared) -> None:
    name = compared.metric
    order = [*compared.best_first, *(run for run in compared.runs if name not in run.about["metrics"])]
    rows = [
        {
            "Model": compared.titles[run.id],
            metric_label(name): run.about["metrics"].get(name, {}).get("value"),
            **{one.label: one.of(run.about) for one in COSTS},
        }
        for run in order
    ]
    columns = {one.label: st.column_config.NumberColumn(format="%.3g", help=plain(one.help)) for one in COSTS}
    columns[metric_label(name)] = st.column_config.NumberColumn(format="%.3f", help=plain(about(name).help))
    frame = pd.DataFrame(rows).astype({one.label: "Float64" for one in COSTS})
    columns["Model"] = st.column_config.TextColumn(pinned=True, width=width_of(frame["Model"]))
    st.dataframe(frame, height=height_of(frame), hide_index=True, column_config=columns, placeholder="–")
