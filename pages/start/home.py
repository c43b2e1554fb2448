"""Home: what is here, what is running, what to do next."""

import streamlit as st

from pages.shared import cache, choose, first_start, nav
from pages.shared.cards import data_address
from pages.shared.frame import ASSETS, plain
from pages.shared.jobs import active_jobs, watch
from pages.shared.samples import add_sample
from pages.shared.synthetic_mark import badge, name_of_data
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.store import DatasetCard, RunCard


def welcome() -> None:
    st.subheader("See what a recommender would show each person, how good it honestly is, and why.", anchor=False)
    st.html(
        '<div class="ft-steps">'
        "<section><b>1 · Bring ratings</b><p>A file that says who rated what. Titles and genres if you have them.</p>"
        "</section><section><b>2 · Train a model</b><p>Watch it learn, stop it when you like; the best epoch is kept."
        "</p></section><section><b>3 · Look at the lists</b><p>Each person's recommendations beside what they really "
        "chose next, and the metrics with their uncertainty.</p></section></div>"
    )
    st.space("small")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Open the demo", type="primary", icon=":material/play_arrow:"):
            add_sample("demo", nav.TRAIN)
        st.page_link(nav.DATA.path, label="Add my own ratings", icon=":material/upload_file:")
    st.caption("The demo is a generated catalogue of 400 invented films, 600 people and 30,000 ratings.")
    first_start.wait_visibly()
    st.space("small")
    posters()


def posters() -> None:
    """A few pictures of the demo, each of another kind."""
    folder = ASSETS / "demo" / "pictures"
    sources = [data_address(folder / f"f{number:03}.webp") for number in range(9, 400, 47)]
    st.html('<div class="ft-strip">' + "".join(f'<img src="{source}" alt="">' for source in sources) + "</div>")


def next_step(datasets: list[DatasetCard], runs: list[RunCard]) -> None:
    """The one thing to do now."""
    trained = next((run for run in runs if run.model != "popularity"), None)
    if trained is not None:
        label = f"See what {plain(trained.title)} recommends on {plain(name_of_data(trained))}"
        if st.button(label, type="primary", icon=":material/arrow_forward:"):
            st.switch_page(nav.RECOMMENDATIONS.path, query_params={choose.RUN: trained.id})
    elif not active_jobs() and st.button(
        f"Train a model on {plain(name_of_data(datasets[0]))}", type="primary", icon=":material/arrow_forward:"
    ):
        st.switch_page(nav.TRAIN.path, query_params={choose.DATASET: datasets[0].id})


def linked(page: nav.PageInfo, label: str, choices: dict[str, str], card: DatasetCard | RunCard) -> None:
    """A link to a page, and beside it the mark of data that are not wholly real."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.page_link(page.path, label=label, query_params=choices, width="content")
        badge(card)


def dataset_list(datasets: list[DatasetCard]) -> None:
    st.subheader("Data sets", anchor=False)
    for card in datasets[:6]:
        with st.container(gap=None):
            linked(nav.DATA, f"**{plain(card.name)}**", {choose.DATASET: card.id}, card)
            st.caption(
                f"{card.about['users']:,} people · {card.about['items']:,} items · "
                f"{card.about['interactions']:,} {'ratings' if card.about['feedback'] == 'explicit' else 'events'}"
            )
    st.page_link(nav.DATA.path, label="Add another", icon=":material/add:")


def run_list(runs: list[RunCard]) -> None:
    st.subheader("Models", anchor=False)
    trained = [run for run in runs if run.model != "popularity"]
    if not trained and any(isinstance(job.spec, TrainSpec) for job in active_jobs()):
        st.caption("The first one is still learning.")
        return
    if not trained:
        choose.empty("No model has been trained yet.", "Train one", nav.TRAIN)
        return
    for run in trained[:6]:
        with st.container(gap=None):
            label = f"**{plain(run.title)}** on {plain(run.about['dataset_name'])}"
            linked(nav.RECOMMENDATIONS, label, {choose.RUN: run.id}, run)
            ndcg = run.about["metrics"]["ndcg@10"]
            st.caption(f"NDCG@10 {ndcg['value']:.3f} · {choose.moment(run.created)}")
    st.page_link(nav.COMPARE.path, label="Compare them", icon=":material/balance:")


st.title("Foretaste", anchor=False)
st.caption(nav.HOME.question)
datasets, runs = cache.workspace().datasets(), cache.workspace().runs()
if not datasets:
    welcome()
else:
    next_step(datasets, runs)
    if active := active_jobs():
        st.subheader("Running", anchor=False)
        watch(active)
    left, right = st.columns(2, gap="large")
    with left:
        dataset_list(datasets)
    with right:
        run_list(runs)
