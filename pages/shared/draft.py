"""A file on its way in: where it lies, what was decided about it, and what the checks said. One for each visitor."""

import hashlib
import re
import shutil
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shared import choose
from recsys_core.data.importing import Imported, Preview, assemble, check_name, preview, read_ratings
from recsys_core.data.progress import Progress, part_of, silent
from recsys_core.data.reading.any_table import parts, read_table
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.recipe import UNDECIDED, Recipe
from recsys_core.data.side.columns import guess_item_columns
from recsys_core.data.side.picture_files import LARGEST_PICTURE
from recsys_core.data.side.pictures import PictureSource
from recsys_core.data.sources import Source, Upload, fetch
from recsys_core.data.sources.web import Network, download
from recsys_core.errors import StudioError
from recsys_core.types import Json

DRAFT = "draft"
TABLES = ("items", "people")  # side files that are tables; the third, "images", is a zip or a folder
LONGEST_STEM = 80

Key = tuple[Any, ...]
Result = TypeVar("Result")


@dataclass
class Latest(Generic[Result]):
    """The last answer to a question that is slow to answer, errors for people included."""

    key: Key | None = None
    answer: Result | StudioError | None = None

    def get(self, key: Key, work: Callable[[], Result]) -> Result:
        if key != self.key:
            self.key = self.answer = None  # the old answer may be large
            try:
                self.answer = work()
            except StudioError as error:
                self.answer = error
            self.key = key
        if isinstance(self.answer, StudioError):
            raise self.answer
        assert self.answer is not None
        return self.answer


@dataclass(frozen=True)
class Change:
    """A remedy that was applied.

    Attributes:
        label: what its button said.
        fields: of the recipe that it set.
        before: those of them that were set before, and their values.
    """

    label: str
    fields: tuple[str, ...]
    before: Json


@dataclass(frozen=True)
class SideFile:
    """What is known besides the ratings: a table of items or people, or their pictures."""

    name: str
    path: Path


@dataclass
class Draft:
    """A ratings file and what was decided about it.

    Attributes:
        source: where it is from.
        name: what the file is called, for people.
        title: what the data set would be called.
        folder: of ours alone, removed with the draft.
        file: where the table lies: in the folder, or on the server's disk.
        recipe: what was decided; the rest is guessed.
        changes: the remedies that were applied, the latest last.
        sides: "items", "people" and "images", as far as given.
        bytes: of the file.
        remove: removes the folder; called when the draft is dropped, or else when the visitor's session is forgotten.
        fetch_pictures: whether to fetch pictures from the addresses in the item file.
    """

    source: Source
    name: str
    title: str
    folder: Path
    file: Path
    recipe: Recipe = UNDECIDED
    changes: list[Change] = field(default_factory=list)
    sides: dict[str, SideFile] = field(default_factory=dict)
    fetch_pictures: bool = False
    _parts: Latest[list[str]] = field(default_factory=Latest)
    _preview: Latest[Preview] = field(default_factory=Latest)
    _table: Latest[RawTable] = field(default_factory=Latest)
    _side_tables: dict[str, Latest[RawTable]] = field(default_factory=dict)
    _outcome: Latest[Imported] = field(default_factory=Latest)
    _alone: Latest[Imported] = field(default_factory=Latest)

    def __post_init__(self) -> None:
        self.bytes = self.file.stat().st_size
        self.remove = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def decide(self, changes: dict[str, Any], leave_open: tuple[str, ...] = ()) -> None:
        """Set fields of the recipe.

        Args:
            leave_open: fields that are to be guessed again.
        """
        kept = {name: value for name, value in self._decided().items() if name not in leave_open}
        self.recipe = Recipe.parse(kept | changes)

    def apply(self, label: str, changes: dict[str, Any]) -> None:
        """Set fields of the recipe as a remedy that can be taken back."""
        decided = self._decided()
        self.decide(changes)
        before = {name: decided[name] for name in changes if name in decided}
        self.changes.append(Change(label, tuple(changes), before))

    def undo(self, change: Change) -> None:
        """Take a remedy back."""
        self.decide(change.before, leave_open=change.fields)
        self.changes.remove(change)

    def _decided(self) -> Json:
        return self.recipe.model_dump(exclude_unset=True)

    def preview(self) -> Preview:
        """The first rows as they would be read.

        Raises:
            DataError: the file is not a table that can be read.
        """
        recipe = self.recipe
        key = (*self._reading(), tuple(recipe.chosen_columns().items()))
        return self._preview.get(key, lambda: preview(self.file, recipe))

    def parts(self) -> list[str]:
        """The parts of the file to choose from; none where it is one table, or cannot be opened."""
        try:
            return self._parts.get((), lambda: parts(self.file))
        except StudioError:
            return []

    def table(self, progress: Progress = silent) -> RawTable:
        """All rows as text, read once.

        Raises:
            DataError: the file is not a table that can be read.
        """
        return self._table.get(self._reading(), lambda: read_ratings(self.file, self.recipe, progress))

    def outcome(self, progress: Progress) -> Imported:
        """What an import would make, side tables included but without pictures, which are drawn at the end.

        Raises:
            DataError: one of the files cannot be used as it is.
        """
        key = (self._decided(), dict(self.sides))  # two recipes are equal though one sets what the other leaves open
        return self._outcome.get(key, lambda: self._assembled(progress))

    def outcome_without_sides(self) -> Imported:
        """The same from the ratings alone."""
        return self._alone.get((self._decided(),), lambda: assemble(self.table(), self.title, self.recipe))

    def imported(self, name: str, progress: Progress) -> tuple[Imported, Json]:
        """What is to be kept under a name, pictures drawn, and what is to be noted down about it.

        Raises:
            DataError: the name is none, or a file cannot be used.
        """
        name, pictures = check_name(name), self._picture_source(progress)
        made = self.outcome(progress) if pictures is None else self._assembled(progress, pictures)
        about: Json = {"file": self.name, "source": self.source.model_dump(mode="json")}
        with self.file.open("rb") as file:
            about["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
        return replace(made, dataset=replace(made.dataset, name=name, origin=self.origin())), about

    def has_picture_addresses(self) -> bool:
        """Whether the item file says where on the web the pictures lie."""
        if "items" not in self.sides:
            return False
        try:
            table = self.side_table("items")
            column = guess_item_columns(table, roles=self.recipe.item_columns).image
        except StudioError:
            return False
        return column is not None and bool(table.head(100)[column].str.contains("https?://", regex=True).any())

    def _picture_source(self, progress: Progress) -> PictureSource | None:
        into = Path(tempfile.mkdtemp(dir=self.folder))
        if "images" in self.sides:
            progress(0.6, "Drawing the pictures")
            return PictureSource.files(self.sides["images"].path, into)
        if self.fetch_pictures and self.has_picture_addresses():
            progress(0.6, "Fetching the pictures")
            return PictureSource.addresses(_fetch_picture, self.folder / "fetched", into)
        return None

    def origin(self) -> str:
        """One sentence about where the data come from."""
        return f"Uploaded from the file {self.name}." if isinstance(self.source, Upload) else self.source.describe()

    def _assembled(self, progress: Progress, pictures: PictureSource | None = None) -> Imported:
        table = self.table(part_of(progress, 0.0, 0.6))
        items, people = (self.side_table(role) if role in self.sides else None for role in TABLES)
        rest = part_of(progress, 0.6, 1.0)
        return assemble(table, self.title, self.recipe, items, people, pictures, progress=rest)

    def side_table(self, role: str) -> RawTable:
        """A table of "items" or "people" as text, read once.

        Raises:
            DataError: the file is not a table that can be read.
        """
        path = self.sides[role].path
        return self._side_tables.setdefault(role, Latest()).get((path,), lambda: read_table(path))

    def _reading(self) -> Key:
        return self.recipe.part, self.recipe.dialect, self.recipe.wide


def current() -> Draft | None:
    """This visitor's draft."""
    draft: Draft | None = st.session_state.get(DRAFT)
    return draft


def drop() -> None:
    """Forget this visitor's draft, and remove its folder."""
    forgotten: Draft | None = st.session_state.pop(DRAFT, None)
    if forgotten is not None:
        forgotten.remove()


def begin_upload(upload: Any) -> Draft:
    """A draft of an uploaded file, which takes the place of any other."""
    folder = new_folder()
    file = keep_upload(upload, folder)
    return _begin(Draft(Upload(file=upload.name), upload.name, _title(upload.name), folder, file))


def begin_source(source: Source, progress: Progress) -> Draft:
    """A draft of what a source holds now.

    Raises:
        DataError: the source is not there, or not allowed.
    """
    folder = new_folder()
    try:
        file = fetch(source, folder, progress)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _begin(Draft(source, file.name, _title(file.name), folder, file))


def _begin(draft: Draft) -> Draft:
    drop()
    st.query_params.pop(choose.DATASET, None)  # a data set in the address is asked for while a draft waits
    st.session_state[DRAFT] = draft
    return draft


def new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="foretaste-"))


def keep_upload(upload: Any, folder: Path) -> Path:
    """Copy an upload to disk, under its own name as far as that is harmless, and out of memory."""
    name = re.sub(r"[^\w.-]", "_", Path(upload.name).name)[-LONGEST_STEM:].lstrip(".") or "upload"
    path = Path(tempfile.mkdtemp(dir=folder)) / name
    with path.open("wb") as file:
        upload.seek(0)
        shutil.copyfileobj(upload, file)
    _forget(upload)
    return path


def _forget(upload: Any) -> None:
    # Streamlit holds an upload in memory for as long as the visitor stays, also when its widget is gone.
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, upload.file_id)


def _title(file: str) -> str:
    stem = Path(file).name.removesuffix(".gz")
    printable = "".join(character for character in Path(stem).stem if character.isprintable())
    return printable[:LONGEST_STEM].strip() or "My ratings"


def _fetch_picture(address: str, target: Path) -> None:
    """A picture from the web, through the same gate as any file."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        fetched = download(address, Path(folder), silent, Network(most_bytes=LARGEST_PICTURE, total_seconds=30))
        fetched.rename(target)
