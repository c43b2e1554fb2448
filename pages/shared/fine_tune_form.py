"""Where a training starts: from scratch, or from a finished run of the same model."""

from pathlib import Path

import streamlit as st

from pages.shared import cache, choose
from pages.shared.config_form import chosen_settings
from pages.shared.frame import plain
from pages.shared.synthetic_mark import name_of_data
from recsys_core.errors import StudioError
from recsys_core.models import Recommender
from recsys_core.runs.cards import DatasetCard, RunCard
from recsys_core.runs.jobs import FineTune, TrainSpec
from recsys_core.runs.store import default_home, open_workspace
from recsys_core.training.warm_start import Part

SCRATCH = ""
RATES = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)
HINTS = {
    Part.PEOPLE: "What is learned about each person alone.",
    Part.ITEMS: "What is learned about each item alone.",
    Part.NETWORK: "What all people and items share: layers, offsets, vectors of attributes.",
}


def choose_start(card: DatasetCard, model: type[Recommender]) -> FineTune | None:
    """The run to go on from and what of it may change; None from scratch, and where there is no such run."""
    runs = {run.id: run for run in _continuable(card, model)}
    if not runs:
        return None
    key = _key(card.id, model.info.key)
    if st.session_state.get(key, SCRATCH) not in runs:  # it may have been deleted
        st.session_state[key] = SCRATCH
    chosen = st.selectbox(
        "Start from",
        [SCRATCH, *runs],
        format_func=lambda run: _name(runs[run]) if run else "Scratch",
        key=key,
        on_change=lambda: _take_settings(model, runs.get(st.session_state[key])),
        help="Going on from a finished run takes a fraction of the time. People and items are matched by their ids, "
        "new ones are added. How much of the old is forgotten is measured.",
        persist_state="session",
    )
    if not chosen:
        return None
    run = runs[chosen]
    from recsys_core.runs.fine_tuning import usual_rates

    with st.expander("What may change"):
        st.caption("How fast each part of what the run knows may change. New people and items always learn in full.")
        rates = {part: _rate(part, usual, f"{key}-{chosen}-{part}") for part, usual in usual_rates(run).items()}
    _warn(run, model)
    return FineTune(run=run.id, rates=rates)


def put_start_into_form(spec: TrainSpec) -> None:
    """The form begins where a training began, with its rates."""
    key, tuning = _key(spec.dataset, spec.model), spec.fine_tune
    if tuning is None:
        st.session_state[key] = SCRATCH
        return
    st.session_state[key] = tuning.run
    for part, rate in tuning.rates.items():
        if rate in RATES:
            st.session_state[f"{key}-{tuning.run}-{part}"] = rate


def _name(run: RunCard) -> str:
    """Short enough for the box: the model is chosen above it."""
    return f"{name_of_data(run)} · {choose.moment(run.created)}"


def _key(dataset: str, model: str) -> str:
    return f"start-{dataset}-{model}"


def _rate(part: Part, usual: float, key: str) -> float:
    return st.select_slider(
        part.capitalize(),
        RATES,
        usual,
        lambda rate: "frozen" if rate == 0 else "full rate" if rate == 1 else f"× {rate:g}",
        key=key,
        help=HINTS[part],
        persist_state="session",
    )


def _continuable(card: DatasetCard, model: type[Recommender]) -> list[RunCard]:
    runs = [run for run in cache.workspace().runs() if run.model == model.info.key and run.parts]
    return [run for run in runs if _fits(default_home(), run.id, card.id)]


@st.cache_resource(show_spinner=False, max_entries=256)
def _fits(home: Path, run: str, dataset: str) -> bool:
    """Whether a run and a data set have enough items in common; neither ever changes."""
    from recsys_core.models.warm_starts import shares_items

    return shares_items(open_workspace(home).item_ids_of_run(run), cache.dataset(dataset).item_ids)


def _take_settings(model: type[Recommender], run: RunCard | None) -> None:
    """Settings that suit the start: those of the run, for a short training, or the model's own."""
    from recsys_core.runs.fine_tuning import usual_settings

    st.session_state[f"settings-{model.info.key}"] = {} if run is None else usual_settings(run)


def _warn(run: RunCard, model: type[Recommender]) -> None:
    """Say now, not in a job, which setting cannot be."""
    from recsys_core.models.warm_starts import require_same_shape

    try:
        config = model.Config.parse(chosen_settings(model))
        require_same_shape(model.Config.parse(run.about["passport"]["config"]), config)
    except StudioError as error:
        st.warning(plain(str(error)), icon=":material/block:")
