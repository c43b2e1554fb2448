"""What other models would have been clicked: estimated from an impression log."""

import streamlit as st

from pages.shared import cache, choose, judged, nav
from pages.shared.compare_choice import choose_group
from pages.shared.compared import colour_of, run_titles
from pages.shared.frame import look, plain, show_error
from pages.shared.impressions_view import LOG, names_of
from pages.shared.policy_detail import estimators, explained, reaches, told
from pages.shared.policy_overview import estimates, overview
from pages.shared.synthetic_mark import badge_and_words
from recsys_core.errors import StudioError
from recsys_core.runs.cards import RunCard
from recsys_core.runs.impression_files import LogCard

OF_MODELS, OF_LOG = "Lists of models", "Lists of another log"
REACH, RUNS, MOST_AT_FIRST, MOST = "reach", "judged", 6, 12


def policy_step() -> None:
    """The step."""
    cards = {card.id: card for card in cache.workspace().logs()}
    if not cards:
        choose.empty(
            "There is no impression log yet: what was shown, how probable it was, and whether it was clicked.",
            "Add an impression log",
            nav.DATA,
        )
        return
    left, right = st.columns([3, 2])
    with left:
        card = cards[choose.choose("Impression log", LOG, list(cards), names_of(list(cards.values())).__getitem__)]
    others = {one: other for one, other in cards.items() if one != card.id}
    ways = [OF_MODELS, OF_LOG] if others else [OF_MODELS]
    if (choose.switch("What is judged", "lists-of", ways) if others else OF_MODELS) == OF_LOG:
        with right:
            other = cards[
                choose.choose("Whose lists", "other-log", list(others), names_of(list(others.values())).__getitem__)
            ]
        _of_log(other, card)
        return
    runs = judged.runs_of(card)
    if not runs:
        _no_runs(card)
        return
    with right:
        spread = _choose_reach()
    _of_models(_choose_runs(runs), card, spread)


def _no_runs(card: LogCard) -> None:
    data = cache.log(card.id)
    if data.propensities is None:
        st.warning(
            plain(
                f"The log {card.name} does not say how probable each item was to be shown, so nothing can be told "
                "about other lists. Import it again with its column of propensities."
            )
        )
        return
    kind = "a model that shows everybody the same, since the log names no people" if data.users is None else "a model"
    choose.empty(
        f"No model here knows the items of the log {card.name}. Train {kind}, on ratings with the same ids.",
        "Train a model",
        nav.TRAIN,
    )


def _choose_reach() -> float:
    from recsys_core.engagement.policy.places import SPREAD, SPREADS

    options = {f"{spread:g}": spread for spread in sorted(SPREADS, key=lambda one: one != SPREAD)}
    return options[
        choose.choose("Reach of a slot", REACH, list(options), lambda one: f"{options[one]:.0%} of the items")
    ]


def _choose_runs(runs: list[RunCard]) -> list[RunCard]:
    """Runs of one split, which are judged on the same impressions."""
    group = choose_group(runs)
    badge_and_words(group[0])
    titles = run_titles(group)
    chosen = choose.choose_many(
        "Models",
        RUNS,
        list(titles),
        titles.__getitem__,
        list(titles)[:MOST_AT_FIRST],
        most=MOST,
        help="Unless you choose, the newest.",
    )
    return [run for run in group if run.id in chosen]


def _of_models(runs: list[RunCard], card: LogCard, spread: float) -> None:
    if not runs:
        st.caption("Choose the models to judge.")
        return
    found = estimates(runs, card, spread)
    if not found:
        return
    overview(runs, found)
    titles = run_titles(runs)
    st.caption(
        plain(
            "Estimated, not measured: impressions are weighted by how probable each item would be on the other list, "
            f"whose slots reach about {spread:.0%} of the items. Bars are 95 % intervals; where two overlap, a lead "
            f"may be chance. {' '.join(next(iter(found.values())).notes)}"
        )
    )
    st.subheader("One model in detail", anchor=False)
    run = choose.choose("Model", choose.RUN, list(found), titles.__getitem__)
    colour = colour_of(next(one.model for one in runs if one.id == run))
    judgement = found[run]
    told(titles[run], judgement)
    left, right = st.columns(2, gap="large")
    with left:
        estimators(judgement, colour)
    with right:
        reaches(run, titles[run], card, colour)
    explained()
    with st.expander("The same in the shell", icon=":material/terminal:"):
        command = f"python -m recsys_core engage policy {run} --log {card.id} --reach {spread:g}"
        st.code(command, language="bash", wrap_lines=True)


def _of_log(other: LogCard, card: LogCard) -> None:
    try:
        judgement = judged.judged_log(other, card)
    except StudioError as error:
        show_error(error)
        return
    told(other.name, judgement)
    if judgement.value.estimates:
        estimators(judgement, look().accent)
    st.caption(plain(" ".join([*judgement.notes, str(card.about["origin"])])))
    explained()
