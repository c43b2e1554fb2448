"""Who gains and who loses when one model takes the place of another: shares, a histogram, and the people themselves."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from pages.shared import choose, nav
from pages.shared.chart import draw_chart
from pages.shared.compared import Compared
from pages.shared.frame import look, plain
from recsys_core.data.findings import counted
from recsys_core.figures.slices import gain_histogram
from recsys_core.metrics import about, metric_label
from recsys_core.runs.cards import RunCard
from recsys_core.types import Int64

if TYPE_CHECKING:  # brings torch
    from recsys_core.comparing.switching import Switch
    from recsys_core.runs.run_files import LoadedRun

PEOPLE_SHOWN = 5


def switch_view(compared: Compared, before: RunCard, after: RunCard, switch: "Switch") -> None:
    """The part of the section that is about a switch from one run to another."""
    from pages.shared import loaded
    from recsys_core.comparing.switching import percent

    label, titles = metric_label(compared.metric), compared.titles
    st.subheader("Who gains, who loses", anchor=False)
    finding = switch.in_words(titles[before.id], titles[after.id])
    moved = switch.gain[switch.moved]
    if not len(moved):
        st.markdown(f"**{plain(finding)}**")
        return
    gained = label if about(compared.metric).higher_is_better else f"{label} (how much lower)"
    axis = f"gain in {gained} of one person"
    same = f"{percent(switch.same.value)} see no difference" if switch.same.value else ""
    colours = (compared.colour(before), compared.colour(after))
    draw_chart(
        gain_histogram(moved, axis, same, colours, look()),
        "gains-and-losses",
        pd.DataFrame({"gain": switch.gain}),
        finding=finding,
        source=compared.source,
    )
    st.caption(
        plain(
            f"{counted(len(switch.users), 'person')}. {_intervals(switch)}"
            "Bars have the colour of the model that was better for these people."
        )
    )
    run = loaded.run(before.id)  # on the same split, and opened already for the slices
    left, right = st.columns(2, gap="large")
    with left:
        _people("Lose most", switch, switch.losers(PEOPLE_SHOWN), run, before, after)
    with right:
        _people("Gain most", switch, switch.winners(PEOPLE_SHOWN), run, before, after)


def _intervals(switch: "Switch") -> str:
    """How sure the shares are; "" of fewer than ten people."""
    told = [
        f"{100 * share.low:.0f} to {100 * share.high:.0f} % {word}"
        for word, share in (("worse", switch.worse), ("better", switch.better))
        if share.low is not None and share.high is not None
    ]
    return f"95 % intervals of the shares: {', '.join(told)}. " if told else ""


def _people(title: str, switch: "Switch", places: Int64, run: "LoadedRun", before: RunCard, after: RunCard) -> None:
    """Rows of people, each with ways to the lists that they get."""
    st.markdown(f"**{title}**, before → after")
    if not len(places):
        st.caption("Nobody.")
    dataset, known = run.split.dataset, run.split.test.known.lengths()
    for place in places:
        user = int(switch.users[place])
        person = {choose.PERSON: str(dataset.user_ids.values[user]), choose.VIEW: choose.VIEW_OF_PERSON}
        with st.container(horizontal=True, vertical_alignment="center", key=f"ft-mover-{user}"):
            figures = f"{switch.before[place]:.3f} → {switch.after[place]:.3f}"
            who = f"**{plain(dataset.person(user))}** · {known[user]:,} known"
            st.markdown(f"{who}  \n{plain(figures)}", width="stretch")
            for card, word in ((before, "List before"), (after, "List after")):
                st.page_link(nav.RECOMMENDATIONS.path, label=word, query_params={choose.RUN: card.id, **person})
