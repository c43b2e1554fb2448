"""Pictures of items, by file name, by id or by address, each drawn anew: no byte from outside is passed on."""

import hashlib
import io
import os
import re
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from recsys_core.data.findings import MOST_EXAMPLES, Finding, Level, counted, quote
from recsys_core.data.picture_names import picture_name
from recsys_core.data.side.picture_files import LARGEST_PICTURE, Shelf, is_plain, open_shelf
from recsys_core.errors import DataError, StudioError
from recsys_core.types import Strings

if TYPE_CHECKING:
    from PIL import Image

LONGEST_SIDE = 400  # pixels
MOST_PIXELS = 40_000_000
MOST_BYTES = 4_000_000_000  # of all pictures of a data set together, before they are shrunk
MOST_FETCHED = 5_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
Fetch = Callable[[str, Path], None]  # writes what an address holds to a file; DataError or OSError where it cannot
_FETCHERS = 8
_ADDRESS = re.compile(r"[\s\['\"]*(https?://[^\s'\"\]]{1,2000})")


@dataclass(frozen=True)
class Pictures:
    """Pictures in a folder.

    Attributes:
        names: Object[n], the file of each item, "" where there is none.
        findings: what was not found, refused or broken.
    """

    names: Strings
    findings: list[Finding]


@dataclass(frozen=True)
class PictureSource:
    """Where the pictures of items come from.

    Attributes:
        folder: where they lie in the end.
        find: the pictures of items, given their ids and what the item file says about each.
    """

    folder: Path
    find: Callable[[Strings, Strings], Pictures]

    @classmethod
    def files(cls, source: Path, into: Path) -> "PictureSource":
        """A folder or a zip."""
        return cls(into, lambda keys, references: pictures_from_files(keys, references, source, into))

    @classmethod
    def addresses(cls, fetch: Fetch, cache: Path, into: Path) -> "PictureSource":
        """The addresses that the item file gives."""
        return cls(into, lambda keys, references: pictures_from_addresses(keys, references, fetch, cache, into))

    @classmethod
    def in_place(cls, folder: Path) -> "PictureSource":
        """Pictures of our own, as they lie."""
        return cls(folder, lambda _, references: pictures_in_place(references, folder))


def pictures_from_files(keys: Strings, references: Strings, source: Path, into: Path) -> Pictures:
    """Pictures from a folder or a zip, by the name that the item file gives, or else by id (``posters/<id>.jpg``).

    Args:
        keys: Object[n], the ids of the items.
        references: Object[n], what the item file says about their pictures, "" where it says nothing.
        source: the folder or zip.
        into: the folder for the pictures as we draw them, under names of our own.

    Raises:
        DataError: the source cannot be read.
    """
    with open_shelf(source) as shelf:
        members = _members_of(keys, references, shelf)
        wanted, beyond = _within_limit(dict.fromkeys(name for name in members if name), shelf)
        drawn = _draw(wanted, shelf.read, into)
        names = np.array([drawn.names.get(name, "") for name in members], dtype=object)
        lost = [
            text
            for text, name in zip(references, members, strict=True)
            if text and not name and not _ADDRESS.match(text)
        ]
        used = set(members)
        spare = [name for name in shelf.sizes if name not in used]
        findings = [
            *_note("warning", "pictures-refused", "picture", shelf.refused, "refused"),
            *_note("warning", "picture-not-found", "picture", lost, f"not found in {source.name}"),
            *_note("warning", "pictures-broken", "picture", drawn.broken, "left out"),
            *_note("warning", "pictures-too-large", "picture", beyond, f"left out: over {MOST_BYTES:,} bytes in all"),
            *_note("note", "pictures-without-item", "picture", spare, "of no item"),
            *_note("note", "item-without-picture", "item", keys[names == ""], "without a picture"),
        ]
    return Pictures(names, findings)


def pictures_from_addresses(
    keys: Strings,
    references: Strings,
    fetch: Fetch,
    cache: Path,
    into: Path,
    most: int = MOST_FETCHED,
) -> Pictures:
    """Pictures from the addresses that the item file gives; the first one where a cell holds a list.

    What was fetched once is not fetched again.

    Args:
        cache: the folder for what was fetched, under names of our own.
        into: the folder for the pictures as we draw them, under names of our own.
        most: how many addresses to fetch at most.
    """
    matches = [_ADDRESS.match(text) for text in references]
    addresses = [match[1] if match else "" for match in matches]
    cache.mkdir(parents=True, exist_ok=True)
    files = {
        address: cache / hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest() for address in addresses
    }
    missing = [address for address, file in files.items() if address and not file.exists()]
    failed = _fetch(missing[:most], files, fetch)
    held = [address for address, file in files.items() if address and file.exists()]
    drawn = _draw(held, lambda address: files[address].read_bytes(), into)
    names = np.array([drawn.names.get(address, "") for address in addresses], dtype=object)
    findings = [
        *_note("warning", "pictures-not-fetched", "picture", failed, "could not be fetched"),
        *_note("note", "pictures-beyond-limit", "picture", missing[most:], f"not fetched: {most:,} at a time"),
        *_note("warning", "pictures-broken", "picture", drawn.broken, "left out"),
        *_note("note", "item-without-picture", "item", keys[names == ""], "without a picture"),
    ]
    return Pictures(names, findings)


def pictures_in_place(references: Strings, folder: Path) -> Pictures:
    """Pictures of our own, used as they lie in their folder under the names that the item file gives."""
    root = folder.resolve()
    names = np.array([name if is_plain(name) and _lies_in(root, name) else "" for name in references], dtype=object)
    lost = references[(references != "") & (names == "")]
    return Pictures(names, _note("warning", "picture-not-found", "picture", lost, "not found in the picture folder"))


def redraw(content: bytes) -> tuple[bytes, str]:
    """A picture drawn anew with at most 400 pixels a side, upright, without metadata; of a moving one, the first frame.

    Every picture is drawn anew, small sound ones too: it takes about a millisecond and is the one way to be sure that
    nothing else rides along (places, comments, scripts behind the end of the picture).

    Returns:
        The content, and its suffix: JPEG, or WebP where parts are transparent.

    Raises:
        DataError: it is no picture in a format of ``FORMATS``, is broken, or has more than 40 million pixels.
    """
    picture = upright(content, LONGEST_SIDE)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clear, result = picture.mode == "RGBA", io.BytesIO()
    picture.save(result, "WEBP" if clear else "JPEG", quality=90)
    return result.getvalue(), ".webp" if clear else ".jpg"


def upright(content: bytes, side: int) -> "Image.Image":
    """A picture unpacked, as it is meant to be looked at, in RGB, or RGBA where parts are transparent.

    Of a moving one, the first frame. Where its format allows to unpack it smaller, it has at least ``side`` pixels a
    side left; nothing but pixels is left of the rest.

    Raises:
        DataError: as :func:`redraw`.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise DataError(f"has {image.width} × {image.height} pixels", "Shrink it.", "picture-too-large")
            image.draft("RGB", (side, side))
            turned = ImageOps.exif_transpose(image)
            if turned.mode.startswith("I"):  # shades of 16 bits, of which all but the darkest would turn white
                turned = Image.fromarray((np.asarray(turned) >> 8).astype(np.uint8))
            plain = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    except DataError:
        raise
    except Exception as error:  # broken pictures make the decoders fail in any way
        raise DataError("is no picture that can be read", "Save it as JPEG or PNG.", "not-a-picture") from error
    plain.info.clear()
    return plain


@dataclass(frozen=True)
class _Drawn:
    """The files that were drawn, by what they were called, and what was wrong with the others."""

    names: dict[str, str]
    broken: dict[str, str]


def _draw(wanted: Iterable[str], read: Callable[[str], bytes], into: Path) -> _Drawn:
    """Draw pictures anew, several at once; equal ones are kept once."""
    into.mkdir(parents=True, exist_ok=True)

    def draw(name: str) -> tuple[str, str, str]:
        try:
            content, suffix = redraw(read(name))
        except DataError as error:
            return name, "", error.message
        except (
            OSError,
            zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,
            EOFError,
            ValueError,
            zlib.error,
        ) as error:
            return name, "", f"cannot be read ({error})"
        file = picture_name(content, suffix)
        (into / file).write_bytes(content)
        return name, file, ""

    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        results = list(pool.map(draw, wanted))
    return _Drawn(
        {name: file for name, file, why in results if not why}, {name: why for name, _, why in results if why}
    )


def _members_of(keys: Strings, references: Strings, shelf: Shelf) -> list[str]:
    """The picture of each item on the shelf, "" where there is none."""
    by_base: dict[str, str] = {}
    by_stem: dict[str, str] = {}
    for name in shelf.sizes:
        by_base.setdefault(PurePosixPath(name).name.casefold(), name)
        by_stem.setdefault(PurePosixPath(name).stem.casefold(), name)

    def find(key: str, reference: str) -> str:
        if reference in shelf.sizes:
            return reference
        base = re.split(r"[/\\]", reference)[-1].casefold()
        return by_base.get(base) or by_stem.get(key.casefold(), "")

    return [find(key, reference) for key, reference in zip(keys, references, strict=True)]


def _within_limit(names: Iterable[str], shelf: Shelf) -> tuple[list[str], list[str]]:
    taken: list[str] = []
    beyond: list[str] = []
    size = 0
    for name in names:
        size += shelf.sizes[name]
        (taken if size <= MOST_BYTES else beyond).append(name)
    return taken, beyond


def _fetch(addresses: list[str], files: dict[str, Path], fetch: Fetch) -> dict[str, str]:
    """Fetch into the cache, several at once; what went wrong, by address."""

    def get(address: str) -> str:
        file = files[address]
        part = file.with_name(f"{file.name}.{uuid.uuid4().hex[:8]}.part")
        try:
            fetch(address, part)
            if part.stat().st_size > LARGEST_PICTURE:
                return f"has more than {LARGEST_PICTURE // 1_000_000} MB"
            part.replace(file)
        except StudioError as error:
            return error.message
        except OSError as error:
            return str(error)
        finally:
            part.unlink(missing_ok=True)
        return ""

    with ThreadPoolExecutor(max_workers=_FETCHERS) as pool:
        results = zip(addresses, pool.map(get, addresses), strict=True)
        return {address: why for address, why in results if why}


def _note(level: Level, code: str, noun: str, found: Iterable[str], what: str) -> list[Finding]:
    """One finding about these names; with the reason of the first where they have reasons."""
    names = list(found)
    if not names:
        return []
    why = f" ({found[names[0]]})" if isinstance(found, dict) else ""
    message = f"{counted(len(names), noun)} {what}, such as {quote(str(names[0]))}{why}."
    examples = tuple(quote(str(name)) for name in names[:MOST_EXAMPLES])
    return [Finding(level, code, message, len(names), examples)]


def _lies_in(root: Path, name: str) -> bool:
    try:
        target = (root / name).resolve()
        return target.is_relative_to(root) and target.is_file()
    except OSError:
        return False
