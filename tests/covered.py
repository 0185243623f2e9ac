"""Line and branch coverage of the core, package by package: `python -m tests.covered [PACKAGE …]`.

The folders of tests that are about the core are run one after the other, in one process at a time, what they
start included; then what they met is counted together. Ends with status 1 where a package is below a bound.

    python -m tests.covered                      all of the core: about a quarter of an hour
    python -m tests.covered engine.ledger        by the package's own folders, with the lines that are missing
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOUND = 95.0  # per cent of lines
BRANCHES: Mapping[str, float] = {
    "dsl": 95.0,
    "engine.ledger": 95.0,
    "rulebooks": 95.0,
    "engine.gate": 95.0,
    "optimizer": 95.0,
}
"""Per cent of branches."""

FOLDERS: Mapping[str, tuple[str, ...]] = {
    "dsl": ("dsl", "diagnostics", "mandates", "editors", "lsp"),
    "engine.ledger": ("ledger",),
    "rulebooks": ("rulebooks", "rule_kinds"),
    "engine.gate": ("gate", "gate_engine", "reference_evaluator", "properties"),
    "optimizer": ("optimizer", "lint", "diff", "simulation"),
}
"""The packages of the core, and the folders of tests that are about each."""

FURTHER = ("shell", "monitoring", "orders")
"""Folders whose tests use the core as a person does; they count where all of it is measured."""


def run(place: Path, folders: Iterable[str]) -> None:
    """Run some folders of tests and keep what they met."""
    quiet = ("-q", "-p", "no:cacheprovider", "--no-header", "--cov", "--cov-report=", "--cov-fail-under=0")
    tests = [f"tests/{name}" for name in folders]
    _called(place, "pytest", *quiet, "--cov-append", *tests)


def totals(place: Path, package: str, *, missing: bool) -> Mapping[str, int]:
    """Return what coverage.py counts of a package; missing: print its files too."""
    told, files = place.parent / "told.json", f"--include={package.replace('.', '/')}/*"
    if missing:
        _called(place, "coverage", "report", "--fail-under=0", files)
    _called(place, "coverage", "json", "-q", "--fail-under=0", files, "-o", str(told))
    counted: Mapping[str, int] = json.loads(told.read_text(encoding="utf-8"))["totals"]
    return counted


def main(packages: tuple[str, ...]) -> int:
    """Measure, print the table; return 1 where a package is below the bound."""
    chosen = packages or tuple(FOLDERS)
    low = False
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "data"
        for folders in (*(FOLDERS[package] for package in chosen), () if packages else FURTHER):
            if folders:
                run(place, folders)
        print(f"{'package':16}{'lines':>10}{'branches':>10}")
        for package in chosen:
            counted = totals(place, package, missing=bool(packages))
            lines = 100 * counted["covered_lines"] / counted["num_statements"]
            branches = 100 * counted["covered_branches"] / counted["num_branches"]
            low |= lines < BOUND or branches < BRANCHES[package]
            print(f"{package:16}{lines:>9.1f}%{branches:>9.1f}%")
    return int(low)


def _called(place: Path, *words: str) -> None:
    kept = {**os.environ, "COVERAGE_FILE": str(place)}
    subprocess.run([sys.executable, "-m", *words], cwd=ROOT, env=kept, check=True)


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
