"""One household's run: everything that its days have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from engine.facts.accounts import Account
from engine.facts.book import Records
from engine.facts.failure import InputError
from engine.facts.ids import AccountId, HouseholdId
from engine.facts.money import cents_half_up
from engine.gate.engine.port import InferenceEngine
from engine.shell.simulation.index import Fund, weights_of
from engine.shell.simulation.market import Market
from engine.shell.simulation.state import State
from engine.shell.simulation.study import Every, Flow, Run, Study
from engine.shell.simulation.taxes import with_carryovers
from optimizer.settings import QUICK_COLUMNS, Settings
from rulebooks.ground import Rulebook

ZERO = Decimal(0)
BASIS_POINTS = Decimal(10_000)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A run of a household. records: the household alone, as the book gives it."""

    study: Study
    run: Run
    household: HouseholdId
    records: Records
    market: Market
    rulebook: Rulebook
    inference: InferenceEngine

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The trading days of the replay."""
        since, until = self.study.since or date.min, self.study.until or date.max
        return tuple(day for day in self.market.days if since <= day <= until)

    @cached_property
    def accounts(self) -> Mapping[AccountId, Account]:
        """The accounts as the run's ledger takes them."""
        if self.run.wash_sales:
            return self.records.accounts
        return {name: replace(row, tax_status="dealer") for name, row in self.records.accounts.items()}

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """Money in and out of the household's accounts."""
        own = tuple(flow for flow in self.study.flows if flow.account in self.records.accounts)
        if not self.study.monthly:
            return own
        monthly = (
            Flow(account=name, every="month", amount=self.study.monthly)
            for name in sorted(self.records.accounts)
        )
        return (*own, *monthly)

    @property
    def every(self) -> Every:
        """How often the monitor looks."""
        return self.run.every or self.study.every

    @cached_property
    def settings(self) -> Settings:
        """What the optimizer is told."""
        plain = Settings(
            cost_bps=self.study.cost_bps,
            avoid_wash_sales=self.run.wash_sales,
            exact_columns=QUICK_COLUMNS,
        )
        return plain if self.run.aversion is None else replace(plain, aversion=self.run.aversion)

    @cached_property
    def index_name(self) -> str | None:
        """The benchmark that the household is held against: of its first account that has one."""
        names = [row.benchmark or row.model for _, row in sorted(self.records.accounts.items())]
        return next((name for name in names if name is not None), None)

    def records_on(self, state: State, day: date, *, reserved: bool = False) -> Records:
        """Return the household's book on a day; reserved: with cash for the costs of trading set aside."""
        accounts: dict[AccountId, Account] = {}
        for name, row in self.accounts.items():
            aside = self._reserve(state, name) if reserved else ZERO
            accounts[name] = replace(row, cash=state.cash.get(name, ZERO) - aside)
        if self.study.losses == "carried" and state.years and state.years[-1].year == day.year - 1:
            accounts = with_carryovers(accounts, state.years[-1])
        events = (*self.records.events, *(row for row in self.market.reviewed if row.date <= day))
        return replace(
            self.records,
            accounts=accounts,
            prices=self.market.window(day),
            lots=None,
            transactions=tuple(state.transactions),
            events=events,
        )

    def _reserve(self, state: State, account: AccountId) -> Decimal:
        """Return what a list may cost that spends all cash, and sells and buys half of what is held."""
        held = ZERO if state.day is None else self._held(state, account)
        moved = max(ZERO, state.cash.get(account, ZERO)) + held
        return cents_half_up(moved * self.study.cost_bps / BASIS_POINTS)

    def _held(self, state: State, account: AccountId) -> Decimal:
        day = state.day
        assert day is not None
        prices = ((q, self.market.price(s, day)) for (a, s), q in state.held.items() if a == account)
        return sum((quantity * (price or ZERO) for quantity, price in prices), ZERO)

    def value(self, state: State, day: date) -> Decimal:
        """Return what the household has at a day's prices."""
        total = sum(state.cash.values(), Decimal(0))
        for (_, symbol), quantity in state.held.items():
            total += quantity * (self.market.price(symbol, day) or Decimal(0))
        return total


def first_state(job: Job) -> State:
    """Return where a run begins: the accounts' cash, what earlier transactions left, the fund bought.

    Raises InputError for a book that has lots without the transactions behind them, or no prices.
    """
    records = job.records
    if not job.days:
        raise InputError(
            "there is no price in the stretch of days", place="prices.csv", cure="say other days"
        )
    if records.lots is not None and records.transactions is None:
        raise InputError(
            "a simulation starts from cash or from transactions, not from lots alone",
            place=f"{records.source}/lots.csv",
            cure="give transactions.csv, or leave lots.csv out",
        )
    state = State(cash={name: row.cash for name, row in records.accounts.items()})
    start = job.days[0]
    state.transactions = [row for row in records.transactions or () if row.date < start]
    _hold(job, state, start)
    if job.index_name is not None:
        found = weights_of(records, job.index_name, start)
        if found is not None:
            state.fund = Fund(dated=found[0], weights=found[1])
            state.fund.buy(start, float(job.value(state, start)))
    return state


def _hold(job: Job, state: State, start: date) -> None:
    """Put in the state what earlier transactions leave open."""
    if not state.transactions:
        return
    from engine.ledger.book import plain_ledger

    records = job.records_on(state, start)
    ledger = plain_ledger(records, as_of=start - timedelta(days=1), reading=job.rulebook.tax)
    for lot in () if ledger is None else ledger.open_lots:
        place = (lot.account, lot.symbol)
        state.held[place] = state.held.get(place, Decimal(0)) + lot.quantity


def is_first(day: date, before: date | None, every: Every) -> bool:
    """Return whether a trading day is the first of its period; `before`: the trading day before it."""
    if before is None or every == "day":
        return True
    match every:
        case "week":
            return day.isocalendar()[:2] != before.isocalendar()[:2]
        case "month":
            return (day.year, day.month) != (before.year, before.month)
        case "quarter":
            return (day.year, (day.month - 1) // 3) != (before.year, (before.month - 1) // 3)
        case "year":
            return day.year != before.year
