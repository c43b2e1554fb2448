"""Compare: the models that were judged on the same held-out events."""

from collections.abc import Callable

import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.blend_view import blend_view
from pages.shared.compare_choice import choose_group, choose_metric, choose_models
from pages.shared.compare_cold_start import cold_start
from pages.shared.compare_content import content_section
from pages.shared.compare_cost import cost
from pages.shared.compare_ctr import ctr_section
from pages.shared.compare_leakage import leakage_section
from pages.shared.compare_lists import lists_view
from pages.shared.compare_metrics import metrics
from pages.shared.compare_rules import rules_view
from pages.shared.compare_slices import for_whom
from pages.shared.compare_verdict import verdict_view
from pages.shared.compared import Compared, run_titles
from pages.shared.difference_view import difference_view
from pages.shared.frame import errors_as_sentences, plain
from pages.shared.run_zip import take_along
from pages.shared.synthetic_mark import badge_and_words
from recsys_core.comparing.contenders import Contender
from recsys_core.runs.store import RunCard
from recsys_core.splitting.base import EVERYTHING
from recsys_core.types import Json


def taking_part(runs: list[RunCard], models: list[Contender], metric: str, section: str) -> Compared:
    """All trainings of the models for the verdict; for the other sections one of each, unless a person wants all."""
    trainings = {run for one in models for run in one.runs}
    every = Compared([run for run in runs if run.id in trainings], metric, run_titles(runs))
    if section == AVERAGING or len(trainings) == len(models):
        return every
    words = "One training of each model, that with the first seed; the verdict takes the mean over seeds."
    if st.toggle("Each seed by itself", key="each-seed", help=words, persist_state="session"):
        return every
    firsts = {one.id: one.title for one in models}
    return Compared([run for run in runs if run.id in firsts], metric, every.titles | firsts)


def protocol(run: RunCard) -> str:
    """How these figures were measured, in one line."""
    passport = run.about["passport"]
    recipe, split = passport["split"]["recipe"], passport["split"]
    relevant = (
        "every held-out item"
        if recipe["threshold"] is None
        else f"held-out items rated {recipe['threshold']:g} or more"
    )
    cold = f" · {run.about['cold_users']:,} new people left out" if run.about["cold_users"] else ""
    return (
        f"{run.about['users']:,} people judged{cold} · {split['train']:,} training, {split['valid']:,} validation and "
        f"{split['test']:,} test events · {_ranked(passport)} · "
        f"relevant: {relevant}"
    )


def _ranked(passport: Json) -> str:
    """What the lists were drawn from."""
    candidates = passport.get("candidates", EVERYTHING)  # absent from runs of older versions
    every = f"{passport['dataset']['items']:,} items ranked, known ones hidden"
    return every if candidates == EVERYTHING else f"ranked: {candidates}"


def removal(titles: dict[str, str]) -> None:
    """Take a model away for good."""
    with st.expander("Remove a model"):
        run = st.selectbox("Model", list(titles), format_func=titles.__getitem__, key="remove-run")
        sure = st.checkbox("Delete it for good", key=f"sure-{run}")
        if st.button("Delete", disabled=not sure):
            cache.workspace().delete_run(run)
            st.rerun()


# The sections of the page. A new one is a function of what is compared, and a line here.
SECTIONS: dict[str, Callable[[Compared], None]] = {
    "Verdict": verdict_view,
    "Metrics": metrics,
    "Cost": cost,
    "For whom": for_whom,
    "Leakage": leakage_section,
    "Cold start": cold_start,
    "Content": content_section,
    "Clicks": ctr_section,
    "Lists": lists_view,
    "Rules": rules_view,
    "Settings": difference_view,
    "Blend": blend_view,
}

AVERAGING = "Verdict"  # the section that takes means over seeds

choose.header(nav.COMPARE)
all_runs = cache.workspace().runs()
if not all_runs:
    choose.empty("There is nothing to compare yet.", "Train a model", nav.TRAIN)
    take_along({})
else:
    left, right = st.columns([3, 2])
    with left:
        group = choose_group(all_runs)
    with right:
        metric = choose_metric(group)
    badge_and_words(group[0])
    st.caption(plain(protocol(group[0])))
    models = choose_models(group, metric)
    bar = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
    with bar:
        section = choose.switch("Section", "section", list(SECTIONS))
    if models:
        with bar:
            compared = taking_part(group, models, metric, section)
        with errors_as_sentences():  # what cannot be read can still be taken away below
            SECTIONS[section](compared)
    else:
        st.caption("Choose the models to compare.")
    st.page_link(
        nav.REPORT.path, label="Report", icon=":material/description:", help="All of this as a page to hand over."
    )
    take_along(run_titles(group))
    removal(run_titles(group))
    if len({run.model for run in group}) == 1:
        st.page_link(nav.TRAIN.path, label="Train another model on the same split", icon=":material/arrow_forward:")
