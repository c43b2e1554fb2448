"""Markdown shows text from outside as text, and its front is read by machines."""

import json

from hypothesis import given
from hypothesis import strategies as st

from recsys_core.report.blocks import Code, Head, Item, Paragraph, Section, Table
from recsys_core.report.markdown import as_markdown

HEAD = Head("Model card", "A *title*", "1 May 2026")


def written(*blocks) -> str:
    return as_markdown(HEAD, [Section("here", "Here", blocks)], {"license": "CC: 0\n---", "tags": ["a"]})


def test_the_front_is_one_line_a_value_that_reads_as_json():
    front = written().split("---\n")[1]
    assert {line.split(": ", 1)[0]: json.loads(line.split(": ", 1)[1]) for line in front.splitlines()} == {
        "license": "CC: 0\n---",
        "tags": ["a"],
    }
    assert "\n# A \\*title\\*\n" in written()


@given(st.text())
def test_no_mark_of_a_text_is_left_without_its_backslash(text):
    line = written(Paragraph(text)).split("## Here\n\n", 1)[1]
    assert line.count("\n") == 1, "one line, and nothing in it begins another block"
    shown = line.rstrip("\n")
    for mark in "`*_[]<>|!#":
        assert shown.count(mark) == shown.count(f"\\{mark}")


def test_tables_keep_their_columns_and_code_its_lines():
    text = written(Table("T", ("a", "b"), (("x|y", Item("Film", "1999", "Why.")),)), Code("```\nrm"))
    assert "| x\\|y | Film\\. 1999\\. Why\\. |" in text
    assert "````\n```\nrm\n````" in text
