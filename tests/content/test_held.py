"""How much is known about items, and which switches find nothing to read."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel

from recsys_core.content.held import Held, unfed
from recsys_core.data.samples import SAMPLES
from recsys_core.models.neumf import NeuMFConfig
from tests import worlds


class Switches(BaseModel):
    text: str = "static"
    pictures: str = "frozen"
    attributes: bool = True
    people: bool = True


OFF = Switches(text="none", pictures="none", attributes=False, people=False)


def test_the_demo_is_counted():
    dataset = next(sample for sample in SAMPLES if sample.key == "demo").load().dataset
    held = Held.by(dataset)
    assert (held.items, held.titles, held.texts, held.pictures, held.genres, held.years) == (400,) * 6
    assert held.sentence().startswith("All 400 items have a text, a picture, genres and a year.")
    assert replace(held, texts=399).sentence().startswith("Of 400 items, 399 have a text, all have a picture, all have")
    assert [*unfed(Switches(people=False), held), *unfed(OFF, held)] == []


def test_nothing_known_is_said():
    world = worlds.two_camps(8).dataset
    held = Held.by(replace(world, item_table=world.item_table.assign(title="")))
    assert held.sentence() == "Nothing is known about the 20 items but who met them."
    assert len(unfed(Switches(), held)) == 4
    assert "no texts and no titles" in unfed(Switches(), held)[0]
    assert unfed(OFF, held) == []
    assert unfed(NeuMFConfig(), held) == []  # it has no such switches


def test_titles_alone_are_said():
    held = Held.by(worlds.golden())
    assert held.sentence() == "Items have titles alone. There are no texts, pictures, genres or years."
    assert unfed(Switches(), held)[0] == "This data set has no texts: the model reads titles alone."


def test_what_is_missing_and_what_leaks_is_named():
    world = worlds.two_camps(8).dataset
    items = world.item_table.assign(
        title="",
        genres=pd.Series([("War",)] * 5 + [()] * 15, dtype=object),
        vote_count=np.arange(20.0),
        runtime=[90.0, 120.0] * 10,
    )
    people = world.user_table.assign(age=[20.0, 30.0] * 4, num_reviews=np.arange(8.0))
    held = Held.by(replace(world, item_table=items, user_table=people))
    why = "by its name tells popularity or what others thought"
    assert (held.attributes, held.leaking, held.people) == (("runtime",), {"vote_count": why}, ("age",))
    assert held.leaking_people == {"num_reviews": why}
    words = held.sentence()
    assert words.startswith("Of 20 items, 5 have genres. There are no texts, pictures or years.")
    assert words.endswith(f'Models leave out: "vote_count" {why}.')
    assert [sentence.split(":")[0] for sentence in unfed(Switches(), held)] == [
        "This data set has no texts and no titles, so there is nothing to read",
        "This data set has no pictures, so there is nothing to look at",
        "Left out, as a new item cannot have it yet",
        "Left out of what is known of people",
    ]
    assert unfed(OFF, held) == []


@pytest.mark.parametrize("folder", [None, Path("somewhere")])
def test_pictures_without_a_folder_are_none(folder):
    world = worlds.two_camps(8).dataset
    items = world.item_table.assign(image=["a.jpg"] * 3 + [""] * 17)
    assert Held.by(replace(world, item_table=items, image_folder=folder)).pictures == (3 if folder else 0)
