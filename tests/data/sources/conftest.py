"""Databases to ask: one SQLite file, and a PostgreSQL server that is started for these tests alone."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

PASSWORD = "hush-Hush-7"


@dataclass(frozen=True)
class Postgres:
    """A running server; ``url`` is that of its superuser, who needs the password."""

    url: str
    execute: Callable[[str], str]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A fresh server of Debian's packages behind a socket of its own, stopped and removed afterwards."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed; on Debian: apt-get install postgresql")
    # PostgreSQL refuses to run as root, and another user cannot enter pytest's own folders.
    who = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        folder, data = Path(name), Path(name) / "data"
        (folder / "password").write_text(PASSWORD)
        if who:
            for path in (folder, folder / "password"):
                shutil.chown(path, "postgres", "postgres")

        def run(program: str, *words: str | Path) -> str:
            command = [found[-1].parent / program, *words]
            env = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PGPASSWORD": PASSWORD}
            done = subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True, **who)
            return done.stdout

        run("initdb", "-D", data, "-U", "owner", "-A", "scram-sha-256", f"--pwfile={folder}/password", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c timezone=UTC"
        run("pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield Postgres(
                f"postgresql+psycopg://owner:{PASSWORD}@/postgres?host={folder}",
                lambda statement: run("psql", "-XqAt", "-h", folder, "-U", "owner", "-d", "postgres", "-c", statement),
            )
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes a file of secrets in which each name has its address."""

    def write(**urls: str) -> Path:
        path = tmp_path / "secrets.toml"
        path.write_text("".join(f'[connections.{name}]\nurl = "{url}"\n' for name, url in urls.items()))
        monkeypatch.setenv("FORETASTE_SECRETS", str(path))
        return path

    return write


@pytest.fixture
def sqlite_file(tmp_path: Path, secrets: Callable[..., Path]) -> Path:
    """The database of the connection ``shop``."""
    path = tmp_path / "shop %41#1.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            """
            CREATE TABLE ratings (person TEXT, item INTEGER, rating REAL, at TEXT, note BLOB);
            INSERT INTO ratings VALUES ('007', 9007199254740993, 4.5, '2024-02-29 12:30:00', x'00ff');
            INSERT INTO ratings VALUES ('7', 2, 3, NULL, 'is "7"; not 07');
            """
        )
    secrets(shop=f"sqlite:///{quote(str(path))}")
    return path
