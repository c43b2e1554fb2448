"""What a data set looks like."""

import numpy as np
import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, figure
from recsys_core.types import Float64, Int64


def rating_histogram(levels: Float64, counts: Int64, look: Theme) -> go.Figure:
    """How often each rating was given."""
    share = counts / max(1, counts.sum())
    peak = int(np.argmax(counts))
    chart = figure(f"{share[peak]:.0%} of ratings are a {levels[peak]:g}", look, height=260)
    chart.add_bar(
        x=levels,
        y=counts,
        marker={"color": [look.accent if place == peak else look.popularity for place in range(len(levels))]},
        hovertemplate="rated %{x}<br>%{y:,} times<extra></extra>",
    )
    chart.update_xaxes(
        title_text="rating", showgrid=False, **({"tickvals": levels} if len(levels) <= 12 else {"nticks": 10})
    )
    chart.update_yaxes(title_text="ratings", nticks=5)
    return chart


def long_tail(counts: Int64, look: Theme) -> go.Figure:
    """How unevenly events spread over items: share of events against share of items, most popular first (Lorenz)."""
    ordered = np.sort(counts)[::-1]
    events = np.concatenate([[0.0], np.cumsum(ordered) / max(1, ordered.sum())])
    items = np.linspace(0, 1, len(events))
    tenth = float(np.interp(0.1, items, events))
    chart = figure(f"The top tenth of items has {tenth:.0%} of events", look, height=260)
    keep = np.unique(np.linspace(0, len(events) - 1, 300).astype(int))
    chart.add_scatter(
        x=items[keep],
        y=events[keep],
        mode="lines",
        line={"color": look.accent, "width": 2},
        hovertemplate="top %{x:.0%} of items<br>%{y:.0%} of events<extra></extra>",
    )
    chart.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": look.popularity, "dash": "dot"}, hoverinfo="skip"
    )
    chart.update_xaxes(title_text="items, most popular first", tickformat=".0%", range=[0, 1], nticks=6, showgrid=False)
    chart.update_yaxes(title_text="share of events", tickformat=".0%", range=[0, 1.02], nticks=5)
    return chart


def activity(counts: Int64, look: Theme) -> go.Figure:
    """How many events people have, on a logarithmic axis."""
    counts = counts[counts > 0]
    median = float(np.median(counts))
    chart = figure(f"Half of people have {median:,.0f}+ events", look, height=260)
    edges = np.unique(np.geomspace(1, counts.max() + 1, 24).astype(int))
    heights, _ = np.histogram(counts, bins=edges) if len(edges) > 1 else (np.array([len(counts)]), edges)
    centres = np.sqrt(edges[:-1] * edges[1:]) if len(edges) > 1 else edges.astype(float)
    labels = [
        f"{low:,}" if high - low == 1 else f"{low:,} to {high - 1:,}"
        for low, high in zip(edges[:-1], edges[1:], strict=True)
    ] or [f"{edges[0]:,}"]
    chart.add_bar(
        x=np.log10(centres),
        y=heights,
        customdata=labels,
        marker={"color": look.popularity},
        hovertemplate="%{customdata} events<br>%{y:,} people<extra></extra>",
    )
    ticks = [power for power in (1, 3, 10, 30, 100, 300, 1000, 3000, 10000, 100000) if power <= counts.max() * 1.1]
    chart.update_xaxes(
        range=[np.log10(counts.min()) - 0.1, np.log10(counts.max() + 1) + 0.05],
        title_text="events of a person",
        tickvals=np.log10(ticks),
        ticktext=[f"{tick:,}" for tick in ticks],
        showgrid=False,
    )
    chart.update_yaxes(title_text="people", nticks=5)
    return chart
