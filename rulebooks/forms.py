"""Forms: exact expressions over the state of a book, the one source of gate and optimizer.

A *term* is something a trade list can change: the value of a position, cash, net assets, the year's
recognized gains. A *form* is an expression over terms with exact rational coefficients. A limit
becomes a headroom form: zero at the limit, negative beyond it.

    headroom(Acme Corp) = 0.05 * net_assets - value(ACME) - value(ACME.PR)

with net assets of 1,000,000 and values of 45,000 and 4,000 it is 1,000. The gate evaluates the form;
the optimizer turns it into rows. The shape of a form tells its class: `Linear` is a row, `Least` of
linear forms is several rows, `Largest` and `Capped` need helper variables, `Guarded` and `Count` need
integers, `Risk` is convex. There are no other kinds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple, assert_never

from engine.facts.ids import AccountId, Symbol


class TermKind(StrEnum):
    """What a term stands for; amounts are in the currency of the policy."""

    VALUE = "value"  # of the position (account, symbol) at the book's price; negative when short
    COST = "cost"  # basis of the position's open lots (account, symbol)
    QUANTITY = "quantity"  # shares of the position (account, symbol)
    CASH = "cash"  # (account)
    NET_ASSETS = "net_assets"  # positions and cash (account)
    BOUGHT = "bought"  # value of the list's purchases (account)
    SOLD = "sold"  # value of the list's sales (account)
    GAIN_SHORT = "gain_short"  # recognized short-term gains of the calendar year, list included (account)
    GAIN_LONG = "gain_long"  # the same, long-term
    DISALLOWED = "disallowed"  # losses of the list that are disallowed, a size (account)
    TRADE_VALUE = "trade_value"  # of one trade of the list (account, symbol)
    TRADE_QUANTITY = "trade_quantity"  # shares of one trade of the list (account, symbol)
    TRADES = "trades"  # number of trades in the list (account)


class Term(NamedTuple):
    """One thing that a list can change; `symbol` is None for figures of the whole account."""

    kind: TermKind
    account: AccountId
    symbol: Symbol | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """constant + sum of coefficient * term; no term twice, no zero coefficient, in term order."""

    terms: tuple[tuple[Term, Fraction], ...] = ()
    constant: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Least:
    """The smallest of the parts; at least one."""

    parts: tuple["Form", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Most:
    """The largest of the parts; at least one."""

    parts: tuple["Form", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """factor * part, added up."""

    parts: tuple[tuple[Fraction, "Form"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Largest:
    """The sum of the `count` largest parts, as far as they are more than nothing."""

    count: int
    parts: tuple["Form", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`form > 0` where strict, else `form >= 0`."""

    form: "Form"
    strict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """`form` where every test holds, else 0: one member of a derived set."""

    tests: tuple[Condition, ...]
    form: "Form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of the parts are not zero."""

    parts: tuple[Linear, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """The annual standard deviation, in money, of active positions under a factor model.

    value = sqrt(f' F f + sum (d_i a_i)^2), f_k = sum_i x_ik a_i, where a_i is the value of active i,
    x its exposures, F the annual factor covariance, d its annual specific risk. A risk measure
    decides on value / base rounded half up to 0.01 bp (RISK_STEP).
    """

    actives: tuple[tuple[Symbol, "Form"], ...]  # linear, but where the base counts borrowing
    exposures: tuple[tuple[Fraction, ...], ...]  # (n_actives, n_factors)
    covariance: tuple[tuple[Fraction, ...], ...]  # (n_factors, n_factors)
    specific: tuple[Fraction, ...]  # (n_actives,)


Form = Linear | Least | Most | Sum | Largest | Guarded | Count | Risk

RISK_STEP = Fraction(1, 1_000_000)
"""0.01 bp: the step to which a risk measure is rounded before it decides."""

ZERO = Linear()


def constant(value: Fraction | int) -> Linear:
    """Return the form that is always `value`."""
    return Linear(constant=Fraction(value))


def linear(coefficients: Mapping[Term, Fraction], offset: Fraction = Fraction(0)) -> Linear:
    """Return a linear form in canonical order, zero coefficients left out."""
    kept = [(term, factor) for term, factor in coefficients.items() if factor]
    kept.sort(key=lambda pair: (pair[0].kind, pair[0].account, pair[0].symbol or ""))
    return Linear(terms=tuple(kept), constant=offset)


def total(*parts: tuple[Fraction | int, Form]) -> Form:
    """Return the sum of factor * form; linear parts are merged into one."""
    coefficients: dict[Term, Fraction] = {}
    offset = Fraction(0)
    others: list[tuple[Fraction, Form]] = []
    for factor, form in _flattened(parts):
        if isinstance(form, Linear):
            offset += factor * form.constant
            for term, coefficient in form.terms:
                coefficients[term] = coefficients.get(term, Fraction(0)) + factor * coefficient
        else:
            others.append((factor, form))
    merged = linear(coefficients, offset)
    if not others:
        return merged
    if not merged.terms and not merged.constant and others == [(Fraction(1), others[0][1])]:
        return others[0][1]
    return Sum(parts=(*others, (Fraction(1), merged)))


def _flattened(parts: tuple[tuple[Fraction | int, Form], ...]) -> list[tuple[Fraction, Form]]:
    flat: list[tuple[Fraction, Form]] = []
    for factor, form in parts:
        if isinstance(form, Sum):
            flat.extend(_flattened(tuple((factor * inner, part) for inner, part in form.parts)))
        elif factor:
            flat.append((Fraction(factor), form))
    return flat


def scaled(form: Form, factor: Fraction | int) -> Form:
    """Return factor * form."""
    if factor == 1:
        return form
    if isinstance(form, Linear) and factor:
        terms = tuple((term, coefficient * factor) for term, coefficient in form.terms)
        return Linear(terms=terms, constant=form.constant * factor)
    return total((factor, form))


def less(left: Form, right: Form) -> Form:
    """Return left - right."""
    if not isinstance(left, Linear) or not isinstance(right, Linear):
        return total((1, left), (-1, right))
    coefficients = dict(left.terms)
    for term, coefficient in right.terms:
        known = coefficients.get(term)
        coefficients[term] = -coefficient if known is None else known - coefficient
    return linear(coefficients, left.constant - right.constant)


def least(*parts: Form) -> Form:
    """Return the smallest of the parts."""
    assert parts
    return parts[0] if len(parts) == 1 else Least(parts=parts)


def most(*parts: Form) -> Form:
    """Return the largest of the parts."""
    assert parts
    return parts[0] if len(parts) == 1 else Most(parts=parts)


def terms_of(form: Form) -> frozenset[Term]:
    """Return every term that the form reads."""
    match form:
        case Linear():
            return frozenset(term for term, _ in form.terms)
        case Least() | Most() | Largest() | Count():
            return frozenset().union(*(terms_of(part) for part in form.parts))
        case Sum():
            return frozenset().union(*(terms_of(part) for _, part in form.parts))
        case Guarded():
            return terms_of(form.form).union(*(terms_of(test.form) for test in form.tests))
        case Risk():
            return frozenset().union(*(terms_of(active) for _, active in form.actives))
        case _:
            assert_never(form)


class FormClass(StrEnum):
    """How a rule reaches the optimizer; printed by `explain`, never silently downgraded."""

    BOUNDS = "bounds"
    LINEAR = "linear"
    HELPERS = "linear with helpers"
    CONVEX = "convex"
    INTEGER = "integer"
    GATE_ONLY = "gate only"
