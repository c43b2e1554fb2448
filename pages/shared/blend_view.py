"""A blend of the models on Compare: chosen, judged in the background, and kept where it helps."""

import uuid

import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.compared import Compared
from pages.shared.frame import plain, show_error
from pages.shared.jobs import watch
from recsys_core.errors import StudioError
from recsys_core.runs.jobs import BlendSpec, Job, State
from recsys_core.runs.store import RunCard

BEST_FEW, MOST_MEMBERS = 3, 8
REQUEST = "blend-request"


def blend_view(compared: Compared) -> None:
    """The section."""
    runs = compared.runs
    members = {run.id: run for run in runs if run.model != "blend"}
    st.caption(
        "Adds up what several models say. The weights are learned on the validation events, each person is judged with "
        "weights learned from others, and a blend is offered only where it beats its best member."
    )
    if len(members) < 2:
        st.caption("Train another model on the same split: a blend needs two.")
        return
    jobs = [job for job in cache.jobs().all() if _belongs(job, members)]
    active = [job for job in reversed(jobs) if job.is_active]
    default = [run.id for run in compared.best_first if run.id in members][:BEST_FEW]
    chosen = st.multiselect(
        "Models to blend",
        list(members),
        default,
        compared.titles.__getitem__,
        key=f"blend-of-{runs[0].split_fingerprint}",
        max_selections=MOST_MEMBERS,
        persist_state="session",
    )
    if st.button("Judge this blend", icon=":material/balance:", disabled=bool(active) or len(chosen) < 2):
        _submit([members[run] for run in chosen])
    watch(active, lambda job: _belongs(job, members))
    if not active and jobs:
        _outcome(jobs[0], runs)


def _belongs(job: Job, members: dict[str, RunCard]) -> bool:
    return isinstance(job.spec, BlendSpec) and set(job.spec.members) <= set(members)


def _submit(members: list[RunCard]) -> None:
    from recsys_core.runs.blend_job import blend_spec

    try:
        _start(blend_spec(members))
    except StudioError as error:
        show_error(error)


def _start(spec: BlendSpec) -> None:
    """Queue it; the same press twice is one job."""
    cache.runner().submit(spec, st.session_state.setdefault(REQUEST, uuid.uuid4().hex))
    st.session_state[REQUEST] = uuid.uuid4().hex
    st.rerun()


def _outcome(job: Job, runs: list[RunCard]) -> None:
    """What the latest judging came to, or the run that was kept."""
    from recsys_core.runs.blend_job import verdict_of

    spec = job.spec
    assert isinstance(spec, BlendSpec)
    with st.container(border=True, key="ft-blend"):
        if job.state is not State.FINISHED:
            st.markdown(plain(job.message))
            return
        verdict = verdict_of(cache.workspace(), job)
        st.markdown(plain(job.message))
        if verdict is not None and verdict.offered:
            if st.button("Keep this blend", type="primary", icon=":material/add:"):
                _start(spec.model_copy(update={"verdict": verdict.model_dump(mode="json")}))
        elif job.run in {run.id for run in runs}:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption("It stands in the comparison above, judged on the test events like the others.")
                if st.button("See its recommendations"):
                    st.switch_page(nav.RECOMMENDATIONS.path, query_params={choose.RUN: str(job.run)})
