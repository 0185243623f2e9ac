"""What a message tells people to install can be installed: every extra that is named anywhere exists."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"guardband\[([a-z,]+)\]")


def test_every_extra_that_a_message_or_page_names_exists() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = set(listed["optional-dependencies"])
    folders = ("engine", "reports", "optimizer", "rulebooks", "dsl", "guardband", "docs")
    files = [ROOT / "README.md", *(path for name in folders for path in (ROOT / name).rglob("*.*"))]
    named = {
        extra: path
        for path in files
        if path.suffix in (".py", ".md", ".j2")
        for found in NAMED.findall(path.read_text(encoding="utf-8"))
        for extra in found.split(",")
    }
    assert {"serve", "postgres", "sign"} <= set(named)
    assert {extra: path for extra, path in named.items() if extra not in known} == {}
