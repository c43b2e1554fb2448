"""Five items to rate, one at a time, on a phone. The answers are kept in the guest's own address, nowhere else."""

import re

import streamlit as st

from pages.shared import loaded
from pages.shared.answers import DISLIKED, LIKED, Answers, told_of
from pages.shared.cards import Card, grid
from pages.shared.vote_lists import is_told
from recsys_core.voting.ballot import Poll

WANTED = 5
MOST = 300  # answers that are read from an address
RATED = "rated"  # in the address: item-stars, no stars for what is not known
_PIECE = re.compile(r"(\d{1,9})-([0-5])")


def answers_of(poll: Poll) -> Answers:
    """What the guest answered so far; whatever else somebody wrote into the address is passed over."""
    items = loaded.run(poll.runs[0]).split.dataset.n_items
    pieces = [_PIECE.fullmatch(piece) for piece in st.query_params.get(RATED, "").split(".")[:MOST]]
    pairs = [(int(piece[1]), int(piece[2])) for piece in pieces if piece]
    return {item: stars or None for item, stars in pairs if item < items}


def _keep(answers: Answers) -> None:
    st.query_params[RATED] = ".".join(f"{item}-{stars or 0}" for item, stars in answers.items())


def interview(poll: Poll, answers: Answers) -> bool:
    """Ask on; True where enough is known, and nothing was drawn."""
    runs = [loaded.run(run) for run in poll.runs]
    known = len(told_of(answers))
    knows = all(is_told(run, answers) for run in runs)
    if known >= WANTED and knows:
        return True
    item = loaded.questions(poll.runs[0]).next(answers)
    if item is None:
        if knows:
            return True
        st.info(
            "You were asked about everything that many people know, and nothing was to your taste: there is no list."
        )
        return False
    st.markdown("Rate five. Then two models each show a list for you, and you say which you would rather have.")
    with st.container(border=True, key="ft-ask-guest"):
        words = f"{known} of {WANTED} rated" if known < WANTED else "One more, please: something that you like"
        st.progress(min(known, WANTED) / WANTED, words)
        grid(runs[0].split.dataset, [Card(item)], compact=True)
        _ways_to_answer(item, answers, has_scale=runs[0].split.dataset.scale is not None)
    return False


def _ways_to_answer(item: int, answers: Answers, has_scale: bool) -> None:
    key = f"stars-{item}"

    def rate() -> None:
        stars = st.session_state[key]
        if stars is not None:
            _keep({**answers, item: stars + 1})

    if has_scale:
        st.feedback("stars", key=key, on_change=rate, width="stretch")
    else:
        for label, stars in (("I like it", LIKED), ("Not for me", DISLIKED)):
            st.button(
                label, key=f"say-{stars}-{item}", on_click=_keep, args=({**answers, item: stars},), width="stretch"
            )
    st.button("I don't know it", key=f"skip-{item}", on_click=_keep, args=({**answers, item: None},), width="stretch")
    before = dict(list(answers.items())[:-1])
    st.button(
        "Back",
        key=f"back-{item}",
        on_click=_keep,
        args=(before,),
        disabled=not answers,
        type="tertiary",
        width="stretch",
    )
