"""Maps of finished runs, kept so that none is drawn twice."""

import logging
import uuid
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from recsys_core.embeddings.honesty import Honesty
from recsys_core.embeddings.maps import Map, draw_map, space_to_map
from recsys_core.embeddings.space import Whose
from recsys_core.runs.store import Workspace

log = logging.getLogger(__name__)

FOLDER = "maps"


class MapSpec(BaseModel):
    """A map as plain data.

    Attributes:
        run: whose model is mapped.
        method: key of a projection.
        seed: of the drawing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    whose: Whose = "items"
    method: str = "pca"
    dimensions: Literal[2, 3] = 2
    seed: int = Field(0, ge=0, lt=2**32)

    @property
    def name(self) -> str:
        """Of its file: of our own words and numbers."""
        return f"{self.run}-{self.whose}-{self.method}-{self.dimensions}-{self.seed}.npz"


def map_of(workspace: Workspace, spec: MapSpec) -> Map:
    """A map from the cache; else drawn and kept.

    Raises:
        StudioError: there is no such run, it has no vectors, or it cannot be drawn so.
    """
    found = find_map(workspace, spec)
    if found is None:
        space = space_to_map(workspace.load_model(spec.run), spec.whose)
        found = draw_map(space, spec.method, spec.dimensions, spec.seed)
        keep_map(workspace, spec, found)
    return found


def find_map(workspace: Workspace, spec: MapSpec) -> Map | None:
    """A map from the cache; None where there is none. One that cannot be read is removed.

    Raises:
        StoreError: there is no such run.
    """
    workspace.find_run(spec.run)
    path = _folder(workspace) / spec.name
    damage = (OSError, EOFError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            places, figures = saved["places"], saved["honesty"]
            if places.ndim != 2 or places.shape[1] != spec.dimensions or places.dtype != np.float32:
                raise ValueError("it is no such map")
            trustworthiness, continuity, overlap, k, points = figures
            known = Honesty(float(trustworthiness), float(continuity), float(overlap), int(k), int(points))
            return Map(places, known if known.points else None)
    except FileNotFoundError:
        return None
    except damage:
        log.warning("The map %s cannot be read and is drawn anew", path.name, exc_info=True)
        with suppress(OSError):
            path.unlink()
        return None


def keep_map(workspace: Workspace, spec: MapSpec, drawn: Map) -> None:
    """Keep a map, beside and renamed, and remove those of runs that are gone.

    Where the disk is full or cannot be written to, it is not kept, which the log says.
    """
    folder = _folder(workspace)
    beside = folder / f"{uuid.uuid4().hex}.unfinished"
    known = drawn.honesty or Honesty(0, 0, 0, 0, 0)
    figures = [known.trustworthiness, known.continuity, known.overlap, known.k, known.points]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _forget_deleted(workspace, folder)
        with beside.open("wb") as file:
            np.savez(file, places=drawn.places, honesty=np.array(figures, dtype=np.float64))
        beside.replace(folder / spec.name)
    except OSError:
        log.warning("The map %s is not kept", spec.name, exc_info=True)
    finally:
        with suppress(OSError):
            beside.unlink()


def _forget_deleted(workspace: Workspace, folder: Path) -> None:
    runs = tuple(f"{run.id}-" for run in workspace.runs())
    for path in folder.glob("*.npz"):
        if not path.name.startswith(runs):
            path.unlink(missing_ok=True)


def _folder(workspace: Workspace) -> Path:
    return workspace.content_cache / FOLDER
