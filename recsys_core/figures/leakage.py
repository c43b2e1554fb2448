"""What models lose when they may not learn from other people's future."""

from dataclasses import dataclass

import plotly.graph_objects as go

from recsys_core.figures.ends import name_ends
from recsys_core.figures.theme import Theme, escape, figure, whiskers

APART = 0.022  # between two models, so that their intervals do not cover each other
SIDES = ("Leave-one-out", "Cut in time")
BOTTOM = 56


@dataclass(frozen=True)
class Slope:
    """A model's figure with its 95 % interval, with the future and without it."""

    label: str
    left: tuple[float, float | None, float | None]
    right: tuple[float, float | None, float | None]
    is_certain: bool  # whether what lies between is beyond chance
    colour: str


def slope_chart(slopes: list[Slope], metric: str, look: Theme) -> go.Figure:
    """A line from the figure with the future to the one without it; lines that cross are models that change places.

    Args:
        slopes: one for each model.
        metric: name of the axis.
        look: light or dark.
    """
    chart = figure("", look, height=max(340, 170 + 30 * len(slopes)))
    reach = min(0.12, APART * (len(slopes) - 1) / 2)
    numbers = [number for one in slopes for number in (*one.left, *one.right) if number is not None]
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    room = 0.06 * ((high - low) or 1.0)
    chart.update_layout(margin={"t": 12, "b": BOTTOM})
    chart.update_yaxes(range=[low - room, high + room], title_text=escape(metric), nticks=6, zeroline=False)
    for place, one in enumerate(slopes):
        shift = 0.0 if len(slopes) == 1 else reach * (2 * place / (len(slopes) - 1) - 1)
        ends = (one.left, one.right)
        chart.add_scatter(
            x=[shift, 1 + shift],
            y=[value for value, _, _ in ends],
            mode="lines+markers",
            name=escape(one.label),
            line={
                "color": one.colour,
                "width": 3 if one.is_certain else 2,
                "dash": "solid" if one.is_certain else "dot",
            },
            marker={"size": 10, "color": one.colour},
            error_y=whiskers(ends, one.colour, 1.5),
            text=[_hover(one.label, side, *end) for side, end in zip(SIDES, ends, strict=True)],
            hovertemplate="%{text}<extra></extra>",
        )
    chart.update_xaxes(
        range=[-0.18, 1.18],
        tickvals=[0, 1],
        ticktext=[f"{SIDES[0]}<br>with the future", f"{SIDES[1]}<br>without it"],
        tickfont={"color": look.ink, "size": 13},
        showgrid=False,
        zeroline=False,
        ticks="",
    )
    name_ends(
        chart, [one.label for one in slopes], [one.right[0] for one in slopes], [one.colour for one in slopes], BOTTOM
    )
    return chart


def _hover(label: str, side: str, value: float, low: float | None, high: float | None) -> str:
    interval = "" if low is None else f"<br>95 % interval {low:.4f} to {high:.4f}"
    return f"{escape(label)}<br>{side}: {value:.4f}{interval}"
