"""Engagement, simulated: models and assumptions are chosen, what comes out is told, and what it rests on."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.browser import ROOT
from pages.shared.nav import ENGAGEMENT
from recsys_core import cli
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.simulating.assumptions import ASSUMPTIONS
from tests.pages.test_train_page import opened, press, said
from tests.runs.builders import camps, keep
from tests.runs.test_blend_job import trained

STEP = {"step": "Simulated"}


@pytest.fixture
def runs(workspace: Workspace) -> list[RunCard]:
    return [trained(workspace, key) for key in ("ease", "popularity")]


def simulated(**choices: str) -> AppTest:
    at = opened(ENGAGEMENT, **STEP, **choices)
    assert not at.error
    return at


def test_without_data_or_models_the_next_step_is_named(workspace):
    assert "There is no data set yet." in said(simulated())
    keep(workspace, camps())
    assert "No model has learned from these data yet." in said(simulated())


def test_it_tells_what_the_shell_tells_and_always_says_that_it_is_simulated(runs, capsys):
    at = simulated()
    ids = [run.id for run in runs]
    assert cli.main(["engage", "simulate", "camps", *ids, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    words = said(at)
    assert "Simulated CTR of EASE: " in words
    assert document["figures"]["simulated_ctr"]["best"] == ids[0]
    assert words.count("imulated") >= 5
    assert len(at.get("plotly_chart")) == 2
    assert list(at.dataframe[0].value["Model"]) == ["EASE", "Popularity"]
    assert "which favours" not in words


def test_every_assumption_stands_there_with_its_reason(runs):
    at = simulated()
    sliders = {one.key: one for one in (*at.slider, *at.selectbox)}
    words = said(at)
    for one in ASSUMPTIONS:
        assert sliders[f"assume-{one.name}"].value == one.default
        assert one.reason in words
    assert "All assumptions stand as they come." in words


def test_what_is_changed_is_said_and_in_the_address_and_can_be_taken_back(runs):
    at = simulated()
    before = at.dataframe[0].value
    at.slider(key="assume-fatigue").set_value(0.5).run()
    at.selectbox(key="assume-liking").set_value("popularity").run()
    words = said(at)
    assert "Changed: who tells liking Popularity, fatigue 0.5 instead of 0.1." in words
    assert at.query_params["assume"] == "liking:popularity,fatigue:0.5"
    assert not at.dataframe[0].value.equals(before)
    assert "Popularity tells what people like, which favours Popularity." in words
    press(at, "Back to how they come")
    assert "assume" not in at.query_params
    assert at.dataframe[0].value.equals(before)


def test_an_address_sets_assumptions_and_nonsense_in_it_does_nothing(runs):
    for text, fatigue in (("fatigue:0.3", 0.3), ("fatigue:9", 0.1), ("nothing", 0.1)):
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        at.run()
        at.query_params["assume"] = text
        at.query_params["step"] = "Simulated"
        at.switch_page(str(ROOT / ENGAGEMENT.path)).run()
        assert not at.exception
        assert at.slider(key="assume-fatigue").value == fatigue


def test_what_it_rests_on_is_tried(runs, capsys, monkeypatch):
    from recsys_core.simulating import sensitivity, world

    monkeypatch.setattr(world, "REPETITIONS", 2)
    monkeypatch.setattr(sensitivity, "ASSUMPTIONS", ASSUMPTIONS[:3])
    at = simulated(view="What it rests on")
    words = said(at)
    assert len(at.get("plotly_chart")) == 1
    ids = [run.id for run in runs]
    assert cli.main(["engage", "simulate", "camps", *ids, "--sensitivity", "ctr", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["verdict"] in words.replace("*", "")
    assert len(document["simulated_sensitivity"]["assumptions"]) == 3


def test_the_shell_prints_every_assumption_with_its_reason(runs, capsys):
    ids = [run.id for run in runs]
    assert cli.main(["engage", "simulate", "camps", *ids, "--set", "fatigue=0.3", "--days", "10"]) == 0
    out = capsys.readouterr().out
    assert "simulated CTR" in out
    assert all(one.name in out and one.reason in out for one in ASSUMPTIONS)
    assert "D30" not in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--set", "fatigue=2"], "bad-setting"),
        (["--set", "mood=2"], "unknown-setting"),
        (["--days", "1"], "bad-setting"),
        (["--seed", "-1"], "bad-setting"),
        (["--sensitivity", "revenue"], "unknown-figure"),
        (["--sensitivity", "d30", "--days", "20"], "too-few-days"),
    ],
)
def test_the_shell_refuses_what_means_nothing(runs, words, code, capsys):
    assert cli.main(["engage", "simulate", "camps", *(run.id for run in runs), *words, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_the_shell_refuses_runs_that_do_not_belong_together(workspace, runs, capsys):
    other = trained(workspace, "ease", name="others", seed=1)
    ids = [run.id for run in runs]
    for words, code in (
        (["camps", ids[0], other.id], "not-judged-alike"),
        (["others", *ids], "other-dataset"),
        (["camps", ids[0], "--sensitivity", "ctr"], "usage"),
    ):
        assert cli.main(["engage", "simulate", *words, "--json"]) == 2
        assert json.loads(capsys.readouterr().out)["error"]["code"] == code
