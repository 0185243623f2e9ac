"""The site: it builds without a warning, and what is made for it says what the product says."""

import json
import logging
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from engine.shell.init import lay_out
from rulebooks.catalogue import catalogue
from tests.docs.pages import DOCS
from tests.shared import ROOT
from tests.shell.cli import run

pytest.importorskip("mkdocs", reason="pip install 'guardband[docs]'")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    where = tmp_path_factory.mktemp("site")
    told: list[str] = []
    handler = logging.Handler(level=logging.WARNING)
    handler.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("mkdocs").addHandler(handler)
    try:
        build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(where)))
    finally:
        logging.getLogger("mkdocs").removeHandler(handler)
    assert told == []
    return where


def test_every_page_is_on_the_site(site: Path) -> None:
    missing = [page.name for page in DOCS.rglob("*.md") if not (site / _built(page)).is_file()]
    assert missing == []


def _built(page: Path) -> Path:
    return page.relative_to(DOCS).with_suffix(".html")


def test_the_page_of_measures_has_every_measure_and_attribute(site: Path) -> None:
    page = (site / "measures.html").read_text(encoding="utf-8")
    words = catalogue()
    lacking = [name for name in (*words.measures, *words.attributes) if f"<code>{name}</code>" not in page]
    assert lacking == []


def test_every_measure_stands_in_a_rule_with_its_two_cases(site: Path) -> None:
    page = (site / "measures.html").read_text(encoding="utf-8")
    for name in catalogue().measures:
        _, found, rest = page.partition(f'<h4 id="{name}"><code>{name}</code>')
        assert found, name
        words = re.sub(r"<[^>]+>", "", rest.partition("<h4")[0])
        assert f"limit {name} " in words
        cases = 0 if name in ("tracking_error", "volatility") else 2  # a risk model is no part of an example
        assert words.count("\nexample ") == cases, name


def test_the_page_of_findings_has_every_code(site: Path) -> None:
    page = (site / "codes.html").read_text(encoding="utf-8")
    lacking = [path.stem for path in (ROOT / "dsl" / "codes").glob("*.md") if f"{path.stem}:" not in page]
    assert lacking == []


def test_the_picture_of_the_packages_is_the_import_contract(site: Path) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(one["layers"] for one in contracts["contracts"] if one["type"] == "layers")
    picture = ET.parse(site / "packages.svg").getroot()
    texts = [t.text for t in picture.iter("{http://www.w3.org/2000/svg}text") if t.get("class") is None]
    assert texts == [name for layer in layers for name in layer.split(" : ")]


def test_the_site_asks_nothing_of_the_network(site: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    asked = [part for part in ("fonts.googleapis", "cdn.", "unpkg") if part in page]
    assert asked == []


def test_the_notebook_runs_and_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas", reason="pip install pandas")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    notebook = json.loads((DOCS / "notebook.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        printed = StringIO()
        with redirect_stdout(printed):
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
        shown = "".join(line for output in cell["outputs"] for line in output["text"])
        assert printed.getvalue() == shown


def test_the_hooks_for_a_repository_of_mandates_find_what_they_should(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    yaml = pytest.importorskip("yaml", reason="pip install pyyaml")
    text = (DOCS / "engineer.md").read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    hooks = yaml.safe_load(text)["repos"][0]["hooks"]
    right, ugly, wrong, failing = (tmp_path / f"{n}.mandate" for n in ("right", "ugly", "wrong", "failing"))
    lay_out(tmp_path / "book")
    mandate = (tmp_path / "book" / "start.mandate").read_text(encoding="utf-8")
    right.write_text(mandate, encoding="utf-8")
    ugly.write_text(mandate.replace("limit weight", "limit    weight"), encoding="utf-8")
    wrong.write_text(mandate.replace("limit weight", "limit wieght"), encoding="utf-8")
    failing.write_text(mandate.replace("trade buy 11,000", "trade buy 10,000"), encoding="utf-8")
    found = {
        hook["entry"]: [
            run(capsys, monkeypatch, *hook["entry"].split()[1:], path).status == 0
            for path in (right, ugly, wrong, failing)
        ]
        for hook in hooks
    }
    assert found == {
        "guardband fmt --check": [True, False, True, True],
        "guardband check": [True, True, False, True],
        "guardband test": [True, True, False, False],
    }
    told = [sys.executable, "-m", "engine.shell.main", *hooks[0]["entry"].split()[1:], str(ugly)]
    assert subprocess.run(told, capture_output=True, check=False).returncode == 1, "as a hook runs it"
