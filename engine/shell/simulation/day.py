"""One day of a replay, in the order in which it happens.

splits, then dividends on what was held     ex-date is pay-date
taxes of the year before, on the first trading day from 15 April
money in and out                            raised first where the cash does not do
the look of the monitor, and what follows   on the first trading day of each period
the mark: what the household has at the close
"""

from datetime import date
from decimal import Decimal

from engine.facts.ids import AccountId, Symbol
from engine.facts.money import cents_half_up
from engine.facts.transactions import Transaction, TransactionType
from engine.shell.simulation.decide import act, ask
from engine.shell.simulation.index import advance
from engine.shell.simulation.job import Job, is_first
from engine.shell.simulation.state import Mark, State
from engine.shell.simulation.taxes import rates_of, year_tax
from optimizer.settings import Intent

ZERO = Decimal(0)
TAX_DAY = (4, 15)


def do_day(job: Job, state: State, day: date, before: date | None) -> None:
    """Do one day; `before`: the trading day before it, None on the first."""
    _actions(job, state, day)
    if state.fund is not None and job.index_name is not None and before is not None:
        advance(state.fund, job.records, job.market, job.index_name, before=before, day=day)
    tax, index_tax = _taxes(job, state, day, before)
    flow = _flows(job, state, day, before)
    if is_first(day, before, job.every):
        act(job, state, day, since=before)
    fund = state.fund
    state.marks.append(
        Mark(
            day=day,
            value=job.value(state, day),
            flow=flow,
            tax=tax,
            index=None if fund is None else fund.value,
            index_tax=index_tax,
        )
    )
    state.day = day


# ------------------------------------------------------------------ splits and dividends


def _actions(job: Job, state: State, day: date) -> None:
    held = {symbol for _, symbol in state.held}
    rows = job.market.on(day)
    for symbol in sorted(held & rows.keys()):
        row = rows[symbol]
        if row.split and row.split != 1:
            holder = min(account for account, name in state.held if name == symbol)
            _add(state, day, holder, TransactionType.SPLIT, symbol=symbol, quantity=row.split)
        if row.dividend:
            _dividend(job, state, day, symbol, row.dividend)


def _dividend(job: Job, state: State, day: date, symbol: Symbol, each: Decimal) -> None:
    is_capital = job.market.treat(symbol, day) == "return_of_capital"
    kind = TransactionType.RETURN_OF_CAPITAL if is_capital else TransactionType.DIVIDEND
    for account in sorted(name for name, held in state.held if held == symbol):
        amount = cents_half_up(each * state.held[(account, symbol)])
        if amount:
            _add(state, day, account, kind, symbol=symbol, amount=amount)


def _add(
    state: State,
    day: date,
    account: AccountId,
    kind: TransactionType,
    *,
    symbol: Symbol | None = None,
    quantity: Decimal | None = None,
    amount: Decimal | None = None,
    note: str | None = None,
) -> None:
    state.add(
        Transaction(
            id=state.next_id(),
            date=day,
            account=account,
            type=kind,
            symbol=symbol,
            quantity=quantity,
            amount=amount,
            note=note,
        )
    )


# ------------------------------------------------------------------ taxes


def _taxes(job: Job, state: State, day: date, before: date | None) -> tuple[Decimal, float]:
    """Settle the taxes of the year before on tax day; return what came in (+) or went out, and the fund's."""
    due = date(day.year, *TAX_DAY)
    if before is None or not before < due <= day or day.year == job.days[0].year:
        return ZERO, 0.0
    found = year_tax(
        job.records_on(state, day),
        household=job.household,
        year=day.year - 1,
        as_of=day,
        reading=job.rulebook.tax,
        losses=job.study.losses,
        brought=state.years[-1] if state.years else None,
    )
    state.years.append(found)
    _move(job, state, day, payer_of(job), -found.tax, note=f"tax of {found.year}")
    return -found.tax, _fund_tax(job, state, day)


def _fund_tax(job: Job, state: State, day: date) -> float:
    if state.fund is None:
        return 0.0
    short, long = rates_of(job.records.accounts.values())
    due = state.fund.tax(day.year - 1, short_rate=float(short), long_rate=float(long))
    state.fund.move(day, -due)
    return -due


def payer_of(job: Job) -> AccountId:
    """Return the account that pays taxes: the first taxable one."""
    taxable = [name for name, row in sorted(job.records.accounts.items()) if not row.is_retirement]
    return (taxable or sorted(job.records.accounts))[0]


# ------------------------------------------------------------------ money in and out


def _flows(job: Job, state: State, day: date, before: date | None) -> Decimal:
    total = ZERO
    if before is None:
        return total
    for flow in job.flows:
        if is_first(day, before, flow.every):
            _move(job, state, day, flow.account, flow.amount, note="agreed")
            total += flow.amount
    if state.fund is not None and total:
        state.fund.move(day, float(total))
    return total


def _move(job: Job, state: State, day: date, account: AccountId, amount: Decimal, *, note: str) -> None:
    """Bring money in, or take it out; what the cash lacks is raised first."""
    if amount > 0:
        _add(state, day, account, TransactionType.DEPOSIT, amount=amount, note=note)
    elif amount < 0:
        if state.cash.get(account, ZERO) < -amount:
            ask(job, state, day, Intent(kind="raise", amount=-amount, account=account))
        _add(state, day, account, TransactionType.WITHDRAWAL, amount=-amount, note=note)
