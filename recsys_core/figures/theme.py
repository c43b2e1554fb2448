"""Colours and the plotly template, from the same tokens as ``.streamlit/config.toml``."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from recsys_core.types import Json


@dataclass(frozen=True)
class Theme:
    """The tokens of one of the two looks."""

    paper: str
    panel: str
    ink: str
    quiet: str
    line: str
    accent: str
    on_accent: str
    hit: str
    popularity: str


LIGHT = Theme("#FBFAF8", "#F1EEE9", "#1F1B16", "#6B635A", "#DED8CF", "#B4451F", "#FFFFFF", "#00704F", "#8A8178")
DARK = Theme("#171412", "#221E1A", "#EFEAE3", "#A89F94", "#3A342E", "#F0875A", "#171412", "#4FC89C", "#948A80")

# Okabe and Ito's palette, told apart by colour-blind people too, and eight hues more. Their black and yellow are left
# out: each vanishes on one paper.
CATEGORIES = (
    *("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"),
    *("#8A63DB", "#8B9A1B", "#C8102E", "#8A5A33", "#12A5A5", "#C23BC2", "#2A9720", "#3355FF"),
)


def theme(kind: str | None) -> Theme:
    """The look for "dark"; light for everything else."""
    return DARK if kind == "dark" else LIGHT


# How much ink is mixed in, and how many hues are passed over, from round to round through the palette: what stands
# next to each other in the list of models is not the same hue twice.
SHADES, STRIDE = (0.0, 0.45), 3


def model_colours(keys: list[str], look: Theme) -> dict[str, str]:
    """A colour for each model, the same on every chart; popularity is grey, a blend ink. The first 28 others differ.

    Args:
        keys: all models in the order of their list, not only those on the chart.
        look: decides the grey and the ink.
    """
    colours = {"popularity": look.popularity, "blend": look.ink}
    others = [key for key in keys if key not in colours]
    for position, key in enumerate(others):
        round_, place = divmod(position, len(CATEGORIES))
        hue = CATEGORIES[(place + STRIDE * round_) % len(CATEGORIES)]
        colours[key] = _mix(hue, look.ink, SHADES[round_ % len(SHADES)])
    return {key: colours[key] for key in keys}


def _mix(colour: str, other: str, share: float) -> str:
    """A colour with a share of another one in it; both as #RRGGBB."""
    parts = [(int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(one + (two - one) * share):02X}" for one, two in parts)


def in_light(look: Theme) -> dict[str, str]:
    """What each colour of a look is in the light one, for pictures that are to be printed; none where it is light.

    Both as they stand in an SVG file, in small letters: #rrggbb and rgb(r, g, b).
    """
    if look == LIGHT:
        return {}
    pairs = [(_mix(hue, look.ink, shade), _mix(hue, LIGHT.ink, shade)) for hue in CATEGORIES for shade in SHADES[1:]]
    pairs += [(token, getattr(LIGHT, name)) for name, token in vars(look).items() if name != "on_accent"]
    return {form(dark): form(light) for dark, light in pairs for form in (str.lower, _as_rgb)}


def _as_rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


def figure(title: str, look: Theme, height: int) -> go.Figure:
    """An empty figure with a title and our look."""
    axis = {
        "gridcolor": look.line,
        "zerolinecolor": look.line,
        "linecolor": look.line,
        "tickcolor": look.line,
        "tickfont": {"color": look.quiet, "size": 12},
        "title": {"font": {"color": look.quiet, "size": 12}, "standoff": 8},
        "automargin": True,
    }
    return go.Figure(
        layout={
            "title": {
                "text": escape(title),
                "font": {"size": 15, "color": look.ink, "weight": 600},
                "x": 0,
                "xref": "container",
                "xanchor": "left",
                "y": 1,
                "yref": "container",
                "yanchor": "top",
                "pad": {"t": 8, "l": 2},
                "automargin": False,
            },
            "height": height,
            "margin": {"l": 8, "r": 16, "t": 48, "b": 8},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": '"Source Sans", "Source Sans 3", sans-serif', "color": look.ink, "size": 13},
            "hoverlabel": {"bgcolor": look.panel, "bordercolor": look.line, "font": {"color": look.ink}},
            "showlegend": False,
            "xaxis": axis,
            "yaxis": axis,
            "dragmode": False,
        }
    )


def legend_above(chart: go.Figure, look: Theme) -> None:
    """A legend in a row above the plot, which tells and cannot be clicked."""
    chart.update_layout(
        margin_t=36,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"color": look.ink}},
        legend_itemclick=False,
        legend_itemdoubleclick=False,
    )


def name_rows(chart: go.Figure, names: list[str], top: float, look: Theme) -> None:
    """The vertical axis of a chart that has a row for each name, the first on top.

    Args:
        chart: whose rows lie at 0, 1, 2 ...
        names: as HTML.
        top: where the axis begins, a little above 0.
        look: light or dark.
    """
    chart.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=names,
        range=[len(names) - 0.5, top],
        showgrid=False,
        zeroline=False,
        showline=False,
        ticks="",
        tickfont={"color": look.ink, "size": 13},
    )


def escape(text: str) -> str:
    """Text that plotly shows as it is: its labels would take ``<b>`` and ``<a href>`` for markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def whiskers(ends: Sequence[tuple[float, float | None, float | None]], colour: str, thickness: float) -> Json:
    """Intervals as plotly's error bars.

    Args:
        ends: value, low and high of each point; None where there is no interval.
    """
    return {
        "type": "data",
        "symmetric": False,
        "array": [0 if high is None else high - value for value, _, high in ends],
        "arrayminus": [0 if low is None else value - low for value, low, _ in ends],
        "color": colour,
        "thickness": thickness,
        "width": 0,
    }
