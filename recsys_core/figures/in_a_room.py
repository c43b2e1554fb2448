"""Charts that are read from the back of a room."""

import plotly.graph_objects as go

LARGER = 1.5


def in_a_room(chart: go.Figure, height: int) -> go.Figure:
    """The same chart with larger letters, in so many pixels. Its finding belongs above it, so its title goes."""
    chart.update_layout(title_text="", height=height, margin={"t": 16, "b": 8, "l": 8, "r": 24}, font_size=19)
    for axes in (chart.update_xaxes, chart.update_yaxes):
        axes(tickfont_size=18, title_font_size=18)
    chart.update_annotations(font_size=19)
    for trace in chart.data:
        if trace.type == "scatter" and trace.textfont.size is not None:
            trace.textfont.size = LARGER * trace.textfont.size
    return chart
