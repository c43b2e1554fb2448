"""Synthetic data, the first step: whom to generate, how, and the generators as they learn."""

import streamlit as st

from pages.shared import cache
from pages.shared.config_form import form, settings_under
from pages.shared.frame import plain, show_error
from pages.shared.jobs import ended, submit, watch
from pages.shared.split_choice import choose_split
from pages.shared.split_summary import split_summary
from pages.shared.synthetic_chosen import Sources
from pages.shared.synthetic_gallery import choose_generator, gallery
from recsys_core.data.findings import counted
from recsys_core.errors import StudioError
from recsys_core.runs.cards import DatasetCard
from recsys_core.runs.jobs import Job, SynthesizeSpec
from recsys_core.splitting import SplitRecipe
from recsys_core.synthetic import Generator, Knobs, find_generator
from recsys_core.synthetic.base import require_room

KNOBS, MOST_JOBS = "knobs", 20


def generate_step(sources: Sources, source: DatasetCard | None) -> None:
    """The step: the form, and beside it what became of it, and all generators to choose from."""
    left, right = st.columns([1, 2], gap="large")
    with left, st.container(key="ft-synthetic-form"):
        chosen = choose_generator(source)
        _form(source, chosen)
    with right:
        _results(source)
        gallery(sources, chosen)


def _results(source: DatasetCard | None) -> None:
    """What is generated from these data now, and what was."""

    def belongs(job: Job) -> bool:
        return isinstance(job.spec, SynthesizeSpec) and job.spec.dataset == ("" if source is None else source.id)

    jobs = [job for job in cache.jobs().all() if belongs(job)]
    watch([job for job in reversed(jobs) if job.is_active], belongs)
    past = [job for job in jobs if not job.is_active]
    for job in past[:1]:
        ended(job, is_latest=True)
    if len(past) > 1:
        with st.expander(f"{len(past) - 1} earlier"):
            for job in past[1:MOST_JOBS]:
                ended(job, is_latest=False)


def _form(source: DatasetCard | None, generator: type[Generator]) -> None:
    """What is asked for, how much that will be, and the press."""
    info = generator.info
    name = st.text_input(
        "Name of the new data set",
        info.title if source is None else f"{source.name} by {info.title}",
        max_chars=80,
        key=f"synthetic-name-{'' if source is None else source.id}-{info.key}",
        persist_state="session",
    )
    place = st.container()
    st.markdown("**How many, and of what kind**")
    form(Knobs, KNOBS)
    with st.expander(f"Settings of {plain(info.title)}"):
        form(generator.Config, settings_key(generator))
    recipe = _choose_recipe(source)
    spec = SynthesizeSpec(
        dataset="" if source is None else source.id,
        name=name,
        generator=info.key,
        settings=settings_under(settings_key(generator)),
        knobs=settings_under(KNOBS),
        split=recipe,
        seed=recipe.seed,
    )
    with place:
        _start(spec)


def settings_key(generator: type[Generator]) -> str:
    """Under which the settings of a generator are kept, apart from those of models."""
    return f"generator-{generator.info.key}"


def _choose_recipe(source: DatasetCard | None) -> SplitRecipe:
    if source is None:
        seed = st.number_input("Seed", 0, 2**32 - 1, 0, key="seed", help="Of the drawing.", persist_state="session")
        return SplitRecipe(seed=seed)
    recipe = choose_split(source, "What it learns from")
    st.caption(
        "It learns from the training events alone. What is held out it never sees, so that models which learn from the "
        "people it makes can be judged on it."
    )
    return recipe


def _start(spec: SynthesizeSpec) -> None:
    """The press, and how much it will come to; what cannot be is said instead."""
    try:
        events = expected_events(spec)
        require_room(events)
    except StudioError as error:
        show_error(error)
        st.button("Generate", type="primary", width="stretch", disabled=True)
        return
    if st.button("Generate", type="primary", width="stretch", icon=":material/play_arrow:") and _asked(spec):
        st.rerun()
    people = Knobs.parse(spec.knobs).people
    st.caption(plain(f"{counted(people, 'person')} with about {rough(events)} events."))


def _asked(spec: SynthesizeSpec) -> bool:
    """Whether it could be queued."""
    from recsys_core.runs.synthesis_job import synthesize_spec

    try:
        checked = synthesize_spec(
            cache.workspace(),
            spec.generator,
            spec.dataset,
            spec.knobs,
            spec.settings,
            spec.split if spec.dataset else None,
            spec.seed,
            spec.name,
        )
    except StudioError as error:
        show_error(error)
        return False
    return submit(checked) is not None


def rough(number: float) -> str:
    """A number with two digits that count."""
    return f"{float(f'{number:.2g}'):,.0f}"


def expected_events(spec: SynthesizeSpec) -> float:
    """About how many events it will come to.

    Raises:
        ConfigError: the settings cannot be.
        SplitError: the data cannot be split like this.
    """
    knobs = Knobs.parse(spec.knobs)
    generator = find_generator(spec.generator)
    settings = generator.Config.parse(spec.settings).model_dump_json()
    if not spec.dataset:
        return _without_data(spec.generator, settings, knobs.model_dump_json())
    part = split_summary(spec.dataset, spec.split).train
    items = knobs.items or part.items
    return knobs.people * min(items, knobs.density * part.events / part.people)


@st.cache_data(show_spinner=False, max_entries=64)
def _without_data(generator: str, settings: str, knobs: str) -> float:
    kind = find_generator(generator)
    made = kind(kind.Config.model_validate_json(settings)).fit(None)
    return float(made.population(Knobs.model_validate_json(knobs), 0).expected_events)
