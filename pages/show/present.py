"""Present: the story of a run, in large type, slide by slide. All that is chosen stands in the address."""

from contextlib import suppress

import streamlit as st

from pages.shared import choose, nav
from pages.shared.copy_link import copy_link
from pages.shared.frame import errors_as_sentences, without_sidebar
from pages.shared.present_slides import SLIDES
from pages.shared.present_story import Story, tell
from recsys_core.errors import StudioError

SLIDE = "slide"


def slide_asked_for() -> int:
    """From 1 on."""
    with suppress(ValueError):
        return min(max(int(st.query_params.get(SLIDE, "1")), 1), len(SLIDES))
    return 1


def go_to(number: int) -> None:
    st.query_params[SLIDE] = str(number)


def go_on(by: int) -> None:
    """From the slide of the address, so that a key pressed twice counts twice, even before the first slide is drawn."""
    go_to(slide_asked_for() + by)


def bar(story: Story, number: int) -> None:
    """Back and forth, also by the arrow keys; a dot for each slide; the link, and the way out."""
    person = str(story.run.split.dataset.user_ids.values[story.user])
    with st.container(horizontal=True, vertical_alignment="center", key="ft-below-slide"):
        st.page_link(
            nav.RECOMMENDATIONS.path,
            label="Leave",
            icon=":material/close:",
            query_params={choose.RUN: story.card.id, choose.PERSON: person},
            width="content",
        )
        with st.container(horizontal=True, horizontal_alignment="center", key="ft-dots"):
            for at, slide in enumerate(SLIDES, start=1):
                kind = "current" if at == number else "other"
                with st.container(key=f"ft-dot-{kind}-{at}", width="content"):
                    st.button(slide.name, key=f"slide-{at}", type="tertiary", on_click=go_to, args=(at,))
        copy_link()
        st.button("Back", key="slide-back", shortcut="Left", disabled=number == 1, on_click=go_on, args=(-1,))
        st.button(
            "Next",
            key="slide-next",
            shortcut="Right",
            type="primary",
            disabled=number == len(SLIDES),
            on_click=go_on,
            args=(1,),
        )


def present(story: Story) -> None:
    """The slide, the bar below it, and meanwhile what the next slide rests on."""
    number = slide_asked_for()
    wanted = {
        choose.RUN: story.card.id,
        choose.PERSON: str(story.run.split.dataset.user_ids.values[story.user]),
        SLIDE: str(number),
    }
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)
    without_sidebar()
    with st.container(key=f"ft-present-{number}"):
        if story.is_another:
            st.caption("What was asked for is not here any more. This is about another model.")
        SLIDES[number - 1].draw(story)
    bar(story, number)
    if number < len(SLIDES):
        with suppress(StudioError):  # the next slide says it
            SLIDES[number].rests(story)


with errors_as_sentences():
    told = tell()
    if told is None:
        choose.header(nav.PRESENT)
        choose.empty("There is no model yet whose story could be told.", "Train one", nav.TRAIN)
    else:
        present(told)
