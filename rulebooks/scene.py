"""A scene: one policy's view of one scope of a book, with everything that measures may read.

It holds the state before trading, the weight base, the benchmark and the prices that are missing.
`Taken` says what a measure is taken of; `Figure` is what a measure answers: an exact form.

    weight of equities   Figure(measure = value(ACME) + value(BETA), base = net_assets)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from dsl.policy import CheckedPolicy, Period, Unit, ValuedAt
from engine.facts.ids import AccountId, Symbol
from engine.ledger.state import contract_size
from rulebooks.cells import number_of
from rulebooks.comparing import Setting, cell_number
from rulebooks.evaluate import value
from rulebooks.forms import Condition, Form, Most, Term, TermKind, linear, scaled, total
from rulebooks.ground import Scope
from rulebooks.rows import AccountRow, Facts, Row, Unpriced, benchmark_of
from rulebooks.state import exchange_rate
from rulebooks.universe import Slice, merged, money_form, positions_in

ONE = Fraction(1)
Position = tuple[AccountId, Symbol]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group of a derived set: its name (None: unknown), slices, and the tests it counts under."""

    name: str | None
    slices: tuple[Slice, ...]
    tests: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a measure is taken of.

    slices: surely in it; unknown: maybe in it. whole: everything in scope, nothing left out.
    groups: a derived set (`issuers in X whose …`); with `largest`: the N largest groups.
    """

    slices: tuple[Slice, ...]
    unknown: tuple[Slice, ...] = ()
    whole: bool = False
    kind: str = "holdings"
    groups: tuple[Group, ...] | None = None
    largest: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How a measure is asked for."""

    name: str
    unit: Unit
    valued_at: ValuedAt
    period: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measure's form; told as measure / base, or measure alone where base is None.

    `money`: the measure is an amount of money, so that bounds in money fit whatever the base.
    """

    measure: Form
    base: Form | None
    members: tuple[Position, ...] = ()
    unknown: tuple[Position, ...] = ()
    missing: str | None = None
    money: bool = True
    rounded: bool = False


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One policy's view of one scope."""

    policy: CheckedPolicy
    scope: Scope
    facts: Facts
    setting: Setting
    base_name: str
    valued_at: ValuedAt = "market"
    unpriced: frozenset[Position]  # positions whose price or exchange rate is missing
    universe: tuple[Slice, ...]  # every slice of the scope, not looking through
    cache: dict[object, object] = field(default_factory=dict)
    shares: dict[Fraction, Form] = field(default_factory=dict)  # shares of the base as forms

    @property
    def holds(self) -> tuple[AccountId, ...]:
        """The accounts whose holdings count."""
        return self.scope.holds

    @cached_property
    def row(self) -> AccountRow:
        """What `when` and account figures are read from."""
        return AccountRow(self.facts, self.holds, known=not self.held_unpriced)

    @cached_property
    def held_unpriced(self) -> tuple[Position, ...]:
        """Positions held whose price is missing: the last known one counts in the weight base."""
        held = self.facts.state.quantities
        return tuple(sorted(position for position in self.unpriced if position in held))

    @cached_property
    def base_gaps(self) -> tuple[Position, ...]:
        """Positions held whose value in the weight base is missing, as the rule values them."""
        if self.valued_at == "market":
            return self.held_unpriced
        held = self.facts.state.quantities
        return tuple(p for p in self.worth(self.universe, self.valued_at)[1] if p in held)

    @cached_property
    def base(self) -> Form:
        """The weight base of the header."""
        form = self.base_form(self.base_name)
        assert form is not None, "the checker lets known weight bases pass only"
        return form

    @cached_property
    def net_assets(self) -> Form:
        """Everything held, cash included, as the rule values it."""
        if self.valued_at == "market":
            return linear({Term(TermKind.NET_ASSETS, a): ONE for a in self.holds})
        known, lacking = self.worth(self.universe, self.valued_at)
        return total((1, known), (1, self._at_last_price(frozenset(lacking)))) if lacking else known

    def _at_last_price(self, positions: frozenset[Position]) -> Form:
        """Return what positions without a price of these days come to at their last price."""
        lacking = [part for part in self.universe if part.position in positions]
        units = [(part, self.facts.state.unit_value(*part.position)) for part in lacking]
        return merged(
            [
                (Term(TermKind.QUANTITY, *part.position), part.share * unit)
                for part, unit in units
                if unit is not None
            ]
        )

    def base_form(self, name: str) -> Form | None:
        """Return the form of a weight base; None where it is not one."""
        net = self.net_assets
        match name:
            case "net_assets" | "portfolio_value":
                return net
            case "total_assets":
                return total((1, net), (1, self.borrowing))
            case "invested_assets":
                return total((1, net), (-1, self.cash))
            case _:
                return None

    @cached_property
    def cash(self) -> Form:
        """Cash of the scope."""
        return linear({Term(TermKind.CASH, a): ONE for a in self.holds})

    @cached_property
    def borrowing(self) -> Form:
        """The size of negative cash, account by account."""
        return total(*((1, overdrawn(a)) for a in self.holds))

    def value(self, form: Form) -> Fraction:
        """Return a form's value before trading."""
        return value(form, self.facts.state)

    def known_price(self, part: Slice) -> bool:
        """Return whether the value of a slice can be relied on."""
        return part.is_cash or not self.unpriced or part.position not in self.unpriced

    def row_of(self, part: Slice) -> Row:
        """Return what conditions read of a slice; what rests on a price that is missing is unknown."""
        position = (part.account, part.row.symbol)
        if part.is_cash or position not in self.unpriced:
            return part.row
        return Unpriced(part.row, held=position in self.facts.state.quantities)

    def worth(self, slices: tuple[Slice, ...], valued_at: ValuedAt) -> tuple[Form, tuple[Position, ...]]:
        """Return the value of slices as a form, and the positions whose value is unknown, left out of it."""
        if valued_at == "market" and not self.unpriced:
            return money_form(slices), ()
        if valued_at == "market":
            known = [part for part in slices if self.known_price(part)]
            return money_form(known), positions_in(part for part in slices if not self.known_price(part))
        pairs: list[tuple[Term, Fraction]] = []
        lacking: list[Slice] = []
        for part in slices:
            found = self.unit_worth(part, valued_at)
            if found is None:
                lacking.append(part)
            else:
                pairs.append(found)
        return merged(pairs), positions_in(lacking)

    def unit_worth(self, part: Slice, valued_at: ValuedAt) -> tuple[Term, Fraction] | None:
        """Return the term and coefficient that value a slice; None where the data do not tell."""
        account, symbol = part.position
        if part.is_cash or valued_at == "market":
            return (part.value, part.share) if self.known_price(part) else None
        if valued_at == "cost":
            if not self._has_rate(account):
                return None
            return (Term(TermKind.COST, account, symbol), part.share)
        amount = self._face(part, valued_at)
        if amount is None:
            return (part.value, part.share) if self.known_price(part) else None
        return (Term(TermKind.QUANTITY, account, symbol), amount * part.share)

    def _face(self, part: Slice, valued_at: ValuedAt) -> Fraction | None:
        """Return the par or notional value of one unit where the data state it."""
        underlying = part.row.security.underlying
        if valued_at == "notional" and underlying is not None:
            unit = self.facts.state.unit_value(part.account, underlying)
            return None if unit is None else unit * contract_size(part.row.security)
        stated = cell_number(part.row.read(valued_at), Unit.MONEY, self.setting)
        return None if stated is None else stated * self._rate(part)

    def _has_rate(self, account: AccountId) -> bool:
        """Return whether money of an account can be told in the currency of the policy."""
        book = self.facts.book
        return (
            exchange_rate(book, book.accounts[account].currency, into=self.facts.state.currency) is not None
        )

    def _rate(self, part: Slice) -> Fraction:
        state = self.facts.state
        own = part.row.security.currency or self.facts.book.accounts[part.account].currency
        return exchange_rate(self.facts.book, own, into=state.currency) or ONE

    @cached_property
    def benchmark(self) -> tuple[Mapping[Symbol, Fraction] | None, str | None]:
        """The benchmark's weights by symbol, or None and why there is none.

        Where the book has none that is meant, it is what securities state as `benchmark_weight`.
        """
        book = self.facts.book
        weights, missing = benchmark_of(book, self.holds)
        if weights is not None:
            return weights, None
        column = {s: row.attributes.get("benchmark_weight", "") for s, row in book.securities.items()}
        stated = {
            s: number for s, text in column.items() if (number := number_of(text, Unit.SHARE)) is not None
        }
        return (stated, None) if stated else (None, missing)

    def is_cash(self, symbol: Symbol) -> bool:
        """Return whether a symbol stands for cash: a currency of the scope's accounts."""
        return symbol not in self.facts.book.securities and any(
            self.facts.book.accounts[a].currency == symbol for a in self.holds
        )

    def stated(self, name: str) -> Fraction | None:
        """Return a figure that an example states: `given that net_realized_gains 21,000 USD`."""
        text = self.facts.stated.get(name)
        return None if text is None else number_of(text, Unit.MONEY)

    @property
    def without_history(self) -> bool:
        """Whether past sales are unknown; in an example, history not given is empty."""
        return self.facts.book.disposals is None and self.facts.book.absent == "unknown"


def overdrawn(account: AccountId) -> Form:
    """Return the size of negative cash of one account."""
    cash = linear({Term(TermKind.CASH, account): ONE})
    return Most(parts=(scaled(cash, -1), linear({})))


def each_symbol(slices: Iterable[Slice]) -> dict[Symbol, list[Slice]]:
    """Return slices by the symbol of the security whose attributes count, in order."""
    found: dict[Symbol, list[Slice]] = {}
    for part in slices:
        found.setdefault(part.row.symbol, []).append(part)
    return found
