"""From generated people to a data set, to a file, or to a data set that they are added to."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from recsys_core.data.dataset import Dataset, Ids
from recsys_core.data.impressions.log import Impressions
from recsys_core.data.interactions import Interactions
from recsys_core.data.made import Made
from recsys_core.errors import ConfigError
from recsys_core.splitting import SplitRecipe
from recsys_core.synthetic.base import Batch, Generator, Knobs, Population, Showings, require_room

PERSON = "synthetic-{}"  # their ids, counted from 1
Report = Callable[[int], None]


def _ignore(_: int) -> None:
    return None


def made_by(generator: Generator, knobs: Knobs, seed: int, real: Dataset | None, recipe: SplitRecipe | None) -> Made:
    """Where the people of a generator are from.

    Args:
        real: the whole data set, of which the generator learned the training events; recipe: of their split.
    """
    return Made(
        generator=generator.info.key,
        title=generator.info.title,
        settings=generator.config.model_dump(mode="json"),
        knobs=knobs.model_dump(mode="json"),
        seed=seed,
        learned_from="" if real is None else real.fingerprint,
        learned_name="" if real is None else real.name,
        recipe=None if recipe is None else recipe.model_dump(mode="json"),
        epsilon=generator.epsilon,
    )


def assemble(
    population: Population, name: str, made: Made, report: Report = _ignore
) -> tuple[Dataset, Impressions | None]:
    """The data set that generated people come to, and the log of what was shown to them, where there is one.

    Args:
        report: is told after each batch how many people there are.

    Raises:
        ConfigError: there would be more events, or impressions, than can be worked on.
    """
    require_room(population.expected_events)
    require_room(population.expected_showings, "impressions")
    batches: list[Batch] = []
    people = 0
    for batch in population.batches():
        batches.append(batch)
        people += len(batch.people)
        report(people)
    ids = Ids.of([PERSON.format(number) for number in range(1, people + 1)])
    timed = batches[0].times is not None
    events = Interactions(
        np.concatenate([batch.users for batch in batches]),
        np.concatenate([batch.items for batch in batches]),
        np.concatenate([batch.values for batch in batches]),
        np.concatenate([batch.times for batch in batches if batch.times is not None]) if timed else None,
        people,
        len(population.item_ids),
    )
    table = pd.concat([batch.people for batch in batches], ignore_index=True)
    dataset = Dataset(
        name,
        events,
        ids,
        population.item_ids,
        population.item_table,
        table,
        population.feedback,
        made.words,
        population.scale,
        made=made,
    )
    showings = [batch.showings for batch in batches if batch.showings is not None]
    return dataset, _log(name, dataset, showings) if showings else None


def _log(name: str, dataset: Dataset, parts: list[Showings]) -> Impressions:
    assert dataset.made is not None
    return Impressions(
        name,
        dataset.user_ids,
        dataset.item_ids,
        np.concatenate([part.users for part in parts]),
        np.concatenate([part.items for part in parts]),
        np.concatenate([part.positions for part in parts]),
        np.concatenate([part.clicks for part in parts]),
        np.concatenate([part.propensities for part in parts]),
        np.concatenate([part.times for part in parts]),
        dataset.made.words,
    )


def write_events(population: Population, path: Path, report: Report = _ignore) -> int:
    """Write what generated people did to a Parquet file with the columns user, item, value and time, batch by batch.

    Returns:
        How many events there are.
    """
    people = events = 0
    items = pa.array([str(identifier) for identifier in population.item_ids.values])
    with ExitStack() as stack:
        writer: pq.ParquetWriter | None = None
        for batch in population.batches():
            table = _table(batch, items)
            if writer is None:
                writer = stack.enter_context(pq.ParquetWriter(path, table.schema))
            writer.write_table(table)
            people, events = people + len(batch.people), events + len(batch.users)
            report(people)
    return events


def _table(batch: Batch, items: pa.Array) -> pa.Table:
    first = int(batch.users[0]) if len(batch.users) else 0
    last = int(batch.users[-1]) if len(batch.users) else -1
    people = pa.array([PERSON.format(number) for number in range(first + 1, last + 2)], pa.string())
    columns = {
        "user": pa.DictionaryArray.from_arrays(pa.array(batch.users - np.int32(first)), people),
        "item": pa.DictionaryArray.from_arrays(pa.array(batch.items), items),
        "value": pa.array(batch.values),
    }
    if batch.times is not None:
        columns["time"] = pa.array(batch.times)
    return pa.table({name: _plain(column) for name, column in columns.items()})


def _plain(column: pa.Array) -> pa.Array:
    """Text instead of codes, so that any reader takes it."""
    return column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column


def augmented(real: Dataset, synthetic: Dataset) -> Dataset:
    """The real people, and behind them the generated ones: a new version of the real data set.

    What is held out of it stays what the split of the real one holds out (:func:`recsys_core.splitting.split`), so the
    generator must have kept to that split.

    Raises:
        ConfigError: the people were not generated from this data set, or with other items or another kind of feedback.
    """
    made = synthetic.made
    if made is None or made.learned_from != real.fingerprint or made.recipe is None:
        raise ConfigError(
            f"The people of {synthetic.name!r} were not generated from {real.name!r} as it is now.",
            "Generate people from this data set, then add those.",
            "other-parent",
        )
    if real.made is not None and real.made.is_augmented:
        raise ConfigError(
            f"Generated people were added to {real.name!r} before.",
            "Add people to the data set that it was made from.",
            "already-augmented",
        )
    if list(synthetic.item_ids.values) != list(real.item_ids.values):
        raise ConfigError(
            f"{synthetic.name!r} has other items than {real.name!r}.",
            "Leave the number of items empty when you generate.",
            "other-items",
        )
    mine, theirs = real.interactions, synthetic.interactions
    events = Interactions(
        np.concatenate([mine.users, theirs.users + np.int32(real.n_users)]),
        np.concatenate([mine.items, theirs.items]),
        np.concatenate([mine.values, theirs.values]),
        None if mine.times is None or theirs.times is None else np.concatenate([mine.times, theirs.times]),
        real.n_users + synthetic.n_users,
        real.n_items,
    )
    return replace(
        real,
        interactions=events,
        user_ids=Ids(np.concatenate([real.user_ids.values, _unused(real.user_ids, synthetic.user_ids)])),
        user_table=pd.concat([real.user_table, synthetic.user_table], ignore_index=True),
        origin=f"{real.origin} People generated by {made.title} were added.".strip(),
        made=replace(made, real_people=real.n_users),
    )


def _unused(taken: Ids, wanted: Ids) -> np.ndarray:
    """Ids like those that are wanted, none of which is taken."""
    prefix = ""
    while any(f"{prefix}{identifier}" in taken.positions for identifier in wanted.values):
        prefix += "+"
    return np.array([f"{prefix}{identifier}" for identifier in wanted.values], dtype=object)
