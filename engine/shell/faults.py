"""What a fault leaves behind: a folder that holds all that went in, and the one command that repeats it.

guardband-fault-3f9a12c07b55/
  again.txt    cd here, then: guardband gate --book book --trades trades.csv --policy policy-1.mandate …
  fault.json   the reason, and where the evaluators differ
  book/        the files of the book as they were
  trades.csv   the list
"""

import json
import shlex
import shutil
from pathlib import Path

from engine.gate.verdict import GateAnswer

FAULT = "guardband-fault-"
"""How the folders begin."""


def keep_fault(
    answer: GateAnswer, *, book: str | Path, policies: list[str] | None, trades: Path, into: Path
) -> Path | None:
    """Write a fault's folder below `into` and return it; None where the answer is no fault.

    A book that is no folder (a database) is named in the command instead of copied, and so is a shipped
    policy. Raises OSError where nothing can be written.
    """
    if answer.fault is None:
        return None
    folder = into / f"{FAULT}{answer.facts_hash[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    words = ["guardband", "gate", "--book", str(book), "--as-of", answer.as_of.isoformat()]
    if Path(book).is_dir():
        earlier = shutil.ignore_patterns(f"{FAULT}*")  # the command may run in the book's own folder
        shutil.copytree(book, folder / "book", dirs_exist_ok=True, ignore=earlier)
        words[3] = "book"
    shutil.copyfile(trades, folder / "trades.csv")
    words += ["--trades", "trades.csv"]
    for number, name in enumerate(policies or (), start=1):
        words += ["--policy", _policy(Path(name), number, folder) if Path(name).is_file() else name]
    told = {"reason": answer.fault.reason, "bundle": _json(answer.fault.bundle)}
    (folder / "fault.json").write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")
    (folder / "again.txt").write_text(shlex.join(words) + "\n", encoding="utf-8")
    return folder


def _policy(path: Path, number: int, folder: Path) -> str:
    """Copy a mandate with what lies beside it, which it may name, and return its name in the folder."""
    beside = folder / f"policy-{number}"
    beside.mkdir(exist_ok=True)
    for other in path.parent.iterdir():
        if other.suffix in (".mandate", ".txt", ".csv") and other.is_file():
            shutil.copyfile(other, beside / other.name)
    lists = path.parent / "lists"
    if lists.is_dir():
        shutil.copytree(lists, beside / "lists", dirs_exist_ok=True)
    return f"policy-{number}/{path.name}"


def _json(bundle: str) -> object:
    try:
        return json.loads(bundle)
    except ValueError:
        return bundle
