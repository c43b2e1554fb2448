"""What models that read content find in a data set, on Data and on Train."""

from dataclasses import replace

import numpy as np

from pages.shared.nav import DATA
from recsys_core.runs.jobs import Jobs
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from tests import worlds
from tests.pages.test_train_page import opened, said
from tests.runs.builders import keep, spec

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


def test_columns_that_leak_are_named_with_the_reason_on_train_and_on_data(home):
    world = worlds.described()
    items = world.item_table.assign(vote_count=np.arange(float(world.n_items)))
    keep(Workspace(home), replace(world, item_table=items))
    why = 'vote_count" by its name tells popularity or what others thought'
    assert why in said(opened(model="two_tower"))
    assert why not in said(opened(model="neumf"))
    assert why in said(opened(DATA))


def test_a_finished_training_says_what_it_read(home):
    world = worlds.described()
    workspace = Workspace(home)
    card = keep(workspace, world)
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec(card.id, "content", epochs=1))
    run_job(workspace, jobs, job)
    at = opened()
    assert "It read the attributes of 40 of 40 items" in said(at)
