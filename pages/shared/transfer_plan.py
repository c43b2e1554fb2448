"""Transfer, how: the plan that is proposed, the other ways, and what of the source is carried over."""

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared.fine_tune_form import HINTS, RATES
from pages.shared.frame import plain
from pages.shared.transfer_chosen import Chosen
from recsys_core.training.warm_start import Part
from recsys_core.transfer.plan import IDEAS, Plan, Way

if TYPE_CHECKING:  # brings torch
    from recsys_core.transfer.match import Match

NAMES = {
    Way.AS_IT_IS: "Use it as it is",
    Way.FROZEN: "Keep it, and learn what is missing",
    Way.HEAD: "Keep it, and learn what is popular here",
    Way.GRADUAL: "Let it learn on, step by step",
    Way.FULL: "Let all of it learn on",
    Way.MAPPED: "Translate the people who are in both",
    Way.JOINT: "Learn from both data sets at once",
}
CARRYING = (Way.FROZEN, Way.HEAD, Way.GRADUAL, Way.FULL)
MOVING = (Way.GRADUAL, Way.FULL)
PULLS = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0)


def plan_form(chosen: Chosen, match: "Match") -> Plan | None:
    """A plan, beginning with the one that suits; None where nothing can be carried over."""
    from recsys_core.transfer.adapting import plans_to_try, usual_plan, why_not

    st.subheader("How to take it over", anchor=False)
    source, target = chosen.source, chosen.target
    reasons = {way: why_not(source, match, Plan(way=way), target) for way in Way}
    fitting = [way for way in Way if not reasons[way]]
    if not plans_to_try(source, match, target):
        st.warning(plain(f"Nothing of this model can be carried over: {reasons[Way.JOINT]}"), icon=":material/block:")
        return None
    usual, reason = usual_plan(source, match, target)
    st.markdown(plain(f"Proposed: {_lower(NAMES[usual.way])}. {reason}"))
    way = st.radio(
        "Way",
        fitting,
        fitting.index(usual.way),
        NAMES.__getitem__,
        captions=[plain(IDEAS[one]) for one in fitting],
        label_visibility="collapsed",
        key=f"way-{chosen.run.id}-{chosen.card.id}",
        persist_state="session",
    )
    assert way is not None
    refused = [f"**{NAMES[one]}**: {plain(reason)}" for one, reason in reasons.items() if reason]
    if refused:
        with st.expander("Ways that do not fit here"):
            st.caption("  \n".join(refused))
    with st.expander("More"):
        return _details(chosen, way, usual if way is usual.way else Plan(way=way))


def _details(chosen: Chosen, way: Way, usual: Plan) -> Plan:
    """What of it may be set; only what matters for this way."""
    key = f"{chosen.run.id}-{chosen.card.id}-{way}"
    changes: dict[str, object] = {
        "calibrated": st.toggle(
            "Popularity from here, tastes from the source",
            usual.calibrated,
            key=f"calibrated-{key}",
            help="How popular items are is counted in these data, and only what people like is taken from the source. "
            "How much each counts is found on the validation events.",
            persist_state="session",
        )
    }
    parts = chosen.source.parts
    if way in CARRYING and parts:
        carry = st.pills(
            "Carried over",
            parts,
            selection_mode="multi",
            default=list(parts),
            format_func=str.capitalize,
            key=f"carry-{key}",
            help="What is not chosen begins afresh.",
            persist_state="session",
        )
        changes["carry"] = frozenset(carry)
    if way in MOVING:
        changes["rates"] = {part: _rate(part, f"rate-{part}-{key}") for part in parts if part in changes["carry"]}  # type: ignore[operator]
        changes["pull"] = st.select_slider(
            "Pulled back to the source",
            PULLS,
            usual.pull,
            lambda pull: "not at all" if not pull else f"{pull:.0%} an epoch",
            key=f"pull-{key}",
            help="Holds what was carried over near to where it came from, so that few events do not carry it away.",
            persist_state="session",
        )
    if way is Way.GRADUAL:
        changes["thaw"] = st.number_input(
            "Epochs of each step", 1, 100, usual.thaw, key=f"thaw-{key}", persist_state="session"
        )
    return usual.model_copy(update=changes)


def _rate(part: Part, key: str) -> float:
    return st.select_slider(
        f"How fast: {part}",
        RATES,
        1.0,
        lambda rate: "frozen" if rate == 0 else "full rate" if rate == 1 else f"× {rate:g}",
        key=key,
        help=HINTS[part],
        persist_state="session",
    )


def _lower(words: str) -> str:
    return f"{words[0].lower()}{words[1:]}"
