"""Forms laid out once over a book, and recomputed only where a list touches them.

Every form becomes a node with its value before; equal forms share one. A term knows the linear nodes
that read it, a node its parents, so that a list costs what it touches:

    headroom(Acme Corp) = 0.05 * net_assets - value(ACME) - value(ACME.PR)
    before: 1,000.  The list changes value(ACME) by 5,000: one node is recomputed, to -4,000.

Values are exact; a risk form holds its variance, since its root is rarely rational (`root_step`).
"""

import heapq
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import islice
from math import isqrt
from typing import assert_never

from engine.gate.states import NOTHING, Over, State, Values, state_on
from engine.ledger.exact import exact
from rulebooks.forms import Count, Form, Guarded, Largest, Least, Linear, Most, Risk, Sum, Term

_NO = exact(0)

MANY = 200
"""Changed nodes from which on a state's own ranking of the largest parts is worth keeping."""


@dataclass(slots=True)
class _Node:
    """One form: `compute` reads its children from changed values and, where absent, from before."""

    form: Form
    children: tuple[int, ...]
    parents: list[int] = field(default_factory=list)
    before: Fraction = _NO
    is_linear: bool = False
    ranked: list[int] | None = None  # parts of the N largest, the largest before first
    members: frozenset[int] | None = None  # the same parts, to look them up
    leading: tuple[Set[int], Fraction] | None = None  # of the N largest, before any list


class Graph:
    """The forms of one book with their values before; lists are evaluated without changing it."""

    def __init__(self, value_of: Callable[[Term], Fraction]) -> None:
        """value_of: each term's value before, in the units of the forms."""
        self._value_of = value_of
        self._nodes: list[_Node] = []
        self._by_form: dict[Form, int] = {}
        self._by_identity: dict[int, int] = {}
        self._kept: list[Form] = []  # keeps identities alive
        self._factors: dict[int, dict[Term, Fraction]] = {}
        self._sums: dict[int, dict[int, Fraction]] = {}
        self._readers: dict[Term, list[tuple[int, Fraction]]] = {}
        self._reached: dict[int, frozenset[int]] = {}  # by node: itself and all that it is a part of
        self._reached_of: dict[frozenset[int], frozenset[int]] = {}  # the same of nodes that move together

    def add(self, form: Form) -> int:
        """Return the node of a form, laying it out where it is new."""
        known = self._by_identity.get(id(form))
        if known is None:
            known = self._by_form.get(form)
            if known is None:
                known = self._by_form[form] = self._lay_out(form)
            self._by_identity[id(form)] = known
            self._kept.append(form)
        return known

    def before(self, node: int) -> Fraction:
        """Return a node's value before the list."""
        return self._nodes[node].before

    def value(self, node: int, after: Values) -> Fraction:
        """Return a node's value after a list."""
        changed = after.get(node)
        return self._nodes[node].before if changed is None else changed

    def is_linear(self, node: int) -> bool:
        """Return whether the node is one linear form, so that trades add up in it."""
        return self._nodes[node].is_linear

    def after(self, deltas: Mapping[Term, Fraction], on: Values = NOTHING) -> Values:
        """Return the value of every node that differs from before, once the deltas are done.

        on: the state that the deltas start from; before the list where it is left out.
        """
        return self.shifted(self.shifts(deltas), on)

    def shifted(self, shifts: Mapping[int, Fraction], on: Values = NOTHING) -> Values:
        """Return the same where it is known by how much each linear node moves."""
        state = state_on(on)
        queue: list[int] = []
        moves: dict[int, list[int]] = {}
        nodes = self._nodes
        for node, shift in shifts.items():
            if shift:
                state[node] = (on[node] if node in on else nodes[node].before) + shift
                if nodes[node].parents:
                    self._notify(node, queue, moves)
        while queue:
            node = heapq.heappop(queue)
            if node not in moves:
                continue
            value = self._moved(node, moves.pop(node), state, on)
            if value != self.value(node, on):
                state[node] = value
                self._notify(node, queue, moves)
        return state

    def shift(self, node: int, deltas: Mapping[Term, Fraction]) -> Fraction:
        """Return how much deltas move a linear node."""
        factors = self.factors(node)
        moved = (factors[term] * delta for term, delta in deltas.items() if term in factors)
        return sum(moved, start=_NO)

    def shifts(self, deltas: Mapping[Term, Fraction]) -> dict[int, Fraction]:
        """Return how much deltas move each linear node that reads them."""
        shifts: dict[int, Fraction] = {}
        readers = self._readers
        for term, delta in deltas.items():
            for node, factor in readers.get(term, ()):
                shift = delta if factor == 1 else factor * delta
                shifts[node] = shifts[node] + shift if node in shifts else shift
        return shifts

    def factors(self, node: int) -> Mapping[Term, Fraction]:
        """Return the terms of a linear node with their factors."""
        factors = self._factors.get(node)
        if factors is None:
            form = self._nodes[node].form
            assert isinstance(form, Linear)
            factors = self._factors[node] = {term: exact(factor) for term, factor in form.terms}
        return factors

    def _notify(self, node: int, queue: list[int], moves: dict[int, list[int]]) -> None:
        for parent in self._nodes[node].parents:
            if parent in moves:
                moves[parent].append(node)
            else:
                moves[parent] = [node]
                heapq.heappush(queue, parent)

    def _moved(self, index: int, moved: list[int], state: Values, on: Values) -> Fraction:
        """Return a node's value where some of its parts have moved, reading those parts alone if it can."""
        node = self._nodes[index]
        match node.form:
            case Sum():
                factors = self._weights(index)
                changes = (factors[m] * (state[m] - self.value(m, on)) for m in moved)
                return sum(changes, start=self.value(index, on))
            case Count():
                gained = sum(bool(state[m]) - bool(self.value(m, on)) for m in moved)
                return self.value(index, on) + gained
            case Largest(count=count):
                return self._largest(index, count, moved, state, on)
            case _:
                return self._compute(node, state)

    def _weights(self, index: int) -> dict[int, Fraction]:
        known = self._sums.get(index)
        if known is None:
            node, known = self._nodes[index], {}
            assert isinstance(node.form, Sum)
            for child, (factor, _) in zip(node.children, node.form.parts, strict=True):
                known[child] = known.get(child, _NO) + exact(factor)
            self._sums[index] = known
        return known

    def _largest(self, index: int, count: int, moved: list[int], state: Values, on: Values) -> Fraction:
        """Return the sum of the largest parts: those that moved, and the largest of the others."""
        leading, least = self._leading(index, count, on)
        if leading.isdisjoint(moved) and all(state[child] <= least for child in moved):
            return self.value(index, on)
        others = set(moved)
        values = [state[child] for child in others]
        ranked = self._ranked_on(index, on)
        if ranked is None:
            changed = [child for child in on if child in self._members(index) and child not in others]
            values += [on[child] for child in changed]
            others.update(changed)
            ranked, on = self._ranked(index), NOTHING
        still = (child for child in ranked if child not in others)
        values += [self.value(child, on) for child in islice(still, count)]
        return _of_largest(count, values)

    def _leading(self, index: int, count: int, on: Values) -> tuple[Set[int], Fraction]:
        """Return the largest parts in a state, and the value of the least of them."""
        if not isinstance(on, State | Over):
            return self._found_leading(index, count, on) if on else self._leading_before(index, count)
        known = on.readings.get(("leading", index))
        if known is None:
            known = on.readings[("leading", index)] = self._found_leading(index, count, on)
        leading: tuple[Set[int], Fraction] = known
        return leading

    def _leading_before(self, index: int, count: int) -> tuple[Set[int], Fraction]:
        node = self._nodes[index]
        if node.leading is None:
            node.leading = self._found_leading(index, count, NOTHING)
        return node.leading

    def _found_leading(self, index: int, count: int, on: Values) -> tuple[Set[int], Fraction]:
        members = self._members(index)
        changed = {child for child in on if child in members}
        still = (child for child in self._ranked(index) if child not in changed)
        value = partial(self.value, after=on)
        first = heapq.nlargest(count, [*changed, *islice(still, count)], key=value)
        return frozenset(first), value(first[-1])

    def _members(self, index: int) -> frozenset[int]:
        node = self._nodes[index]
        if node.members is None:
            node.members = frozenset(node.children)
        return node.members

    def _ranked(self, index: int) -> list[int]:
        """Return the parts in order before any list, the largest first."""
        node = self._nodes[index]
        if node.ranked is None:
            node.ranked = sorted(node.children, key=self.before, reverse=True)
        return node.ranked

    def _ranked_on(self, index: int, on: Values) -> list[int] | None:
        """Return the parts in order in a state that many changes start from; None where it is not one."""
        if not isinstance(on, State) or len(on) < MANY:
            return None
        known = on.readings.get(("ranked", index))
        if known is None:
            children = self._nodes[index].children
            known = sorted(children, key=lambda child: self.value(child, on), reverse=True)
            on.readings[("ranked", index)] = known
        assert isinstance(known, list)
        return known

    def touched(self, terms: Iterable[Term]) -> frozenset[int]:
        """Return the nodes that read any of the terms, directly or through their parts."""
        readers = self._readers
        return frozenset[int]().union(
            *(self._above(node) for term in terms for node, _ in readers.get(term, ()))
        )

    def above(self, nodes: Iterable[int]) -> frozenset[int]:
        """Return nodes and all that they are a part of; kept, as trades in one security move the same."""
        together = frozenset(nodes)
        known = self._reached_of.get(together)
        if known is None:
            known = self._reached_of[together] = frozenset[int]().union(*map(self._above, together))
        return known

    def _above(self, index: int) -> frozenset[int]:
        known = self._reached.get(index)
        if known is None:
            known = frozenset((index,)).union(*map(self._above, self._nodes[index].parents))
            self._reached[index] = known
        return known

    def below(self, nodes: Iterable[int]) -> set[int]:
        """Return nodes and all their parts."""
        reached = set(nodes)
        queue = list(reached)
        while queue:
            fresh = [child for child in self._nodes[queue.pop()].children if child not in reached]
            reached.update(fresh)
            queue.extend(fresh)
        return reached

    def _lay_out(self, form: Form) -> int:
        children = tuple(self.add(part) for part in _parts(form))
        index = len(self._nodes)
        node = _Node(form=form, children=children, is_linear=isinstance(form, Linear))
        self._nodes.append(node)
        for child in dict.fromkeys(children):
            self._nodes[child].parents.append(index)
        self._reached.clear()
        self._reached_of.clear()
        if isinstance(form, Linear):
            for term, coefficient in form.terms:
                self._readers.setdefault(term, []).append((index, exact(coefficient)))
        node.before = exact(self._compute(node, NOTHING))
        return index

    def _compute(self, node: _Node, changed: Values) -> Fraction:
        parts = [self.value(child, changed) for child in node.children]
        match node.form:
            case Linear(terms=terms, constant=constant):
                products = [factor * self._value_of(term) for term, factor in terms]
                return sum(products, start=constant)
            case Least():
                return min(parts)
            case Most():
                return max(parts)
            case Sum(parts=weighted):
                return sum((f * v for (f, _), v in zip(weighted, parts, strict=True)), start=_NO)
            case Largest(count=count):
                return _of_largest(count, parts)
            case Guarded(tests=tests):
                holds = all(v > 0 if t.strict else v >= 0 for t, v in zip(tests, parts, strict=False))
                return parts[-1] if holds else _NO
            case Count():
                return Fraction(sum(1 for value in parts if value))
            case Risk() as risk:
                return variance(risk, parts)
            case unknown:
                assert_never(unknown)


def _parts(form: Form) -> Iterable[Form]:
    match form:
        case Linear():
            return ()
        case Least(parts=parts) | Most(parts=parts) | Largest(parts=parts):
            return parts
        case Count(parts=counted):
            return counted
        case Sum(parts=weighted):
            return (part for _, part in weighted)
        case Guarded(tests=tests, form=guarded):
            return (*(test.form for test in tests), guarded)
        case Risk(actives=actives):
            return (active for _, active in actives)
        case _:
            assert_never(form)


def variance(risk: Risk, actives: list[Fraction]) -> Fraction:
    """Return f' F f + sum (d_i a_i)^2 for the active positions' values; money squared, exact."""
    factors = range(len(risk.covariance))
    held = [(a, x, d) for a, x, d in zip(actives, risk.exposures, risk.specific, strict=True) if a]
    loads = [sum((a * x[k] for a, x, _ in held), start=_NO) for k in factors]
    common = sum((loads[j] * risk.covariance[j][k] * loads[k] for j in factors for k in factors), start=_NO)
    return common + sum(((d * a) ** 2 for a, _, d in held), start=_NO)


def _of_largest(count: int, amounts: Iterable[Fraction]) -> Fraction:
    """Return the sum of the largest amounts; what is owed is none of them."""
    return sum((amount for amount in heapq.nlargest(count, amounts) if amount > 0), start=_NO)


def root_step(square: Fraction, base: Fraction, step: Fraction) -> Fraction:
    """Return sqrt(square) / base rounded half up to a multiple of `step`; base > 0, square >= 0.

    Exact: the largest n with (n - 1/2) * step * base <= sqrt(square).
    """
    assert square >= 0
    assert base > 0
    ratio = square / (base * step) ** 2  # (n - 1/2)^2 <= ratio
    doubled = 4 * ratio  # (2n - 1)^2 <= doubled
    odd = isqrt(doubled.numerator // doubled.denominator)
    return ((odd + 1) // 2) * step
