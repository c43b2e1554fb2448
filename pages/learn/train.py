"""Train: learn a model on a data set and watch it."""

import uuid

import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.config_form import choose_preset, choose_stopping, chosen_settings, config_form
from pages.shared.content_notice import content_notice
from pages.shared.curves_view import curves_view
from pages.shared.fine_tune_form import choose_start
from pages.shared.frame import plain, show_error
from pages.shared.jobs import ended, ended_together, watch
from pages.shared.line_up_button import line_up_button
from pages.shared.model_gallery import gallery
from pages.shared.preflight_view import foretell, refuse_what_does_not_fit, show_refusal
from pages.shared.preset_menu import preset_menu
from pages.shared.split_choice import choose_split
from pages.shared.split_summary import split_summary
from recsys_core.errors import StudioError
from recsys_core.models import Recommender, find_model
from recsys_core.models.catalogue import families
from recsys_core.runs.jobs import Executor, TrainSpec
from recsys_core.runs.store import DatasetCard
from recsys_core.training.devices import Device

DEFAULT_MODEL = "neumf"
JOBS_SHOWN, MOST_JOBS = 4, 30
VIEW, TRAININGS, GALLERY, CURVES = "show", "Trainings", "Models", "Curves"
WHERE = {
    Executor.AUTO: "Automatic",
    Executor.IN_PROCESS: "In the app's process",
    Executor.PROCESS: "In a process of its own",
}


def choose_model() -> type[Recommender]:
    """A model by name; the gallery sets the same choice."""
    keys = [model.info.key for models in families().values() for model in models]
    key = choose.choose("Model", choose.MODEL, keys, lambda key: find_model(key).info.title, default=DEFAULT_MODEL)
    model = find_model(key)
    st.caption(plain(model.info.idea))
    return model


def form(card: DatasetCard) -> None:
    """Everything to choose, and Start."""
    model = choose_model()
    choose_preset(model)
    fine_tune = choose_start(card, model)
    start = st.container()  # above the settings, so that both ways to start and their errors stay in sight
    metric = None
    if model.Config.model_fields:
        with st.expander("Settings"):
            config_form(model)
            metric = choose_stopping(model)
            preset_menu(model, chosen_settings(model))
    content_notice(model, card)
    recipe = choose_split(card)
    executor, device = choose_place()
    spec = TrainSpec(
        dataset=card.id,
        model=model.info.key,
        settings=chosen_settings(model),
        split=recipe,
        seed=recipe.seed,
        executor=executor,
        metric=metric,
        device=device,
        fine_tune=fine_tune,
    )
    with start:
        started = start_button(spec)
        queued = line_up_button(card, recipe, executor, device)
    if started or queued:
        choose.remember(VIEW, "")  # to what is training now
        st.rerun()


def choose_place() -> tuple[Executor, Device]:
    """In which process, and on which device."""
    import torch

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
            "Automatic trains in the app's process what is short and small by the forecast, and all else beside it, so "
            "that pages stay quick."
        )
        if torch.cuda.is_available() and not st.toggle("Use the GPU", True, key="gpu", persist_state="session"):
            return where, Device.CPU
    return where, Device.AUTO


def start_button(wanted: TrainSpec) -> bool:
    """Start, and below it what the training will need; True where it was started."""
    request = st.session_state.setdefault("train-request", uuid.uuid4().hex)
    pressed = st.button("Start training", type="primary", width="stretch", icon=":material/play_arrow:")
    kind, dataset = find_model(wanted.model), cache.dataset(wanted.dataset)
    model = None
    try:
        model = kind(kind.Config.parse(wanted.settings))
        wanted = wanted.model_copy(update={"settings": model.config.model_dump(mode="json")})
        refuse_what_does_not_fit(model, dataset, wanted)
        if not pressed:
            foretell(model, dataset, wanted)
            return False
        split_summary(wanted.dataset, wanted.split)  # says so now, not in a job, where nobody would be judged
        cache.runner().submit(wanted, request)
    except StudioError as error:
        if pressed:
            show_error(error)
        elif model is not None:
            show_refusal(error, model, dataset, wanted)
        else:
            st.warning(plain(str(error)), icon=":material/block:")
        return False
    st.session_state["train-request"] = uuid.uuid4().hex
    return True


def outcomes() -> None:
    """Jobs that run, then those that ended."""
    jobs = cache.jobs().all()
    watch([job for job in reversed(jobs) if job.is_active])
    past = [job for job in jobs if not job.is_active]
    if not jobs and cache.workspace().datasets():
        with st.container(border=True):
            st.markdown("**Nothing is training.**")
            st.caption("Press Start training, or train the standard line-up: progress and curves grow here.")
    ended_together(past)
    for place, job in enumerate(past[:JOBS_SHOWN]):
        ended(job, is_latest=place == 0)
    if len(past) > JOBS_SHOWN:
        with st.expander(f"{len(past) - JOBS_SHOWN} earlier"):
            for job in past[JOBS_SHOWN:MOST_JOBS]:
                ended(job, is_latest=False)


def results(card: DatasetCard | None) -> None:
    """What became of the trainings, or all models to choose from; models first where nothing was trained yet."""
    views = [TRAININGS, GALLERY, CURVES] if cache.jobs().all() else [GALLERY, TRAININGS, CURVES]
    view = choose.switch("What to show", VIEW, views)
    if view == CURVES:
        curves_view(card)
    elif view == GALLERY:
        gallery(None if card is None else cache.dataset(card.id), st.session_state.get(f"pick-{choose.MODEL}", ""))
    else:
        outcomes()


choose.header(nav.TRAIN)
left, right = st.columns([1, 2], gap="large")
with left, st.container(key="ft-train-form"):
    chosen = choose.choose_dataset()
    if chosen is not None:
        form(chosen)
with right:
    results(chosen)
