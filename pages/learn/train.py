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
    possible = [one for one in SPLITTERS if dataset.interactions.has_order or not one.needs_times]
    titles = {one.key: one.title for one in possible}
    with st.expander("How it is judged"):
        key = st.selectbox(
            "Held out",
            list(titles),
            list(titles).index(default.key),
            titles.__getitem__,
            key=f"split-{card.id}",
            persist_state="session",
        )
        st.caption(plain(next(one.idea for one in possible if one.key == key)))
        share = default.test_share
        if key != "leave-one-out":
            share = st.slider(
                "Share held out for the test", 0.05, 0.5, share, 0.05, key="test-share", persist_state="session"
            )
        threshold = None
        if dataset.scale is not None:
            levels = [None, *_levels(dataset.scale.low, dataset.scale.high, dataset.scale.step)]
            threshold = st.selectbox(
                "A held-out item counts as relevant when rated",
                levels,
                format_func=lambda level: "anything" if level is None else f"{level:g} or more",
                key=f"threshold-{card.id}",
                persist_state="session",
            )
        seed = st.number_input(
            "Seed", 0, 2**32 - 1, 0, key="seed", help="Of the split and of the training.", persist_state="session"
        )
    held_out = "one event a person" if key == "leave-one-out" else f"{share:.0%} of the events"
    st.caption(f"Held out to judge it: {titles[key].lower()}, {held_out}.")
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
    start = st.container()  # above the settings, so that it and its errors stay in sight
    settings = {}
    if model.Config.model_fields:
        with st.expander("Settings"):
            settings = config_form(model.Config, f"config-{model.info.key}")
    recipe = choose_split(card)
    with st.expander("Where it runs"):
        where = st.radio(
            "Process",
            list(WHERE),
            format_func=WHERE.__getitem__,
            label_visibility="collapsed",
            key="where",
            persist_state="session",
        )
        st.caption(
            "Automatic trains small data in the app's process and large data beside it, so that pages stay quick."
        )
    request = st.session_state.setdefault("train-request", uuid.uuid4().hex)
    with start:
        if not st.button("Start training", type="primary", width="stretch", icon=":material/play_arrow:"):
            return
        try:
            config = model.Config.parse(settings)
            model(config).check(cache.dataset(card.id))
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
    if not jobs and cache.workspace().datasets():
        with st.container(border=True):
            st.markdown("**Nothing is training.**")
            st.caption("Press Start training; the curves grow here while the model learns.")
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
