"""The language reference: its mandates check, and its tables are those of the program."""

import re
from collections.abc import Sequence

import pytest

from dsl.check import SWITCHES
from dsl.format import formatted
from dsl.parse import parse
from dsl.policy import Unit
from dsl.words import shipped
from engine.facts.readings import WashReadings
from tests.diagnostics.pages import CODES, read
from tests.dsl.helpers import HEADER, checked, errors, shipped_library
from tests.shared import ROOT

PAGE = ROOT / "docs" / "language.md"
BLOCKS = re.findall(r"^```mandate\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
_UNITS = {Unit.SHARE: "share", Unit.POINTS: "points", Unit.SHARES_HELD: "shares", Unit.TEXT: "text"}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0][:40])
def test_every_mandate_of_the_reference_checks(block: str) -> None:
    text = block if block.startswith("policy") else HEADER + "\n" + block
    result = checked(text, library=shipped_library())
    assert errors(result) == []
    assert [d.message for d in result.diagnostics if d.severity.value == "warning"] == []
    assert formatted(parse(text, file="x")) == text, "the reference shows the usual form"


def _table(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [" | ".join(heading), "|".join("---" for _ in heading), *(" | ".join(row) for row in rows)]
    edged = [f"|{line}|" if line.startswith("---") else f"| {line} |" for line in lines]
    return "\n".join(edged) + "\n"


def _unit(unit: Unit) -> str:
    return _UNITS.get(unit, unit.value)


def tables() -> dict[str, str]:
    words = shipped()
    default = WashReadings()
    readings = []
    for name, choices in SWITCHES.items():
        ordered = sorted(choices, key=lambda word: choices[word] != getattr(default, name))
        readings.append((f"`{name}`", " or ".join(f"`{word}`" for word in ordered)))
    program = "".join(path.read_text(encoding="utf-8") for path in CODES.parent.rglob("*.py"))
    told = set(re.findall(r'"([EWI]0\d{3})"', program))  # those of `check`; `lint` has its own
    pages = [read(path) for path in sorted(CODES.glob("*.md")) if path.stem in told]
    return {
        "measures": _table(
            ("measure", "unit", "is"),
            [(f"`{m.name}`", _unit(m.unit), m.description) for m in words.measures.values()],
        ),
        "figures": _table(
            ("figure", "unit", "is"),
            [(f"`{f.name}`", _unit(f.unit), f.description) for f in words.figures.values()],
        ),
        "events": _table(("event", "is"), [(f"`{e.name}`", e.description) for e in words.events.values()]),
        "bases": _table(("base", "is"), [(f"`{name}`", text) for name, text in words.bases.items()]),
        "attributes": _table(
            ("attribute", "unit", "is"),
            [(f"`{a.name}`", _unit(a.unit), a.description) for a in words.attributes.values()],
        ),
        "readings": _table(("point", "readings"), readings),
        "codes": _table(("code", "says"), [(p.code, p.title) for p in pages]),
    }


@pytest.mark.parametrize("name", tables())
def test_the_tables_are_those_of_the_program(name: str, pytestconfig: pytest.Config) -> None:
    text = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    assert len(pattern.findall(text)) == 1
    wanted = pattern.sub(lambda m: f"{m[1]}\n{tables()[name]}\n{m[2]}", text)
    if pytestconfig.getoption("--rewrite-golden"):
        PAGE.write_text(wanted, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == wanted, "run pytest --rewrite-golden"
