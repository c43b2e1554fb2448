"""Compare, rules: what business rules would cost a model and what they buy, and the lists of one person."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared.cards import Card, grid
from pages.shared.chart import draw_chart
from pages.shared.compared import Compared
from pages.shared.frame import look, plain, show_error
from pages.shared.rule_form import rule_form
from recsys_core.errors import ConfigError, StudioError
from recsys_core.figures.rules import Step, trade_off_chart
from recsys_core.metrics import metric_label
from recsys_core.runs.store import RunCard, default_home

if TYPE_CHECKING:  # these bring torch
    from recsys_core.rules import Facts, Rule
    from recsys_core.rules.candidates import Candidates
    from recsys_core.rules.judging import Outcome
    from recsys_core.splitting import Split

USUAL = "ndcg@10"
WEIGHTS = (1.0, 0.9, 0.8, 0.7, 0.5, 0.3, 0.0)
PEOPLE_OFFERED = 200


def rules_view(compared: Compared) -> None:
    """The section."""
    from recsys_core.rules import RULES, find_rule

    st.caption(
        "Rules change the order of each person's 200 best items before the first few are shown. What they cost is "
        "measured on the test events, person by person."
    )
    known = {run.id: run for run in compared.best_first or compared.runs}
    left, right = st.columns([2, 3])
    run = left.selectbox("Model", list(known), 0, compared.titles.__getitem__, key="rules-run")
    chosen = right.multiselect(
        "Rules, in their order",
        [rule.key for rule in RULES],
        format_func=lambda key: find_rule(key).title,
        key="rules",
        placeholder="Choose rules",
        persist_state="session",
    )
    try:
        setting = _setting(default_home(), run)
        rules = [rule_form(find_rule(key), setting.split.dataset) for key in chosen]
        if rules:
            _told(compared, known[run], rules)
    except StudioError as error:
        show_error(error)


@dataclass(frozen=True)
class Setting:
    """What rules are judged on: a split, what is known of its items, and a model's best items."""

    split: "Split"
    facts: "Facts"
    best: "Candidates"


@st.cache_resource(show_spinner="Asking the model for everybody's best items", max_entries=4)
def _setting(home: Path, run: str) -> Setting:
    from pages.shared import loaded
    from recsys_core.rules import Facts
    from recsys_core.rules.candidates import candidates

    found = loaded.run(run)
    return Setting(found.split, Facts.of(found.split), candidates(found.model, found.split))


@st.cache_resource(show_spinner="Making the lists anew", max_entries=64)
def _outcome(home: Path, run: str, rules: str, k: int) -> "Outcome":
    from recsys_core.rules import rule_from_json
    from recsys_core.rules.judging import judge_rules

    setting = _setting(home, run)
    return judge_rules(
        [rule_from_json(rule) for rule in json.loads(rules)], setting.best, setting.split, setting.facts, k
    )


def _judged(run: str, rules: "list[Rule]", k: int) -> "Outcome":
    """As :func:`_outcome`; kept by what identifies it."""
    return _outcome(default_home(), run, json.dumps([rule.as_json() for rule in rules]), k)


def _told(compared: Compared, run: RunCard, rules: "list[Rule]") -> None:
    """The verdict, all figures, the trade-off where there is one, and a person's lists."""
    from recsys_core.rules.judging import list_length
    from recsys_core.rules.words import sentence

    metric = compared.metric
    try:
        k = list_length(metric)
    except ConfigError:  # such as RMSE, which judges no lists
        metric, k = USUAL, list_length(USUAL)
    outcome = _judged(run.id, rules, k)
    st.markdown(f"**{plain(sentence(outcome, metric))}**")
    _fell_short(outcome)
    _figures(outcome)
    if any(rule.key == "diversify" for rule in rules) and st.toggle("Try other λ", key="rules-try-others"):
        _trade_off(compared, run, rules, metric, k)
    _one_person(outcome, run.id)


def _fell_short(outcome: "Outcome") -> None:
    """Say so where there are not as many new items as a rule asks for."""
    from recsys_core.rules import DEPTH, NewItems

    asked = max((rule.share for rule in outcome.rules if isinstance(rule, NewItems)), default=0.0)
    reached = outcome.changes["new"].after if "new" in outcome.changes else 1.0
    if reached < asked - 0.005:
        st.caption(
            f"{100 * asked:.0f} % were asked for. Not every person's {DEPTH} best items hold enough new ones, or a "
            "later rule moved some of them out again."
        )


def _figures(outcome: "Outcome") -> None:
    from recsys_core.rules.judging import label

    rows = []
    for name, change in outcome.changes.items():
        if name == "diversity" and told_by_genres(outcome):
            continue
        low, high = change.difference.low, change.difference.high
        rows.append(
            {
                "Figure": label(name),
                "Before": change.before,
                "After": change.after,
                "Difference": change.difference.value,
                "95 % interval": None
                if low is None or high is None
                else f"{low:+.4f} to {high:+.4f}".replace("-", "−"),
            }
        )
    columns = {name: st.column_config.NumberColumn(format="%.4f") for name in ("Before", "After")}
    columns["Difference"] = st.column_config.NumberColumn(format="%+.4f")
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", column_config=columns, placeholder="–")
    st.caption(
        f"Of {len(outcome.users):,} people, {100 * outcome.changed:.0f} % see another list. Differences are taken "
        "person by person. Diversity: 1 less the Jaccard coefficient of two items of a list, mean over pairs. Novelty: "
        "−log2 of the share of people who met an item. New items: their share of the places."
    )


def told_by_genres(outcome: "Outcome") -> bool:
    """Whether diversity is judged by genres, and so stands among the metrics already."""
    mine = outcome.changes["diversity"]
    genres = [change for name, change in outcome.changes.items() if name.startswith("genre_diversity@")]
    return any(np.allclose((one.before, one.after), (mine.before, mine.after)) for one in genres)


def _trade_off(compared: Compared, run: RunCard, rules: "list[Rule]", metric: str, k: int) -> None:
    """The same with other weights of relevance."""
    from recsys_core.rules import Diversify

    mine = next(rule for rule in rules if isinstance(rule, Diversify))
    found = {}
    for weight in sorted({*WEIGHTS, mine.relevance}, reverse=True):
        others = [rule.model_copy(update={"relevance": weight}) if rule is mine else rule for rule in rules]
        found[weight] = _judged(run.id, others, k)
    steps = [_step(weight, outcome, metric) for weight, outcome in found.items()]
    draw_chart(
        trade_off_chart(
            steps, mine.relevance, metric_label(metric), f"diversity by {mine.by}", compared.colour(run), look()
        ),
        "trade-off",
        pd.DataFrame([vars(step) for step in steps]),
        finding=_bargain({weight: found[weight] for weight in (mine.relevance, WEIGHTS[-1])}, metric),
        source=compared.source,
    )
    st.caption(
        "Each point is a λ, the ring is the chosen one. Thin lines: 95 % intervals of the difference from the model's "
        "own lists, person by person."
    )


def _step(weight: float, outcome: "Outcome", metric: str) -> Step:
    quality = outcome.changes[metric]
    low, high = quality.difference.low, quality.difference.high
    return Step(
        weight,
        outcome.changes["diversity"].after,
        quality.after,
        None if low is None else quality.before + low,
        None if high is None else quality.before + high,
    )


def _bargain(found: "dict[float, Outcome]", metric: str) -> str:
    """What variety is to be had for, at each λ."""

    def words(outcome: "Outcome") -> str:
        varied, quality = outcome.changes["diversity"].difference.value, outcome.changes[metric].difference.value
        return f"diversity by {varied:+.3f} and {metric_label(metric)} by {quality:+.3f}".replace("-", "−")

    return "; ".join(f"λ = {weight:g} changes {words(outcome)}" for weight, outcome in found.items())


def _one_person(outcome: "Outcome", run: str) -> None:
    """The lists of somebody before and after, those who see most other items first."""
    dataset = _setting(default_home(), run).split.dataset
    before, after = outcome.before, outcome.after
    kept = (before[:, :, None] == after[:, None, :]).any(axis=2).sum(axis=1)
    rows = np.lexsort((np.arange(len(kept)), kept))[:PEOPLE_OFFERED]
    st.subheader("One person's list", anchor=False)
    row = st.selectbox(
        "Person, most changed first",
        rows.tolist(),
        0,
        lambda row: dataset.person(int(outcome.users[row])),
        key="rules-person",
    )
    left, right = st.columns(2)
    old, new = before[row].tolist(), after[row].tolist()
    with left:
        st.markdown("**Before**")
        grid(dataset, _cards(old, lambda item, _: "" if item in new else "gone"), compact=True)
    with right:
        st.markdown("**After**")
        if not any(item >= 0 for item in new):
            st.caption("Nothing is left to show.")
        grid(dataset, _cards(new, lambda item, at: _moved(old, item, at)), compact=True)


def _cards(items: list[int], note: Callable[[int, int], str]) -> list[Card]:
    return [Card(item, at + 1, note=note(item, at)) for at, item in enumerate(items) if item >= 0]


def _moved(old: list[int], item: int, at: int) -> str:
    """Where an item at place ``at`` comes from."""
    if item not in old:
        return "new in the list"
    places = old.index(item) - at
    return "" if not places else f"{'↑' if places > 0 else '↓'} {abs(places)}"
