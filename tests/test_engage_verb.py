"""``engage activity`` and ``engage clicks`` of the shell."""

import json
from dataclasses import replace

import numpy as np
import pytest

from recsys_core import cli
from recsys_core.data.dataset import Ids
from recsys_core.data.impressions.importing import log_figures
from recsys_core.data.impressions.log import Impressions
from recsys_core.runs.store import Workspace
from tests.runs.builders import about, camps

DAY = 86_400
START = 1_711_756_800  # 30 March 2024; clocks in Europe are set on the 31st


@pytest.fixture
def ask(home, capsys):
    """Runs a command with --json; gives the exit status and the document."""

    def run(*words: str):
        status = cli.main([*words, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def keep(home) -> Workspace:
    """A data set, and a log of the same people in which position 1 is clicked more, twice by other names."""
    workspace = Workspace(home)
    made = camps("films", n=80)
    rng = np.random.default_rng(0)
    n = len(made.interactions)
    times = START + rng.integers(0, 40 * DAY, n)
    users = made.user_table.assign(age=np.arange(80.0))
    made = replace(made.with_interactions(replace(made.interactions, times=times)), user_table=users)
    workspace.save_dataset(made, about(made) | {"findings": []})
    for name, rate in (("old", 0.1), ("new", 0.4)):
        people, items = rng.integers(0, 80, 4000, dtype=np.int32), rng.integers(0, 20, 4000, dtype=np.int32)
        clicks, when = rng.random(4000) < rate, START + np.sort(rng.integers(0, 40 * DAY, 4000))
        places = rng.integers(1, 4, 4000, dtype=np.int16)
        log = Impressions(
            name, made.user_ids, Ids(made.item_ids.values[:20]), people, items, places, clicks, None, when
        )
        counts = {"rows": 4000, "kept": 4000, "rejected": 0, "findings": []}
        workspace.save_log(log, log_figures(log) | counts)
    return workspace


def test_activity_is_told_in_a_zone_and_by_slices(home, ask, capsys):
    keep(home)
    status, found = ask("engage", "activity", "films", "--zone", "Europe/Berlin", "--slice", "age", "--by", "week")
    assert status == 0
    assert (found["people"], found["days"], found["zone"]) == (80, 41, "Europe/Berlin")
    assert found["by_day"][0]["day"] == "2024-03-30"
    assert {"week", "active", "new", "returning", "resurrected", "churned"} <= set(found["periods"][0])
    assert list(found["retention"]) == ["d1", "d7", "d30"]
    assert found["retention"]["d30"]["on_day"]["of"] <= 80
    assert sum(one["people"] for one in found["slices"]) == 80
    assert found["stickiness"]["low"] < found["dau"] / found["mau_28"] < found["stickiness"]["high"]
    assert cli.main(["engage", "activity", "films", "--log", "new", "--slice", "activity"]) == 0
    shown = capsys.readouterr().out
    assert "stickiness" in shown
    assert "D7 retention" in shown


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["activity", "films", "--zone", "Europe/Berln"], "unknown-zone", "Europe/Berlin"),
        (["activity"], "usage", "--log"),
        (["activity", "films", "--gap", "0"], "gap", "1 minute"),
        (["activity", "films", "--slice", "height"], "unknown-slice", "age"),
        (["clicks", "new", "--slice", "people-age"], "usage", "--data"),
        (["clicks", "new", "--data", "films", "--slice", "x"], "unknown-slice", "people-age"),
        (["clicks", "new", "--against", "new"], "same-log", "another log"),
        (["clicks", "none"], "unknown-log", "Import"),
    ],
)
def test_what_cannot_be_measured_is_said_with_the_way_out(home, ask, words, code, says):
    keep(home)
    status, document = ask("engage", *words)
    assert (status, document["error"]["code"]) == (2, code)
    assert says in document["error"]["fix"]


def test_clicks_are_told_by_slices_and_against_another_log(home, ask, capsys):
    keep(home)
    words = ("engage", "clicks", "new", "--data", "films", "--slice", "people-age", "--against", "old")
    status, found = ask(*words, "--zone", "Asia/Kolkata")
    assert status == 0
    assert found["impressions"] == sum(one["impressions"] for one in found["slices"]) == 4000
    assert found["over_time"]["zone"] == "Asia/Kolkata"
    assert not found["over_time"]["buckets"][0]["start"].endswith("Z")
    assert found["ab_test"]["leader"] == "new"
    assert "80 people are in both logs" in found["ab_test"]["cautions"][0]
    assert cli.main(list(words)) == 0
    shown = capsys.readouterr().out
    assert "new is clicked more" in shown
    assert "position" in shown
