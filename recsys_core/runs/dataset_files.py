"""A data set as a folder: parquet tables, pictures, and ``dataset.json``."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset, Ids, Scale
from recsys_core.data.interactions import Interactions
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

    items = dataset.item_table.assign(id=dataset.item_ids.values)
    items["genres"] = [list(genres) for genres in items["genres"]]
    if with_images and dataset.image_folder is not None:
        items["image"] = _copy_images(dataset, folder / IMAGES)
    items.to_parquet(folder / "items.parquet", index=False)
    dataset.user_table.assign(id=dataset.user_ids.values).to_parquet(folder / "users.parquet", index=False)
    about = {
        "name": dataset.name,
        "feedback": dataset.feedback,
        "scale": None if dataset.scale is None else asdict(dataset.scale),
        "origin": dataset.origin,
        "fingerprint": dataset.fingerprint,
        "n_users": dataset.n_users,
        "n_items": dataset.n_items,
    }
    (folder / "dataset.json").write_text(json.dumps(about, indent=2), encoding="utf-8")


def _copy_images(dataset: Dataset, folder: Path) -> list[str]:
    """Copy the pictures under names of our own, so that no name from outside becomes a path here."""
    assert dataset.image_folder is not None
    folder.mkdir()
    names = []
    for item, image in enumerate(dataset.item_table["image"]):
        name = f"{item}{Path(image).suffix.lower()}" if image else ""
        if name:
            shutil.copyfile(dataset.image_folder / image, folder / name)
        names.append(name)
    return names


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
        items = pd.read_parquet(folder / "items.parquet")
        users = pd.read_parquet(folder / "users.parquet")
        dataset = _dataset(about, events, items, users, image_folder or folder / IMAGES)
        if dataset.fingerprint != about["fingerprint"]:
            raise ValueError("its content is not what was saved")
        return dataset
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"The data set in the folder {folder.name} cannot be read: {error}.",
            "Import the file again.",
            "damaged-dataset",
        ) from error


def _dataset(about: Json, events: pd.DataFrame, items: pd.DataFrame, users: pd.DataFrame, images: Path) -> Dataset:
    interactions = Interactions(
        events["user"].to_numpy(np.int32),
        events["item"].to_numpy(np.int32),
        events["value"].to_numpy(np.float32),
        events["time"].to_numpy(np.int64) if "time" in events else None,
        about["n_users"],
        about["n_items"],
    )
    items["genres"] = pd.Series([tuple(genres) for genres in items["genres"]], dtype=object)
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
    )
