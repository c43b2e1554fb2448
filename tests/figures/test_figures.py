"""Looking into the figures: traces, titles, axes, empty and odd input; never pixels."""

import re
import tomllib
from itertools import combinations

import pytest

from benchmarks.browser import ROOT
from recsys_core.figures.comparison import Bar, interval_chart
from recsys_core.figures.theme import DARK, LIGHT, escape, model_colours, theme
from recsys_core.figures.training import Curve, Line, loss_and_validation, side_by_side
from recsys_core.models import COMPOSED, MODELS


def test_the_tokens_are_those_of_the_streamlit_theme():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    for look, name in ((LIGHT, "light"), (DARK, "dark")):
        tokens = config[name]
        assert look.accent == tokens["primaryColor"]
        assert look.paper == tokens["backgroundColor"]
        assert look.panel == tokens["secondaryBackgroundColor"]
        assert look.ink == tokens["textColor"]
        assert look.line == tokens["borderColor"]


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(look):
    for text in (look.ink, look.quiet, look.accent, look.hit):
        for ground in (look.paper, look.panel):
            assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast(look.on_accent, look.accent) >= 4.5


def test_light_is_the_look_where_the_browser_says_nothing():
    assert theme(None) is LIGHT
    assert theme("dark") is DARK


def test_a_model_keeps_its_colour_whatever_else_is_shown_and_popularity_is_grey():
    colours = model_colours(["popularity", "bias", "gmf", "mlp"], LIGHT)
    assert colours["popularity"] == LIGHT.popularity
    assert len(set(colours.values())) == 4
    assert model_colours(["popularity", "bias", "gmf"], DARK)["gmf"] == colours["gmf"]


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_many_models_have_a_colour_each(look):
    keys = [f"model-{number}" for number in range(28)]
    colours = model_colours(["popularity", *keys], look)
    assert len(set(colours.values())) == 29
    assert set(colours.values()).isdisjoint({look.paper, look.panel, look.ink})
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours.values())


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_of_two_models_are_far_enough_apart_to_be_told(look):
    keys = [model.info.key for model in (*MODELS, *COMPOSED)]
    colours = [[int(one[at : at + 2], 16) for at in (1, 3, 5)] for one in model_colours(keys, look).values()]
    apart = [sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) ** 0.5 for pair in combinations(colours, 2)]
    assert min(apart) > 30


def test_there_are_colours_for_all_models():
    keys = [model.info.key for model in (*MODELS, *COMPOSED)]
    assert len(set(model_colours(keys, LIGHT).values())) == len(keys)


def test_settings_stand_below_the_name_they_belong_to():
    bars = [Bar("GMF, epochs <b>, seed 1", 0.5, 0.4, 0.7, "#000000"), Bar("ALS", 0.3, None, None, "#111111")]
    first, second = interval_chart(bars, "NDCG@10", LIGHT).layout.yaxis.ticktext
    assert re.sub("<span[^>]*>|</span>", "", first) == "GMF<br>epochs &lt;b&gt;<br>seed 1"
    assert second == "ALS"


def test_a_blend_is_drawn_in_ink_and_its_long_name_in_lines():
    assert model_colours(["popularity", "ease", "blend"], DARK)["blend"] == DARK.ink
    bar = Bar("Blend of EASE and MF (dot product), weights 0.4 / 0.6", 0.5, 0.4, 0.6, "#000000")
    (label,) = interval_chart([bar], "NDCG@10", LIGHT).layout.yaxis.ticktext
    assert re.sub("<span[^>]*>|</span>", "", label) == "Blend of EASE and MF<br>(dot product)<br>weights 0.4 / 0.6"


def test_titles_are_shown_as_text():
    bar = Bar("<b>x</b> & <a href='javascript:alert(1)'>y</a>", 0.5, 0.4, 0.6, "#000000")
    curve = loss_and_validation(Curve("<loss>", [1], [0.5]), None, 1, "<img src=x>", LIGHT)
    assert "<" not in curve.layout.title.text + curve.layout.yaxis.title.text
    (line, _) = side_by_side([Line("<b>x</b>", [1.0], [0.5], 0, "#000000")], "NDCG@10", "epoch", LIGHT).data
    assert "<b>" not in line.name
    figure = interval_chart([bar], "NDCG", LIGHT)
    assert "<b>" not in figure.layout.yaxis.ticktext[0]
    assert escape("a & b") == "a &amp; b"


def test_intervals_are_drawn_where_there_are_any_and_the_best_is_on_top():
    bars = [Bar("A", 0.5, 0.4, 0.7, "#000000"), Bar("A", 0.3, None, None, "#111111")]
    figure = interval_chart(bars, "NDCG@10", LIGHT)
    assert list(figure.data[0].error_x.array) == pytest.approx([0.2])
    assert list(figure.data[0].error_x.arrayminus) == pytest.approx([0.1])
    assert list(figure.data[1].error_x.array) == list(figure.data[1].error_x.arrayminus) == [0]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    assert figure.data[0].y != figure.data[1].y  # two runs of one name stay apart
    assert figure.layout.xaxis.title.text == "NDCG@10"


def test_seeds_are_ticks_below_an_interval_and_what_was_judged_otherwise_is_hollow():
    bars = [Bar("A", 0.5, 0.4, 0.6, "#000000", (0.4, 0.6)), Bar("B", 0.3, 0.2, 0.4, "#111111", is_apart=True)]
    point, ticks, hollow = interval_chart(bars, "NDCG@10", LIGHT).data
    assert list(ticks.x) == [0.4, 0.6]
    assert point.y[0] < ticks.y[0] == ticks.y[1] < hollow.y[0]
    assert (point.marker.color, point.marker.line.width) == ("#000000", 0)
    assert (hollow.marker.color, hollow.marker.line.color) == (LIGHT.paper, "#111111")


def test_loss_and_validation_stand_one_below_the_other_over_the_same_epochs():
    loss, found = (
        Curve("training loss", [1, 2, 3], [3.0, 2.0, 1.0]),
        Curve("NDCG@10", [1, 2, 3], [0.1, 0.3, 0.2], best=2),
    )
    figure = loss_and_validation(loss, found, 30, "best", LIGHT)
    above, below, best = figure.data
    assert (above.yaxis, below.yaxis, best.yaxis) == ("y", "y2", "y2")
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
    assert list(above.x) == list(below.x)
    assert (best.x[0], best.y[0]) == (2, 0.3)
    (mark,) = figure.layout.shapes
    assert (mark.x0, mark.x1) == (2, 2)
    assert figure.layout.xaxis.range[1] >= 30
    assert figure.layout.yaxis2.title.text == "NDCG@10"


@pytest.mark.parametrize(
    "curve", [Curve("loss", [], []), Curve("loss", [1], [0.5]), Curve("loss", [1], [float("nan")])]
)
@pytest.mark.parametrize("validated", [True, False])
def test_short_and_odd_curves_are_drawn(curve, validated):
    assert loss_and_validation(curve, curve if validated else None, 1, "title", DARK).data


def test_trainings_side_by_side_are_told_apart_and_each_marks_its_best():
    lines = [
        Line("MF", [1.0, 2.0], [0.1, 0.2], 1, "#111111"),
        Line("MF, epochs 2", [0.5, 1.1], [0.2, 0.1], 0, "#111111", dash=1),
    ]
    figure = side_by_side(lines, "validation NDCG@10", "seconds", LIGHT)
    curves, marks = figure.data[::2], figure.data[1::2]
    assert [curve.name for curve in curves] == ["MF", "MF, epochs 2"]
    assert len({curve.line.color for curve in curves}) == 1
    assert len({curve.line.dash for curve in curves}) == 2
    assert [(mark.x[0], mark.y[0]) for mark in marks] == [(2.0, 0.2), (0.5, 0.2)]
    assert figure.layout.xaxis.title.text == "seconds"
    assert side_by_side([], "NDCG@10", "epoch", DARK).data == ()
