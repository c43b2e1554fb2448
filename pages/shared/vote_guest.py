"""A guest's way through a vote: rate, look, choose, thanks. The step follows from the address and the ballots alone."""

import streamlit as st

from pages.shared import cache
from pages.shared.answers import Answers
from pages.shared.frame import errors_as_sentences, plain
from pages.shared.synthetic_mark import badge
from pages.shared.vote_box import box
from pages.shared.vote_interview import answers_of, interview
from pages.shared.vote_lists import LETTERS, draw_lists
from recsys_core.voting.ballot import Choice, Poll

REVEAL_SECONDS = 5


def draw_guest(poll: Poll, guest: str) -> None:
    """The step that this guest is at.

    Args:
        guest: the number of the browser.
    """
    if not guest:
        st.warning("This browser keeps no cookies, so your vote could not be told from others. Allow them and reload.")
        return
    cast = box().cast_by(poll.code, guest)
    if cast is not None:
        _thanks(poll, guest, cast)
    elif not poll.is_open:
        st.info("This vote is closed. Thank you for coming.")
    else:
        badge(cache.workspace().find_run(poll.runs[0]))
        answers = answers_of(poll)
        if interview(poll, answers):
            _vote(poll, guest, answers)
        _privacy()


def _vote(poll: Poll, guest: str, answers: Answers) -> None:
    st.markdown("**Two lists for you. Which would you rather have?**")

    def ask(letter: str, side: Choice) -> None:
        if st.button(f"I would rather have {letter}", key=f"vote-{letter}", type="primary", width="stretch"):
            _cast(poll, guest, side)

    draw_lists(poll, poll.sides(guest), answers, ask)
    if st.button("No difference to me", key="vote-neither", width="stretch"):
        _cast(poll, guest, Choice.NEITHER)


def _cast(poll: Poll, guest: str, choice: Choice) -> None:
    box().cast(poll.code, guest, choice)
    st.rerun()


def _thanks(poll: Poll, guest: str, cast: Choice) -> None:
    """What counts, and once the host reveals it, what it meant."""
    sides = poll.sides(guest)

    @st.fragment(run_every=None if poll.is_revealed else REVEAL_SECONDS)
    def meant() -> None:
        with errors_as_sentences():
            now = box().find(poll.code)
            if now.is_revealed and not poll.is_revealed:
                st.rerun()  # ends the polling
            if now.is_revealed:
                named = ", ".join(
                    f"{letter} was {plain(now.title(side))}" for letter, side in zip(LETTERS, sides, strict=True)
                )
                st.markdown(f"{named}.")
            else:
                st.caption("Which model was which is shown here as soon as the host reveals it.")

    said = "no difference" if cast is Choice.NEITHER else f"list {LETTERS[sides.index(cast)]}"
    st.success(f"Thank you. Your vote for **{said}** counts.", icon=":material/how_to_vote:")
    meant()
    answers = answers_of(poll)
    if answers:
        with st.expander("Your two lists again"):
            draw_lists(poll, sides, answers, lambda letter, side: None)


def _privacy() -> None:
    st.caption(
        "No name is asked for, and your ratings are not kept: they stand in the address of this page, on your screen, "
        "and serve for your two lists alone. Kept are your vote, its time, and a random number by which it is counted "
        "once; this browser has it in a cookie for a day."
    )
