"""What an account's benchmark holds of a group.

    benchmark: ACME 3%, ACME.PR 1%, BETA 2%     issuer Acme Corp -> 4%

The benchmark is the account's, else the only one of the book. A security of the benchmark whose
attributes are unknown is in no group: of the group of what is unknown the benchmark holds nothing. In an
example of a mandate the weight may stand with the holding, as an attribute of its own.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from engine.facts.ids import Symbol
from engine.gate.reference.asked import View
from engine.gate.reference.state import NOTHING
from engine.gate.reference.tables import Table
from engine.gate.reference.values import Absent
from engine.gate.reference.verdicts import UNKNOWN_GROUP, Gap, Group

OWN_COLUMN = "benchmark_weight"


def benchmark(view: View) -> Mapping[Symbol, Decimal] | None:
    """Return the benchmark of a scope; None where the book has none that is meant."""
    book = view.market.book
    named = {book.accounts[account].benchmark for account in view.scope.holds}
    if len(named) == 1 and None not in named:
        return book.benchmarks.get(str(named.pop()))
    if named == {None} and len(book.benchmarks) == 1:
        return next(iter(book.benchmarks.values()))
    return None


def in_benchmark(view: View, table: Table, group: Group) -> list[tuple[Symbol, Fraction]]:
    """Return the benchmark's securities in a group with their weights; raises Gap without a benchmark."""
    return _laid_out(view, table).get(group, [])


def groups_in_benchmark(view: View, table: Table) -> dict[Group, Fraction]:
    """Return the benchmark's weight of every group that it holds of; raises Gap without a benchmark."""
    laid_out = _laid_out(view, table)
    return {group: sum((weight for _, weight in rows), NOTHING) for group, rows in laid_out.items()}


def _laid_out(view: View, table: Table) -> dict[Group, list[tuple[Symbol, Fraction]]]:
    if table.benchmark is None:
        weights = benchmark(view)
        table.benchmark = _by_group(view, table, _stated(view) if weights is None else weights)
    return table.benchmark


def _by_group(
    view: View, table: Table, weights: Mapping[Symbol, Decimal] | Mapping[Symbol, Fraction]
) -> dict[Group, list[tuple[Symbol, Fraction]]]:
    account = view.scope.account or view.scope.holds[0]
    groups: dict[Group, list[tuple[Symbol, Fraction]]] = {}
    for symbol, weight in weights.items():
        group = table.subjects.group_of(account, symbol)
        if group not in (None, UNKNOWN_GROUP) and table.subjects.is_member(account, symbol) is True:
            groups.setdefault(group, []).append((symbol, Fraction(weight)))
    return groups


def _stated(view: View) -> dict[Symbol, Fraction]:
    market, found = view.market, {}
    for symbol, row in market.book.securities.items():
        if OWN_COLUMN in row.attributes:
            figure = market.figure(view.scope.holds[0], symbol, OWN_COLUMN)
            if isinstance(figure, Fraction):
                found[symbol] = figure
    if not found:
        raise Gap("no benchmark")
    return found


def benchmark_weight(view: View, table: Table, group: Group) -> Fraction:
    """Return the group's weight in the benchmark; 0 where the benchmark holds nothing of it."""
    return sum((weight for _, weight in in_benchmark(view, table, group)), NOTHING)


def benchmark_average(view: View, table: Table, group: Group, path: str) -> Fraction:
    """Return the benchmark's weighted average of an attribute within the same group."""
    amount = base = NOTHING
    for symbol, weight in in_benchmark(view, table, group):
        figure = view.market.figure(view.scope.holds[0], symbol, path)
        if figure is Absent.UNKNOWN:
            raise Gap(f"`{path}` of the benchmark is missing")
        if isinstance(figure, Fraction):
            amount, base = amount + weight * figure, base + weight
    if base == 0:
        raise Gap(f"the benchmark has no `{path}`")
    return amount / base
