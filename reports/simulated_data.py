"""A simulation as plain data: `guardband/simulate/1`."""

from datetime import date
from decimal import Decimal
from typing import Any

from engine.facts.money import plain
from reports.simulated import Gaps, Outcome, Point, Returns, Simulated, Treated, YearRow

Data = dict[str, Any]


def simulated_data(told: Simulated, *, timed: bool = True) -> Data:
    """Return the answer; timed False: without the times, which are the machine's."""
    data: Data = {
        "schema": "guardband/simulate/1",
        "title": told.title,
        "since": told.since.isoformat(),
        "until": told.until.isoformat(),
        "every": told.every,
        "losses": told.losses,
        "cost_bps": plain(told.cost_bps),
        "names": told.names,
        "to_the_end": told.to_the_end,
        "late": told.late,
        "runs": [_plain(row) for row in told.outcomes],
        "treated": [_plain(row) for row in told.treated],
    }
    if timed:
        data["seconds"] = [plain(seconds) for seconds in told.seconds]
    return data


def _plain(value: Any) -> Any:
    """Return a value of the answer as JSON holds it: decimals and days as text, tuples as lists."""
    match value:
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
        case Outcome() | Returns() | YearRow() | Point() | Gaps() | Treated():
            return {name: _plain(getattr(value, name)) for name in value.__slots__}
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return value
