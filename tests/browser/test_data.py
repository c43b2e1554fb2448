"""Files on the Data page, in a real browser: with a keyboard, on a phone, and a large one against the clock."""

import time
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.browser import ROOT, AppServer, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DEMO = ROOT / "assets" / "demo"
REAL = ROOT.parent / "shared" / "data"
REAL_FILES = {  # ratings, items, and how many people, items and events there are
    "u.data": ("ml-100k/u.data", "ml-100k/u.item", ("943", "1,682", "100,000")),
    "ratings.csv": ("ml-latest-small/ratings.csv", "ml-latest-small/movies.csv", ("610", "9,724", "100,836")),
    "ratings.dat": ("ml-1m/ratings_sample_100k.dat", "ml-1m/movies.dat", ("5,958", "3,312", "100,000")),
    "anime": ("anime/anime_ratings.dat", "anime/anime_info.dat", ("4,714", "7,157", "419,943")),
    "books": ("amazon-books-movies/Amazon-Books-Dense.inter", None, ("1,426", "723", "31,504")),
    "pairs": ("ml-1m/ratings_user_movie_only.parquet", "ml-1m/movies.dat", ("6,040", "3,706", "1,000,209")),
}


def drawn(page: Page) -> None:
    """Wait until the page has taken in what was done to it, and nothing runs any more."""
    page.wait_for_timeout(400)
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached", timeout=60_000)


def choose_file(page: Page, server: AppServer, file: Path) -> None:
    page.goto(f"{server.url}/data")
    settled(page, "Data", "[data-testid=stFileUploaderDropzone]")
    page.get_by_label("Ratings file").locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Import ").wait_for(timeout=60_000)
    drawn(page)


def press_import(page: Page) -> None:
    page.get_by_role("button", name="Import ").click()
    page.get_by_role("link", name="Train a model on it").wait_for(timeout=60_000)
    settled(page, "Data", ".js-plotly-plot .main-svg")


def figures(page: Page) -> tuple[str, ...]:
    return tuple(page.get_by_test_id("stMetricValue").all_inner_texts()[:3])


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.realdata
@pytest.mark.parametrize(("ratings", "items", "wanted"), REAL_FILES.values(), ids=list(REAL_FILES))
def test_a_real_file_is_imported_without_help(server, open_tab, ratings, items, wanted):
    if not (REAL / ratings).exists():
        pytest.skip("the development data sets are not beside the project")
    page = open_tab()
    choose_file(page, server, REAL / ratings)
    assert figures(page) == wanted
    if items is not None:
        page.get_by_label("Item file").locator("input[type=file]").set_input_files(REAL / items)
        page.get_by_role("button", name="Remove").wait_for()
        drawn(page)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    press_import(page)
    assert figures(page) == wanted


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_review_fits_a_phone(server, open_tab, dark):
    page = open_tab(width=390, dark=dark)
    choose_file(page, server, DEMO / "ratings.csv")
    for label in ("Read it another way", "Repeated rows and minimum counts"):
        page.get_by_text(label).click()
    drawn(page)
    assert fits(page)
    press_import(page)
    page.get_by_text("What the import found").click()
    assert fits(page)


def test_a_role_is_changed_with_the_keyboard_alone(server, open_tab):
    page = open_tab()
    choose_file(page, server, DEMO / "ratings.csv")
    before = figures(page)
    page.get_by_role("combobox", name="Time").focus()
    page.keyboard.type("none")
    page.keyboard.press("Enter")
    drawn(page)
    expect(page.get_by_text("as decided").first).to_be_visible()
    assert figures(page) == before


def test_what_was_decided_survives_a_look_at_another_page(server, open_tab):
    page = open_tab()
    choose_file(page, server, DEMO / "ratings.csv")
    page.get_by_text("Likes from a threshold on").click()
    drawn(page)
    expect(page.get_by_text("rows stay")).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Train", exact=True).click()
    settled(page, "Train")
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Data", exact=True).click()
    settled(page, "Data")
    expect(page.get_by_text("rows stay")).to_be_visible()


def test_a_million_rows_from_upload_to_profile_in_fifteen_seconds(server, open_tab, tmp_path):
    random = np.random.default_rng(7)
    rows = 1_000_000
    users, items = random.integers(0, 60_000, rows), (random.pareto(1, rows) * 50).astype(int) % 20_000
    file = tmp_path / "ratings.csv"
    lines = (
        f"u{user},i{item},{rating},{1_500_000_000 + row}"
        for row, (user, item, rating) in enumerate(
            zip(users.tolist(), items.tolist(), random.integers(1, 6, rows).tolist(), strict=True)
        )
    )
    file.write_text("user_id,item_id,rating,timestamp\n" + "\n".join(lines))
    page = open_tab()
    page.goto(f"{server.url}/data")
    settled(page, "Data", "[data-testid=stFileUploaderDropzone]")
    started = time.monotonic()
    choose_file(page, server, file)
    press_import(page)
    assert time.monotonic() - started < 15  # 8 s on two cores
    assert figures(page)[0] == f"{len(np.unique(users)):,}"
