"""Impression logs on a page: bring one in, and see its click-through rates."""

import shutil
import weakref
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared import cache, choose
from pages.shared.clicks_view import clicks_view
from pages.shared.draft import Latest, keep_upload, new_folder
from pages.shared.findings_view import findings_list, from_card
from pages.shared.frame import plain, show_error
from pages.shared.manage_dataset import size
from recsys_core.data.findings import Fix, counted
from recsys_core.data.importing import check_name
from recsys_core.data.impressions.click_profile import rate_text
from recsys_core.data.impressions.columns import ROLES, UNDECIDED, LogRecipe
from recsys_core.data.impressions.importing import ImportedLog, LogPreview, import_log, preview_log
from recsys_core.data.impressions.log import Match, match
from recsys_core.errors import StudioError
from recsys_core.runs.impression_files import LogCard
from recsys_core.runs.store import default_home, open_workspace
from recsys_core.types import Json

LOG, DRAFT, UPLOADS = "log", "log-draft", "log-uploads"
LABELS = {
    "user": "Person",
    "item": "Item",
    "position": "Position",
    "click": "Click",
    "propensity": "Propensity",
    "time": "Time",
}


@dataclass
class LogDraft:
    """A log on its way in: where its file lies, and what was decided about it. One for each visitor."""

    name: str
    folder: Path
    file: Path
    recipe: LogRecipe = UNDECIDED
    _preview: Latest[LogPreview] = field(default_factory=Latest)
    _outcome: Latest[ImportedLog] = field(default_factory=Latest)

    def __post_init__(self) -> None:
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def decide(self, changes: Json) -> None:
        """Set fields of the recipe."""
        self.recipe = self.recipe.changed(changes)

    def preview(self) -> LogPreview:
        return self._preview.get(self._key(), lambda: preview_log(self.file, self.recipe))

    def outcome(self) -> ImportedLog:
        return self._outcome.get(self._key(), lambda: import_log(self.file, "log", self.recipe))

    def _key(self) -> tuple[Any, ...]:
        return tuple(self.recipe.model_dump(exclude_unset=True).items())


def impressions_section() -> None:
    """All about impression logs, at the end of a page."""
    st.subheader("Impression logs", anchor=False)
    st.caption(
        "What was shown, where, and whether it was clicked: a table of its own, for click-through rates "
        "(CTR: clicks / impressions)."
    )
    cards = {card.id: card for card in cache.workspace().logs()}
    with st.expander("Add an impression log", icon=":material/add:", expanded=DRAFT in st.session_state):
        _add()
    if cards:
        called = names_of(list(cards.values()))
        _show(cards[choose.choose("Impression log", LOG, list(cards), called.__getitem__)])


def names_of(cards: list[LogCard]) -> dict[str, str]:
    """How to call each log, by id: with its date where several have the same name."""
    same = {card.name for card in cards if sum(other.name == card.name for other in cards) > 1}
    return {
        card.id: f"{card.name} · {choose.moment(card.created)}" if card.name in same else card.name for card in cards
    }


def _add() -> None:
    draft: LogDraft | None = st.session_state.get(DRAFT)
    if draft is not None:
        _confirm(draft)
        return
    turn = st.session_state.setdefault(UPLOADS, 0)  # a new box for each file: the last one is on disk already
    file = st.file_uploader("File of impressions", key=f"log-file-{turn}")
    st.caption(
        "One row an impression: the item, and 1 for a click or 0 for none. Person, position, propensity (how probable "
        "it was to be shown) and time are welcome. Any separator, Excel, Parquet, JSON lines, also in zip or gzip."
    )
    if file is not None:
        folder = new_folder()
        st.session_state[DRAFT] = LogDraft(file.name, folder, keep_upload(file, folder))
        st.session_state[UPLOADS] = turn + 1
        st.rerun()


def _confirm(draft: LogDraft) -> None:
    """Show the guess and what the checks say, let it be changed, and import."""
    st.markdown(f"**{plain(draft.name)}** is read like this. Change what is wrong:")
    try:
        found = draft.preview()
    except StudioError as error:
        show_error(error)
        _cancel(draft)
        return
    _pickers(draft, found)
    st.dataframe(found.frame, hide_index=True, height=240)
    ready = found.problem is None and _checks(draft)
    stem = "".join(letter for letter in Path(draft.name).name.split(".")[0] if letter.isprintable())
    title = st.text_input("Name of the log", stem[:80].strip() or "My log", max_chars=80, key=f"name-{draft.folder}")
    with st.container(horizontal=True):
        if st.button("Import", type="primary", icon=":material/download_done:", disabled=not ready, key="import-log"):
            _keep(draft, title)
        _cancel(draft)


def _pickers(draft: LogDraft, found: LogPreview) -> None:
    if found.problem is not None:
        show_error(found.problem)
    options = [None, *map(str, found.frame)]
    # What was chosen by hand shows also where there is no guess for the rest.
    settled = found.recipe or draft.recipe
    for start in (0, 3):
        for cell, role in zip(st.columns(3), ROLES[start : start + 3], strict=True):
            current = getattr(settled, role)
            chosen = cell.selectbox(
                LABELS[role],
                options,
                options.index(current) if current in options else 0,
                format_func=lambda name: "none" if name is None else name,
                key=f"{role}-{draft.folder}-{current}",
            )
            if chosen != current:
                draft.decide({role: chosen})
                st.rerun()


def _checks(draft: LogDraft) -> bool:
    """What an import would make and what it would say; whether there is anything to import."""
    try:
        with st.spinner("Checking"):
            made = draft.outcome()
    except StudioError as error:
        show_error(error)
        return False
    about = made.summary()
    st.markdown(plain(f"{about['clicks']:,} of {counted(made.kept, 'impression')} were clicked: {_ctr(about)}."))
    st.caption(_balance(about))
    findings_list(made.findings, f"log-{draft.folder.name}", lambda fix: _apply(draft, fix))
    return True


def _apply(draft: LogDraft, fix: Fix) -> None:
    draft.decide(fix.changes)


def _keep(draft: LogDraft, title: str) -> None:
    try:
        made = draft.outcome()
        log = replace(made.log, name=check_name(title), origin=f"Uploaded from the file {draft.name}.")
        card = cache.workspace().save_log(log, made.summary())
    except StudioError as error:
        show_error(error)
        return
    st.session_state.pop(DRAFT)
    choose.remember(LOG, card.id)
    st.rerun()


def _cancel(draft: LogDraft) -> None:
    if st.button("Cancel", key=f"cancel-{draft.folder}"):
        st.session_state.pop(DRAFT)
        st.rerun()


def _show(card: LogCard) -> None:
    """The rates of a log in figures, sentences and charts, and what else there is to it."""
    clicks_view(cache.clicks(card.id), card.id)
    _about(card)


def _about(card: LogCard) -> None:
    warned = any(finding["level"] == "warning" for finding in card.about["findings"])
    with st.expander("What the import of the log found", expanded=warned, key=f"log-findings-{card.id}"):
        st.caption(_balance(card.about))
        findings_list(from_card(card.about), f"log-{card.id}")
    with st.expander("Fit with a data set", key=f"log-fit-{card.id}"):
        _fit(card)
    with st.expander("Manage the log", icon=":material/settings:", key=f"log-manage-{card.id}"):
        st.markdown(plain(card.about["origin"] or "Imported from a file."))
        st.caption(plain(f"Id {card.id}, imported {choose.moment(card.created)}. It takes {size(card.size)} on disk."))
        sure = st.checkbox("I want to delete this log for good", key=f"sure-log-{card.id}")
        if st.button("Delete", disabled=not sure, key=f"delete-log-{card.id}"):
            cache.workspace().delete_log(card.id)
            choose.remember(LOG, "")
            st.rerun()


def _fit(card: LogCard) -> None:
    datasets = cache.workspace().datasets()
    if not datasets:
        st.markdown("There is no data set yet.")
        return
    called = choose.dataset_names(datasets)
    chosen = st.selectbox("Data set", list(called), format_func=called.__getitem__, key=f"fit-{card.id}")
    found = _match(default_home(), card.id, chosen)
    share = found.impressions / card.about["impressions"]
    known = "whose item and person it knows" if found.people is not None else "whose item it knows"
    st.markdown(plain(f"{found.impressions:,} impressions ({rate_text(share)}) {known}."))
    joins = [join for join in (found.items, found.people) if join is not None]
    st.dataframe(
        [
            {
                "": {"item": "Items", "person": "People"}[join.noun],
                "In both": join.matched,
                "Only with ratings": join.missing,
                "Only in the log": join.surplus,
                "Examples only in the log": ", ".join(join.examples["surplus"]),
            }
            for join in joins
        ],
        hide_index=True,
    )


def _balance(about: Json) -> str:
    return f"{about['rows']:,} rows read = {about['kept']:,} kept + {about['rejected']:,} left out."


def _ctr(about: Json) -> str:
    return f"{rate_text(about['ctr'])} (95% interval {rate_text(about['low'])} to {rate_text(about['high'])})"


@st.cache_resource(show_spinner=False, max_entries=16)
def _match(home: Path, identifier: str, dataset: str) -> Match:
    return match(cache.log(identifier), open_workspace(home).load_dataset(dataset))
