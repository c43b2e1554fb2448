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
from recsys_core.data.picture_names import picture_name
from recsys_core.errors import DataError, ModelError, StoreError
from recsys_core.runs import cards, database, store
from recsys_core.runs.database import Database
from recsys_core.runs.files import UNFINISHED
from recsys_core.runs.jobs import Jobs, State
from recsys_core.runs.store import DatasetCard, Workspace, default_home, names
from recsys_core.types import Feedback
from tests import worlds
from tests.runs.builders import a_run, about, camps, keep, keep_run, other_ratings, scores, spec, unfinished, with_ids

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
    assert loaded.fingerprint != without_pictures(loaded).fingerprint == without_pictures(odd).fingerprint
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


def without_pictures(dataset):
    return replace(dataset, item_table=dataset.item_table.assign(image=""))


def test_pictures_are_copied_under_names_of_our_own(workspace, odd):
    loaded = workspace.load_dataset(keep(workspace, odd).id)
    first, second = picture_name(b"first", ".png"), picture_name(b"second", ".jpeg")
    assert loaded.item_table["image"].tolist() == [first, "", "", "", "", "", second]
    assert (loaded.image_folder / first).read_bytes() == b"first"
    assert (loaded.image_folder / second).read_bytes() == b"second"
    assert sorted(path.name for path in loaded.image_folder.iterdir()) == sorted([first, second])


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


# Versions, names and notes


def versions(workspace: Workspace, name: str = "golden", count: int = 3) -> list[DatasetCard]:
    """So many data sets under one name, oldest first."""
    made = []
    for number in range(count):
        dataset = replace(worlds.golden(), name=name)
        dataset.item_table["title"] = [f"title {number}"] * dataset.n_items
        made.append(keep(workspace, dataset))
    return made


def test_saving_under_a_name_that_exists_makes_its_next_version(workspace):
    made = versions(workspace)
    other = keep(workspace, camps())
    assert [card.version for card in made] == [1, 2, 3]
    assert other.version == 1
    assert workspace.find_dataset("golden") == made[2]
    for card in made:
        assert workspace.find_dataset(f"golden@{card.version}") == card
    assert workspace.find_dataset("camps@1") == other
    assert names(workspace.datasets()) == {card.id: f"golden@{card.version}" for card in made} | {other.id: "camps"}


@pytest.mark.parametrize(
    "asked", ["golden@0", "golden@4", "golden@02", "golden@", "@1", "golden@x", "golden@" + "9" * 5000]
)
def test_a_version_that_is_not_there_is_answered_with_those_there_are(workspace, asked):
    versions(workspace)
    with pytest.raises(StoreError, match=r"There are: 'golden@1', 'golden@2', 'golden@3'\."):
        workspace.find_dataset(asked)


def test_an_exact_name_wins_over_a_name_and_a_version(workspace):
    versions(workspace, count=2)
    first, second = workspace.datasets()[::-1]
    odd = versions(workspace, "golden@2", count=1)[0]
    assert names(workspace.datasets()) == {first.id: "golden@1", second.id: second.id, odd.id: "golden@2"}
    assert workspace.find_dataset("golden@2") == odd
    assert workspace.find_dataset("golden@2@1") == odd


def test_a_version_stays_with_its_data_set(workspace):
    first, second, third = versions(workspace)
    workspace.delete_dataset(second.id)
    assert keep(workspace, workspace.load_dataset(first.id)).version == 1  # again, now the newest
    assert workspace.find_dataset("golden").id == first.id
    assert workspace.find_dataset("golden@3") == third
    opened = Workspace(workspace.root)
    assert {card.id: card.version for card in opened.datasets()} == {first.id: 1, third.id: 3}
    assert versions(workspace, count=2)[1].version == 4


def test_a_renamed_data_set_keeps_its_id_its_content_and_its_place(workspace):
    first, second = versions(workspace, count=2)
    run = keep_run(workspace, first)
    renamed = workspace.rename_dataset(first.id, "  silver ")
    assert (renamed.id, renamed.name, renamed.version, renamed.created) == (first.id, "silver", 1, first.created)
    assert workspace.load_dataset(first.id).name == "silver"
    assert workspace.load_dataset(first.id).fingerprint == fingerprint_in(workspace, run.id)
    assert [card.id for card in workspace.datasets()] == [second.id, first.id]
    assert workspace.find_run(run.id).about["dataset_name"] == "golden"
    assert workspace.load_run(run.id).split.dataset.name == "golden"
    assert Workspace(workspace.root).find_dataset("silver") == renamed
    assert workspace.find_dataset("golden@2") == second


def fingerprint_in(workspace: Workspace, run: str) -> str:
    return workspace.load_run(run).split.dataset.fingerprint


def test_what_was_renamed_is_told_by_its_content_when_it_comes_again(workspace):
    card = workspace.rename_dataset(keep(workspace, camps()).id, "renamed")
    assert keep(workspace, camps(name="renamed")).id == card.id
    again = keep(workspace, camps())
    assert (again.id != card.id, again.name, again.version) == (True, "camps", 1)
    assert keep(workspace, camps()).id == again.id
    assert {made.name for made in workspace.datasets()} == {"camps", "renamed"}
    assert workspace.load_dataset(again.id).fingerprint == workspace.load_dataset(card.id).fingerprint


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "x" * 81, "\u202eback"])
def test_a_data_set_cannot_be_renamed_to_what_is_no_name(workspace, name):
    card = keep(workspace, camps())
    with pytest.raises(DataError) as caught:
        workspace.rename_dataset(card.id, name)
    assert caught.value.code == "bad-name"
    assert workspace.datasets() == [card]


def test_a_name_that_is_taken_is_refused_and_ones_own_is_not(workspace):
    first, second = versions(workspace, count=2)
    card = keep(workspace, camps())
    with pytest.raises(StoreError, match="called 'golden' already") as caught:
        workspace.rename_dataset(card.id, "golden")
    assert caught.value.code == "name-taken"
    assert workspace.rename_dataset(card.id, "camps") == card
    with pytest.raises(StoreError, match="already"):
        workspace.rename_dataset(second.id, "golden")
    assert [made.id for made in workspace.datasets()] == [card.id, second.id, first.id]


def test_a_card_says_where_the_data_are_from_and_what_may_be_done_with_them(workspace, odd):
    card = keep(workspace, odd)
    assert (card.origin, card.licence) == ("By hand.", "")
    noted = workspace.annotate(card.id, licence=" CC BY 4.0,\n see <b>there</b> ")
    assert noted.licence == "CC BY 4.0, see <b>there</b>"
    assert noted.created == card.created
    assert workspace.rename_dataset(card.id, "other").licence == noted.licence
    assert keep(workspace, replace(odd, name="other")).licence == noted.licence  # the same, imported again
    assert Workspace(workspace.root).find_dataset("other").licence == noted.licence
    assert workspace.annotate(card.id, licence="").licence == ""
    assert workspace.annotate(card.id, licence="x" * 500).licence == "x" * 500


@pytest.mark.parametrize("note", ["x" * 501, "\u202eback", "nul \0"])
def test_a_note_that_is_too_long_or_invisible_is_refused(workspace, note):
    card = keep(workspace, camps())
    with pytest.raises(DataError) as caught:
        workspace.annotate(card.id, licence=note)
    assert caught.value.code == "bad-note"
    assert workspace.datasets() == [card]


def test_attributes_that_only_one_of_two_data_sets_has_make_them_differ(workspace):
    plain = camps()
    priced = replace(plain, item_table=plain.item_table.assign(price=1.5))
    aged = replace(plain, user_table=plain.user_table.assign(age=30))
    assert len({keep(workspace, made).id for made in (plain, priced, aged, replace(priced))}) == 3


def test_the_list_and_the_card_in_the_folder_agree_when_a_card_cannot_be_written(workspace, monkeypatch):
    card = keep(workspace, camps())
    path = workspace.root / "datasets" / card.id / "card.json"
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cards.os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        workspace.rename_dataset(card.id, "other")
    with pytest.raises(StoreError, match="No space left on device"):
        workspace.annotate(card.id, licence="mine")
    assert workspace.datasets() == [card]
    assert path.read_bytes() == before
    monkeypatch.undo()
    assert workspace.rename_dataset(card.id, "other").name == "other"


def test_a_lost_database_is_made_again_from_the_folders(workspace):
    first, second = versions(workspace, count=2)
    renamed = workspace.rename_dataset(keep(workspace, camps()).id, "mine")
    noted = workspace.annotate(second.id, licence="Only for us.")
    for path in workspace.root.glob("foretaste.sqlite*"):
        path.unlink()
    opened = Workspace(workspace.root)
    assert {card.id: card for card in opened.datasets()} == {card.id: card for card in (first, noted, renamed)}


def test_a_workspace_from_before_versions_is_numbered_when_it_opens(workspace):
    made = versions(workspace)
    run = keep_run(workspace, made[0])
    with workspace.database.connect() as db:
        for table in ("datasets", "runs"):
            for row in db.execute(f"SELECT id, about FROM {table}").fetchall():
                about = {
                    key: value
                    for key, value in json.loads(row["about"]).items()
                    if key not in ("version", "bytes", "content", "origin")
                }
                db.execute(f"UPDATE {table} SET about = ? WHERE id = ?", (json.dumps(about), row["id"]))
    opened = Workspace(workspace.root)
    assert [(card.id, card.version) for card in opened.datasets()] == [(card.id, card.version) for card in made[::-1]]
    assert opened.find_run(run.id).size > 0
    assert opened.storage().datasets > 0
    assert versions(opened, count=1)[0].id == made[0].id  # known again by its id


def test_processes_that_save_at_once_get_versions_of_their_own(tmp_path):
    program = (
        "import sys; from pathlib import Path; from dataclasses import replace\n"
        "from recsys_core.runs.store import Workspace; from tests import worlds\n"
        "workspace = Workspace(Path(sys.argv[1])); sys.stdin.readline()\n"
        "for n in range(5):\n"
        "    made = replace(worlds.golden(), name='same', origin='x')\n"
        "    made.item_table['title'] = [sys.argv[2] + str(n)] * made.n_items\n"
        "    card = workspace.save_dataset(made, {})\n"
        "    workspace.annotate(card.id, licence=sys.argv[2])\n"
    )
    words = [sys.executable, "-c", program, str(tmp_path)]
    processes = [
        subprocess.Popen([*words, one], stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY, text=True)
        for one in "ab"
    ]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate()[1] for process in processes] == ["", ""]
    made = Workspace(tmp_path).datasets()
    assert sorted(card.version for card in made) == list(range(1, 11))
    for card in made:
        on_disk = json.loads((tmp_path / "datasets" / card.id / "card.json").read_text())
        assert on_disk == card.about
    assert not unfinished(tmp_path)


# What depends on a data set, and what it takes


def test_a_data_set_knows_its_runs_and_the_jobs_that_need_it(workspace):
    card, other = keep(workspace, camps()), keep(workspace, worlds.golden())
    runs = [keep_run(workspace, card) for _ in range(2)]
    keep_run(workspace, other)
    jobs = Jobs(workspace.database)
    waiting, running = jobs.submit(spec(card.id)), jobs.begin(spec(card.id))
    jobs.submit(spec(other.id))
    jobs.stop(jobs.submit(spec(card.id)).id)
    found = workspace.dependents(card.id)
    assert found.runs == runs[::-1]
    assert [job.id for job in found.jobs] == [waiting.id, running.id]


@pytest.mark.parametrize("with_runs", [False, True])
def test_a_data_set_is_deleted_with_or_without_its_runs_and_nobody_waits_for_it(workspace, with_runs):
    card, other = keep(workspace, camps()), keep(workspace, worlds.golden())
    run, others = keep_run(workspace, card), keep_run(workspace, other)
    jobs = Jobs(workspace.database)
    waiting, running, apart = jobs.submit(spec(card.id)), jobs.begin(spec(card.id)), jobs.submit(spec(other.id))
    workspace.delete_dataset(card.id, with_runs=with_runs)
    assert workspace.datasets() == [other]
    assert [kept.id for kept in workspace.runs()] == [others.id] + ([] if with_runs else [run.id])
    assert (workspace.root / "runs" / run.id).exists() != with_runs
    states = [jobs.find(job.id).state for job in (waiting, running, apart)]
    assert states == [State.STOPPED, State.RUNNING, State.QUEUED]
    assert not jobs.find(running.id).stop


def test_what_a_workspace_takes_on_disk_is_known(workspace, odd):
    card = keep(workspace, odd)
    run = keep_run(workspace, keep(workspace, camps()))

    def on_disk(folder: Path) -> int:
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    assert card.size == pytest.approx(on_disk(workspace.root / "datasets" / card.id), abs=500)
    assert run.size == pytest.approx(on_disk(workspace.root / "runs" / run.id), abs=500)
    storage = workspace.storage()
    assert storage.total == pytest.approx(on_disk(workspace.root), abs=2000)
    assert storage.datasets == sum(made.size for made in workspace.datasets())
    workspace.delete_dataset(card.id)
    assert workspace.storage().datasets == storage.datasets - card.size


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
    fingerprint = workspace.load_dataset(card.id).fingerprint
    workspace.delete_dataset(card.id)
    loaded = workspace.load_run(run.id)
    assert np.array_equal(scores(workspace, run.id), before)
    assert loaded.split.dataset.fingerprint == fingerprint
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


@pytest.mark.parametrize("how", ["empty", "cut", "changed"])
def test_damaged_figures_and_lists_are_errors_in_words(workspace, how):
    run = keep_run(workspace, keep(workspace, camps()))
    for name, read in (("per_user.npz", workspace.per_user), ("lists.npz", workspace.lists)):
        path = workspace.root / "runs" / run.id / name
        kept = bytearray(path.read_bytes())
        kept[60:-400:7] = bytes(len(kept[60:-400:7]))
        path.write_bytes({"empty": b"", "cut": kept[: len(kept) // 2], "changed": kept}[how])
        with pytest.raises(StoreError, match="cannot be read"):
            read(run.id)


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


def test_opening_sweeps_half_written_checkpoints(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "home")
    card = keep(workspace, worlds.golden())
    job = Jobs(workspace.database).submit(spec(card.id))
    half = workspace.root / "jobs" / job.id / f"{UNFINISHED}1.1-x"
    half.mkdir(parents=True)
    Workspace(workspace.root)
    assert not half.exists()
    assert half.parent.exists()
