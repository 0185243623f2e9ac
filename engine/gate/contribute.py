"""Contributors: what a measured figure is made of, the largest first, the rest in one.

    Acme Corp 5.4%: ACME 5.0%, ACME.PR 0.4%

Of a figure that is not linear, the parts that count in this state are told: members of a derived set,
the N largest, the side of `the greater of` that is greater. A risk measure has no such parts.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from typing import assert_never

from engine.gate.limits import OpenLimit
from engine.gate.measure import Listed
from engine.gate.verdict import Contributor
from engine.ledger.exact import exact
from rulebooks.evaluate import Read, condition_holds, value
from rulebooks.forms import Count, Form, Guarded, Largest, Least, Linear, Most, Risk, Sum, Term

TOP = 5
THE_REST = "other positions"
_ONE = exact(1)


def contributors(listed: Listed, limit: OpenLimit) -> tuple[Contributor, ...]:
    """Return the largest contributors to a limit's figure after the list, in told units."""
    factor = _factor(listed, limit)
    if factor is None or limit.ground.rounded:
        return ()
    measure = limit.ground.measure
    if isinstance(measure, Linear):
        ranked, others = _of_linear(listed, limit, measure)
    else:
        ranked, others = _parts(listed, measure), 0
    shown = [(term, amount) for term, amount in ranked[:TOP] if amount]
    several = len({term.account for term, _ in shown}) > 1
    told = [
        Contributor(
            symbol=_name(listed, term), amount=amount * factor, account=term.account if several else None
        )
        for term, amount in shown
    ]
    left = others + sum(1 for _, amount in ranked[TOP:] if amount)
    if left:
        rest = _whole(listed, limit, ranked) - sum((amount for _, amount in shown), start=exact(0))
        told.append(Contributor(symbol=THE_REST, amount=rest * factor, note=f"{left} more"))
    return tuple(told)


def _whole(listed: Listed, limit: OpenLimit, ranked: "Parts") -> Fraction:
    """Return the sum of all parts: of a linear measure, its value without the constant."""
    measure = limit.ground.measure
    if isinstance(measure, Linear):
        return listed.opened.graph.value(limit.measure, listed.after) - measure.constant
    return sum((amount for _, amount in ranked), start=exact(0))


Parts = list[tuple[Term, Fraction]]


def _of_linear(listed: Listed, limit: OpenLimit, form: Linear) -> tuple[Parts, int]:
    """Return the largest parts of a linear measure, and how many others there are that count.

    They are merged from the parts before the list, ranked once, and those that the list changes.
    """
    state, deltas, graph = listed.opened.state, listed.deltas, listed.opened.graph
    if limit.ranked is None:
        parts = ((term, factor * state(term)) for term, factor in form.terms)
        limit.ranked = tuple(sorted((part for part in parts if part[1]), key=_by_size))
    factors = graph.factors(limit.measure)
    changed = {term for term in deltas if term in factors}
    moved = [(term, factors[term] * (state(term) + deltas[term])) for term in changed]
    still = (part for part in limit.ranked if part[0] not in changed)
    shown = sorted([*(part for part in moved if part[1]), *islice(still, TOP)], key=_by_size)
    gone = sum(1 for term in changed if factors[term] * state(term))
    whole = len(limit.ranked) - gone + sum(1 for _, amount in moved if amount)
    return shown, whole - len(shown)


def _by_size(part: tuple[Term, Fraction]) -> tuple[Fraction, str, str, str]:
    """Return the place of a part: the largest first, and a fixed order among those of one size."""
    term, amount = part
    return (-abs(amount), term.account, term.symbol or "", term.kind.value)


def _parts(listed: Listed, form: Form) -> Parts:
    """Return the parts that count in a figure that is not linear, the largest first."""
    read = reader(listed)
    parts: dict[Term, Fraction] = {}
    for weight, linear in counting(form, read):
        for term, factor in linear.terms:
            parts[term] = parts.get(term, exact(0)) + weight * factor * read(term)
    return sorted(parts.items(), key=_by_size)


def reader(listed: Listed) -> Read:
    """Return what reads a term after the list."""
    state, deltas = listed.opened.state, listed.deltas

    def read(term: Term) -> Fraction:
        delta = deltas.get(term)
        return state(term) if delta is None else state(term) + delta

    return read


def counting(form: Form, read: Read, weight: Fraction = _ONE) -> Iterator[tuple[Fraction, Linear]]:
    """Yield the linear parts that make up a form's value in one state, each with its factor."""
    match form:
        case Linear():
            yield weight, form
        case Sum(parts=parts):
            for factor, part in parts:
                yield from counting(part, read, weight * factor)
        case Least(parts=options):
            yield from counting(min(options, key=lambda part: value(part, read)), read, weight)
        case Most(parts=options):
            yield from counting(max(options, key=lambda part: value(part, read)), read, weight)
        case Largest(count=count, parts=options):
            for part in sorted(options, key=lambda part: value(part, read), reverse=True)[:count]:
                yield from counting(part, read, weight)
        case Guarded(tests=tests, form=guarded):
            if all(condition_holds(test, read) for test in tests):
                yield from counting(guarded, read, weight)
        case Count() | Risk():
            return
        case _:
            assert_never(form)


def _factor(listed: Listed, limit: OpenLimit) -> Fraction | None:
    percent = exact(100 if limit.ground.rule.unit == "percent" else 1)
    if limit.base is None:
        return percent
    base = listed.opened.graph.value(limit.base, listed.after)
    return percent / base if base > 0 else None


def _name(listed: Listed, term: Term) -> str:
    if term.symbol is not None:
        return term.symbol
    if term.kind == "cash":
        return listed.opened.book.accounts[term.account].currency
    return term.kind.value.replace("_", " ")
