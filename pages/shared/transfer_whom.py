"""Transfer, the evidence: which people and which items gain, and which lose."""

from dataclasses import asdict
from pathlib import Path

import pandas as pd
import streamlit as st

from pages.shared import cache
from pages.shared.chart import draw_chart
from pages.shared.frame import plain, show_error
from recsys_core.errors import StudioError
from recsys_core.figures.ablation import Bought, ablation_chart
from recsys_core.figures.theme import Theme
from recsys_core.metrics import metric_label
from recsys_core.runs.jobs import Job, TransferSpec
from recsys_core.runs.store import default_home, open_workspace
from recsys_core.splitting import Split, split
from recsys_core.transfer.evidence import IN_A_SENTENCE, Evidence
from recsys_core.transfer.match import Match
from recsys_core.transfer.measuring import SCRATCH
from recsys_core.transfer.whom import FOUND_BY, Part, in_words, items_that_gain, people_who_gain


def whom_view(job: Job, spec: TransferSpec, found: Evidence, metric: str, colours: Theme) -> None:
    """Leads of the transfer over training from scratch among parts of the people and of the items."""
    st.subheader("Who gains, who loses?", anchor=False)
    share = st.select_slider(
        "With so much of the data",
        found.shares,
        found.shares[len(found.shares) // 2],
        lambda share: f"{100 * share:g} %",
        key=f"whom-share-{job.id}",
    )
    try:
        full, match = _whole(default_home(), spec.model_dump_json())
    except StudioError as error:  # the source or the data were deleted
        show_error(error)
        return
    people = people_who_gain(found, share, SCRATCH, full, match, metric)
    items = items_that_gain(found, share, SCRATCH, full, match)
    if not people:
        st.caption("At this share the transfer and training from scratch have no seed in common.")
        return
    for key, parts, label in (("people", people, metric_label(metric)), ("items", items, metric_label(FOUND_BY))):
        if parts:
            _chart(key, parts, label, colours)
    if not items:
        st.caption("Which items gain is not told of this measurement: it kept no lists.")


def _chart(key: str, parts: list[Part], label: str, colours: Theme) -> None:
    over = f"over {IN_A_SENTENCE[SCRATCH]}"
    rows = [
        Bought(
            f"{one.name} ({one.number:,})",
            over,
            one.lead.value,
            one.lead.low,
            one.lead.high,
            colours.accent,
            one.lead.is_certain,
        )
        for one in parts
        if one.lead is not None
    ]
    if rows:
        data = pd.DataFrame(
            [
                {
                    "part": one.words,
                    "number": one.number,
                    "people": one.people,
                    **(asdict(one.lead) if one.lead else {}),
                }
                for one in parts
            ]
        )
        draw_chart(
            ablation_chart(rows, f"lead in {label}", colours), f"who-{key}", data, finding=in_words(parts, label)
        )
    few = [one.words for one in parts if one.lead is None]
    if few:
        st.caption(plain(f"Too few people to say anything of: {', '.join(few)}."))


@st.cache_resource(show_spinner="Looking at who is in both", max_entries=4)
def _whole(home: Path, spec: str) -> tuple[Split, Match]:
    from recsys_core.runs.transferring import make_ready

    wanted = TransferSpec.model_validate_json(spec)
    ready = make_ready(open_workspace(home), wanted, split(cache.dataset(wanted.dataset), wanted.split))
    return ready.parts, ready.match
