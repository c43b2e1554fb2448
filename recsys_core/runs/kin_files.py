"""What data sets have in common, kept so that none are matched twice."""

import json
import logging
import uuid
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.runs.store import Workspace
from recsys_core.transfer.kinship import Kinship
from recsys_core.transfer.match import How, Match
from recsys_core.types import Int64, Json

log = logging.getLogger(__name__)

FOLDER = "kin"
VERSION = 1  # changes whenever the same data sets would be matched or measured in another way
WAYS = list(How)


def find_kinship(workspace: Workspace, source: Json, target: Dataset) -> tuple[Kinship, Match] | None:
    """What was kept of two data sets; None where nothing was, or where it cannot be read, which is then removed.

    Args:
        source: of its passport, fingerprint and numbers of users and items.
    """
    path = _path(workspace, source, target)
    damage = (OSError, EOFError, ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile, zlib.error)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            how = np.array([WAYS[number] for number in saved["how"]], dtype=object)
            found = Match(saved["people"], saved["items"], how, saved["likeness"])
            _require_fit(found.people, target.n_users, source["users"])
            _require_fit(found.items, target.n_items, source["items"])
            if not len(how) == len(found.likeness) == target.n_items:
                raise ValueError("it is of another data set")
            return Kinship.from_json(json.loads(str(saved["kinship"]))), found
    except FileNotFoundError:
        return None
    except damage:
        log.warning("What is kept in %s cannot be read and is made anew", path.name, exc_info=True)
        with suppress(OSError):
            path.unlink()
        return None


def keep_kinship(workspace: Workspace, source: Json, target: Dataset, measured: Kinship, found: Match) -> None:
    """Keep what two data sets have in common, beside and renamed.

    Where the disk is full or cannot be written to, it is not kept, which the log says.
    """
    path = _path(workspace, source, target)
    beside = path.with_name(f"{uuid.uuid4().hex}.unfinished")
    how = np.array([WAYS.index(How(one)) for one in found.how], dtype=np.uint8)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            np.savez_compressed(
                file,
                people=found.people,
                items=found.items,
                how=how,
                likeness=found.likeness,
                kinship=np.array(json.dumps(measured.as_json())),
            )
        beside.replace(path)
    except OSError:
        log.warning("What %s has in common with others is not kept", target.name, exc_info=True)
    finally:
        with suppress(OSError):
            beside.unlink()


def _path(workspace: Workspace, source: Json, target: Dataset) -> Path:
    """A file of our own words and numbers."""
    name = f"{VERSION}-{source['fingerprint'][:24]}-{target.fingerprint[:24]}.npz"
    return workspace.content_cache / FOLDER / name


def _require_fit(positions: Int64, n: int, n_source: int) -> None:
    if positions.dtype != np.int64 or positions.shape != (n,) or not ((positions >= -1) & (positions < n_source)).all():
        raise ValueError("its positions are of other data sets")
