"""Try it yourself: a short interview, one item at a time, beside the list that the model makes of the answers."""

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared import cache, choose, loaded
from pages.shared.answers import DISLIKED, LIKED, Answers, history_of, told_of
from pages.shared.cards import Card, grid, grid_that_asks, predicted
from pages.shared.chart import draw_chart, table_of
from pages.shared.compared import colour_of
from pages.shared.explained import Wish
from pages.shared.frame import look, plain
from pages.shared.known_form import known_form
from pages.shared.newcomer_curves import curve_of, is_quick, newcomers_of
from pages.shared.why_dialog import why_dialog
from recsys_core.data.findings import counted
from recsys_core.errors import StudioError
from recsys_core.explain.game import Question
from recsys_core.figures.thermometer import Warming, warming_chart
from recsys_core.metrics import metric_label
from recsys_core.models.base import Ability
from recsys_core.ranking import HIDDEN
from recsys_core.recommending import best, guest, is_choice, reads_people, scores_for_history, somebody_new
from recsys_core.runs.cards import RunCard
from recsys_core.runs.run_files import LoadedRun

WANTED = 10  # answers of an interview; more are asked for ten at a time
SEARCHABLE = 5_000
EXCERPT = 240  # letters of what an item is about
METRIC, POPULARITY = "ndcg@10", "popularity"


def try_yourself(card: RunCard, run: LoadedRun, k: int) -> None:
    """The interview on the left, the list on the right, what answers are worth below."""
    if Ability.HISTORY not in run.model.abilities:
        st.info(f"{plain(run.model.title)} only knows the people it met in training.")
        return
    answers = _answers(run)
    left, right = st.columns([1, 1], gap="large")
    with left:
        about = _about_you(run)
        _interview(card, run, answers)
        _search(run, answers)
        _given(run, answers)
    with right:
        used = _list(card, run, answers, about, k)
    _curve(card, run, used, is_told=bool(used) or about is not None)


def _key(run: LoadedRun, what: str) -> str:
    """Of something that is kept for the session and for each data set."""
    return f"{what}-{run.split.dataset.fingerprint[:12]}"


def _answers(run: LoadedRun) -> Answers:
    """What was answered, the oldest first."""
    answers: Answers = st.session_state.setdefault(_key(run, "answers"), {})
    return answers


def _about_you(run: LoadedRun) -> pd.DataFrame | None:
    """What is known of the person beside the answers; None where the model does not look at it, or nothing is."""
    dataset = run.split.dataset
    if not reads_people(run.model, dataset):
        return None
    with st.expander("About you", expanded=not _answers(run)):
        st.caption("All of it may stay empty. It goes nowhere but to this model, for this list.")
        known = known_form(dataset.user_table, dataset.user_attributes, _key(run, "about-you"))
    return somebody_new(dataset, known) if known else None


def _interview(card: RunCard, run: LoadedRun, answers: Answers) -> None:
    """The next question, or the end."""
    st.subheader(
        "What you know",
        anchor=False,
        help="Each question is the one whose answer tells most about your taste, given what you were asked before.",
    )
    known = sum(stars is not None for stars in answers.values())
    goal = st.session_state.setdefault(_key(run, "goal"), WANTED)
    item = loaded.questions(card.id).next(answers)
    with st.container(border=True, key="ft-question"):
        if item is None:
            st.markdown("**You were asked about everything that enough people know.** Add more by its title below.")
        elif known >= goal:
            asked = f"{counted(known, 'answer')}, {len(answers) - known} unknown to you"
            st.markdown(f"**That is a good start: {asked}.** The list is yours now.")
            if st.button("Ask me more", icon=":material/add:"):
                st.session_state[_key(run, "goal")] = known + WANTED
                st.rerun()
        else:
            st.progress(known / goal, f"{known} of {goal} answers")
            _question(run, item, answers)
    _back(run, answers)


def _question(run: LoadedRun, item: int, answers: Answers) -> None:
    """One item, and the ways to answer."""
    dataset = run.split.dataset
    grid(dataset, [Card(item)], compact=True)
    text = str(dataset.item_table["text"].iat[item])
    if text:
        st.caption(plain(text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1]}…"))
    with st.container(horizontal=True, vertical_alignment="center"):
        if dataset.scale is None:
            for label, stars in (("I like it", LIKED), ("Not for me", DISLIKED)):
                st.button(label, key=f"say-{stars}", on_click=_note, args=(answers, item, stars))
        else:
            _stars(run, item, answers, "ask")
        st.button("I don't know it", key="say-unknown", on_click=_note, args=(answers, item, None))


def _note(answers: Answers, item: int, stars: int | None) -> None:
    answers[item] = stars


def _take_back(answers: Answers) -> None:
    answers.popitem()


def _stars(run: LoadedRun, item: int, answers: Answers, place: str) -> None:
    """Stars for an item; an answer that is there already is shown, and may be changed."""
    key = _key(run, f"stars-{place}-{item}")
    stars = answers.get(item)
    st.session_state[key] = None if stars is None else stars - 1

    def note() -> None:
        value = st.session_state[key]
        if value is None:
            answers.pop(item, None)
        else:
            answers[item] = value + 1

    st.feedback("stars", key=key, on_change=note)


def _back(run: LoadedRun, answers: Answers) -> None:
    """Take back the last answer, or all."""
    with st.container(horizontal=True):
        st.button("Undo", icon=":material/undo:", disabled=not answers, on_click=_take_back, args=(answers,))
        if st.button("Start over", icon=":material/restart_alt:", disabled=not answers):
            answers.clear()
            st.session_state.pop(_key(run, "goal"), None)
            st.rerun()


def _search(run: LoadedRun, answers: Answers) -> None:
    dataset = run.split.dataset
    counts = run.split.train.interactions.item_counts()
    offered = [int(item) for item in np.argsort(-counts, kind="stable")[:SEARCHABLE]]

    def add() -> None:
        item = st.session_state["pick-search"]
        if item is not None:
            if answers.get(item) is None:
                answers[item] = LIKED
            st.session_state["pick-search"] = None

    choose.find_item("Add something you like", offered, dataset, "pick-search", add)


def _given(run: LoadedRun, answers: Answers) -> None:
    """What was answered, the latest first, to look at and to change."""
    if not answers:
        return
    known = sum(stars is not None for stars in answers.values())
    with st.expander(f"Your answers ({known} known, {len(answers) - known} unknown)"):
        for item in reversed(answers):
            with st.container(horizontal=True, vertical_alignment="center", wrap=False):
                grid(run.split.dataset, [Card(item)], compact=True)
                if run.split.dataset.scale is None:
                    words = {LIKED: "liked", DISLIKED: "not for me", None: "unknown"}
                    st.caption(words[answers[item]], width="content")
                else:
                    _stars(run, item, answers, "given")


def _list(card: RunCard, run: LoadedRun, answers: Answers, about: pd.DataFrame | None, k: int) -> int:
    """What the model would show, what that rests on, and what came in with the last answer; gives the answers used."""
    dataset, model = run.split.dataset, run.model
    st.subheader("What you would see", anchor=False)
    told, history = told_of(answers), history_of(answers, dataset)
    used = sum(is_choice(model, dataset, value) for _, value in history)
    scores = scores_for_history(model, run.split, history, about)
    popular = not used and about is None
    if popular:  # a model that was told nothing has nothing to say of its own
        scores = np.where(scores == HIDDEN, HIDDEN, run.split.train.interactions.item_counts()).astype(np.float32)
    scores[[item for item, _ in told]] = HIDDEN
    st.caption(plain(_rests_on(run, used, len(told) - used, about is not None)))
    found = best(scores, dataset.item_ids.hash_order, k)
    fresh = _fresh(run, answers, [item for item, _ in found])
    rates = Ability.RATING in model.abilities and not popular
    cards = [
        Card(
            item,
            rank,
            note=" · ".join(
                part for part in (predicted(run, score) if rates else "", "new" if item in fresh else "") if part
            ),
        )
        for rank, (item, score) in enumerate(found, start=1)
    ]
    if popular:
        grid(dataset, cards)
        return used
    wondered = grid_that_asks(dataset, cards, "own-list")
    if wondered is not None:
        hidden = np.array([item for item, _ in told], dtype=np.int32)
        question = Question(guest(model, dataset, history, about), wondered, hidden=hidden)
        known = "" if about is None else about.to_json()
        why_dialog(run, Wish(card.id, f"guest {history} {known}", question))
    return used


def _rests_on(run: LoadedRun, used: int, left_out: int, about: bool) -> str:
    """What the list is made from, in words."""
    dataset, title = run.split.dataset, run.model.title
    said = " and what you said about yourself" if about else ""
    if not used and about:
        words = f"No answers yet: this is what {title} makes of what you said about yourself alone."
    elif not used:
        words = "Nothing is known of you yet, so these are the items that most people met."
    else:
        words = f"{title} makes this of {counted(used, 'answer')}{said}."
    if left_out and dataset.scale is None:
        words += " What is not for you is not shown; the model cannot be told that somebody dislikes something."
    elif left_out:
        words += (
            f" It learns from what people chose, not from how they rated it, so low ratings are left out ({left_out})."
        )
    return words


def _fresh(run: LoadedRun, answers: Answers, shown: list[int]) -> set[int]:
    """The items that were not in the list before the last answer; none before there is one."""
    key, now = _key(run, "shown"), (run.model.info.key, tuple(answers.items()))
    kept = st.session_state.get(key)
    if kept is None or kept["for"][0] != now[0]:
        kept = {"for": now, "items": shown, "before": shown}
    elif kept["for"] != now:
        kept = {"for": now, "items": shown, "before": kept["items"]}
    st.session_state[key] = kept
    return set(shown) - set(kept["before"]) if answers and len(shown) == len(kept["before"]) else set()


def _curve(card: RunCard, run: LoadedRun, used: int, is_told: bool) -> None:
    """How good lists are after so many answers, as measured on people of the data set."""
    from recsys_core.comparing.thermometer import estimates

    st.subheader("What answers are worth", anchor=False)
    try:
        people = newcomers_of(card.id)
        asked = f"curve-{card.id}"
        if not (is_quick(card.id) or st.session_state.get(asked)):
            st.caption(f"Measuring this for {plain(run.model.title)} takes up to a minute.")
            if not st.button("Measure", icon=":material/show_chart:"):
                return
            st.session_state[asked] = True
        with st.spinner("Measuring"):
            runs = [card, *_popularity(card)]
            points = {run.id: estimates(curve_of(run.id)[METRIC]) for run in runs}
    except StudioError as error:
        st.caption(plain(f"There is no curve: {error}"))
        return
    lines = [
        Warming(
            one.title,
            [point.value for point in points[one.id]],
            [point.low for point in points[one.id]],
            [point.high for point in points[one.id]],
            colour_of(one.model),
        )
        for one in runs
    ]
    noun = "ratings" if run.split.dataset.scale is not None else "events"
    words = _worth(lines, people.known, used if is_told else None, noun)
    draw_chart(
        warming_chart(lines, list(people.known), metric_label(METRIC), noun, look(), min(used, people.known[-1])),
        "answers",
        table_of(lines),
        finding=words,
    )
    who = (
        "whom no model learned from" if people.are_strangers else "whose taste shaped the model too, which may flatter"
    )
    st.caption(
        plain(
            f"Measured on {counted(len(people.users), 'person')} of the data set, {who}: the model is told of the "
            f"first {noun} of each and must find what came later. Bands are 95 % intervals. These people chose what "
            "to rate themselves; nobody interviewed them."
        )
    )


def _popularity(card: RunCard) -> list[RunCard]:
    """The run of popularity on the same split, for comparison; none for popularity itself."""
    runs = cache.workspace().runs()
    same = [run for run in runs if run.model == POPULARITY and run.split_fingerprint == card.split_fingerprint]
    return [] if card.model == POPULARITY else same[:1]


def _worth(lines: list[Warming], known: tuple[int, ...], used: int | None, noun: str) -> str:
    """Where the person stands on the curve of the model, the first line, beside popularity, and what would come.

    Args:
        used: answers; None where the model was told nothing, and popularity is shown.
    """
    model, *baseline = lines
    metric, last = metric_label(METRIC), f"with {known[-1]} known {noun}"
    if used is None:
        now = (
            f", which you see now, has {metric} {baseline[0].values[0]:.3f}; " if baseline else " is what you see now; "
        )
        return f"Popularity{now}{last} {model.label} has {model.values[-1]:.3f}."
    beside = f" Popularity: {baseline[0].values[0]:.3f}." if baseline else ""
    here = float(np.interp(used, known, model.values))
    then = f"{last} it is {model.values[-1]:.3f}" if used < known[-1] else "here the curve ends"
    return f"{model.label} has {metric} {here:.3f} with {counted(used, noun[:-1])} known; {then}.{beside}"
