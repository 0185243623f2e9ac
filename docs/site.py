"""What the site adds to the pages: those that are made from the product itself, each time it is built.

measures.md from the catalogue, codes.md from the pages of findings, the mandates of the kinds of rule, and
the picture of the packages from the import contract in pyproject.toml. None of them is kept beside its
source, so none can be behind it.
"""

import sys
import tomllib
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from dsl.catalogue import AttributeEntry, Catalogue, MeasureEntry  # noqa: E402  # found beside this folder
from rulebooks.catalogue import catalogue  # noqa: E402

CODES = ROOT / "dsl" / "codes"
KINDS = ROOT / "tests" / "rule_kinds"
MEASURES = ROOT / "tests" / "measures"
KINDS_PAGE = "rule-kinds.md"


def on_files(files: Files, config: Any) -> Files:
    """Add the pages and the picture that are made here."""
    made = {
        "measures.md": measures_page(catalogue()),
        "codes.md": codes_page(CODES),
        "packages.svg": packages_picture(contracts(ROOT / "pyproject.toml")),
        **{f"kinds/{path.name}": path.read_text(encoding="utf-8") for path in KINDS.glob("*.mandate")},
    }
    for name, content in made.items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Lead from a kind of rule to its mandate on the site, not in the repository."""
    return (
        markdown.replace("(../tests/rule_kinds/", "(kinds/") if page.file.src_uri == KINDS_PAGE else markdown
    )


# ------------------------------------------------------------------ measures and attributes


def measures_page(words: Catalogue) -> str:
    """Return every word that a mandate may use for what is measured, with its unit and meaning."""
    parts = [
        "# Measures and attributes\n",
        "Made from the catalogue that the checker is handed: what is not here is an error, with the nearest "
        "word as its cure. A measure of your own is one file: [a new measure](new-measure.md).\n",
        "## Measures\n\nWhat a rule can limit: `limit MEASURE to at most …`.\n",
        _table(("measure", "unit", "meaning", "taken of", "needs"), map(_measure, words.measures.values())),
        "\n`NAME_weight` and `NAME_value` are the weight and value of a definition.\n",
        _examples(words),
        "## Attributes\n\nWhat a condition can name: `where ATTRIBUTE is …`.\n",
        _table(("attribute", "unit", "meaning", "of", "words"), map(_attribute, words.attributes.values())),
        "\n## Events\n\nWhat a window counts from: `within 30 days after EVENT`.\n",
        _table(("event", "meaning"), ((f"`{e.name}`", e.description) for e in words.events.values())),
        "\n## Weight bases\n\nWhat weights are a share of: `weights of BASE`.\n",
        _table(("base", "meaning"), ((f"`{name}`", told) for name, told in words.bases.items())),
    ]
    return "\n".join(parts)


def _examples(words: Catalogue) -> str:
    """Return each measure in a rule, with a list that passes at the limit and one that breaches."""
    parts = [
        "### In a rule\n\nEach measure in a rule of its own, with a case that lies at the limit and passes, "
        "and the next one, which breaches. The tests run all of them; in a case an account has 1,000,000 "
        "and every price is 1. Run them yourself: `guardband test tests/measures/*.mandate`.\n"
    ]
    for name in words.measures:
        text = (MEASURES / f"{name}.mandate").read_text(encoding="utf-8")
        body = text.partition("missing data block\n\n")[2].rstrip()
        parts.append(f"#### `{name}`\n\n```mandate\n{body}\n```\n")
    return "\n".join(parts)


def _measure(one: MeasureEntry) -> tuple[str, ...]:
    units = ", ".join(unit.value for unit in (one.unit, *sorted(one.accepts)))
    of = ", ".join(sorted(one.of)) or "the account"
    period = {"may": " (a period may be said)", "must": " (over a period)"}.get(one.period, "")
    return f"`{one.name}`", units, one.description + period, of, ", ".join(one.needs)


def _attribute(one: AttributeEntry) -> tuple[str, ...]:
    values = ", ".join(one.values)
    return f"`{one.name}`", one.unit.value, one.description, ", ".join(sorted(one.of)), values


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines)


# ------------------------------------------------------------------ findings


def codes_page(folder: Path) -> str:
    """Return every finding with a mandate that has it and the same mandate mended."""
    head = (
        "# Findings and their cures\n\nEvery code that `check` and `lint` can tell; "
        "`guardband explain E0202` prints one of them. E is an error, W a warning, I a remark. Each mandate "
        "below is checked by the tests: the first has the finding and no other, the second has none.\n"
    )
    pages = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md")))
    return head + "\n".join(_one_deeper(page) for page in pages)


def _one_deeper(page: str) -> str:
    """Return a page as a section: its headings one level down, those in mandates left alone."""
    lines, fenced = [], False
    for line in page.splitlines():
        fenced ^= line.startswith("```")
        lines.append(f"#{line}" if line.startswith("#") and not fenced else line)
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------ packages

WIDE, HIGH, GAP = 640, 44, 14
HOLDS = {
    "guardband": "for notebooks and programs",
    "engine.shell": "commands, service, desk, database, files, clock",
    "reports": "verdicts and proposals as pages and tables",
    "optimizer": "rules as rows; solve, certify, explain; lint, diff, repair",
    "engine.gate": "facts through the rules; verdicts; the second evaluator",
    "rulebooks": "the compiled form; one module for each measure",
    "dsl": "grammar, checker, formatter, findings",
    "engine.ledger": "lots, wash sales, terms, tax years",
    "engine.facts": "lots, trades, prices, calendars, money",
}


def contracts(project: Path) -> dict[str, Any]:
    """Return the import contracts of the project."""
    found: dict[str, Any] = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["importlinter"]
    return found


def packages_picture(told: dict[str, Any]) -> str:
    """Return the layers of the contract, top to bottom; each may import only what lies below it."""
    layers = next(one["layers"] for one in told["contracts"] if one["type"] == "layers")
    height = len(layers) * (HIGH + GAP) + GAP
    boxes = "".join(_layer(row, names.split(" : ")) for row, names in enumerate(layers))
    said = "; ".join(f"{row}. {names}" for row, names in enumerate(layers, start=1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {height}" role="img">'
        f"<title>The packages, each knowing only those below it: {escape(said)}</title>"
        "<style>rect{fill:#f6f4ef;stroke:#8a8577}text{font:14px sans-serif;fill:#1f1d1a}"
        ".what{font-size:12px;fill:#5d584d}</style>"
        f"{boxes}</svg>"
    )


def _layer(row: int, names: list[str]) -> str:
    wide = (WIDE - GAP * (len(names) + 1)) / len(names)
    top = GAP + row * (HIGH + GAP)
    return "".join(
        f'<rect x="{GAP + n * (wide + GAP):.0f}" y="{top}" width="{wide:.0f}" height="{HIGH}" rx="3"/>'
        f'<text x="{GAP * 2 + n * (wide + GAP):.0f}" y="{top + 18}">{escape(name)}</text>'
        f'<text class="what" x="{GAP * 2 + n * (wide + GAP):.0f}" y="{top + 35}">{escape(HOLDS[name])}</text>'
        for n, name in enumerate(names)
    )
