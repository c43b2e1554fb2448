"""Look after a data set: its name and licence, its versions and size, a copy to take away, and its removal."""

import io
import re
from collections.abc import Callable

import streamlit as st

from pages.shared import cache, choose
from pages.shared.frame import plain, show_error
from recsys_core.data.exporting import export_archive
from recsys_core.data.findings import counted
from recsys_core.errors import StudioError
from recsys_core.runs.store import LONGEST_LICENCE, DatasetCard

FORMATS = {"csv": "CSV", "parquet": "Parquet"}
RUNS_NAMED = 5


def manage(card: DatasetCard) -> None:
    """Everything about a data set that is not its content."""
    with st.expander("Manage", icon=":material/settings:"):
        provenance(card)
        name_and_licence(card)
        versions(card)
        download(card)
        removal(card)


def provenance(card: DatasetCard) -> None:
    """Where it is from, since when it is here, and how much of the disk it takes."""
    about = card.about
    st.markdown(plain(card.origin or "Imported from a file."))
    source = [str(about["file"])] if about.get("file") else []
    if about.get("sha256"):
        source.append(f"SHA-256 {about['sha256']}")
    if source:
        st.caption(plain(" · ".join(source)))
    total = cache.workspace().storage().total
    st.caption(
        plain(
            f"Id {card.id}, imported {choose.moment(card.created)}. It takes {size(card.size)} "
            f"of the {size(total)} that the workspace takes on disk."
        )
    )


def name_and_licence(card: DatasetCard) -> None:
    """Both can be changed; the id, and what was trained, stay."""
    with st.form(f"about-{card.id}", border=False):
        name = st.text_input("Name", card.name, max_chars=80, key=f"rename-{card.id}")
        licence = st.text_input(
            "Licence",
            card.licence,
            max_chars=LONGEST_LICENCE,
            key=f"licence-{card.id}",
            placeholder="What may be done with these data, and who says so",
        )
        if st.form_submit_button("Save", key=f"save-about-{card.id}"):
            _try(lambda: _save(card, name, licence))


def _save(card: DatasetCard, name: str, licence: str) -> None:
    workspace = cache.workspace()
    if name != card.name:
        workspace.rename_dataset(card.id, name)
    if licence != card.licence:
        workspace.annotate(card.id, licence=licence)


def _try(change: Callable[[], None]) -> None:
    """Change something and draw the page anew, or say why not."""
    try:
        change()
    except StudioError as error:
        show_error(error)
    else:
        st.rerun()


def versions(card: DatasetCard) -> None:
    """The data sets of the same name, where there are several."""
    same = [other for other in cache.workspace().datasets() if other.name == card.name]
    if len(same) == 1:
        return
    st.markdown("**Versions**")
    for other in same:
        events = counted(other.about["interactions"], "event")
        words = f"Version {other.version}, {choose.moment(other.created)}, {events}, {size(other.size)}"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(plain(words), width="content")
            if other.id == card.id:
                st.badge("shown", color="gray")
            elif st.button("Show", key=f"version-{other.id}", type="tertiary"):
                choose.remember(choose.DATASET, other.id)
                st.rerun()


def download(card: DatasetCard) -> None:
    """Events, items and people as files, made when they are asked for."""
    st.markdown("**Export**")
    stem = re.sub(r"[^\w-]+", "-", card.name).strip("-") or "data"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        format = st.segmented_control(
            "Format",
            list(FORMATS),
            format_func=lambda key: FORMATS[key],
            default="csv",
            required=True,
            key=f"format-{card.id}",
        )
        st.download_button(
            "Download",
            lambda: archive(card, format or "csv"),
            file_name=f"{stem}-{format}.zip",
            mime="application/zip",
            icon=":material/download:",
            on_click="ignore",
            key=f"download-{card.id}",
        )
    st.caption(
        "A zip with events, items and people, without pictures. In CSV, text that a spreadsheet would run as a formula "
        "begins with an apostrophe, which an import takes off again; Parquet is as it is."
    )


def archive(card: DatasetCard, format: str) -> io.BytesIO:
    """The zip file, as it is sent."""
    target = io.BytesIO()
    export_archive(cache.dataset(card.id), target, format)
    target.seek(0)
    return target


def removal(card: DatasetCard) -> None:
    """What depends on it, and its removal once somebody is sure."""
    found = cache.workspace().dependents(card.id)
    st.markdown("**Delete**")
    with_runs = False
    if found.runs:
        named = [f"{run.title} of {choose.moment(run.created)}" for run in found.runs[:RUNS_NAMED]]
        more = len(found.runs) - len(named)
        st.caption(
            plain(
                f"{counted(len(found.runs), 'model')} trained on it: {', '.join(named)}"
                f"{f' and {more} more' if more else ''}. They stay, each with the data it needs, unless you say so."
            )
        )
        with_runs = st.checkbox(f"Delete {counted(len(found.runs), 'model')} too", key=f"with-runs-{card.id}")
    if found.jobs:
        st.caption(f"{counted(len(found.jobs), 'job')} in the queue. What runs is finished; what waits is taken out.")
    sure = st.checkbox("I want to delete this data set for good", key=f"sure-{card.id}")
    if st.button("Delete", disabled=not sure, key=f"delete-{card.id}"):
        _try(lambda: _delete(card, with_runs))


def _delete(card: DatasetCard, with_runs: bool) -> None:
    cache.workspace().delete_dataset(card.id, with_runs=with_runs)
    choose.remember(choose.DATASET, "")


def size(number: int) -> str:
    """Bytes as people read them."""
    if number >= 1e9:
        return f"{number / 1e9:.1f} GB"
    return f"{number / 1e6:.1f} MB" if number >= 1e6 else f"{number / 1e3:.0f} kB"
