"""Jobs that measure, one figure after the other: those that run, and one of those that ended."""

import json
from collections.abc import Callable

import streamlit as st

from pages.shared import cache, choose
from pages.shared.frame import look, plain
from pages.shared.jobs import resume, watch
from recsys_core.data.findings import counted
from recsys_core.figures.theme import Theme
from recsys_core.runs.jobs import Job, State
from recsys_core.statistics.estimates import Estimate
from recsys_core.types import Json


def measurements(
    belongs: Callable[[Job], bool],
    live: Callable[[Job, Theme], None],
    view: Callable[[Job, Theme], None],
    name: Callable[[Job], str],
    parameter: str,
) -> bool:
    """What is measured now, and below it what one measurement came to, the latest unless another one is chosen.

    Args:
        belongs: whether a job is one of these measurements.
        live: draws one that runs; view: one that ended.
        name: what to call one.
        parameter: of the page's address, that keeps the choice.

    Returns:
        Whether there are any.
    """
    jobs = [job for job in cache.jobs().all() if belongs(job)]
    watch([job for job in reversed(jobs) if job.is_active], belongs, live)
    past = {job.id: job for job in jobs if not job.is_active}
    if past:
        _one_of(past, view, name, parameter)
    return bool(jobs)


def _one_of(
    past: dict[str, Job], view: Callable[[Job, Theme], None], name: Callable[[Job], str], parameter: str
) -> None:
    job = past[next(iter(past))]
    if len(past) > 1:
        job = past[choose.choose("Measurement", parameter, list(past), lambda one: name(past[one]))]
    else:
        st.caption(plain(name(job)))
    _unfinished(job)
    view(job, look())
    if st.button("Forget this measurement", key=f"forget-{job.id}", type="tertiary", help="Its figures go with it."):
        cache.jobs().dismiss(job.id)
        st.rerun()


def _unfinished(job: Job) -> None:
    """What became of a measurement that was not done to the end, and the way on."""
    if job.state is State.FINISHED:
        return
    with st.container(border=True, key="ft-unfinished"):
        st.markdown(plain(job.message))
        if job.is_resumable and st.button("Resume", key=f"resume-{job.id}"):
            resume(job)


def stand(job: Job) -> str:
    """How far a job is: what was read of it before is old when this changes."""
    return f"{job.state} {job.done} {job.finished}"


def amount(shares: int, seeds: int) -> str:
    """How much was measured."""
    return f"{counted(shares, 'share')}, {counted(seeds, 'seed')}"


def signed(lead: Estimate | None) -> str:
    """A lead with its interval."""
    if lead is None:
        return "–"
    interval = "" if lead.low is None or lead.high is None else f" [{lead.low:+.3f}, {lead.high:+.3f}]"
    return f"{lead.value:+.3f}{interval}".replace("-", "−")


def failed(sentences: list[str]) -> None:
    """What could not be measured, folded away; nothing where all could."""
    if sentences:
        with st.expander(f"{counted(len(sentences), 'measurement')} that failed"):
            for sentence in sentences:
                st.caption(plain(sentence))


def save_as_json(found: Json, file: str, job: Job) -> None:
    """Everything that was found, to take along."""
    st.download_button(
        "Everything as JSON",
        json.dumps(found, indent=1),
        file,
        "application/json",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"json-{job.id}",
    )
