"""Makes the pictures of the README from the running product.

    python docs/pictures/make_pictures.py          needs Chromium and the test extra

Runs the demonstration into a temporary folder and photographs the first page of its report.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def main() -> None:
    """Make every picture anew."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("no Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "engine.shell.main", "demo", folder], check=True)
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1180, "height": 1240})
            page.goto((Path(folder) / "report.html").as_uri())
            page.screenshot(path=HERE / "demo-report.png")
            browser.close()


if __name__ == "__main__":
    main()
