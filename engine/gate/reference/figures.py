"""Readings of measures and amounts of limits, derived sets included.

    weight of issuers in X whose weight is more than 5%      6% + 7% + 4% -> 13%
    at most the smaller of 2 times benchmark_weight and 40%  min(2 · 12%, 40%) = 24%

A limit in percent of a subject is that part of the subject's own weight (or value, or quantity) in the
same state, so both sides of the comparison share the base.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import assert_never

from dsl.policy import (
    Amount,
    AnyAmount,
    DataRef,
    Greater,
    GroupsWhose,
    GroupTest,
    LargestGroups,
    Op,
    PercentOf,
    Smaller,
    Times,
    Unit,
)
from engine.gate.reference.amounts import Amounts
from engine.gate.reference.amounts import Answer as Answered
from engine.gate.reference.asked import SHARES_OF_ONE, Asked, Reading, View
from engine.gate.reference.benchmarks import benchmark_average, benchmark_weight
from engine.gate.reference.bounds import Bound, of_base, over, scaled
from engine.gate.reference.market import ONE, Market, is_cash
from engine.gate.reference.measures import LOCAL, MEASURES, MeasureOf, quantity, value, weight
from engine.gate.reference.state import NOTHING
from engine.gate.reference.tables import Table
from engine.gate.reference.values import Absent, number
from engine.gate.reference.verdicts import EVERYTHING_IN_SCOPE, UNKNOWN_GROUP, Gap, Group, Key, NoWitness
from engine.ledger.exact import exact

BASES = frozenset({"net_assets", "total_assets", "portfolio_value", "invested_assets"})

BoundTables = Mapping[int, Table]
"""The subject of each `N% of SUBJECT`, by the identity of that amount."""

_WITH_HISTORY = frozenset(
    {"turnover", "realized_short_term_gains", "realized_long_term_gains", "net_realized_gains"}
)
"""Measures to which a stated figure is what happened so far; to others it is the figure itself."""

_OF_DERIVED = frozenset({"weight", "value", "quantity"})


def read(measure: str, asked: Asked) -> Reading:
    """Return a measure's reading; raises Gap where data are missing, NoWitness where it is not known here."""
    stated = asked.view.market.book.stated
    if measure in stated and measure not in _WITH_HISTORY:
        figure = number(stated[measure])
        if isinstance(figure, Fraction):
            return Reading(figure)
    function = MEASURES.get(measure)
    if function is None:
        raise NoWitness(measure)
    if isinstance(asked.subject, (GroupsWhose, LargestGroups)):
        return _of_derived(measure, function, asked, asked.subject)
    return function(asked)


def _of_derived(
    measure: str, function: MeasureOf, asked: Asked, subject: GroupsWhose | LargestGroups
) -> Reading:
    """Return the sum over the groups that pass the tests, or over the largest; how many, for a count."""
    if asked.derived is None:
        raise NoWitness("a derived set inside a group")
    if measure != "count" and measure not in _OF_DERIVED:
        raise NoWitness(f"{measure} of a derived set")
    function = quantity if measure == "count" else function
    answers = _answers(function, asked, subject)
    match subject:
        case GroupsWhose():
            chosen = answers.passing()
        case LargestGroups(count=size):
            chosen = answers.largest(size)
        case _:
            assert_never(subject)
    if measure == "count":
        return Reading(exact(len(chosen)))
    base = asked.view.base_amount() if function is weight else ONE
    if isinstance(subject, LargestGroups):
        chosen = [amount for amount in chosen if amount > 0]  # what is owed is none of the largest
    return Reading(sum(chosen, NOTHING), base)


def _answers(function: MeasureOf, asked: Asked, subject: GroupsWhose | LargestGroups) -> Amounts:
    """Return of each group held whether it passes the tests, and its amount.

    A later state asks again only of the groups in which it differs, unless a test reads what has changed
    for all.
    """
    derived, view = asked.derived, asked.view
    assert derived is not None
    state, name = view.state, (function, derived, id(subject), view.valued_at)
    if view.gaps is None and name in state.answers:
        return state.answers[name]
    tests = subject.tests if isinstance(subject, GroupsWhose) else ()

    def of(group: Group) -> Answered | None:
        if group == UNKNOWN_GROUP or not derived.has_members(state, group):
            return None
        one = Asked(view, derived, group, asked.unit, None, derived, asked.period)
        passed = [_passes(test, one) for test in tests]
        amount = function(one).amount  # also where nothing is left of it, since its figures may be missing
        return (all(passed), amount) if derived.is_held(state, group) else None

    answers = None
    earlier = state.came_from
    if view.gaps is None and earlier is not None and all(map(_is_steady, tests)):
        has_its_base = not tests or view.at(earlier, view.done).base_amount() == view.base_amount()
        if has_its_base:
            known = earlier.answers.get(name)
            if known is None:
                known = _answers(function, asked._replace(view=view.at(earlier, view.done)), subject)
            answers = known.with_changes({group: of(group) for group in derived.moved_in(state)})
    if answers is None:
        told = {group: of(group) for group in derived.groups(state.touched)}
        answers = Amounts({group: answer for group, answer in told.items() if answer is not None})
    if view.gaps is None:
        state.answers[name] = answers
    return answers


def _is_steady(test: GroupTest) -> bool:
    """Return whether only a group's own positions and the base can change a test's answer."""
    return test.measure in LOCAL and isinstance(test.bound, Amount)


def _passes(test: GroupTest, group: Asked) -> bool:
    """Return whether a group passes one test of a derived set."""
    reading = read(test.measure, group)
    room = of_base(bound(test.bound, group, {}), reading.base) - reading.amount
    match test.op:
        case Op.MORE:
            return room < 0
        case Op.AT_LEAST:
            return room <= 0
        case Op.LESS:
            return room > 0
        case _:
            return room >= 0


def bound(amount: AnyAmount, asked: Asked, tables: BoundTables) -> Bound:
    """Return a limit in the measure's unit; raises Gap where a figure of it is missing."""
    match amount:
        case Amount():
            return literal(amount, asked.view.market)
        case PercentOf(share=share, subject=None, name=str(name)):
            return scaled(exact(share), _named_part(name, asked))
        case PercentOf(share=share):
            return scaled(exact(share), of_subject(tables[id(amount)], asked))
        case DataRef(name=name):
            return _figure(name, asked)
        case Times(factor=factor, of=of):
            return scaled(exact(factor), bound(of, asked, tables))
        case Smaller(parts=parts):
            return min(bound(part, asked, tables) for part in parts)
        case Greater(parts=parts):
            return max(bound(part, asked, tables) for part in parts)
        case _:
            assert_never(amount)


def literal(amount: Amount, market: Market) -> Fraction:
    """Return an amount that was written, in the policy's currency; raises Gap without a rate of exchange."""
    if amount.currency is None:
        return exact(amount.value)
    rate = market.rate(amount.currency)
    if rate is None:
        raise Gap(f"no rate of exchange for {amount.currency}")
    return exact(amount.value) * rate


def of_subject(table: Table, asked: Asked) -> Bound:
    """Return the subject's own weight, value or quantity in the same state."""
    view = asked.view
    unknown = table.unknowns(EVERYTHING_IN_SCOPE, view.state.touched)
    if unknown:
        view.missing("whether a holding belongs to what the limit is a part of is unknown", unknown)
    whole = asked._replace(table=table, group=EVERYTHING_IN_SCOPE, subject=None)
    match asked.unit:
        case unit if unit in SHARES_OF_ONE:
            reading = weight(whole)
        case Unit.SHARES_HELD:
            reading = quantity(whole)
        case _:
            reading = value(whole)
    return over(reading.amount, reading.base)


def _named_part(name: str, asked: Asked) -> Bound:
    if name not in BASES:
        return _figure(name, asked)
    view = asked.view
    if asked.unit not in SHARES_OF_ONE:
        return view.base_amount(name)
    return over(view.base_amount(name), view.base_amount())


def _figure(name: str, asked: Asked) -> Fraction:
    """Return a figure of the data: of the benchmark, of the group's securities, or of the account."""
    view = asked.view
    if name == "benchmark_weight":
        return benchmark_weight(view, asked.table, asked.group)
    stated = view.market.book.stated.get(name)
    if stated is not None:
        return _known(name, number(stated))
    if name.startswith("benchmark_"):
        return benchmark_average(view, asked.table, asked.group, name.removeprefix("benchmark_"))
    own = account_figure(name, view)
    return _of_securities(name, asked) if own is None else own


def account_figure(name: str, view: View) -> Fraction | None:
    """Return a figure of the account before the list: its cash, or a column; None where it tells none."""
    if name == "cash":
        return view.at(view.before, None).cash()
    if view.scope.account is None:
        return None
    found = number(view.market.of_account(view.scope.account, name))
    return found if isinstance(found, Fraction) else None


def _of_securities(name: str, asked: Asked) -> Fraction:
    """Return the figure that every security of the group agrees on."""
    view = asked.view
    keys = [*asked.table.held.get(asked.group, ()), *view.state.touched]
    found: set[Fraction] = set()
    for key in keys:
        for symbol, _ in asked.table.belongs(key).groups.get(asked.group, ()):
            if not is_cash(symbol):
                found.add(_known(name, view.market.figure(key[0], symbol, name), key))
    if len(found) != 1:
        raise Gap(f"`{name}` is no one figure of the group")
    return found.pop()


def _known(name: str, figure: Fraction | Absent, *keys: Key) -> Fraction:
    if isinstance(figure, Absent):
        raise Gap(f"`{name}` is missing", frozenset(keys))
    return figure
