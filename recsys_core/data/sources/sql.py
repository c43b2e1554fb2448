"""One query on a database that the operator named, streamed into a Parquet file of text.

Addresses and passwords stay in ``.streamlit/secrets.toml``::

    [connections.shop]
    url = "postgresql+psycopg://reader:password@db.example.org/shop"

A source names the connection only. No message quotes an address, and no error keeps the driver's behind it, which may.
PostgreSQL and SQLite are opened read-only, and others not at all. A user of the database who may only read is the
better half of that.
"""

import os
import re
import sqlite3
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from datetime import time as time_of_day
from decimal import Decimal
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as percent_encoded

from recsys_core.data.findings import counted, listing, quote
from recsys_core.data.progress import Progress
from recsys_core.data.sources.source import MOST_BYTES, SqlQuery
from recsys_core.errors import DataError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

SECRETS_VARIABLE = "FORETASTE_SECRETS"
MOST_ROWS = 100_000_000
MOST_SECONDS = 3_600.0
CONNECT_SECONDS = 10
BATCH = 20_000  # rows that are in memory at once
BATCH_CHARACTERS = 8_000_000  # of texts and bytes that are in memory at once, but for one row
FETCH = 500  # rows that PostgreSQL sends at once
LONGEST_CELL = 10_000_000  # bytes, in SQLite
FILE_NAME = "query.parquet"

_ASIDE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_ASKING = frozenset(("select", "with", "values", "table"))


def connections() -> list[str]:
    """The names of the databases that can be asked, in order.

    Raises:
        DataError: the file of secrets cannot be read.
    """
    return sorted(_addresses())


def run_query(
    source: SqlQuery,
    folder: Path,
    progress: Progress,
    most_rows: int = MOST_ROWS,
    most_bytes: int = MOST_BYTES,
    most_seconds: float = MOST_SECONDS,
) -> Path:
    """The rows of a query as a Parquet file, all columns text.

    Whole numbers, decimals and dates are written as the database has them (dates in ISO 8601), yes and no as 1 and 0,
    bytes in hexadecimal, lists and documents as JSON, NULL as nothing.

    Raises:
        DataError: the connection is not there or not reached, the query is not one that only reads, the database
            refuses it, or it gives no rows or too many.
    """
    from sqlalchemy import Engine, exc

    check_query(source.query)
    deadline = time.monotonic() + most_seconds
    engine: Engine = _engine(source.connection)
    path = folder / FILE_NAME
    try:
        with _connected(engine, source.connection) as connection:
            _read_only(connection, deadline)
            options: dict[str, Any] = {"no_parameters": True}
            if engine.dialect.name != "sqlite":  # which hands out row by row
                options["yield_per"] = FETCH  # with a cursor on the server
            with connection.exec_driver_sql(source.query, execution_options=options) as result:
                names = _column_names(list(result.keys()))
                rows = _write(path, names, _batches(result), progress, (most_rows, most_bytes, deadline))
    except exc.SQLAlchemyError as error:
        raise _refused(error, source.connection, engine.url) from None
    finally:
        engine.dispose()
    if not rows:
        path.unlink()
        raise DataError("The query gives no rows.", "Try the query without its conditions.", "no-rows")
    return path


def check_query(query: str) -> None:
    """Refuse what is not one question. The database has the last word on whether anything is written.

    Raises:
        DataError: several statements, or a statement that does not ask for rows.
    """
    words = _ASIDE.sub(" ", query).strip().rstrip("; \t\r\n")
    if ";" in words:
        raise DataError(
            "The query holds several statements; one is wanted.",
            "Keep the one that gives the rows.",
            "several-statements",
        )
    first = re.match(r"[\s(]*(\w*)", words)
    word = first.group(1) if first else ""
    if word.lower() not in _ASKING:
        raise DataError(
            f"The query begins with {quote(word)}, which does not ask for rows.",
            "Write one query that begins with SELECT or WITH.",
            "not-a-question",
        )


def _addresses() -> dict[str, str]:
    """Database addresses by the name of their connection. Never shown."""
    own = os.environ.get(SECRETS_VARIABLE)
    usual = [folder / ".streamlit" / "secrets.toml" for folder in (Path(__file__).resolve().parents[3], Path.home())]
    path = Path(own) if own else next((path for path in usual if path.is_file()), None)
    if path is None:
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("connections", {})
    except OSError as error:
        raise DataError(
            f"The file of secrets cannot be read: {error.strerror}.",
            f"Check the path in {SECRETS_VARIABLE}, or .streamlit/secrets.toml.",
            "bad-secrets",
        ) from None
    except ValueError as error:
        line = re.search(r"at line \d+", str(error))  # the rest of that message may quote a secret
        raise DataError(
            f"The file of secrets is not valid TOML{f' ({line.group()})' if line else ''}.",
            'Write it as: [connections.shop], and below it: url = "postgresql+psycopg://…"',
            "bad-secrets",
        ) from None
    if not isinstance(tables, dict):
        return {}
    urls = {name: table.get("url") for name, table in tables.items() if isinstance(table, dict)}
    return {name: url for name, url in urls.items() if isinstance(url, str)}


def _engine(name: str) -> "Engine":
    """What opens connections to a database, without opening one."""
    from sqlalchemy import create_engine, exc
    from sqlalchemy.engine import make_url
    from sqlalchemy.pool import NullPool

    addresses = _addresses()
    if name not in addresses:
        known = f"There are: {listing(sorted(addresses))}." if addresses else "None is set up."
        raise DataError(
            f"There is no connection called {quote(name)}. {known}",
            f"Ask the operator for [connections.{name}] with a url in .streamlit/secrets.toml.",
            "no-such-connection",
        )
    try:
        url = make_url(addresses[name])
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() not in ("postgresql", "sqlite"):
            raise DataError(
                f"The connection {quote(name)} leads to a database that is neither PostgreSQL nor SQLite; nothing "
                "there would keep a query from writing.",
                "Export the table from that database as CSV or Parquet, and choose the file.",
                "bad-connection",
            )
        options: dict[str, Any] = {}
        if url.get_backend_name() == "sqlite":
            options["creator"] = _sqlite_opener(name, url)
        elif url.drivername == "postgresql+psycopg":
            options["connect_args"] = {"connect_timeout": CONNECT_SECONDS}
        return create_engine(url, poolclass=NullPool, hide_parameters=True, **options)
    except (exc.SQLAlchemyError, ImportError, ValueError, TypeError):
        raise DataError(
            f"The address of the connection {quote(name)} cannot be used: it is no database address, or its driver is "
            "not installed.",
            "The operator writes it as in: postgresql+psycopg://user:password@host/database or sqlite:////path/file.db",
            "bad-connection",
        ) from None


def _sqlite_opener(name: str, url: "URL") -> Callable[[], sqlite3.Connection]:
    """Opens an existing file and cannot write to it; a plain address would make a missing one."""
    path = Path(url.database or "")
    if not path.is_file():
        raise DataError(
            f"The database file of the connection {quote(name)} is not there.",
            "The operator corrects its path in .streamlit/secrets.toml.",
            "database-missing",
        )
    place = f"file:{percent_encoded(str(path.resolve()))}?mode=ro"

    def opened() -> sqlite3.Connection:
        connection = sqlite3.connect(place, uri=True, check_same_thread=False)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_CELL)
        return connection

    return opened


@contextmanager
def _connected(engine: "Engine", name: str) -> Iterator["Connection"]:
    from sqlalchemy import exc

    try:
        connection = engine.connect()
    except (exc.SQLAlchemyError, sqlite3.Error, OSError):
        raise DataError(
            f"The database of the connection {quote(name)} cannot be reached, or does not let us in.",
            "Try again later, or have the operator check its address and password in .streamlit/secrets.toml.",
            "database-unreachable",
        ) from None
    with connection:
        yield connection


def _read_only(connection: "Connection", deadline: float) -> None:
    """Have the database itself refuse to write, and to think for longer than the deadline."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        milliseconds = max(1, int((deadline - time.monotonic()) * 1000))
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")


def _column_names(names: list[str]) -> list[str]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not names:
        raise DataError(
            f"The query gives more than one column called {listing(twice)}."
            if twice
            else "The query gives no columns.",
            "Give each column a name of its own with AS.",
            "bad-columns",
        )
    return names


def _batches(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    """Rows in batches that fit in memory, however large their cells are."""
    batch: list[Sequence[Any]] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += sum(len(cell) for cell in row if isinstance(cell, str | bytes))
        if len(batch) == BATCH or size > BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _write(
    path: Path,
    names: list[str],
    batches: Iterator[Sequence[Sequence[Any]]],
    progress: Progress,
    limits: tuple[int, int, float],
) -> int:
    """Write the rows, and say how many there were; nothing stays of a file that is not whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    most_rows, most_bytes, deadline = limits
    rows = size = 0
    try:
        with pq.ParquetWriter(path, pa.schema([(name, pa.string()) for name in names]), compression="zstd") as writer:
            for batch in batches:
                columns = [pa.array(_texts(column), pa.string()) for column in zip(*batch, strict=True)]
                table = pa.Table.from_arrays(columns, names=names)
                rows, size = rows + len(batch), size + table.nbytes
                _check_limits(rows, size, most_rows, most_bytes, deadline)
                writer.write_table(table)
                progress(None, f"{counted(rows, 'row')} read.")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return rows


def _check_limits(rows: int, size: int, most_rows: int, most_bytes: int, deadline: float) -> None:
    if rows > most_rows or size > most_bytes:
        most = f"{most_rows:,} rows" if rows > most_rows else f"{most_bytes / 1e6:,.0f} MB of text"
        raise DataError(
            f"The query gives more than {most}.", "Ask for fewer columns or a shorter time.", "query-too-large"
        )
    if time.monotonic() > deadline:
        raise _too_slow()


def _texts(values: tuple[Any, ...]) -> list[str]:
    """A column as text. Drivers give Python objects, so each is looked at once, whatever is done."""
    kinds = set(map(type, values))
    if kinds <= {str}:
        return list(values)
    if len(kinds) == 1:
        return list(map(_WRITERS.get(kinds.pop(), str), values))
    return [_WRITERS.get(type(value), str)(value) for value in values]


_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: "",
    bool: lambda value: "1" if value else "0",
    Decimal: lambda value: format(value, "f"),
    datetime: datetime.isoformat,
    date: date.isoformat,
    time_of_day: time_of_day.isoformat,
    bytes: bytes.hex,
    memoryview: lambda value: bytes(value).hex(),
    list: lambda value: dumps(value, ensure_ascii=False, default=str),
    dict: lambda value: dumps(value, ensure_ascii=False, default=str),
}


def _refused(error: Exception, name: str, url: "URL") -> DataError:
    """What the database said, in one line and without what is secret."""
    cause = getattr(error, "orig", None) or error
    state = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", "")
    if state in ("25006", "SQLITE_READONLY"):
        return DataError(
            f"The query would change the database of {quote(name)}, so it was refused.",
            "Write one query that only reads.",
            "query-writes",
        )
    if state in ("57014", "SQLITE_INTERRUPT"):
        return _too_slow()
    told = (
        getattr(getattr(cause, "diag", None), "message_primary", None) or (str(cause).splitlines() or ["no reason"])[0]
    )
    for secret in filter(None, (url.render_as_string(hide_password=False), str(url.password or ""))):
        told = told.replace(secret, "…")
    return DataError(
        f"The database of {quote(name)} does not answer the query: {quote(told, 200)}.",
        "Correct the query and try again.",
        "query-refused",
    )


def _too_slow() -> DataError:
    return DataError(
        "The query takes longer than it may.",
        "Ask for fewer rows or a shorter time, or add an index.",
        "query-too-slow",
    )
