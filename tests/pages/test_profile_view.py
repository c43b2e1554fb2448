"""The profile on a page, without the page around it."""

import pytest
from streamlit.testing.v1 import AppTest

from recsys_core.runs.store import Workspace
from recsys_core.types import Feedback
from tests.worlds import dataset, golden

ABOUT = {"users": 1, "items": 1, "interactions": 1, "feedback": "explicit", "findings": []}


def two_profiles() -> None:
    from pages.shared import cache
    from pages.shared.profile_view import profile_view

    for card in cache.workspace().datasets():
        profile_view(card)


@pytest.mark.parametrize("timed", [True, False])
def test_profiles_of_two_data_sets_stand_on_one_page(home, timed):
    workspace = Workspace(home)
    workspace.save_dataset(golden(timed=timed), ABOUT)
    plays = dataset([(0, 0, 3.0, 0), (0, 1, 1.0, 9)], 1, 3, timed=timed, feedback=Feedback.IMPLICIT)
    workspace.save_dataset(plays, ABOUT)
    page = AppTest.from_function(two_profiles, default_timeout=30).run()
    assert not page.exception
    assert [metric.value for metric in page.metric if metric.label == "People"] in (["1", "4"], ["4", "1"])
    assert len(page.get("plotly_chart")) == (12 if timed else 8)
    assert len(page.dataframe) == 2
