"""The page on new measures, done as it says: on a copy of the project, step by step, with the commands."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from dsl.words import shipped
from engine.gate.reference import WITNESSED
from tests.shared import ROOT

PAGE = ROOT / "docs" / "new-measure.md"
PACKAGES = ("dsl", "engine", "rulebooks", "optimizer", "reports")
_FENCE = re.compile(r"^```(\w+) ([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    kind: str
    name: str
    body: str


def steps() -> dict[str, Step]:
    found = [Step(*match.groups()) for match in _FENCE.finditer(PAGE.read_text(encoding="utf-8"))]
    return {step.name: step for step in found}


def change(path: Path, diff: str) -> None:
    """Make the change that the page shows: `...` stands for what lies between two places."""
    text = path.read_text(encoding="utf-8")
    for hunk in diff.split("...\n"):
        lines = hunk.splitlines()
        before = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
        after = "".join(f"{line[1:]}\n" for line in lines)
        assert text.count(before) == 1, f"{path.name} has this once:\n{before}"
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


RUN = """
import contextlib, io, json, sys
from engine.shell.main import main

told = []
for words in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["guardband", *words]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as left:
            told.append([left.code or 0, out.getvalue(), err.getvalue()])
json.dump(told, sys.stdout)
"""
GATE = ("gate", "--book", "book", "--policy", "green.mandate", "--format", "json", "--trades")


def told(root: Path, *commands: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """Return status, output and errors of commands run one after the other in a copy of the project."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=root,
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return [(status, out, err) for status, out, err in json.loads(ran.stdout)]


BOOK = {
    "accounts.csv": "account,household,owner,kind,currency,cash\nA,H,self,taxable,USD,500000\n",
    "securities.csv": (
        "symbol,asset_class,instrument,issuer,green_revenue\n"
        "ACME,equity,common_stock,Acme Corp,10%\n"
        "SOLAR,equity,common_stock,Solar Corp,60%\n"
    ),
    "prices.csv": "date,symbol,price\n2026-03-10,ACME,100\n2026-03-10,SOLAR,100\n",
    "lots.csv": (
        "lot,account,symbol,quantity,basis,acquired\n"
        "L1,A,ACME,4000,400000,2020-01-02\n"
        "L2,A,SOLAR,1000,100000,2020-01-02\n"
    ),
}


def copied(root: Path) -> Path:
    """Return a copy of the project with the page's mandate, a book, and lists that sell 1,000 and 1,001.

    Byte code is copied too: it tells by time and size which files were changed since.
    """
    for package in PACKAGES:
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("data"))
    (root / "book").mkdir()
    for name, text in BOOK.items():
        (root / "book" / name).write_text(text, encoding="utf-8")
    for quantity in ("1000", "1001"):
        rows = f"account,side,symbol,quantity\nA,sell,ACME,{quantity}\n"
        (root / f"sell{quantity}.csv").write_text(rows, encoding="utf-8")
    (root / "green.mandate").write_text(steps()["green.mandate"].body, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project after step 1: the measure without its twin."""
    root = copied(tmp_path_factory.mktemp("one_file"))
    file = steps()["rulebooks/measures/green.py"]
    (root / file.name).write_text(file.body, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def with_twin(one_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project after step 3."""
    root = tmp_path_factory.mktemp("with_twin") / "project"
    shutil.copytree(one_file, root)
    change(root / "engine/gate/reference/measures.py", steps()["engine/gate/reference/measures.py"].body)
    return root


@pytest.mark.long
def test_without_its_file_the_word_is_not_known(tmp_path: Path) -> None:
    ((status, out, _),) = told(copied(tmp_path), ("check", "green.mandate"))
    assert status == 1
    assert "error[E0202]: there is no measure `green_weight`" in out


def test_without_its_twin_check_names_one_witness_and_the_gate_blocks_where_two_are_demanded(
    one_file: Path,
) -> None:
    check, test, one, two = told(
        one_file,
        ("check", "green.mandate"),
        ("test", "green.mandate"),
        (*GATE, "sell1000.csv"),
        (*GATE, "sell1000.csv", "--witnesses", "2"),
    )
    assert check[0] == 0
    assert steps()["check"].body in check[1]
    assert test[0] == 0, test[1]
    assert (one[0], json.loads(one[1])["decision"]) == (0, "pass")
    assert "one evaluator only: the reference does not know this measure" in one[1]
    assert (two[0], json.loads(two[1])["decision"]) == (1, "block")
    assert steps()["gate --witnesses 2"].body.strip() in two[1]


def test_with_its_twin_two_witnesses_judge_on_both_sides_of_the_limit(with_twin: Path) -> None:
    check, within, below = told(
        with_twin,
        ("check", "green.mandate"),
        *((*GATE, f"sell{quantity}.csv", "--witnesses", "2") for quantity in ("1000", "1001")),
    )
    assert (check[0], "one witness" in check[1]) == (0, False)
    for ran, decision, after in ((within, "pass", "9"), (below, "block", "8.999")):
        answer = json.loads(ran[1])
        assert answer["decision"] == decision, answer
        (verdict,) = [row for row in answer["verdicts"] if row["rule"] == "GREEN-1"]
        assert (verdict["measure"], verdict["unit"], verdict["after"]) == ("green_weight", "percent", after)


@pytest.mark.long
def test_a_twin_that_says_something_else_is_a_fault(with_twin: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(with_twin, root)
    path = root / "engine/gate/reference/measures.py"
    right = 'asked.total(asked.view.valued_at, "green_revenue")'
    text = path.read_text(encoding="utf-8")
    assert text.count(right) == 1
    path.write_text(text.replace(right, f"2 * {right}"), encoding="utf-8")
    ((status, out, _),) = told(root, (*GATE, "sell1000.csv"))
    assert (status, json.loads(out)["decision"]) == (1, "block")
    assert "the two evaluators disagree" in out


def test_every_shipped_measure_has_two_witnesses() -> None:
    assert set(shipped().measures) <= WITNESSED


def test_the_pages_python_is_as_the_house_writes_it(one_file: Path) -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or pytest.skip("no ruff")
    for words in (["check"], ["format", "--check", "--diff"]):
        ran = subprocess.run(
            [ruff, *words, "--config", str(ROOT / "pyproject.toml"), "rulebooks/measures/green.py"],
            cwd=one_file,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
