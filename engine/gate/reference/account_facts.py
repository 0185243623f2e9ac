"""Facts of an account or household before anything trades: what `when`, `unless` and `require` read.

    when portfolio_value is less than 250,000 USD     the net assets before the list
    when account.kind is ira                          a column of accounts.csv

In a household, a column counts where all its accounts agree on it; otherwise it is unknown.
"""

from dsl.policy import Predicate, Unit
from engine.gate.reference.asked import Asked, View
from engine.gate.reference.figures import read
from engine.gate.reference.measures import MEASURES
from engine.gate.reference.predicates import Truth, truth
from engine.gate.reference.values import Absent, Value, blank
from engine.gate.reference.verdicts import EVERYTHING_IN_SCOPE, Gap


def holds(predicate: Predicate, view: View) -> Truth:
    """Return whether a condition on the account or household holds before the list."""
    return truth(predicate, lambda path, unit: fact(path, unit, view), today=view.market.book.as_of)


def fact(path: str, unit: Unit | None, view: View) -> Value:
    """Return a fact by name: stated, a figure, or a column on which the scope's accounts agree."""
    book = view.market.book
    if path in book.stated:
        return book.stated[path]
    if path == "today":
        return book.as_of
    found = _column(path, view)
    if not isinstance(found, Absent):
        return found
    if path in MEASURES:
        return _measured(path, unit, view)
    return found


def _column(path: str, view: View) -> Value:
    name = path.removeprefix("account.")
    if name == "cash":  # the measure, in the policy's currency
        return blank(view.market.book)
    found = {view.market.of_account(account, name) for account in view.scope.holds}
    return found.pop() if len(found) == 1 else Absent.UNKNOWN


def _measured(name: str, unit: Unit | None, view: View) -> Value:
    before = view.at(view.before, None)
    asked = Asked(
        view=before,
        table=view.everything,
        group=EVERYTHING_IN_SCOPE,
        unit=unit or Unit.MONEY,
        subject=None,
        derived=None,
        period=None,
    )
    try:
        told = read(name, asked).told
    except Gap:
        return Absent.UNKNOWN
    return Absent.UNKNOWN if told is None else told


def is_of_account(path: str, view: View) -> bool:
    """Return whether a name means a fact of the account rather than of each security that trades."""
    book = view.market.book
    if path.startswith("account.") or path in book.stated or path in ("today", "account", "household"):
        return True
    if path in MEASURES and not any(path in row.attributes for row in book.securities.values()):
        return True
    return any(path in book.accounts[account].attributes for account in view.scope.holds)
