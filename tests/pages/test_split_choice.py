"""The split on the Train page: what it amounts to is said before it is used."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.browser import ROOT
from pages.shared.nav import TRAIN
from recsys_core.data.dataset import Dataset
from recsys_core.data.samples import SAMPLES
from recsys_core.runs.jobs import Jobs
from recsys_core.runs.store import Workspace, default_home, open_workspace
from recsys_core.splitting import SPLITTERS, SplitRecipe, split
from recsys_core.splitting.summary import summarise

DEMO = next(sample for sample in SAMPLES if sample.key == "demo").load()


@pytest.fixture
def dataset(home: Path) -> str:
    return Workspace(home).save_dataset(DEMO.dataset, DEMO.summary()).id


def kept(dataset: str) -> Dataset:
    """As it is stored: its pictures are then named by what is in them, which counts for fingerprints."""
    return open_workspace(default_home()).load_dataset(dataset)


def opened() -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.run()
    return at.switch_page(str(ROOT / TRAIN.path)).run()


def said(at: AppTest) -> str:
    return " ".join(part.value for part in (*at.markdown, *at.caption)).replace("\\", "")


@pytest.mark.parametrize("splitter", SPLITTERS, ids=lambda one: one.key)
def test_every_split_says_its_sizes_its_risk_its_fingerprint_and_its_warnings(splitter, dataset: str):
    at = opened()
    at.selectbox(key=f"split-{dataset}").set_value(splitter.key).run()
    assert not at.exception
    assert not at.error
    told = summarise(split(kept(dataset), SplitRecipe(key=splitter.key, fold=5)))
    words = said(at)
    assert f"Test: {told.test.events:,} events" in words.replace("**", "")
    assert f"Leak risk: {told.leak.risk}" in words
    assert told.leak.reason in words
    assert told.fingerprint[:8] in words
    assert [warning.value.replace("\\", "") for warning in at.warning] == list(told.warnings)


def test_the_number_of_windows_and_the_window_decide_the_split(dataset: str):
    at = opened()
    at.selectbox(key=f"split-{dataset}").set_value("rolling").run()
    at.number_input(key="folds-rolling").set_value(3).run()
    at.number_input(key="fold-rolling-3").set_value(2).run()
    wanted = split(kept(dataset), SplitRecipe(key="rolling", folds=3, fold=2))
    assert wanted.fingerprint[:8] in said(at)


def test_a_split_that_judges_nobody_is_refused_before_it_becomes_a_job(home: Path):
    lone = DEMO.dataset.with_interactions(DEMO.dataset.interactions.take(np.arange(1)))
    alone = Workspace(home).save_dataset(lone, DEMO.summary()).id
    at = opened()
    assert at.selectbox(key="pick-data").value == alone
    assert "leaves nobody" in at.error[0].value
    next(button for button in at.button if button.label == "Start training").click().run()
    assert "leaves nobody" in at.error[0].value
    assert not Jobs(Workspace(home).database).all()
