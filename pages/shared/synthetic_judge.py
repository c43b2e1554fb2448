"""Synthetic data, the second step: is it like the real data, does it copy people, and whom does it favour?"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from pages.shared import choose
from pages.shared.findings_view import findings_list, from_card
from pages.shared.frame import plain
from pages.shared.profile_view import profile_view
from pages.shared.synthetic_chosen import Sources, certain, choose_made
from pages.shared.synthetic_judged import bias, copies_and_privacy, likeness
from pages.shared.synthetic_mark import alarms, badge_and_words
from recsys_core.runs.cards import DatasetCard
from recsys_core.runs.store import default_home, open_workspace

if TYPE_CHECKING:
    from recsys_core.synthetic.judging.judgement import Judgement


def judge_step(sources: Sources, source: DatasetCard | None) -> None:
    """The step."""
    card = choose_made(sources, source)
    if card is None:
        return
    badge_and_words(card)
    alarms(card)
    judgement = _judgement(default_home(), card.id)
    if judgement is None:
        _without_real(card)
        return
    _head(judgement)
    sections: dict[str, Callable[[], None]] = {
        "Is it like the real data?": lambda: likeness(card, judgement),
        "Copies and privacy": lambda: copies_and_privacy(card, judgement, source),
        "Bias": lambda: bias(card, judgement),
        "Where it is from": lambda: origin(card),
    }
    sections[choose.switch("Section", "judged", list(sections))]()


@st.cache_resource(show_spinner=False, max_entries=16)
def _judgement(home: Path, dataset: str) -> "Judgement | None":
    return open_workspace(home).judgement(dataset)


def _without_real(card: DatasetCard) -> None:
    """People who were learned from nobody are only looked at."""
    st.markdown("**There are no real people whom these should be like, so they are only looked at.**")
    profile_view(card)
    origin(card)


def _head(judgement: "Judgement") -> None:
    """The verdict, and the one figure behind it with what it can reach at best."""
    first, *others = judgement.verdict()
    st.subheader(plain(first), anchor=False)
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in others))
    quality = judgement.quality
    with st.container(horizontal=True, gap="medium"):
        st.metric(
            "Likeness",
            f"{quality.score:.2f}",
            width="content",
            help=f"The mean of its {len(quality.aspects)} parts below. 1: alike; 0: it could not be less so.",
        )
        if quality.floor_score is not None:
            st.metric(
                "Two halves of the real people",
                f"{quality.floor_score:.2f}",
                width="content",
                help="The same figure between two random halves of the real people: nothing can be much more alike.",
            )
        st.metric("Copies", f"{judgement.copies.share:.1%}", width="content", help="At most 1 % is asked.")
        st.metric("Drifts beyond chance", f"{len(judgement.bias.certain)}", width="content")


def origin(card: DatasetCard) -> None:
    """Everything that it takes to make it again."""
    made = certain(card)
    rows = {"Generator": made.title, "Learned from": made.learned_name or "nothing", "Seed": str(made.seed)}
    if made.recipe is not None:
        rows["Split whose training events it saw"] = str(made.recipe["key"])
    if made.learned_name:
        rows["Privacy"] = "not bounded" if made.epsilon is None else f"differential privacy with ε = {made.epsilon:.2g}"
    for about in (made.knobs, made.settings):
        rows |= {_words(name).capitalize(): _words(value) for name, value in about.items() if value is not None}
    st.dataframe(pd.DataFrame({"What": list(rows), "Value": list(rows.values())}), hide_index=True, height="content")
    notes = [finding for finding in from_card(card.about) if finding.level != "error"]
    if notes:
        findings_list(notes, f"made-{card.id}")


def _words(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")
