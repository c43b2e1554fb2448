"""The click-through rates of a log: figures, sentences and charts, the same on every page."""

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.shared.chart import draw_chart
from pages.shared.frame import look, plain
from recsys_core.data.impressions.click_profile import ClickProfile, rate_text
from recsys_core.data.impressions.rates import Rates
from recsys_core.figures.impressions import clicks_by_item, clicks_by_position, clicks_over_time
from recsys_core.figures.theme import Theme


def clicks_view(profile: ClickProfile, key: str, title: Callable[[str], str] = str) -> None:
    """What was clicked, over all and by position, item and time.

    Args:
        profile: of the log.
        key: tells this log from others on the page, in letters, digits and hyphens.
        title: what to call an item, by its id.
    """
    with st.container(horizontal=True, gap="medium"):
        st.metric("Impressions", f"{profile.impressions:,}", width="content")
        st.metric("Clicks", f"{profile.clicks:,}", width="content")
        low, high = profile.interval
        over = (
            "over people, since what a person sees and clicks is alike"
            if profile.users is not None
            else "as if the impressions were independent: where the same people see many of them, it is wider"
        )
        st.metric(
            "CTR",
            rate_text(profile.ctr),
            width="content",
            help=f"Clicks / impressions. 95% interval {rate_text(low)} to {rate_text(high)} (Wilson 1927), {over}.",
        )
        st.metric("Items", f"{len(profile.items):,}", width="content")
        if profile.users is not None:
            st.metric("People", f"{profile.users:,}", width="content")
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in profile.sentences()))
    charts = _charts(profile, title, look())
    if charts:
        for cell, (name, (chart, table)) in zip(st.columns(len(charts)), charts.items(), strict=True):
            with cell:
                draw_chart(chart, f"clicks-by-{name}-{key}", table, source=profile.name)
        st.caption(
            "Each dot is clicks / impressions of its group, with a 95% interval; in colour where that leaves out the "
            "dashed line."
        )


def rates_table(names: list[str], rates: Rates, what: str) -> pd.DataFrame:
    """Rates as the CSV file has them."""
    return pd.DataFrame([{what: name} | row for name, row in zip(names, rates.rows(), strict=True)])


def _charts(
    profile: ClickProfile, title: Callable[[str], str], colours: Theme
) -> dict[str, tuple[go.Figure, pd.DataFrame]]:
    """The charts by name, each with its table, as far as the log has what they need."""
    charts = {}
    by, line = profile.positions, profile.times
    if by is not None:
        chart = clicks_by_position(by.positions, by.rates, profile.ctr, by.difference, colours)
        charts["position"] = chart, rates_table([str(place) for place in by.positions], by.rates, "position")
    rows = profile.comparable
    if len(rows):
        rates = profile.items.take(rows)
        above, by_chance = rates.apart(profile.ctr)[0], rates.apart_by_chance(profile.ctr)[0]
        names = [title(str(name)) for name in profile.item_ids[rows]]
        charts["item"] = (
            clicks_by_item(names, rates, profile.ctr, above, by_chance, colours),
            rates_table(names, rates, "item"),
        )
    if line is not None:
        chart = clicks_over_time(line.edges, line.labels, line.rates, profile.ctr, line.unit, colours, line.zone)
        charts["time"] = chart, rates_table(line.labels, line.rates, line.unit)
    return charts
