"""What the steps of Transfer work on: the source, the target, and which items and people are the same."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import cache, choose, loaded
from recsys_core.data.dataset import Dataset
from recsys_core.errors import StoreError
from recsys_core.runs.cards import DatasetCard, RunCard
from recsys_core.runs.store import default_home, open_workspace

if TYPE_CHECKING:  # brings torch
    from recsys_core.transfer.adapting import Source
    from recsys_core.transfer.match import Match

SOURCE, STEP = "source", "step"
STEPS = FIND, PLAN, EVIDENCE = ("Source", "What and how", "Evidence")


@dataclass(frozen=True)
class Chosen:
    """A source and a target.

    Attributes:
        card: of the target.
        run: of the source.
    """

    card: DatasetCard
    run: RunCard

    @property
    def target(self) -> Dataset:
        return cache.dataset(self.card.id)

    @property
    def source(self) -> "Source":
        """The source, opened."""
        return _source(default_home(), self.run.id)

    @property
    def key(self) -> str:
        """Tells what is said about these two data sets from what is said about others."""
        return f"{self.run.about['passport']['dataset']['fingerprint'][:12]}-{self.card.id}"

    @property
    def people(self) -> bool | None:
        """Whether equal ids mean the same person; None: it is decided by what the ids look like."""
        said = st.session_state.get(f"same-people-{self.key}")
        return None if said is None else bool(said)

    @property
    def pairs(self) -> dict[str, str]:
        """What was said by hand: id of an item of the target → its id in the source, "" for none."""
        pairs: dict[str, str] = st.session_state.setdefault(f"pairs-{self.key}", {})
        return pairs

    def match(self) -> "Match":
        """The target as seen from the source, with what was said by hand.

        Raises:
            DataError: something that was said by hand cannot be.
        """
        found = _match(default_home(), self.run.id, self.card.id, self.people)
        return found.changed(self.pairs, self.source.data, self.target) if self.pairs else found


def chosen_source(card: DatasetCard) -> RunCard | None:
    """The source in the address or in the session; None where none was chosen, or it cannot be one for these data."""
    wanted = st.query_params.get(SOURCE) or st.session_state.get(f"kept-{SOURCE}", "")
    if not wanted:
        return None
    try:
        run = cache.workspace().find_run(wanted)
    except StoreError:  # it was deleted
        run = None
    if run is None or run.dataset == card.id:
        choose.remember(SOURCE, "")
        return None
    st.session_state[f"kept-{SOURCE}"] = st.query_params[SOURCE] = run.id
    return run


def go_to(step: str, source: str = "") -> None:
    """On to a step of the wizard, with another source where one is named."""
    if source:
        choose.remember(SOURCE, source)
    choose.remember(STEP, step)
    st.rerun()


def no_source() -> None:
    """What stands where a source is needed, and the way to one."""
    with st.container(border=True):
        st.markdown("**No source is chosen yet.**")
        if st.button("Choose a source", type="primary"):
            go_to(FIND)


@st.cache_resource(show_spinner="Opening the source", max_entries=2)
def _source(home: Path, identifier: str) -> "Source":
    from recsys_core.runs.transferring import source_of

    workspace = open_workspace(home)
    return source_of(workspace, workspace.find_run(identifier), loaded.run(identifier))


@st.cache_resource(show_spinner="Looking for the same items and people", max_entries=8)
def _match(home: Path, run: str, dataset: str, people: bool | None) -> "Match":
    from recsys_core.transfer.matching import match  # brings scikit-learn

    return match(loaded.run(run).split.dataset, cache.dataset(dataset), people=people)
