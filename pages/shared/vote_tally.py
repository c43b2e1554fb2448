"""The tally on the host's screen, which counts while everybody looks."""

import streamlit as st

from pages.shared.chart import draw_chart, table_of
from pages.shared.frame import errors_as_sentences, look, plain
from pages.shared.vote_box import SIDE_NAMES, box
from recsys_core.figures.votes import Course, votes_chart
from recsys_core.statistics.anytime import anytime_share
from recsys_core.voting.ballot import Poll
from recsys_core.voting.tally import Tally, course, votes_needed

SECONDS = 2


def draw_tally(poll: Poll) -> None:
    """Counts, verdict and chart; while the vote is open, anew every two seconds."""

    @st.fragment(run_every=SECONDS if poll.is_open else None)
    def counting() -> None:
        with errors_as_sentences():
            _tally(box().find(poll.code))

    counting()


def names_of(poll: Poll) -> tuple[str, str]:
    """What to call the two models: X and Y until they are revealed."""
    return poll.titles if poll.is_revealed else SIDE_NAMES


def _tally(poll: Poll) -> None:
    choices, names = box().choices(poll.code), names_of(poll)
    tally = Tally.of(choices, poll.worth)
    with st.container(horizontal=True, key="ft-counts"):
        for label, count in (
            ("Votes", tally.votes),
            (f"Prefer {names[0]}", tally.first),
            (f"Prefer {names[1]}", tally.second),
            ("No difference", tally.neither),
        ):
            st.metric(plain(label), count, width="stretch")
    st.markdown(f"#### {plain(tally.verdict(names, poll.is_open))}")
    steps = course(choices)
    drawn = Course([one.share for one in steps], [one.low for one in steps], [one.high for one in steps])
    chart = votes_chart(drawn, names[0], poll.worth, votes_needed(poll.worth), look())
    draw_chart(chart, "votes", table_of([drawn]), title=tally.verdict(names, poll.is_open))
    st.caption(plain(_how(tally, names)))


def _how(tally: Tally, names: tuple[str, str]) -> str:
    low, high = tally.interval
    now = (
        f"Of those with a preference, {100 * low:.0f} to {100 * high:.0f} of 100 prefer {names[0]}. "
        if tally.decided
        else ""
    )
    ties = ""
    if tally.neither:
        least, most = anytime_share(tally.neither, tally.votes)
        ties = f" (of all votes, {100 * least:.0f} to {100 * most:.0f} of 100)"
    return (
        f"{now}The 95 % interval holds at all moments together, so you may look as often as you like and stop when it "
        f"suits. Who sees no difference{ties} counts for neither side and is left out of the share. It speaks about "
        "people like these guests, and about the first list that a model makes from five ratings."
    )
