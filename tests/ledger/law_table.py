"""The table of docs/law.md: every numbered rule and open point of the law, and the case files that show it.

    python -m tests.ledger.law_table        writes it anew, between its two marks in docs/law.md

The number of a rule begins the name of its case files or of their folder: `r01-window/day-30-after.case`.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CASES = ROOT / "tests" / "cases" / "ledger"
PAGE = ROOT / "docs" / "law.md"
START, END = "<!-- cases: start -->", "<!-- cases: end -->"

RULES = (
    "30 days on each side",
    "trade dates count",
    "only losses, lot by lot",
    "what is an acquisition",
    "order of losses",
    "order of replacements",
    "fewer bought than sold",
    "more bought than sold",
    "a replacement is used once",
    "own shares",
    "still held",
    "contracts: calls, warrants, puts written",
    "short sales",
    "substantially identical",
    "exempt",
    "basis",
    "holding period",
    "chains",
    "IRA and Roth IRA",
    "spouse, own companies, losses in an IRA",
    "the year's end",
    "conservation",
    "corporate actions",
    "relief, average cost",
    "term",
    "automatic plans",
    "netting and the limit",
    "carryovers",
    "net investment income tax",
    "qualified dividends",
    "fund shares held six months or less",
    "straddles",
    "no smallest amount",
    "sales to related parties",
    "Form 8949",
    "Form 1099-B",
    "direct entry on Schedule D",
)
POINTS = (
    "same_order_replacement",
    "sold_before_replacement",
    "earlier_purchase_replacement",
    "same_day_purchases",
    "overlapping_days",
    "spouse_basis",
    "spouse_retirement",
    "index_funds",
    "written_puts",
    "partly_adjusted",
    "fifo_date",
    "gain_shares_replace",
    "cents",
)


def files_of(number: str) -> tuple[Path, ...]:
    """Return the case files of a rule or open point, such as `r01` or `a13`."""
    return tuple(
        path
        for path in sorted(CASES.rglob("*.case"))
        if path.relative_to(CASES).parts[0].partition(".")[0].partition("-")[0] == number
    )


def names_of(number: str) -> str:
    """Return the names of its case files; those of one folder together."""
    alone: list[str] = []
    folders: dict[str, list[str]] = {}
    for path in files_of(number):
        if path.parent == CASES:
            alone.append(f"`{path.stem}`")
        else:
            folders.setdefault(path.parent.name, []).append(path.stem)
    together = [f"`{folder}/`: {', '.join(names)}" for folder, names in folders.items()]
    return "; ".join([*alone, *together])


def table() -> str:
    """Return the table as it must stand in the page."""
    lines = ["| number | about | case files |", "|---|---|---|"]
    lines += [f"| R{n} | {about} | {names_of(f'r{n:02d}')} |" for n, about in enumerate(RULES, start=1)]
    lines += [f"| A{n} | `{switch}` | {names_of(f'a{n:02d}')} |" for n, switch in enumerate(POINTS, start=1)]
    others = sorted(
        {path.relative_to(CASES).parts[0] for path in CASES.rglob("*.case")}
        - {path.relative_to(CASES).parts[0] for path in _numbered()}
    )
    lines.append(f"| – | besides | {_listed(others)} |")
    return "\n".join(lines)


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name.removesuffix('.case')}`" for name in names)


def _numbered() -> list[Path]:
    numbers = [f"r{n:02d}" for n in range(1, len(RULES) + 1)] + [f"a{n:02d}" for n in range(1, 14)]
    return [path for number in numbers for path in files_of(number)]


def write() -> None:
    """Put the table into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{START}\n{table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    write()
