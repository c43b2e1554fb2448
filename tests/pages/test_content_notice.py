"""What models that read content find in a data set, on Data and on Train."""

from pages.shared.nav import DATA
from recsys_core.runs.store import Workspace
from tests import worlds
from tests.pages.test_train_page import opened, said
from tests.runs.builders import keep

TITLES_ALONE = "This data set has no texts: the model reads titles alone."


def test_switches_that_find_nothing_are_explained(home):
    keep(Workspace(home), worlds.golden())
    at = opened(model="two_tower")
    assert TITLES_ALONE in said(at)
    assert "This data set has no genres, years or other attributes of items" in said(at)
    assert "set pictures to none" not in said(at)  # they are off
    assert TITLES_ALONE not in said(opened(model="neumf"))


def test_the_data_page_counts_what_is_known_of_items(home):
    keep(Workspace(home), worlds.golden())
    assert "Items have titles alone. There are no texts, pictures, genres or years." in said(opened(DATA))
