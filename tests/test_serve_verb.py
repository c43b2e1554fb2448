"""``serve`` on the shell: refused in words before it starts, and a real server that ends when it is told to."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from recsys_core import cli
from recsys_core.errors import ConfigError
from recsys_core.runs.store import RunCard, Workspace, open_workspace
from recsys_core.serve.gate import VARIABLE, Lock
from tests.runs.builders import a_run, camps, keep

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture
def run(home: Path) -> RunCard:
    workspace: Workspace = open_workspace(home)
    return workspace.save_run(*a_run(workspace, keep(workspace, camps())))


def refused(capsys, *words: str) -> dict[str, str]:
    assert cli.main(["serve", *words, "--json"]) == 2
    return json.loads(capsys.readouterr().out)["error"]


def test_what_is_wrong_is_said_before_anything_is_served(run, capsys, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert refused(capsys, run.id, "als-nothing")["code"] == "unknown-run"
    assert refused(capsys, run.id, "--host", "0.0.0.0")["code"] == "no-key"
    assert refused(capsys, run.id, "--port", "99999")["code"] == "port-taken"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        error = refused(capsys, run.id, "--port", str(taken.getsockname()[1]))
    assert error["code"] == "port-taken"
    assert "Choose another --port" in error["fix"]
    monkeypatch.setenv(VARIABLE, "short")
    assert refused(capsys, run.id)["code"] == "weak-key"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_this_machine_alone_needs_no_key(host):
    assert Lock.of(host, None) == Lock(None)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org"])
def test_other_machines_need_a_key(host):
    with pytest.raises(ConfigError, match=f"Other machines can reach {host}"):
        Lock.of(host, None)
    assert Lock.of(host, "a key of sixteen") == Lock("a key of sixteen")


def test_a_server_answers_and_ends_when_told_to(run):
    server = subprocess.Popen(
        [sys.executable, "-m", "recsys_core", "serve", run.id, "--port", "0", "--json"],
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if name != VARIABLE},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = server.stderr.readline()
    address = said.partition(" at ")[2].partition(",")[0]
    try:
        with urllib.request.urlopen(f"{address}/recommend?user=nobody&k=3", timeout=30) as answer:
            assert len(json.load(answer)["items"]) == 3
        with pytest.raises(urllib.error.HTTPError, match="422") as refusal:
            urllib.request.urlopen(f"{address}/recommend", timeout=30)
        refusal.value.close()
    finally:
        server.send_signal(signal.SIGTERM)
        out, words = server.communicate(timeout=30)
    assert said.startswith(f"Serving {run.id} at http://127.0.0.1:")
    assert server.returncode == 0
    assert json.loads(out) == {"runs": [run.id], "answers": 2}
    assert not words, "nothing else is logged, least of all what was asked"
