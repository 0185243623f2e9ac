"""Why nothing is possible: the fewest rules that together leave no list, and what would free one.

Demands and rules become one linear program; prices, sizes and locks are facts, never suspects. Only a
checked ray says `infeasible`. Then rules are taken out one at a time and stay out where the rest is still
infeasible; what remains is a conflict of which no part can be left out. Those that block go first, then
those that an approval may lift, the request itself last: where several conflicts exist, the weakest rules
are blamed.

    the band of `strategic` wants 40,000 sold, TURN-1 allows 30,000 of turnover: {strategic, TURN-1}
    cheapest cure: raise the limit of TURN-1 from 1.5% to 2.5%
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import scipy.sparse as sp

from engine.facts.money import plain, rounded
from optimizer.build import Problem
from optimizer.helpers import Helpers, Shown
from optimizer.model import INF, Floats, Ints, Matrix
from optimizer.proposal import Conflict, Relaxation
from optimizer.requirements import Requirement
from optimizer.rows import RowData, RowNote, note_of
from optimizer.scale import Entry, as_decimal, as_float
from optimizer.shape import linear_parts
from optimizer.solvers.linear import Feasibility, least_relief
from optimizer.solvers.mixed import MixedProgram
from rulebooks.evaluate import value

SLACK = 1e-6
"""Units by which every row is eased, so that a conflict is not one of rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The rules of a conflict, and for each the least change of its limit that would end it."""

    rules: tuple[Conflict, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _System:
    """Rows `A x >= low` over the columns of the trades and then the helpers of bent rules."""

    matrix: Matrix
    low: Floats
    most: Floats
    notes: tuple[RowNote, ...]
    members: dict[str, Ints] = field(default_factory=dict)  # suspect -> rows


def leaves_room(problem: Problem) -> bool:
    """Return whether no checked ray says that rules and demands exclude every list."""
    return _proof(problem) is None


def _proof(problem: Problem) -> tuple[_System, Feasibility, Floats] | None:
    """Return the system, its program and a checked ray where no list is possible, else None."""
    system = _system(problem)
    if not system.notes:
        return None
    program = Feasibility(system.matrix, system.low, system.most)
    ray = None if program.feasible() else program.ray()
    return None if ray is None else (system, program, ray)


def explain_conflict(problem: Problem) -> Explained:
    """Return a minimal conflict, or an empty answer where the rules do leave room."""
    proof = _proof(problem)
    if proof is None:
        return Explained()
    system, program, ray = proof
    core = _core(program, system, ray)
    return Explained(
        rules=tuple(dict.fromkeys(map(_conflict, core.values()))),
        relaxations=_relaxations(problem, system, core),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    entry: Entry
    low: float  # of the change that the list makes
    note: RowNote


def _system(problem: Problem) -> _System:
    """Return the rows of rules and demands over the open sizes of all columns."""
    helpers = Helpers(problem.columns, problem.state)
    lines = (*_rule_lines(problem), *_bent_lines(problem, helpers), *_other_lines(problem))
    members: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        members.setdefault(_suspect(line.note), []).append(index)
    at = np.repeat(np.arange(len(lines)), [line.entry.columns.size for line in lines])
    columns = [line.entry.columns for line in lines]
    amounts = [line.entry.amounts for line in lines]
    shape = (len(lines), problem.columns.width + len(helpers.most))
    made = (
        sp.csc_matrix((np.concatenate(amounts), (at, np.concatenate(columns))), shape=shape)
        if lines
        else None
    )
    return _System(
        matrix=sp.csc_matrix(shape) if made is None else made,
        low=np.array([line.low - SLACK for line in lines]),
        most=np.concatenate((_open_sizes(problem), np.array(helpers.most))),
        notes=tuple(line.note for line in lines),
        members={name: np.array(rows, dtype=np.int64) for name, rows in members.items()},
    )


def _rule_lines(problem: Problem) -> list[_Line]:
    """Return every linear rule that some list could break, also those that close what they concern."""
    most = _open_sizes(problem)
    found: list[_Line] = []
    for need in problem.wanted:
        for part in linear_parts(need.form) or () if _is_firm(problem, need) else ():
            entry = problem.columns.row(part)
            if not entry.columns.size:
                continue
            room = as_float(value(part, problem.state) - need.least)
            if room >= -float(np.minimum(entry.amounts, 0.0) @ most[entry.columns]):
                continue
            size = float(np.abs(entry.amounts).max())
            note = replace(note_of(need), scale=size)
            scaled = Entry(columns=entry.columns, amounts=entry.amounts / size)
            found.append(_Line(entry=scaled, low=-room / size, note=note))
    return found


def _is_firm(problem: Problem, need: Requirement) -> bool:
    firm = {"hard"} if problem.intent.kind in ("raise", "invest") else {"hard", "soft"}
    return need.force in firm and need.price is None


def _bent_lines(problem: Problem, helpers: Helpers) -> list[_Line]:
    """Return the rules that are concave in too many parts for a row each, by way of helpers.

    Easing the limit eases the row of the sum; the rows that say what a helper is stay as they are.
    """
    found: list[_Line] = []
    for need in problem.wanted:
        if not _is_firm(problem, need) or linear_parts(need.form) is not None:
            continue
        known = len(helpers.rows)
        least = as_float(need.least) / problem.columns.unit
        whole = helpers.held(need.form, least)
        if whole is not None and whole.terms:
            size = max(abs(amount) for amount in whole.terms.values())
            note = replace(note_of(need), scale=size * problem.columns.unit)
            found.append(_line(whole, least, size, note))
            found += [_line(row, 0.0, 1.0, replace(note, scale=INF)) for row in helpers.rows[known:]]
    return found


def _line(shown: Shown, least: float, size: float, note: RowNote) -> _Line:
    pairs = sorted((column, amount / size) for column, amount in shown.terms.items() if amount)
    columns, amounts = [column for column, _ in pairs], [amount for _, amount in pairs]
    entry = Entry(columns=np.array(columns, dtype=np.int64), amounts=np.array(amounts))
    return _Line(entry=entry, low=(least - shown.start) / size, note=note)


def _other_lines(problem: Problem) -> list[_Line]:
    """Return demands, and the rows of rules that are not linear."""
    linear = {id(need.limit) for need in problem.wanted if linear_parts(need.form) is not None}
    return [
        _Line(entry=row.entry, low=row.low - row.start, note=row.note)
        for row in problem.rows
        if row.curvature == 0
        and _demands(row)
        and (row.note.kind in ("aim", "demand") or id(row.note.limit) not in linear)
    ]


def _demands(row: RowData) -> bool:
    return row.note.kind in ("aim", "demand") or (row.note.kind in ("rule", "cut") and row.price_cap == INF)


def _open_sizes(problem: Problem) -> Floats:
    """Return the largest size of each column that facts and locks allow, rules left out."""
    columns = problem.columns
    sizes = [columns.largest(column) for column in range(columns.width)]
    for index, name in enumerate(columns.names):
        if name.sale.most is not None and name.sale.most == 0:
            for column in columns.sales(index):
                sizes[column] = 0.0
    return np.array(sizes)


def _suspect(note: RowNote) -> str:
    """Return the name under which rows are taken out together: one side of a rule, for all its groups."""
    if note.limit is None:
        return note.words
    limit = note.limit
    return "\n".join((limit.rule.rule.id, limit.scope.account or "", limit.target or "", note.side))


MOST_SUSPECTS = 80
"""More suspects than this are first narrowed to those that the ray speaks of."""


def _core(program: Feasibility, system: _System, ray: Floats) -> dict[str, RowNote]:
    """Return a minimal conflict by name: strong rules are tried for leaving first, the request last.

    Of a rule for several groups the row is told that has the largest part in the conflict.
    """
    weight = {name: float(ray[rows].sum()) for name, rows in system.members.items()}
    core = list(system.members)
    if len(core) > MOST_SUSPECTS:
        core = [name for name in core if weight[name] > 0]
        for name in system.members:
            if weight[name] <= 0:
                program.switch(system.members[name], on=False)
    for name in sorted(core, key=lambda one: (_weakness(system, one), weight[one], one)):
        program.switch(system.members[name], on=False)
        if program.feasible() or program.ray() is None:
            program.switch(system.members[name], on=True)
        else:
            core.remove(name)
    last = None if program.feasible() else program.ray()
    parts = ray if last is None else last
    rows = {name: system.members[name] for name in core}
    return {name: system.notes[int(at[np.argmax(parts[at])])] for name, at in rows.items()}


def _weakness(system: _System, name: str) -> int:
    """Return how readily a suspect is blamed: 0 it blocks, 1 an approval lifts it, 2 the request itself."""
    if _is_demand(system, name):
        return 2
    rule = system.notes[int(system.members[name][0])].rule
    kinds = set() if rule is None else {response.kind for response in rule.on_active}
    return int("approval" in kinds and "block" not in kinds)


def _is_demand(system: _System, name: str) -> bool:
    return system.notes[int(system.members[name][0])].kind in ("aim", "demand")


def _conflict(note: RowNote) -> Conflict:
    limit = note.limit
    if limit is None:
        return Conflict(rule=note.words, group=None, because=(), words=note.words)
    rule = limit.rule.rule
    where = "" if limit.scope.account is None else f" in {limit.scope.account}"
    return Conflict(
        rule=rule.id,
        group=limit.target if limit.group is None else limit.group[1],
        because=rule.because,
        words=f"{rule.title or note.words}{where}",
    )


def _relaxations(problem: Problem, system: _System, core: Mapping[str, RowNote]) -> tuple[Relaxation, ...]:
    """Return for each rule of the conflict the least change of its limit, the smallest change first."""
    found: list[tuple[float, Relaxation]] = []
    for name, note in core.items():
        rows = system.members[name]
        if note.limit is None or note.kind not in ("rule", "cut"):
            continue
        relief = np.zeros(system.low.size)
        for row in rows:
            relief[row] = 1.0 / system.notes[int(row)].scale
        amount = _least_relief(problem, system, relief)
        if amount is not None:
            relaxation = _relaxation(problem, note, amount)
            found.append((amount / max(1.0, abs(_size(problem, note))), relaxation))
    found.sort(key=lambda pair: pair[0])
    return tuple(relaxation for _, relaxation in found)


MOST_WHOLE = 400
"""Columns up to which the cure is found in whole shares; for larger accounts they hardly matter."""

MOST_NODES = 500


def _least_relief(problem: Problem, system: _System, relief: Floats) -> float | None:
    """Return the least easing of the rows that leaves a list, of whole shares where that can be found."""
    smooth = least_relief(system.matrix, system.low, system.most, relief)
    if smooth is None or system.most.size > MOST_WHOLE:
        return smooth
    program = MixedProgram()
    step = np.concatenate((problem.grid.step, np.ones(system.most.size - problem.columns.width)))
    for column, most in enumerate(system.most):
        is_trade = column < problem.columns.width
        program.column(high=float(np.floor(most / step[column] + 1e-9) if is_trade else most), whole=is_trade)
    eased = program.column(low=smooth, cost=1.0)
    lines = system.matrix.tocsr()
    for row, low in enumerate(system.low):
        part = slice(lines.indptr[row], lines.indptr[row + 1])
        pairs = zip(lines.indices[part], lines.data[part], strict=True)
        terms = {int(c): float(a) * float(step[c]) for c, a in pairs}
        program.row({**terms, eased: float(relief[row])}, low=float(low))
    answer = program.solve(gap=1e-6 * max(1.0, smooth), nodes=MOST_NODES)
    return smooth if answer is None else max(smooth, answer.cost)


def _relaxation(problem: Problem, note: RowNote, amount: float) -> Relaxation:
    """Return the change of a limit by `amount` of its form, and by what it is already missed."""
    limit = note.limit
    assert limit is not None
    told, unit = told_amount(problem, note, amount + max(0.0, -_headroom(problem, note)))
    verb = "raise" if note.side == "high" else "lower"
    where = "" if limit.scope.account is None else f" in {limit.scope.account}"
    now = _limit_now(problem, note)
    then = None if now is None else now + told if note.side == "high" else now - told
    sign = "%" if unit == "percentage points" else f" {unit}"
    by = f"by {told} {unit}" if now is None else f"from {plain(now)}{sign} to {plain(then or now)}{sign}"
    return Relaxation(
        rule=limit.rule.rule.id,
        words=f"{verb} the limit of {note.words}{where} {by}",
        amount=told,
        unit=unit,
        limit=now,
        relaxed=then,
    )


def _bound_now(problem: Problem, note: RowNote) -> Fraction | None:
    """Return the bound of the row's side in the units of its form."""
    limit = note.limit
    assert limit is not None
    bound = limit.bound if limit.waiver is None else limit.waived
    edge = None if bound is None else bound.high if note.side == "high" else bound.low
    return None if edge is None else value(edge, problem.state)


def _headroom(problem: Problem, note: RowNote) -> float:
    """Return the headroom before the list, in the units of the form."""
    assert note.limit is not None
    edge = _bound_now(problem, note)
    if edge is None:
        return 0.0
    room = edge - value(note.limit.measure, problem.state)
    return as_float(room if note.side == "high" else -room)


def _limit_now(problem: Problem, note: RowNote) -> Decimal | None:
    """Return the limit as it is told: in percent, or in the rule's own unit; None where it has none."""
    limit, edge = note.limit, _bound_now(problem, note)
    assert limit is not None
    if edge is None:
        return None
    base = Fraction(1) if limit.base is None else value(limit.base, problem.state)
    if limit.rule.unit == "percent":
        return rounded(100 * edge / base, places=6) if base else None
    return rounded(edge, places=2)


def _size(problem: Problem, note: RowNote) -> float:
    assert note.limit is not None
    return as_float(value(note.limit.measure, problem.state))


def told_amount(problem: Problem, note: RowNote, amount: float) -> tuple[Decimal, str]:
    """Return an amount in the limit's form units as told: percentage points, or the rule's own unit."""
    assert note.limit is not None
    base = None if note.limit.base is None else as_float(value(note.limit.base, problem.state))
    if note.limit.rule.unit == "percent" and base:
        return as_decimal(np.ceil(amount / base * 1e8) / 1e6, 6), "percentage points"
    if note.limit.rule.unit == "percent":
        return as_decimal(np.ceil(amount * 1e8) / 1e6, 6), "percentage points"
    return as_decimal(np.ceil(amount * 100) / 100, 2), note.limit.rule.unit
