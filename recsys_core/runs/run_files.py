"""A run as a folder that is complete in itself: model, data, split, report and curves."""

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recsys_core.errors import StoreError
from recsys_core.evaluation import Lists, Report
from recsys_core.metrics import METRICS, RatingMetric, ShownMetric
from recsys_core.models import Recommender, load_model
from recsys_core.runs.dataset_files import CARD, read_dataset, write_dataset
from recsys_core.splitting import Split, SplitRecipe
from recsys_core.statistics.estimates import PerUser, as_it_is
from recsys_core.training.warm_start import Weights
from recsys_core.types import Json
from recsys_core.warm_and_cold import Apart, Side

WEIGHTS, LISTS, PER_USER = "weights.safetensors", "lists.npz", "per_user.npz"
APART = "apart.npz"


@dataclass(frozen=True)
class LoadedRun:
    """A run, ready to answer. Shared by everybody who looks at it: read it, never write to it."""

    about: Json
    model: Recommender
    split: Split


def write_run(folder: Path, about: Json, model: Recommender, split: Split, report: Report) -> None:
    """Fill an empty folder."""
    for part in ("model", "dataset"):
        (folder / part).mkdir()
    model.save(folder / "model")
    write_dataset(split.dataset, folder / "dataset", with_images=False)
    np.save(folder / "roles.npy", split.roles, allow_pickle=False)
    write_per_user(folder, report.per_user)
    _write_apart(folder, report.apart)
    write_lists(folder, report.lists)
    if model.training and model.training.learned:
        write_weights(folder, {name: one.tensor for name, one in model.training.learned.items()})
    history = [asdict(event) for event in model.training.history] if model.training else []
    (folder / "history.json").write_text(json.dumps(history), encoding="utf-8")
    (folder / CARD).write_text(json.dumps(about, indent=2), encoding="utf-8")


def write_per_user(folder: Path, figures: dict[str, PerUser]) -> None:
    """Keep figures taken apart per person, by metric."""
    arrays = {
        f"{name}/{part}": array
        for name, values in figures.items()
        for part, array in (
            ("users", values.users),
            ("numerator", values.numerator),
            ("denominator", values.denominator),
        )
    }
    np.savez_compressed(folder / PER_USER, **arrays)  # type: ignore[arg-type]


def write_lists(folder: Path, lists: Lists) -> None:
    """Keep what people were shown."""
    np.savez_compressed(folder / LISTS, users=lists.users, items=lists.items)


def _write_apart(folder: Path, apart: Mapping[Side, Apart]) -> None:
    """All figures of a part are means over the same people, so one matrix holds them."""
    arrays: dict[str, np.ndarray] = {}
    for side, part in apart.items():
        arrays[f"{side}/users"] = next(iter(part.per_user.values())).users
        arrays[f"{side}/metrics"] = np.array(list(part.per_user))
        arrays[f"{side}/figures"] = np.stack([one.numerator for one in part.per_user.values()])
    np.savez_compressed(folder / APART, **arrays)  # type: ignore[arg-type]


def write_weights(folder: Path, weights: Weights) -> None:
    """Keep what another training can go on from."""
    from safetensors.torch import save_file

    save_file(weights, str(folder / WEIGHTS))


def read_weights(folder: Path) -> Weights:
    """What :func:`write_weights` wrote.

    Raises:
        StoreError: there is no such file, or it is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(str(folder / WEIGHTS))
    except (OSError, SafetensorError) as error:
        raise StoreError(
            f"The run {folder.name} cannot be continued: what it learned was not kept, or cannot be read.",
            "Train it again from scratch, then continue that run.",
            "no-weights",
        ) from error


def read_run(folder: Path, image_folder: Path | None) -> LoadedRun:
    """The run that :func:`write_run` wrote.

    Raises:
        StoreError: a file is missing or damaged.
        ModelError: the model's files are.
    """
    try:
        about = json.loads((folder / CARD).read_text(encoding="utf-8"))
        roles = np.load(folder / "roles.npy", allow_pickle=False)
        recipe = SplitRecipe.model_validate(about["passport"]["split"]["recipe"])
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, error) from error
    dataset = read_dataset(folder / "dataset", image_folder)
    if roles.shape != (len(dataset.interactions),):
        raise _damaged(folder, ValueError(f"it has {roles.size} roles for {len(dataset.interactions)} events"))
    return LoadedRun(about, load_model(folder / "model"), Split(dataset, roles, recipe))


def read_history(folder: Path) -> list[Json]:
    """The epochs of a run, as plain data, oldest first.

    Raises:
        StoreError: the file is missing or damaged.
    """
    try:
        history: list[Json] = json.loads((folder / "history.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(folder, error) from error
    return history


def read_per_user(folder: Path) -> dict[str, PerUser]:
    """What :func:`write_per_user` wrote.

    Raises:
        StoreError: the file is missing or damaged.
    """
    finish = {one.about.key: one.finish for one in METRICS if isinstance(one, RatingMetric | ShownMetric)}
    with _arrays(folder, PER_USER) as saved:
        return {
            name: PerUser(
                saved[f"{name}/users"],
                saved[f"{name}/numerator"],
                saved[f"{name}/denominator"],
                finish.get(name.partition("@")[0], as_it_is),
            )
            for name in {key.rpartition("/")[0] for key in saved}
        }


def read_apart(folder: Path) -> dict[str, PerUser]:
    """Figures of new items and people, and of the others, by names such as "new-items/ndcg@10".

    Raises:
        StoreError: the run is older than such files, or the file is damaged.
    """
    if (folder / CARD).exists() and not (folder / APART).exists():
        raise StoreError(
            f"The run {folder.name} was made before new items were judged apart.", "Train it again.", "no-apart"
        )
    with _arrays(folder, APART) as saved:
        return {
            f"{side}/{name}": PerUser(users, column, np.ones(len(users)), as_it_is)
            for side in {key.partition("/")[0] for key in saved}
            for users in [saved[f"{side}/users"]]
            for name, column in zip(saved[f"{side}/metrics"].tolist(), saved[f"{side}/figures"], strict=True)
        }


def read_lists(folder: Path) -> Lists:
    """What the run showed the people whom it was judged on.

    Raises:
        StoreError: the run is older than such files, or the file is damaged.
    """
    if (folder / CARD).exists() and not (folder / LISTS).exists():
        raise StoreError(
            f"The run {folder.name} was made before lists were kept.", "Train it again to see its lists.", "no-lists"
        )
    with _arrays(folder, LISTS) as saved:
        return Lists(saved["users"], saved["items"])


@contextmanager
def _arrays(folder: Path, name: str) -> Iterator[Mapping[str, Any]]:
    """The arrays of a file of a run, closed at the end; what is raised meanwhile means that the file is damaged."""
    damage = (OSError, EOFError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error)
    try:
        with (folder / name).open("rb") as file, np.load(file, allow_pickle=False) as saved:
            yield saved
    except damage as error:
        raise _damaged(folder, error) from error


def _damaged(folder: Path, error: Exception) -> StoreError:
    return StoreError(f"The run in the folder {folder.name} cannot be read: {error}.", "Train it again.", "damaged-run")
