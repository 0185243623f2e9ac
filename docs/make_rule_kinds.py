"""Write docs/rule-kinds.md: the kinds of rule that mandates contain, from their mandates and cases.

    python docs/make_rule_kinds.py            write the page
    python docs/make_rule_kinds.py --check    write nothing; fail where the page is not current

Every line of the table comes from a file of `tests/rule_kinds` and from what the gate answers to its
examples, so the page cannot say more than the tests show.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.rule_kinds.cases import (  # noqa: E402  # found beside this folder
    CLASSES,
    GROUPS,
    LETTERS,
    Kind,
    Pair,
    classes_of,
    kinds,
    pairs,
)

PAGE = ROOT / "docs" / "rule-kinds.md"

HEAD = """# Kinds of rule

<!-- Made by docs/make_rule_kinds.py from tests/rule_kinds: change those, not this page. -->

Sixty-six kinds of rule that real mandates and laws contain. Each has a mandate of its own, with a case that
passes and a case that breaches. The two differ in one word. Where it is a figure or a date they are one unit
apart (a dollar, a share, a day, a hundredth of a per cent), and the passing case lies exactly at the limit.
The breaching case breaks no other rule.

Two commands run every case:

```sh
guardband test tests/rule_kinds/*.mandate
pytest tests/rulebooks/test_rule_kinds.py
```

- *Wording*: words in quotation marks are from the source named after them, listed at the end; words in
  brackets are ours.
- *Class*: what the rule compiles to, as `guardband explain` says it. Linear, linear with helpers, convex and
  integer are rows that the optimizer reads; bounds are on single trades; gate only is what no row can say.
  The letters behind (L, A, Q, I, B, G in that order) are those that the kind was expected to have; where the
  class is another, a note below the tables says why.
- *Step*: the one word in which the two cases differ. In an example an account is worth 1,000,000 and every
  price is 1, so a dollar is a share, and 10,000 are 1%.
"""

SOURCES = """## Sources

| tag | document |
|---|---|
| PLE | City of Pleasanton, investment policy statement, page 21 |
| EDS | Episcopal Diocese of Southwestern Virginia, investment policy |
| OM | an association's "Orientation Manual", 2019 and 2024, pages 198 to 208 |
| OMA | Obesity Medicine Association, investment policy 2022 |
| MKT, LIN | investment guidelines in reinsurance treaties (markettransfer.info, lawinsider.com) |
| ARD | AHPublic, investment policy statement, page 92 (metro-inet.us) |
| UNG, UOA, YRF | unggive.org, section 6.5; uoafoundation.org.nz; yretirement.org |
| MAR | Marsico, statement of additional information (EDGAR) |
| 40A, 22e-4, 35d-1 | Investment Company Act of 1940, 15 USC 80a-5, and rules under it |
| 851, 1091 | 26 USC 851; 26 USC 1091 and Revenue Ruling 2008-5 |
| ERISA | Employee Retirement Income Security Act, section 407 |
| UCITS | Directive 2009/65/EC |
| TAM, IBK, SGG, BAS | help.tamaracinc.com; ibkrguides.com; sgggpsc.com; basislinetransitions.com |
| BOG | bogleheads.org, on rebalancing |
| SEBI | the Indian regulator's rules, as reported |
| typ. | typical wording, of no single source |

Article numbers are to be confirmed by counsel before anyone relies on them.
"""


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for kind in kinds():
        if kind.number in GROUPS:
            parts.append(f"## {GROUPS[kind.number]}\n\n{_TABLE_HEAD}")
        parts[-1] += _row(kind)
    return "\n".join((*parts, _notes(), SOURCES))


_TABLE_HEAD = """| no. | kind | wording | class | passes | breaches | step |
|---|---|---|---|---|---|---|
"""

BY_TESTS = {
    27: ("1% ex ante", "one ten-thousandth of 1% more", "`10,000` → `10,005` shares of a risk of 20%")
}
"""Kinds whose two cases are books in the tests."""


def _row(kind: Kind) -> str:
    found = pairs(kind.number)
    passes, breaches, step = _told(found[0]) if found else BY_TESTS[kind.number]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    link = f"[{kind.title}](../tests/rule_kinds/{kind.path.name})"
    cells = (str(kind.number), link, kind.wording, _class(kind), passes, breaches + more, step)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _told(pair: Pair) -> tuple[str, str, str]:
    before, after = pair.step
    return pair.passing.example.title, pair.breaching.example.title, f"`{before}` → `{after}`"


def _class(kind: Kind) -> str:
    others = [name for name in dict.fromkeys(classes_of(kind.number).values()) if name != kind.stated_class]
    letters = ", ".join(LETTERS[kind.number])
    return f"{kind.stated_class}{''.join(f'; {name}' for name in others)} ({letters})"


def _differs(kind: Kind) -> bool:
    letters = {CLASSES[letter] for letter in LETTERS[kind.number]}
    return not {kind.stated_class, *classes_of(kind.number).values()} <= letters


def _notes() -> str:
    lines = [
        f"- {kind.number}, {kind.title.lower() if _is_plain(kind.title) else kind.title}: {kind.note}."
        for kind in kinds()
        if kind.note and _differs(kind)
    ]
    other = [f"- {kind.number}: {kind.note}." for kind in kinds() if kind.note and not _differs(kind)]
    return (
        "## Where the class is another than was expected\n\n"
        + "\n".join(lines)
        + "\n\n## Other notes\n\n"
        + "\n".join(other)
        + "\n"
    )


def _is_plain(title: str) -> bool:
    return not any(word.isupper() for word in title.split())


def main() -> int:
    """Write the page or compare it; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where the page is not current"
    )
    made = page()
    if parser.parse_args().check:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
