"""The verb ``preflight``, and what ``train`` says before it begins."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from recsys_core.cli import main
from recsys_core.preflight.forecast import Forecast
from recsys_core.runs.forecasts import Forecasts
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.store import Workspace
from recsys_core.splitting import default_recipe
from tests.runs.builders import camps, keep

FOUND = Forecast(3.0, 1.0, 20, 2.0, 4.0, 310 * 2**20, 100 * 2**20, 0.7)


@pytest.fixture
def data(home: Path) -> str:
    return keep(Workspace(home), camps()).id


def measured(monkeypatch, found: Forecast) -> list[dict]:
    asked = []
    keeps = Forecasts.keep

    def measure(workspace, spec, started):
        asked.append(spec.settings)
        keeps(Forecasts(workspace.database), spec, found)
        return found

    monkeypatch.setattr("recsys_core.runs.measuring.measure", measure)
    return asked


def test_the_forecast_is_printed_for_people_and_for_scripts(data, monkeypatch, capsys):
    asked = measured(monkeypatch, FOUND)
    assert main(["preflight", data, "--model", "mf", "--set", "epochs=7"]) == 0
    assert capsys.readouterr().out.startswith("About 48 s: 4 s to begin, at most 20 epochs of 2 s, 4 s of judging.")
    assert main(["preflight", data, "--model", "mf", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["epochs"], told["seconds"], told["peak"]) == (20, 48.0, 310 * 2**20)
    assert asked == [{"epochs": "7"}, {}]


def test_a_real_pilot(data, capsys):
    assert main(["preflight", data, "--model", "popularity", "--json"]) == 0
    assert 0 < json.loads(capsys.readouterr().out)["seconds"] < 60


def test_what_cannot_be_trained_is_refused(data, capsys):
    assert main(["preflight", data, "--model", "bias"]) == 2
    assert "has none" in capsys.readouterr().err


def known(home: Path, data: str, found: Forecast, model: str) -> None:
    """A forecast that somebody has measured before."""
    workspace = Workspace(home)
    recipe = default_recipe(workspace.load_dataset(data))
    Forecasts(workspace.database).keep(TrainSpec(dataset=data, model=model, split=recipe), found)


def test_a_training_says_beforehand_what_it_will_take_where_that_is_known(data, home, capsys):
    assert main(["train", data, "--model", "popularity"]) == 0
    assert "About" not in capsys.readouterr().err
    known(home, data, FOUND, "popularity")
    assert main(["train", data, "--model", "popularity"]) == 0
    assert capsys.readouterr().err.startswith("About 48 s")


def test_a_training_that_does_not_fit_does_not_begin_and_says_what_would(data, home, capsys):
    known(home, data, replace(FOUND, own=2**50), "mf")
    assert main(["train", data, "--model", "mf"]) == 2
    assert "are free" in capsys.readouterr().err
    assert not Workspace(home).runs()
    assert not [job for job in Jobs(Workspace(home).database).all() if job.is_active]
