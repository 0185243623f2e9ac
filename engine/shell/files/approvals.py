"""approvals.csv: people's yes to exactly one list under exactly one rulebook.

decision,rule,role,person,until
9f2c…,IPS-5.1,Client,M. Alder,2018-02-28
"""

from datetime import date
from pathlib import Path

from engine.facts.failure import InputError, InputErrors
from engine.gate.approvals import Approval
from engine.shell.files.cells import day
from engine.shell.files.sheets import csv_sheet
from engine.shell.files.table import Column, Table, read_table

APPROVALS = Table(
    name="approvals",
    columns=(
        Column("decision", need="cell"),
        Column("rule", need="cell"),
        Column("role", need="cell"),
        Column("person", need="cell"),
        Column("until", day),
    ),
)


def read_approvals(path: Path) -> tuple[Approval, ...]:
    """Return the approvals of a file. Raises InputErrors where a row cannot be understood."""
    if not path.is_file():
        cure = "name a CSV file with the columns decision, rule, role, person, until"
        raise InputErrors((InputError("there is no such file", place=str(path), cure=cure),))
    rows = read_table(csv_sheet(path), APPROVALS)
    if rows.problems:
        raise InputErrors(tuple(rows.problems))
    return tuple(
        Approval(
            decision=row.need("decision", str),
            rule=row.need("rule", str),
            role=row.need("role", str),
            person=row.need("person", str),
            until=row.get("until", date),
        )
        for row in rows.rows
    )
