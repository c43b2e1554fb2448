"""Plain models that are missing beside others: a press that trains them, once."""

import streamlit as st

from pages.shared import cache
from pages.shared.frame import plain
from recsys_core.blending.verdict import in_a_row
from recsys_core.models import find_model
from recsys_core.runs.jobs import Job, State, TrainSpec


def offer_training(specs: list[TrainSpec], label: str, near: str) -> None:
    """A button for what is not in the queue yet, and a line for what is.

    Args:
        specs: what to train.
        label: of the button.
        near: tells presses at different places apart.
    """
    jobs = [[job for job in cache.jobs().all() if job.spec == spec] for spec in specs]
    active = [job for same in jobs for job in same if job.is_active]
    for job in active:
        st.caption(plain(f"{_title(job.spec.model)} {_stands(job)}."))
    waiting = [
        (spec, len(same)) for spec, same in zip(specs, jobs, strict=True) if not any(job.is_active for job in same)
    ]
    if not waiting:
        return
    key = f"train-{'-'.join(spec.model for spec, _ in waiting)}-{near}"
    if st.button(label, key=key, icon=":material/balance:"):
        for spec, before in waiting:  # a double click is one, a later press another
            cache.runner().submit(spec, f"{spec.model}-beside-{near}-{before}")
        st.rerun()


def titles_of(keys: list[str]) -> str:
    """The models in a row."""
    return in_a_row([_title(key) for key in keys])


def _title(key: str) -> str:
    return find_model(key).info.title


def _stands(job: Job) -> str:
    return "is in the queue" if job.state is State.QUEUED else "is training"
