"""What to aim at: a wished value for every position, and the classes that must come back.

A policy's `targets` come first, then the account's model, then its benchmark; an account with none of
them wishes to stay as it is. With bands,

    equity 42% (band 37% to 47%) at 49%, nearest edge: equity must come to 47%; the 2 points go to the
    classes that stand below their targets, in proportion to how far

Within a class, securities are wished for in proportion to the model or benchmark, else as held.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dsl.policy import Rebalance, TargetClass
from engine.facts.ids import AccountId, Symbol
from optimizer.locks import Place
from optimizer.settings import Intent
from optimizer.tradable import policy_of
from rulebooks.evaluate import value
from rulebooks.forms import Term, TermKind, terms_of
from rulebooks.ground import GroundBook, GroundLimit
from rulebooks.state import BookState

ZERO = Fraction(0)
MOST_NEWCOMERS = 10
"""Securities bought for a class of which nothing is held and no model speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAim:
    """One class of one account: where it stands, its band, and where it should come to; money."""

    limit: GroundLimit
    target_class: TargetClass
    account: AccountId
    now: Fraction
    low: Fraction
    high: Fraction
    wish: Fraction
    base: Fraction
    symbols: frozenset[Symbol]
    has_cash: bool

    @property
    def outside(self) -> bool:
        """Whether the class has left its band."""
        return not self.low <= self.now <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """Wishes by position, classes, and the words for where they come from, by account."""

    wishes: Mapping[Place, Fraction]
    classes: tuple[ClassAim, ...]
    source: Mapping[AccountId, str]

    def outside(self) -> tuple[ClassAim, ...]:
        """Return the classes that have left their bands."""
        return tuple(aim for aim in self.classes if aim.outside)


def aims_of(ground: GroundBook, state: BookState, accounts: tuple[AccountId, ...], intent: Intent) -> Aims:
    """Return what the accounts should look like."""
    wishes: dict[Place, Fraction] = {}
    classes: list[ClassAim] = []
    source: dict[AccountId, str] = {}
    for account in accounts:
        own = _classes(ground, state, account, intent)
        classes.extend(own)
        found, words = _wishes(ground, state, account, own)
        wishes.update(found)
        source[account] = words
    return Aims(wishes=wishes, classes=tuple(classes), source=source)


def rebalance_of(ground: GroundBook, account: AccountId, name: str) -> Rebalance | None:
    """Return the rebalance statement of a targets statement, if any."""
    rows = (row for policy in policy_of(ground, account) for row in policy.rebalances)
    return next((row for row in rows if row.targets == name), None)


def _target_class(ground: GroundBook, limit: GroundLimit) -> TargetClass:
    """Return the class of which a limit is the band: each band has its line in a statement of targets."""
    statements = (row for policy in ground.rulebook.policies for row in policy.targets)
    statement = next(row for row in statements if row.name == limit.rule.rule.id)
    return next(row for row in statement.classes if row.name == limit.target)


# ------------------------------------------------------------------ classes


def _classes(ground: GroundBook, state: BookState, account: AccountId, intent: Intent) -> list[ClassAim]:
    found: list[ClassAim] = []
    for limit in ground.limits:
        if limit.target is None or limit.scope.account != account or limit.standing != "applies":
            continue
        found.append(_class(state, account, limit, _target_class(ground, limit)))
    if not found or intent.kind == "harvest":
        return found
    statement = rebalance_of(ground, account, found[0].limit.rule.rule.id)
    back_to = intent.to or ("target" if statement is None else statement.back_to)
    return _wish_classes(found, back_to)


def _class(state: BookState, account: AccountId, limit: GroundLimit, target_class: TargetClass) -> ClassAim:
    base = state(Term(TermKind.NET_ASSETS, account)) if limit.base is None else value(limit.base, state)
    now = value(limit.measure, state)
    terms = [term for term in terms_of(limit.measure) if term.account == account]
    return ClassAim(
        limit=limit,
        target_class=target_class,
        account=account,
        now=now,
        low=Fraction(target_class.low) * base,
        high=Fraction(target_class.high) * base,
        wish=now,
        base=base,
        symbols=frozenset(t.symbol for t in terms if t.kind is TermKind.VALUE and t.symbol is not None),
        has_cash=any(t.kind is TermKind.CASH for t in terms),
    )


def _wish_classes(classes: list[ClassAim], back_to: str) -> list[ClassAim]:
    """Return the classes with their wishes: those outside come back, the others make room."""
    parents = {aim.target_class.within for aim in classes}
    wishes = [_back(aim, back_to) for aim in classes]
    leaves = [i for i, aim in enumerate(classes) if aim.target_class.name not in parents]
    if back_to != "target":
        moved = sum((wishes[i] - classes[i].now for i in leaves), ZERO)
        inside = [i for i in leaves if not classes[i].outside]
        for i, part in zip(inside, _spread(-moved, [classes[i] for i in inside]), strict=True):
            wishes[i] += part
    return [_with_wish(aim, wish) for aim, wish in zip(classes, wishes, strict=True)]


def _with_wish(aim: ClassAim, wish: Fraction) -> ClassAim:
    return ClassAim(
        limit=aim.limit,
        target_class=aim.target_class,
        account=aim.account,
        now=aim.now,
        low=aim.low,
        high=aim.high,
        wish=wish,
        base=aim.base,
        symbols=aim.symbols,
        has_cash=aim.has_cash,
    )


def _back(aim: ClassAim, back_to: str) -> Fraction:
    target = aim.target_class.target
    goal = None if target is None else Fraction(target) * aim.base
    if back_to == "target" and goal is not None:
        return goal
    if not aim.outside:
        return aim.now
    edge = aim.high if aim.now > aim.high else aim.low
    if goal is None or back_to != "halfway":
        return edge
    return (edge + goal) / 2


def _spread(amount: Fraction, classes: list[ClassAim]) -> list[Fraction]:
    """Return how the classes inside their bands share an amount: first towards targets, then within bands."""
    if not classes or not amount:
        return [ZERO for _ in classes]
    first = _share(amount, [_room(aim, amount, to_target=True) for aim in classes])
    rest = amount - sum(first, ZERO)
    second = _share(
        rest,
        [_room(aim, amount, to_target=False) - abs(part) for aim, part in zip(classes, first, strict=True)],
    )
    return [a + b for a, b in zip(first, second, strict=True)]


def _room(aim: ClassAim, amount: Fraction, *, to_target: bool) -> Fraction:
    target = aim.target_class.target
    end = aim.high if amount > 0 else aim.low
    if to_target and target is not None:
        end = Fraction(target) * aim.base
    return max(ZERO, end - aim.now if amount > 0 else aim.now - end)


def _share(amount: Fraction, rooms: list[Fraction]) -> list[Fraction]:
    whole = sum(rooms, ZERO)
    if not whole:
        return [ZERO for _ in rooms]
    part = min(Fraction(1), abs(amount) / whole) * (1 if amount > 0 else -1)
    return [room * part for room in rooms]


# ------------------------------------------------------------------ positions


def _wishes(
    ground: GroundBook, state: BookState, account: AccountId, classes: list[ClassAim]
) -> tuple[dict[Place, Fraction], str]:
    weights, words = _weights(ground, account)
    held = {symbol: state(Term(TermKind.VALUE, account, symbol)) for symbol in state.held(account)}
    if classes:
        names = f"targets `{classes[0].limit.rule.rule.id}`"
        return _by_class(ground, state, account, classes, weights, held), names
    if not weights:
        return {(account, symbol): amount for symbol, amount in held.items()}, "the holdings as they are"
    net_assets = state(Term(TermKind.NET_ASSETS, account))
    by_class = {key for key in weights if key not in ground.book.securities}
    wishes = {(account, symbol): ZERO for symbol in held}
    for key, weight in weights.items():
        if key not in by_class:
            wishes[(account, Symbol(key))] = weight * net_assets
    for key in sorted(by_class):
        members = {s for s in ground.book.securities if ground.book.securities[s].asset_class == key}
        part = _within(ground, state, account, frozenset(members), weights[key] * net_assets, {}, held)
        wishes.update({(account, symbol): amount for symbol, amount in part.items()})
    return wishes, words


def _weights(ground: GroundBook, account: AccountId) -> tuple[Mapping[str, Fraction], str]:
    book, row = ground.book, ground.book.accounts[account]
    if row.model is not None and row.model in book.models:
        return {key: Fraction(w) for key, w in book.models[row.model].items()}, f"model `{row.model}`"
    name = row.benchmark
    if name is None and len(book.benchmarks) == 1 and row.model is None:
        name = next(iter(book.benchmarks))
    if name is not None and name in book.benchmarks:
        return {key: Fraction(w) for key, w in book.benchmarks[name].items()}, f"benchmark `{name}`"
    return {}, ""


def _by_class(
    ground: GroundBook,
    state: BookState,
    account: AccountId,
    classes: list[ClassAim],
    weights: Mapping[str, Fraction],
    held: Mapping[Symbol, Fraction],
) -> dict[Place, Fraction]:
    parents = {aim.target_class.within for aim in classes}
    wishes: dict[Place, Fraction] = {(account, symbol): amount for symbol, amount in held.items()}
    for aim in classes:
        if aim.target_class.name in parents:
            continue
        cash = state(Term(TermKind.CASH, account)) if aim.has_cash else ZERO
        if aim.has_cash and not any(symbol in held for symbol in aim.symbols):
            continue
        part = _within(ground, state, account, aim.symbols, aim.wish - cash, weights, held)
        wishes.update({(account, symbol): amount for symbol, amount in part.items()})
    return wishes


def _within(
    ground: GroundBook,
    state: BookState,
    account: AccountId,
    members: frozenset[Symbol],
    amount: Fraction,
    weights: Mapping[str, Fraction],
    held: Mapping[Symbol, Fraction],
) -> dict[Symbol, Fraction]:
    """Return how `amount` is wished for over the members of a class."""
    amount = max(ZERO, amount)
    named = {symbol: weights[symbol] for symbol in sorted(members) if weights.get(symbol)}
    own = {symbol: held[symbol] for symbol in sorted(members) if held.get(symbol, ZERO) > 0}
    shares: Mapping[Symbol, Fraction] = named or own
    if not shares:
        priced = [s for s in sorted(members) if state.unit_value(account, s)]
        shares = {symbol: Fraction(1) for symbol in priced[:MOST_NEWCOMERS]}
    whole = sum(shares.values(), ZERO)
    if not whole:
        return {}
    wished = {symbol: amount * share / whole for symbol, share in shares.items()}
    return dict.fromkeys(own, ZERO) | wished
