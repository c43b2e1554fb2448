"""A data set as a folder: parquet tables, pictures, and ``dataset.json``."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset, Ids, Scale
from recsys_core.data.interactions import Interactions
from recsys_core.data.made import Made
from recsys_core.data.picture_names import picture_name
from recsys_core.errors import StoreError
from recsys_core.types import Feedback, Json

IMAGES = "images"
CARD = "card.json"  # what the lists show, in the folder of a data set or a run


def write_dataset(dataset: Dataset, folder: Path, with_images: bool) -> None:
    """Fill an empty folder."""
    events = dataset.interactions
    columns: dict[str, np.ndarray] = {"user": events.users, "item": events.items, "value": events.values}
    if events.times is not None:
        columns["time"] = events.times
    pd.DataFrame(columns).to_parquet(folder / "interactions.parquet", index=False)

    if with_images and dataset.image_folder is not None:
        (folder / IMAGES).mkdir()
        dataset = replace(
            dataset,
            item_table=_with_copies(dataset.item_table, dataset.image_folder, folder / IMAGES),
            unrated_items=_with_copies(dataset.unrated_items, dataset.image_folder, folder / IMAGES),
        )
    _write_items(dataset.item_table.assign(id=dataset.item_ids.values), folder / "items.parquet")
    if len(dataset.unrated_items):
        _write_items(dataset.unrated_items, folder / "unrated.parquet")
    dataset.user_table.assign(id=dataset.user_ids.values).to_parquet(folder / "users.parquet", index=False)
    about = {
        "name": dataset.name,
        "feedback": dataset.feedback,
        "scale": None if dataset.scale is None else asdict(dataset.scale),
        "origin": dataset.origin,
        "fingerprint": dataset.fingerprint,
        "n_users": dataset.n_users,
        "n_items": dataset.n_items,
        "made": None if dataset.made is None else dataset.made.as_json(),
    }
    (folder / "dataset.json").write_text(json.dumps(about, indent=2), encoding="utf-8")


def _write_items(items: pd.DataFrame, path: Path) -> None:
    genres = pd.Series([list(genres) for genres in items["genres"]], items.index, dtype=object)
    items.assign(genres=genres).to_parquet(path, index=False)


def _with_copies(items: pd.DataFrame, source: Path, folder: Path) -> pd.DataFrame:
    """Copy the pictures under names that tell their content, so that no name from outside becomes a path here."""
    copies = {"": ""}
    for name in items["image"]:
        if name not in copies:
            content = (source / name).read_bytes()
            copies[name] = picture_name(content, Path(name).suffix.lower())
            (folder / copies[name]).write_bytes(content)
    return items.assign(image=pd.Series([copies[name] for name in items["image"]], items.index, dtype=object))


def read_dataset(folder: Path, image_folder: Path | None = None) -> Dataset:
    """The data set that :func:`write_dataset` wrote.

    Args:
        folder: where it was written.
        image_folder: where the pictures lie; its own by default.

    Raises:
        StoreError: a file is missing or damaged.
    """
    try:
        about = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
        events = pd.read_parquet(folder / "interactions.parquet")
        tables = {name: _read_table(folder / f"{name}.parquet") for name in ("items", "users")}
        if (folder / "unrated.parquet").exists():
            tables["unrated"] = _read_table(folder / "unrated.parquet")
        dataset = _dataset(about, events, tables, image_folder or folder / IMAGES)
        if dataset.fingerprint != about["fingerprint"]:
            raise ValueError("its content is not what was saved")
        return dataset
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, error) from error


def read_item_ids(folder: Path) -> Ids:
    """The external ids of a data set's items, without the rest of it.

    Raises:
        StoreError: the file is missing or damaged.
    """
    try:
        return Ids(pd.read_parquet(folder / "items.parquet", columns=["id"])["id"].to_numpy(object))
    except (OSError, ValueError, KeyError) as error:
        raise _damaged(folder, error) from error


def read_fingerprint(folder: Path) -> str:
    """The fingerprint that a data set was written with.

    Raises:
        StoreError: the file is missing or damaged.
    """
    try:
        return str(json.loads((folder / "dataset.json").read_text(encoding="utf-8"))["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, error) from error


def _damaged(folder: Path, error: Exception) -> StoreError:
    return StoreError(
        f"The data set in the folder {folder.name} cannot be read: {error}.",
        "Import the file again.",
        "damaged-dataset",
    )


def _read_table(path: Path) -> pd.DataFrame:
    """A side table with the types that a data set has: parquet keeps neither tuples nor seconds nor plain text."""
    table = pd.read_parquet(path)
    for name in table:
        if name == "genres":
            table[name] = pd.Series([tuple(genres) for genres in table[name]], dtype=object)
        elif pd.api.types.is_datetime64_any_dtype(table[name]):
            table[name] = table[name].astype("datetime64[s]")
        elif isinstance(table[name].dtype, pd.StringDtype):
            table[name] = table[name].astype(object)
    return table


def _dataset(about: Json, events: pd.DataFrame, tables: dict[str, pd.DataFrame], images: Path) -> Dataset:
    interactions = Interactions(
        events["user"].to_numpy(np.int32),
        events["item"].to_numpy(np.int32),
        events["value"].to_numpy(np.float32),
        events["time"].to_numpy(np.int64) if "time" in events else None,
        about["n_users"],
        about["n_items"],
    )
    items, users = tables["items"], tables["users"]
    unrated = {"unrated_items": tables["unrated"]} if "unrated" in tables else {}
    return Dataset(
        name=about["name"],
        interactions=interactions,
        user_ids=Ids(users.pop("id").to_numpy(object)),
        item_ids=Ids(items.pop("id").to_numpy(object)),
        item_table=items,
        user_table=users,
        feedback=Feedback(about["feedback"]),
        origin=about["origin"],
        scale=None if about["scale"] is None else Scale(**about["scale"]),
        image_folder=images if images.is_dir() else None,
        made=None if about.get("made") is None else Made.from_json(about["made"]),
        **unrated,
    )
