"""The verb ``impressions`` of the shell."""

import json

import pytest

from recsys_core import cli
from recsys_core.runs.store import open_workspace
from tests.data.files import real, write

FIELDS = {"log", "name", "impressions", "clicks", "ctr", "low", "high", "items", "users", "rejected", "findings"}


@pytest.fixture
def ask(home, capsys):
    """Runs a command with --json; gives the exit status and the document."""

    def run(*words: str):
        status = cli.main([*words, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def test_a_log_is_imported_and_listed(ask, home, tmp_path):
    path = write(tmp_path, "item,click\n" + "".join(f"i{n % 3},{int(n % 4 == 0)}\n" for n in range(40)), "log.csv")
    assert ask("impressions") == (0, [])
    status, made = ask("impressions", str(path), "--name", "shown")
    assert status == 0
    assert set(made) == FIELDS
    assert (made["impressions"], made["clicks"], made["ctr"], made["users"]) == (40, 10, 0.25, None)
    assert made["low"] < 0.25 < made["high"]
    assert ask("impressions") == (0, [made])
    assert open_workspace(home).load_log(made["log"]).name == "shown"


def test_columns_are_chosen_by_hand(ask, tmp_path):
    path = write(tmp_path, "a,b,c\n" + "".join(f"x{n % 3},{n % 2},{int(n % 5 == 0)}\n" for n in range(20)), "log.csv")
    status, document = ask("impressions", str(path), "--name", "x")
    assert (status, document["error"]["code"]) == (2, "no-click-column")
    assert "--click" in document["error"]["fix"]
    status, made = ask("impressions", str(path), "--name", "x", "--item", "a", "--click", "c")
    assert (status, made["clicks"]) == (0, 4)


def test_a_log_needs_a_name_and_a_file_that_is_there(ask, tmp_path):
    path = write(tmp_path, "item,click\na,1\nb,0\n", "log.csv")
    status, document = ask("impressions", str(path))
    assert (status, document["error"]["code"]) == (2, "usage")
    status, document = ask("impressions", str(tmp_path / "none.csv"), "--name", "x")
    assert status == 2
    assert document["error"]["fix"]


def test_people_see_rates_with_intervals_and_no_control_characters(home, capsys, tmp_path):
    path = write(tmp_path, "item,click\n" + "a,1\n" * 200 + "b,\x1b[2J\n", "log.csv")
    assert cli.main(["impressions", str(path), "--name", "shown"]) == 0
    assert cli.main(["impressions"]) == 0
    out = capsys.readouterr().out
    assert "200 of 200 impressions were clicked, 100.00%" in out
    assert "warning: Every row" in out
    assert "[2J" in out
    assert "\x1b" not in out


@pytest.mark.realdata
def test_a_real_log(ask):
    status, made = ask("impressions", str(real("obd/random/all/all.csv")), "--name", "random")
    assert (status, made["impressions"], made["clicks"], made["items"], made["rejected"]) == (0, 10_000, 38, 80, 0)
