"""Charts can be saved: as a table that no spreadsheet program runs, and as a picture on light paper."""

from io import BytesIO

import pandas as pd
from streamlit.testing.v1 import AppTest

from pages.shared.chart import as_csv
from recsys_core.figures.theme import CATEGORIES, DARK, LIGHT, in_light, model_colours


def page() -> None:
    import pandas as pd

    from pages.shared.chart import draw_chart
    from recsys_core.figures.theme import LIGHT, figure

    data = pd.DataFrame({"model": ["=cmd()", "EASE"], "value": [-1.0, 2.0]})
    draw_chart(figure("", LIGHT, 200), "a-chart", data, finding="**EASE** leads", source="a data set")


def test_a_chart_stands_below_its_finding_and_can_be_saved():
    at = AppTest.from_function(page).run()
    assert not at.exception
    assert at.markdown[0].value == r"**\*\*EASE\*\* leads**"
    (download,) = at.get("download_button")
    assert download.proto.label == "CSV table"
    (buttons,) = at.get("bidi_component")
    assert '"finding":"**EASE** leads"' in buttons.proto.json.replace('": "', '":"')


def test_the_table_is_read_again_as_it_was_and_runs_nothing():
    data = pd.DataFrame({"=model": ["=cmd()", "ÉASE"], "value": [-1.5, 2.0], "items": [None, 3.0]})
    text = as_csv(data).decode()
    assert text.splitlines()[:2] == ["'=model,value,items", "'=cmd(),-1.5,"]
    again = pd.read_csv(BytesIO(text.encode()))
    assert list(again["value"]) == [-1.5, 2.0]
    assert pd.isna(again["items"][0])


def test_an_empty_table_has_its_header():
    assert as_csv(pd.DataFrame({"model": []})).decode() == "model\n"


def test_what_is_dark_becomes_light():
    assert in_light(LIGHT) == {}
    light = in_light(DARK)
    assert light[DARK.ink.lower()] == LIGHT.ink.lower()
    assert light["rgb(23, 20, 18)"] == "rgb(251, 250, 248)"
    keys = [f"model {number}" for number in range(4 * len(CATEGORIES))]
    before, after = model_colours([*keys, "popularity"], DARK), model_colours([*keys, "popularity"], LIGHT)
    for key in before:
        assert light.get(before[key].lower(), before[key].lower()) == after[key].lower()
