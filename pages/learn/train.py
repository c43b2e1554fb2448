"""Train: learn a model on a data set and watch it."""

import uuid

import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.config_form import config_form
from pages.shared.frame import plain, show_error
from pages.shared.jobs import ended, watch
from recsys_core.errors import StudioError
from recsys_core.models import MODELS, Recommender, find_model
from recsys_core.runs.jobs import Executor, TrainSpec
from recsys_core.runs.store import DatasetCard
from recsys_core.splitting import SPLITTERS, SplitRecipe, default_recipe
from recsys_core.types import Feedback

DEFAULT_MODEL = "neumf"
JOBS_SHOWN, MOST_JOBS = 4, 30
WHERE = {
    Executor.AUTO: "Automatic",
    Executor.IN_PROCESS: "In the app's process",
    Executor.PROCESS: "In a process of its own",
}


def choose_model() -> type[Recommender]:
    keys = [model.info.key for model in MODELS]
    key = st.selectbox(
        "Model",
        keys,
        index=keys.index(DEFAULT_MODEL),
        format_func=lambda key: find_model(key).info.title,
        key="model",
        persist_state="session",
    )
    model = find_model(key)
    st.caption(plain(model.info.idea))
    return model


def choose_split(card: DatasetCard) -> SplitRecipe:
    """What is held out to judge the model."""
    dataset = cache.dataset(card.id)
    default = default_recipe(dataset)
    possible = [one for one in SPLITTERS if dataset.interactions.times is not None or not one.needs_times]
    titles = {one.key: one.title for one in possible}
    with st.expander(f"How it is judged: {titles[default.key].lower()}, 20\u00a0% held out"):
        key = st.selectbox(
            "Held out", list(titles), list(titles).index(default.key), titles.__getitem__, key=f"split-{card.id}"
        )
        st.caption(plain(next(one.idea for one in possible if one.key == key)))
        share = default.test_share
        if key != "leave-one-out":
            share = st.slider("Share held out for the test", 0.05, 0.5, share, 0.05, key="test-share")
        threshold = None
        if dataset.feedback is Feedback.EXPLICIT and dataset.scale is not None:
            levels = [None, *(level for level in _levels(dataset.scale.low, dataset.scale.high, dataset.scale.step))]
            threshold = st.selectbox(
                "A held-out item counts as relevant when rated",
                levels,
                format_func=lambda level: "anything" if level is None else f"{level:g} or more",
                key=f"threshold-{card.id}",
            )
        seed = st.number_input("Seed", 0, 2**31 - 1, 0, key="seed", help="Of the split and of the training.")
    return SplitRecipe(key=key, test_share=share, threshold=threshold, seed=seed)


def _levels(low: float, high: float, step: float) -> list[float]:
    """Thresholds worth offering: the upper levels of the scale."""
    if step <= 0 or (high - low) / step > 20:
        return [low + (high - low) * share for share in (0.5, 0.6, 0.7, 0.8, 0.9)]
    count = round((high - low) / step)
    return [low + step * level for level in range(count // 2, count + 1)]


def form() -> None:
    """Everything to choose, and Start."""
    card = choose.choose_dataset()
    if card is None:
        return
    model = choose_model()
    settings = {}
    if model.Config.model_fields:
        with st.expander("Settings"):
            settings = config_form(model.Config, f"config-{model.info.key}")
    recipe = choose_split(card)
    where = Executor.AUTO
    with st.expander("Where it runs"):
        where = st.radio("Process", list(WHERE), format_func=WHERE.__getitem__, label_visibility="collapsed")
        st.caption(
            "Automatic trains small data in the app's process and large data beside it, so that pages stay quick."
        )
    request = st.session_state.setdefault("train-request", uuid.uuid4().hex)
    if st.button("Start training", type="primary", width="stretch", icon=":material/play_arrow:"):
        try:
            config = model.Config.parse(settings)
            spec = TrainSpec(
                dataset=card.id,
                model=model.info.key,
                settings=config.model_dump(mode="json"),
                split=recipe,
                seed=recipe.seed,
                executor=where,
            )
            cache.runner().submit(spec, request)
        except StudioError as error:
            show_error(error)
            return
        st.session_state["train-request"] = uuid.uuid4().hex
        st.rerun()


def outcomes() -> None:
    """Jobs that run, then those that ended."""
    jobs = cache.jobs().all()
    watch()
    past = [job for job in jobs if not job.is_active]
    if not jobs:
        with st.container(border=True):
            st.markdown("**Nothing is training.**")
            st.caption("Choose on the left and press Start; the curves grow here while the model learns.")
    for place, job in enumerate(past[:JOBS_SHOWN]):
        ended(job, is_latest=place == 0)
    if len(past) > JOBS_SHOWN:
        with st.expander(f"{len(past) - JOBS_SHOWN} earlier"):
            for job in past[JOBS_SHOWN:MOST_JOBS]:
                ended(job, is_latest=False)


choose.header(nav.TRAIN)
controls, results = st.columns([1, 2], gap="large")
with controls:
    form()
with results:
    outcomes()
