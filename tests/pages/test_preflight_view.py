"""What Train says beforehand: at once, when it was measured, and where memory does not suffice."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from recsys_core.preflight.forecast import Forecast
from recsys_core.runs.forecasts import Forecasts
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.pilots import Answer, Standing
from recsys_core.runs.store import Workspace
from tests.pages.test_train_page import opened, press, ratings, said  # noqa: F401 (fixtures)

FOUND = Forecast(3.0, 1.0, 20, 2.0, 4.0, 310 * 2**20, 100 * 2**20, 0.7)


def with_forecast(pilots, home, dataset: str, found: Forecast) -> None:
    """As if a pilot had measured whatever the page asks for."""

    def ask(visitor: str, spec: TrainSpec) -> Answer:
        assert spec.dataset == dataset
        Forecasts(Workspace(home).database).keep(spec, found)
        return Answer(found)

    pilots.ask = ask


def test_what_is_known_is_said_at_once_and_that_it_is_measured(jobs, ratings):  # noqa: F811
    words = said(opened())
    assert "of memory, and" in words
    assert "on two cores" in words
    assert "Measuring on this machine" in words


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(FOUND), "About 48 s: 4 s to begin, at most 20 epochs of 2 s, 4 s of judging."),
        (Answer(FOUND), "Measured on this machine in 0.7 s."),
        (Answer(None, Standing.TRAINING), "Something is training: the time is measured when it is done."),
        (Answer(None, Standing.FAILED, "It has <none>."), "It could not be measured: It has <none>."),
    ],
)
def test_how_far_the_forecast_is(jobs, ratings, pilots, answer, words):  # noqa: F811
    pilots.answer = answer
    assert words in said(opened()).replace("\N{NO-BREAK SPACE}", " ").replace("*", "")


def too_large(at: AppTest) -> str:
    return next(warning.value for warning in at.warning if "of memory" in warning.value).replace("\\", "")


def test_a_training_that_was_measured_and_does_not_fit_never_starts(jobs, ratings, pilots, home):  # noqa: F811
    with_forecast(pilots, home, ratings, replace(FOUND, own=2**60))
    at = opened()
    at.run()  # as the page does when the forecast comes
    assert "are free" in too_large(at)
    press(at, "Start training")
    assert "are free" in at.error[0].value
    assert not jobs.all()


def test_settings_that_fit_are_one_press_away(jobs, ratings, monkeypatch):  # noqa: F811
    from recsys_core.models.neumf import NeuMF

    usual = NeuMF().config.embedding_size
    monkeypatch.setattr(NeuMF, "memory", lambda model, train: 2**24 * model.config.embedding_size)
    monkeypatch.setattr(
        "psutil.virtual_memory", lambda: type("Free", (), {"available": 2**24 * usual - 1, "total": 2**34})
    )
    at = opened()
    assert f"Use embedding size {usual // 2}" in too_large(at)
    press(at, f"Use embedding size {usual // 2}")
    assert "Measuring" in said(at)
    press(at, "Start training")
    assert [job.spec.settings["embedding_size"] for job in jobs.all()] == [usual // 2]
