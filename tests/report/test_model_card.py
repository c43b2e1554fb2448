"""The card has the parts of Mitchell et al. in their order, figures per slice, and says what a model cannot do."""

import pytest

from recsys_core.report.blocks import Bullets, Table
from recsys_core.report.markdown import as_markdown
from recsys_core.report.model_card import Card, card_of
from recsys_core.report.page import as_html, body_of
from recsys_core.runs.store import Workspace
from tests.report.worlds import EVIL, compared, films

PARTS = (
    *("Model details", "Intended use", "Factors", "Metrics", "Training and evaluation data"),
    *("Quantitative analyses", "Ethical considerations", "Caveats and recommendations"),
)


@pytest.fixture(scope="module")
def cards(tmp_path_factory) -> dict[str, Card]:
    workspace = Workspace(tmp_path_factory.mktemp("cards"))
    runs = compared(workspace, films(90))
    workspace.annotate(runs[0].dataset, licence="CC0")
    return {run.model: card_of(workspace, run) for run in runs}


def blocks(card: Card, kind: type) -> list:
    return [block for section in card.sections for block in section.blocks if isinstance(block, kind)]


def test_the_parts_stand_in_their_order(cards):
    for card in cards.values():
        assert tuple(section.title for section in card.sections) == PARTS


def test_what_a_model_can_and_cannot_do_is_said(cards):
    told = " ".join(" ".join(block.lines) for block in blocks(cards["ease"], Bullets))
    assert "It serves people whom it never met" in told
    assert "It cannot recommend an item that nobody has met yet" in told


def test_figures_stand_with_intervals_for_all_and_for_slices(cards):
    tables = {table.caption: table for table in blocks(cards["ease"], Table)}
    (figures,) = (table for caption, table in tables.items() if caption.startswith("Figures over "))
    assert any(row[0] == "NDCG@10" and "[" in row[1] for row in figures.rows)
    (slices,) = (table for caption, table in tables.items() if "in every slice" in caption)
    assert {"Main genre"} <= {row[0] for row in slices.rows}
    assert "Beside the plain models" in as_markdown(cards["ease"].head, cards["ease"].sections, {})


def test_metadata_names_data_licence_and_figures(cards):
    about = cards["ease"].metadata
    assert about["license"] == "CC0"
    assert about["datasets"] == [f"films {EVIL}"]
    (result,) = about["model-index"][0]["results"]
    assert {"type", "value"} == set(result["metrics"][0])
    assert "ease" in about["tags"]


def test_a_card_is_a_page_without_scripts(cards):
    card = cards["popularity"]
    page = as_html(card.head, body_of(card.sections))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
