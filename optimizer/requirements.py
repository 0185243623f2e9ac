"""What the limits demand of trades: for each side of each limit a headroom form and the least it must be.

at most 5% of Acme Corp, at 4.2% of 100,000: 5,000 - value of Acme Corp at least 0
the same at 6%, breached and not to be worsened: at least -1,000
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from engine.facts.ids import AccountId
from optimizer.locks import Force, force_of
from optimizer.shape import settled
from rulebooks.evaluate import value
from rulebooks.forms import Form, less, scaled, terms_of
from rulebooks.ground import Bound, GroundLimit
from rulebooks.state import BookState


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One side of one limit: `form` must be at least `least`."""

    limit: GroundLimit
    side: Literal["low", "high"]
    form: Form
    least: Fraction
    wish: Form | None  # a rule that warns and is breached: at least 0 where it would not
    force: Force
    now: Fraction | None = None  # value of `form` before trading, where it is known already
    price: Decimal | None = None  # of a rule that warns: money for each unit by which its limit is left


def requirements(
    limits: tuple[GroundLimit, ...],
    state: BookState,
    accounts: tuple[AccountId, ...],
    prices: Mapping[str, Decimal] | None = None,
    *,
    each_side: bool = False,
) -> tuple[Requirement, ...]:
    """Return what the limits demand of trades in these accounts.

    prices: of rules that warn and may be left, money for each unit of their limit. each_side: a side of a
    band that holds is kept, though the other is breached; the gate does not ask for that.
    """
    concerned = set(accounts)
    known: dict[int, Fraction] = {}  # by identity: groups of a rule share their bound

    def read(form: Form) -> Fraction:
        if id(form) not in known:
            known[id(form)] = value(form, state)
        return known[id(form)]

    found: list[Requirement] = []
    for limit in limits:
        if limit.standing != "applies" or limit.missing is not None:
            continue
        if concerned.isdisjoint(limit.scope.holds):
            continue
        bound = _bound(limit, state)
        if bound is None:
            continue
        price = (prices or {}).get(limit.rule.rule.id)
        sides = _sides(limit, bound, read, settled(limit.measure, state))
        for several in [[side] for side in sides] if each_side else [sides]:
            found.extend(_of_limit(limit, several, price, state))
    return tuple(found)


def _of_limit(
    limit: GroundLimit, sides: list["_Distance"], price: Decimal | None, state: BookState
) -> Iterator[Requirement]:
    before = min((side.now for side in sides), default=Fraction(0))
    for side in sides:
        one = _requirement(limit, side, before, state)
        if one is not None:
            yield one if price is None or one.force != "soft" else replace(one, price=price)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Distance:
    """The distance to one bound as a form, and what it is before trading."""

    side: Literal["low", "high"]
    form: Form
    now: Fraction


def _sides(
    limit: GroundLimit, bound: Bound, read: Callable[[Form], Fraction], measure: Form
) -> list[_Distance]:
    found: list[_Distance] = []
    if bound.low is not None:
        now = read(limit.measure) - read(bound.low)
        found.append(_Distance(side="low", form=less(measure, bound.low), now=now))
    if bound.high is not None:
        now = read(bound.high) - read(limit.measure)
        found.append(_Distance(side="high", form=less(bound.high, measure), now=now))
    return found


def _bound(limit: GroundLimit, state: BookState) -> Bound | None:
    """Return the bound in force: within a waiver its own; None where the waiver allows any size."""
    bound = limit.bound if limit.waiver is None else limit.waived
    if bound is None:
        return None
    return Bound(
        low=None if bound.low is None else settled(bound.low, state),
        high=None if bound.high is None else settled(bound.high, state),
    )


def _requirement(
    limit: GroundLimit, told: _Distance, before: Fraction, state: BookState
) -> Requirement | None:
    """Return one side of a limit; before: the headroom, which is the smaller of both sides."""
    rule, side, form = limit.rule.rule, told.side, told.form
    force = force_of(rule)
    if before < 0:
        if any(response.kind == "do_not_worsen" for response in rule.on_passive):
            force = "hard"
        elif force == "none":
            return None
        wish = None if force_of(rule) != "soft" else form
        least, form = _no_worse(limit, form, before, state)
        return Requirement(limit=limit, side=side, form=form, least=least, wish=wish, force=force)
    if force == "none":
        return None
    return Requirement(
        limit=limit, side=side, form=form, least=Fraction(0), wish=None, force=force, now=told.now
    )


def _no_worse(limit: GroundLimit, form: Form, before: Fraction, state: BookState) -> tuple[Fraction, Form]:
    """Return (least, form) that keep a breach from getting worse in the told figure."""
    if limit.base is None:
        return before, form
    base = value(limit.base, state)
    moves = any(term.kind.value != "net_assets" for term in terms_of(limit.base))
    if not moves or base <= 0:
        return before, form
    return Fraction(0), less(form, scaled(limit.base, before / base))
