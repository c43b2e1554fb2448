"""Names at the ends of lines, instead of a legend that has to be looked up."""

from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from recsys_core.figures.theme import escape

NAME_WIDTH = 20  # letters in a line
DOT, LETTER, LINE = 13, 7.2, 15.0  # pixels


def name_ends(chart: go.Figure, names: list[str], values: list[float], colours: list[str], bottom: float) -> None:
    """Write the name of each line beside its right end, moved apart where two would overlap; sets the right margin.

    A dot has the colour of the line; names in the paler ones could hardly be read.

    Args:
        chart: with a height and a range of its y axis.
        names: of the lines.
        values: where they end.
        colours: of the lines.
        bottom: pixels below the plot, where the x axis is labelled.
    """
    low, high = chart.layout.yaxis.range
    pixels = chart.layout.height - chart.layout.margin.t - bottom
    lines = [wrap(name, NAME_WIDTH, break_long_words=False) or [""] for name in names]
    heights = np.array([LINE * len(part) for part in lines]) * (high - low) / pixels
    places = spread(np.array(values, dtype=np.float64), heights, low, high)
    for part, place, colour in zip(lines, places, colours, strict=True):
        chart.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            xshift=6,
            y=place,
            yanchor="middle",
            text=f'<span style="color: {colour}">●</span> {"<br>".join(map(escape, part))}',
            align="left",
            showarrow=False,
            font={"size": 12},
        )
    longest = max((len(line) for part in lines for line in part), default=0)
    chart.update_layout(margin_r=round(DOT + 16 + LETTER * longest))


def spread(values: np.ndarray, heights: np.ndarray, low: float, high: float) -> np.ndarray:
    """Float64[n] near ``values``, so far apart that boxes of these heights do not overlap, if they fit at all."""
    order = np.argsort(values, kind="stable")
    places = np.empty(len(values))
    edge = low
    for one in order:  # upwards: each box above the one below it
        places[one] = max(values[one], edge + heights[one] / 2)
        edge = places[one] + heights[one] / 2
    edge = max(high, low + float(heights.sum()))
    for one in order[::-1]:  # downwards: what was pushed out at the top moves back
        places[one] = min(places[one], edge - heights[one] / 2)
        edge = places[one] - heights[one] / 2
    return places
