"""What differs between two of the compared runs."""

import streamlit as st

from pages.shared.frame import plain
from recsys_core.runs.difference import differences, in_words
from recsys_core.runs.store import RunCard


def difference_view(runs: list[RunCard], titles: dict[str, str]) -> None:
    """Two runs chosen from those compared, and only what differs; nothing where there is only one.

    Args:
        runs: best first, so that the two best come first.
        titles: run id → what to call it.
    """
    if len(runs) < 2:
        return
    known = {run.id: run for run in runs}
    with st.expander("What differs between two of them", key="differences"):
        left, right = st.columns(2)
        one = left.selectbox("One", list(known), 0, titles.__getitem__, key="differs-one")
        others = [run for run in known if run != one]
        other = right.selectbox("The other", others, 0, titles.__getitem__, key="differs-other")
        found = differences(known[one], known[other])
        st.markdown(plain(in_words(found)))
        if len(found) > 1:
            st.dataframe(
                [
                    {"Of": each.part, "What": each.what, titles[one]: each.left, titles[other]: each.right}
                    for each in found
                ],
                hide_index=True,
                height="content",
            )
