"""A source -> one local file for the usual reader."""

import tempfile
from pathlib import Path

from recsys_core.data.findings import quote
from recsys_core.data.progress import Progress, silent
from recsys_core.data.side.picture_files import LARGEST_PICTURE
from recsys_core.data.sources.server import find_file
from recsys_core.data.sources.source import ServerFile, Source, SqlQuery, WebFile
from recsys_core.data.sources.sql import run_query
from recsys_core.data.sources.web import Network, download
from recsys_core.errors import DataError


def fetch(source: Source, folder: Path, progress: Progress | None = None) -> Path:
    """A file with the table: a new one in ``folder``, or the one on the server's disk, which is not copied.

    Args:
        folder: a temporary folder of the caller, who removes it.
        progress: told how far it is. What it raises ends the fetching; nothing half-written stays.

    Raises:
        DataError: the source is not there, not allowed, too large, or cannot be fetched again.
    """
    told = progress or (lambda share, words: None)
    match source:
        case ServerFile():
            return find_file(source)
        case WebFile():
            return download(source.url, folder, told, Network())
        case SqlQuery():
            return run_query(source, folder, told)
    raise DataError(
        f"{quote(source.file)} was uploaded by hand, so it cannot be fetched again.",
        "Upload the new file.",
        "upload-only",
    )


def fetch_picture(url: str, target: Path) -> None:
    """One picture from the web to a file.

    Raises:
        DataError: as for :func:`fetch`.
    """
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        download(url, Path(folder), silent, Network(most_bytes=LARGEST_PICTURE, total_seconds=60)).replace(target)
