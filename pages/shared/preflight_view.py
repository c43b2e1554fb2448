"""What a training will take, below the button that starts it: at once what is known, then what a pilot measured."""

import re
import uuid

import psutil
import streamlit as st

from pages.shared import cache
from pages.shared.config_form import chosen_settings
from pages.shared.frame import errors_as_sentences, plain
from pages.shared.model_card import cost
from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import gigabytes
from recsys_core.errors import StudioError
from recsys_core.models import Recommender
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.pilots import Answer, Standing

POLL_SECONDS = 1.0
SAYS = {
    Standing.MEASURING: "Measuring on this machine…",
    Standing.TRAINING: "Something is training: the time is measured when it is done.",
}


def refuse_what_does_not_fit(model: Recommender, train: Dataset, spec: TrainSpec) -> None:
    """As the training itself would, but with what was measured for it, where something was.

    Raises:
        ModelError: the model cannot learn from these data, or not with the memory that is free.
    """
    model.check(train)
    found = cache.forecasts().find(spec)
    if found is not None:
        model.require_memory(train, found.own)


def foretell(model: Recommender, dataset: Dataset, spec: TrainSpec) -> None:
    """The forecast, as soon as it is there; until then, what the model says itself."""
    answer = _ask(spec)
    waits = answer.forecast is None and answer.standing is not Standing.FAILED

    @st.fragment(run_every=POLL_SECONDS if waits else None)
    def draw() -> None:
        now = _ask(spec)
        if waits and (now.forecast is not None or now.standing is Standing.FAILED):
            st.rerun()  # stops the polling, and refuses what does not fit
        with errors_as_sentences(), st.container(key="ft-forecast"):
            st.caption(_words(now, model, dataset))

    draw()


def _ask(spec: TrainSpec) -> Answer:
    visitor = st.session_state.setdefault("visitor", uuid.uuid4().hex)
    return cache.pilots().ask(visitor, spec)


def _words(answer: Answer, model: Recommender, dataset: Dataset) -> str:
    free = psutil.virtual_memory().available
    if answer.forecast is not None:
        return _together(f"**{plain(answer.forecast.headline)}**{plain(answer.forecast.detail(free))}")
    known = f"Data and model need at most {gigabytes(model.needs(dataset))} of memory, and {gigabytes(free)} are free; "
    says = SAYS.get(answer.standing) or f"It could not be measured: {answer.reason}"
    return _together(plain(f"{known}{cost(type(model))}. {says}"))


def _together(text: str) -> str:
    """Numbers and their units stay on one line."""
    return re.sub(r"(?<=\d) (?=(?:s|min|h|MB|GB)\b)", "\N{NO-BREAK SPACE}", text)


def show_refusal(error: StudioError, model: Recommender, dataset: Dataset, spec: TrainSpec) -> None:
    """Why it cannot start and, of memory, the settings that would fit, at one click."""
    st.warning(plain(str(error)), icon=":material/block:")
    if error.code != "too-large":
        return
    found = cache.forecasts().find(spec)
    needed = max(model.needs(dataset), found.own if found else 0)
    fitting = model.fitting(dataset, needed, psutil.virtual_memory().available)
    if fitting is not None and st.button(f"Use {plain(fitting.words)}", key="use-what-fits", width="stretch"):
        chosen_settings(type(model)).update(fitting.changes)
        st.rerun()
