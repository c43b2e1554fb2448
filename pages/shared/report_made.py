"""A report as it is made, looked at, and taken along."""

from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared.frame import plain
from recsys_core.runs.store import default_home, open_workspace

if TYPE_CHECKING:  # these load torch
    from recsys_core.report.blocks import Head
    from recsys_core.report.page import Body
    from recsys_core.report.reports import Asked, Reports

POLL_SECONDS = 0.5
PREVIEW = 900  # pixels


def reports() -> "Reports":
    """Those of this workspace."""
    return _reports(default_home())


@lru_cache(maxsize=8)
def _reports(home: Path) -> "Reports":
    from recsys_core.report.reports import Reports

    return Reports(open_workspace(home))


def report_view(runs: list[str], metric: str) -> None:
    """The report of these runs: the button that begins it, how far it is, or the report itself."""
    from recsys_core.report.reports import Asked

    asked = Asked(tuple(runs), metric)
    head = _words()
    making = reports().find(asked)
    if making is None:
        _begin(asked, "Make the report")
        st.caption("It takes some ten seconds and is made in the background.")
    elif making.failure:
        st.error(plain(making.failure), icon=":material/error:")
        _begin(asked, "Try again")
    elif making.is_active:
        _watch(asked)
    else:
        assert making.head is not None
        assert making.body is not None
        _finished(making.head.with_words(*head), making.body, asked)


def _words() -> tuple[str, str, str]:
    """What the visitor writes on top. It changes the page at once, and nothing is measured again for it."""
    left, right = st.columns(2)
    title = left.text_input(
        "Title", key="report-title", placeholder="By default, the data set", persist_state="session"
    )
    author = right.text_input("Author", key="report-author", persist_state="session")
    text = st.text_area(
        "Opening words", key="report-text", height=80, persist_state="session", placeholder="What this is for, to whom"
    )
    return title.strip(), author.strip(), text.strip()


def _begin(asked: "Asked", label: str) -> None:
    if st.button(label, type="primary", icon=":material/description:"):
        reports().begin(asked)
        st.rerun()


def _watch(asked: "Asked") -> None:
    """How far it is; the page is drawn anew as soon as it is there."""

    @st.fragment(run_every=POLL_SECONDS)
    def poll() -> None:
        making = reports().find(asked)
        if making is None or not making.is_active:
            st.rerun()
        else:
            st.progress(making.share, plain(making.words))

    poll()


def _finished(head: "Head", body: "Body", asked: "Asked") -> None:
    from recsys_core.report.page import as_html
    from recsys_core.report.pdf import as_pdf, browser

    page = as_html(head, body)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "HTML", page, "report.html", "text/html", type="primary", icon=":material/download:", on_click="ignore"
        )
        if browser():
            st.download_button(
                "PDF",
                lambda: as_pdf(page),
                "report.pdf",
                "application/pdf",
                icon=":material/download:",
                on_click="ignore",
            )
        if st.button("Make it again", icon=":material/refresh:", type="tertiary"):
            reports().begin(asked)
            st.rerun()
        st.caption(f"{len(page.encode()) / 1e6:.1f} MB, and needs no network", width="content")
    if not browser():
        st.caption("A PDF is printed by Chromium, which this server lacks. Open the HTML file and print it from there.")
    with st.container(border=True):
        st.iframe(page, height=PREVIEW)


def card_downloads(run: str) -> None:
    """The model card of a run, made when somebody takes it."""
    with st.container(horizontal=True):
        for kind, mime in (("html", "text/html"), ("md", "text/markdown")):
            st.download_button(
                "HTML" if kind == "html" else "Markdown",
                partial(_card, run, kind),
                f"model-card-{run}.{kind}",
                mime,
                key=f"card-{kind}",
                icon=":material/download:",
                on_click="ignore",
            )


def _card(run: str, kind: str) -> str:
    from recsys_core.report.markdown import as_markdown
    from recsys_core.report.model_card import card_of
    from recsys_core.report.page import as_html, body_of

    workspace = open_workspace(default_home())
    card = card_of(workspace, workspace.find_run(run))
    if kind == "html":
        return as_html(card.head, body_of(card.sections))
    return as_markdown(card.head, card.sections, card.metadata)
