"""Compare: the models that were judged on the same held-out events."""

from collections.abc import Callable

import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.blend_view import blend_view
from pages.shared.compare_lists import lists_view
from pages.shared.compare_overview import overview
from pages.shared.compare_rules import rules_view
from pages.shared.compared import Compared, run_titles
from pages.shared.difference_view import difference_view
from pages.shared.frame import plain
from recsys_core.metrics import METRICS, about
from recsys_core.runs.store import RunCard
from recsys_core.splitting import find_splitter


def choose_group(runs: list[RunCard]) -> list[RunCard]:
    """Runs on one split: only they can be compared."""
    groups: dict[str, list[RunCard]] = {}
    for run in runs:
        groups.setdefault(run.split_fingerprint, []).append(run)

    def name(fingerprint: str) -> str:
        first = groups[fingerprint][0].about
        recipe = first["passport"]["split"]["recipe"]
        splitter = find_splitter(recipe["key"])
        part = f", {splitter.part} {recipe['fold']} of {recipe['folds']}" if splitter.part else ""
        words = f"{first['dataset_name']} · {splitter.title.lower()}{part} · seed {recipe['seed']}"
        return f"{words} ({fingerprint[:4]})"

    return groups[choose.choose("Held-out events", "split", list(groups), name)]


def choose_metric(runs: list[RunCard]) -> str:
    """A metric that at least one run has, with its list length where it has one."""
    names = {name for run in runs for name in run.about["metrics"]}
    which, length = st.columns([3, 2])
    with which:
        keys = [
            metric.about.key for metric in METRICS if any(name.partition("@")[0] == metric.about.key for name in names)
        ]
        key = choose.choose("Metric", "metric", keys, lambda key: about(key).title)
    lengths = sorted({name.partition("@")[2] for name in names if name.startswith(f"{key}@")}, key=int)
    if not lengths:
        return key
    with length:
        middle = lengths[len(lengths) // 2]
        k = choose.choose("List length", "at", [middle, *(one for one in lengths if one != middle)], str)
    return f"{key}@{k}"


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
        f"{split['test']:,} test events · {passport['dataset']['items']:,} items ranked, known ones hidden · "
        f"relevant: {relevant}"
    )


def removal(compared: Compared) -> None:
    """Take a model away for good."""
    with st.expander("Remove a model"):
        run = st.selectbox("Model", list(compared.titles), format_func=compared.titles.__getitem__, key="remove-run")
        sure = st.checkbox("Delete it for good", key=f"sure-{run}")
        if st.button("Delete", disabled=not sure):
            cache.workspace().delete_run(run)
            st.rerun()


# The sections of the page. A new one is a function of what is compared, and a line here.
SECTIONS: dict[str, Callable[[Compared], None]] = {
    "Overview": overview,
    "Lists": lists_view,
    "Rules": rules_view,
    "Settings": difference_view,
    "Blend": blend_view,
}

choose.header(nav.COMPARE)
all_runs = cache.workspace().runs()
if not all_runs:
    choose.empty("There is nothing to compare yet.", "Train a model", nav.TRAIN)
else:
    left, right = st.columns([3, 2])
    with left:
        group = choose_group(all_runs)
    with right:
        metric = choose_metric(group)
    st.caption(plain(protocol(group[0])))
    compared = Compared(group, metric, run_titles(group))
    section = choose.switch("Section", "section", list(SECTIONS))
    SECTIONS[section](compared)
    removal(compared)
    if len({run.model for run in group}) == 1:
        st.page_link(nav.TRAIN.path, label="Train another model on the same split", icon=":material/arrow_forward:")
