"""Begin a vote: two models of one data set, and which difference is worth noticing."""

import numpy as np
import streamlit as st

from pages.shared import choose, nav
from pages.shared.frame import plain
from pages.shared.vote_box import VOTE, box, votable
from pages.shared.vote_lists import warm_up
from recsys_core.data.findings import counted
from recsys_core.runs.cards import RunCard
from recsys_core.voting.ballot import Poll
from recsys_core.voting.tally import Tally, votes_needed

WORTH = {"60": 0.6, "65": 0.65, "70": 0.7, "75": 0.75, "80": 0.8}
USUAL = "70"
EARLIER = 10  # votes that are listed


def start_form() -> None:
    """The choices, and the button."""
    data = choose.choose_dataset()
    if data is None:
        return
    runs = {run.id: run for run in votable(data.id)}
    if len(runs) < 2:
        choose.empty("A vote needs two models of this data set that serve people they never met.", "Train", nav.TRAIN)
        return
    left, right = st.columns(2)
    with left:
        one = runs[choose.choose("One model", "vote-one", list(runs), lambda key: choose.run_name(runs[key]))]
    rest = [key for key in runs if key != one.id]
    with right:
        other = runs[choose.choose("The other model", "vote-other", rest, lambda key: choose.run_name(runs[key]))]
    worth = WORTH[
        choose.choose(
            "A lead worth noticing, of 100 with a preference",
            "lead",
            list(WORTH),
            lambda key: f"{key} to {100 - int(key)} · takes about {counted(votes_needed(WORTH[key]), 'vote')}",
            default=USUAL,
        )
    ]
    st.caption(
        "Guests rate five items on their phones, see a list of each model side by side, without names and in an order "
        "drawn for each of them, and vote. The smaller the lead that matters, the more guests it takes. "
        "Interleaving both lists into one would need fewer, but guests could not see what they choose between."
    )
    if st.button("Start the vote", type="primary", icon=":material/how_to_vote:"):
        _start(one, other, worth)


def _start(one: RunCard, other: RunCard, worth: float) -> None:
    with st.spinner("Opening both models"):
        warm_up((one.id, other.id))
    poll = box().open((one, other), worth, np.random.default_rng())
    st.query_params[VOTE] = poll.code
    st.rerun()


def earlier() -> None:
    """The votes there were, with a way to each."""
    polls = box().all()
    if not polls:
        return
    st.subheader("Votes so far", anchor=False)
    for poll in polls[:EARLIER]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link(
                nav.GUESTS.path,
                label=choose.moment(poll.created),
                query_params={VOTE: poll.code},
                icon=":material/how_to_vote:",
                width="content",
            )
            st.caption(_in_words(poll), width="content")


def _in_words(poll: Poll) -> str:
    tally = Tally.of(box().choices(poll.code), poll.worth)
    between = f"{poll.titles[0]} and {poll.titles[1]}" if poll.is_revealed else "names hidden"
    return plain(f"{'open' if poll.is_open else 'closed'} · {between} · {counted(tally.votes, 'vote')}")
