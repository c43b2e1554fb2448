"""Which reasons, and whose explanations, stand for a model's in general."""

import streamlit as st

from pages.shared import choose
from pages.shared.frame import plain
from recsys_core.explain.players import Players
from recsys_core.explain.sample import kinds_offered, sample_people
from recsys_core.runs.run_files import LoadedRun

SIZES, USUAL = (10, 25, 50, 100, 250), 50
SEED = 0


def choose_kind(run: LoadedRun) -> Players | None:
    """Which reasons; None, and why, where the model offers none."""
    offered = {players.key.value: players for players in kinds_offered(run.model)}
    if not offered:
        st.info(
            f"{plain(run.model.title)} only knows the people it met in training, so it cannot be asked what it would "
            "say without a part of what they did. Choose another model above, such as EASE or Mult\\-VAE."
        )
        return None
    if len(offered) == 1:
        return next(iter(offered.values()))
    titles = {players.title.capitalize(): players for players in offered.values()}
    return titles[choose.switch("Reasons", "explained-kind", list(titles))]


def choose_sample(run: LoadedRun) -> list[int]:
    """Who is asked about: people drawn at random, the same for everybody who looks."""
    everybody = sample_people(run.split, max(SIZES), SEED).tolist()
    sizes = [size for size in SIZES if size < len(everybody)] + [len(everybody)]
    if len(sizes) < 2:
        return everybody
    size = st.columns([2, 3])[0].select_slider(
        "People asked about",
        sizes,
        value=USUAL if USUAL in sizes else sizes[-1],
        key="explained-people",
        help="Drawn at random among those whose list is judged. More people make intervals narrower and take longer.",
    )
    return everybody[:size]
