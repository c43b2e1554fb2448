"""A run as one file that another installation opens.

The file is a zip of the run's folder, not packed any further, since nearly all of it is packed already, with a list of
its files, their sizes and checksums. What comes in is taken for hostile until it has been looked at: only names that a
run has, no bytes but those that the file itself holds, no code, no path, and nothing that cannot be opened.
"""

import hashlib
import json
import logging
import re
import shutil
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from recsys_core import __version__
from recsys_core.data.findings import listing
from recsys_core.data.picture_names import tells_content
from recsys_core.errors import StoreError, StudioError
from recsys_core.runs.cards import RunCard
from recsys_core.runs.dataset_files import CARD
from recsys_core.runs.run_files import read_apart, read_history, read_lists, read_per_user, read_run
from recsys_core.runs.store import Workspace
from recsys_core.types import Json

log = logging.getLogger(__name__)

LIST, FORMAT = "foretaste-run.json", 1
RUN_ID = r"[a-z0-9_]{1,40}-[0-9a-f]{8}"
MOST_JSON, MOST_ARRAYS = 32 << 20, 8 << 30  # bytes of a text, and of what an archive of arrays becomes in memory
_FILES = re.compile(
    r"(card|history|model/model|dataset/dataset)\.json|roles\.npy|(per_user|apart|lists)\.npz"
    r"|(weights|model/model)\.safetensors|dataset/(interactions|items|unrated|users)\.parquet"
)


@dataclass(frozen=True)
class Opened:
    """A run that was brought in; ``is_new`` unless it was here already, with the same content."""

    run: RunCard
    is_new: bool


class _Member(BaseModel):
    bytes: int
    sha256: str


class _List(BaseModel):
    """What a zip says that it holds."""

    format: int
    foretaste: str
    run: Annotated[str, Field(pattern=f"^{RUN_ID}$")]
    files: dict[str, _Member]


class _Figure(BaseModel):
    value: FiniteFloat
    low: FiniteFloat | None
    high: FiniteFloat | None


class _Card(BaseModel):
    """What lists and tables read of a run, as far as its model, data and split do not say the same."""

    model_config = ConfigDict(extra="allow")
    id: str
    model: str
    title: str
    dataset: Annotated[str, Field(pattern="^[0-9a-f]{12}$")]
    dataset_name: str
    spec: Json
    ending: str
    created: FiniteFloat
    seconds: FiniteFloat
    scoring_ms: FiniteFloat
    memory: int | None
    epochs: int | None
    best_epoch: int | None
    bytes: int
    model_bytes: int
    users: int
    cold_users: int
    metrics: dict[str, _Figure]
    passport: Json


def export_run(workspace: Workspace, identifier: str, target: IO[bytes]) -> None:
    """Write a run as a zip file: model, data, split, figures and curves, all but pictures of items.

    Raises:
        StoreError: there is no such run.
    """
    folder = workspace.run_folder(workspace.find_run(identifier).id)
    files = _files(folder)
    about = {"format": FORMAT, "foretaste": __version__, "run": identifier, "files": files}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(LIST, json.dumps(about, indent=2))
        for name in files:
            archive.write(folder / name, name)


def import_run(workspace: Workspace, source: Path | IO[bytes]) -> Opened:
    """Take in what :func:`export_run` wrote, under the id that it has.

    Raises:
        StoreError: it is no such file, damaged, from a newer version, not to be trusted, or there is another run of
            that id.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            listed = _read_list(archive)
            if listed.run in {run.id for run in workspace.runs()}:
                if _files(workspace.run_folder(listed.run)) != listed.model_dump()["files"]:
                    raise StoreError(
                        f"There is a run {listed.run} here already, and its content is another one.",
                        "Delete the one that is here first, if you are sure.",
                        "other-run",
                    )
                return Opened(workspace.find_run(listed.run), is_new=False)
            return Opened(workspace.adopt_run(listed.run, lambda folder: _unpack(archive, listed, folder)), is_new=True)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise _unusable("it is no zip file, or damaged") from error


def _files(folder: Path) -> Json:
    """Name → size and checksum of all files of a run."""
    found: Json = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found[path.relative_to(folder).as_posix()] = {"bytes": path.stat().st_size, "sha256": digest}
    return found


def _read_list(archive: zipfile.ZipFile) -> _List:
    """The list of files, once the zip holds these files of a run and nothing else."""
    members = archive.infolist()
    names = [member.filename for member in members]
    if LIST not in names:
        raise _unusable(f"it has no {LIST}, so it is no exported run, or a part of one")
    if any(one.compress_type != zipfile.ZIP_STORED or one.flag_bits & 1 for one in members):
        raise _unusable("it was packed anew, and not by an export")
    if sum(member.file_size for member in members) > _size(archive):
        raise _unusable("it claims to hold more bytes than it has")
    if archive.getinfo(LIST).file_size > MOST_JSON:
        raise _unusable(f"its {LIST} is too large")
    about = _from_json(archive.read(LIST), LIST)
    if isinstance(about.get("format"), int) and about["format"] > FORMAT:
        raise StoreError(
            f"The file was written by a newer Foretaste ({about.get('foretaste')}); this is {__version__}.",
            "Bring this installation up to date, then open the file.",
            "newer-run",
        )
    try:
        listed = _List.model_validate(about)
    except ValidationError as error:
        raise _unusable(f"its {LIST} is none of ours") from error
    odd = [
        one.filename
        for one in members
        if one.filename != LIST and (not _FILES.fullmatch(one.filename) or stat.S_ISLNK(one.external_attr >> 16))
    ]
    if odd:
        raise _unusable(f"it holds what no run has: {listing(odd, 3)}")
    if sorted(names) != sorted([LIST, *listed.files]):
        raise _unusable("it does not hold the files that it lists")
    return listed


def _size(archive: zipfile.ZipFile) -> int:
    """Of the file itself, in bytes."""
    assert archive.fp is not None
    return archive.fp.seek(0, 2)


def _unpack(archive: zipfile.ZipFile, listed: _List, folder: Path) -> None:
    """Fill the folder of the run, and look at all that it holds before anybody else does."""
    for part in ("model", "dataset"):
        (folder / part).mkdir()
    for name in listed.files:
        with archive.open(name) as source, (folder / name).open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    if _files(folder) != listed.model_dump()["files"]:
        raise _unusable("its content is not what its checksums say")
    try:
        _look_at(folder, listed)
    except StudioError as error:
        raise _unusable(error.message.rstrip(".").replace(folder.name, listed.run)) from error
    except OSError:  # the disk
        raise
    except Exception as error:  # whatever readers of arrays, tables and text make of what was never written by us
        log.info("A run from outside cannot be opened", exc_info=True)
        raise _unusable("what it holds cannot be read") from error


def _look_at(folder: Path, listed: _List) -> None:
    """Open everything once; a run that opens here opens on every page."""
    for path in folder.rglob("*.json"):
        if path.stat().st_size > MOST_JSON:
            raise _unusable(f"its {path.name} is too large")
    for path in folder.glob("*.npz"):
        with zipfile.ZipFile(path) as arrays:
            if sum(member.file_size for member in arrays.infolist()) > MOST_ARRAYS:
                raise _unusable(f"its {path.name} is too large")
    card = _Card.model_validate(_from_json((folder / CARD).read_bytes(), CARD))
    run = read_run(folder, None)
    dataset, passport = run.split.dataset, card.passport
    told = (card.id, card.model, passport["dataset"]["fingerprint"], passport["split"]["fingerprint"])
    if told != (listed.run, run.model.info.key, dataset.fingerprint, run.split.fingerprint):
        raise _unusable("its card is of another run")
    if (run.model.n_users, run.model.n_items) != (dataset.n_users, dataset.n_items):
        raise _unusable("its model is of other data")
    pictures = {*dataset.item_table["image"], *dataset.unrated_items["image"]} - {""}
    if odd := [name for name in pictures if not tells_content(name)]:
        raise _unusable(f"it names pictures otherwise than we do: {listing(odd, 3)}")
    read_history(folder)
    for read in (read_per_user, read_lists, read_apart):
        read(folder)


def _from_json(content: bytes, name: str) -> Json:
    try:
        about = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _unusable(f"its {name} cannot be read") from error
    if not isinstance(about, dict):
        raise _unusable(f"its {name} cannot be read")
    return about


def _unusable(why: str) -> StoreError:
    return StoreError(
        f"This file cannot be opened as a run: {why}.",
        "Export the run once more, and take the file as it was written.",
        "bad-run-file",
    )
