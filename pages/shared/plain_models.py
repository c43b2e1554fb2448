"""Plain models that are missing beside others: a press that trains them, once."""

import hashlib

import streamlit as st

from pages.shared import cache
from recsys_core.blending.verdict import in_a_row
from recsys_core.models import find_model
from recsys_core.runs.jobs import Job, TrainSpec


def at_work_on(specs: list[TrainSpec]) -> list[Job]:
    """The jobs that train these, or wait to."""
    return [job for job in cache.jobs().all() if job.is_active and job.spec in specs]


def offer_training(specs: list[TrainSpec], label: str, near: str) -> None:
    """A button for what nobody works on yet.

    Args:
        specs: what to train.
        label: of the button.
        near: tells presses at different places apart.
    """
    active = at_work_on(specs)
    wanted = [spec for spec in specs if not any(job.spec == spec for job in active)]
    key = f"train-{'-'.join(dict.fromkeys(spec.model for spec in wanted))}-{near}"
    if wanted and st.button(label, key=key, icon=":material/balance:"):
        for spec in wanted:  # a double click is one, a later press another
            before = sum(job.spec == spec for job in cache.jobs().all())
            told = hashlib.sha256(spec.model_dump_json().encode()).hexdigest()
            cache.runner().submit(spec, f"{told}-beside-{near}-{before}")
        st.rerun()


def titles_of(keys: list[str]) -> str:
    """The models in a row."""
    return in_a_row([find_model(key).info.title for key in keys])
