"""Transfer, the second step: what is the same, how it is taken over, and the presses that start it."""

import streamlit as st

from pages.shared import cache
from pages.shared.jobs import ended, running, watch
from pages.shared.transfer_chosen import Chosen
from pages.shared.transfer_match import match_view
from pages.shared.transfer_plan import plan_form
from pages.shared.transfer_start import start_view
from recsys_core.runs.jobs import Job, TrainSpec


def plan_step(chosen: Chosen) -> None:
    """The step."""
    left, right = st.columns(2, gap="large")
    with left:
        match = match_view(chosen)
    with right:
        plan = plan_form(chosen, match)
        if plan is not None:
            start_view(chosen, match, plan)
    _trainings(chosen)


def _trainings(chosen: Chosen) -> None:
    """Trainings from this source for this target: those that run, then the latest that ended."""
    jobs = [job for job in cache.jobs().all() if _belongs(job, chosen)]
    active = [job for job in reversed(jobs) if job.is_active]
    watch(active, lambda job: _belongs(job, chosen), running)
    for place, job in enumerate([job for job in jobs if not job.is_active][:2]):
        ended(job, is_latest=place == 0)


def _belongs(job: Job, chosen: Chosen) -> bool:
    spec = job.spec
    return (
        isinstance(spec, TrainSpec)
        and spec.dataset == chosen.card.id
        and spec.transfer is not None
        and spec.transfer.run == chosen.run.id
    )
