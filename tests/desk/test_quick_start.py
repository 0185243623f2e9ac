"""The two commands of the README lead to a desk that answers, and people who can sign in."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
COMMAND = re.compile(r"^\.venv/bin/guardband (demo --desk)$", re.MULTILINE)
PERSON = re.compile(r"^  (\S+ \S+) +(\w+) +(gb_\S+)$", re.MULTILINE)


def test_pictures_of_the_readme_are_there() -> None:
    named = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README.read_text(encoding="utf-8"))
    assert len([name for name in named if "desk-" in name]) >= 4
    assert [name for name in named if not (README.parent / name).is_file()] == []


@pytest.mark.long
def test_the_second_command_serves_the_desk(tmp_path: Path) -> None:
    (words,) = COMMAND.findall(README.read_text(encoding="utf-8"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "engine.shell.main",
        *words.split(),
        str(tmp_path / "demo"),
        "--port",
        port,
    ]
    with (tmp_path / "told").open("w") as told:
        process = subprocess.Popen(command, stdout=told, stderr=subprocess.STDOUT)
        try:
            page = _page(f"http://127.0.0.1:{port}/desk/sign-in", process)
        finally:
            process.terminate()
            process.wait(30)
    assert "Sign in with your name and your key." in page
    people = PERSON.findall((tmp_path / "told").read_text())
    assert sorted(role for _, role, _ in people) == [
        "administrator",
        "auditor",
        "manager",
        "officer",
        "officer",
    ]


def _page(address: str, process: "subprocess.Popen[bytes]") -> str:
    for _ in range(600):
        assert process.poll() is None, "it serves"
        try:
            with urllib.request.urlopen(address) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the desk does not answer")
