"""What the pages tell a reader to do, done as they say, in an empty folder; and what they name exists."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from engine.shell.main import app
from tests.docs.pages import DOCS, fences, status_of, untold
from tests.shared import ROOT
from tests.shell.cli import run

RUN = (
    "start",
    "officer",
    "manager",
    "tax",
    "auditor",
    "engineer",
    "new-importer",
    "new-report",
    "operations",
)
"""The pages whose fences are run as they stand."""

PAGES = (ROOT / "README.md", *sorted(DOCS.glob("*.md")))


@pytest.mark.parametrize("name", RUN)
def test_a_page_does_what_it_says(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for key in ("GUARDBAND_PERSON", "GUARDBAND_ALERTS"):
        monkeypatch.delenv(key, raising=False)
    names: dict[str, object] = {}
    for fence in fences(DOCS / f"{name}.md"):
        if fence.kind == "sh":
            printed = "".join(_done(line, capsys, monkeypatch) for line in fence.body.splitlines())
        elif fence.kind == "python":
            capsys.readouterr()
            exec(compile(fence.body, f"{name}.md", "exec"), names)
            printed = capsys.readouterr().out
        else:
            continue
        missing = untold(fence.told, printed)
        assert missing is None, f"line {fence.line} says `{missing}`, not so:\n{printed[-4000:]}"


def _done(line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Run one line in the folder where the page stands; returns what it printed."""
    words = shlex.split(line, comments=True)
    if words[0] == "cd":
        monkeypatch.chdir(words[1])
        return ""
    if words[0] != "guardband":
        subprocess.run(["bash", "-c", line], check=True)
        return ""
    told = run(capsys, monkeypatch, *words[1:])
    assert told.status == status_of(line), f"{line}\n{told.out}{told.err}"
    return told.out + told.err


# ------------------------------------------------------------------ what pages name


def commands(page: Path) -> Iterator[str]:
    """Every command line of a page: in fences, in indented lines, and in tables and text."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    yield from (m[1] for m in re.finditer(r"(?m)^ {4,}(guardband [^\n]*)", text))
    yield from (m[1] for m in re.finditer(r"`(guardband [^`\n]+)`", text))
    for fence in fences(page):
        if fence.kind == "sh":
            yield from (line for line in fence.body.splitlines() if line.startswith("guardband "))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_exists_with_its_options(page: Path) -> None:
    for line in commands(page):
        told = re.split(r"\s{3,}| \| | > | 2> |; |…", line.split(" #")[0])[0]
        words = re.sub(r"[\[\]]", "", told).split()[1:]
        problem = _misread(words)
        assert problem is None, f"{line}: {problem}"


def _misread(words: list[str]) -> str | None:
    """What is wrong with a command's words; arguments and values are not looked at."""
    command: Any = typer.main.get_command(app)
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        if name.startswith("-"):
            return None
        if name not in command.commands:
            return f"there is no command `{name}`"
        command = command.commands[name]
    known = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    named = [word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    unknown = [name for name in named if name not in known | {"--help", "-h"}]
    return f"there is no option {unknown[0]}" if unknown else None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_name_that_a_page_imports_can_be_imported(page: Path) -> None:
    for fence in fences(page):
        if fence.kind != "python":
            continue
        for line in re.findall(r"(?m)^(?:from [\w.]+ )?import [\w., ]+", fence.body):
            if "green" not in line:  # the measure that docs/new-measure.md has its reader write
                exec(line, {})
