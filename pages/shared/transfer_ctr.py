"""What a transferred model's lists would be clicked, as one line of the evidence, where a log tells."""

import streamlit as st

from pages.shared import cache, judged
from pages.shared.frame import plain
from recsys_core.errors import StudioError
from recsys_core.runs.jobs import TransferSpec


def ctr_line(spec: TransferSpec) -> None:
    """Of the newest model that was transferred so; nothing where there is none, or no log that can judge it."""
    from recsys_core.engagement.policy.places import SPREAD
    from recsys_core.engagement.policy.words import sentence

    transferred = [
        run
        for run in cache.workspace().runs()
        if run.dataset == spec.dataset and (run.about.get("transfer") or {}).get("run") == spec.run
    ]
    card = judged.log_of(transferred[0]) if transferred else None
    if card is None:
        return
    try:
        found = judged.judged_run(transferred[0].id, card, SPREAD)
    except StudioError:  # the log cannot judge it; Engagement says why
        return
    words = sentence(transferred[0].title, found.value, found.shown)
    st.caption(plain(f"Clicks, estimated from the log {card.name}: {words}"))
