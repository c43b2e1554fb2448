"""How a vote between two models went."""

from dataclasses import dataclass

import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, escape, figure

FAINT = 0.16


@dataclass(frozen=True)
class Course:
    """The share of one model after each vote with a preference, 0 to 1, with its interval."""

    shares: list[float]
    lows: list[float]
    highs: list[float]


def votes_chart(course: Course, name: str, worth: float, needed: int, look: Theme) -> go.Figure:
    """The share with its interval, which closes in; around one half, what is too close to matter. The finding belongs
    above it.

    Args:
        name: of the model whose share it is.
        worth: share above one half from which on a difference matters.
        needed: votes that a lead of this share needs; the axis reaches so far at least.
        look: light or dark.
    """
    chart = figure("", look, height=320)
    chart.update_layout(margin={"t": 12})
    chart.add_hrect(
        1 - worth,
        worth,
        fillcolor=look.line,
        opacity=0.45,
        line_width=0,
        layer="below",
        annotation={"text": "too close to matter", "font": {"color": look.quiet, "size": 12}},
        annotation_position="bottom right",
    )
    chart.add_hline(0.5, line={"color": look.quiet, "width": 1, "dash": "dash"})
    numbers = list(range(1, len(course.shares) + 1))
    chart.add_scatter(
        x=[0, *numbers, *reversed(numbers), 0],
        y=[1, *course.highs, *reversed(course.lows), 0],
        mode="lines",
        fill="toself",
        fillcolor=look.accent,
        opacity=FAINT,
        line={"width": 0, "color": look.accent},
        hoverinfo="skip",
    )
    chart.add_scatter(
        x=numbers,
        y=course.shares,
        mode="lines+markers",
        line={"color": look.accent, "width": 2.5},
        marker={"size": 6},
        text=[
            f"after {number}: {share:.0%}<br>95 % interval {low:.0%} to {high:.0%}"
            for number, share, low, high in zip(numbers, course.shares, course.lows, course.highs, strict=True)
        ],
        hovertemplate="%{text}<extra></extra>",
    )
    chart.update_yaxes(
        title_text=f"share that prefers {escape(name)}", range=[-0.03, 1.03], tickformat=".0%", nticks=6, zeroline=False
    )
    chart.update_xaxes(
        title_text="votes with a preference", range=[0, max(needed, len(numbers)) + 0.5], zeroline=False, showgrid=False
    )
    return chart
