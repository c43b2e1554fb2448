"""Where no Chromium is, that is said; where it prints nothing, that too."""

import subprocess

import pytest

from recsys_core.errors import StoreError
from recsys_core.report import pdf


def test_without_a_browser_the_way_out_is_named(monkeypatch):
    monkeypatch.setattr(pdf.shutil, "which", lambda _: None)
    assert pdf.browser() is None
    with pytest.raises(StoreError, match="no Chromium on this machine.*open the HTML file anywhere") as error:
        pdf.as_pdf("<p>x</p>")
    assert error.value.code == "no-browser"


def test_the_first_browser_that_is_there_prints_without_a_network(monkeypatch):
    asked = []

    def run(command, **_):
        asked.append(command)
        (target,) = (word.partition("=")[2] for word in command if word.startswith("--print-to-pdf="))
        with open(target, "wb") as file:  # noqa: PTH123
            file.write(b"%PDF-1.7")

    monkeypatch.setattr(pdf.shutil, "which", lambda name: f"/bin/{name}" if "google" in name else None)
    monkeypatch.setattr(pdf.subprocess, "run", run)
    assert pdf.as_pdf("<p>x</p>") == b"%PDF-1.7"
    assert asked[0][0] == "/bin/google-chrome"
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in asked[0]
    assert asked[0][-1].startswith("file:///")


@pytest.mark.parametrize("error", [subprocess.TimeoutExpired("x", 1), OSError("gone"), None])
def test_a_browser_that_prints_nothing_is_told_of(monkeypatch, error):
    def run(*_, **__):
        if error is not None:
            raise error

    monkeypatch.setattr(pdf.shutil, "which", lambda _: "/bin/chromium")
    monkeypatch.setattr(pdf.subprocess, "run", run)
    with pytest.raises(StoreError, match="printed no PDF"):
        pdf.as_pdf("<p>x</p>")
