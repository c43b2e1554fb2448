"""Quality over cost, with the models that are worth theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, escape, figure

WIDE = 20  # times; a wider range of costs is drawn on a logarithmic axis
PALE = 0.55  # of those that are beaten
MOST_NAMES, LONGEST_NAME = 12, 24
NEAR = 0.06  # of the range of values: names at one side of such points would run into each other


@dataclass(frozen=True)
class Priced:
    """A model's figure and its cost; ``worth`` where no other is at least as good and cheaper."""

    label: str
    colour: str
    cost: float
    cost_text: str
    value: float
    low: float | None
    high: float | None
    worth: bool


def pareto_chart(models: Sequence[Priced], cost: str, metric: str, higher_is_better: bool, look: Theme) -> go.Figure:
    """A point for each model, those that are worth their cost joined by steps. The finding belongs above it.

    Args:
        models: one or more.
        cost: name of the horizontal axis, with its unit.
        metric: name of the vertical axis.
        higher_is_better: of that metric.
        look: light or dark.
    """
    chart = figure("", look, height=400)
    front = sorted((model for model in models if model.worth), key=lambda model: model.cost)
    chart.add_scatter(
        x=[model.cost for model in front],
        y=[model.value for model in front],
        mode="lines",
        line={"color": look.quiet, "width": 1.5, "dash": "dot", "shape": "hv"},
        hoverinfo="skip",
    )
    costs = [model.cost for model in models]
    is_log = min(costs) > 0 and max(costs) / min(costs) > WIDE
    places = [log10(cost) for cost in costs] if is_log else costs
    for model, side in zip(models, _sides(models), strict=True):
        interval = "" if model.low is None else f"<br>95 % interval {model.low:.4f} to {model.high:.4f}"
        chart.add_scatter(
            x=[model.cost],
            y=[model.value],
            mode="markers+text",
            text=[_name(model) if model.worth or len(models) <= MOST_NAMES else ""],
            textposition=side,
            textfont={"color": look.ink if model.worth else look.quiet, "size": 12},
            marker={"size": 12, "color": model.colour, "opacity": 1.0 if model.worth else PALE},
            cliponaxis=False,
            hovertemplate=f"{escape(model.label)}<br>{escape(metric)} %{{y:.4f}}{interval}"
            f"<br>{escape(model.cost_text)}<extra></extra>",
        )
    values = [model.value for model in models]
    chart.update_yaxes(title_text=escape(metric), nticks=6, zeroline=False, range=_around(values))
    if not higher_is_better:
        chart.update_yaxes(range=_around(values)[::-1])  # better is up
    chart.update_xaxes(title_text=escape(cost), zeroline=False, showgrid=False, nticks=6, range=_around(places))
    if is_log:
        chart.update_xaxes(type="log", dtick=1, tickformat="~g")
    chart.update_layout(margin_t=12)
    return chart


def _sides(models: Sequence[Priced]) -> list[str]:
    """Names stand above their points; of two points at one height, that of the dearer one below."""
    values = [model.value for model in models]
    near = NEAR * (max(values) - min(values))
    above: list[float] = []
    sides = {}
    for model in sorted(models, key=lambda model: (not model.worth, model.cost)):
        is_taken = any(abs(model.value - value) <= near for value in above)
        sides[id(model)] = "bottom center" if is_taken else "top center"
        above += [] if is_taken else [model.value]
    return [sides[id(model)] for model in models]


def _name(model: Priced) -> str:
    """What stands beside a point, with the settings where they are short."""
    name = model.label if len(model.label) <= LONGEST_NAME else model.label.partition(", ")[0]
    return escape(name)


def _around(values: list[float]) -> list[float]:
    """The range of an axis with room for labels."""
    room = (max(values) - min(values) or abs(max(values)) or 1.0) * 0.15
    return [min(values) - room, max(values) + room]
