"""What a data set looks like."""

import numpy as np
import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, figure
from recsys_core.types import Bool, Float64, Int64

HEIGHT = 260
FEW = 5
_FINEST = 12  # up to as many bars, each has its number below
# Where the bars for numbers of events begin: steps of about the same factor, with 5 among them.
_MANTISSAS = (1, 1.5, 2, 3, 5, 7)
_MONTH = 28 * 86_400
_STEADY = 0.25  # standard deviation of the buckets, of their mean


def rating_histogram(
    levels: Float64, counts: Int64, look: Theme, tops: Float64 | None = None, noun: str = "rating"
) -> go.Figure:
    """How often each rating, or weight, occurs.

    Args:
        levels: ascending; the lower ends where ``tops`` gives the upper ends of bands.
        counts: Int64[len(levels)].
        look: light or dark.
        tops: the upper ends of bands.
        noun: "rating", or "weight" of implicit events.
    """
    peak = int(np.argmax(counts))
    share = counts[peak] / max(1, counts.sum())
    names = [_number(level) for level in levels]
    if tops is not None:
        to = "to" if noun == "rating" else "to under"  # weights are often whole numbers
        names = [f"{_number(low)} {to} {_number(top)}" for low, top in zip(levels, tops, strict=True)]
    what = "ratings" if noun == "rating" else "events"
    if tops is not None:
        title = f"{_share(share)} of {what} {'weigh' if noun == 'weight' else 'lie in'} {names[peak]}"
    elif noun == "weight":
        title = f"{_share(share)} of events weigh {names[peak]}"
    elif len(levels) == 1:
        title = f"All ratings are a {names[0]}"
    else:
        title = f"{_share(share)} of ratings are a {names[peak]}"
    chart = figure(title, look, HEIGHT)
    places, ticks = _places(levels, tops)
    chart.add_bar(
        x=places,
        y=counts,
        customdata=names,
        marker={"color": [look.accent if place == peak else look.popularity for place in range(len(levels))]},
        hovertemplate=f"{noun} %{{customdata}}<br>%{{y:,}} {what}<extra></extra>",
    )
    chart.update_xaxes(title_text=noun, showgrid=False, zeroline=False, **ticks)
    _count_axis(chart, what, counts)
    return chart


def long_tail(counts: Int64, look: Theme, noun: str = "events") -> go.Figure:
    """How unevenly events spread over items: share of events against share of items, most popular first.

    That is the Lorenz curve, mirrored; the Gini coefficient is twice the area between it and the diagonal.
    """
    ordered = np.sort(counts)[::-1]
    n = len(ordered)
    events = np.concatenate([[0.0], np.cumsum(ordered) / max(1, ordered.sum())])
    items = np.linspace(0, 1, n + 1)
    gini = max(0.0, float((events[1:] + events[:-1]).sum()) / n - 1)
    top = max(1, n // 10)
    who = "The top 10% of items have" if n >= 10 else "The top item has"
    title = f"{who} {_share(events[top])} of {noun}" if n > 1 else "There is only one item"
    chart = figure(title, look, HEIGHT)
    keep = np.unique(np.linspace(0, n, 300).astype(int))
    chart.add_scatter(
        x=items[keep],
        y=events[keep],
        mode="lines",
        line={"color": look.accent, "width": 2},
        hovertemplate=f"top %{{x:.0%}} of items<br>%{{y:.0%}} of {noun}<extra></extra>",
    )
    chart.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": look.popularity, "dash": "dot"}, hoverinfo="skip"
    )
    chart.add_annotation(
        x=1, y=0.04, text=f"Gini {gini:.2f}", showarrow=False, xanchor="right", yanchor="bottom", font={"size": 13}
    )
    chart.update_xaxes(title_text="items, most popular first", tickformat=".0%", range=[0, 1], nticks=6, showgrid=False)
    chart.update_yaxes(title_text=f"share of {noun}", tickformat=".0%", range=[0, 1.02], nticks=5)
    return chart


def activity(counts: Int64, look: Theme, owner: str = "person", noun: str = "events") -> go.Figure:
    """How many events people, or items, have. Those with fewer than 5 are in colour, those with none stand apart.

    Args:
        counts: of each person or item; at least one.
        look: light or dark.
        owner: "person" or "item".
        noun: what events are called.
    """
    owners = {"person": "people", "item": "items"}[owner]
    few = float((counts < FEW).mean())
    least, most = int(counts[counts > 0].min()), int(counts.max())
    if len(counts) == 1:
        title = f"The only {owner} has {most:,} {noun}"
    elif int(counts.min()) == most:
        title = f"All {owners} have {most:,} {noun}"
    elif few >= 0.2:
        title = f"{_share(few)} of {owners} have fewer than {FEW} {noun}"
    else:
        title = f"Half of {owners} have {np.floor(np.median(counts)):,.0f}+ {noun}"
    chart = figure(title, look, HEIGHT)
    edges = _count_edges(least, most)
    heights, _ = np.histogram(counts[counts > 0], bins=edges)
    lows, highs = edges[:-1], edges[1:] - 1
    names = [f"{low:,}" if low == high else f"{low:,} to {high:,}" for low, high in zip(lows, highs, strict=True)]
    places = np.arange(len(heights)) + 0.5
    ticks = _count_ticks(edges)
    none = int((counts == 0).sum())
    if none:
        places, heights = np.concatenate([[-1.0], places]), np.concatenate([[none], heights])
        names, lows = ["no", *names], np.concatenate([[0], lows])
        ticks = {-1: 0} | ticks
    chart.add_bar(
        x=places,
        y=heights,
        customdata=names,
        marker={"color": [look.accent if low < FEW else look.popularity for low in lows]},
        hovertemplate=f"%{{customdata}} {noun}<br>%{{y:,}} {owners}<extra></extra>",
    )
    middle, reach = (places[0] + places[-1]) / 2, max((places[-1] - places[0]) / 2 + 0.6, 2)
    chart.update_layout(bargap=0.12)
    chart.update_xaxes(
        title_text=f"{noun} of {'a person' if owner == 'person' else 'an item'}",
        tickvals=list(ticks),
        ticktext=[_short(edge) for edge in ticks.values()],
        range=[middle - reach, middle + reach],
        showgrid=False,
        zeroline=False,
    )
    _count_axis(chart, owners, heights)
    return chart


def events_over_time(
    edges: Int64, labels: list[str], counts: Int64, whole: Bool, unit: str, look: Theme, noun: str = "events"
) -> go.Figure:
    """How many events each bucket of time holds; buckets that may be incomplete are pale and say so.

    Args:
        edges: Int64[B + 1], unix seconds.
        labels: what to call each bucket.
        counts: Int64[B].
        whole: Bool[B], false for a bucket that may be incomplete.
        unit: the length of a bucket, "month".
        look: light or dark.
        noun: what events are called.
    """
    title, peak = _course(labels, counts, whole, unit, noun)
    chart = figure(title, look, HEIGHT)
    colours = [look.accent if place == peak else look.popularity for place in range(len(counts))]
    _time_bars(chart, edges, labels, counts, whole, colours, f"%{{y:,}} {noun}")
    _time_axis(chart, edges, unit, whole)
    _count_axis(chart, f"{noun} per {unit}", counts)
    return chart


def people_over_time(
    edges: Int64, labels: list[str], active: Int64, new: Int64, whole: Bool, unit: str, look: Theme
) -> go.Figure:
    """How many people are active in each bucket of time, new ones in colour; see :func:`events_over_time`."""
    chart = figure(_newcomers(active, new, whole), look, HEIGHT)
    returning = active - new
    _time_bars(chart, edges, labels, returning, whole, [look.popularity] * len(active), "%{y:,} were here before")
    _time_bars(chart, edges, labels, new, whole, [look.accent] * len(active), "%{y:,} are new")
    _time_axis(chart, edges, unit, whole)
    chart.update_layout(barmode="stack")
    _count_axis(chart, "people, new ones in colour", active)
    return chart


def _count_axis(chart: go.Figure, title: str, counts: Int64) -> None:
    steps = {"dtick": 1} if counts.max() < 5 else {"nticks": 5}
    chart.update_yaxes(title_text=title, tickformat=",", rangemode="tozero", **steps)


def _course(labels: list[str], counts: Int64, whole: Bool, unit: str, noun: str) -> tuple[str, int | None]:
    """The finding of events over time, and the bucket that it is about, if it is about one.

    A burst goes before gaps, gaps before a trend; only whole buckets are compared.
    """
    peak, share = int(counts.argmax()), float(counts.max() / counts.sum())
    if share >= max(0.2, 4 / len(counts)) or whole.sum() < 4:
        return f"{_capital(labels[peak])} has {_share(share)} of {noun}", peak
    complete = counts[whole]
    empty, mean = int((complete == 0).sum()), float(complete.mean())
    if empty >= 0.1 * len(complete):
        return f"No {noun} in {empty} of {len(complete)} {_plural(unit)}", None
    part = len(complete) // 4
    before, after = float(complete[:part].mean()), float(complete[-part:].mean())
    if after >= 1.5 * before:
        return f"Growing: {_rate(before)} to {_rate(after)} {noun} per {unit}", None
    if before >= 1.5 * after:
        return f"Shrinking: {_rate(before)} to {_rate(after)} {noun} per {unit}", None
    if complete.std() <= _STEADY * mean:
        return f"Steady: about {_rate(mean)} {noun} per {unit}", None
    return f"{_capital(labels[peak])} was busiest: {_rate(float(counts[peak]))} {noun}", peak


def _newcomers(active: Int64, new: Int64, whole: Bool) -> str:
    """The finding of people over time. In the first bucket everybody is new, so it says nothing."""
    if len(active) == 1:
        return f"{active[0]:,} people are active" if active[0] != 1 else "One person is active"
    seen = whole[1:] if whole[1:].any() else np.ones(len(active) - 1, dtype=bool)
    share = float(new[1:][seen].sum() / max(1, active[1:][seen].sum()))
    if share >= 0.5:
        return f"{_share(share)} of active people are new"
    return f"{_share(1 - share)} of active people were here before"


def _time_bars(
    chart: go.Figure, edges: Int64, labels: list[str], counts: Int64, whole: Bool, colours: list[str], says: str
) -> None:
    names = [label if sure else f"{label}, maybe incomplete" for label, sure in zip(labels, whole, strict=True)]
    widths = np.diff(edges) * 1000.0  # plotly counts in milliseconds
    chart.add_bar(
        x=_moments(edges[:-1]),
        y=counts,
        width=0.86 * widths,
        offset=0.07 * widths,
        customdata=names,
        marker={"color": colours, "opacity": np.where(whole, 1.0, 0.5), "line": {"width": 0}},
        hovertemplate=f"%{{customdata}}<br>{says}<extra></extra>",
    )


def _time_axis(chart: go.Figure, edges: Int64, unit: str, whole: Bool) -> None:
    title = f"by {unit}" + ("" if whole.all() else "; pale may be incomplete")
    moments = _moments(edges[[0, -1]])
    chart.update_layout(hovermode="x")  # bars that are hard to hit answer too
    chart.update_xaxes(type="date", title_text=title, range=moments, nticks=5, showgrid=False)
    if edges[-1] - edges[0] > 80 * _MONTH:
        chart.update_xaxes(tickformat="%Y")


def _moments(seconds: Int64) -> list[str]:
    return [str(moment) for moment in seconds.astype("M8[s]")]


def _places(levels: Float64, tops: Float64 | None) -> tuple[Float64, dict[str, object]]:
    """Where the bars of the levels stand, and the ticks below them.

    Levels stand to scale as long as the closest two stay apart; otherwise, and bands, side by side.
    """
    n = len(levels)
    span = levels[-1] - levels[0]
    if tops is None and (n == 1 or span <= 120 * np.diff(levels).min()):
        return levels, {"tickvals": levels} if n <= _FINEST else {"nticks": 8}
    shown = np.arange(n) if n <= _FINEST else np.arange(0, n, -(-n // 5))
    places = np.arange(n, dtype=np.float64)
    at = shown if tops is None else shown - 0.5
    return places, {"tickvals": at, "ticktext": [_number(levels[place]) for place in shown]}


def _count_edges(least: int, most: int) -> Int64:
    """Where bars for ``least``..``most`` begin, and the end of the last: from 1 one by one if there are few, else in
    growing steps, or in equal ones where these would make few bars."""
    if most <= 2 * _FINEST:
        return np.arange(1, most + 2)
    steps = np.array([[mantissa * 10**power for mantissa in _MANTISSAS] for power in range(12)]).ravel()
    edges = np.unique(np.floor(steps).astype(np.int64))
    first, last = np.searchsorted(edges, [least, most], side="right")
    if last - first >= 6:
        return edges[first - 1 : last + 1]
    step = -(-(most - least + 1) // _FINEST)
    return np.arange(least, most + step + 1, step)


def _count_ticks(edges: Int64) -> dict[float, int]:
    """What stands where below the bars: in the middle of a bar for one number, else where a bar begins."""
    starts = edges[:-1].tolist()
    if edges[-1] - edges[0] == len(starts):
        return {place + 0.5: start for place, start in enumerate(starts) if len(starts) <= _FINEST or start % 5 == 0}
    ticks: dict[float, int] = {place: start for place, start in enumerate(starts) if _is_round(start)}
    return ticks if len(ticks) >= 3 else {place: start for place, start in enumerate(starts) if place % 3 == 0}


def _is_round(edge: int) -> bool:
    digits = str(edge)
    return digits[0] in "15" and not digits[1:].strip("0")


def _share(share: float) -> str:
    """A share in whole percents that says neither 0 of something nor 100 of less than all."""
    if 0 < share < 0.01:
        return "Under 1%"
    return "Over 99%" if 0.99 < share < 1 else f"{share:.0%}"


def _rate(number: float) -> str:
    return f"{number:.1f}" if number < 9.95 else _short(round(number))


def _short(number: int) -> str:
    """1,234 -> "1.2k": for axes and titles."""
    for size, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= size:
            return f"{number / size:.2g}{letter}" if number < 9.95 * size else f"{number / size:,.0f}{letter}"
    return str(number)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plural(unit: str) -> str:
    return "centuries" if unit == "century" else f"{unit}s"


def _number(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
