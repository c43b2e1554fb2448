"""The curves of several trainings in one picture, and one of them closely."""

from collections import Counter
from dataclasses import asdict, dataclass
from itertools import accumulate

import pandas as pd
import streamlit as st

from pages.shared import cache, choose
from pages.shared.chart import draw_chart
from pages.shared.diagnosis_view import findings, show_findings
from pages.shared.frame import look
from pages.shared.jobs import POLL_SECONDS, active_jobs, curves, learns_in_epochs, own_settings
from pages.shared.synthetic_mark import name_of_data
from recsys_core.figures.theme import model_colours
from recsys_core.figures.training import Line, side_by_side
from recsys_core.models import MODELS, find_model
from recsys_core.runs.jobs import Job, TrainSpec, spec_from_json
from recsys_core.runs.store import DatasetCard, RunCard
from recsys_core.splitting import find_splitter
from recsys_core.training.context import EpochEnded, Validation
from recsys_core.training.loop import event_from_json
from recsys_core.types import Json

MOST, SHOWN_AT_FIRST = 30, 4
BY_EPOCH, BY_SECOND = "By epoch", "By second"


@dataclass(frozen=True)
class Training:
    """A training that has curves: a job that is listed, or a run whose job was dismissed.

    Attributes:
        moved: held-out events that were taken back for it, so that it was judged on fewer.
    """

    key: str
    spec: TrainSpec
    created: float
    is_active: bool
    history: list[EpochEnded]
    moved: int = 0


def curves_view(card: DatasetCard | None) -> None:
    """Everything: the choice, the picture, and one training closely.

    Args:
        card: the data set whose trainings are shown.
    """
    groups: dict[str, list[Training]] = {}
    for training in [] if card is None else trainings(card):
        if training.history and training.history[0].validation is not None:
            groups.setdefault(_group(training), []).append(training)
    if card is None or not groups:
        with st.container(border=True):
            st.markdown("**There are no curves yet.**")
            st.caption("Models that learn in epochs draw them while they train, on the data set chosen here.")
        _wait(card)
        return
    group = _choose_group(list(groups))
    known = {training.key: training for training in groups[group]}
    called = _labels(list(known.values()))
    chosen = _choose(list(known), called, f"curves-{group}")
    if not chosen:
        st.caption("Choose a training to see its curve.")
        return
    _picture(card, [known[key] for key in chosen], called)
    _closely({key: known[key] for key in chosen}, called)


def _choose(known: list[str], called: dict[str, str], key: str) -> list[str]:
    """Which trainings to draw: the newest few at first, and each that begins later."""
    before = st.session_state.get(f"before-{key}", known)
    if key in st.session_state:
        st.session_state[key] = [one for one in known if one in st.session_state[key] or one not in before]
    st.session_state[f"before-{key}"] = known
    first = known[:SHOWN_AT_FIRST]
    return st.multiselect("Trainings", known, first, called.__getitem__, key=key, persist_state="session")


def _growing(card: DatasetCard) -> set[str]:
    """Trainings of a data set that have an epoch and will have more."""
    return {job.id for job in active_jobs() if job.spec.dataset == card.id and learns_in_epochs(job) and job.done >= 1}


def _wait(card: DatasetCard | None) -> None:
    """Until the first curve begins."""
    if card is None or not active_jobs():
        return

    @st.fragment(run_every=POLL_SECONDS)
    def wait() -> None:
        if _growing(card) or not active_jobs():
            st.rerun()

    wait()


def trainings(card: DatasetCard) -> list[Training]:
    """All of a data set that learn in epochs, newest first."""
    jobs = [job for job in cache.jobs().all() if job.spec.dataset == card.id and learns_in_epochs(job)]
    listed = {job.run for job in jobs}
    runs = [
        run
        for run in cache.workspace().runs()
        if run.dataset == card.id and run.about["epochs"] is not None and run.id not in listed
    ]
    found = [*map(_of_job, jobs), *map(_of_run, runs)]
    return sorted(found, key=lambda one: -one.created)[:MOST]


def _of_job(job: Job) -> Training:
    assert isinstance(job.spec, TrainSpec)  # nothing else learns in epochs
    moved = 0
    if job.run is not None and job.spec.fine_tune:
        moved = sum(_moved(run) for run in cache.workspace().runs() if run.id == job.run)
    return Training(job.id, job.spec, job.created, job.is_active, _events(cache.jobs().epochs(job.id)), moved)


def _of_run(run: RunCard) -> Training:
    spec = spec_from_json(run.about["spec"])
    assert isinstance(spec, TrainSpec)
    return Training(run.id, spec, run.created, False, _events(cache.workspace().history(run.id)), _moved(run))


def _moved(run: RunCard) -> int:
    return int(run.about.get("fine_tune", {}).get("moved", 0))


def _events(history: list[Json]) -> list[EpochEnded]:
    return [event_from_json(event) for event in history]


def _group(training: Training) -> str:
    """In words, and alike for trainings whose validation figures can be compared: one metric, on the same events."""
    recipe, validation = training.spec.split, training.history[0].validation
    assert validation is not None
    splitter = find_splitter(recipe.key)
    own = recipe.model_dump(exclude_defaults=True, exclude={"key", "seed"})
    words = [f"{name.replace('_', ' ')} {value}" for name, value in own.items()]
    if training.moved:
        words.append(f"{training.moved:,} events taken back")
    return " · ".join([validation.metric, splitter.title.lower(), *words, f"seed {recipe.seed}"])


def _choose_group(groups: list[str]) -> str:
    if len(groups) == 1:
        return groups[0]
    return st.selectbox("Validation", groups, key="curves-group", persist_state="session") or groups[0]


def _labels(known: list[Training]) -> dict[str, str]:
    """Key → a name that tells it apart: the model and its settings, where these are alike the moment, and the id."""
    names = {}
    for one in known:
        title = find_model(one.spec.model).info.title + (", fine-tuned" if one.spec.fine_tune else "")
        own = own_settings(one.spec)
        names[one.key] = f"{title}, {own}" if own else title
    marks = {one.key: choose.moment(one.created) for one in known}, {one.key: one.key[-4:] for one in known}
    for mark in marks:
        times = Counter(names.values())
        names = {key: name if times[name] == 1 else f"{name}, {mark[key]}" for key, name in names.items()}
    return names


def _picture(card: DatasetCard, shown: list[Training], called: dict[str, str]) -> None:
    """All curves, live while one of them grows."""
    axis = choose.switch("Axis", "axis", [BY_EPOCH, BY_SECOND])
    growing = _growing(card)

    @st.fragment(run_every=POLL_SECONDS if active_jobs() else None)
    def picture() -> None:
        if _growing(card) != growing:
            st.rerun()
        now = {job.id: job for job in active_jobs() if job.id in growing}
        lines = _lines([_of_job(now[one.key]) if one.key in now else one for one in shown], called, axis)
        validation = shown[0].history[0].validation
        assert validation is not None
        words = "epoch" if axis == BY_EPOCH else "seconds of training, validation left out"
        draw_chart(
            side_by_side(lines, f"validation {validation.metric}", words, look()),
            "curves",
            _table(lines, "epoch" if axis == BY_EPOCH else "seconds", validation.metric),
            finding=_leads(lines, validation, axis),
            source=f"{name_of_data(card)} · validation events",
        )

    picture()


def _table(lines: list[Line], axis: str, metric: str) -> pd.DataFrame:
    """The curves as rows."""
    rows = [(line.label, at, value) for line in lines for at, value in zip(line.at, line.values, strict=True)]
    return pd.DataFrame(rows, columns=["model", axis, f"validation {metric}"])


def _lines(shown: list[Training], called: dict[str, str], axis: str) -> list[Line]:
    colours = model_colours([model.info.key for model in MODELS], look())
    lines, before = [], Counter[str]()
    for one in shown:
        values = [event.validation.value for event in one.history if event.validation is not None]
        seconds = accumulate(event.seconds for event in one.history)
        at = [float(event.epoch) for event in one.history] if axis == BY_EPOCH else list(seconds)
        best = one.history[-1].best_epoch - 1
        lines.append(Line(called[one.key], at, values, best, colours[one.spec.model], before[one.spec.model]))
        before[one.spec.model] += 1
    return lines


def _leads(lines: list[Line], validation: Validation, axis: str) -> str:
    """What the picture shows."""
    leader = (max if validation.higher_is_better else min)(lines, key=lambda line: line.values[line.best])
    where = f"in epoch {leader.best + 1}" if axis == BY_EPOCH else f"after {leader.at[leader.best]:.1f} s"
    leads = "leads with" if len(lines) > 1 else "is best with"
    return f"{leader.label} {leads} {validation.metric} {leader.values[leader.best]:.3f} {where}"


def _closely(shown: dict[str, Training], called: dict[str, str]) -> None:
    """Loss against validation of one of them, and what to make of it."""
    key = next(iter(shown))
    if len(shown) > 1:
        words = "Loss against validation of"
        key = st.selectbox(words, list(shown), format_func=called.__getitem__, key="curve-closely") or key
    one = shown[key]
    curves([asdict(event) for event in one.history], look(), key=f"closely-{key}")
    show_findings(findings(one.spec, one.history, not one.is_active), one.spec, f"closely-{key}")
