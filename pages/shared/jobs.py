"""Jobs as they run: polled from the workspace, so that any browser can watch them."""

import time
import uuid
from collections.abc import Callable
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, choose, nav
from pages.shared.fine_tune_view import fine_tune_view
from pages.shared.frame import errors_as_sentences, look, plain, show_error
from pages.shared.reproduce_view import reproduce_menu
from pages.shared.synthetic_mark import alarms, alarms_of, name_of_data
from pages.shared.transfer_view import transfer_view
from recsys_core.comparing.titles import in_words
from recsys_core.data.findings import counted, duration
from recsys_core.errors import StudioError
from recsys_core.figures.theme import Theme
from recsys_core.figures.training import Curve, loss_and_validation
from recsys_core.metrics import metric_label
from recsys_core.runs.jobs import (
    BlendSpec,
    Job,
    LeakSpec,
    Spec,
    State,
    SynthesizeSpec,
    TrainSpec,
    TransferSpec,
    TuneSpec,
    WorthSpec,
)
from recsys_core.runs.store import RunCard
from recsys_core.types import Json

POLL_SECONDS = 1.0
REQUEST = "job-request"
LEARNING = ("Training", "Learning")  # phases in which epochs end
HEADLINES = ("ndcg@10", "rmse")
COLOURS: dict[State, Literal["green", "red", "orange"]] = {
    State.FINISHED: "green",
    State.FAILED: "red",
    State.INTERRUPTED: "orange",
}


def active_jobs() -> list[Job]:
    """Running and waiting jobs, in the order of the queue."""
    return [job for job in reversed(cache.jobs().all()) if job.is_active]


def watch(
    active: list[Job],
    shown: Callable[[Job], bool] = lambda _: True,
    card: Callable[[Job, Theme], None] | None = None,
) -> None:
    """Live cards of active jobs; the whole page is drawn anew when one of them ends.

    Args:
        active: what the page took for active when it drew the rest, so that none falls between the two.
        shown: which active jobs the page shows; all of them unless said otherwise.
        card: draws a running job; :func:`running` unless said otherwise.
    """

    @st.fragment(run_every=POLL_SECONDS if active else None)
    def draw() -> None:
        now = [job for job in active_jobs() if shown(job)]
        if {job.id for job in now} != {job.id for job in active}:
            st.rerun()
        for job in now:
            if job.state is State.RUNNING:
                with errors_as_sentences(), st.container(border=True, key=f"job-{job.id}"):
                    (card or running)(job, look())
        waiting([job for job in now if job.state is State.QUEUED])

    draw()


def title(job: Job) -> str:
    """The model and the data set of a job, for places that read Markdown."""
    if isinstance(job.spec, SynthesizeSpec):
        after = f" after {_dataset_name(job) or 'a deleted data set'}" if job.spec.dataset else ""
        return plain(f"People by {_generator_name(job.spec)}{after}")
    if isinstance(job.spec, TuneSpec):
        name = _search_name(job.spec)
    elif isinstance(job.spec, LeakSpec):
        name = _leaks_name(job.spec)
    elif isinstance(job.spec, TransferSpec):
        name = f"Does it pay? {source_name(job.spec.run)}"
    elif isinstance(job.spec, WorthSpec):
        name = f"Is it worth it? People by {_generator_name(job.spec)}"
    else:
        name = _blend_name(job.spec) if isinstance(job.spec, BlendSpec) else _model_name(job.spec)
    return plain(f"{name} on {_dataset_name(job) or 'a deleted data set'}")


def _generator_name(spec: SynthesizeSpec | WorthSpec) -> str:
    from recsys_core.synthetic import find_generator

    return find_generator(spec.generator).info.title


def _model_name(spec: TrainSpec) -> str:
    from recsys_core.models import find_model

    model = find_model(spec.model)
    try:
        name = model(model.Config.parse(spec.settings)).title
    except StudioError:  # settings that were refused
        name = model.info.title
    return name if spec.transfer is None else f"{name} from {_data_of(spec.transfer.run)}"


def source_name(run: str) -> str:
    """A run by its model and its data; it may be deleted while the job is listed."""
    card = next((card for card in cache.workspace().runs() if card.id == run), None)
    return "a deleted model" if card is None else f"{card.title} from {name_of_data(card)}"


def _data_of(run: str) -> str:
    """The name of the data set that a run learned from."""
    card = next((card for card in cache.workspace().runs() if card.id == run), None)
    return "a deleted model" if card is None else name_of_data(card)


def _blend_name(spec: BlendSpec) -> str:
    """A blend by its members; runs may be deleted while it is listed."""
    from recsys_core.models.blend import blend_title

    titles = {run.id: run.title for run in cache.workspace().runs()}
    return blend_title(titles.get(member, "a deleted model") for member in spec.members)


def _search_name(spec: TuneSpec) -> str:
    from recsys_core.blending.verdict import in_a_row
    from recsys_core.models import find_model

    return f"Tuning of {in_a_row([find_model(key).info.title for key in spec.models])}"


def _leaks_name(spec: LeakSpec) -> str:
    """A leak meter by its models; runs may be deleted while it is listed."""
    from recsys_core.blending.verdict import in_a_row

    titles = {run.id: run.title for run in cache.workspace().runs()}
    return f"Leaks of {in_a_row([titles.get(run, 'a deleted model') for run in spec.runs])}"


def own_settings(spec: Spec) -> str:
    """What was set differently from how the model comes, which tells trainings of one model apart."""
    from recsys_core.models import find_model

    if not isinstance(spec, TrainSpec):
        return ""
    config = find_model(spec.model).Config
    try:
        usual, chosen = config().model_dump(), config.parse(spec.settings).model_dump()
    except StudioError:  # settings that were refused
        return ""
    return ", ".join(in_words(name, value) for name, value in chosen.items() if value != usual[name])


def run_of(job: Job) -> RunCard | None:
    """The model that a job made, None where there is none (any more)."""
    try:
        return None if job.run is None else cache.workspace().find_run(job.run)
    except StudioError:  # the model was deleted
        return None


def result(job: Job) -> str:
    """The figures that say most, of a job with a finished model."""
    run = run_of(job)
    if run is None or isinstance(job.spec, TuneSpec):  # whose message has them
        return ""
    metrics = run.about["metrics"]
    figures = [f"{metric_label(name)} {metrics[name]['value']:.3f}" for name in HEADLINES if name in metrics]
    return f"On the test events: {', '.join(figures)}"


def _dataset_name(job: Job) -> str | None:
    try:
        return name_of_data(cache.workspace().find_dataset(job.spec.dataset))
    except StudioError:
        return None


def waiting(jobs: list[Job]) -> None:
    """The queue as one card, so that a long one stays easy to read and to empty."""
    if not jobs:
        return
    with st.container(border=True, key="ft-queue"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            noun = "training" if all(isinstance(job.spec, TrainSpec) for job in jobs) else "job"
            st.markdown(f"**{counted(len(jobs), noun)} waiting**", width="content")
            if len(jobs) > 1 and st.button("Take all out", key="take-all-out"):
                take_out(jobs)
        for job in jobs:
            with st.container(
                horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key=f"job-{job.id}"
            ):
                st.markdown(title(job), width="content")
                if st.button("Take out", key=f"stop-{job.id}", type="tertiary"):
                    take_out([job])


def take_out(jobs: list[Job]) -> None:
    """Out of the queue, without a card that says so; one that began meanwhile stops and keeps its card.

    So does what is made of parts: it may have been resumed, and its parts would go with it.
    """
    for job in jobs:
        cache.jobs().stop(job.id)
        if not job.has_parts:
            cache.jobs().dismiss(job.id)
    st.rerun()


def running(job: Job, colours: Theme) -> None:
    """Progress, speed, time left, Stop, and curves; those of a search are on the page Tune."""
    progress(job)
    if learns_in_epochs(job):
        epochs = cache.jobs().epochs(job.id)
        curves(epochs, colours, key=job.id)
        what_they_say(job, epochs)
    elif isinstance(job.spec, TuneSpec):
        link_to_search(job, "Watch the trials")
    elif isinstance(job.spec, TransferSpec):
        link_to_evidence(job.spec)
    elif isinstance(job.spec, WorthSpec):
        link_to_worth(job, job.spec)


def link_to_search(job: Job, label: str) -> None:
    """To the trials of a search."""
    st.page_link(
        nav.TUNE.path,
        label=label,
        icon=":material/arrow_forward:",
        width="content",
        query_params={choose.SEARCH: job.id},
    )


def link_to_leaks(spec: LeakSpec) -> None:
    """To what a leak meter came to, beside the models on their split."""
    run = next((run for run in cache.workspace().runs() if run.id in spec.runs), None)
    if run is not None:
        st.page_link(
            nav.COMPARE.path,
            label="See the leaks",
            icon=":material/arrow_forward:",
            width="content",
            query_params={"split": run.split_fingerprint, "section": "Leakage"},
        )


def link_to_evidence(spec: TransferSpec) -> None:
    """To what a measurement of a transfer came to."""
    st.page_link(
        nav.TRANSFER.path,
        label="See the evidence",
        icon=":material/arrow_forward:",
        width="content",
        query_params={choose.DATASET: spec.dataset, "source": spec.run, "step": "Evidence"},
    )


def link_to_worth(job: Job, spec: WorthSpec) -> None:
    """To what a measurement of generated people came to."""
    from pages.shared.synthetic_chosen import FROM, STEP, WORTH, WORTH_OF

    st.page_link(
        nav.SYNTHETIC.path,
        label="See the evidence",
        icon=":material/arrow_forward:",
        width="content",
        query_params={FROM: spec.dataset, STEP: WORTH, WORTH_OF: job.id},
    )


def button_to_judge(job: str, made: str, kind: Literal["primary", "secondary"]) -> None:
    """To how good the people are that were generated, from wherever one is."""
    from pages.shared.synthetic_chosen import FROM, JUDGE, MADE, STEP

    if st.button("See how good they are", key=f"judge-{job}", type=kind):
        for key in (FROM, MADE, STEP):
            choose.remember(key, "")
        st.switch_page(nav.SYNTHETIC.path, query_params={MADE: made, STEP: JUDGE})


def progress(job: Job) -> None:
    """What a job is, how far it is, and Stop."""
    epochs = cache.jobs().epochs(job.id)
    keeps = learns_in_epochs(job) or isinstance(job.spec, TuneSpec)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{title(job)}**", width="content")
        label = "Stopping…" if job.stop else "Stop and keep the best" if keeps else "Stop"
        if st.button(label, key=f"stop-{job.id}", disabled=job.stop):
            cache.jobs().stop(job.id)
            st.rerun(scope="fragment")
    if not job.epochs and not keeps and not job.has_parts:
        st.caption(status(job, epochs))  # a bar would stand still until the end
        return
    st.progress(min(1.0, job.done / job.epochs) if job.epochs else 0.0, text=status(job, epochs))


def learns_in_epochs(job: Job) -> bool:
    """Whether there will be curves, and a best epoch to keep."""
    from recsys_core.models import find_model
    from recsys_core.synthetic import find_generator

    if isinstance(job.spec, SynthesizeSpec):
        return find_generator(job.spec.generator).info.in_epochs
    return isinstance(job.spec, TrainSpec) and "epochs" in find_model(job.spec.model).Config.model_fields


def status(job: Job, epochs: list[Json]) -> str:
    """Phase, epoch, speed and time left in one line."""
    if job.stop and job.phase in LEARNING:
        return "Stopping; the best epoch is kept"
    parts = [job.phase]
    if job.has_parts:
        left = job.seconds_left(time.time())
        kept = "the best so far is trained and kept" if isinstance(job.spec, TuneSpec) else "what is done is kept"
        stopping = [f"stopping; {kept}"] if job.stop else []
        so_far = [] if job.started is None else [f"{_whole(time.time() - job.started)} so far"]
        about = [] if job.stop else so_far if left is None else [f"about {_whole(left)} left"]
        return plain(" · ".join([*parts, *stopping, *about]))
    if job.phase in LEARNING and job.epochs:
        parts.append(f"epoch {min(int(job.done) + 1, job.epochs)} of at most {job.epochs}")
        if epochs:
            parts.append(f"{epochs[-1]['samples'] / max(epochs[-1]['seconds'], 1e-9):,.0f} samples/s")
        left = job.seconds_left(time.time())
        if left is not None:
            parts.append(f"at most {_whole(left)} left")
    elif job.started is not None:
        parts.append(f"{_whole(time.time() - job.started)} so far")
    return plain(" · ".join(parts))


def _whole(seconds: float) -> str:
    """Seconds that change while one looks, so without tenths."""
    return duration(max(1, round(seconds)))


def curves(epochs: list[Json], colours: Theme, key: str) -> None:
    """Training loss and validation metric over the same epochs."""
    if not epochs:
        st.caption("The curves begin after the first epoch.")
        return
    numbers = [event["epoch"] for event in epochs]
    (name,) = list(epochs[0]["losses"])[:1]  # the first part is what is minimised
    losses = [event["losses"][name] for event in epochs]
    loss, validation = Curve(f"training {name}", numbers, losses), None
    change = "is" if len(losses) == 1 else "fell to" if losses[-1] < losses[0] else "rose to"
    title = f"{name.capitalize()} {change} {losses[-1]:.3f}"
    if epochs[-1]["validation"] is not None:
        metric, best = epochs[-1]["validation"]["metric"], epochs[-1]["best_epoch"]
        values = [event["validation"]["value"] for event in epochs]
        validation = Curve(f"validation {metric}", numbers, values, best)
        title = f"Validation {metric} is best in epoch {best}: {values[numbers.index(best)]:.3f}"
    draw(st.container(), loss_and_validation(loss, validation, epochs[-1]["epochs"], title, colours), f"curves-{key}")
    if validation is None:
        st.caption("Nothing is held out to validate on, so the last epoch is kept.")


def draw(place: DeltaGenerator, figure: object, key: str) -> None:
    """A figure in our own look, without the tool bar."""
    place.plotly_chart(figure, theme=None, key=key, config={"displayModeBar": False})


def ended_together(jobs: list[Job]) -> None:
    """What can be done about several jobs that ended; those that can be resumed are never dismissed at once."""
    done = [job for job in jobs if not job.is_resumable and not job.has_parts]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        if sum(job.run is not None for job in done) > 1:
            st.page_link(nav.COMPARE.path, label="Compare the models", icon=":material/arrow_forward:", width="content")
        if len(done) > 1 and st.button(
            "Dismiss all",
            help="Takes the cards away; finished models stay, and so do trials and what can be resumed.",
        ):
            for job in done:
                cache.jobs().dismiss(job.id)
            st.rerun()


def ended(job: Job, is_latest: bool) -> None:
    """The outcome of a job, and what can be done about it; the latest one shows how it went."""
    step: Literal["primary", "secondary"] = "primary" if is_latest else "secondary"
    with st.container(border=True, key=f"ended-{job.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{title(job)}**", width="content")
            st.badge(job.state.value, color=COLOURS.get(job.state, "gray"))
        message = _alarms(job)
        st.caption(plain(" · ".join(part for part in (message, result(job), own_settings(job.spec)) if part)))
        fine_tune_view(job)
        transfer_view(job)
        with st.container(horizontal=True):
            if (
                job.is_resumable
                and _dataset_name(job) is not None
                and st.button("Resume", key=f"resume-{job.id}", type=step)
            ):
                resume(job)
            if job.run is not None and st.button("See recommendations", key=f"see-{job.id}", type=step):
                st.switch_page(nav.RECOMMENDATIONS.path, query_params={choose.RUN: job.run})
            if (run := run_of(job)) is not None:
                reproduce_menu(run)
            if isinstance(job.spec, TuneSpec):
                link_to_search(job, "See the trials")
            else:
                if isinstance(job.spec, LeakSpec):
                    link_to_leaks(job.spec)
                elif isinstance(job.spec, TransferSpec):
                    link_to_evidence(job.spec)
                elif isinstance(job.spec, WorthSpec):
                    link_to_worth(job, job.spec)
                elif job.made is not None:
                    button_to_judge(job.id, job.made, step)
                help_ = "Takes the card away; a finished model stays, what was only measured goes with it."
                if st.button("Dismiss", key=f"dismiss-{job.id}", help=help_):
                    cache.jobs().dismiss(job.id)
                    st.rerun()
        if is_latest:
            how_it_went(job)
        elif job.run is not None or (job.done >= 1 and not job.has_parts):
            with st.expander("How it went", key=f"went-{job.id}", on_change="rerun") as details:
                if details.open:
                    how_it_went(job)


def _alarms(job: Job) -> str:
    """Draws what must be known of the people that a job made, and gives the rest of its message."""
    card = next((card for card in cache.workspace().datasets() if card.id == job.made), None)
    if card is None:
        return job.message
    alarms(card)
    return job.message.removeprefix(" ".join(alarms_of(card))).strip()


def submit(spec: Spec) -> str | None:
    """Queue it; the same press twice is one job. Gives its id, or None after saying why not."""
    try:
        job = cache.runner().submit(spec, st.session_state.setdefault(REQUEST, uuid.uuid4().hex))
    except StudioError as error:
        show_error(error)
        return None
    st.session_state[REQUEST] = uuid.uuid4().hex
    return job.id


def resume(job: Job) -> None:
    """Queue a job again that goes on from where it was."""
    try:
        cache.runner().resume(job.id)
    except StudioError as error:
        show_error(error)
    else:
        st.rerun()


def how_it_went(job: Job) -> None:
    """What its curves say, where the model stands, and the curves."""
    from pages.shared.standing_view import standing_view
    from recsys_core.content.coverage import sentences as what_was_read
    from recsys_core.warm_and_cold import sentences

    epochs = cache.jobs().epochs(job.id)
    what_they_say(job, epochs)
    if (run := run_of(job)) is not None:
        standing_view(run)
        for told in (*sentences(run.about), *what_was_read(run.about)):
            st.caption(plain(told))
    if epochs:
        curves(epochs, look(), key=job.id)


def what_they_say(job: Job, epochs: list[Json]) -> None:
    """What the curves of a job say; of one that runs, only what cannot wait."""
    from pages.shared.diagnosis_view import findings, show_findings
    from recsys_core.training.loop import event_from_json

    if isinstance(job.spec, TrainSpec):
        history = [event_from_json(event) for event in epochs]
        show_findings(findings(job.spec, history, not job.is_active), job.spec, job.id, with_buttons=not job.is_active)
