"""A map as a web page of its own, which needs nothing else: no server, no network."""

from html import escape

import plotly.graph_objects as go

from recsys_core.figures.theme import Theme

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0 auto; max-width: 1200px; padding: 1.5rem; background: {paper}; color: {ink};
  font: 16px/1.5 "Source Sans 3", "Source Sans", "Helvetica Neue", Arial, sans-serif }}
h1 {{ margin: 0; font-size: 1.5rem }}
p {{ margin: 0.25rem 0 0; color: {quiet} }}
</style>
</head>
<body>
<h1>{title}</h1>
{sentences}
{chart}
</body>
</html>
"""


def map_page(chart: go.Figure, title: str, sentences: list[str], look: Theme) -> str:
    """The page: a title, what has to be said about the map, and the map, with plotly inside.

    Args:
        chart: in the look of the page.
        title, sentences: plain text.
        look: light or dark.
    """
    drawn = chart.to_html(
        full_html=False,
        include_plotlyjs=True,
        div_id="map",  # else another one each time
        config={"displaylogo": False, "scrollZoom": True, "responsive": True},
    )
    return _PAGE.format(
        title=escape(title),
        paper=look.paper,
        ink=look.ink,
        quiet=look.quiet,
        sentences="\n".join(f"<p>{escape(sentence)}</p>" for sentence in sentences),
        chart=drawn,
    )
