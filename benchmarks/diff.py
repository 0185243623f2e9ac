"""How long `diff` takes: 50 rules over 500 securities, from one changed rule to all of them.

    python -m benchmarks.diff --rules 50 --securities 500 --changed 1 10 50

Prints one line for each number of changed rules: seconds of wall and of processor time in the core, and
of the whole command with its start-up; every proof is judged by the gate under both versions.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from dsl.policy import CheckedPolicy
from engine.shell import policies, work
from optimizer.diff.compare import compare

HEADER = """policy "Benchmark policy"
  id bench.policy
  version {version}
  source ips = "Statement"
  currency USD
  weights of net_assets

"""
SECTORS = 10


def rules(count: int, *, changed: int, seed: int) -> str:
    """Return a policy's text of `count` rules, the first `changed` of a shuffled order loosened."""
    draw = random.Random(seed)
    order = list(range(count))
    draw.shuffle(order)
    loose = set(order[:changed])
    return "\n".join(_rule(index, looser=index in loose) for index in range(count))


def _rule(index: int, *, looser: bool) -> str:
    sector = f"sector {index % SECTORS}"
    more = 1 if looser else 0
    where = f'holdings where sector is "{sector}"'
    kinds = (
        f"  for each issuer in {where}\n  limit weight to at most {3 + more}%",
        f"  limit weight of {where} to at most {18 + more}%",
        f"  limit weight of the 5 largest issuers in {where} to at most {12 + more}%",
        f'  limit weight of {where} and rating is worse than "BBB-" to at most {6 + more}%',
        f'  forbid buying securities where sector is "{sector}" and rating is worse than '
        f'"{"B" if looser else "BB"}"',
    )
    body = kinds[index // SECTORS % len(kinds)]
    return f'rule R-{index:03} "Rule {index}"\n{body}\n  because ips "§{index}"\n'


def securities(count: int) -> dict[str, dict[str, str]]:
    """Return attributes by symbol: ten sectors, five ratings, two securities an issuer."""
    ratings = ("AA", "BBB-", "BB", "B", "CCC")
    return {
        f"N{index}": {
            "symbol": f"N{index}",
            "asset_class": "equity",
            "instrument": "common_stock",
            "issuer": f"Issuer {index // 2}",
            "sector": f"sector {index // 2 % SECTORS}",
            "rating": ratings[index // 2 // SECTORS % len(ratings)],
        }
        for index in range(count)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=50)
    parser.add_argument("--securities", type=int, default=500)
    parser.add_argument("--changed", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    listed = securities(asked.securities)
    with tempfile.TemporaryDirectory() as folder:
        for changed in asked.changed:
            _run(Path(folder), asked.rules, changed, asked.seed, listed)


def _run(folder: Path, count: int, changed: int, seed: int, listed: dict[str, dict[str, str]]) -> None:
    old, new = folder / "old.mandate", folder / "new.mandate"
    old.write_text(HEADER.format(version="1.0.0") + rules(count, changed=0, seed=seed))
    new.write_text(HEADER.format(version="1.1.0") + rules(count, changed=changed, seed=seed))
    before, after = (policies.load((str(path),))[0] for path in (old, new))
    given = _timed(before, after, listed)
    made = _timed(before, after, None)
    started = time.perf_counter()
    command = [sys.executable, "-m", "engine.shell.main", "diff", str(old), str(new)]
    subprocess.run(command, check=False, capture_output=True)
    whole = time.perf_counter() - started
    print(
        f"{count} rules, {changed} changed: {len(listed)} given securities {given}; "
        f"made-up securities {made}; whole command {whole:.1f} s"
    )


def _timed(before: CheckedPolicy, after: CheckedPolicy, listed: dict[str, dict[str, str]] | None) -> str:
    with work.engine() as inference:
        wall, processor = time.perf_counter(), time.process_time()
        found = compare(before, after, engine=inference, today=date(2026, 3, 10), securities=listed)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    told = f"{len(found.rules)} rules found among {found.securities}"
    return f"{wall:.1f} s ({processor:.1f} s processor, {told})"


if __name__ == "__main__":
    main()
