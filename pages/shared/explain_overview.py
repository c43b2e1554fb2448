"""Explanations over many people: what a model's recommendations rest on in general."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared import choose, loaded
from pages.shared.chart import draw_chart, table_of
from pages.shared.explained_sample import choose_kind, choose_sample
from pages.shared.frame import look, plain
from pages.shared.gather import gather
from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import counted
from recsys_core.explain.explanation import Kind
from recsys_core.explain.overview import (
    PROPERTIES,
    TOGETHER,
    Property,
    Weight,
    dependence,
    dependence_finding,
    explain_first,
    finding,
    grouped_points,
    ways_to_group,
    weights,
)
from recsys_core.explain.players import Players
from recsys_core.figures.explanation_overview import (
    Strength,
    Swarm,
    dependence_chart,
    strength_chart,
    swarm_chart,
)
from recsys_core.runs.cards import RunCard
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import default_home
from recsys_core.types import Float64

SHOWN, IN_SWARM = 12, 10  # groups
LOPSIDED = 0.5  # of a group's strength that has one sign in the mean
CONTRIBUTION = "contribution to the explained value"
STRENGTH_HELP = (
    "Each person's first recommendation is explained by SHAP values. A group's contributions are added up for each "
    "person; the bar is the mean of their sizes, whichever their sign (mean |SHAP|), with its 95 % interval over "
    "people. The upright mark is where the bar would end if all parts weighed the same."
)


def overview(card: RunCard, run: LoadedRun) -> None:
    """The section."""
    st.caption("What the first recommendations of many people rest on, taken together.")
    players = choose_kind(run)
    if players is None:
        return
    people = choose_sample(run)
    home = default_home()

    def ask(user: int) -> pd.DataFrame:
        return _explained(home, card.id, players.key, user, players)

    def draw(answers: list[pd.DataFrame], asked: Sequence[int]) -> None:
        _draw(run, players, pd.concat(answers, ignore_index=True), asked)

    gather(f"overview-{card.id}-{players.key}-{len(people)}", people, ask, draw)


@st.cache_resource(show_spinner=False, max_entries=1000)
def _explained(home: Path, run: str, kind: str, user: int, _players: Players) -> pd.DataFrame:
    opened = loaded.run(run)
    return explain_first(opened.model, opened.split, user, _players)


def _draw(run: LoadedRun, players: Players, points: pd.DataFrame, asked: Sequence[int]) -> None:
    """The pictures of what is known so far."""
    dataset = run.split.dataset
    ways = ways_to_group(dataset, players.key)
    by = next(iter(ways))
    if len(ways) > 1:
        default = "genres" if "genres" in ways else by
        by = _narrow("Taken together by", "explained-by", list(ways), lambda key: _title(ways[key]), default=default)
    grouped = grouped_points(points, dataset, by)
    weighed = weights(grouped, asked)
    source = f"{dataset.name} · {run.model.title} · {counted(len(asked), 'person')} asked about"
    words = finding(run.model.title, weighed, ways[by])
    if not weighed or not weighed[0].strength.value:
        st.markdown(f"**{plain(words)}**")
        return
    strengths = [_strength(one, weighed) for one in weighed[:SHOWN]]
    draw_chart(
        strength_chart(strengths, "mean size of the contribution", look()),
        "strengths",
        table_of(strengths),
        finding=words,
        source=source,
    )
    st.caption(plain(_rests_on(points, weighed, asked, ways[by])), help=STRENGTH_HELP)
    known = [one for one in PROPERTIES if points[one.key].notna().any()]
    _swarm(grouped, weighed, known, dataset, source)
    if players.key is Kind.HISTORY:
        _dependence(points, known, source)


def _narrow(label: str, key: str, options: list[str], name: Callable[[str], str], default: str = "") -> str:
    """A choice that does not take the width of a chart."""
    with st.columns([2, 3])[0]:
        return choose.choose(label, key, options, name, default=default)


def _title(name: str) -> str:
    return plain(name[:1].upper() + name[1:].replace("_", " "))


def _strength(one: Weight, weighed: list[Weight]) -> Strength:
    total = sum(other.strength.value for other in weighed)
    found = one.strength
    return Strength(one.group, found.value, found.low, found.high, one.of_parts * total, one.people)


def _rests_on(points: pd.DataFrame, weighed: list[Weight], asked: Sequence[int], noun: str) -> str:
    """What the figures are of."""
    told = points["user"].nunique()
    silent = len(asked) - told
    words = f"{counted(told, 'explanation')}, {len(points):,} contributions."
    if len(weighed) > SHOWN:
        words += f" The {SHOWN} strongest of {len(weighed):,} {noun}."
    if silent:
        words += f" Of {counted(silent, 'person')} nothing is known that could be a reason."
    sizes = points["value"].abs()
    weak = float(sizes[points["name"] == TOGETHER].sum() / sizes.sum()) if sizes.sum() else 0.0
    if weak >= 0.005:
        words += f" {100 * weak:.0f} % of what contributes comes from parts too weak to be told apart, and is left out."
    return words


def _swarm(grouped: pd.DataFrame, weighed: list[Weight], known: list[Property], dataset: Dataset, source: str) -> None:
    """Every contribution, coloured by what is known of its part."""
    st.subheader("Every contribution", anchor=False)
    by_key = {one.key: one for one in known}
    colour = None
    if known:
        key = _narrow("Coloured by", "explained-colour", list(by_key), lambda key: _title(by_key[key].title))
        colour = by_key[key]
    swarms = []
    for one in weighed[:IN_SWARM]:
        mine = grouped[grouped["group"] == one.group]
        names = [dataset.title(part) if part >= 0 else one.group for part in mine["part"].astype(int)]
        shades = _shades(mine[colour.key], grouped[colour.key], colour) if colour else np.full(len(mine), np.nan)
        swarms.append(Swarm(one.group, mine["value"].to_numpy(dtype=np.float64), shades, names))
    draw_chart(
        swarm_chart(swarms, CONTRIBUTION, colour.key if colour else "", look()),
        "contributions",
        grouped[["group", "name", "value", *(one.key for one in known)]],
        finding=f"A point is one part in one explanation; right of 0 it speaks for the item. "
        f"{_most_lopsided(weighed[:IN_SWARM])}",
        source=source,
    )


def _most_lopsided(weighed: list[Weight]) -> str:
    """The group whose points lie most clearly on one side, where one does."""
    most = max(weighed, key=lambda one: abs(one.mean) / max(one.strength.value, 1e-12))
    if abs(most.mean) < LOPSIDED * most.strength.value:
        return "Each group speaks for some items and against others."
    return f"{most.group} speaks most clearly {'for' if most.mean > 0 else 'against'}."


def _shades(values: pd.Series, of_all: pd.Series, prop: Property) -> Float64:
    """0 to 1: places between the 5th and the 95th percentile of all points, so that outliers do not take all colour."""
    scaled, every = (np.log(column) if prop.is_ratio else column for column in (values, of_all))
    low, high = np.nanquantile(every, (0.05, 0.95))
    shades: Float64 = np.clip((scaled - low) / max(high - low, 1e-12), 0, 1).to_numpy(dtype=np.float64)
    return shades


def _dependence(points: pd.DataFrame, known: list[Property], source: str) -> None:
    """Each contribution against a property of the part."""
    offered = {one.key: one for one in known if points[one.key].nunique() > 1}
    if not offered:
        return
    st.subheader("What it depends on", anchor=False)
    key = _narrow("Against", "explained-against", list(offered), lambda key: _title(offered[key].title))
    prop = offered[key]
    shown = points[["name", "value", key]].dropna()
    draw_chart(
        dependence_chart(
            shown["value"].to_numpy(dtype=np.float64),
            shown[key].to_numpy(dtype=np.float64),
            shown["name"].tolist(),
            prop.title,
            "contribution",
            prop.is_ratio,
            look(),
        ),
        "dependence",
        shown,
        finding=dependence_finding(dependence(points, prop), prop),
        source=source,
    )
    st.caption(
        "Line: median of equally full stretches; band: the middle half.",
        help="The correlation is Spearman's rank correlation within each person's parts, averaged over people, so that "
        "people whose contributions are all large make no difference.",
    )
