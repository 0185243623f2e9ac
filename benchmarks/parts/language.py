"""Reading and checking a mandate beside the parsers of cedarpy, cel-python, rule-engine and zen-engine.

Each is given the same number of rules; theirs are one comparison each, ours have a scope, an exception, two
limits, what is done on a breach, and a citation.
"""

import time
from collections.abc import Callable

from benchmarks.language import best
from benchmarks.parts.sizes import Sizes
from benchmarks.table import Row, beside

APART = (
    "one comparison a rule; no units, names, dates or citations checked, no mistakes told with place and cure"
)


def cedar(rules: int) -> Callable[[], object]:
    """Return the reading of so many Cedar policies."""
    import cedarpy

    text = "\n".join(
        f'permit(principal, action == Action::"L{n}", resource) when {{ context.sum <= {n} }};'
        for n in range(rules)
    )
    return lambda: cedarpy.policies_to_json_str(text)


def cel(rules: int) -> Callable[[], object]:
    """Return the compilation of so many CEL expressions."""
    import celpy

    environment = celpy.Environment()
    return lambda: [environment.program(environment.compile(f"s{n} <= {n}")) for n in range(rules)]


def rule_engine(rules: int) -> Callable[[], object]:
    """Return the compilation of so many rules of rule-engine."""
    import rule_engine as engine  # type: ignore[import-untyped]

    return lambda: [engine.Rule(f"s{n} <= {n}") for n in range(rules)]


def zen(rules: int) -> Callable[[], object]:
    """Return the compilation of so many expressions of zen-engine."""
    import zen as engine

    return lambda: [engine.compile_expression(f"s{n} <= {n}") for n in range(rules)]


PEERS: tuple[tuple[str, str, Callable[[int], Callable[[], object]]], ...] = (
    ("cedarpy", "cedarpy>=4", cedar),
    ("zen-engine", "zen-engine>=2", zen),
    ("rule-engine", "rule-engine>=5", rule_engine),
    ("cel-python", "cel-python>=0.5", cel),
)


def rows(sizes: Sizes) -> list[Row]:
    """Return each number of rules: parsed and checked by us, parsed by the others."""
    best(5)  # the parser is made once, before
    return [row for rules in sizes.rules for row in _of(rules)]


def _of(rules: int) -> list[Row]:
    took = best(rules)
    ours = (took["parse"] + took["check"]) * 1000
    return [
        beside(
            part="language",
            work=f"{rules:,} rules read and checked",
            ours=ours,
            peer=name,
            install=install,
            run=lambda build=build: (_least(build(rules), rules), APART),  # type: ignore[misc]
        )
        for name, install, build in PEERS
    ]


def _least(work: Callable[[], object], rules: int) -> float:
    """Return the best of three runs in milliseconds, of one where it is long."""
    times = []
    for _ in range(1 if rules > 2000 else 3):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times) * 1000
