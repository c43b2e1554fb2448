"""Synthetic data, whether it is worth it: which groups of people gain by generated people, and which lose."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from pages.shared import cache
from pages.shared.chart import draw_chart
from recsys_core.data.findings import counted
from recsys_core.figures.ablation import Bought, ablation_chart
from recsys_core.figures.theme import Theme
from recsys_core.metrics import metric_label
from recsys_core.runs.jobs import Job, WorthSpec
from recsys_core.runs.store import default_home

if TYPE_CHECKING:
    from recsys_core.synthetic.judging.bias import GroupChange
    from recsys_core.synthetic.worth import Worth


def whom_view(job: Job, spec: WorthSpec, found: "Worth", metric: str, colours: Theme) -> None:
    """What the best addition changes for each group of real people, at the largest share of the data."""
    groups = _groups(default_home(), job.id, spec.dataset, metric, len(found.points), found)
    if groups is None:
        return
    st.subheader("Whom does it serve?", anchor=False)
    if not groups:
        st.caption("Nothing is known of the people that would tell them apart in groups.")
        return
    label = metric_label(metric)
    attributes = list(dict.fromkeys(one.attribute for one in groups))
    chosen = attributes[0]
    if len(attributes) > 1:
        chosen = st.selectbox("Groups by", attributes, key=f"groups-{job.id}", persist_state="session")
    mine = [one for one in groups if one.attribute == chosen]
    rows = [
        Bought(
            f"{one.group} ({one.people:,})",
            "with generated people, over without",
            one.change.value,
            one.change.low,
            one.change.high,
            colours.accent,
            one.change.is_certain,
        )
        for one in mine
    ]
    draw_chart(
        ablation_chart(rows, f"change of {label}", colours),
        f"worth-groups-{job.id}",
        pd.DataFrame([asdict(one) | asdict(one.change) for one in groups]).drop(columns="change"),
        finding=_in_words(groups, label),
    )
    st.caption(
        "Intervals are over people, not over seeds, and each holds by itself: of twenty groups that do not change, one "
        "seems to."
    )


def _in_words(groups: "list[GroupChange]", label: str) -> str:
    """Who surely gains or loses, over all attributes."""
    told = []
    for verb, sign in (("gain", 1), ("lose", -1)):
        who = [one for one in groups if one.change.is_certain and one.change.value * sign > 0]
        if who:
            most = max(who, key=lambda one: abs(one.change.value))
            does = f"{verb}s" if len(who) == 1 else verb
            told.append(f"{counted(len(who), 'group')} surely {does} by {label}, most of all {_name(most)}")
    return "; ".join(told) if told else f"No group surely gains or loses by {label}"


def _name(one: "GroupChange") -> str:
    return f"{one.attribute} {one.group}"


@st.cache_resource(show_spinner="Looking at groups of people", max_entries=24)
def _groups(
    home: Path, job: str, dataset: str, metric: str, points: int, _found: "Worth"
) -> "list[GroupChange] | None":
    """None where no addition was measured to the end, or the data are gone."""
    from recsys_core.synthetic.judging.bias import quality_by_group

    sides = _found.before_and_after(metric)
    if sides is None or dataset not in {card.id for card in cache.workspace().datasets()}:
        return None
    return quality_by_group(cache.dataset(dataset), *sides)
