"""A report as a file in a real Chromium, without a network: nothing is asked for, nothing is wrong, all of it fits."""

import pytest
from playwright.sync_api import Browser

from recsys_core.report.facts import gather
from recsys_core.report.making import head_of, sections_of
from recsys_core.report.page import as_html, body_of
from recsys_core.report.pdf import as_pdf
from recsys_core.runs.store import Workspace
from tests.report.worlds import EVIL, compared

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    facts = gather(Workspace(folder / "home"), compared(Workspace(folder / "home")))
    target = folder / "report.html"
    page = as_html(head_of(facts).with_words("", "", EVIL), body_of(sections_of(facts)))
    target.write_text(page, encoding="utf-8")
    return target


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (375, True)])
def test_it_opens_offline_and_fits(browser: Browser, file, width, dark):
    look = "dark" if dark else "light"
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=look, offline=True, bypass_csp=False
    )
    page, faults, asked = context.new_page(), [], []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_function("document.querySelectorAll('.plot .main-svg').length >= 3 * 4")
    assert page.evaluate(TOO_WIDE) == 0
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate(TOO_WIDE) == 0
    assert page.locator(".plot").evaluate_all("all => all.every(one => one.querySelector('.main-svg'))")
    assert page.locator("h1").count() == 1
    assert page.get_by_text(EVIL, exact=True).first.is_visible()
    assert faults == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()


def test_it_is_printed(file):
    printed = as_pdf(file.read_text(encoding="utf-8"))
    assert printed.startswith(b"%PDF")
    assert len(printed) > 50_000
