"""The difference between two logs while impressions come in. The finding belongs above the chart."""

import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, escape, figure
from recsys_core.types import Float64, Int64


def readout_chart(
    times: Int64, difference: Float64, low: Float64, high: Float64, arms: tuple[str, str], look: Theme
) -> go.Figure:
    """A line of the difference of two click-through rates over time, in an interval that holds at every look.

    Args:
        times: Int64[L], what clocks showed, in seconds since 1970 began on them.
        difference, low, high: Float64[L], of the rates, second arm less first.
        arms: what they are called.
        look: light or dark.
    """
    chart = figure("", look, height=320)
    moments = times.astype("M8[s]").astype(str)
    edge = {"mode": "lines", "line": {"width": 0, "color": look.accent}, "hoverinfo": "skip"}
    chart.add_scatter(x=moments, y=high, **edge)
    chart.add_scatter(x=moments, y=low, fill="tonexty", fillcolor=_faint(look.accent), **edge)
    chart.add_scatter(
        x=moments,
        y=difference,
        mode="lines+markers",
        line={"color": look.accent, "width": 2},
        marker={"size": 5},
        customdata=[
            f"{100 * value:+.2f} points<br>95% at every look {100 * least:+.2f} to {100 * most:+.2f}".replace("-", "−")
            for value, least, most in zip(difference, low, high, strict=True)
        ],
        hovertemplate="%{x|%-d %b %Y}<br>%{customdata}<extra></extra>",
    )
    chart.add_hline(y=0, line={"color": look.quiet, "width": 1.5, "dash": "dot"})
    for name, y, anchor in ((arms[1], 1, "top"), (arms[0], 0, "bottom")):
        chart.add_annotation(
            text=f"{'↑' if y else '↓'} {escape(name)} is clicked more",
            x=1,
            xref="paper",
            xanchor="right",
            y=y,
            yref="paper",
            yanchor=anchor,
            showarrow=False,
            font={"color": look.quiet, "size": 12},
        )
    reach = 1.15 * float(max(abs(low[-1]), abs(high[-1]), 3 * abs(high[-1] - low[-1]) / 2)) or 0.01
    chart.update_layout(margin_t=12)
    chart.update_yaxes(title_text="difference of the CTRs", tickformat="+.2~%", range=[-reach, reach], nticks=6)
    chart.update_xaxes(type="date", title_text="impressions until", nticks=6, showgrid=False)
    return chart


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.14)"
