"""What a split amounts to, before it is used."""

from pathlib import Path
from typing import Literal

import streamlit as st

from pages.shared import cache
from pages.shared.frame import plain
from recsys_core.data.findings import counted
from recsys_core.runs.store import default_home
from recsys_core.splitting import SplitRecipe, split
from recsys_core.splitting.summary import Part, SplitSummary, summarise

RISKS: dict[str, Literal["green", "orange", "red"]] = {"low": "green", "some": "orange", "high": "red"}
FINGERPRINT_SHOWN = 8


def split_summary(dataset: str, recipe: SplitRecipe) -> SplitSummary:
    """The summary of a split of this data set.

    Raises:
        SplitError: the data set cannot be split like this.
    """
    return _summary(default_home(), dataset, recipe.model_dump_json())


@st.cache_resource(show_spinner="Trying the split", max_entries=64)
def _summary(home: Path, dataset: str, recipe: str) -> SplitSummary:
    return summarise(split(cache.dataset(dataset), SplitRecipe.model_validate_json(recipe)))


def show_split(summary: SplitSummary) -> None:
    """Sizes, who is judged, leak risk and fingerprint."""
    parts = {"Training": summary.train, "Validation": summary.valid, "Test": summary.test}
    st.markdown("\n".join(f"- **{name}**: {plain(_size(part))}" for name, part in parts.items()))
    st.caption(plain(" · ".join(_figures(summary))))
    st.badge(f"Leak risk: {summary.leak.risk}", color=RISKS[summary.leak.risk])
    st.caption(plain(summary.leak.reason))
    st.caption(
        f"Fingerprint `{summary.fingerprint[:FINGERPRINT_SHOWN]}`",
        help="Models whose splits have the same fingerprint were judged on the same events and can be compared.",
    )


def show_warnings(summary: SplitSummary) -> None:
    """What to beware of."""
    for warning in summary.warnings:
        st.warning(plain(warning), icon=":material/warning:")


def judged(summary: SplitSummary) -> str:
    """What is held out of whom, in a few words."""
    held_out = f"{summary.test.events:,} events of {counted(summary.test.people, 'person')}"
    if summary.strangers == summary.warm_users:
        return f"{held_out}, none of whom the model learns from"
    left_out = summary.warm_users < summary.test.people
    return f"{held_out}, {summary.warm_users:,} of whom can be judged" if left_out else held_out


def _size(part: Part) -> str:
    if not part.events:
        return "nothing"
    return f"{counted(part.events, 'event')}, {counted(part.people, 'person')}, {counted(part.items, 'item')}"


def _figures(summary: SplitSummary) -> list[str]:
    """What else is worth knowing; what is zero is left out."""
    figures = {
        "judged people": summary.warm_users,
        "of them never trained on": summary.strangers,
        "newcomers left out": summary.cold_users,
        "events told of new people": summary.known,
        "later events left out": summary.unused,
        "test items without training events": summary.cold_items,
    }
    return [f"{number:,} {name}" for name, number in figures.items() if number]
