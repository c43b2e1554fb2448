"""Tune: look for the best settings of some models, at the same budget for each."""

import uuid
from contextlib import nullcontext

import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.frame import plain, show_error
from pages.shared.jobs import title, watch
from pages.shared.search_view import live, outcome
from pages.shared.split_choice import choose_split
from recsys_core.data.findings import counted, duration
from recsys_core.errors import StudioError
from recsys_core.metrics import metric_label
from recsys_core.models import find_model
from recsys_core.models.catalogue import families
from recsys_core.runs.forecasts import Forecasts
from recsys_core.runs.jobs import FEWEST_TRIALS, MOST_TRIALS, Job, TrainSpec, TuneSpec
from recsys_core.runs.store import DatasetCard
from recsys_core.runs.tune_job import tune_spec
from recsys_core.splitting import SplitRecipe
from recsys_core.tuning.space import space_of
from recsys_core.tuning.target import common_metrics

BASELINE_AND_NETWORK = ("ease", "neumf")
USUAL_TRIALS = 20
REQUEST = "search-request"


def form(card: DatasetCard) -> None:
    """Everything to choose, and Start."""
    keys = [model.info.key for models in families().values() for model in models if space_of(model)]
    models = st.multiselect(
        "Models",
        keys,
        BASELINE_AND_NETWORK,
        lambda key: find_model(key).info.title,
        key="tuned-models",
        help="Tune a baseline as hard as a network: only then does the comparison say which one is better.",
        persist_state="session",
    )
    trials = st.number_input(
        "Trials of each model",
        FEWEST_TRIALS,
        MOST_TRIALS,
        USUAL_TRIALS,
        key="tuned-trials",
        help="The first one tries the settings as they come, the next few are drawn at random, and the others follow "
        "what was learned so far.",
        persist_state="session",
    )
    start = st.container()
    metric = None
    if models:
        metric = st.selectbox(
            "Best by",
            common_metrics(models),
            format_func=metric_label,
            key="tuned-metric",
            help="Measured on the validation events. The test events are asked once, when the search is over.",
        )
    recipe = choose_split(card)
    with start:
        if start_button(card, models, trials, recipe, metric):
            st.rerun()


def start_button(card: DatasetCard, models: list[str], trials: int, recipe: SplitRecipe, metric: str | None) -> bool:
    """Start, and below it what it will take; True where it was started."""
    request = st.session_state.setdefault(REQUEST, uuid.uuid4().hex)
    refusal = _refusal(models, card)
    if st.button(
        "Start tuning",
        type="primary",
        width="stretch",
        icon=":material/tune:",
        disabled=not models or bool(refusal),
    ):
        try:
            spec = tune_spec(cache.workspace(), card.id, models, trials, recipe, metric)
        except StudioError as error:
            show_error(error)
            return False
        choose.remember(choose.SEARCH, cache.runner().submit(spec, request).id)
        st.session_state[REQUEST] = uuid.uuid4().hex
        return True
    if refusal:
        st.warning(plain(refusal), icon=":material/block:")
    elif models:
        trainings = counted(len(models) * trials, "training") + _time(card, models, trials, recipe)
        st.caption(f"{trainings}; then the best settings are measured on the test events.")
    return False


def _time(card: DatasetCard, models: list[str], trials: int, recipe: SplitRecipe) -> str:
    """How long the trials take, "" where that was not measured for each of the models, as it is on Train."""
    forecasts = Forecasts(cache.workspace().database)
    known = [forecasts.find(TrainSpec(dataset=card.id, model=key, split=recipe)) for key in models]
    seconds = [trials * (one.learning + one.measuring) for one in known if one is not None]
    return f", about {duration(sum(seconds))} at most with usual settings" if len(seconds) == len(models) else ""


def _refusal(models: list[str], card: DatasetCard) -> str:
    """Why one of the models cannot learn from the data, "" where all can."""
    for key in models:
        try:
            find_model(key)().check(cache.dataset(card.id))
        except StudioError as error:
            return str(error)
    return ""


def results() -> None:
    """Searches that run or wait, and one of those that ended."""
    searches = [job for job in cache.jobs().all() if isinstance(job.spec, TuneSpec)]
    active = [job for job in reversed(searches) if job.is_active]
    watch(active, lambda job: isinstance(job.spec, TuneSpec), live)
    past = {job.id: job for job in searches if not job.is_active}
    if past:
        with st.expander("Earlier searches") if active else nullcontext():
            earlier(past)
    elif not active and cache.workspace().datasets():
        with st.container(border=True):
            st.markdown("**Nothing has been tuned yet.**")
            st.caption(
                "Choose two models or more and press Start tuning: each gets the same number of trials, a baseline as "
                "many as a network. You can stop at any time and go on later; what was found is kept."
            )


def earlier(past: dict[str, Job]) -> None:
    """One of the searches that ended, the latest unless another one is chosen."""
    chosen = next(iter(past))
    if len(past) > 1:
        chosen = choose.choose("Search", choose.SEARCH, list(past), lambda one: _name(past[one]))
    outcome(past[chosen])
    forget(past[chosen])


def _name(job: Job) -> str:
    return f"{title(job)} · {choose.moment(job.created)}".replace("\\", "")


def forget(job: Job) -> None:
    """Take a search and its trials away; the models stay."""
    if st.button("Forget this search", key=f"forget-{job.id}", type="tertiary", help="Its trials go; its models stay."):
        cache.jobs().dismiss(job.id)
        st.rerun()


choose.header(nav.TUNE)
left, right = st.columns([1, 2], gap="large")
with left, st.container(key="ft-tune-form"):
    card = choose.choose_dataset()
    if card is not None:
        form(card)
with right:
    results()
