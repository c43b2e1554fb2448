"""The list of pages. A new page is one file and one line here."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.shared import visitors

HERE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class PageInfo:
    """A screen: where it lies, what it is called, and the question it answers.

    Attributes:
        bare: reached by its link alone, and drawn without the sidebar.
    """

    section: str
    file: str
    title: str
    question: str
    bare: bool = False

    @property
    def url_path(self) -> str:
        return Path(self.file).stem

    @property
    def path(self) -> str:
        """As ``st.switch_page`` and ``st.page_link`` want it."""
        return f"pages/{self.file}"


HOME = PageInfo("", "start/home.py", "Home", "What is here, what is running, what to do next?")
DATA = PageInfo("Prepare", "prepare/data.py", "Data", "Is my file usable, and what does it look like?")
SYNTHETIC = PageInfo(
    "Prepare",
    "prepare/synthetic.py",
    "Synthetic data",
    "I have too little data, or may not share it: what can I generate, is it good, is it private, is it worth it?",
)
TRAIN = PageInfo("Learn", "learn/train.py", "Train", "Learn a model, watch it, stop it, resume it.")
TUNE = PageInfo("Learn", "learn/tune.py", "Tune", "Which settings suit these data, at the same budget for each model?")
TRANSFER = PageInfo(
    "Learn", "learn/transfer.py", "Transfer", "Can a model of other data serve these, and does that pay?"
)
COMPARE = PageInfo("Learn", "learn/compare.py", "Compare", "Which model is better, and by how much?")
RECOMMENDATIONS = PageInfo(
    "Understand",
    "understand/recommendations.py",
    "Recommendations",
    "What does this person see, what would I see, who would like something new?",
)
EXPLANATIONS = PageInfo(
    "Understand",
    "understand/explanations.py",
    "Explanations",
    "Why this, what would change it, and can I trust that?",
)
EMBEDDINGS = PageInfo(
    "Understand", "understand/embeddings.py", "Embeddings", "What did the model learn about items and people?"
)

ENGAGEMENT = PageInfo(
    "Show", "show/engagement.py", "Engagement", "What could this do to clicks (CTR) and to people coming back (DAU)?"
)
REPORT = PageInfo("Show", "show/report.py", "Report", "A page to hand over: data, protocol, results, caveats.")
GUESTS = PageInfo("Show", "show/guests.py", "Guests", "Which of two models do the people in this room prefer?")
PRESENT = PageInfo("Show", "show/present.py", "Present", "From the data to what it may bring, in large type.")
GUEST = PageInfo("Show", "show/guest.py", "Your taste", "Rate five, see two lists, vote.", bare=True)

PAGES = (
    HOME,
    DATA,
    SYNTHETIC,
    TRAIN,
    TUNE,
    TRANSFER,
    COMPARE,
    RECOMMENDATIONS,
    EXPLANATIONS,
    EMBEDDINGS,
    ENGAGEMENT,
    REPORT,
    PRESENT,
    GUESTS,
    GUEST,
)


def current_page() -> "st.Page":
    """Draw the navigation and give the page that was asked for. Guests from the network have one page."""
    if not visitors.may_see_all():
        door = st.Page(_door, title="Foretaste", default=True)
        return st.navigation([door, _page(GUEST)], position="hidden")
    sections: dict[str, list[st.Page]] = {}
    for info in PAGES:
        sections.setdefault(info.section, []).append(_page(info))
    return st.navigation(sections, expanded=True)


def _page(info: PageInfo) -> "st.Page":
    return st.Page(
        HERE / info.file,
        title=info.title,
        url_path=info.url_path,
        default=info is HOME,
        visibility="hidden" if info.bare else "visible",
    )


def _door() -> None:
    st.info("Guests come by a link: ask the host for it, or scan the code on their screen.")


def is_bare(page: "st.Page") -> bool:
    """Whether this page stands alone, without the sidebar."""
    return any(info.bare and info.url_path == page.url_path for info in PAGES)
