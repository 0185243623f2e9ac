"""The report in a real browser: no error, no request, readable on a screen and on a phone."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from engine.shell import work

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from engine.shell.init import lay_out

    folder = tmp_path_factory.mktemp("report") / "book"
    lay_out(folder)
    out = folder / "report.html"
    with work.opened(None, folder, None) as desk:
        out.write_text(desk.review_of(desk.propose(), title="A small book"))
    return out


@pytest.mark.parametrize("width", [1440, 390])
def test_the_report_opens_without_an_error_and_fits(page_file: Path, width: int) -> None:
    sync = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    told: list[str] = []
    with sync.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: told.append(request.url) if "file://" not in request.url else None)
        page.goto(page_file.as_uri())
        assert page.title() == "A small book"
        assert page.locator("section").count() >= 6
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
    assert [line for line in told if not line.startswith("data:")] == []


def test_the_report_says_what_day_it_is_of(page_file: Path) -> None:
    assert f"as of {date(2026, 3, 10).day} Mar 2026" in page_file.read_text()
