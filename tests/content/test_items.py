"""What is known about items, met or new."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recsys_core.content.items import ItemContent
from tests import worlds


def test_items_of_a_data_set_come_in_its_order():
    dataset = worlds.golden()
    content = ItemContent.of(dataset)
    assert len(content) == dataset.n_items
    assert content.texts()[0].startswith(dataset.title(0))
    assert content.take([2, 0]).texts() == [content.texts()[2], content.texts()[0]]


def test_a_new_item_has_the_columns_of_the_others_and_nothing_that_was_not_said():
    dataset = worlds.golden()
    table = dataset.item_table.assign(length=np.arange(6.0), released=pd.to_datetime(["2020-01-01"] * 6), studio="x")
    content = ItemContent.new_item(replace(dataset, item_table=table), {"title": "New"}, b"")
    assert list(content.table) == list(table)
    assert content.texts() == ["New"]
    row = content.table.iloc[0]
    assert row["genres"] == ()
    assert pd.isna(row["year"])
    assert pd.isna(row["length"])
    assert pd.isna(row["released"])
    assert row["studio"] == ""
    assert content.pictures == (b"",)
    assert content.table.dtypes.drop("studio").equals(table.dtypes.drop("studio"))


def test_a_column_that_the_data_lack_is_refused():
    with pytest.raises(KeyError, match="no columns colour"):
        ItemContent.new_item(worlds.golden(), {"colour": "red"})


def test_each_item_has_its_picture():
    with pytest.raises(ValueError, match="2 pictures for 6 items"):
        ItemContent(worlds.golden().item_table, (None, None))
