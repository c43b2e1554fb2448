"""Where a table comes from, as plain data: kept in the recipe of a data set, so that next month's can be fetched."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from recsys_core.data.findings import quote
from recsys_core.errors import DataError

MOST_BYTES = 2 << 30  # of a download, and of the text that a query gives
LONGEST_URL = 2_000
LONGEST_QUERY = 20_000


_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9.])?|[0-9a-f:.]*:[0-9a-f:.]*", re.IGNORECASE)
_CONNECTION = re.compile(r"[A-Za-z0-9_-]{1,60}")


class _Plain(BaseModel):
    # Pydantic's messages quote the input, which may hold a password.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ServerFile(_Plain):
    """A file, or a folder with one table, below the folder that the server offers (see ``server.py``)."""

    kind: Literal["server"] = "server"
    path: str

    @field_validator("path")
    @classmethod
    def _stays_below(cls, path: str) -> str:
        return check_relative(path)

    def describe(self) -> str:
        return f"{quote(self.path, 80)} on the server's disk."


class WebFile(_Plain):
    """A file at an http or https address.

    The address is kept whole. What stands behind its ``?`` may be a key, so messages and ``describe`` leave it out.
    """

    kind: Literal["web"] = "web"
    url: str

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        url = url.strip()
        split_address(url)
        return url

    def describe(self) -> str:
        return f"{shown_address(self.url)} on the web."


class SqlQuery(_Plain):
    """One query on a database that the server's secrets name (see ``sql.py``)."""

    kind: Literal["sql"] = "sql"
    connection: str
    query: str

    @field_validator("connection")
    @classmethod
    def _is_a_name(cls, connection: str) -> str:
        # An address pasted here would hold a password, so it is not shown.
        if not _CONNECTION.fullmatch(connection):
            raise DataError(
                "A connection is called by 1 to 60 letters, digits, - and _; this name has other characters.",
                "Name a connection of .streamlit/secrets.toml; the database's address stays there.",
                "bad-connection-name",
            )
        return connection

    @field_validator("query")
    @classmethod
    def _is_short(cls, query: str) -> str:
        if not query.strip() or len(query) > LONGEST_QUERY or "\0" in query:
            raise DataError(
                f"A query has 1 to {LONGEST_QUERY:,} characters and no NUL; this one has {len(query):,}.",
                "Write one query, such as: SELECT user_id, item_id, rating, created_at FROM ratings",
                "bad-query",
            )
        return query

    def describe(self) -> str:
        return f"A query on the database {quote(self.connection)}."


class Upload(_Plain):
    """A file that somebody sent once; only its name is known, and that is never used as a path."""

    kind: Literal["upload"] = "upload"
    file: str

    def describe(self) -> str:
        return f"{quote(self.file, 80)}, uploaded; it cannot be fetched again."


Source = ServerFile | WebFile | SqlQuery | Upload
_SOURCES: TypeAdapter[Source] = TypeAdapter(Annotated[Source, Field(discriminator="kind")])


def parse_source(plain: Mapping[str, Any]) -> Source:
    """The source that ``model_dump`` wrote, or that somebody filled in.

    Raises:
        DataError: a field is missing, unknown, or of the wrong type, or its value cannot be used.
    """
    try:
        return _SOURCES.validate_python(dict(plain))
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise DataError(
            f"This is not a source of data: {quote(where)}: {fault['msg']}.",
            'Give "kind" (server, web, sql, upload) and what belongs to it: path, url, connection and query, or file.',
            "bad-source",
        ) from None


def check_relative(path: str) -> str:
    """A path that does not lead upwards or elsewhere; "" and "." are the offered folder itself.

    Raises:
        DataError: it is absolute, goes up, names hidden files, or has characters that no file of ours has.
    """
    if not path.isprintable() or len(path) > 1_000 or path.startswith("/"):
        what = "is not a path below the folder that the server offers"
    elif any(part.startswith(".") for part in Path(path).parts):
        what = "leads out of the folder that the server offers, or to a hidden file"
    else:
        return path
    raise DataError(f"{quote(path)} {what}.", "Choose a file from the list of that folder.", "path-not-allowed")


def split_address(url: str) -> SplitResult:
    """The parts of an http or https address with a host.

    Raises:
        DataError: it is something else, or it holds a user name or password. The message never shows the address.
    """
    wanted = "Give an address such as https://example.org/ratings.csv"
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        raise DataError(
            f"A web address has up to {LONGEST_URL:,} characters, no blanks and nothing invisible.", wanted, "bad-url"
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise DataError("This is not a web address: its host or port cannot be read.", wanted, "bad-url") from None
    if parts.scheme not in ("http", "https"):
        raise DataError("Only addresses that begin with http:// or https:// can be fetched.", wanted, "bad-url")
    if "@" in parts.netloc:
        raise DataError(
            "This address holds a user name or a password, which would be stored with the data set.",
            "Give an address that needs none, or download the file and upload it.",
            "credentials-in-url",
        )
    if not _HOST.fullmatch(_ascii(host)) or port == 0:
        raise DataError("This is not a web address: it names no host that can be looked up.", wanted, "bad-url")
    return parts


def ascii_host(parts: SplitResult) -> str:
    """The host as it is looked up and written into the request."""
    return _ascii(parts.hostname or "")


def shown_address(url: str) -> str:
    """An address for people: without what may be a key."""
    parts = split_address(url)
    return quote(f"{parts.scheme}://{parts.netloc}{parts.path}", 120)


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
