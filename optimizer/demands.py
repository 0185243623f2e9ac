"""What the request itself demands: classes back in their bands, cash raised or spent, gains kept small.

A demand is a row with a price: each unit of money by which it is missed costs more than any tax or cost
on the way, so that it is missed only where rules or locks leave no other way; then the answer says so.
"""

from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from engine.facts.ids import AccountId
from optimizer.aims import Aims, ClassAim
from optimizer.model import INF
from optimizer.requirements import Requirement
from optimizer.rows import RowData, RowNote, normal
from optimizer.scale import Columns, as_float
from optimizer.settings import Intent, Settings, told
from optimizer.shape import linear_parts
from optimizer.stated import aversion
from rulebooks.evaluate import value
from rulebooks.forms import Form, Term, TermKind, constant, less, linear, terms_of
from rulebooks.ground import GroundBook
from rulebooks.state import BookState

BEYOND_PRICE = 0.5
"""Price of each unit of cash beyond what was asked for: above what harvesting a loss is worth."""

CASH_PRICE = 5.0
"""Least price of each unit of cash that a request for cash misses: above every rule that may be let go."""


def cash_price(ground: GroundBook, settings: Settings) -> float:
    """Return the price of each unit of cash missed: also above what drift costs at a variance of 0.25."""
    highest = max((aversion(ground, a, settings).value for a in ground.accounts), default=settings.aversion)
    return max(CASH_PRICE, as_float(highest) / 2)


def demand_rows(
    ground: GroundBook,
    state: BookState,
    columns: Columns,
    aims: Aims,
    wanted: tuple[Requirement, ...],
    intent: Intent,
    settings: Settings,
) -> tuple[RowData, ...]:
    """Return the rows of the request."""
    rows: list[RowData] = []
    match intent.kind:
        case "rebalance":
            for aim in aims.outside():
                rows.extend(_class_rows(state, columns, aim, as_float(settings.shortfall_price)))
        case "raise":
            rows.extend(_cash_rows(state, columns, wanted, intent, aims, cash_price(ground, settings)))
        case "invest":
            rows.extend(_spend_rows(state, columns, wanted, intent, aims, cash_price(ground, settings)))
        case "harvest" | "repair":
            pass
        case _:
            assert_never(intent.kind)
    if intent.max_gain is not None:
        rows.extend(_gain_rows(state, columns, aims, intent.max_gain))
    return tuple(rows)


def _row(
    state: BookState, columns: Columns, form: Form, least: Fraction, note: RowNote, price: float
) -> list[RowData]:
    """Return rows `form >= least` at a price; nothing where no trade moves it."""
    rows = []
    for part in linear_parts(form) or ():
        entry = columns.row(part)
        if entry.columns.size:
            start = as_float(value(part, state))
            rows.append(normal(entry, start, as_float(least), note, price_cap=price))
    return rows


def _class_rows(state: BookState, columns: Columns, aim: ClassAim, price: float) -> list[RowData]:
    limit = aim.limit
    name = f"{limit.rule.rule.id} [{limit.target}]"
    above = aim.now > aim.high
    note = RowNote(kind="aim", words=name, limit=limit, side="high" if above else "low")
    if above:
        return _row(state, columns, less(constant(aim.wish), limit.measure), Fraction(0), note, price)
    return _row(state, columns, limit.measure, aim.wish, note, price)


def _accounts(intent: Intent, aims: Aims) -> tuple[AccountId, ...]:
    return tuple(sorted(aims.source)) if intent.account is None else (intent.account,)


def cash_floor(
    state: BookState, wanted: tuple[Requirement, ...], accounts: tuple[AccountId, ...]
) -> Fraction:
    """Return the cash that hard rules about cash alone keep in these accounts."""
    total = Fraction(0)
    for account in accounts:
        term = Term(TermKind.CASH, account)
        floor = Fraction(0)
        for need in wanted:
            if need.side == "low" and need.force == "hard" and _only_cash(need, term):
                now = state(term)
                floor = max(floor, now - value(need.form, state) + need.least)
        total += floor
    return total


def _only_cash(need: Requirement, term: Term) -> bool:
    fixed = {TermKind.NET_ASSETS}
    return all(t == term for t in terms_of(need.form) if t.kind not in fixed) and term in terms_of(need.form)


def _cash(accounts: tuple[AccountId, ...]) -> Form:
    return linear({Term(TermKind.CASH, account): Fraction(1) for account in accounts})


def _cash_rows(
    state: BookState,
    columns: Columns,
    wanted: tuple[Requirement, ...],
    intent: Intent,
    aims: Aims,
    price: float,
) -> list[RowData]:
    accounts = _accounts(intent, aims)
    amount = Fraction(intent.amount or 0)
    note = RowNote(kind="demand", words=f"raise {told(intent.amount)} in cash", side="low")
    least = cash_floor(state, wanted, accounts) + amount
    cash = _cash(accounts)
    most = max(least, value(cash, state))
    beyond = RowNote(kind="demand", words="no more cash than asked for", side="high")
    return [
        *_row(state, columns, cash, least, note, price),
        *_row(state, columns, less(constant(most), cash), Fraction(0), beyond, BEYOND_PRICE),
    ]


def _spend_rows(
    state: BookState,
    columns: Columns,
    wanted: tuple[Requirement, ...],
    intent: Intent,
    aims: Aims,
    price: float,
) -> list[RowData]:
    accounts = _accounts(intent, aims)
    cash = sum((state(Term(TermKind.CASH, account)) for account in accounts), Fraction(0))
    floor = cash_floor(state, wanted, accounts)
    spare = max(Fraction(0), cash - floor)
    amount = spare if intent.amount is None else Fraction(intent.amount)
    asked = "the spare cash" if intent.amount is None else told(intent.amount)
    note = RowNote(kind="demand", words=f"invest {asked}", side="high")
    form = less(constant(cash - amount), _cash(accounts))
    rows = _row(state, columns, form, Fraction(0), note, price)
    if intent.amount is not None:
        ceiling = RowNote(kind="demand", words=f"spend at most {asked}", side="high")
        rows += _row(
            state, columns, less(_cash(accounts), constant(cash - amount)), Fraction(0), ceiling, INF
        )
    return rows


def _gain_rows(state: BookState, columns: Columns, aims: Aims, most: Decimal) -> list[RowData]:
    terms = {
        Term(kind, account): Fraction(-1)
        for account in aims.source
        for kind in (TermKind.GAIN_SHORT, TermKind.GAIN_LONG)
    }
    form = linear(terms)
    note = RowNote(kind="demand", words=f"recognize at most {told(most)} of gains", side="high")
    start = value(form, state)
    return _row(state, columns, form, start - Fraction(most), note, INF)
