"""What a data set promises about its tables and its fingerprint."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recsys_core.data.dataset import Dataset, blank_item_table
from recsys_core.data.picture_names import picture_name
from tests import worlds


def with_attributes(price: list[float] | None = None, colour: str = "red", age: float = 30.0) -> Dataset:
    made = worlds.golden()
    items = made.item_table.assign(
        price=price or [1.0, 2.0, np.nan, 4.0, 5.0, 6.0],
        released=pd.Series(np.array(["2001-01-01", "NaT"] * 3, dtype="datetime64[s]")),
        colour=pd.Series([colour, "", "", "", "", ""], dtype=object),
    )
    return replace(made, item_table=items, user_table=made.user_table.assign(age=[age, 1.0, 2.0, np.nan]))


def unrated(made: Dataset, **columns: object) -> Dataset:
    table = pd.DataFrame({name: made.item_table[name].iloc[:1] for name in made.item_table}).assign(
        id="extra", **columns
    )
    return replace(made, unrated_items=table)


def test_the_fingerprint_of_data_without_attributes_and_unrated_items_stays() -> None:
    assert worlds.golden().fingerprint == "9e97fe10f7e502385092e3a9c9db67ecc14852fb5bb060cbc2761a330a2846ca"


def test_the_names_of_attributes() -> None:
    assert with_attributes().item_attributes == ["price", "released", "colour"]
    assert with_attributes().user_attributes == ["age"]
    assert worlds.golden().item_attributes == worlds.golden().user_attributes == []


def test_the_fingerprint_covers_attributes_and_unrated_items() -> None:
    made = with_attributes()
    renamed = replace(made, item_table=made.item_table.rename(columns={"price": "cost"}))
    others = [
        worlds.golden(),
        with_attributes(price=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        with_attributes(colour="blue"),
        with_attributes(age=31.0),
        renamed,
        unrated(made),
        unrated(made, title="other"),
        unrated(made, price=7.0),
    ]
    assert len({made.fingerprint, *(other.fingerprint for other in others)}) == len(others) + 1
    assert with_attributes().fingerprint == made.fingerprint
    assert unrated(made, image="a.jpg").fingerprint == unrated(made).fingerprint


def test_the_fingerprint_covers_pictures_whose_names_tell_what_is_in_them() -> None:
    def pictured(name: str) -> str:
        made = worlds.golden()
        return replace(made, item_table=made.item_table.assign(image=[name, *[""] * 5])).fingerprint

    red, blue = (pictured(picture_name(content, ".jpg")) for content in (b"red", b"blue"))
    assert len({red, blue, worlds.golden().fingerprint}) == 3
    assert pictured("0.jpg") == worlds.golden().fingerprint


def test_unrated_items_have_the_columns_of_the_rated_ones() -> None:
    with pytest.raises(ValueError, match="unrated items have other columns"):
        replace(with_attributes(), unrated_items=blank_item_table(1).assign(id="extra"))
    assert list(worlds.golden().unrated_items) == [*worlds.golden().item_table, "id"]
    assert len(worlds.golden().unrated_items) == 0


def test_other_events_keep_the_tables() -> None:
    made = unrated(with_attributes())
    fewer = made.with_interactions(made.interactions.take(np.arange(3)))
    assert fewer.item_attributes == made.item_attributes
    assert fewer.unrated_items["id"].tolist() == ["extra"]
