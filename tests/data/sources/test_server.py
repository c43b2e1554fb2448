"""The server's own disk: one folder is offered, and nothing else."""

import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.sources import ServerFile, data_root, fetch, listing
from recsys_core.errors import DataError


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An offered folder, with a secret beside it."""
    folder = tmp_path / "offered"
    (folder / "may" / "posters").mkdir(parents=True)
    (folder / "may" / "ratings.csv").write_text("user,item\n1,2\n")
    (folder / "may" / "posters" / "1.png").write_bytes(b"\x89PNG")
    (folder / "u.data").write_text("1\t2\t3\t4\n")
    (tmp_path / "secret.csv").write_text("hush\n")
    monkeypatch.setenv("FORETASTE_DATA_ROOT", str(folder))
    return folder


def find(path: str, root: Path) -> Path:
    return fetch(ServerFile(path=path), root.parent / "nowhere")


def refused(path: str, root: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        find(path, root)
    assert caught.value.fix
    assert str(root) not in str(caught.value)
    return caught.value


def test_a_file_is_found_where_it_lies(root: Path):
    assert find("may/ratings.csv", root) == root / "may" / "ratings.csv"
    assert find("./may//ratings.csv", root) == root / "may" / "ratings.csv"


def test_a_folder_stands_for_its_one_table_beside_pictures(root: Path):
    assert find("may", root) == root / "may" / "ratings.csv"


def test_a_folder_with_several_tables_names_them(root: Path):
    (root / "may" / "movies.csv").write_text("item\n2\n")
    error = refused("may", root)
    assert error.code == "not-one-table"
    assert '2 tables ("movies.csv", "ratings.csv")' in error.message


def test_a_folder_without_a_table_says_so(root: Path):
    assert "holds no table" in refused("may/posters", root).message


def test_without_a_root_this_source_is_off(root: Path, monkeypatch: pytest.MonkeyPatch):
    for value in ("", None):
        monkeypatch.setenv("FORETASTE_DATA_ROOT", value) if value is not None else monkeypatch.delenv(
            "FORETASTE_DATA_ROOT"
        )
        assert data_root() is None
        error = refused("may/ratings.csv", root)
        assert error.code == "server-files-off"
        assert "FORETASTE_DATA_ROOT" in error.fix


def test_a_root_that_is_not_there_gets_a_sentence(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FORETASTE_DATA_ROOT", str(root / "gone"))
    assert refused("ratings.csv", root).code == "no-such-file"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.csv",
        "may/../../secret.csv",
        "may/..",
        "/etc/passwd",
        "//etc/passwd",
        "may/\0ratings.csv",
        "may/ratings.csv\n",
        "\u202emay",
        ".hidden.csv",
        "may/.git/config.csv",
        "x" * 1001,
    ],
)
def test_paths_that_lead_elsewhere_are_refused(root: Path, path: str):
    assert refused(path, root).code == "path-not-allowed"
    with pytest.raises(DataError):
        listing(root, path)


@pytest.mark.parametrize(
    "path", ["no.csv", "u.data/x.csv", "x" * 300 + ".csv", "may%2f..%2fsecret.csv", "may\\..\\secret.csv", "~"]
)
def test_what_is_not_there_is_said(root: Path, path: str):
    assert refused(path, root).code in ("no-such-file", "unreadable")


def test_links_out_are_refused_and_links_within_followed(root: Path):
    (root / "out.csv").symlink_to(root.parent / "secret.csv")
    (root / "outside").symlink_to(root.parent)
    (root / "latest.csv").symlink_to("may/ratings.csv")
    assert refused("out.csv", root).code == "path-not-allowed"
    assert refused("outside/secret.csv", root).code == "path-not-allowed"
    assert find("latest.csv", root) == root / "may" / "ratings.csv"
    assert [entry.name for entry in listing(root)] == ["may", "latest.csv", "u.data"]


def test_a_root_that_begins_with_the_same_letters_is_another(root: Path):
    (root.parent / "offered-not").mkdir()
    (root.parent / "offered-not" / "a.csv").write_text("hush")
    (root / "near").symlink_to(root.parent / "offered-not")
    assert refused("near/a.csv", root).code == "path-not-allowed"


def test_a_link_to_something_hidden_or_without_a_tables_ending_is_refused(root: Path):
    (root / ".env").write_text("hush")
    (root / "settings.toml").write_text("hush")
    (root / "a.csv").symlink_to(".env")
    (root / "b.csv").symlink_to("settings.toml")
    assert refused("a.csv", root).code == "path-not-allowed"
    assert refused("b.csv", root).code == "not-a-table"


def test_links_in_a_circle_are_refused(root: Path):
    (root / "a.csv").symlink_to("b.csv")
    (root / "b.csv").symlink_to("a.csv")
    assert refused("a.csv", root).code == "unreadable"


def test_only_ordinary_files_are_read(root: Path):
    os.mkfifo(root / "pipe.csv")
    (root / "null.csv").symlink_to("/dev/null")
    with socket.socket(socket.AF_UNIX) as ear:
        here = Path.cwd()
        os.chdir(root)  # the name of a socket may not be long
        try:
            ear.bind("ear.csv")
        finally:
            os.chdir(here)
        assert refused("ear.csv", root).code == "not-a-file"
    assert refused("pipe.csv", root).code == "not-a-file"
    assert refused("null.csv", root).code == "path-not-allowed"
    assert [entry.name for entry in listing(root)] == ["may", "u.data"]


def test_other_files_are_not_offered(root: Path):
    (root / "id_rsa").write_text("hush")
    (root / "secrets.toml").write_text("hush")
    assert refused("id_rsa", root).code == "not-a-table"
    assert refused("secrets.toml", root).code == "not-a-table"


def test_a_listing_says_what_one_needs_to_choose(root: Path):
    os.utime(root / "u.data", (86_400, 86_400))
    folder, table = listing(root)
    assert (folder.name, folder.is_folder, folder.size) == ("may", True, 0)
    assert (table.name, table.is_folder, table.size) == ("u.data", False, 8)
    assert table.modified == datetime(1970, 1, 2, tzinfo=UTC)
    assert [entry.name for entry in listing(root, "may")] == ["posters", "ratings.csv"]


def test_a_listing_holds_at_most_500(root: Path):
    for number in range(510):
        (root / "may" / f"{number:03}.csv").touch()
    names = [entry.name for entry in listing(root, "may")]
    assert names == ["posters", *(f"{number:03}.csv" for number in range(499))]


def test_a_listing_of_a_file_is_refused(root: Path):
    with pytest.raises(DataError, match="is not a folder"):
        listing(root, "u.data")


WALKS = st.lists(
    st.sampled_from(["..", ".", "", "may", "offered", "secret.csv", "ratings.csv", "up", "%2e%2e", "..\\", "\0"])
)


@given(WALKS, st.booleans())
def test_no_walk_leaves_the_root(tmp_path_factory: pytest.TempPathFactory, steps: list[str], absolute: bool):
    outside = tmp_path_factory.mktemp("walk")
    folder = outside / "offered"
    (folder / "may").mkdir(parents=True)
    (folder / "may" / "ratings.csv").touch()
    (folder / "up").symlink_to("..")
    (outside / "secret.csv").touch()
    path = "/" * absolute + "/".join(steps)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORETASTE_DATA_ROOT", str(folder))
        try:
            found = fetch(ServerFile(path=path), outside)
        except DataError:
            return
    assert found == folder / "may" / "ratings.csv"
