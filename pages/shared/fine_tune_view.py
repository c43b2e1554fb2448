"""What a fine-tuning brought, and what it cost, in words."""

import streamlit as st

from pages.shared import cache
from pages.shared.frame import plain
from recsys_core.data.findings import counted
from recsys_core.errors import StudioError
from recsys_core.metrics import metric_label
from recsys_core.runs.jobs import Job, TrainSpec
from recsys_core.types import Json


def fine_tune_view(job: Job) -> None:
    """Gain and forgetting of a finished fine-tuning; nothing of any other job."""
    if job.run is None or not isinstance(job.spec, TrainSpec) or job.spec.fine_tune is None:
        return
    from recsys_core.runs.before_after import sentence

    try:
        about = cache.workspace().find_run(job.run).about["fine_tune"]
    except StudioError:  # the model was deleted
        return
    st.markdown(plain(sentence(about)))
    st.caption(plain(" ".join(_details(about))))


def _details(about: Json) -> list[str]:
    """Where it started, and on how many events and people the figures stand."""
    told = [f"Went on from {about['title']} on {about['dataset_name']}."]
    for which, changes in (("new", about["gain"]), ("old", about["forgetting"])):
        for name, change in changes["figures"].items():
            told.append(
                f"{metric_label(name)} on the {which} events {_difference(change)}, "
                f"{counted(changes['people'], 'person')}."
            )
    if left_out := about["forgetting"]["left_out"]:
        told.append(f"{counted(left_out, 'old test event')} left out: the new training learned from them.")
    if about["moved"]:
        told.append(f"{counted(about['moved'], 'new event')} not held out: the old run had learned from them.")
    return told


def _difference(change: Json) -> str:
    interval = (
        "" if change["low"] is None else f" (95 % interval {_signed(change['low'])} to {_signed(change['high'])})"
    )
    return f"{_signed(change['after'] - change['before'])}{interval}"


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")
