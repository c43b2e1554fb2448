"""Compare, clicks: what the lists of these models would have been clicked, where a log tells."""

import streamlit as st

from pages.shared import choose, judged, nav
from pages.shared.compared import Compared
from pages.shared.frame import plain
from pages.shared.impressions_view import LOG
from pages.shared.policy_overview import estimates, overview


def ctr_section(compared: Compared) -> None:
    """The section."""
    from recsys_core.engagement.policy.places import SPREAD

    card = judged.log_of(compared.runs[0])
    if card is None:
        choose.empty(
            "No impression log here is about these data, so nothing can be told about clicks.",
            "Add an impression log",
            nav.DATA,
        )
        return
    overview(compared.runs, estimates(compared.runs, card, SPREAD))
    st.caption(
        plain(
            f"Estimated from the log {card.name}, not measured: its impressions are weighted by how probable each item "
            f"would be on the other list, whose slots reach about {SPREAD:.0%} of the items. Bars are 95 % intervals."
        )
    )
    st.page_link(
        nav.ENGAGEMENT.path,
        label="What this rests on",
        icon=":material/arrow_forward:",
        query_params={"step": "Another model's clicks", LOG: card.id},
    )
