"""Synthetic data, privacy: can attackers tell whom a generator has learned from?"""

import pandas as pd
import streamlit as st

from pages.shared.chart import draw_chart
from pages.shared.frame import plain
from recsys_core.data.findings import counted
from recsys_core.figures.synthetic import Roc, roc_chart
from recsys_core.figures.theme import Theme
from recsys_core.statistics.estimates import Estimate
from recsys_core.synthetic.attacks.membership import ASKED_AREA, ASKED_FOUND, FALSE_ALARMS, Membership

IN_PLAIN_WORDS = (
    "The people are halved at random, the generator learns from one half, and attackers who know the whole history of "
    "everybody look at what it generates and guess who was in that half. An area of 0.5 is guessing, 1 is knowing. An "
    "attack that is sure of a few people is a breach too: so it counts how many it finds while it accuses one in a "
    "hundred of the others. The figures are those of the attacker that does best."
)


def attack_view(found: Membership | None, key: str, colours: Theme) -> None:
    """What attackers could tell.

    Args:
        found: None where it was not measured.
        key: of the measurement.
    """
    st.subheader("Can an attacker tell who was learned from?", anchor=False)
    if found is None:
        st.caption("That was not measured: choose at least one attack on privacy.")
        return
    if found.is_good:
        st.markdown(f"**{plain(found.verdict())}**")
    else:
        st.error(plain(found.verdict()), icon=":material/lock_open:")
    with st.container(horizontal=True, gap="medium"):
        st.metric("Area under the curve", _figure(found.worst.area, ".2f"), width="content", help=_area_help())
        st.metric("Found at 1 % false alarms", _figure(found.worst.found, ".1%"), width="content", help=_found_help())
        st.metric("People asked about", f"{found.people:,}", width="content")
    draw_chart(
        roc_chart([Roc(one.title, one.roc.x, one.roc.y) for one in found.attacks], found.worst.title, colours),
        f"attack-{key}",
        pd.concat(
            [
                pd.DataFrame({"attacker": one.title, "false alarms": one.roc.x, "members found": one.roc.y})
                for one in found.attacks
            ]
        ),
        finding=_finding(found),
        source=f"{counted(found.splits, 'half')} of the people learned from and attacked",
    )
    st.caption(IN_PLAIN_WORDS)
    with st.expander("All attackers"):
        st.dataframe(
            [
                {
                    "Attacker": one.title,
                    "Area": _with_interval(one.area, ".2f"),
                    "Found at 1 % false alarms": _with_interval(one.found, ".1%"),
                }
                for one in found.attacks
            ],
            hide_index=True,
        )


def _finding(found: Membership) -> str:
    share = found.worst.found.value
    return f"At {FALSE_ALARMS:.0%} false alarms the best attacker finds {share:.1%} of those who were learned from"


def _figure(estimate: Estimate, form: str) -> str:
    return f"{estimate.value:{form}}"


def _with_interval(estimate: Estimate, form: str) -> str:
    interval = "" if estimate.low is None else f" [{estimate.low:{form}}, {estimate.high:{form}}]"
    return f"{estimate.value:{form}}{interval}"


def _area_help() -> str:
    return f"0.5 is guessing; at most {ASKED_AREA:.2f} is asked."


def _found_help() -> str:
    return f"Guessing finds {FALSE_ALARMS:.0%}; at most {ASKED_FOUND:.0%} is asked."
