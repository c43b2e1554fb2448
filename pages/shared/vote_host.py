"""A vote that is on: the way in for guests, the tally, and what the host may do."""

import streamlit as st

from pages.shared.vote_box import VOTE, box
from pages.shared.vote_invitation import invite
from pages.shared.vote_tally import draw_tally
from recsys_core.voting.ballot import Poll


def draw_vote(poll: Poll) -> None:
    """Both halves of the host's screen."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        if poll.is_open:
            invite(poll)
        else:
            st.info("This vote is closed: nobody can vote any more.", icon=":material/lock:")
        _actions(poll)
    with right:
        draw_tally(poll)


def _actions(poll: Poll) -> None:
    with st.container(horizontal=True):
        if not poll.is_revealed:
            st.button(
                "Reveal the names",
                icon=":material/visibility:",
                help="Ends the vote as well, so that nobody votes on names.",
                on_click=box().reveal,
                args=(poll.code,),
            )
            word, icon = ("Close the vote", "lock") if poll.is_open else ("Open it again", "lock_open")
            st.button(word, icon=f":material/{icon}:", on_click=box().set_open, args=(poll.code, not poll.is_open))
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown("The vote and all its ballots go for good.")
            if st.button("Delete this vote"):
                box().delete(poll.code)
                _leave()
        if st.button("All votes", icon=":material/arrow_back:", type="tertiary"):
            _leave()


def _leave() -> None:
    del st.query_params[VOTE]
    st.rerun()
