"""What is known about the people: a people file, cleaned, typed and joined by id."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Ids
from recsys_core.data.formula_guard import unguard
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.side.attributes import read_attributes
from recsys_core.data.side.clean_text import LONGEST_TITLE, clean_column
from recsys_core.data.side.columns import guess_people_columns
from recsys_core.data.side.joining import SideTable, join_ids, side_table


def describe_people(table: RawTable, ids: Ids, roles: Mapping[str, str | None] | None = None) -> SideTable:
    """What a people file says about the people of the ratings, and about others.

    The file may have a header or none, as MovieLens' ``u.user`` and ``users.dat``. Of several rows with one id the
    first wins.

    Args:
        ids: of the people with ratings.
        roles: what columns mean, as far as chosen by hand; see :func:`guess_people_columns`.

    Raises:
        DataError: a chosen column does not exist, no column holds the ids, or no row fits anybody.
    """
    columns = guess_people_columns(table, ids, roles)
    joined = join_ids(table, columns.id, ids, "person")
    frame = joined.frame if table.dialect is None else joined.frame.apply(unguard)
    names = np.full(len(frame), "", dtype=object)
    if columns.name is not None:
        names = clean_column(frame[columns.name], LONGEST_TITLE)
    attributes = read_attributes(frame, {} if joined.repeats >= 2 else columns.attributes, table.name)
    described = pd.concat([pd.DataFrame({"name": pd.Series(names, dtype=object)}), attributes.frame], axis=1)
    made = side_table(ids, joined, described, np.full(len(frame), "", dtype=object))
    made.findings[:0] = table.findings
    made.findings.extend(attributes.findings)
    return made
