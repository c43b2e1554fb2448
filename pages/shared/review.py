"""The review of a draft, from top to bottom: read, columns, meaning, findings, import."""

import streamlit as st

from pages.shared import cache, choose, draft, nav
from pages.shared.bound import show_refused
from pages.shared.draft import Draft
from pages.shared.findings_view import balance, findings_list
from pages.shared.frame import plain, show_error
from pages.shared.progress_bar import progress_bar
from pages.shared.review_columns import columns, problem
from pages.shared.review_reading import how, what_was_read
from pages.shared.review_values import filters, meaning
from pages.shared.side_files import side_files
from recsys_core.data.checking.sieve import MOST_REJECTS
from recsys_core.data.findings import counted
from recsys_core.data.formula_guard import guard
from recsys_core.data.importing import Imported, Preview
from recsys_core.errors import StudioError
from recsys_core.runs.store import LONGEST_LICENCE

IMPORTED = "imported"


def review(one: Draft) -> None:
    """Everything that can be decided about the file, what the checks say, and the import."""
    found, unreadable = _previewed(one)
    line = what_was_read(one, found)
    show_refused()
    if found is None:
        assert unreadable is not None
        show_error(unreadable)
        applied(one)
        return
    st.subheader("Columns", anchor=False)
    roles = columns(one, found)
    if found.recipe is None:
        applied(one)
        return
    made, failure, side_failure = _outcome(one)
    if failure is not None:
        problem(one, failure)
    elif made is not None:
        line.caption(how(found, made.rows), width="content")
    st.subheader("What the values mean", anchor=False)
    meaning(one, roles, made)
    filters(one, made)
    st.subheader("Titles, people and pictures", anchor=False)
    side_files(one)
    if side_failure is not None:
        show_error(side_failure)
    applied(one)
    if made is not None:
        findings(one, made)
        finish(one, made, blocked=side_failure is not None)


def _previewed(one: Draft) -> tuple[Preview | None, StudioError | None]:
    try:
        return one.preview(), None
    except StudioError as error:
        return None, error


def _outcome(one: Draft) -> tuple[Imported | None, StudioError | None, StudioError | None]:
    """What an import would make, or why there is none; and why the side files cannot be used."""
    with progress_bar() as tell:
        try:
            return one.outcome(tell), None, None
        except StudioError as error:
            if not one.sides:
                return None, error, None
            failure = error
        try:
            return one.outcome_without_sides(), None, failure
        except StudioError as error:
            return None, error, None


def applied(one: Draft) -> None:
    """The remedies so far, each with its way back."""
    if not one.changes:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="applied"):
        st.markdown("Applied:", width="content")
        for number, change in enumerate(one.changes):
            st.button(
                plain(change.label),
                icon=":material/undo:",
                key=f"undo-{number}",
                help="Take it back",
                on_click=one.undo,
                args=(change,),
            )


def findings(one: Draft, made: Imported) -> None:
    """What the checks found, the balance of the rows, and the rows that are left out."""
    st.subheader("What the checks found", anchor=False)
    dataset = made.dataset
    with st.container(horizontal=True, gap="large"):
        st.metric("People", f"{dataset.n_users:,}", width="content")
        st.metric("Items", f"{dataset.n_items:,}", width="content")
        st.metric("Events to import", f"{made.kept:,}", width="content")
    st.caption(balance(made.summary()))
    if made.findings:
        findings_list(made.findings, "draft", lambda fix: one.apply(fix.label, fix.changes))
    else:
        st.markdown("Nothing to remark.")
    if len(made.rejects):
        most = f" (the first {MOST_REJECTS:,})" if made.rejected > len(made.rejects) else ""
        st.download_button(
            f"Rows that are left out{most}",
            lambda: rejects_as_csv(made),
            file_name="left-out-rows.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="Each with its line and the reason. Whoever has too few events is not among them.",
        )


def rejects_as_csv(made: Imported) -> bytes:
    """The rows that are left out; no cell runs as a formula."""
    return made.rejects.assign(text=guard(made.rejects["text"])).to_csv(index=False).encode("utf-8", "replace")


def finish(one: Draft, made: Imported, blocked: bool) -> None:
    """Name, licence note, and the import."""
    st.subheader("Import", anchor=False)
    left, right = st.columns(2)
    name = left.text_input("Name of the data set", one.title, max_chars=80, key=f"name-{one.folder.name}")
    licence = right.text_input(
        "Licence (optional)",
        max_chars=LONGEST_LICENCE,
        key=f"licence-{one.folder.name}",
        placeholder="What may be done with these data, and who says so",
    )
    label = f"Import {counted(made.kept, 'event')}"
    if st.button(label, type="primary", icon=":material/download_done:", disabled=blocked, key="import"):
        try:
            with progress_bar() as tell:
                imported, about = one.imported(name, tell)
            with st.spinner("Saving"):
                workspace = cache.workspace()
                card = workspace.save_dataset(imported.dataset, imported.summary() | about)
                if licence:
                    workspace.annotate(card.id, licence=licence)
        except StudioError as error:
            show_error(error)
            return
        draft.drop()
        choose.remember(choose.DATASET, card.id)
        st.session_state[IMPORTED] = f"Imported {plain(card.name)}"
        st.switch_page(nav.DATA.path, query_params={choose.DATASET: card.id})
