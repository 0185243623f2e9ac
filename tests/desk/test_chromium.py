# ruff: noqa: E501  # the scripts that run in the page
"""Each role's day at the desk, in a real browser; and each page readable, labelled and legible."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import Laid, app_of, laid_out
from tests.reports.test_chromium import ARGUMENTS, CHROMIUM

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")

CONTRAST = """() => {
  const parts = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = (node) => { for (; node; node = node.parentElement) { const c = parts(getComputedStyle(node).backgroundColor);
    if (c.length < 4 || c[3] === 1) return c; } return [255, 255, 255]; };
  const low = [];
  for (const node of document.querySelectorAll("body *")) {
    const text = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!text || !node.offsetParent || node.closest("[disabled], .hidden, .skip, svg")) continue;
    const [a, b] = [light(parts(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) low.push(`${node.tagName} ${node.className} ${node.textContent.trim().slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return low;
}"""
"""Texts whose contrast with what is behind them is below 4.5 to 1."""

NAMELESS = """() => {
  const named = (n) => n.labels?.length || n.getAttribute("aria-label") || n.textContent.trim() || n.title;
  const fields = [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href]")];
  const bad = fields.filter((n) => n.offsetParent && !named(n)).map((n) => n.outerHTML.slice(0, 90));
  for (const query of ["main", "h1", "header nav[aria-label]"])
    if (document.querySelectorAll(query).length !== 1) bad.push(`not one ${query}`);
  for (const n of document.querySelectorAll("svg[role=img]:not([aria-label])")) bad.push(n.outerHTML.slice(0, 60));
  const ids = [...document.querySelectorAll("[id]")].map((n) => n.id);
  bad.push(...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `twice: ${id}`));
  if (!document.documentElement.lang) bad.push("no language");
  return bad;
}"""
"""Fields, buttons, links and drawings without a name; landmarks that are missing or double; ids used twice."""

IN_FRONT = "--disable-renderer-backgrounding"
"""Pages of several people are open at once: none of them is slowed down for being behind another."""

PAGES = {
    "P. Lane": ("accounts", "accounts/A-1", "trades", "proposals", "breaches", "alerts", "keys"),
    "N. Vance": ("policies", "policies/adams.start", "policies/adams.start/edit", "pending", "waivers"),
    "R. Okafor": ("instruction", "halts"),
    "T. Iqbal": ("decisions", "chain"),
}


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, fresh: Callable[[Path], str]
) -> Iterator[tuple[str, Laid]]:
    import uvicorn

    folder = tmp_path_factory.mktemp("chromium")
    laid = laid_out(folder, fresh(folder))
    app: Any = app_of(laid.address)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", laid
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with sync.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, IN_FRONT])
        yield opened
        opened.close()


@pytest.fixture
def sit(browser: Any, served: tuple[str, Laid]) -> Iterator[Any]:
    base, laid = served
    contexts, told = [], []

    def sign_in(name: str, **how: Any) -> Any:
        context = browser.new_context(base_url=base, **{"viewport": {"width": 1440, "height": 900}, **how})
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("console", lambda said: told.append(said.text) if said.type == "error" else None)
        page.goto("/desk/sign-in")
        page.fill("#name", name)
        page.fill("#key", laid.keys[name])
        page.keyboard.press("Enter")
        page.wait_for_selector("form.who")
        page.wait_for_load_state()
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert told == []


def hindrances(page: Any) -> list[str]:
    """What axe finds that hinders people seriously: rule, how much, and where."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
    )
    told = axe.Axe().run(page).response["violations"]
    return [
        f"{page.url}: {row['id']} ({row['impact']}): {node['html'][:120]}"
        for row in told
        if row["impact"] in ("serious", "critical")
        for node in row["nodes"]
    ]


def an_officer_publishes_a_tightened_cap(sit: Any) -> list[str]:
    found: list[str] = []
    officer = sit("N. Vance")
    officer.goto("/desk/policies/adams.start/edit")
    text = officer.locator("#text").input_value()
    officer.fill("#text", text.replace("at most 20%", "at most"))
    officer.locator("#findings .mark.block").first.wait_for()
    found += hindrances(officer)
    officer.fill("#text", text.replace("at most 20%", "at most 15%").replace("weight 19%", "weight 14%"))
    officer.locator("#findings").get_by_text("can be published").wait_for()
    officer.fill("#reason", "The client asked for a tighter cap")
    officer.get_by_role("button", name="Publish for approval").click()
    officer.get_by_text("nobody approves their own change").wait_for()
    assert "1 rule tightened" in officer.locator("#first").inner_text()
    found += hindrances(officer)
    return found


def a_second_officer_approves(sit: Any) -> list[str]:
    second = sit("R. Okafor")
    second.goto("/desk/pending")
    second.keyboard.press("j")
    second.keyboard.press("Enter")
    approve = second.get_by_role("button", name="Approve: in force")
    approve.wait_for()
    found = hindrances(second)
    approve.click()
    second.get_by_text("is approved and in force").wait_for()
    return found


def a_managers_list_is_blocked_made_to_pass_and_sent(sit: Any) -> tuple[str, list[str]]:
    found: list[str] = []
    manager = sit("P. Lane")
    manager.goto("/desk/trades")
    row = manager.locator("#rows tr").first
    row.get_by_label("Symbol of row 1").fill("ACME")
    row.get_by_label("Shares of row 1").fill("190")
    manager.locator("#gate-1 .mark.block").wait_for()
    card = manager.locator("#verdicts .card", has_text="CAP").first
    assert "15.00%" in card.inner_text()
    found += hindrances(manager)
    manager.get_by_role("button", name="Make it pass").click()
    manager.locator("#verdicts .notice").wait_for()
    manager.locator("#gate-1 .mark.pass, #gate-1 .mark.warn").wait_for()
    assert int(row.get_by_label("Shares of row 1").input_value()) < 190
    found += hindrances(manager)
    manager.get_by_role("button", name="Record the decision").click()
    manager.get_by_text("Recorded as").wait_for()
    assert "Decision" in manager.locator("h1").inner_text()
    manager.get_by_role("button", name="Send 1 order").click()
    manager.get_by_text("1 order written down").wait_for()
    number = manager.locator("h1").inner_text().split()[-1]
    found += hindrances(manager)
    return number, found


def an_auditor_opens_the_proof_and_replays_it(sit: Any, number: str) -> list[str]:
    found: list[str] = []
    auditor = sit("T. Iqbal")
    auditor.fill("#q", "acme")
    auditor.keyboard.press("Enter")
    auditor.locator(f'a[href="/desk/decisions/{number}"]').click()
    auditor.wait_for_url(f"**/desk/decisions/{number}")
    auditor.get_by_role("button", name="Replay").click()
    auditor.locator("#replayed").get_by_text("the same").first.wait_for()
    found += hindrances(auditor)
    auditor.get_by_role("link", name="Full proof").click()
    auditor.wait_for_url("**/proof")
    assert "PROOF" in auditor.locator("pre.proof").inner_text()
    found += hindrances(auditor)
    auditor.keyboard.press("g")
    auditor.keyboard.press("c")
    auditor.get_by_text("The chain holds").wait_for()
    return found


def test_each_role_s_day(sit: Any) -> None:
    found = an_officer_publishes_a_tightened_cap(sit)
    found += a_second_officer_approves(sit)
    number, more = a_managers_list_is_blocked_made_to_pass_and_sent(sit)
    found += more + an_auditor_opens_the_proof_and_replays_it(sit, number)
    assert found == [], "axe finds nothing serious"


@pytest.mark.parametrize(
    ("width", "scheme"), [pytest.param(1440, "light", marks=pytest.mark.long), (390, "dark")]
)
def test_pages_fit_and_are_labelled_and_legible(sit: Any, width: int, scheme: str) -> None:
    found: list[str] = []
    for name, paths in PAGES.items():
        page = sit(name, viewport={"width": width, "height": 844}, color_scheme=scheme)
        for path in paths:
            page.goto(f"/desk/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(NAMELESS) == [], path
            assert page.evaluate(CONTRAST) == [], path
            found += hindrances(page)
    assert found == [], "axe finds nothing serious"


def test_the_sign_in_page_hinders_nobody(browser: Any, served: tuple[str, Laid]) -> None:
    page = browser.new_context(base_url=served[0]).new_page()
    page.goto("/desk/sign-in")
    assert hindrances(page) == []
    page.context.close()


def test_the_desk_is_worked_from_the_keyboard(sit: Any) -> None:
    page = sit("P. Lane")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/accounts/A-1")
    page.keyboard.press("?")
    page.wait_for_url("**/desk/keys")
