"""How long a mandate takes to be read and checked, by its number of rules.

    python -m benchmarks.language [--rules 10,100,1000,10000] [--json]

Each size is read three times (the largest once) and the best is told, in milliseconds of processor time,
with the microseconds per rule: a figure that stays the same says that the work grows with the size alone.
The parser is made ready once before, and told by itself.
"""

import argparse
import json
import time

from dsl.check import check
from dsl.format import formatted
from dsl.library import Library, no_files
from dsl.parse import parse
from dsl.words import shipped

HEADER = """policy "Benchmark"
  id bench.language
  version 1.0.0
  source ips = "Policy statement"
  applies to account "A"

define equities as holdings where asset_class is equity
"""

RULE = """
rule R-{i} "Rule number {i}"
  for each issuer in equities except holdings where country is "C{i}"
  limit weight of holdings where sector is "S{i}" to at most the smaller of 5% and 40% of equities
  on active breach block
  on passive breach warn, do not worsen, cure within 30 days
  because ips "§{i}" quoting "text"
"""


def mandate(rules: int, *, slip: bool = False) -> str:
    """Return a mandate with that many rules; with `slip` each has a mistake."""
    text = HEADER + "".join(RULE.format(i=i) for i in range(rules))
    return text.replace("  limit weight", "  limt weight") if slip else text


def seconds(rules: int, *, slip: bool = False) -> dict[str, float]:
    """Return the seconds that reading, checking and formatting took."""
    text = mandate(rules, slip=slip)
    start = time.process_time()
    parsed = parse(text, file="bench.mandate")
    read = time.process_time()
    result = check(parsed, catalogue=shipped(), library=Library(), files=no_files, schema=None, today=None)
    done = time.process_time()
    assert (result.policy is None) == slip
    if not slip:
        formatted(parsed)
    return {"parse": read - start, "check": done - read, "format": time.process_time() - done}


def best(rules: int, *, slip: bool = False) -> dict[str, float]:
    """Return the best of three runs, or of one where it is long."""
    runs = [seconds(rules, slip=slip) for _ in range(1 if rules > 2000 else 3)]
    return {step: min(run[step] for run in runs) for step in runs[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rules", default="10,100,1000,10000")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    start = time.process_time()
    parse(HEADER, file="warm.mandate")
    build = time.process_time() - start
    sizes = [
        {"rules": rules, **best(rules), "broken": best(rules, slip=True)["parse"]}
        for rules in (int(size) for size in arguments.rules.split(","))
    ]
    if arguments.json:
        print(json.dumps({"build": build, "sizes": sizes}, indent=2))
        return
    print(f"making the parser ready, once: {build * 1000:.0f} ms")
    print(
        f"{'rules':>6} {'parse':>10} {'check':>10} {'format':>10} {'sum':>10} {'per rule':>10} "
        f"{'all broken':>12}"
    )
    for row in sizes:
        whole = row["parse"] + row["check"]
        cells = [row["parse"], row["check"], row["format"], whole]
        words = " ".join(f"{cell * 1000:>7.1f} ms" for cell in cells)
        each = f"{whole / row['rules'] * 1e6:>7.0f} us"
        print(f"{row['rules']:>6} {words} {each} {row['broken'] * 1000:>9.1f} ms")


if __name__ == "__main__":
    main()
