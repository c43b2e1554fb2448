"""Whether a model's explanations can be trusted: each method over a sample of people, and beside the others."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from pages.shared import loaded
from pages.shared.chart import draw_chart
from pages.shared.explained_sample import choose_kind, choose_sample
from pages.shared.frame import look, plain
from pages.shared.gather import gather
from recsys_core.data.findings import counted
from recsys_core.explain.players import Players
from recsys_core.explain.sample import methods_offered
from recsys_core.explain.trust_over_people import (
    Judged,
    Standing,
    agreement,
    finding,
    is_nothing,
    judge_first,
    standings,
)
from recsys_core.figures.explanation_trust import Gain, gain_chart
from recsys_core.figures.lists import likeness_chart
from recsys_core.runs.cards import RunCard
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import default_home
from recsys_core.statistics.estimates import Estimate
from recsys_core.types import Float64

ALIKE = 0.7  # a rank correlation from which two methods say about the same
HELP = {
    "Deletion gain": "How much faster the score falls than by chance when the parts that speak most for it are taken "
    "away first: area between the curves, in shares of the range of scores. Petsiuk, Das and Saenko, BMVC 2018.",
    "Insertion gain": "The same while parts come back: how much faster the score rises than by chance.",
    "Stability": "How alike the order of the strongest parts is when the method is run again with another seed: mean "
    "Spearman's ρ of 3 runs.",
    "Fit": "Of LIME: the share of the variance near the score that its line explains (R²), 0 to 1.",
    "Gap": "Of methods whose parts are to add up to the score: how much they miss, as a share of it.",
    "Seconds": "What asking the model takes for one explanation, median.",
}


def trust(card: RunCard, run: LoadedRun) -> None:
    """The section."""
    st.caption(
        "Each way to explain is tried on the first recommendations of many people, and judged by what the model itself "
        "does when parts are taken away or come back."
    )
    players = choose_kind(run)
    if players is None:
        return
    people = choose_sample(run)
    home = default_home()

    def ask(user: int) -> dict[str, Judged]:
        return _judged(home, card.id, players.key, user, players)

    def draw(answers: list[dict[str, Judged]], asked: Sequence[int]) -> None:
        _draw(run, players, answers)

    gather(f"trust-{card.id}-{players.key}-{len(people)}", people, ask, draw)


@st.cache_resource(show_spinner=False, max_entries=1000)
def _judged(home: Path, run: str, kind: str, user: int, _players: Players) -> dict[str, Judged]:
    opened = loaded.run(run)
    return judge_first(opened.model, opened.split, user, _players)


def _draw(run: LoadedRun, players: Players, answers: list[dict[str, Judged]]) -> None:
    methods = {method.about.key: method.about.title for method in methods_offered(run.model, players)}
    found = standings(answers, methods)
    words = finding(found, run.model.title)
    if is_nothing(found):
        st.markdown(f"**{plain(words)}**")
        return
    source = f"{run.split.dataset.name} · {run.model.title} · {counted(found[0].people, 'person')} asked about"
    gains = [
        Gain(
            one.title,
            (one.deletion.value, one.deletion.low, one.deletion.high),
            (one.insertion.value, one.insertion.low, one.insertion.high),
            one.is_better_than_chance,
        )
        for one in found
    ]
    table = _table(found)
    draw_chart(gain_chart(gains, look()), "faithfulness", table, finding=words, source=source)
    st.caption(plain(_about(found, answers)))
    st.dataframe(
        table,
        hide_index=True,
        column_config={name: st.column_config.Column(name, help=words) for name, words in HELP.items()},
        alt="Each method's figures over the sample of people",
    )
    if len(found) > 1:
        _agreement(found, answers, source)


def _about(found: Sequence[Standing], answers: Sequence[dict[str, Judged]]) -> str:
    left_out = sum(not one for one in answers)
    words = (
        f"Over {counted(found[0].people, 'person')}, with 95 % intervals; 0 is what a random order of the parts gains."
    )
    if found[0].deletion.low is None:
        words = f"Over {counted(found[0].people, 'person')}, too few for intervals; 0 is what a random order gains."
    if left_out:
        words += f" {counted(left_out, 'person')} with fewer than two reasons left out."
    return words


def _table(found: Sequence[Standing]) -> pd.DataFrame:
    rows = [
        {
            "Method": one.title if one.is_better_than_chance else f"{one.title} (not surely better than chance)",
            "Deletion gain": _said(one.deletion),
            "Insertion gain": _said(one.insertion),
            "Stability": _said(one.stability) if one.draws else "nothing drawn",
            "Fit": "–" if one.fit is None else _said(one.fit),
            "Gap": "–" if one.gap is None else f"{100 * one.gap:.1f} %",
            "Seconds": f"{one.seconds:.2f}" if one.seconds >= 0.01 else "< 0.01",
            "People": one.people,
        }
        for one in found
    ]
    return pd.DataFrame(rows)


def _said(one: Estimate) -> str:
    return f"{one.value:.2f}" if one.low is None else f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})"


def _agreement(found: Sequence[Standing], answers: Sequence[dict[str, Judged]], source: str) -> None:
    """How alike the methods rank the same parts."""
    st.subheader("Do the methods agree?", anchor=False)
    keys, titles = [one.method for one in found], [one.title for one in found]
    alike = agreement(answers, keys)
    draw_chart(
        likeness_chart(titles, alike, "mean rank correlation", 2, 1, look()),
        "agreement",
        pd.DataFrame(alike, columns=titles).assign(Method=titles)[["Method", *titles]],
        finding=_agreement_in_words(titles, alike),
        source=source,
    )
    st.caption(
        "Mean over people of Spearman's ρ between the strongest parts of both, −1 to 1.",
        help="Two methods that are both faithful may still differ: they ask different things of the model. Leave one "
        "out says what is lost now; SHAP what a part adds on average, beside any others.",
    )


def _agreement_in_words(titles: Sequence[str], alike: Float64) -> str:
    pairs = [(alike[i, j], titles[i], titles[j]) for i in range(len(titles)) for j in range(i)]
    least, one, other = min(pairs)
    if least >= ALIKE:
        return f"The methods agree: even {other} and {one} rank the strongest parts alike ({least:.2f})."
    most, first, second = max(pairs)
    return (
        f"{second} and {first} agree most ({most:.2f}), {other} and {one} least ({least:.2f})."
        if len(pairs) > 1
        else f"{other} and {one} rank the strongest parts differently ({least:.2f})."
    )
