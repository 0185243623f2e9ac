"""A mutation run over gate and ledger: `python -m tests.mutation --sample 300 --seed 1 --minutes 60`.

mutmut's operators (one operator, number, text or argument of one function at a time) tell what could be
changed: some 38,000 changes. So many of each package are drawn with a seed and tried as they were drawn,
one of the gate and one of the ledger in turn: what was tried when the time is over is a sample too.

    --keep FOLDER     keep the draw, what the tests met and the outcomes there, and go on from them

Survivors are written as a table, the line before and after each; docs/mutation.md tells why each is left.
"""

import argparse
import json
import pickle
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path

from tests.mutation.mutants import Change, Mutant, changes_of, mutant_of
from tests.mutation.trial import BROKEN, KILLED, OUT_OF_TIME, READ, SURVIVED, UNREACHED, Trial

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("engine/gate", "engine/ledger")
OUTCOMES = (KILLED, OUT_OF_TIME, SURVIVED, UNREACHED, READ, BROKEN)


def drawn(changes: Iterable[Change], *, sample: int, seed: int) -> list[Change]:
    """Return so many changes of each package, in turn; the same for the same code and seed."""
    every = sorted(changes, key=lambda change: change.name)
    piles = []
    for package in PACKAGES:
        own = [change for change in every if change.path.startswith(f"{package}/")]
        piles.append(random.Random(f"{seed} {package}").sample(own, min(sample, len(own))))
        print(f"{package:16}{len(own):>7,} changes", flush=True)
    return [change for pair in zip_longest(*piles) for change in pair if change is not None]


def draw(place: Path, *, sample: int, seed: int) -> list[Mutant]:
    """Return the draw, made the first time and kept."""
    if not place.exists():
        files = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
        chosen = drawn(
            (change for path in files for change in changes_of(path, ROOT)), sample=sample, seed=seed
        )
        place.write_bytes(pickle.dumps([mutant_of(change) for change in chosen]))
    mutants: list[Mutant] = pickle.loads(place.read_bytes())
    return mutants


def told(notes: Sequence[dict[str, str]]) -> str:
    """Return the outcomes by package, and the survivors as a table."""
    lines = [f"{'':16}{'tried':>8}" + "".join(f"{word:>16}" for word in OUTCOMES)]
    for package in PACKAGES:
        of = Counter(note["outcome"] for note in notes if note["name"].startswith(f"{package}/"))
        lines.append(f"{package:16}{sum(of.values()):>8}" + "".join(f"{of[word]:>16}" for word in OUTCOMES))
    lines += ["", "| change | before | after |", "|---|---|---|"]
    lines += [
        f"| `{note['name'].removeprefix('engine/')}` | `{note['before']}` | `{note['after']}` |"
        for note in notes
        if note["outcome"] == SURVIVED
    ]
    return "\n".join(lines)


def main() -> None:
    """Draw, try and print."""
    parser = argparse.ArgumentParser(description="A mutation run over gate and ledger.")
    parser.add_argument("--sample", type=int, default=300, help="changes drawn of each package")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600.0, help="begin no change after so many")
    parser.add_argument("--keep", type=Path, help="a folder for the draw and the outcomes")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kept = asked.keep or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        mutants = draw(kept / "drawn.pickle", sample=asked.sample, seed=asked.seed)
        known = notes_of(kept / "outcomes.jsonl")
        Trial(
            ROOT,
            [mutant for mutant in mutants if mutant.name not in {note["name"] for note in known}],
            until=lambda: time.monotonic() + 60 * asked.minutes,
            notes=kept / "outcomes.jsonl",
            seen=kept / "seen.json",
        ).run()
        print(told(notes_of(kept / "outcomes.jsonl")))


def notes_of(place: Path) -> list[dict[str, str]]:
    """Return what was noted of each change that was tried."""
    if not place.exists():
        return []
    return [json.loads(line) for line in place.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
