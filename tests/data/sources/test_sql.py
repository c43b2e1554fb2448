"""Queries on real databases: exact text, no writing, no secrets, within limits."""

import hashlib
import logging
import sqlite3
import time
import traceback
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recsys_core.data.sources import SqlQuery, connections, fetch
from recsys_core.data.sources import sql as module
from recsys_core.data.sources.sql import check_query, run_query
from recsys_core.errors import DataError
from tests.data.sources.conftest import PASSWORD, Postgres

Secrets = Callable[..., Path]


def rows(query: str, folder: Path) -> list[dict[str, str]]:
    path = fetch(SqlQuery(connection="shop", query=query), folder)
    table = pq.read_table(path)
    assert {str(kind) for kind in table.schema.types} == {"string"}
    path.unlink()
    return table.to_pylist()


def refused(query: str, folder: Path, **limits) -> DataError:
    before = sorted(folder.iterdir())
    with pytest.raises(DataError) as caught:
        run_query(SqlQuery(connection="shop", query=query), folder, lambda share, words: None, **limits)
    assert sorted(folder.iterdir()) == before
    assert caught.value.fix
    assert "hush" not in "".join(traceback.format_exception(caught.value)).lower()
    return caught.value


# SQLite.


def test_values_keep_their_text(sqlite_file: Path, tmp_path: Path):
    assert rows("SELECT * FROM ratings;", tmp_path) == [
        {"person": "007", "item": "9007199254740993", "rating": "4.5", "at": "2024-02-29 12:30:00", "note": "00ff"},
        {"person": "7", "item": "2", "rating": "3.0", "at": "", "note": 'is "7"; not 07'},
    ]


def test_rows_come_in_batches_and_are_told(sqlite_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "BATCH", 1000)
    counting = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT i FROM n"
    told = []
    source = SqlQuery(connection="shop", query=counting)
    path = fetch(source, tmp_path, lambda share, words: told.append((share, words)))
    assert told == [(None, "1,000 rows read."), (None, "2,000 rows read."), (None, "2,500 rows read.")]
    assert pq.read_table(path)["i"].to_pylist() == [str(i) for i in range(1, 2501)]


WRITES = (
    "DELETE FROM ratings",
    "DROP TABLE ratings",
    "UPDATE ratings SET rating = 0",
    "INSERT INTO ratings SELECT * FROM ratings",
    "CREATE TABLE x (y int)",
    "WITH x AS (SELECT 1) DELETE FROM ratings",
    "WITH x AS (SELECT 1) INSERT INTO ratings (person) SELECT '8' RETURNING person",
    "SELECT 1; DELETE FROM ratings",
    "/* SELECT */ DELETE FROM ratings",
    "-- SELECT\nDELETE FROM ratings",
    "SELECT 1 /* ' */; DELETE FROM ratings --'",
    "COMMIT",
    "",
    ";",
)
SQLITE_WRITES = (
    "SELECT [it's]; DELETE FROM ratings --'",
    "PRAGMA query_only = OFF",
    "PRAGMA user_version = 7",
    "ATTACH 'x.db' AS x",
    "VACUUM INTO 'x.db'",
)


@pytest.mark.parametrize("query", [query for query in (*WRITES, *SQLITE_WRITES) if query])
def test_sqlite_is_only_read(sqlite_file: Path, tmp_path: Path, query: str):
    before = hashlib.sha256(sqlite_file.read_bytes()).hexdigest()
    refused(query, tmp_path)
    assert hashlib.sha256(sqlite_file.read_bytes()).hexdigest() == before


def test_a_query_that_writes_is_told_so_by_the_database(sqlite_file: Path, tmp_path: Path):
    error = refused("WITH x AS (SELECT 1) DELETE FROM ratings RETURNING person", tmp_path)
    assert error.code == "query-writes"


@pytest.mark.parametrize(
    "query",
    [
        "select 1",
        " \n(SELECT 1)",
        "SELECT ';' AS \"a;b\" -- ;",
        "VALUES (1);; ",
        "/* hello; */ WITH x AS (SELECT 1) TABLE x",
    ],
)
def test_questions_are_let_through(query: str):
    check_query(query)


def test_what_asks_for_nothing_is_told_so():
    with pytest.raises(DataError, match='begins with "DELETE"') as caught:
        check_query("DELETE FROM ratings")
    assert caught.value.code == "not-a-question"


def test_several_statements_are_told_apart():
    with pytest.raises(DataError) as caught:
        check_query("SELECT 1; SELECT 2")
    assert caught.value.code == "several-statements"


def test_a_missing_database_is_not_made(tmp_path: Path, secrets: Secrets):
    for url in (f"sqlite:///{tmp_path}/hush.db", "sqlite://", "sqlite:///:memory:"):
        secrets(shop=url)
        assert refused("SELECT 1", tmp_path).code == "database-missing"
    assert not (tmp_path / "hush.db").exists()


def test_what_is_no_database_gets_a_sentence(tmp_path: Path, secrets: Secrets):
    (tmp_path / "hush.db").write_text("user,item\n" * 100)
    secrets(shop=f"sqlite:///{tmp_path}/hush.db")
    assert refused("SELECT * FROM ratings", tmp_path).code == "query-refused"


def test_a_fault_in_the_query_is_said(sqlite_file: Path, tmp_path: Path):
    assert "no such column: nonsense" in refused("SELECT nonsense FROM ratings", tmp_path).message
    assert "syntax error" in refused("SELECT FROM WHERE", tmp_path).message


def test_text_that_is_no_utf8_gets_a_sentence(sqlite_file: Path, tmp_path: Path):
    with closing(sqlite3.connect(sqlite_file)) as database:
        database.execute("INSERT INTO ratings (person) VALUES (CAST(x'ff' AS TEXT))")
        database.commit()
    assert refused("SELECT person FROM ratings", tmp_path).code == "query-refused"


def test_columns_need_names_of_their_own(sqlite_file: Path, tmp_path: Path):
    error = refused("SELECT a.item, b.item FROM ratings a, ratings b", tmp_path)
    assert error.code == "bad-columns"
    assert '"item"' in error.message


def test_no_rows_are_no_table(sqlite_file: Path, tmp_path: Path):
    assert refused("SELECT * FROM ratings WHERE rating > 5", tmp_path).code == "no-rows"


FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "


def test_too_many_rows_or_bytes_are_refused(sqlite_file: Path, tmp_path: Path):
    assert "more than 50,000 rows" in refused(FOREVER + "i FROM n", tmp_path, most_rows=50_000).message
    error = refused(FOREVER + "hex(zeroblob(500)) AS x FROM n", tmp_path, most_bytes=30_000_000)
    assert "more than 30 MB" in error.message


def test_large_cells_do_not_fill_the_memory(sqlite_file: Path, tmp_path: Path):
    query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT hex(zeroblob(20000)) AS x FROM n"
    tracemalloc.start()
    try:
        assert "more than 10 MB" in refused(query, tmp_path, most_bytes=10_000_000).message
        assert tracemalloc.get_traced_memory()[1] < 80_000_000
    finally:
        tracemalloc.stop()


def test_an_endless_cell_is_refused(sqlite_file: Path, tmp_path: Path):
    error = refused("SELECT zeroblob(20000000) AS x", tmp_path)
    assert (error.code, "too big" in error.message) == ("query-refused", True)


def test_databases_that_cannot_be_kept_from_writing_are_refused(secrets: Secrets, tmp_path: Path):
    secrets(shop="mysql://user:hush@db/x")
    error = refused("SELECT 1", tmp_path)
    assert error.code == "bad-connection"
    assert "neither PostgreSQL nor SQLite" in error.message


def test_a_slow_query_is_given_up(sqlite_file: Path, tmp_path: Path):
    assert refused(FOREVER + "max(i) FROM n", tmp_path, most_seconds=0.3).code == "query-too-slow"


def test_a_reader_who_stops_leaves_nothing(sqlite_file: Path, tmp_path: Path):
    def stop(share: float | None, words: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(SqlQuery(connection="shop", query="SELECT * FROM ratings"), tmp_path, stop)
    assert not list(tmp_path.glob("*.parquet"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    ids=st.lists(
        st.one_of(st.integers(-(2**63), 2**63 - 1), st.text(st.characters(exclude_categories=["Cs"]))), min_size=1
    )
)
def test_any_id_comes_back_as_its_text(tmp_path: Path, secrets: Secrets, ids: list[int | str]):
    path = tmp_path / "ids.db"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE ids (id)")
        database.executemany("INSERT INTO ids VALUES (?)", [(one,) for one in ids])
        database.commit()
    secrets(shop=f"sqlite:///{path}")
    assert [row["id"] for row in rows("SELECT id FROM ids", tmp_path)] == [str(one) for one in ids]


# Secrets.


def test_connections_are_known_by_name(secrets: Secrets, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    path = secrets(shop="sqlite:///a.db", archive="postgresql://u:hush@db/x")
    path.write_text(path.read_text() + "[connections.other]\nuser = 'x'\n[else]\nurl = 'y'\n")
    assert connections() == ["archive", "shop"]
    path.write_text("password = 'hush'")
    assert connections() == []
    path.write_text("connections = 'hush'")
    assert connections() == []


def test_an_unknown_connection_names_the_known_ones(secrets: Secrets, tmp_path: Path):
    secrets(store="sqlite:///hush.db")
    error = refused("SELECT 1", tmp_path)
    assert error.code == "no-such-connection"
    assert '"store"' in error.message


def test_a_broken_file_of_secrets_shows_nothing_of_itself(secrets: Secrets, tmp_path: Path):
    path = secrets(shop="x")
    for content in (b"[connections.shop]\nurl = hush", b"hush", b"\xff hush", b"a = 'hush'\na = 'hush'\n[hush"):
        path.write_bytes(content)
        assert refused("SELECT 1", tmp_path).code == "bad-secrets"
    path.unlink()
    assert refused("SELECT 1", tmp_path).code == "bad-secrets"


def test_secrets_are_found_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("FORETASTE_SECRETS", raising=False)
    monkeypatch.setattr(module, "__file__", str(tmp_path / "project" / "a" / "b" / "c" / "sql.py"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert connections() == []
    for place, name in (("home", "far"), ("project", "near")):
        (tmp_path / place / ".streamlit").mkdir(parents=True)
        (tmp_path / place / ".streamlit" / "secrets.toml").write_text(f"[connections.{name}]\nurl = 'sqlite://'\n")
        assert connections() == [name]


@pytest.mark.parametrize(
    "url",
    [
        "hush",
        "postgresql+psycopg://user:hush@[db/x",
        "postgresql+psycopg://user:hush@db:port/x",
        "nonsense://user:hush@db/x",
        "mysql://user:hush@db/x",
        "postgresql+nonsense://user:hush@db/x",
        "postgresql+psycopg://user:hush@/x?host=/nowhere-hush",
        "postgresql+psycopg://user:hush@127.0.0.1:1/x",
        "postgresql+psycopg://user:hush@127.0.0.1:1/x?nonsense=hush",
    ],
)
def test_no_fault_of_an_address_shows_it(
    url: str, secrets: Secrets, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    secrets(shop=url)
    with caplog.at_level(logging.DEBUG):
        error = refused("SELECT 1", tmp_path)
    assert error.code in ("bad-connection", "database-unreachable")
    assert "hush" not in caplog.text
    assert "hush" not in "".join(capfd.readouterr())


# PostgreSQL.


@pytest.fixture
def shop(postgres: Postgres, secrets: Secrets) -> Postgres:
    """The connection ``shop`` on PostgreSQL, with a table and a function that writes to it."""
    postgres.execute(
        """
        DROP TABLE IF EXISTS ratings CASCADE;
        CREATE TABLE ratings (
            id bigint, code text, price numeric, rating real, liked boolean, at timestamptz, day date,
            tags text[], more jsonb, raw bytea, key uuid, note text
        );
        INSERT INTO ratings VALUES
            (9007199254740993, '007', 4.50, 4.5, true, '2024-02-29 12:30:00+02', '2024-02-29', '{Sci-Fi,"Märchen"}',
             '{"a": [1, null]}', '\\x00ff', '12345678-1234-5678-1234-567812345678', '100 % :name %s'),
            (2, '7', 1e-9, 'NaN', false, NULL, NULL, NULL, NULL, NULL, NULL, '');
        CREATE OR REPLACE FUNCTION write() RETURNS int LANGUAGE sql VOLATILE
            AS 'INSERT INTO ratings (id) VALUES (3) RETURNING 1';
        """
    )
    secrets(shop=postgres.url)
    return postgres


def test_postgres_values_keep_their_text(shop: Postgres, tmp_path: Path):
    first, second = rows("SELECT * FROM ratings WHERE code LIKE '%7' ORDER BY id DESC", tmp_path)
    assert first == {
        "id": "9007199254740993",
        "code": "007",
        "price": "4.50",
        "rating": "4.5",
        "liked": "1",
        "at": "2024-02-29T10:30:00+00:00",
        "day": "2024-02-29",
        "tags": '["Sci-Fi", "Märchen"]',
        "more": '{"a": [1, null]}',
        "raw": "00ff",
        "key": "12345678-1234-5678-1234-567812345678",
        "note": "100 % :name %s",
    }
    assert (second["price"], second["rating"], second["liked"], second["at"]) == ("0.000000001", "nan", "0", "")


def test_colons_and_percent_signs_of_a_query_are_its_own(shop: Postgres, tmp_path: Path):
    assert rows("SELECT note::text AS n FROM ratings WHERE note = '100 % :name %s'", tmp_path) == [
        {"n": "100 % :name %s"}
    ]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_ways_to_write_the_address_work(shop: Postgres, secrets: Secrets, tmp_path: Path, scheme: str):
    secrets(shop=shop.url.replace("postgresql+psycopg", scheme))
    assert rows("SELECT 1 AS one", tmp_path) == [{"one": "1"}]


POSTGRES_WRITES = (
    "SELECT write()",
    "WITH x AS (DELETE FROM ratings RETURNING id) SELECT * FROM x",
    "SELECT * INTO copied FROM ratings",
    "SELECT set_config('transaction_read_only', 'off', true), write()",
    "SELECT set_config('transaction_read_only', 'off', false), write()",
    "SELECT E'\\'; DELETE FROM ratings --'",
    "SELECT id FROM ratings FOR UPDATE",
    "SELECT nextval('numbers')",
)


@pytest.mark.parametrize("query", [query for query in (*WRITES, *POSTGRES_WRITES) if query])
def test_postgres_is_only_read(shop: Postgres, tmp_path: Path, query: str):
    shop.execute("CREATE SEQUENCE IF NOT EXISTS numbers")
    before = shop.execute("SELECT * FROM ratings, numbers; SELECT count(*) FROM pg_class")
    refused(query, tmp_path)
    assert shop.execute("SELECT * FROM ratings, numbers; SELECT count(*) FROM pg_class") == before


def test_a_function_that_writes_is_told_so(shop: Postgres, tmp_path: Path):
    assert refused("SELECT write()", tmp_path).code == "query-writes"
    assert shop.execute("SELECT write()").strip() == "1"  # it does write where that is allowed


def test_rows_are_not_all_in_memory_at_once(shop: Postgres, tmp_path: Path):
    """Ten thousand million rows would take the memory of any machine, were there no cursor on the server."""
    endless = "SELECT generate_series(1, 10000000000) AS i"
    assert "more than 50,000 rows" in refused(endless, tmp_path, most_rows=50_000, most_seconds=60).message


def test_a_slow_postgres_query_is_given_up(shop: Postgres, tmp_path: Path):
    begun = time.monotonic()
    assert refused("SELECT 1 AS x FROM pg_sleep(15)", tmp_path, most_seconds=0.5).code == "query-too-slow"
    assert time.monotonic() - begun < 10


def test_a_fault_of_a_postgres_query_is_said_without_secrets(
    shop: Postgres, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.DEBUG):
        assert 'column "nonsense" does not exist' in refused("SELECT nonsense FROM ratings", tmp_path).message
        assert "division by zero" in refused("SELECT 1 / (id - 2) AS x FROM ratings", tmp_path).message
        echoed = refused(f"SELECT CAST('{PASSWORD}' AS int)", tmp_path)
        assert "invalid input syntax" in echoed.message
    assert PASSWORD not in caplog.text


def test_a_wrong_password_is_not_shown(
    shop: Postgres, secrets: Secrets, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    secrets(shop=shop.url.replace(PASSWORD, "wrong-hush"))
    with caplog.at_level(logging.DEBUG):
        error = refused("SELECT 1", tmp_path)
    assert error.code == "database-unreachable"
    assert "hush" not in caplog.text


def test_nothing_of_the_address_is_in_the_file_or_the_recipe(shop: Postgres, tmp_path: Path):
    source = SqlQuery(connection="shop", query="SELECT id FROM ratings")
    assert source.model_dump() == {"kind": "sql", "connection": "shop", "query": "SELECT id FROM ratings"}
    assert PASSWORD.encode() not in fetch(source, tmp_path).read_bytes()


def test_postgres_without_columns_is_no_table(shop: Postgres, tmp_path: Path):
    assert refused("SELECT FROM ratings", tmp_path).code == "bad-columns"
