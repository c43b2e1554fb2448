"""Synthetic data, the third step: what to measure to know whether generated people are worth having, and its price."""

from dataclasses import dataclass

import streamlit as st

from pages.shared import cache, choose
from pages.shared.config_form import form, settings_under
from pages.shared.frame import plain, show_error
from pages.shared.jobs import submit
from pages.shared.split_choice import choose_split
from pages.shared.synthetic_chosen import WORTH_OF, needs_data
from pages.shared.synthetic_evidence import evidence
from pages.shared.synthetic_gallery import choose_generator
from pages.shared.synthetic_generate import settings_key
from recsys_core.data.findings import counted, duration
from recsys_core.errors import StudioError
from recsys_core.models import MODELS, Ability, find_model
from recsys_core.runs.cards import DatasetCard
from recsys_core.runs.jobs import State, SynthesizeSpec
from recsys_core.splitting import SplitRecipe
from recsys_core.synthetic import Generator
from recsys_core.synthetic.arms import ADDITIONS, Design
from recsys_core.transfer.shares import SHARES

USUAL_LEARNER = "ease"
USUAL_SHARES, USUAL_ADDITIONS = (0.05, 0.25, 1.0), (0.5, 1.0, 4.0)
USUAL_SEEDS, SEEDS = 3, (1, 3, 5, 7, 10)
USUAL_ATTACKS, ATTACKS = 2, (0, 1, 2, 3, 5, 10)


def worth_step(source: DatasetCard | None) -> None:
    """The step: what to measure, and beside it what was."""
    if source is None:
        needs_data()
        return
    left, right = st.columns([1, 2], gap="large")
    with left, st.container(key="ft-worth-form"):
        _form(source)
    with right:
        evidence(source)


def _form(source: DatasetCard) -> None:
    generator = choose_generator(source)
    place = st.container()
    with st.expander(f"Settings of {plain(generator.info.title)}"):
        form(generator.Config, settings_key(generator))
    learners = [one.info.key for one in MODELS if Ability.HISTORY in one.info.abilities]
    learner = st.selectbox(
        "Model that learns from them",
        learners,
        learners.index(USUAL_LEARNER),
        lambda key: find_model(key).info.title,
        key="worth-learner",
        help="With its settings as they come. One that can serve people it never met, because real "
        "people are strangers to a model that has learned from generated ones alone.",
        persist_state="session",
    )
    shares = st.pills(
        "Shares of the real data",
        SHARES[1:],
        selection_mode="multi",
        default=list(USUAL_SHARES),
        format_func=lambda share: f"{100 * share:g} %",
        key="worth-shares",
        help="Only so many of the training events are there, for the generator too.",
        persist_state="session",
    )
    additions = st.pills(
        "Generated people beside the real ones",
        ADDITIONS,
        selection_mode="multi",
        default=list(USUAL_ADDITIONS),
        format_func=lambda addition: f"{100 * addition:g} %",
        key="worth-additions",
        help="100 %: as many as there are real ones. The validation events choose the best of these amounts.",
        persist_state="session",
    )
    seeds = st.select_slider(
        "Seeds",
        SEEDS,
        USUAL_SEEDS,
        key="worth-seeds",
        help="How often each share is drawn, and everything trained anew.",
        persist_state="session",
    )
    attacks = st.select_slider(
        "Attacks on privacy",
        ATTACKS,
        USUAL_ATTACKS,
        key="worth-attacks",
        help="How often the people are halved: the generator learns from one half, and attackers try to tell from what "
        "it generates who was in it. 0: privacy is not measured.",
        persist_state="session",
    )
    wanted = Wanted(generator, learner, tuple(sorted(shares)), tuple(sorted(additions)), seeds, attacks)
    recipe = choose_split(source)
    label = "Measure whether it is worth it"
    with place:
        if st.button(label, type="primary", width="stretch", icon=":material/query_stats:", disabled=not shares):
            _ask(source, wanted, recipe)
        st.caption(plain(_price(source, wanted)))


@dataclass(frozen=True)
class Wanted:
    """What is to be measured.

    Attributes:
        learner: key of the model that learns from generated people.
        seeds, attacks: how many.
    """

    generator: type[Generator]
    learner: str
    shares: tuple[float, ...]
    additions: tuple[float, ...]
    seeds: int
    attacks: int


def _ask(source: DatasetCard, wanted: Wanted, recipe: SplitRecipe) -> None:
    from recsys_core.runs.worth_job import worth_spec

    try:
        spec = worth_spec(
            cache.workspace(),
            source.id,
            wanted.generator.info.key,
            wanted.learner,
            settings_under(settings_key(wanted.generator)),
            recipe,
            wanted.shares,
            wanted.additions,
            range(wanted.seeds),
            wanted.attacks,
        )
    except StudioError as error:
        show_error(error)
        return
    job = submit(spec)
    if job is not None:
        choose.remember(WORTH_OF, job)
        st.rerun()


def _price(source: DatasetCard, wanted: Wanted) -> str:
    """How many trainings it takes, and how long they take where something alike was trained before."""
    kind, many = find_model(wanted.learner), sum(wanted.additions)
    trained = len(Design(wanted.generator(), kind(), wanted.additions).arms) - 1  # popularity takes no time
    trainings = len(wanted.shares) * wanted.seeds * trained
    fits = len(wanted.shares) * wanted.seeds + 2 * wanted.attacks
    each, fit = _seconds_of_training(source, wanted.learner), _seconds_of_generator(source, wanted.generator)
    how_long = ""
    if each is not None and fit is not None:
        seconds = wanted.seeds * sum(wanted.shares) * (trained + many) * each + fits * fit
        how_long = f": very roughly {duration(seconds)}"
    return (
        f"About {counted(trainings, 'training')} of {kind.info.title} and {fits} of {wanted.generator.info.title}"
        f"{how_long}. You can stop at any time; what was measured is kept."
    )


def _seconds_of_training(source: DatasetCard, learner: str) -> float | None:
    """What a training of the model on the whole data took, the latest time."""
    runs = [run for run in cache.workspace().runs() if run.dataset == source.id and run.model == learner]
    return float(runs[0].about["seconds"]) if runs else None


def _seconds_of_generator(source: DatasetCard, generator: type[Generator]) -> float | None:
    """What a whole generation took, the latest time."""
    for job in cache.jobs().all():
        spec = job.spec
        is_alike = isinstance(spec, SynthesizeSpec) and (spec.dataset, spec.generator) == (
            source.id,
            generator.info.key,
        )
        if is_alike and job.state is State.FINISHED and job.started is not None and job.finished is not None:
            return job.finished - job.started
    return None
