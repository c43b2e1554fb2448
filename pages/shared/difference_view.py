"""What differs between two of the compared runs."""

import streamlit as st

from pages.shared.compared import Compared
from pages.shared.frame import plain
from recsys_core.runs.difference import differences, in_words


def difference_view(compared: Compared) -> None:
    """Two runs chosen from those compared, and only what differs."""
    runs, titles = compared.best_first, compared.titles
    if len(runs) < 2:
        st.caption("There is only one model here, so nothing can differ.")
        return
    known = {run.id: run for run in runs}
    with st.container(key="differences"):
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
