"""Impression logs on disk: a folder each, with a parquet table, its ids, ``log.json`` and a card."""

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Ids
from recsys_core.data.impressions.log import Impressions
from recsys_core.errors import StoreError
from recsys_core.runs.cards import bytes_in
from recsys_core.runs.dataset_files import CARD
from recsys_core.runs.files import UNFINISHED, new_folder, remove_folder
from recsys_core.types import Json

_TYPES = {
    "user": np.int32,
    "item": np.int32,
    "position": np.int16,
    "click": np.bool_,
    "propensity": np.float32,
    "time": np.int64,
}


@dataclass(frozen=True)
class LogCard:
    """An impression log in the list. ``about`` holds counts, the click-through rate and what the import found."""

    id: str
    name: str
    created: float
    about: Json

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return int(self.about["bytes"])


class LogShelf:
    """The impression logs of a workspace: whole folders, listed by the cards in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, log: Impressions, about: Json) -> LogCard:
        """Keep a log. The same content under the same name is kept once.

        Args:
            log: what to keep.
            about: what the import found, as plain data; shown with the log.
        """
        identifier = hashlib.sha256(f"{log.name}\0{log.fingerprint}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
        target = self.folder / identifier
        if target.exists() and not _is_whole(target):
            remove_folder(target)
        if not target.exists():
            with new_folder(target) as folder:
                _write(log, folder)
                named: Json = {"name": log.name, "created": time.time(), "bytes": bytes_in(folder)}
                (folder / CARD).write_text(json.dumps({"origin": log.origin} | about | named), encoding="utf-8")
        return self.find(identifier)

    def all(self) -> list[LogCard]:
        """All logs, newest first."""
        folders = [path for path in self.folder.iterdir() if not path.name.startswith(UNFINISHED)]
        cards = [card for path in folders if (card := _card(path)) is not None]
        return sorted(cards, key=lambda card: (card.created, card.id), reverse=True)

    def find(self, name_or_id: str) -> LogCard:
        """A log by id, or by name (then the newest one).

        Raises:
            StoreError: names the logs there are.
        """
        cards = self.all()
        fitting = [card for card in cards if card.id == name_or_id] + [
            card for card in cards if card.name == name_or_id
        ]
        if fitting:
            return fitting[0]
        known = ", ".join(sorted({repr(card.name) for card in cards})) or "none"
        raise StoreError(
            f"There is no impression log called {name_or_id!r}. There are: {known}.",
            "Import it first, or check the name.",
            "unknown-log",
        )

    def load(self, identifier: str) -> Impressions:
        """The content of a log that is listed."""
        return _read(self.folder / self.find(identifier).id)

    def delete(self, identifier: str) -> None:
        """Remove a log. Nothing else depends on it."""
        remove_folder(self.folder / self.find(identifier).id)


def _write(log: Impressions, folder: Path) -> None:
    pd.DataFrame(log.columns).to_parquet(folder / "impressions.parquet", index=False)
    for ids, name in ((log.user_ids, "users"), (log.item_ids, "items")):
        pd.DataFrame({"id": ids.values}, dtype=object).to_parquet(folder / f"{name}.parquet", index=False)
    about = {"name": log.name, "origin": log.origin, "fingerprint": log.fingerprint}
    (folder / "log.json").write_text(json.dumps(about, indent=2), encoding="utf-8")


def _read(folder: Path) -> Impressions:
    """The log that :func:`_write` wrote.

    Raises:
        StoreError: a file is missing or damaged.
    """
    try:
        about = json.loads((folder / "log.json").read_text(encoding="utf-8"))
        table = pd.read_parquet(folder / "impressions.parquet")
        users, items = (
            Ids(pd.read_parquet(folder / f"{name}.parquet")["id"].to_numpy(object)) for name in ("users", "items")
        )
        columns = {role: table[role].to_numpy(kind) if role in table else None for role, kind in _TYPES.items()}
        if columns["item"] is None or columns["click"] is None:
            raise ValueError("a column is missing")
        log = Impressions(
            about["name"],
            users,
            items,
            columns["user"],
            columns["item"],
            columns["position"],
            columns["click"],
            columns["propensity"],
            columns["time"],
            about["origin"],
        )
        if log.fingerprint != about["fingerprint"]:
            raise ValueError("its content is not what was saved")
        return log
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"The impression log in the folder {folder.name} cannot be read: {error}.",
            "Import the file again.",
            "damaged-log",
        ) from error


def _card(folder: Path) -> LogCard | None:
    """The card in a folder; None where the folder is none of ours, or was removed just now."""
    try:
        about = json.loads((folder / CARD).read_text(encoding="utf-8"))
        return LogCard(folder.name, str(about["name"]), float(about["created"]), about)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_whole(folder: Path) -> bool:
    try:
        _read(folder)
    except StoreError:
        return False
    return _card(folder) is not None
