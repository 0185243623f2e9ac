"""How long a mandate takes from text to rulebook, by its number of rules.

    python -m benchmarks.rules [--rules 10,100,1000,10000] [--runs 3] [--json]

Read (text to tree), check (tree to policy) and compile (policy to rulebook), with everything that is made
ready once already there. Times are processor time, the best of the runs (one above 2,000 rules), with what
each rule costs: a figure that stays the same says that the work grows with the size alone. The last line
says whether 100 rules take at most 150 ms.
"""

import argparse
import gc
import json
import time

from benchmarks.language import HEADER, mandate
from dsl.check import check
from dsl.library import Library, no_files
from dsl.parse import parse
from rulebooks.catalogue import catalogue
from rulebooks.compile import compile_rulebook

BOUND = 0.150  # seconds that 100 rules may take, warm
STEPS = ("read", "check", "compile")


def seconds(rules: int) -> dict[str, float]:
    """Return the seconds that each step took for a mandate with that many rules."""
    text = mandate(rules)
    gc.collect()
    marks = [time.process_time()]
    parsed = parse(text, file="bench.mandate")
    marks.append(time.process_time())
    result = check(parsed, catalogue=catalogue(), library=Library(), files=no_files, schema=None, today=None)
    marks.append(time.process_time())
    assert result.policy is not None
    rulebook = compile_rulebook((result.policy,))
    marks.append(time.process_time())
    assert len(rulebook.rules) == rules
    return {step: marks[n + 1] - marks[n] for n, step in enumerate(STEPS)}


def best(rules: int, *, runs: int) -> dict[str, float]:
    """Return the run that took the least in all; there is one run where the mandate is large."""
    tried = [seconds(rules) for _ in range(1 if rules > 2000 else runs)]
    return min(tried, key=lambda run: sum(run.values()))


def ready() -> float:
    """Make parser, catalogue and compiler ready; return the seconds that it took."""
    start = time.process_time()
    parsed = parse(HEADER, file="warm.mandate")
    check(parsed, catalogue=catalogue(), library=Library(), files=no_files, schema=None, today=None)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rules", default="10,100,1000,10000")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    once = ready()
    sizes = [int(size) for size in arguments.rules.split(",")]
    rows = [{"rules": size, **best(size, runs=arguments.runs)} for size in sizes]
    if arguments.json:
        print(json.dumps({"ready": once, "sizes": rows}, indent=2))
        return
    print(f"making ready, once: {once * 1000:.0f} ms")
    print(f"{'rules':>6} {'read':>12} {'check':>12} {'compile':>12} {'in all':>12} {'per rule':>10}")
    for row in rows:
        print(_line(row))
    for row in rows:
        if row["rules"] == 100:
            print(_verdict(_whole(row)))


def _whole(row: dict[str, float]) -> float:
    return sum(row[step] for step in STEPS)


def _line(row: dict[str, float]) -> str:
    cells = " ".join(f"{second * 1000:>9.1f} ms" for second in (*(row[s] for s in STEPS), _whole(row)))
    return f"{row['rules']:>6} {cells} {_whole(row) / row['rules'] * 1e6:>7.0f} us"


def _verdict(whole: float) -> str:
    word = "within" if whole <= BOUND else "beyond"
    return f"100 rules, warm: {whole * 1000:.1f} ms, {word} {BOUND * 1000:.0f} ms"


if __name__ == "__main__":
    main()
