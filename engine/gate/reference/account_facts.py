"""Facts of an account or household before anything trades: what `when`, `unless` and `require` read.

    when portfolio_value is less than 250,000 USD     the net assets before the list
    when account.kind is ira                          a column of accounts.csv
    when cash_weight is less than 2%                  a measure of the scope

In a household, a column counts where all its accounts agree on it; otherwise it is unknown.
"""

from collections.abc import Callable

from dsl.policy import MeasureTerm, Predicate, Unit
from dsl.words import shipped
from engine.gate.reference.asked import Asked, View
from engine.gate.reference.figures import read
from engine.gate.reference.measures import MEASURES
from engine.gate.reference.predicates import Lookup, Truth, truth
from engine.gate.reference.tables import Table
from engine.gate.reference.values import Absent, Value
from engine.gate.reference.verdicts import EVERYTHING_IN_SCOPE, Gap

Subject = Callable[[MeasureTerm, View], tuple[Table, Table | None]]
"""What a measure in a condition is taken of: its holdings, and the groups of a derived set."""


def holds(predicate: Predicate, view: View, subject: Subject, row: Lookup | None = None) -> Truth:
    """Return whether a condition on the account or household holds before the list.

    row: what facts that are no measures are read from, where not from the account or household alone.
    """

    def measured(term: MeasureTerm, unit: Unit | None) -> Value:
        stated = view.market.book.stated.get(term.measure)
        return stated if stated is not None else _measured(term, unit or Unit.SHARE, view, subject)

    return truth(
        predicate,
        row or (lambda path, unit: fact(path, unit, view)),
        today=view.market.book.as_of,
        measured=measured,
    )


def fact(path: str, unit: Unit | None, view: View) -> Value:
    """Return a fact by name: stated, a figure, or a column on which the scope's accounts agree."""
    book = view.market.book
    if path in book.stated:
        return book.stated[path]
    if path == "today":
        return book.as_of
    found = Absent.UNKNOWN if path == "cash" else _column(path, view)
    if isinstance(found, Absent) and path in MEASURES:
        term = MeasureTerm(measure=path)
        return _measured(term, unit or Unit.MONEY, view, lambda _term, own: (own.everything, None))
    return found


def _column(path: str, view: View) -> Value:
    name = path.removeprefix("account.")
    found = {view.market.of_account(account, name) for account in view.scope.holds}
    return found.pop() if len(found) == 1 else Absent.UNKNOWN


def _measured(term: MeasureTerm, unit: Unit, view: View, subject: Subject) -> Value:
    before = view.at(view.before, None)
    table, derived = subject(term, before)
    if table.unknowns(EVERYTHING_IN_SCOPE, ()) or (derived is not None and derived.unknown):
        return Absent.UNKNOWN
    asked = Asked(
        view=before,
        table=table,
        group=EVERYTHING_IN_SCOPE,
        unit=unit,
        subject=term.of,
        derived=derived,
        period=term.period,
    )
    try:
        told = read(term.measure, asked).told
    except Gap:
        return Absent.UNKNOWN
    return Absent.UNKNOWN if told is None else told


def is_of_account(path: str, view: View) -> bool:
    """Return whether a name means a fact of the account rather than of each security that trades."""
    book = view.market.book
    if path.startswith("account.") or path in book.stated or path in ("today", "account", "household"):
        return True
    if shipped().averages(path):
        return False
    if path in MEASURES:
        return True
    return any(path in book.accounts[account].attributes for account in view.scope.holds)
