"""What stands around every page, and how errors are said."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from pages.shared import nav
from recsys_core.errors import StudioError
from recsys_core.figures.theme import Theme, theme

log = logging.getLogger(__name__)

ASSETS = Path(__file__).resolve().parents[2] / "assets"


def look() -> Theme:
    """The tokens of the look that this visitor has chosen."""
    return theme(st.context.theme.type)


def draw() -> None:
    """The frame around every page, and the page inside."""
    st.set_page_config(page_title="Foretaste", page_icon=str(ASSETS / "icon.png"), layout="wide")
    draw_logo()
    draw_style()
    with errors_as_sentences():
        page = nav.current_page()
        if nav.is_bare(page):
            without_sidebar()
        page.run()


def without_sidebar() -> None:
    """Hide the sidebar on this page, and the button that opens it."""
    st.html("<style>[data-testid=stSidebar], [data-testid=stExpandSidebarButton] { display: none }</style>")


def draw_logo() -> None:
    dark = st.context.theme.type == "dark"
    st.logo(str(ASSETS / f"logo-{'dark' if dark else 'light'}.svg"), size="large", icon_image=str(ASSETS / "icon.png"))


def draw_style() -> None:
    """Our one stylesheet, with the tokens of the look as variables."""
    tokens = look()
    variables = "".join(f"--ft-{name.replace('_', '-')}: {colour};" for name, colour in vars(tokens).items())
    sheet = (ASSETS / "style.css").read_text(encoding="utf-8")
    st.html(f"<style>.stApp {{{variables}}}\n{sheet}</style>")


def scroll_to_top(where_narrower_than: int = 1_000_000) -> None:
    """Begin at the title, for a page that is entered from far down itself. The script is ours and takes nothing in.

    Args:
        where_narrower_than: pixels; in wider windows nothing happens.
    """
    st.html(
        f"<script>if (innerWidth < {where_narrower_than}) "
        "document.querySelector('[data-testid=stMain]')?.scrollTo(0, 0)</script>",
        unsafe_allow_javascript=True,
    )


def show_error(error: StudioError) -> None:
    """What was found, what was wanted, what to do. Uploaded text in it is shown as text."""
    st.error(plain(str(error)), icon=":material/error:")


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Expected failures become a message on the page; anything else is a bug, and is logged as one."""
    try:
        yield
    except StudioError as error:
        show_error(error)
    except Exception:
        log.exception("A page met a bug")
        st.error("Foretaste made a mistake here. The server's log has the details; nothing of yours is lost.")


_MARKDOWN = str.maketrans({letter: f"\\{letter}" for letter in r"\`*_{}[]()<>#+-.!|$:~&"})


def plain(text: str) -> str:
    """Text from outside for places that read Markdown: shown as it is, never as links, pictures or formulas."""
    return " ".join(text.split()).translate(_MARKDOWN)
