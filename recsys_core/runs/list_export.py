"""Everybody's list as one CSV or Parquet file, chunk by chunk: never people × items."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from recsys_core.data.dataset import Dataset, Ids
from recsys_core.data.exporting import FORMATS, text_column, write_batches
from recsys_core.data.findings import listing
from recsys_core.errors import DataError
from recsys_core.ranking import masked_scores, top_k
from recsys_core.recommending import scores_of_people
from recsys_core.runs.files import new_file
from recsys_core.runs.run_files import LoadedRun
from recsys_core.types import Float32, Int32, Int64

if TYPE_CHECKING:
    import pyarrow as pa


def write_lists(run: LoadedRun, people: Int64, k: int, format: str, sink: IO[bytes]) -> None:
    """Write the k best items of each person, as :func:`recsys_core.recommending.recommend_to_user` gives them.

    A row for each place: ``user``, ``rank`` (1 for the first), ``item``, ``title`` and ``score``; people in the order
    that is asked for, and fewer rows for whom fewer items may be shown. In CSV, text is guarded against being run as a
    formula (:mod:`recsys_core.data.formula_guard`); Parquet is as it is.

    Args:
        people: positions in the data set.
        format: one of ``FORMATS``.
    """
    write_batches(_batches(run, people, k, format == "csv"), format, sink)


def _batches(run: LoadedRun, people: Int64, k: int, as_csv: bool) -> Iterator["pa.Table"]:
    import pyarrow as pa

    dataset, test = run.split.dataset, run.split.test
    order, k = dataset.item_ids.hash_order, min(k, dataset.n_items)
    users, items, titles = (
        pa.array(text_column(texts, as_csv), pa.string())
        for texts in (dataset.user_ids.values, dataset.item_ids.values, _titles(dataset))
    )

    def table(chunk: Int64, listed: Int32, scores: Float32) -> "pa.Table":
        rows, places = np.nonzero(listed >= 0)
        shown = pa.array(listed[rows, places])
        return pa.table(
            {
                "user": users.take(pa.array(chunk[rows])),
                "rank": pa.array((places + 1).astype(np.int32)),
                "item": items.take(shown),
                "title": titles.take(shown),
                "score": pa.array(scores[rows, places]),
            }
        )

    nobody = np.zeros((0, k), dtype=np.int32)
    yield table(people[:0], nobody, nobody.astype(np.float32))  # the header, whoever follows
    for chunk, scores in masked_scores(lambda some: scores_of_people(run.model, test, some), people, test.known):
        yield table(chunk, *top_k(scores, k, order))


def _titles(dataset: Dataset) -> np.ndarray:
    titles = dataset.item_table["title"].to_numpy(object)
    return np.where(titles == "", dataset.item_ids.values, titles)


def export_lists(run: LoadedRun, people: Int64, k: int, target: Path) -> None:
    """Write :func:`write_lists` into a new file, whose name ends in ``.csv`` or ``.parquet``. It is there whole or not.

    Raises:
        DataError: the name ends otherwise, or the file is there already.
        StoreError: the file cannot be written.
    """
    format = target.suffix.lower().removeprefix(".")
    if format not in FORMATS:
        raise DataError(
            f"{target.name} does not say which kind of file it is to be.",
            "Choose a name that ends in .csv or .parquet.",
            "unknown-format",
        )
    with new_file(target) as sink:
        write_lists(run, people, k, format, sink)


def people_named(names: Sequence[str], ids: Ids) -> Int64:
    """The positions of people by their ids, each once.

    Raises:
        DataError: some ids are unknown, or there are none.
    """
    wanted = dict.fromkeys(name for name in names if name)
    if not wanted:
        raise DataError("There is no id in the file.", "Write one id a line.", "no-people")
    unknown = [name for name in wanted if name not in ids.positions]
    if unknown:
        raise DataError(
            f"Nobody in this data set has these ids ({len(unknown):,} of {len(wanted):,}): {listing(unknown)}.",
            "Write one id a line, as the data set has them, without a heading.",
            "unknown-user",
        )
    return np.array([ids.positions[name] for name in wanted], dtype=np.int64)
