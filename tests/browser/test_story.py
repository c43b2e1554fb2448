"""What a newcomer does, in a real browser."""

import os
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.browser import ROOT, AppServer, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DEMO = ROOT / "assets" / "demo"
REAL = ROOT.parent / "shared" / "data" / "ml-latest-small"


def visit(page: Page, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    settled(page, title)


def upload(page: Page, server: AppServer, ratings: Path, items: Path, name: str) -> None:
    page.goto(f"{server.url}/data")
    settled(page, "Data", "[data-testid=stFileUploaderDropzone]")
    for label, file in (("Ratings file", ratings), ("Item file", items)):
        page.get_by_label(label).locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Remove").wait_for()
    page.get_by_label("Name of the data set").fill(name)
    page.keyboard.press("Enter")
    page.wait_for_timeout(400)  # the page is drawn anew: a click in between would hit the old button
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached")
    page.get_by_role("button", name="Import ").click()
    page.get_by_role("link", name="Train a model on it").wait_for()
    settled(page, "Data", ".js-plotly-plot .main-svg")


def choose_option(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).first.click()
    page.keyboard.type(option)  # long lists draw only what is in view
    page.get_by_role("option", name=option, exact=True).click()


def set_number(page: Page, label: str, value: str) -> None:
    box = page.get_by_label(label, exact=True)
    box.fill(value)
    box.press("Enter")
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached")


def start_training(page: Page, epochs: str, patience: str) -> None:
    page.get_by_text("Settings", exact=True).click()
    set_number(page, "Epochs", epochs)
    set_number(page, "Patience", patience)
    page.get_by_role("button", name="Start training").click()
    page.get_by_role("button", name="Stop and keep the best").wait_for()


@pytest.mark.parametrize(
    ("ratings", "items", "people"),
    [
        pytest.param(DEMO / "ratings.csv", DEMO / "items.csv", "600", id="demo files"),
        pytest.param(REAL / "ratings.csv", REAL / "movies.csv", "610", id="real files", marks=pytest.mark.realdata),
    ],
)
def test_from_a_file_to_recommendations_with_a_reload_in_between(server, open_tab, ratings, items, people):
    if not ratings.exists():
        pytest.skip("the development data sets are not beside the project")
    page = open_tab()
    upload(page, server, ratings, items, "My films")
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(people)

    visit(page, "Train")
    start_training(page, epochs="6", patience="6")
    page.reload()
    settled(page, "Train")
    expect(page.get_by_text("NeuMF on My films").first).to_be_visible()
    see = page.get_by_role("button", name="See recommendations")
    see.wait_for(timeout=180_000)
    see.click()
    settled(page, "Recommendations", ".ft-grid .ft-card")
    assert page.locator(".ft-grid .ft-card").count() == 12
    assert "run=neumf-" in page.url

    visit(page, "Compare")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert "Popularity" in page.locator(".js-plotly-plot").first.inner_text()


def test_the_demo_is_three_clicks_away_from_recommendations(server, open_tab):
    page = open_tab()
    page.goto(server.url)
    settled(page, "Foretaste")
    started = time.monotonic()
    page.get_by_role("button", name="Open the demo").click()
    settled(page, "Train", "[data-testid=stBaseButton-primary]")
    page.get_by_role("button", name="Start training").click()
    see = page.get_by_role("button", name="See recommendations")
    see.wait_for(timeout=120_000)
    see.click()
    settled(page, "Recommendations", ".ft-grid .ft-card img")
    assert time.monotonic() - started < 60


def test_try_it_yourself_answers_without_retraining(server, trained, open_tab):
    trained([("gmf", {"epochs": 6})])
    page = open_tab()
    page.goto(f"{server.url}/recommendations?view=Try+it+yourself")
    settled(page, "Recommendations", ".ft-grid .ft-card")
    before, asked = page.locator(".ft-grid h4").all_inner_texts(), set()
    for answers in range(10):
        asked.add(page.locator(".st-key-ft-question h4").inner_text())
        page.locator(".st-key-ft-question").get_by_test_id("stFeedback").get_by_role("radio").nth(4).click()
        if answers < 9:
            expect(page.get_by_text(f"{answers + 1} of 10 answers")).to_be_visible()
    expect(page.get_by_text("That is a good start: 10 answers")).to_be_visible()
    settled(page, "Recommendations", ".ft-grid .ft-card")
    expect(page.get_by_role("heading", name="What answers are worth")).to_be_visible()
    assert len(asked) == 10
    after = page.locator(".ft-grid h4").all_inner_texts()
    assert after != before
    assert not {title.split("\n")[-1] for title in after} & asked
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("9 of 10 answers")).to_be_visible()


def test_a_deep_link_on_a_fresh_server_draws_the_frame(server, open_tab):
    page = open_tab()
    page.goto(f"{server.url}/train")
    settled(page, "Train")
    expect(page.get_by_test_id("stSidebarNav").get_by_role("link", name="Compare")).to_be_visible()


def test_killed_in_the_middle_of_training_the_job_is_interrupted_and_resumes(server, open_tab):
    page = open_tab()
    page.goto(server.url)
    settled(page, "Foretaste")
    page.get_by_role("button", name="Open the demo").click()
    settled(page, "Train", "[data-testid=stBaseButton-primary]")
    start_training(page, epochs="40", patience="40")
    page.get_by_text(re.compile("epoch [4-9] of")).wait_for(timeout=60_000)
    page.goto("about:blank")
    server.kill()
    server.start()
    page.goto(f"{server.url}/train")
    settled(page, "Train")
    expect(page.get_by_text("interrupted")).to_be_visible()
    unfinished = [path for path in server.home.rglob(".unfinished-*") if path.parent.name in {"runs", "datasets"}]
    assert unfinished == []
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="See recommendations").wait_for(timeout=120_000)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390], ids=["wide", "phone"])
def test_every_page_fits_its_window(server, trained, open_tab, tmp_path, dark, width):
    """Saves a picture of each page; FORETASTE_SCREENSHOTS names a folder to keep them in."""
    folder = Path(os.environ.get("FORETASTE_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    trained([("gmf", {"epochs": 6})])
    page = open_tab(width=width, dark=dark)
    stops = {
        "": ("Foretaste", "h1"),
        "data": ("Data", ".js-plotly-plot .main-svg"),
        "train": ("Train", ".js-plotly-plot .main-svg"),
        "compare": ("Compare", ".js-plotly-plot .main-svg"),
        "recommendations": ("Recommendations", ".ft-grid .ft-card"),
        "recommendations?view=Try+it+yourself": ("Recommendations", ".ft-grid .ft-card"),
        "recommendations?view=Add+an+item": ("Recommendations", "h1"),
    }
    for number, (path, (title, content)) in enumerate(stops.items()):
        page.goto(f"{server.url}/{path}")
        settled(page, title, content)
        page.wait_for_timeout(700)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": min(max(height, 900), 3000)})
        page.wait_for_timeout(500)
        page.screenshot(path=folder / f"{number}-{title}-{width}-{'dark' if dark else 'light'}.png")
        page.set_viewport_size({"width": width, "height": 900})


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    '"><svg onload=alert(3)>',
    "![beacon](http://198.51.100.7/x.png)",
    "[click](javascript:alert(4))",
    "$\\href{javascript:alert(5)}{x}$ :material/home: :red[x]",
    "=cmd|'/c calc'!A1",
    "<b>bold</b> &amp; <a href='http://198.51.100.7'>link</a>",
]


def test_text_of_uploaded_files_never_runs(server, open_tab, tmp_path):
    """The tab fails the test on any dialog, outside request or console error."""
    quoted = ['"' + text.replace('"', '""') + '"' for text in HOSTILE]
    rows = [
        f"{quoted[user % 8]},{quoted[(user + step) % 8]},{1 + (user + step) % 5},{86_400 * step}"
        for user in range(8)
        for step in range(6)
    ]
    ratings, items = tmp_path / "ratings.csv", tmp_path / "items.csv"
    ratings.write_text("user_id,item_id,rating,timestamp\n" + "\n".join(rows), encoding="utf-8")
    items.write_text("item_id,title,genres\n" + "\n".join(f"{q},{q},{q}" for q in quoted), encoding="utf-8")
    page = open_tab()
    upload(page, server, ratings, items, "<img src=x onerror=alert(6)> ![x](http://198.51.100.7/y.png)")
    visit(page, "Train")
    start_and_wait(page)
    for path, title, content in (
        ("", "Foretaste", "h1"),
        ("data", "Data", "h1"),
        ("compare", "Compare", ".js-plotly-plot .main-svg"),
        ("recommendations", "Recommendations", "h1"),
        ("recommendations?view=Try+it+yourself", "Recommendations", "h1"),
        ("recommendations?view=Add+an+item", "Recommendations", "h1"),
    ):
        page.goto(f"{server.url}/{path}")
        settled(page, title, content)
        page.wait_for_timeout(300)
        assert page.locator("[data-testid=stMain] img[src^='http://198']").count() == 0


def start_and_wait(page: Page) -> None:
    choose_option(page, "Model", "GMF")
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached")
    page.get_by_role("button", name="Start training").click()
    page.get_by_role("button", name="See recommendations").wait_for(timeout=120_000)
