"""The help of the whole: told from the menu, without reading a command, and true of each command."""

import json
import os
import subprocess
import sys
import textwrap

import pytest
import typer
from typer.testing import CliRunner

from engine.shell import menu
from engine.shell.main import app
from tests.shell.cli import run

HEAVY = (
    *(
        "numpy",
        "scipy",
        "pandas",
        "polars",
        "durable",
        "sqlalchemy",
        "sqlmodel",
        "alembic",
        "lark",
        "pydantic",
    ),
    *(
        "pyscipopt",
        "highspy",
        "fastapi",
        "uvicorn",
        "jinja2",
        "altair",
        "vl_convert",
        "openpyxl",
        "weasyprint",
    ),
    *("rich", "dsl", "rulebooks", "optimizer", "reports", "engine.gate", "engine.ledger"),
)


@pytest.mark.parametrize(
    ("words", "may"),
    [
        (("--help",), ()),
        ((), ("rich",)),  # wrong use is told in a box
        (("--version",), ("pydantic",)),  # the option reader turns the value of an option with it
    ],
)
def test_nothing_heavy_is_read_for_the_help_of_the_whole(
    words: tuple[str, ...], may: tuple[str, ...]
) -> None:
    told = _modules(*words)
    read = {name for name in told if any(name == heavy or name.startswith(f"{heavy}.") for heavy in HEAVY)}
    assert {name.partition(".")[0] for name in read} <= set(may)
    assert not [name for name in told if name.startswith("engine.shell.commands.")]


def test_the_help_of_one_command_reads_that_command_alone() -> None:
    told = _modules("gate", "--help")
    assert [name for name in told if name.startswith("engine.shell.commands.")] == [
        "engine.shell.commands.gate"
    ]
    assert not {"numpy", "scipy", "durable", "sqlalchemy", "lark", "dsl", "optimizer", "reports"} & set(told)


def _modules(*words: str) -> list[str]:
    """The modules that `guardband WORDS` has read when it leaves."""
    program = textwrap.dedent(
        """
        import atexit, json, os, sys
        atexit.register(lambda: os.write(2, ("\\n" + json.dumps(sorted(sys.modules))).encode()))
        sys.argv = ["guardband", *sys.argv[1:]]
        from engine.shell.main import main
        main()
        """
    )
    ran = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, timeout=60)
    names = json.loads(ran.stderr.splitlines()[-1])
    assert "engine.shell.menu" in names
    return [str(name) for name in names]


@pytest.mark.parametrize("entry", menu.ENTRIES, ids=lambda entry: entry.word)
def test_each_line_of_the_menu_is_the_first_sentence_of_its_command(entry: menu.Entry) -> None:
    command = menu.OnDemand()[entry.word]
    first = (command.short_help or command.help).split("\n\n")[0]
    assert entry.told == " ".join(first.split())


def test_every_command_that_lies_there_stands_in_the_menu() -> None:
    folder = os.path.join(os.path.dirname(menu.__file__), "commands")
    there = {name[:-3] for name in os.listdir(folder) if name.endswith(".py") and name != "__init__.py"}
    assert {entry.place.split(".")[0] for entry in menu.ENTRIES} == there


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_help_fits_the_terminal_and_names_every_command(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    ran = run(capsys, monkeypatch, "--help")
    assert ran.status == 0
    assert max(len(line) for line in ran.out.splitlines()) == columns
    for entry in menu.ENTRIES:
        assert any(line.split()[1:2] == [entry.word] for line in ran.out.splitlines()), entry.word
    assert "\x1b" not in ran.out, "no colours into a file"


def test_a_terminal_without_box_characters_gets_plain_ones() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "engine.shell.main", "--help"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        timeout=60,
    ).stdout.decode("ascii")
    assert "+- Options -" in told


def test_a_word_that_is_nearly_a_command_is_suggested() -> None:
    told = CliRunner().invoke(app, ["rebalnce"])
    assert told.exit_code == 2
    assert "Did you mean 'rebalance'" in " ".join(told.output.split())


def test_completion_offers_the_words_that_begin_so() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.argv = ['guardband']; from engine.shell.main import main; main()",
        ],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "_GUARDBAND_COMPLETE": "complete_bash",
            "COMP_WORDS": "guardband re",
            "COMP_CWORD": "1",
        },
        timeout=60,
    )
    assert told.stdout.split() == ["readiness", "rebalance", "repair", "report"]


def test_a_group_of_commands_is_one_command_of_the_menu() -> None:
    audit = typer.main.get_command(app).commands["audit"]  # type: ignore[attr-defined]
    assert set(audit.commands) >= {"verify", "replay", "export"}
    assert {param.name for param in audit.params} == set(), "completion is asked of the whole alone"
