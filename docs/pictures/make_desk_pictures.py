"""Makes the pictures of the desk from the running product.

    python docs/pictures/make_desk_pictures.py         needs Chromium and the extras `serve` and `test`

Lays the demonstration out in a temporary database, serves it, and photographs one page of each role's day.
"""

import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from engine.shell.desk.demo import demo_database

HERE = Path(__file__).resolve().parent
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PORT = 8497
BASE = f"http://127.0.0.1:{PORT}"
WIDE, NARROW = 1320, 390
PATIENCE = 180_000  # milliseconds: a policy's examples are run for its first page


def main() -> None:
    """Make every picture anew."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("no Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{folder}/desk.db"
        keys = demo_database(address, now=datetime.now(UTC)).keys
        command = [sys.executable, "-m", "engine.shell.main", "serve", "--book", address, "--port", str(PORT)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait()
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=chromium, args=ARGUMENTS)
                photograph(browser, keys)
                browser.close()
        finally:
            server.terminate()
            server.wait()


def wait() -> None:
    """Wait until the service answers."""
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{BASE}/health").close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    sys.exit("the service did not start")


def photograph(browser: Any, keys: Any) -> None:
    """Take one picture of each page that the README shows."""
    manager = signed_in(browser, "P. Lane", keys)
    take(manager, "/desk/accounts", "desk-accounts")
    manager.goto(f"{BASE}/desk/trades")
    for number, (symbol, shares) in enumerate((("AAPL", "120"), ("MSFT", "20")), start=1):
        manager.get_by_label(f"Symbol of row {number}").fill(symbol)
        manager.get_by_label(f"Shares of row {number}").fill(shares)
    manager.locator("#gate-2 .mark").wait_for()
    manager.screenshot(path=HERE / "desk-trades.png")
    officer = signed_in(browser, "N. Vance", keys)
    take(officer, "/desk/policies/alder.direct_index#source-ips", "desk-policy")
    take(officer, "/desk/breaches", "desk-breaches")
    phone = signed_in(browser, "P. Lane", keys, width=NARROW, scheme="dark")
    take(phone, "/desk/accounts/ALD-TAX-1", "desk-phone")
    auditor = signed_in(browser, "T. Iqbal", keys)
    take(auditor, "/desk/chain", "desk-chain")


def signed_in(browser: Any, name: str, keys: Any, *, width: int = WIDE, scheme: str = "light") -> Any:
    """Return a page of somebody who is signed in."""
    page = browser.new_context(viewport={"width": width, "height": 860}, color_scheme=scheme).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{BASE}/desk/sign-in")
    page.fill("#name", name)
    page.fill("#key", keys[name])
    page.keyboard.press("Enter")
    page.wait_for_selector("form.who")
    return page


def take(page: Any, path: str, name: str) -> None:
    """Photograph a page."""
    page.goto(f"{BASE}{path}")
    page.screenshot(path=HERE / f"{name}.png")


if __name__ == "__main__":
    main()
