"""Figures of maps: what they show, by looking into them."""

import numpy as np
import pytest

from recsys_core.figures.map import Groups, Mark, Points, Shade, hover_text, map_chart
from recsys_core.figures.map_facts import Share, Told, mix_chart, told_chart
from recsys_core.figures.map_page import map_page
from recsys_core.figures.theme import DARK, LIGHT

NASTY = "<b>A</b></script>🎬" + "long " * 40


def points(n: int = 6, dimensions: int = 2, people: int = 0) -> Points:
    places = np.random.default_rng(0).normal(size=(n, dimensions)).astype(np.float32)
    titles = [NASTY, *(f"t{at}" for at in range(1, n))]
    return Points(places, titles, [hover_text(title, "about") for title in titles], np.arange(n) >= n - people)


GROUPS = Groups("genre", np.array([0, 0, 1, 1, -1, 0]), ("Drama", "<i>War</i>"))
SHADE = Shade("people", np.array([1, 10, 100, np.nan, 1000, 5]), is_log=True)


@pytest.mark.parametrize("look", [LIGHT, DARK])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_each_group_is_a_layer_and_each_point_carries_its_number(look, dimensions):
    chart = map_chart(points(dimensions=dimensions), GROUPS, [], look)
    numbers = {layer.name: np.ravel(layer.customdata).tolist() for layer in chart.data}
    assert numbers == {"Drama": [0, 1, 5], "&lt;i&gt;War&lt;/i&gt;": [2, 3], "not known": [4]}
    assert {layer.type for layer in chart.data} == {"scattergl" if dimensions == 2 else "scatter3d"}


def test_titles_are_text_and_no_longer_than_can_be_read():
    (hover, *_) = map_chart(points(), GROUPS, [], LIGHT).data[0].hovertext
    assert "&lt;b&gt;A&lt;/b&gt;" in hover
    assert len(hover) < 120


def test_numbers_are_shades_with_round_steps_and_what_is_not_known_is_grey():
    shades, unknown = map_chart(points(), SHADE, [], LIGHT).data
    assert list(shades.marker.color) == pytest.approx([0, 1, 2, 3, np.log10(5)])
    assert list(shades.marker.colorbar.ticktext) == ["1", "3", "10", "30", "100", "300", "1,000"]
    assert np.ravel(unknown.customdata).tolist() == [3]
    assert unknown.marker.color == LIGHT.popularity
    dark, _ = map_chart(points(), SHADE, [], DARK).data
    assert dark.marker.colorscale != shades.marker.colorscale


def test_shades_can_have_a_span_of_their_own():
    (shades,) = map_chart(points(), Shade("moved", np.full(6, 0.001), span=(0, 1)), [], LIGHT).data
    assert (shades.marker.cmin, shades.marker.cmax) == (0, 1)


@pytest.mark.parametrize("values", [[np.nan] * 6, [3.0] * 6, [0.0, 1, 2, 3, 4, 5]])
def test_shades_of_nothing_of_one_value_and_of_zeros(values):
    chart = map_chart(points(), Shade("x", np.array(values), is_log=True), [], LIGHT)
    assert sum(len(layer.x) for layer in chart.data) == 6


def test_people_beside_items_are_diamonds_of_their_own_and_alone_they_are_circles():
    both = map_chart(points(people=2), Groups("x", np.array([0, 0, 0, 0, -1, 0]), ("A",)), [], LIGHT)
    assert [(layer.name, layer.marker.symbol, layer.showlegend) for layer in both.data] == [
        ("A", "circle", True),
        ("A", "diamond", False),
        ("people", "diamond", True),
    ]
    alone = map_chart(points(people=6), GROUPS, [], LIGHT)
    assert {layer.marker.symbol for layer in alone.data} == {"circle"}


def test_marks_lie_above_and_of_names_that_would_overlap_one_is_left_out():
    here = points()
    here.places[1] = here.places[0] + 0.001
    chart = map_chart(here, GROUPS, [Mark("found", np.array([0, 1, 3]), "#000000", is_named=True)], LIGHT)
    assert chart.data[-1].name == "found"
    assert np.ravel(chart.data[-1].customdata).tolist() == [0, 1, 3]
    assert len(chart.layout.annotations) == 2


def test_a_page_of_its_own_holds_plotly_and_no_text_becomes_code():
    chart = map_chart(points(), GROUPS, [], LIGHT)
    page = map_page(chart, NASTY, ["1 < 2"], LIGHT)
    assert "1 &lt; 2" in page
    assert "<b>A</b>" not in page
    assert "A</script>" not in page
    assert "src=" not in page.split("<body>")[1].split("Plotly")[0]
    assert len(page) > 1_000_000
    assert page == map_page(chart, NASTY, ["1 < 2"], LIGHT)


def test_the_mix_has_a_bar_for_the_chosen_and_a_line_for_all():
    bars, lines = mix_chart([Share("Drama", 0.5, 0.2)], LIGHT).data
    assert (bars.x[0], lines.x[0]) == (50, 20)


def test_what_is_told_begins_at_chance_and_less_than_chance_is_quiet():
    chart = told_chart([Told("Drama", 0.9, 50), Told("War", 0.45, 50)], "AUC", 0.5, 0.4, LIGHT)
    assert [list(line.x) for line in chart.data] == [[0.5, 0.9], [0.5, 0.45]]
    assert [line.line.color for line in chart.data] == [LIGHT.accent, LIGHT.quiet]
    assert chart.layout.xaxis.range[0] == pytest.approx(0.37)
