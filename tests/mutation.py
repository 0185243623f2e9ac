"""A mutation run over gate and ledger: `python -m tests.mutation --sample 300 --seed 1`.

mutmut (configured in pyproject.toml) changes one operator, number, text or argument of one function at a time
in a copy of the tree, and runs the fast tests that call it. A change that no test notices survives. Gate and
ledger have some 38,000 such changes; a sample drawn with a seed is tried, so many of each package.

Survivors are written as a table, the line before and after each; docs/mutation.md tells why each is left.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("engine.gate", "engine.ledger")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "mutants")
OUTCOMES = {0: "survived", 1: "killed", 3: "killed", 5: "without a test", 33: "without a test"}
"""What mutmut's exit codes mean; every other is a test that ended by time, by memory or by a signal."""


def mutmut(tree: Path, *names: str) -> None:
    """Let mutmut try some changes; the first time it also writes them all and looks which tests call what."""
    place = {
        **os.environ,
        "GUARDBAND_SHARED": os.environ.get("GUARDBAND_SHARED", str(ROOT.parent / "shared")),
    }
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names],
        cwd=tree,
        env=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if not (tree / "mutants" / "mutmut-stats.json").is_file():
        sys.exit(f"mutmut could not begin:\n{done.stdout[-4_000:]}")


def outcomes(tree: Path) -> dict[str, int | None]:
    """Return every change by its name, with the exit code of its tests; None where it was not tried."""
    found: dict[str, int | None] = {}
    for path in sorted((tree / "mutants").rglob("*.meta")):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def drawn(names: Iterator[str], *, sample: int, seed: int) -> list[str]:
    """Return so many changes of each package; the same for the same code and seed."""
    every = sorted(names)
    chosen: list[str] = []
    for package in PACKAGES:
        own = [name for name in every if name.startswith(package + ".")]
        chosen += random.Random(f"{seed} {package}").sample(own, min(sample, len(own)))
    return chosen


def told(tree: Path, name: str) -> str:
    """Return a surviving change as a row: function, the line before, the line after."""
    shown = subprocess.run(
        [sys.executable, "-m", "mutmut", "show", name], cwd=tree, capture_output=True, text=True, check=False
    ).stdout
    rows = [line for line in shown.splitlines() if re.match(r"[-+](?![-+]{2} )", line)]
    before = " ".join(line[1:].strip() for line in rows if line[0] == "-")
    after = " ".join(line[1:].strip() for line in rows if line[0] == "+")
    place = name.partition("__mutmut_")[0].replace(".x_", ".").replace("ǁ", ".")
    return f"| `{place}` | `{before}` | `{after}` |"


def main() -> None:
    """Draw, try and print; the survivors go into a file where one is named."""
    parser = argparse.ArgumentParser(description="A mutation run over gate and ledger.")
    parser.add_argument("--sample", type=int, default=300, help="changes tried of each package")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", type=Path, help="where the survivors are written")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
        mutmut(tree, "none")
        chosen = drawn(iter(outcomes(tree)), sample=asked.sample, seed=asked.seed)
        mutmut(tree, *chosen)
        codes = outcomes(tree)
        results = {name: OUTCOMES.get(codes[name] or 0, "killed") for name in chosen}
        rows = [told(tree, name) for name, result in results.items() if result == "survived"]
    for package in PACKAGES:
        of = Counter(result for name, result in results.items() if name.startswith(package + "."))
        counts = "".join(f"{of[word]:>7} {word}" for word in ("killed", "survived", "without a test"))
        print(f"{package:16}{sum(of.values()):>5} tried{counts}")
    table = "\n".join(("| function | before | after |", "|---|---|---|", *rows))
    if asked.table is None:
        print(table)
    else:
        asked.table.write_text(table + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
