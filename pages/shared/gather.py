"""Work over a sample of people while somebody watches: a picture at once, a better one each second, and a stop."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from pages.shared.frame import errors_as_sentences, plain
from recsys_core.data.findings import counted, duration

STRETCH = 1.0  # seconds of work between two pictures
PAUSE = 0.1  # for the browser to draw, and to say stop

T = TypeVar("T")


def gather(
    key: str, people: Sequence[int], ask: Callable[[int], T], draw: Callable[[list[T], Sequence[int]], None]
) -> None:
    """Ask about one person after the other, and draw what is known so far.

    Args:
        key: of the work; another key starts afresh.
        people: positions in the data set.
        ask: about one person. It must remember its answers, since it is asked again for each picture.
        draw: takes the answers so far, and the people whom they are about.
    """
    done_key, stop_key = f"gathered-{key}", f"stopped-{key}"
    done = min(len(people), st.session_state.setdefault(done_key, 0))
    is_going = done < len(people) and not st.session_state.get(stop_key, False)

    @st.fragment(run_every=PAUSE if is_going else None)
    def step() -> None:
        with errors_as_sentences():
            if is_going:
                _go_on(done_key, people, ask)
            done = min(len(people), st.session_state[done_key])
            if is_going and done == len(people):
                st.rerun()  # ends the polling
            _standing(key, done, len(people), is_going)
            draw([ask(person) for person in people[:done]], people[:done])

    step()


def _go_on(done_key: str, people: Sequence[int], ask: Callable[[int], T]) -> None:
    """A stretch of work; at least one person."""
    started, done = time.monotonic(), st.session_state[done_key]
    while done < len(people):
        ask(people[done])
        done += 1
        st.session_state[done_key] = done
        if time.monotonic() - started > STRETCH:
            return


def _standing(key: str, done: int, wanted: int, is_going: bool) -> None:
    """How far it is, with a way to stop or to go on."""
    if done == wanted:
        return
    began = st.session_state.setdefault(f"began-{key}", (time.monotonic(), done))
    words = f"{done} of {counted(wanted, 'person')}"
    if is_going and done > began[1]:
        left = (time.monotonic() - began[0]) / (done - began[1]) * (wanted - done)
        words += f", about {duration(left)} left"
    with st.container(horizontal=True, vertical_alignment="center", key=f"ft-gather-{key}"):
        st.progress(done / wanted, plain(words))
        label, icon = ("Stop", ":material/stop:") if is_going else ("Go on", ":material/play_arrow:")
        if st.button(label, icon=icon, key=f"gather-{key}"):
            st.session_state[f"stopped-{key}"] = is_going
            st.session_state.pop(f"began-{key}", None)
            st.rerun()
