"""Data: bring ratings in, and see what they look like."""

import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.add_data import IMPORTED, UPLOADS, add_data
from pages.shared.frame import look, plain
from pages.shared.jobs import active_jobs, draw
from recsys_core.data.dataset import Dataset
from recsys_core.figures.profile import activity, long_tail, rating_histogram
from recsys_core.runs.jobs import State
from recsys_core.runs.store import DatasetCard
from recsys_core.types import Feedback

ITEMS_SHOWN = 200


def figures_in_numbers(card: DatasetCard) -> None:
    profile = cache.profile(card.id)
    with st.container(horizontal=True, gap="large"):
        st.metric("People", f"{profile.users:,}", width="content")
        st.metric("Items", f"{profile.items:,}", width="content")
        events = "Ratings" if profile.feedback is Feedback.EXPLICIT else "Events"
        st.metric(events, f"{profile.interactions:,}", width="content")
        st.metric(
            "Density",
            f"{profile.density:.2%}",
            width="content",
            help="Share of all pairs of a person and an item that the data know about: events / (people × items).",
        )
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in profile.sentences()))


def charts(card: DatasetCard) -> None:
    colours, profile = look(), cache.profile(card.id)
    cells = st.columns(3 if profile.feedback is Feedback.EXPLICIT else 2)
    draw(cells[0], long_tail(profile.item_counts, colours), "long-tail")
    draw(cells[1], activity(profile.user_counts, colours), "activity")
    if profile.feedback is Feedback.EXPLICIT:
        draw(cells[2], rating_histogram(*profile.values, colours), "ratings")


def findings(card: DatasetCard) -> None:
    """What the import found, and the balance of its rows."""
    about = card.about
    lost = any(finding["level"] == "warning" for finding in about["findings"])
    with st.expander("What the import found", expanded=lost):
        st.caption(
            f"{about['rows']:,} rows read = {about['kept']:,} kept + {about['rejected']:,} rejected + "
            f"{about['merged']:,} merged."
        )
        for finding in about["findings"]:
            st.markdown(f"**{finding['level'].capitalize()}** · {plain(finding['message'])}")
        if not about["findings"]:
            st.markdown("Nothing to remark.")


def items(dataset: Dataset) -> None:
    """The most popular items as people know them."""
    counts = dataset.interactions.item_counts()
    with st.expander("Items"):
        order = counts.argsort(kind="stable")[::-1][:ITEMS_SHOWN]
        st.dataframe(
            {
                "Id": [str(dataset.item_ids.values[item]) for item in order],
                "Title": [str(dataset.item_table["title"].iat[item]) for item in order],
                "Genres": [", ".join(dataset.genres(item)) for item in order],
                "Events": counts[order],
            },
            hide_index=True,
        )
        if dataset.n_items > ITEMS_SHOWN:
            st.caption(f"The {ITEMS_SHOWN} with the most events of {dataset.n_items:,}.")


def manage(card: DatasetCard) -> None:
    """Where it is from, and its removal."""
    with st.expander("Origin and removal"):
        st.markdown(plain(cache.dataset(card.id).origin or "Imported from a file."))
        st.caption(f"Id {card.id}, imported {choose.moment(card.created)}.")
        st.caption("Models that were trained on it stay: each keeps the data it needs.")
        waiting = [job for job in active_jobs() if job.spec.dataset == card.id]
        if waiting:
            st.caption(
                f"Jobs that use it: {len(waiting)}. What runs is finished; what waits is taken out of the queue."
            )
        sure = st.checkbox("Delete this data set", key=f"sure-{card.id}")
        if st.button("Delete", disabled=not sure, key=f"delete-{card.id}"):
            for job in waiting:
                if job.state is State.QUEUED:
                    cache.jobs().stop(job.id)
            cache.workspace().delete_dataset(card.id)
            choose.remember(choose.DATASET, "")
            st.rerun()


choose.header(nav.DATA)
cards = cache.workspace().datasets()
if not cards:
    add_data()
else:
    with st.expander("Add a data set", icon=":material/add:", key=f"add-{st.session_state.get(UPLOADS, 0)}"):
        add_data()
    if IMPORTED in st.session_state:
        st.toast(st.session_state.pop(IMPORTED), icon=":material/check:")
    chosen = choose.choose_dataset()
    assert chosen is not None  # there is at least one
    content = cache.dataset(chosen.id)
    figures_in_numbers(chosen)
    st.page_link(
        nav.TRAIN.path,
        label="Train a model on it",
        icon=":material/arrow_forward:",
        query_params={choose.DATASET: chosen.id},
    )
    charts(chosen)
    findings(chosen)
    items(content)
    manage(chosen)
