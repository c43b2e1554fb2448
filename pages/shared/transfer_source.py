"""Transfer, the first step: which finished model to start from, those of the nearest data first."""

from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.frame import plain
from pages.shared.synthetic_mark import name_of_data
from pages.shared.transfer_chosen import PLAN, go_to
from recsys_core.data.findings import counted
from recsys_core.metrics import metric_label
from recsys_core.models import COMPOSED, MODELS, Ability
from recsys_core.runs.cards import DatasetCard, RunCard
from recsys_core.runs.store import default_home, open_workspace
from recsys_core.training.warm_start import Part

if TYPE_CHECKING:  # brings torch
    from recsys_core.runs.kin import Kin

HEADLINE = "ndcg@10"
RUNS_SHOWN = 4
READING = {model.info.key for model in (*MODELS, *COMPOSED) if Ability.CONTENT in model.info.abilities}
CARRIED = {
    Part.PEOPLE: "what it learned of each person",
    Part.ITEMS: "what it learned of each item",
    Part.NETWORK: "its network",
}
SCORE_HELP = "0 for nothing in common, 1 for the same data. What is in both counts most."


def source_step(card: DatasetCard, chosen: RunCard | None) -> None:
    """The step."""
    runs = [run for run in cache.workspace().runs() if run.dataset != card.id]
    if not runs:
        _nothing_to_start_from()
        return
    found = _kin(default_home(), card.id, tuple(run.id for run in runs))
    fitting = [one for one in found if not one.reason]
    if fitting:
        st.markdown("**Which model should it start from?** The nearest data come first.")
    else:
        st.markdown("**None of the finished models can be a source.** Train one of another kind on other data.")
        st.page_link(nav.TRAIN.path, label="Train a model", icon=":material/arrow_forward:")
    by_data = groupby(fitting, lambda one: str(one.run.about["passport"]["dataset"]["fingerprint"]))
    for place, (_, group) in enumerate(by_data):
        _data_set(list(group), chosen, is_first=place == 0)
    _refused([one for one in found if one.reason])


def _nothing_to_start_from() -> None:
    with st.container(border=True):
        st.markdown("**There is nothing to start from yet.**")
        st.caption("Transfer takes a model that was trained on other data. Add other data, then train a model on them.")
        with st.container(horizontal=True):
            st.page_link(nav.DATA.path, label="Add a data set", icon=":material/arrow_forward:", width="content")
            st.page_link(nav.TRAIN.path, label="Train a model", icon=":material/arrow_forward:", width="content")


@st.cache_resource(show_spinner="Looking at what other data have in common with these", max_entries=8)
def _kin(home: Path, dataset: str, runs: tuple[str, ...]) -> "list[Kin]":
    """Kept until the list of runs changes, which is why it is asked for them."""
    from recsys_core.runs.kin import kin

    return kin(open_workspace(home), dataset)


def _data_set(kin: "Sequence[Kin]", chosen: RunCard | None, is_first: bool) -> None:
    """What a data set has in common with the target, and the models that learned from it."""
    kinship = kin[0].kinship
    assert kinship is not None  # it is missing only where the data cannot be read, and then there is a reason
    kin = sorted(kin, key=lambda one: (chosen is None or one.run.id != chosen.id, -_figure(one.run)))
    with st.container(border=True, key=f"ft-kin-{kin[0].run.id}"):
        st.markdown(f"**{plain(name_of_data(kin[0].run))}**")
        bar = f'<i style="width:{100 * kinship.score:.1f}%;background:var(--ft-accent)"></i>'
        st.html(
            '<section class="ft-standing"><div class="ft-stand">'
            f'<b title="{escape(SCORE_HELP)}">Kinship</b>'
            f'<span class="ft-track">{bar}</span>'
            f"<output>{kinship.score:.2f}</output></div></section>"
        )
        st.markdown("\n".join(f"- {plain(reason)}" for reason in kinship.reasons))
        for one in kin[:RUNS_SHOWN]:
            _model(one.run, chosen, is_first and one is kin[0])
        if len(kin) > RUNS_SHOWN:
            with st.expander(f"{counted(len(kin) - RUNS_SHOWN, 'other model')} of these data"):
                for one in kin[RUNS_SHOWN:]:
                    _model(one.run, chosen, is_first=False)


def _figure(run: RunCard) -> float:
    """How good it is on its own data, by lists; −1 where that was not measured."""
    return float(run.about["metrics"].get(HEADLINE, {"value": -1.0})["value"])


def _model(run: RunCard, chosen: RunCard | None, is_first: bool) -> None:
    """A model, what can be carried over from it, and the button that chooses it."""
    is_chosen = chosen is not None and chosen.id == run.id
    leads = is_chosen if chosen is not None else is_first
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key=f"ft-mover-{run.id}"
    ):
        figure = _figure(run)
        figures = [f"{metric_label(HEADLINE)} {figure:.3f} on its own data"] if figure >= 0 else []
        about = " · ".join([choose.moment(run.created), *figures, carried(run)])
        st.markdown(f"**{plain(run.title)}**  \n{plain(about)}", width="stretch")
        if st.button(
            "Go on with it" if is_chosen else "Choose",
            key=f"choose-source-{run.id}",
            type="primary" if leads else "secondary",
        ):
            go_to(PLAN, run.id)


def carried(run: RunCard) -> str:
    """What of a model can be of use elsewhere, in words."""
    parts = [CARRIED[part] for part in Part if part in run.parts]
    told = [f"carries over {', '.join(parts)}" if parts else "serves as it is, or learns from both at once"]
    if run.model in READING:
        told.append("reads what items are about")
    return "; ".join(told)


def _refused(kin: "Sequence[Kin]") -> None:
    """Those that cannot be a source, and why."""
    if not kin:
        return
    with st.expander(f"{counted(len(kin), 'model')} that cannot be a source"):
        for one in kin:
            st.caption(plain(f"{choose.run_name(one.run)}: {one.reason}"))
