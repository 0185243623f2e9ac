"""Known facts, shown anew on invented companies: dispersion, the wash-sale rule and time against tax alpha,
and how near the relaxed problem comes to the exact one.

    python -m benchmarks.evidence.facts dispersion --out RUNS/dispersion.json
    python -m benchmarks.evidence.facts relaxation --out RUNS/relaxation.json

`dispersion`: 20 companies over four years at three volatilities of their own, each with and
without the wash-sale rule, without costs. `relaxation`: on the first day of each month of a year the relaxed
bound, the list proposed and SCIP's optimum of the same problem, in basis points of net assets.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.evidence.books import HERE
from benchmarks.evidence.invented import invented
from engine.facts.ids import HouseholdId
from engine.shell import work
from engine.shell.simulation.day import do_day
from engine.shell.simulation.decide import ground_on
from engine.shell.simulation.job import Job, first_state, is_first
from engine.shell.simulation.mandates import rulebook_of
from engine.shell.simulation.run import opened, simulate
from engine.shell.simulation.study import Run, Study
from optimizer.build import build
from optimizer.search import search
from optimizer.settings import Intent
from tests.optimizer.exact import solve_exactly

FIRST = date(2012, 1, 2)
OWN = (0.15, 0.25, 0.35)
SEEDS = (1,)
NAMES, YEARS = 20, 4
EXACT_NAMES, EXACT_SECONDS = 8, 20.0


def asked(folder: Path, *runs: Run) -> Study:
    """Return the study of a book of invented companies, without costs."""
    mandate = str(HERE / "direct_index.mandate")
    return Study(
        title="Invented companies",
        book=str(folder),
        policies=(mandate, "us.wash_sales"),
        cost_bps=Decimal(0),
        runs=runs,
    )


def dispersion(out: Path) -> None:
    """Write tax alpha by dispersion, rule and year."""
    rows: list[dict[str, Any]] = []
    for own in OWN:
        for seed in SEEDS:
            with tempfile.TemporaryDirectory() as folder:
                invented(Path(folder), names=NAMES, own=own, seed=seed, first=FIRST, years=YEARS)
                runs = (Run(name="as written"), Run(name="no wash-sale rule", wash_sales=False))
                told = simulate(asked(Path(folder), *runs), folder=out.parent / f"own-{own:.0%}-{seed}")
            for outcome in told.outcomes:
                rows.append(
                    {
                        "own": f"{own:.0%}",
                        "seed": seed,
                        "run": outcome.run,
                        "dispersion": str(outcome.dispersion),
                        "alpha": str(outcome.alpha),
                        "alpha_liquidated": str(outcome.alpha_liquidated),
                        "saved": [str(year.saved) for year in outcome.years],
                        "disallowed": str(outcome.disallowed),
                        "rejected": outcome.rejected,
                        "active": outcome.active,
                        "proposals": outcome.proposals,
                    }
                )
    _save(out, {"names": NAMES, "years": YEARS, "seeds": list(SEEDS), "rows": rows})


def relaxation(out: Path) -> None:
    """Write bound, list and optimum of each month's problem."""
    with tempfile.TemporaryDirectory() as folder:
        invented(Path(folder), names=EXACT_NAMES, own=0.30, seed=3, first=FIRST, years=1)
        rows = list(_months(asked(Path(folder), Run(name="as written"))))
    _save(out, {"names": EXACT_NAMES, "seconds": EXACT_SECONDS, "rows": rows})


def _months(study: Study) -> Iterator[dict[str, Any]]:
    ready = opened(study)
    (run,) = ready.study.runs
    with work.engine() as inference:
        job = Job(
            study=ready.study,
            run=run,
            household=HouseholdId("HOUSE"),
            records=ready.records,
            market=ready.market,
            rulebook=rulebook_of(run, ready.policies, ready.beside, ready.since),
            inference=inference,
        )
        state, before = first_state(job), None
        for day in job.days:
            if is_first(day, before, job.every):
                laid = ground_on(job, state, day)
                settings = replace(job.settings, tolerance_bp=Decimal(0))
                problem = build(laid, accounts=laid.accounts, intent=Intent(), settings=settings)
                found = search(problem)
                exact = solve_exactly(problem, limit=EXACT_SECONDS, start=found.steps)
                yield {
                    "day": day.isoformat(),
                    "lots": len(problem.columns.lots),
                    "bound": f"{found.bound:.4f}",
                    "list": f"{found.cost:.4f}",
                    "optimum": f"{exact.cost:.4f}",
                    "proven": f"{exact.bound:.4f}",
                    "status": exact.status,
                }
            do_day(job, state, day, before)
            before = day


def _save(out: Path, data: dict[str, Any]) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Run what is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("dispersion", "relaxation"))
    parser.add_argument("--out", type=Path, required=True)
    told = parser.parse_args()
    {"dispersion": dispersion, "relaxation": relaxation}[told.what](told.out)


if __name__ == "__main__":
    main()
