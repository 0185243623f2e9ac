"""The page on the law names switches and cases that exist."""

import re
from dataclasses import fields
from pathlib import Path

from engine.facts.readings import WashReadings

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")
CASES = ROOT / "tests" / "cases" / "ledger"


def test_every_switch_is_explained() -> None:
    for switch in fields(WashReadings):
        assert f"| `{switch.name} " in PAGE, switch.name


def test_every_case_named_exists() -> None:
    names = re.findall(r"`([ar]\d\d[a-z0-9*-]*)`", PAGE)
    assert len(names) > 20
    for name in names:
        assert list(CASES.glob(f"{name.rstrip('*')}*")), name
