"""What accounts look like before and after: net assets, cash, drift, tracking error, gains, classes."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from engine.facts.ids import AccountId, Symbol
from engine.facts.money import cents_half_up, rounded
from engine.facts.trades import Side, Trade
from engine.ledger.settle import Settlement, amount_of
from optimizer.build import Problem
from optimizer.proposal import AccountFigures, ClassFigure
from optimizer.scale import as_decimal, as_float
from rulebooks.evaluate import value
from rulebooks.forms import Term, TermKind

ZERO = Fraction(0)


def account_figures(
    problem: Problem,
    account: AccountId,
    settlement: Settlement | None,
    trades: tuple[Trade, ...] = (),
) -> AccountFigures:
    """Return the figures of one account, with a settled list done or (None) without."""
    own = tuple(trade for trade in trades if trade.account == account)
    values, cash = _values(problem, account, own)
    net_assets = sum(values.values(), cash)
    return AccountFigures(
        net_assets=cents_half_up(net_assets),
        cash=cents_half_up(cash),
        drift=_drift(problem, account, values, net_assets),
        tracking_error=_tracking_error(problem, account, values, net_assets),
        unrealized_gain=cents_half_up(_unrealized(problem, account, values, settlement)),
        classes=_classes(problem, account, values, cash, net_assets),
    )


def _values(
    problem: Problem, account: AccountId, trades: tuple[Trade, ...]
) -> tuple[Mapping[Symbol, Fraction], Fraction]:
    state = problem.state
    values = {s: state(Term(TermKind.VALUE, account, s)) for s in state.held(account)}
    cash = state(Term(TermKind.CASH, account))
    rate = state.rate_of(account)
    for trade in trades:
        unit = state.unit_value(account, trade.symbol) or ZERO
        sign = 1 if trade.side is Side.BUY else -1
        values[trade.symbol] = values.get(trade.symbol, ZERO) + sign * unit * Fraction(trade.quantity)
        cash -= sign * (amount_of(problem.ground.book, trade) or ZERO) * rate
    return values, cash


def _drift(
    problem: Problem, account: AccountId, values: Mapping[Symbol, Fraction], net_assets: Fraction
) -> Decimal:
    if net_assets <= 0:
        return Decimal(0)
    wishes = {s: w for (a, s), w in problem.aims.wishes.items() if a == account}
    symbols = sorted(set(values) | set(wishes))
    apart = sum((abs(values.get(s, ZERO) - wishes.get(s, ZERO)) for s in symbols), ZERO)
    return rounded(apart / 2 / net_assets, places=6)


def _tracking_error(
    problem: Problem, account: AccountId, values: Mapping[Symbol, Fraction], net_assets: Fraction
) -> Decimal | None:
    """Return the annual tracking error to the wished portfolio; None without a factor model."""
    factors = problem.factors
    if not factors.is_model or net_assets <= 0:
        return None
    wishes = {s: w for (a, s), w in problem.aims.wishes.items() if a == account}
    loads: dict[str, float] = {}
    own = 0.0
    for symbol in sorted(set(values) | set(wishes)):
        if symbol not in factors.own:
            return None
        active = as_float((values.get(symbol, ZERO) - wishes.get(symbol, ZERO)) / net_assets)
        own += (factors.own[symbol] * active) ** 2
        for factor, loading in factors.loadings[symbol].items():
            loads[factor] = loads.get(factor, 0.0) + loading * active
    return as_decimal((own + sum(load * load for load in loads.values())) ** 0.5, 8)


def _unrealized(
    problem: Problem,
    account: AccountId,
    values: Mapping[Symbol, Fraction],
    settlement: Settlement | None,
) -> Fraction:
    book = problem.ground.book
    lots = book.lots if settlement is None else settlement.book_lots(book)
    rate = problem.state.rate_of(account)
    basis = sum((Fraction(lot.basis) for lot in lots if lot.account == account), ZERO)
    return sum(values.values(), ZERO) - basis * rate


def _classes(
    problem: Problem,
    account: AccountId,
    values: Mapping[Symbol, Fraction],
    cash: Fraction,
    net_assets: Fraction,
) -> tuple[ClassFigure, ...]:
    def read(term: Term) -> Fraction:
        if term.account == account and term.kind is TermKind.VALUE and term.symbol is not None:
            return values.get(term.symbol, ZERO)
        if term.account == account and term.kind is TermKind.CASH:
            return cash
        return problem.state(term)

    found = []
    for aim in problem.aims.classes:
        if aim.account == account and aim.base:
            row = aim.target_class
            weight = rounded(value(aim.limit.measure, read) / aim.base, places=6)
            found.append(
                ClassFigure(name=row.name, weight=weight, target=row.target, low=row.low, high=row.high)
            )
    if found or net_assets <= 0:
        return tuple(found)
    return _asset_classes(problem, account, values, cash, net_assets)


def _asset_classes(
    problem: Problem,
    account: AccountId,
    values: Mapping[Symbol, Fraction],
    cash: Fraction,
    net_assets: Fraction,
) -> tuple[ClassFigure, ...]:
    """Return asset classes where no targets name any; the wish is the target."""
    book = problem.ground.book
    held: dict[str, Fraction] = {"cash": cash}
    for symbol, amount in values.items():
        security = book.securities.get(symbol)
        label = "other" if security is None else security.asset_class
        held[label] = held.get(label, ZERO) + amount
    return tuple(
        ClassFigure(
            name=name,
            weight=rounded(amount / net_assets, places=6),
            target=None,
            low=None,
            high=None,
        )
        for name, amount in sorted(held.items())
    )


def joint_figures(problem: Problem, parts: Sequence[AccountFigures]) -> AccountFigures:
    """Return the figures of all accounts together; shares are weighed by net assets."""
    if len(parts) == 1:
        return parts[0]
    net_assets = sum((part.net_assets for part in parts), Decimal(0))
    weights = [Fraction(part.net_assets) / Fraction(net_assets) if net_assets else ZERO for part in parts]

    def mean(amounts: list[Decimal]) -> Decimal:
        pairs = zip(weights, amounts, strict=True)
        return rounded(sum((w * Fraction(a) for w, a in pairs), ZERO), places=6)

    errors = [part.tracking_error for part in parts if part.tracking_error is not None]
    return AccountFigures(
        net_assets=net_assets,
        cash=sum((part.cash for part in parts), Decimal(0)),
        drift=mean([part.drift for part in parts]),
        tracking_error=mean(errors) if len(errors) == len(parts) and parts else None,
        unrealized_gain=sum((part.unrealized_gain for part in parts), Decimal(0)),
        classes=_joint_classes(parts, weights),
    )


def _joint_classes(parts: Sequence[AccountFigures], weights: list[Fraction]) -> tuple[ClassFigure, ...]:
    totals: dict[str, Fraction] = {}
    known: dict[str, ClassFigure] = {}
    for part, weight in zip(parts, weights, strict=True):
        for row in part.classes:
            totals[row.name] = totals.get(row.name, ZERO) + weight * Fraction(row.weight)
            known.setdefault(row.name, row)
    return tuple(
        ClassFigure(
            name=name,
            weight=rounded(total, places=6),
            target=known[name].target,
            low=known[name].low,
            high=known[name].high,
        )
        for name, total in totals.items()
    )
