"""What a run by transfer began with, in words."""

from collections.abc import Iterator

import streamlit as st

from pages.shared import cache, nav
from pages.shared.choose import RUN
from pages.shared.frame import plain
from recsys_core.data.findings import counted
from recsys_core.errors import StudioError
from recsys_core.models import WITH_VECTORS
from recsys_core.runs.jobs import Job, TrainSpec
from recsys_core.types import Json


def transfer_view(job: Job) -> None:
    """Where a finished transfer is from; nothing of any other job."""
    if job.run is None or not isinstance(job.spec, TrainSpec) or job.spec.transfer is None:
        return
    try:
        run = cache.workspace().find_run(job.run)
    except StudioError:  # the model was deleted
        return
    about = run.about["transfer"]
    st.caption(plain(" ".join(_told(about))))
    if run.model in WITH_VECTORS and about["items"]:
        st.page_link(
            nav.EMBEDDINGS.path,
            label="See what moved",
            icon=":material/arrow_forward:",
            width="content",
            query_params={RUN: run.id, "other": about["run"], "embedded": "Beside another model"},
        )


def _told(about: Json) -> Iterator[str]:
    """What was taken over, and how."""
    yield f"From {about['title']} on {about['dataset_name']}: {about['plan_title']}."
    shared = [
        f"{number:,} {nouns}" for number, nouns in ((about["items"], "items"), (about["people"], "people")) if number
    ]
    yield f"In both: {' and '.join(shared)}." if shared else "Nothing is in both but what items are about."
    if about["moved"]:
        yield f"{counted(about['moved'], 'event')} not held out: the source had learned from them."
