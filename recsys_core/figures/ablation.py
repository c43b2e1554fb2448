"""What each kind of content buys, with intervals about nothing."""

from dataclasses import dataclass

import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, escape, figure, name_rows, whiskers

ROW, SHIFT = 64, 0.34


@dataclass(frozen=True)
class Bought:
    """How much better a figure is with something than without it.

    Attributes:
        what: was read.
        where: among which items.
        low, high: of the 95 % interval; None for too few people.
        colour: of where, the same in every row.
        is_certain: whether it is beyond chance; else it is drawn hollow.
    """

    what: str
    where: str
    value: float
    low: float | None
    high: float | None
    colour: str
    is_certain: bool


def ablation_chart(found: list[Bought], metric: str, look: Theme) -> go.Figure:
    """A row for each thing that was read, in the order in which they come; in it a point for each part of the items.

    Args:
        found: what to draw.
        metric: name of the axis.
        look: light or dark.
    """
    rows, parts = list(dict.fromkeys(one.what for one in found)), list(dict.fromkeys(one.where for one in found))
    chart = figure("", look, height=110 + ROW * len(rows))
    chart.update_layout(margin_t=36, showlegend=True, legend={"orientation": "h", "y": 1.0, "yanchor": "bottom"})
    for part in parts:
        mine = [one for one in found if one.where == part]
        shift = 0.0 if len(parts) == 1 else SHIFT * (parts.index(part) / (len(parts) - 1) - 0.5)
        colour = mine[0].colour
        chart.add_scatter(
            x=[one.value for one in mine],
            y=[rows.index(one.what) + shift for one in mine],
            mode="markers",
            name=escape(part),
            marker={
                "size": 11,
                "color": [colour if one.is_certain else look.paper for one in mine],
                "line": {"color": colour, "width": 2},
            },
            error_x=whiskers([(one.value, one.low, one.high) for one in mine], colour, 3),
            text=[_hover(one) for one in mine],
            hovertemplate="%{text}<extra></extra>",
        )
    name_rows(chart, [escape(row) for row in rows], -0.7, look)
    chart.add_vline(x=0, line={"color": look.quiet, "width": 1})
    chart.update_xaxes(title_text=escape(metric), nticks=6, zeroline=False)
    return chart


def _hover(one: Bought) -> str:
    interval = "" if one.low is None else f"<br>95 % interval {one.low:+.4f} to {one.high:+.4f}"
    return f"{escape(one.what)}<br>{escape(one.where)}: {one.value:+.4f}{interval}"
