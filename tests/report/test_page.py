"""The page is whole in itself: scripts by their hash, nothing from outside, data that cannot become markup, a table
behind every chart."""

import base64
import hashlib
import json
import re

import pytest

from recsys_core.figures.theme import DARK, LIGHT, figure
from recsys_core.report.blocks import Block, Bullets, Chart, Code, Head, Item, Note, Paragraph, Section, Table, table_of
from recsys_core.report.making import head_of
from recsys_core.report.markdown import WRITERS as IN_MARKDOWN
from recsys_core.report.page import WRITERS as IN_HTML
from recsys_core.report.page import as_html, body_of
from tests.report.test_html import Reader
from tests.report.worlds import ENDS, EVIL

HEAD = Head("Report", "A title", "1 May 2026", ("It is so.",))


def page_of(*blocks: Block, head: Head = HEAD) -> str:
    return as_html(head, body_of([Section("here", "Here", blocks)]))


@pytest.fixture(scope="module")
def page(facts, sections) -> str:
    return as_html(head_of(facts).with_words("", EVIL, f"First\n\n{ENDS}"), body_of(sections))


def test_only_the_scripts_that_are_ours_may_run(page):
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 2
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    for script in scripts:
        assert f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}" in policy
    assert policy.startswith("default-src &#x27;none&#x27;; script-src &#x27;sha256-")
    assert "connect-src" not in policy


def test_nothing_is_asked_of_anybody(page):
    ours = page.replace(max(re.findall(r"<script>.*?</script>", page, re.DOTALL), key=len), "")
    assert not re.findall(r'(?:src|href)="(?!#|data:)', ours)
    assert "@import" not in ours
    assert "url(" not in ours


def test_text_from_outside_is_text(page):
    read = Reader(re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))
    assert "script" not in read.names
    assert "img" not in read.names
    assert "b" in read.names, "titles stand in bold"
    assert EVIL in read.text
    assert ENDS in read.text
    for data in re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL):
        assert "<" not in data
        assert set(json.loads(data)) == {"light", "dark"}


def test_the_verdict_stands_on_top_and_every_section_below(page, facts, sections):
    read = Reader(page)
    top = read.text[: read.text.index("Skip to the content") + 2000]
    assert head_of(facts).lead[0] in top
    for section in sections:
        assert f'<h2 id="{section.key}-title">' in page
        assert f'href="#{section.key}"' in page


def test_every_chart_has_words_and_a_table(page, sections):
    charts = [block for section in sections for block in section.blocks if isinstance(block, Chart)]
    assert len(charts) >= 4
    assert page.count('role="img" aria-label="') == len(charts)
    for chart in charts:
        assert chart.table.rows
        assert chart.finding.endswith((".", "better"))


def test_identifiers_come_once_and_tables_have_captions(page):
    names = re.findall(r' id="([^"]*)"', page)
    assert len(names) == len(set(names))
    assert page.count("<table>") == page.count("<caption ")
    assert '<html lang="en">' in page


def test_a_chart_is_drawn_in_both_looks_without_its_title():
    def draw(look):
        return figure("The finding", look, 200).add_scatter(x=[1], y=[2], marker={"color": look.accent})

    html = page_of(Chart("The finding.", "A point", draw, table_of("Points", [{"x": "1", "y": "2"}])))
    (data,) = re.findall(r'<script type="application/json">(.*?)</script>', html)
    drawn = json.loads(data)
    for name, look in (("light", LIGHT), ("dark", DARK)):
        assert drawn[name]["data"][0]["marker"]["color"] == look.accent
        assert drawn[name]["layout"]["title"].get("text") == ""
        assert "system-ui" in drawn[name]["layout"]["font"]["family"]


def test_a_page_without_charts_has_no_scripts():
    html = page_of(Paragraph("Words"), Bullets(("a", "b")), Code("x"), Note("small"))
    assert "<script" not in html
    assert "script-src &#x27;none&#x27;" in html
    assert len(html) < 20_000


def test_columns_of_numbers_are_set_to_the_right():
    rows = (("a", "0.1 [−0.2, 0.3]", "x1", "–"), ("b", "–", "2", "–"))
    html = page_of(Table("T", ("Model", "Figure", "Mixed", "Nothing"), rows))
    assert html.count('class="number"') == 3
    assert '<th scope="col" class="number">Figure</th>' in html
    assert '<th scope="row">a</th>' in html


def test_an_item_has_its_picture_title_and_words():
    html = page_of(Table("T", ("Item",), ((Item("A <i>", "1999", "Because.", "data:image/webp;base64,AA"),),)))
    assert '<img src="data:image/webp;base64,AA" alt=""><span><b>A &lt;i&gt;</b>' in html
    assert "<small>1999</small><span>Because.</span>" in html


def test_every_kind_of_block_can_be_written_both_ways():
    assert set(IN_HTML) == set(IN_MARKDOWN) == set(Block.__args__)
