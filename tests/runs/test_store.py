"""What was put into a workspace comes out again, whole or with an error in words."""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recsys_core.data.dataset import Dataset
from recsys_core.errors import ModelError, StoreError
from recsys_core.runs import database, store
from recsys_core.runs.database import Database
from recsys_core.runs.jobs import Jobs
from recsys_core.runs.store import Workspace, default_home
from recsys_core.types import Feedback
from tests import worlds
from tests.runs.builders import a_run, about, camps, keep, keep_run, other_ratings, scores, spec, with_ids

REPOSITORY = Path(__file__).parents[2]
ODD_IDS = ["007", "7", "a:b", "../../etc", "NA", "ünï 💡", "1e5"]


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.fixture
def odd(tmp_path) -> Dataset:
    """Odd ids and titles, genres, a missing year and a picture with an odd name."""
    made = worlds.dataset([(u, i, 1.0 + (u + i) % 5, u * 10 + i) for u in range(7) for i in range(7)], 7, 7, name="odd")
    made = with_ids(made, ODD_IDS, ODD_IDS[::-1])
    items = made.item_table.copy()
    items["title"] = ["=1+1", "<b>bold</b>", "", "Amélie (2001)", "a, b", 'c "d"', "x" * 300]
    items["genres"] = pd.Series([("Drama", "Sci-Fi"), (), ("Drama",), (), (), (), ("a|b",)], dtype=object)
    items["year"] = pd.array([2001, pd.NA, 1999, pd.NA, pd.NA, pd.NA, 1888], dtype="Int64")
    items["text"] = ["one", "", "", "", "", "", "two\u2028lines"]
    items["image"] = ["a/b c.PNG", "", "", "", "", "", "d.jpeg"]
    pictures = tmp_path / "pictures"
    (pictures / "a").mkdir(parents=True)
    (pictures / "a" / "b c.PNG").write_bytes(b"first")
    (pictures / "d.jpeg").write_bytes(b"second")
    people = made.user_table.assign(name=["Ada", "", "", "", "", "", "Bo"])
    return replace(made, item_table=items, user_table=people, origin="By hand.", image_folder=pictures)


# Data sets


def test_a_data_set_comes_back_as_it_was(workspace, odd):
    loaded = workspace.load_dataset(keep(workspace, odd).id)
    assert loaded.fingerprint == odd.fingerprint
    assert (loaded.name, loaded.feedback, loaded.scale, loaded.origin) == ("odd", odd.feedback, odd.scale, "By hand.")
    assert loaded.user_ids.values.tolist() == ODD_IDS
    assert loaded.item_ids.values.tolist() == ODD_IDS[::-1]
    for column in ("users", "items", "values", "times"):
        before, after = getattr(odd.interactions, column), getattr(loaded.interactions, column)
        assert before.dtype == after.dtype
        assert np.array_equal(before, after)
    for column in ("title", "genres", "text"):
        assert loaded.item_table[column].tolist() == odd.item_table[column].tolist()
    assert loaded.item_table["year"].dtype == "Int64"
    assert loaded.item_table["year"].equals(odd.item_table["year"])
    assert set(loaded.item_table) == set(odd.item_table)
    assert loaded.user_table["name"].tolist() == odd.user_table["name"].tolist()


def test_pictures_are_copied_under_names_of_our_own(workspace, odd):
    loaded = workspace.load_dataset(keep(workspace, odd).id)
    assert loaded.item_table["image"].tolist() == ["0.png", "", "", "", "", "", "6.jpeg"]
    assert (loaded.image_folder / "0.png").read_bytes() == b"first"
    assert (loaded.image_folder / "6.jpeg").read_bytes() == b"second"
    assert sorted(path.name for path in loaded.image_folder.iterdir()) == ["0.png", "6.jpeg"]


@pytest.mark.parametrize("feedback", list(Feedback))
def test_a_data_set_without_times_and_pictures_comes_back_so(workspace, feedback):
    made = worlds.golden(timed=False, feedback=feedback)
    loaded = workspace.load_dataset(keep(workspace, made).id)
    assert loaded.interactions.times is None
    assert loaded.image_folder is None
    assert loaded.feedback is feedback
    assert loaded.scale == made.scale
    assert loaded.fingerprint == made.fingerprint


def test_a_card_shows_what_the_import_found(workspace):
    made = camps()
    card = keep(workspace, made)
    assert card.name == "camps"
    assert card.about.items() >= about(made).items()
    assert workspace.datasets() == [card]


def test_the_same_content_under_the_same_name_is_kept_once(workspace):
    first, second = keep(workspace, camps()), keep(workspace, camps())
    assert first.id == second.id
    assert len(workspace.datasets()) == 1
    assert keep(workspace, camps(name="twin")).id != first.id
    assert [card.name for card in workspace.datasets()] == ["twin", "camps"]


def test_other_content_under_the_same_name_is_the_newer_one_and_the_older_stays_reachable_by_its_id(workspace):
    made = worlds.golden()
    older, newer = keep(workspace, made), keep(workspace, other_ratings(made))
    assert older.id != newer.id
    assert workspace.find_dataset("golden").id == newer.id
    assert workspace.load_dataset(older.id).fingerprint == made.fingerprint


def test_what_is_imported_again_is_the_newest_again(workspace):
    made = worlds.golden()
    first = keep(workspace, made)
    keep(workspace, other_ratings(made))
    keep(workspace, made)
    assert workspace.find_dataset("golden").id == first.id
    assert workspace.datasets()[0].id == first.id


def test_newest_means_saved_last_even_when_the_clock_was_set_back(workspace, monkeypatch):
    keep(workspace, worlds.golden())
    monkeypatch.setattr(store.time, "time", lambda: 1.0)
    newer = keep(workspace, other_ratings(worlds.golden()))
    assert workspace.find_dataset("golden").id == newer.id


def test_an_id_wins_over_a_name(workspace):
    card = keep(workspace, camps())
    keep(workspace, camps(name=card.id, seed=1))
    assert workspace.find_dataset(card.id).name == "camps"


def test_a_deleted_data_set_is_gone_from_the_list_and_the_disk(workspace):
    kept, card = keep(workspace, camps(name="kept")), keep(workspace, camps())
    workspace.delete_dataset(card.id)
    assert workspace.datasets() == [kept]
    assert [path.name for path in (workspace.root / "datasets").iterdir()] == [kept.id]
    assert Workspace(workspace.root).datasets() == [kept]
    assert keep(workspace, camps()).id == card.id  # and may come again


def test_an_unknown_data_set_is_answered_with_those_there_are(workspace):
    with pytest.raises(StoreError, match=r"no data set called 'x'. There are: none."):
        workspace.find_dataset("x")
    keep(workspace, camps(name="b"))
    keep(workspace, camps(name="a"))
    with pytest.raises(StoreError, match=r"There are: 'a', 'b'\.") as caught:
        workspace.load_dataset("x")
    assert caught.value.code == "unknown-dataset"
    with pytest.raises(StoreError, match="'a', 'b'"):
        workspace.delete_dataset("../runs")


# Runs


def test_a_run_comes_back_with_equal_scores_the_same_split_and_its_figures(workspace):
    made = a_run(workspace, keep(workspace, camps()))
    card = workspace.save_run(*made)
    loaded = workspace.load_run(card.id)
    users = np.arange(24, dtype=np.int32)
    assert np.array_equal(loaded.model.score(users), made[1].score(users))
    assert loaded.split.fingerprint == made[2].fingerprint == card.split_fingerprint
    assert loaded.split.recipe == made[2].recipe
    assert np.array_equal(loaded.split.roles, made[2].roles)
    assert card.about["metrics"] == made[3].as_json()["metrics"]
    assert loaded.about == card.about
    assert (card.model, card.title) == ("popularity", "Popularity")
    assert workspace.history(card.id) == []


def test_the_figures_of_each_person_are_kept_with_the_run(workspace):
    made = a_run(workspace, keep(workspace, camps()))
    card = workspace.save_run(*made)
    with np.load(workspace.root / "runs" / card.id / "per_user.npz", allow_pickle=False) as kept:
        assert np.array_equal(kept["ndcg@10/numerator"], made[3].per_user["ndcg@10"].numerator)
        assert {name.rpartition("/")[0] for name in kept} == set(made[3].per_user)


def test_runs_are_listed_newest_first_and_a_deleted_one_is_gone(workspace):
    card = keep(workspace, camps())
    first, second, third = (keep_run(workspace, card) for _ in range(3))
    workspace.delete_run(second.id)
    assert [run.id for run in workspace.runs()] == [third.id, first.id]
    assert [run.id for run in Workspace(workspace.root).runs()] == [third.id, first.id]
    for ask in (workspace.find_run, workspace.load_run, workspace.history, workspace.delete_run):
        with pytest.raises(StoreError, match="There is no run") as caught:
            ask(second.id)
        assert caught.value.code == "unknown-run"


def test_a_run_opens_after_its_data_set_was_deleted(workspace, odd):
    card = keep(workspace, odd)
    run = keep_run(workspace, card)
    assert workspace.load_run(run.id).split.dataset.image_folder == workspace.root / "datasets" / card.id / "images"
    before = scores(workspace, run.id)
    workspace.delete_dataset(card.id)
    loaded = workspace.load_run(run.id)
    assert np.array_equal(scores(workspace, run.id), before)
    assert loaded.split.dataset.fingerprint == odd.fingerprint
    assert loaded.split.dataset.image_folder is None


def test_a_run_folder_opens_in_another_workspace(workspace, tmp_path):
    run = keep_run(workspace, keep(workspace, camps()))
    other = tmp_path / "elsewhere"
    shutil.copytree(workspace.root / "runs" / run.id, other / "runs" / run.id)
    moved = Workspace(other)
    assert moved.runs() == [run]
    assert np.array_equal(scores(moved, run.id), scores(workspace, run.id))


# Crashes


def test_what_was_saved_but_not_listed_before_a_crash_is_listed_when_the_workspace_opens(workspace, monkeypatch):
    monkeypatch.setattr(Workspace, "_list", lambda *_: None)  # killed between the rename and the list
    with pytest.raises(StoreError):
        keep(workspace, camps())
    monkeypatch.undo()
    opened = Workspace(workspace.root)
    card = opened.find_dataset("camps")
    assert opened.load_dataset(card.id).fingerprint == camps().fingerprint

    made = a_run(opened, card)
    monkeypatch.setattr(Workspace, "_list", lambda *_: None)
    with pytest.raises(StoreError):
        opened.save_run(*made)
    monkeypatch.undo()
    assert len(Workspace(workspace.root).runs()) == 1


@pytest.mark.parametrize("part", ["datasets", "runs"])
def test_a_deletion_that_a_crash_cut_short_is_complete_when_the_workspace_opens(workspace, monkeypatch, part):
    card = keep(workspace, camps())
    run = keep_run(workspace, card)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Workspace, "_unlist", killed)
    with pytest.raises(KeyboardInterrupt):
        workspace.delete_dataset(card.id) if part == "datasets" else workspace.delete_run(run.id)
    monkeypatch.undo()
    opened = Workspace(workspace.root)
    assert (opened.datasets() == []) == (part == "datasets")
    assert (opened.runs() == []) == (part == "runs")


def test_the_checkpoints_of_dismissed_jobs_are_gone_when_the_workspace_opens_and_others_stay(workspace):
    jobs = Jobs(workspace.database)
    kept, dismissed = jobs.submit(spec("d")), jobs.submit(spec("d"))
    jobs.stop(dismissed.id)
    for job in (kept, dismissed):
        (workspace.root / "jobs" / job.id / "000001").mkdir(parents=True)
    jobs.dismiss(dismissed.id)
    Workspace(workspace.root)
    assert [path.name for path in (workspace.root / "jobs").iterdir()] == [kept.id]


@pytest.mark.parametrize("card", ["", "{", "[]", "{}", "3"])
def test_a_strange_folder_does_not_keep_the_workspace_from_opening(workspace, card):
    kept = keep(workspace, camps())
    for part in ("datasets", "runs"):
        (workspace.root / part / "strange").mkdir()
        (workspace.root / part / "strange" / "card.json").write_text(card)
        (workspace.root / part / "a file").write_text("hello")
    opened = Workspace(workspace.root)
    assert opened.datasets() == [kept]
    assert opened.runs() == []


# Damage


def damage(path: Path, how: str) -> None:
    data = path.read_bytes()
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "cut": data[: len(data) // 2], "other": b"[1, 2]"}[how])


@pytest.mark.parametrize("how", ["missing", "empty", "cut", "other"])
@pytest.mark.parametrize("name", ["dataset.json", "interactions.parquet", "items.parquet", "users.parquet"])
def test_a_damaged_data_set_is_an_error_in_words(workspace, name, how):
    card = keep(workspace, camps())
    damage(workspace.root / "datasets" / card.id / name, how)
    with pytest.raises(StoreError, match="cannot be read") as caught:
        workspace.load_dataset(card.id)
    assert caught.value.code == "damaged-dataset"


@pytest.mark.parametrize("change", [{"n_users": 3}, {"n_items": 3}, {"feedback": "shouted"}, {"scale": {"low": 1}}])
def test_a_data_set_whose_parts_do_not_fit_is_an_error_in_words(workspace, change):
    card = keep(workspace, camps())
    path = workspace.root / "datasets" / card.id / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(StoreError, match="cannot be read"):
        workspace.load_dataset(card.id)


@pytest.mark.parametrize("how", ["missing", "empty", "cut", "other"])
@pytest.mark.parametrize(
    "name", ["card.json", "roles.npy", "model/model.json", "model/model.safetensors", "dataset/items.parquet"]
)
def test_a_damaged_run_is_an_error_in_words(workspace, name, how):
    run = keep_run(workspace, keep(workspace, camps()))
    damage(workspace.root / "runs" / run.id / name, how)
    with pytest.raises((StoreError, ModelError), match="cannot be read"):
        workspace.load_run(run.id)


@pytest.mark.parametrize("how", ["missing", "empty", "cut"])
def test_a_damaged_history_is_an_error_in_words(workspace, how):
    run = keep_run(workspace, keep(workspace, camps()))
    damage(workspace.root / "runs" / run.id / "history.json", how)
    with pytest.raises(StoreError, match="cannot be read"):
        workspace.history(run.id)


def test_roles_for_another_number_of_events_are_refused(workspace):
    run = keep_run(workspace, keep(workspace, camps()))
    path = workspace.root / "runs" / run.id / "roles.npy"
    np.save(path, np.load(path)[:-1])
    with pytest.raises(StoreError, match=r"roles for \d+ events"):
        workspace.load_run(run.id)


def test_a_model_of_another_shape_is_refused(workspace):
    card = keep(workspace, camps())
    small = keep_run(workspace, keep(workspace, worlds.golden()))
    run = keep_run(workspace, card)
    runs = workspace.root / "runs"
    shutil.copy(runs / small.id / "model" / "model.safetensors", runs / run.id / "model" / "model.safetensors")
    with pytest.raises(ModelError, match=r"has the shape \(6,\), not \(20,\)"):
        workspace.load_run(run.id)


class Bomb:
    """Leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


def test_opening_a_run_never_runs_code_from_it(workspace, tmp_path):
    run = keep_run(workspace, keep(workspace, camps()))
    path, mark = workspace.root / "runs" / run.id / "roles.npy", tmp_path / "mark"
    np.save(path, np.array([Bomb(mark)], dtype=object), allow_pickle=True)
    with pytest.raises(StoreError, match="cannot be read"):
        workspace.load_run(run.id)
    assert not mark.exists()
    np.load(path, allow_pickle=True)  # the mark is real
    assert mark.exists()


# The workspace itself


def test_a_workspace_of_another_version_is_refused(workspace):
    with sqlite3.connect(workspace.root / "foretaste.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="another version of Foretaste") as caught:
        Workspace(workspace.root)
    assert caught.value.code == "other-version"


@pytest.mark.parametrize("content", [b"hello" * 1000, None], ids=["text", "a folder"])
def test_a_database_that_is_none_is_an_error_in_words(tmp_path, content):
    path = tmp_path / "foretaste.sqlite"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(StoreError, match=r"database foretaste.sqlite cannot be used"):
        Workspace(tmp_path)


def test_somebody_elses_database_is_an_error_in_words(tmp_path):
    with sqlite3.connect(tmp_path / "foretaste.sqlite") as db:
        db.execute("CREATE TABLE datasets (x)")
    db.close()
    with pytest.raises(StoreError, match="already exists"):
        Workspace(tmp_path)


def test_a_full_or_busy_database_is_an_error_in_words_and_a_bug_is_not(workspace):
    def fill() -> None:
        with workspace.database.connect() as db:
            db.execute("PRAGMA max_page_count = 1")
            for number in range(1000):
                db.execute("INSERT INTO runs VALUES (?, 'd', 1, ?)", (str(number), "x" * 1000))

    def mistake() -> None:
        with workspace.database.connect() as db:
            db.execute("SELECT x FROM nowhere")

    with pytest.raises(StoreError, match=r"cannot be used: .*full.* free space"):
        fill()
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        mistake()


def test_a_workspace_that_cannot_be_made_is_an_error_in_words(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="FORETASTE_HOME"):
        Workspace(tmp_path / "file" / "home")


def test_a_workspace_named_relatively_stays_where_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    workspace = Workspace(Path("home"))
    monkeypatch.chdir("/")
    assert workspace.root == tmp_path / "home"
    keep(workspace, camps())


def test_the_workspace_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("FORETASTE_HOME", str(tmp_path))
    assert default_home() == tmp_path
    monkeypatch.setenv("FORETASTE_HOME", "")
    assert default_home() == REPOSITORY / "workspace"


def test_two_processes_may_open_a_new_workspace_at_once(tmp_path):
    program = (
        "import sys, time; from pathlib import Path; from recsys_core.runs.database import Database\n"
        "sys.stdin.readline()\n"
        "for n in range(30):\n"
        "    Path(sys.argv[1], str(n)).mkdir(exist_ok=True)\n"
        "    db = Database(Path(sys.argv[1], str(n), 'db'))\n"
        "    with db.connect() as c: c.execute('INSERT INTO runs VALUES (?, 1, 1, 1)', (sys.argv[2],))\n"
    )
    words = [sys.executable, "-c", program, str(tmp_path)]
    processes = [
        subprocess.Popen([*words, str(one)], stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY, text=True)
        for one in range(3)
    ]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    problems = [process.communicate()[1] for process in processes]
    assert problems == ["", "", ""]
    for number in range(30):
        with Database(tmp_path / str(number) / "db").connect() as db:
            assert db.execute("SELECT count(*) FROM runs").fetchone()[0] == 3


def test_a_new_database_that_somebody_else_holds_for_a_moment_is_waited_for(tmp_path):
    other = sqlite3.connect(tmp_path / "db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, lambda: (other.execute("COMMIT"), other.close()))
    timer.start()
    Database(tmp_path / "db")
    timer.join()


def test_a_database_that_cannot_be_switched_is_given_up_in_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(tmp_path / "db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="database is locked"):
            Database(tmp_path / "db")
