"""A figure by how much is known of a person."""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from recsys_core.figures.ends import name_ends
from recsys_core.figures.theme import Theme, escape, figure

BOTTOM = 56


@dataclass(frozen=True)
class Warming:
    """A model's figures with their 95 % intervals, one for each number of known events."""

    label: str
    values: list[float]
    lows: list[float | None]
    highs: list[float | None]
    colour: str


def warming_chart(
    lines: list[Warming], known: list[int], metric: str, noun: str, look: Theme, here: int | None = None
) -> go.Figure:
    """A line for each model, with its interval as a band. The numbers stand at equal distances.

    Args:
        lines: one for each model; of popularity as well.
        known: the numbers of known events.
        metric: name of the vertical axis.
        noun: what the events are called, such as "ratings".
        look: light or dark.
        here: a number of known events that is marked, where somebody stands.
    """
    chart = figure("", look, height=max(360, 170 + 30 * len(lines)))
    chart.update_layout(margin={"t": 12, "b": BOTTOM})
    places = list(range(len(known)))
    numbers = [number for one in lines for number in (*one.values, *one.lows, *one.highs) if number is not None]
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    room = 0.06 * ((high - low) or 1.0)
    chart.update_yaxes(range=[low - room, high + room], title_text=escape(metric), nticks=6, zeroline=False)
    for one in lines:
        if all(number is not None for number in (*one.lows, *one.highs)):
            chart.add_scatter(
                x=places + places[::-1],
                y=one.highs + one.lows[::-1],
                mode="lines",
                fill="toself",
                fillcolor=_faint(one.colour),
                line={"width": 0},
                hoverinfo="skip",
            )
    for one in lines:
        chart.add_scatter(
            x=places,
            y=one.values,
            mode="lines+markers",
            name=escape(one.label),
            line={"color": one.colour, "width": 2.5},
            marker={"size": 7, "color": one.colour},
            text=[_hover(one, place, count, noun) for place, count in enumerate(known)],
            hovertemplate="%{text}<extra></extra>",
        )
    if here is not None:
        chart.add_vline(
            x=float(np.interp(here, known, places)),
            line={"color": look.accent, "width": 2, "dash": "dot"},
            annotation={
                "text": "you",
                "font": {"color": look.accent, "size": 13},
                "yanchor": "bottom",
                "xanchor": "center",
            },
        )
        chart.update_layout(margin_t=28)
    chart.update_xaxes(
        tickvals=places,
        ticktext=[str(count) for count in known],
        range=[-0.2, len(known) - 0.8],
        title_text=escape(f"Known {noun} of a person"),
        showgrid=False,
        zeroline=False,
    )
    name_ends(
        chart, [one.label for one in lines], [one.values[-1] for one in lines], [one.colour for one in lines], BOTTOM
    )
    return chart


def _faint(colour: str) -> str:
    """A colour #RRGGBB that lets others shine through."""
    return f"rgba({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))}, 0.14)"


def _hover(line: Warming, place: int, count: int, noun: str) -> str:
    low, high = line.lows[place], line.highs[place]
    interval = "" if low is None else f"<br>95 % interval {low:.4f} to {high:.4f}"
    return f"{escape(line.label)}, {count} known {escape(noun)}<br>{line.values[place]:.4f}{interval}"
