"""What the command does: run a study, keep its answer, print it."""

from datetime import date
from enum import StrEnum
from pathlib import Path

from engine.shell.console import json_text, print_json, print_text
from engine.shell.saving import save
from engine.shell.simulation.run import simulate
from engine.shell.simulation.study import Study
from reports.kinds.simulation import simulation
from reports.prints.html import report_html
from reports.simulated import Simulated
from reports.simulated_data import simulated_data
from reports.simulated_text import simulated_text


class SimulationFormat(StrEnum):
    """What a simulation is printed as."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


ANSWER, PAGE, TIMES = "simulation.json", "simulation.html", "times.json"


def tell(
    study: Study, *, folder: Path | None, workers: int, output: SimulationFormat, stop: date | None = None
) -> int:
    """Run a study and print it; with a folder, keep its states, its answer and its page there.

    Returns 1 where the gate rejected a list of the product's own, trades broke a rule, or the ledger did not
    come to the shares that were traded; else 0.
    """
    told = simulate(study, folder=folder, workers=workers, stop=stop)
    if folder is not None:
        save(folder / ANSWER, json_text(simulated_data(told, timed=False)))
        save(folder / TIMES, json_text({"seconds": [str(seconds) for seconds in told.seconds]}))
        save(folder / PAGE, report_html(simulation(told)))
    match output:
        case SimulationFormat.TEXT:
            print_text(simulated_text(told))
        case SimulationFormat.JSON:
            print_json(simulated_data(told))
        case SimulationFormat.HTML:
            print(report_html(simulation(told)), end="")  # noqa: T201
    return int(faulty(told))


def faulty(told: Simulated) -> bool:
    """Return whether something happened that never should."""
    return any(row.rejected or row.active or row.mismatches for row in told.outcomes)
