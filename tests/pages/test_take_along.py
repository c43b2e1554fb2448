"""Compare: a model goes out as a file, and one comes in."""

import io

from streamlit.testing.v1 import AppTest

from pages.shared.nav import COMPARE
from pages.shared.run_zip import packed
from recsys_core.runs.run_zip import export_run
from recsys_core.runs.store import Workspace
from tests.pages.test_train_page import opened, press
from tests.runs.builders import camps, keep, keep_run


def bring(at: AppTest, content: bytes) -> AppTest:
    at.file_uploader[0].set_value(("run.zip", content, "application/zip")).run()
    return press(at, "Open")


def test_a_model_comes_into_an_empty_workspace_and_once_only(workspace, tmp_path):
    elsewhere = Workspace(tmp_path / "elsewhere")
    run = keep_run(elsewhere, keep(elsewhere, camps()))
    content = packed(elsewhere.root, run.id).getvalue()
    at = bring(opened(COMPARE), content)
    assert [one.value for one in at.success] == ["Popularity on camps is here now\\."]
    assert workspace.runs() == [run]
    assert [link.label for link in at.get("page_link")][-1] != "Train a model"
    at = bring(at, content)
    assert [one.value for one in at.success] == ["Popularity on camps was here already, with the same content\\."]
    assert at.selectbox(key="take-run").value == run.id
    assert len(at.get("download_button")) >= 1


def test_what_is_no_model_is_refused_in_words(workspace):
    at = bring(opened(COMPARE), b"PK no model")
    assert "cannot be opened as a run" in at.error[0].value
    assert not at.success
    assert not workspace.runs()


def test_the_download_is_what_the_shell_exports(workspace):
    run = keep_run(workspace, keep(workspace, camps()))
    target = io.BytesIO()
    export_run(workspace, run.id, target)
    assert len(packed(workspace.root, run.id).getvalue()) == len(target.getvalue())
