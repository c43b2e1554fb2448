"""Lists of several models side by side: how alike they are, and how few items fill them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from recsys_core.figures.comparison import in_lines
from recsys_core.figures.theme import CATEGORIES, Theme, escape, figure
from recsys_core.types import Float64

MOST_WITH_NUMBERS, FEW = 16, 8  # models whose numbers can be read side by side, and in full size
MOST_NAMED = 12  # lines in a legend
WHITE = "#FFFFFF"
DARK_FROM = 0.85  # share of colour on which white is easier to read than ink
LONGEST = 26  # letters of a label


def likeness_chart(
    labels: Sequence[str], values: Float64, what: str, digits: int, most: float, look: Theme
) -> go.Figure:
    """A matrix of squares, the more colour the more alike, with numbers in them. Columns are numbered as the rows are.

    The finding belongs above it, as text that a narrow window can wrap.

    Args:
        labels: of the R models.
        values: Float64[R, R]; NaN where nothing is known.
        what: the values in words, for hovering.
        digits: of the numbers, behind the point.
        most: the value of two equal lists.
        look: light or dark.
    """
    n = len(labels)
    chart = figure("", look, height=70 + max(26, 44 - n) * n)
    colour = ", ".join(str(int(CATEGORIES[0][at : at + 2], 16)) for at in (1, 3, 5))
    others = np.where(np.eye(n, dtype=bool), np.nan, values)  # that a list is like itself says nothing
    chart.add_heatmap(
        z=others,
        zmin=0,
        zmax=most,
        colorscale=[[0, f"rgba({colour}, 0.04)"], [1, f"rgb({colour})"]],
        showscale=False,
        xgap=2,
        ygap=2,
        customdata=[[f"{escape(one)}<br>{escape(other)}" for other in labels] for one in labels],
        hoverongaps=False,
        hovertemplate=f"%{{customdata}}<br>{escape(what)} %{{z:.{digits + 1}f}}<extra></extra>",
    )
    if n <= MOST_WITH_NUMBERS:
        for row, column in np.argwhere(~np.isnan(others)).tolist():
            share = others[row, column] / most
            chart.add_annotation(
                x=column,
                y=row,
                text=f"{others[row, column]:.{digits}f}",
                showarrow=False,
                font={"color": WHITE if share >= DARK_FROM else look.ink, "size": 13 if n <= FEW else 11},
            )
    places = list(range(n))
    named = places if n <= MOST_WITH_NUMBERS else [place for place in places if (place + 1) % 5 == 0]
    called = [in_lines(label) if n <= MOST_WITH_NUMBERS else _short(label) for label in labels]
    numbered = [f"<b>{place + 1}</b>  {name}" for place, name in enumerate(called)]
    bare = {"showgrid": False, "zeroline": False, "showline": False, "ticks": ""}
    chart.update_yaxes(tickvals=places, ticktext=numbered, range=[n - 0.5, -0.5], tickfont={"color": look.ink}, **bare)
    chart.update_xaxes(
        tickvals=named,
        ticktext=[f"<b>{place + 1}</b>" for place in named],
        side="top",
        tickangle=0,
        tickfont={"color": look.ink},
        **bare,
    )
    chart.update_layout(margin_t=28, margin_b=8)
    return chart


def _short(label: str) -> str:
    return escape(label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…")


@dataclass(frozen=True)
class Filling:
    """How many items fill which share of all places, most shown first.

    Attributes:
        label, colour: of the model.
        items: how many items.
        shares: 0 to 1, of the places that they fill.
        dash: how many models of the same kind come before it.
    """

    label: str
    colour: str
    items: Sequence[int]
    shares: Sequence[float]
    dash: int = 0


DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def filling_chart(fillings: Sequence[Filling], look: Theme) -> go.Figure:
    """The most shown items against the share of all places that they fill. The finding belongs above it.

    More lines than a legend can name are named by hovering alone.
    """
    has_legend = len(fillings) <= MOST_NAMED
    chart = figure("", look, height=320 + 16 * len(fillings) if has_legend else 400)
    for one in fillings:
        chart.add_scatter(
            x=list(one.items),
            y=[100 * share for share in one.shares],
            name=escape(one.label),
            mode="lines",
            line={"color": one.colour, "width": 2.5, "dash": DASHES[one.dash % len(DASHES)]},
            hovertemplate=f"{escape(one.label)}<br>%{{x:,}} items fill %{{y:.0f}} % of the places<extra></extra>",
            showlegend=has_legend,
        )
    chart.add_hline(y=50, line={"color": look.quiet, "width": 1, "dash": "dot"})
    chart.update_layout(
        showlegend=has_legend,
        margin_t=12,
        legend={"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom", "font_color": look.ink},
        legend_itemclick=False,
        legend_itemdoubleclick=False,
    )
    chart.update_xaxes(type="log", title_text="items, the most shown first", dtick=1, zeroline=False)
    chart.update_yaxes(title_text="share of all places", range=[0, 103], ticksuffix=" %", nticks=6, zeroline=False)
    return chart
