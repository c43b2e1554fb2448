"""Text goes in and the same text comes out, whatever it holds."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from recsys_core.report.html import Html, element, joined

# What HTML itself cannot hold or reads as another character.
TEXT = st.text(st.characters(exclude_characters="\r\0", exclude_categories=("Cs",)))


class Reader(HTMLParser):
    """Notes down what a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.given: dict[str, str | None] = {}
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.given |= dict(attrs)

    def handle_data(self, data):
        self.text += data


@given(TEXT, TEXT)
def test_text_and_attributes_come_out_as_they_went_in(inside, attribute):
    read = Reader(element("p", inside, title=attribute))
    assert (read.names, read.text, read.given) == (["p"], inside, {"title": attribute})


def test_html_is_put_in_as_it_is_and_names_of_attributes_are_translated():
    inner = element("b", "a & b", class_="x", aria_label="y", hidden=None)
    assert inner == '<b class="x" aria-label="y">a &amp; b</b>'
    assert element("p", inner, "<i>") == f"<p>{inner}&lt;i&gt;</p>"
    assert joined(Html("<br>"), "<br>") == "<br>&lt;br&gt;"
    assert element("img", alt="") == '<img alt="">'
