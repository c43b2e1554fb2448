"""``engage policy`` in the shell."""

import json

import pytest

from recsys_core import cli
from tests.engagement.weighed import furnished


@pytest.fixture
def ask(home, capsys):
    def run(*words: str):
        status = cli.main(["engage", "policy", *words, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def test_runs_and_logs_are_judged(ask, home, capsys):
    _, run, log = furnished(home)
    status, made = ask(run, "--log", log, "--reach", "0.2")
    assert status == 0
    assert set(made) == {"log", "reach", "lists", "verdict"}
    (lists,) = made["lists"]
    assert lists["of"] == run
    assert lists["estimates"]["snips"]["low"] < lists["estimates"]["snips"]["high"]
    assert "would get a CTR of" in made["verdict"]
    assert cli.main(["engage", "policy", run, "--log", log]) == 0
    assert "Doubly robust" in capsys.readouterr().out
    status, made = ask("--log", log, "--of", log)
    assert status == 0
    assert made["lists"][0]["truth"]["value"] > 0


@pytest.mark.parametrize("words", [[], ["RUN", "--of", "LOG"], ["RUN", "--reach", "2"]])
def test_what_makes_no_sense_is_said(ask, home, words):
    _, run, log = furnished(home)
    names = {"RUN": run, "LOG": log}
    status, made = ask(*(names.get(word, word) for word in words), "--log", log)
    assert (status, made["error"]["code"]) == (2, "usage")
