"""Writes docs/evidence.md from the answers of the runs.

python -m benchmarks.evidence.page --runs RUNS     keeps what the page tells in results/, then writes it
python -m benchmarks.evidence.page                 writes the page from results/ again
"""

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PAGE = HERE.parent.parent / "docs" / "evidence.md"
MANDATES = ("direct-index", "pairs", "balanced")
Data = dict[str, Any]


def keep(runs: Path, results: Path = RESULTS) -> None:
    """Keep of each run what the page tells."""
    results.mkdir(parents=True, exist_ok=True)
    for name in MANDATES:
        told = json.loads((runs / name / "simulation.json").read_text(encoding="utf-8"))
        for row in told["runs"]:
            row.pop("points")
        told["seconds"] = json.loads((runs / name / "times.json").read_text(encoding="utf-8"))["seconds"]
        _write(results / f"{name}.json", told)
    for name in ("dispersion", "relaxation"):
        _write(results / f"{name}.json", json.loads((runs / f"{name}.json").read_text(encoding="utf-8")))


def _write(path: Path, data: Data) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def page(results: Path = RESULTS) -> str:
    """Return the page; raises AssertionError where the runs do not show what it says."""
    told = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*.json"))
    }
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    template = environment.from_string((HERE / "evidence.md.j2").read_text(encoding="utf-8"))
    direct = {row["run"]: row for row in told["direct-index"]["runs"]}
    alpha, free = float(direct["as written"]["alpha"]), float(direct["no wash-sale rule"]["alpha"])
    assert alpha < free, "the wash-sale rule costs"
    text = template.render(
        **_totals(told),
        mandates=[_mandate(name, told[name]) for name in MANDATES],
        dispersion=_dispersion(told["dispersion"]),
        relaxation=_relaxation(told["relaxation"]),
        alpha=percent(str(alpha)),
        free=percent(str(free)),
        lost=round(100 * (1 - alpha / free)),
        error=percent(direct["as written"]["tracking_error"]),
        decay=", ".join(percent(year["saved"]) for year in direct["as written"]["years"]),
    )
    return re.sub(r"\n{3,}", "\n\n", text)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; all columns but the first are figures."""
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "--:|" * (len(heads) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def percent(text: str | None) -> str:
    """Return percent with two decimals."""
    return "–" if text is None else f"{round(float(text), 2) + 0.0:.2f}".replace("-", "−")


def whole(text: str | None) -> str:
    """Return money in whole units."""
    return "–" if text is None else f"{float(text):,.0f}".replace("-", "−")


def _totals(told: Data) -> Data:
    runs = [row for name in MANDATES for row in told[name]["runs"]]
    seconds = sum(float(one) for name in MANDATES for one in told[name]["seconds"])
    sums = {name: sum(row[name] for row in runs) for name in ("rejected", "active", "mismatches")}
    lists = sum(row["proposals"] for row in runs)
    return {"runs": len(runs), "lists": f"{lists:,}", "minutes": round(seconds / 60), **sums}


FIGURES = (
    ("return before tax, % a year", lambda row: percent(row["own"]["before_tax"])),
    ("return after tax", lambda row: percent(row["own"]["after_tax"])),
    ("after tax and liquidation", lambda row: percent(row["own"]["after_liquidation"])),
    ("benchmark before tax", lambda row: percent(row["index"]["before_tax"])),
    ("benchmark after tax", lambda row: percent(row["index"]["after_tax"])),
    ("benchmark liquidated", lambda row: percent(row["index"]["after_liquidation"])),
    ("**tax alpha, % a year**", lambda row: f"**{percent(row['alpha'])}**"),
    ("tax alpha, liquidated", lambda row: percent(row["alpha_liquidated"])),
    ("tracking error, % a year", lambda row: percent(row["tracking_error"])),
    ("turnover, % a year", lambda row: percent(row["turnover"])),
    ("losses sold, USD", lambda row: whole(row["harvested"])),
    ("losses recognized", lambda row: whole(row["losses"])),
    ("losses disallowed", lambda row: whole(row["disallowed"])),
    ("still deferred in lots", lambda row: whole(row["deferred"])),
    ("lists proposed", lambda row: str(row["proposals"])),
    ("trades", lambda row: whole(str(row["trades"]))),
    ("own lists rejected", lambda row: str(row["rejected"])),
    ("breaches of own making", lambda row: str(row["active"])),
    ("looks at which no list could pass", lambda row: str(row["infeasible"])),
    (
        "median and largest gap, bp",
        lambda row: f"{percent(row['gaps']['median'])}, {percent(row['gaps']['largest'])}",
    ),
)


def _mandate(name: str, told: Data) -> Data:
    runs = told["runs"]
    rows = [[label, *(tell(row) for row in runs)] for label, tell in FIGURES]
    rows.append(["seconds of processor", *(f"{float(one):,.0f}" for one in told["seconds"])])
    first = runs[0]
    years = [[row["run"], *(percent(year["saved"]) for year in row["years"])] for row in runs]
    years.append(["dispersion of names", *(percent(year["dispersion"]) for year in first["years"])])
    return {
        "name": name,
        "title": told["title"],
        "setting": f"{told['since']} to {told['until']}, {first['days']:,} trading days, {told['names']} "
        f"securities, 1,000,000 to begin with, looked at each {told['every']}.",
        "figures": table(("", *(row["run"] for row in runs)), rows),
        "years": table(("", *(str(year["year"]) for year in first["years"])), years),
        "said": [*_noted(told), *_problems(runs)],
    }


def _noted(told: Data) -> Iterator[str]:
    noted = [row for row in told["treated"] if row["noted"]]
    held = [row for row in told["treated"] if not row["noted"]]
    if noted:
        said = "\n".join(f"- {row['symbol']} {row['day']}: {_AS[row['treat']]}" for row in noted)
        yield f"Rows of the prices that are not what they seem, and what a note says they were:\n\n{said}"
    if held:
        said = ", ".join(f"{row['symbol']} {row['day']}" for row in held)
        yield f"Rows in doubt that stopped trades in their security for 30 days: {said}."


_AS = {
    "dividend": "a true dividend, taxed",
    "return_of_capital": "a spin-off told as a dividend: a return of capital",
    "split": "a spin-off told as a split: more shares of the same basis",
    "no_dividend": "an error: nothing was paid",
    "hold": "not known: trades stopped",
}


def _problems(runs: Sequence[Data]) -> Iterator[str]:
    problems = [f"- {row['run']}: {problem}" for row in runs for problem in row["problems"]]
    if problems:
        yield "Looks that came to nothing, as the answer tells them:\n\n" + "\n".join(problems[:8])


# ------------------------------------------------------------------ known facts


def _dispersion(found: Data) -> Data:
    years = (f"year {number}" for number in range(1, found["years"] + 1))
    heads = ("own volatility", "dispersion", "tax alpha", "without the rule", *years)
    rows = list(_dispersion_rows(found["rows"], found["years"]))
    alphas = [float(row[2]) for row in rows]
    assert alphas == sorted(alphas), "tax alpha rises with dispersion"
    assert all(float(row[2]) <= float(row[3]) for row in rows), "tax alpha falls with the wash-sale rule"
    assert all(float(row[4]) > float(row[-1]) for row in rows), "tax alpha decays"
    one, *more = (str(seed) for seed in found["seeds"])
    seeds = f"means of the seeds {', '.join((one, *more))}" if more else f"seed {one}"
    return {"names": found["names"], "years": found["years"], "seeds": seeds, "table": table(heads, rows)}


def _dispersion_rows(rows: Sequence[Data], years: int) -> Iterator[list[str]]:
    for own in dict.fromkeys(row["own"] for row in rows):
        mine = [row for row in rows if row["own"] == own]
        ruled = [row for row in mine if row["run"] == "as written"]
        free = [row for row in mine if row["run"] != "as written"]
        yield [
            own,
            _mean(row["dispersion"] for row in ruled),
            _mean(row["alpha"] for row in ruled),
            _mean(row["alpha"] for row in free),
            *(_mean(row["saved"][place] for row in ruled) for place in range(years)),
        ]


def _mean(texts: Iterator[str]) -> str:
    values = [float(text) for text in texts]
    return percent(str(sum(values) / len(values)))


def _relaxation(told: Data) -> Data:
    names = ("bound", "list", "optimum")
    rows = [
        [row["day"], str(row["lots"]), *(_bp(row[name]) for name in names), row["status"]]
        for row in told["rows"]
    ]
    far = max(float(row["list"]) - float(row["optimum"]) for row in told["rows"])
    gap = max(float(row["optimum"]) - float(row["bound"]) for row in told["rows"])
    heads = ("day", "lots", "bound told", "list proposed", "exact optimum", "SCIP")
    return {
        "names": told["names"],
        "seconds": round(told["seconds"]),
        "far": f"{far:.4f}",
        "gap": f"{gap:.2f}",
        "table": table(heads, rows),
    }


def _bp(text: str) -> str:
    return f"{float(text):,.4f}".replace("-", "−")


def main() -> None:
    """Keep results where runs are named, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path)
    told = parser.parse_args()
    if told.runs is not None:
        keep(told.runs)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
