"""The list of pages. A new page is one file and one line here."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

HERE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class PageInfo:
    """A screen: where it lies, what it is called, and the question it answers."""

    section: str
    file: str
    title: str
    question: str

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

PAGES = (HOME, DATA, SYNTHETIC, TRAIN, TUNE, TRANSFER, COMPARE, RECOMMENDATIONS, EXPLANATIONS, EMBEDDINGS)


def current_page() -> "st.Page":
    """Draw the navigation and give the page that was asked for."""
    sections: dict[str, list[st.Page]] = {}
    for info in PAGES:
        page = st.Page(HERE / info.file, title=info.title, url_path=info.url_path, default=info is HOME)
        sections.setdefault(info.section, []).append(page)
    return st.navigation(sections, expanded=True)
