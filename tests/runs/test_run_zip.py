"""A run goes from one workspace to another as it is, and a file that is not one of ours is refused in words."""

import io
import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recsys_core import __version__
from recsys_core.cli import main
from recsys_core.errors import StoreError
from recsys_core.recommending import recommend_to_user
from recsys_core.runs.run_zip import LIST, export_run, import_run
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.types import Json
from tests.runs.builders import camps, keep, keep_run, unfinished

Files = dict[str, bytes]
Change = Callable[[Files], object]


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("here"))


@pytest.fixture(scope="module")
def run(here) -> RunCard:
    return keep_run(here, keep(here, camps()))


@pytest.fixture
def there(tmp_path) -> Workspace:
    return Workspace(tmp_path / "there")


def exported(workspace: Workspace, run: RunCard) -> io.BytesIO:
    target = io.BytesIO()
    export_run(workspace, run.id, target)
    return target


def contents(packed: io.BytesIO) -> Files:
    with zipfile.ZipFile(packed) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def as_zip(files: Files, method: int = zipfile.ZIP_STORED) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def listed_anew(files: Files) -> Files:
    """The same files with sizes and checksums that fit, as somebody would make them who means harm."""
    about = json.loads(files[LIST])
    about["files"] = {
        name: {"bytes": len(content), "sha256": sha256(content).hexdigest()}
        for name, content in files.items()
        if name != LIST
    }
    return files | {LIST: json.dumps(about).encode()}


def changed_json(files: Files, name: str, change: Callable[[Json], object]) -> None:
    about = json.loads(files[name])
    change(about)
    files[name] = json.dumps(about).encode()


def refused(there: Workspace, packed: io.BytesIO, words: str, code: str = "bad-run-file") -> None:
    with pytest.raises(StoreError, match=words) as error:
        import_run(there, packed)
    assert error.value.code == code
    assert not there.runs()
    assert not list((there.root / "runs").iterdir())
    assert not unfinished(there.root)


def test_a_run_comes_out_as_it_went_in_without_its_data_set(here, run, there):
    opened = import_run(there, exported(here, run))
    assert opened.is_new
    assert opened.run == run
    assert not there.datasets()
    mine, theirs = here.load_run(run.id), there.load_run(run.id)
    assert recommend_to_user(theirs.model, theirs.split, 3, 5) == recommend_to_user(mine.model, mine.split, 3, 5)
    figures = there.per_user(run.id)
    assert figures.keys() == here.per_user(run.id).keys()
    np.testing.assert_array_equal(there.lists(run.id).items, here.lists(run.id).items)
    assert Workspace(there.root).runs() == [run]


def test_what_is_here_already_stays(here, run, there):
    packed = exported(here, run)
    assert import_run(there, packed).is_new
    assert not import_run(there, packed).is_new
    assert not import_run(here, packed).is_new
    (there.run_folder(run.id) / "history.json").write_text("[ ]", encoding="utf-8")
    with pytest.raises(StoreError, match="content is another one") as error:
        import_run(there, packed)
    assert error.value.code == "other-run"
    assert there.runs() == [run]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda files: files.update({"../../evil.json": b"{}"}), "holds what no run has"),
        (lambda files: files.update({"/etc/card.json": b"{}"}), "holds what no run has"),
        (lambda files: files.update({"model\\model.json": b"{}"}), "holds what no run has"),
        (lambda files: files.update({"model/code.py": b"print()"}), "holds what no run has"),
        (lambda files: files.update({"model.pkl": b"."}), "holds what no run has"),
        (lambda files: files.pop("roles.npy"), "cannot be read"),
        (lambda files: files.update({"roles.npy": b"no array"}), "cannot be read"),
        (lambda files: files.update({"model/model.safetensors": b"\xff" * 64}), "cannot be"),
        (lambda files: files.update({"dataset/items.parquet": b"PAR1"}), "cannot be read"),
        (lambda files: files.update({"per_user.npz": b"PK"}), "cannot be"),
        (lambda files: files.update({"card.json": b"[" * 100_000}), "card.json cannot be read"),
        (lambda files: files.update({"card.json": b"[]"}), "card.json cannot be read"),
        (lambda files: changed_json(files, "card.json", lambda card: card.pop("metrics")), "cannot be read"),
        (lambda files: changed_json(files, "card.json", lambda card: card.update(dataset="../..")), "cannot be read"),
        (lambda files: changed_json(files, "card.json", lambda card: card.update(id="als-00000000")), "another run"),
        (lambda files: changed_json(files, "card.json", lambda card: card.update(model="als")), "another run"),
        (
            lambda files: changed_json(
                files, "card.json", lambda card: card["passport"]["split"].update(fingerprint="0" * 64)
            ),
            "another run",
        ),
        (lambda files: changed_json(files, LIST, lambda about: about.update(run="../../x-00000000")), "none of ours"),
        (lambda files: files.pop(LIST), "no exported run"),
    ],
)
def test_what_is_not_a_run_is_refused_whole(here, run, there, change, words):
    files = contents(exported(here, run))
    change(files)
    refused(there, as_zip(listed_anew(files) if LIST in files else files), words)
    assert not (there.root.parent / "evil.json").exists()


def test_damage_is_found_by_its_checksum(here, run, there):
    files = contents(exported(here, run))
    files["history.json"] = files["history.json"].replace(b"[", b" ", 1) + b"["
    refused(there, as_zip(files), "checksums")
    refused(there, as_zip(files | {"weights.safetensors": b""}), "does not hold the files that it lists")
    short = exported(here, run).getvalue()
    refused(there, io.BytesIO(short[: len(short) // 2]), "a part of one")
    refused(there, io.BytesIO(b"user,item\n"), "no zip file")


def test_nothing_comes_out_that_the_file_does_not_hold_itself(here, run, there):
    """So no small file fills a disk: nothing is packed, and sizes add up to the file's own."""
    files = contents(exported(here, run))
    refused(there, as_zip(files, zipfile.ZIP_DEFLATED), "packed anew")
    packed = as_zip(files).getvalue()
    name = b"history.json"
    entry = packed.rindex(name) - 46  # in the directory at the end
    size = (1 << 30).to_bytes(4, "little")
    refused(there, io.BytesIO(packed[: entry + 20] + size + size + packed[entry + 28 :]), "more bytes than it has")


def test_links_and_pictures_that_lead_elsewhere_are_refused(here, run, there):
    files = contents(exported(here, run))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (stat.S_IFLNK if name == "card.json" else stat.S_IFREG) << 16
            archive.writestr(entry, content)
    refused(there, target, "holds what no run has")
    items = pd.read_parquet(io.BytesIO(files["dataset/items.parquet"]))
    table = io.BytesIO()
    items.assign(image="../../../secret.png").to_parquet(table, index=False)
    refused(there, as_zip(listed_anew(files | {"dataset/items.parquet": table.getvalue()})), "pictures")


def test_a_file_from_a_newer_version_says_so(here, run, there):
    files = contents(exported(here, run))
    changed_json(files, LIST, lambda about: about.update(format=2, foretaste="9.9"))
    refused(there, as_zip(files), rf"newer Foretaste \(9\.9\); this is {__version__}", "newer-run")


def test_arrays_that_would_fill_the_memory_are_not_read(here, run, there, monkeypatch):
    monkeypatch.setattr("recsys_core.runs.run_zip.MOST_ARRAYS", 100)
    refused(there, exported(here, run), "npz is too large")


def test_pictures_stay_behind_and_are_found_where_the_data_set_is(here, there, tmp_path):
    dataset = camps("pictured")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "one.png").write_bytes(b"picture")
    items = dataset.item_table.assign(image=["one.png"] + [""] * (dataset.n_items - 1))
    card = keep(here, replace(dataset, item_table=items, image_folder=tmp_path / "pictures"))
    run = keep_run(here, card)
    packed = exported(here, run)
    assert not [name for name in contents(packed) if "image" in name]
    import_run(there, packed)
    assert there.load_run(run.id).split.dataset.picture(0) is None
    shutil.copytree(here.root / "datasets" / card.id, there.root / "datasets" / card.id)
    assert there.load_run(run.id).split.dataset.picture(0).read_bytes() == b"picture"


def test_the_shell_takes_a_run_out_and_in(home: Path, tmp_path, monkeypatch, capsys):
    workspace = Workspace(home)
    run = keep_run(workspace, keep(workspace, camps()))
    file = str(tmp_path / "run.zip")
    assert main(["export-run", run.id, "--to", file]) == 0
    assert main(["export-run", run.id, "--to", file]) == 2
    assert main(["import-run", file]) == 0
    assert "here already, with the same content" in capsys.readouterr().out
    monkeypatch.setenv("FORETASTE_HOME", str(tmp_path / "elsewhere"))
    assert main(["import-run", file, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "run": run.id,
        "model": "popularity",
        "dataset_name": "camps",
        "new": True,
    }
    assert main(["import-run", str(tmp_path / "none.zip")]) == 2
    assert main(["export-run", "als-00000000", "--to", str(tmp_path / "other.zip")]) == 2
    assert not (tmp_path / "other.zip").exists()
