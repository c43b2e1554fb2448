"""Click-through rates of an impression log, each a dot with its interval."""

from typing import Protocol, Self

import numpy as np
import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, escape, figure
from recsys_core.types import Bool, Float64, Int64

HEIGHT = 260
MOST_POSITIONS = 20
MOST_ITEMS = 12
_LONGEST_NAME = 18


class Rates(Protocol):
    """Click-through rates of n groups of impressions: arrays [n], the interval from ``low`` to ``high``."""

    @property
    def impressions(self) -> Int64: ...
    @property
    def clicks(self) -> Int64: ...
    @property
    def values(self) -> Float64: ...
    @property
    def low(self) -> Float64: ...
    @property
    def high(self) -> Float64: ...
    def __len__(self) -> int: ...
    def take(self, rows: Int64) -> Self: ...


def clicks_by_position(
    positions: Int64, rates: Rates, overall: float, difference: tuple[float, float, float] | None, look: Theme
) -> go.Figure:
    """The rate of each position, at most the first 20.

    Args:
        positions: Int64[P], ascending.
        rates: of these positions.
        overall: the rate of all impressions.
        difference: the first position less all later ones, and the ends of its interval; None where there is one only.
        look: light or dark.
    """
    if difference is None:
        title = f"All impressions are at position {positions[0]}"
    elif difference[1] <= 0 <= difference[2]:
        title = f"Position {positions[0]} is not told apart from others"
    else:
        later = rates.clicks[1:].sum() / rates.impressions[1:].sum()
        title = f"Position {positions[0]}: {_rate(rates.values[0])}, later ones {_rate(later)}"
    chart = figure(title, look, HEIGHT)
    shown = positions[:MOST_POSITIONS]
    _dots(chart, shown, [f"position {place}" for place in shown], rates.take(np.arange(len(shown))), overall, look)
    rest = f", the first {MOST_POSITIONS} of {len(positions):,}" if len(positions) > MOST_POSITIONS else ""
    ends = [shown[0] - 0.6, shown[-1] + 0.6]
    steps = {"dtick": 1} if ends[1] - ends[0] < 12 else {"nticks": 8}
    chart.update_xaxes(title_text=f"position{rest}", range=ends, showgrid=False, zeroline=False, **steps)
    return chart


def clicks_by_item(
    names: list[str], rates: Rates, overall: float, above: int, by_chance: float, look: Theme
) -> go.Figure:
    """The rates of the first 12 of the items that have impressions enough to be compared.

    Args:
        names: of n items, in the order in which they are to stand.
        rates: of these items.
        overall: the rate of all impressions.
        above: how many of the intervals lie above it.
        by_chance: how many would, on average, if all items had the same rate.
        look: light or dark.
    """
    chance = f"{by_chance:.0f}" if by_chance >= 0.95 else f"{by_chance:.1f}"
    title = f"{above:,} of {len(names):,} items above {_rate(overall)}, by chance {chance}"
    chart = _rows(title, names[:MOST_ITEMS], rates.take(np.arange(min(len(names), MOST_ITEMS))), overall, look)
    chart.update_yaxes(title_text="item" if len(names) <= MOST_ITEMS else f"item, the first {MOST_ITEMS}")
    return chart


def clicks_by_slice(names: list[str], rates: Rates, overall: float, look: Theme) -> go.Figure:
    """The rates of slices that have impressions.

    Args:
        names: of n slices, in the order in which they are to stand.
        rates: of these slices.
        overall: the rate of all impressions.
        look: light or dark.
    """
    apart = int(_apart(rates, overall).sum())
    stand = "stands" if apart == 1 else "stand"
    many = f"{apart or 'none'} of {len(names)} slices {stand} apart from {_rate(overall)}"
    return _rows(many[:1].upper() + many[1:], names, rates, overall, look)


def _rows(title: str, names: list[str], rates: Rates, overall: float, look: Theme) -> go.Figure:
    """A row for each name, with its dot and interval."""
    rows = np.arange(len(names))
    chart = figure(title, look, max(HEIGHT, 60 + 24 * len(rows)))
    _dots(chart, rows, names, rates, overall, look, across=True)
    ticks = [name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…" for name in names]
    chart.update_yaxes(
        tickvals=rows,
        ticktext=[escape(tick) for tick in ticks],
        range=[len(rows) - 0.4, -0.6],
        showgrid=False,
        zeroline=False,
    )
    return chart


def clicks_over_time(
    edges: Int64, labels: list[str], rates: Rates, overall: float, unit: str, look: Theme, zone: str = "UTC"
) -> go.Figure:
    """The rate of each bucket of time; buckets without impressions are left empty.

    Args:
        edges: Int64[B + 1], what clocks showed, in seconds since 1970 began on them.
        labels: what to call each bucket.
        rates: of these buckets.
        overall: the rate of all impressions.
        unit: the length of a bucket, "day".
        look: light or dark.
        zone: whose clocks part the buckets.
    """
    used = np.flatnonzero(rates.impressions)
    rates = rates.take(used)
    apart = int(_apart(rates, overall).sum())
    units = "centuries" if unit == "century" else f"{unit}s"
    if len(used) == 1:
        title = f"All impressions are of one {unit}"
    elif not apart:
        title = f"No {unit} stands apart from {_rate(overall)}"
    else:
        title = f"{apart:,} of {len(used):,} {units} {'stands' if apart == 1 else 'stand'} apart from {_rate(overall)}"
    chart = figure(title, look, HEIGHT)
    middles = (edges[:-1] + edges[1:]) // 2
    moments = middles[used].astype("M8[s]").astype(str)
    _dots(chart, moments, [labels[bucket] for bucket in used], rates, overall, look)
    ends = [str(moment) for moment in edges[[0, -1]].astype("M8[s]")]
    chart.update_xaxes(type="date", title_text=f"by {unit} ({zone})", range=ends, nticks=5, showgrid=False)
    return chart


def _dots(
    chart: go.Figure,
    places: np.ndarray,
    names: list[str],
    rates: Rates,
    overall: float,
    look: Theme,
    across: bool = False,
) -> None:
    """A dot with its interval at each place, in colour where that leaves out the overall rate, a dashed line."""
    values = rates.values
    says = [
        f"{escape(name)}<br>{_rate(value)}, 95% {_rate(low)} to {_rate(high)}<br>{clicks:,} of {shown:,} clicked"
        for name, value, low, high, clicks, shown in zip(
            names, values, rates.low, rates.high, rates.clicks, rates.impressions, strict=True
        )
    ]
    rate_axis, place_axis = ("x", "y") if across else ("y", "x")
    bars = {
        "type": "data",
        "symmetric": False,
        "array": rates.high - values,
        "arrayminus": values - rates.low,
        "width": 3,
        "color": look.popularity,
    }
    chart.add_scatter(
        **{rate_axis: values, place_axis: places, f"error_{rate_axis}": bars},
        mode="markers",
        marker={"color": [look.accent if apart else look.popularity for apart in _apart(rates, overall)], "size": 9},
        customdata=says,
        hovertemplate="%{customdata}<extra></extra>",
    )
    line = {"line": {"color": look.quiet, "width": 1, "dash": "dash"}, "layer": "below"}
    _ = chart.add_vline(x=overall, **line) if across else chart.add_hline(y=overall, **line)
    # An interval over few impressions may run out of sight, so that the others can be seen.
    top = min(rates.high.max(), max(3 * overall, 3 * values.max())) or rates.high.max()
    update = chart.update_xaxes if across else chart.update_yaxes
    update(
        title_text=f"clicked; dashed: all, {_rate(overall)}",
        tickformat=".2~%" if top < 0.1 else ".0%",
        range=[-0.02 * top, 1.05 * top],
        nticks=5,
    )


def _apart(rates: Rates, overall: float) -> Bool:
    return (rates.low > overall) | (rates.high < overall)


def _rate(rate: float) -> str:
    percent = 100 * rate
    return f"{percent:.0f}%" if percent in (0, 100) else f"{percent:.{2 if percent < 9.995 else 1}f}%"
