"""Rules that exclude each other, rules that can never pass, and targets that cannot be met.

Each comes with the portfolio that gets nearest: it keeps all rules of the conflict but one, and the gate
says by how much that one is missed.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial

from dsl.diagnostics import Label, finding
from dsl.policy import CheckedPolicy, Span, Targets
from engine.facts.money import plain
from engine.gate.verdict import Outcome, Verdict
from optimizer.lint.cores import cores, minimal
from optimizer.lint.finding import Finding, Portfolio
from optimizer.lint.worlds import Case, Laid, narrowed
from optimizer.portfolios.demands import BLOCK, Demand
from optimizer.portfolios.encode import NotRowsError
from optimizer.portfolios.proof import Judge, book_of
from optimizer.portfolios.room import Room
from optimizer.portfolios.world import Position
from rulebooks.compile import compile_rulebook
from rulebooks.forms import least, less, scaled
from rulebooks.ground import CompiledRule, GroundBook, Rulebook


def contradictions(
    policy: CheckedPolicy, case: Case, rules: dict[str, CompiledRule], ask: Judge
) -> Iterator[Finding]:
    """Yield a finding for each conflict of a situation."""
    blamed: set[str] = set()
    for core in cores(case):
        full = narrowed(policy, case, core, rules, strained=True)
        if full is None or not full.strained(core):
            continue
        blamed.update(core)
        witness = _nearest(full.worlds[0], core, ask, compile_rulebook((policy,)))
        if len(core) == 1:
            yield _never_passes(rules[core[0]], core, witness)
        elif _same_targets(core, rules):
            yield _bands(policy, core, rules, witness)
        else:
            yield _exclude(core, rules, witness)
    yield from _targets(policy, case, rules, blamed)


def _exclude(core: tuple[str, ...], rules: dict[str, CompiledRule], witness: Portfolio | None) -> Finding:
    ordered = sorted(core, key=lambda name: _place(rules[name].rule.where))
    last = ordered[-1]
    others = ordered[:-1]
    verb = "exclude each other" if len(core) == 2 else "cannot all be kept"
    labels = tuple(_said_at(name, rules) for name in others)
    return Finding(
        diagnostic=finding(
            "E0312",
            f"limits of {_listed(ordered)} {verb}",
            rules[last].rule.where,
            label=f"`{last}` says: {_says(rules[last])}",
            secondary=labels,
            help=f"let one of them give way, or let {_or(ordered)} apply to other holdings, by `when`, "
            "`except` or `exception to`",
        ),
        rules=tuple(ordered),
        witness=witness,
    )


def _never_passes(rule: CompiledRule, core: tuple[str, ...], witness: Portfolio | None) -> Finding:
    return Finding(
        diagnostic=finding(
            "E0701",
            f"`{core[0]}` can never pass: no portfolio keeps it",
            rule.rule.where,
            label=f"it says: {_says(rule)}",
            help="check the amount and its side: at most or at least",
        ),
        rules=core,
        witness=witness,
    )


def _bands(
    policy: CheckedPolicy, core: tuple[str, ...], rules: dict[str, CompiledRule], witness: Portfolio | None
) -> Finding:
    name = rules[core[0]].rule.id
    spans = sorted((rules[part].rule.where for part in core), key=_place)
    return Finding(
        diagnostic=finding(
            "E0702",
            f"the bands of `{name}` cannot all be kept at once",
            spans[-1],
            label="this band and those above it leave no portfolio",
            secondary=tuple(Label(span=span, text="one of the bands") for span in spans[:-1]),
            help="widen a band, or let the classes not overlap",
        ),
        rules=core,
        witness=witness,
    )


def _same_targets(core: tuple[str, ...], rules: dict[str, CompiledRule]) -> bool:
    return all(rules[name].target is not None for name in core) and (
        len({rules[name].rule.id for name in core}) == 1
    )


def _place(span: Span) -> tuple[str, int, int]:
    return (span.file, span.line, span.column)


def _says(rule: CompiledRule) -> str:
    row = dict(rule.record)
    each = f"for each {row['for_each']}, " if row["for_each"] else ""
    return f"{each}{row['measure']} {row['bound']}"


def _said_at(name: str, rules: dict[str, CompiledRule]) -> Label:
    return Label(span=rules[name].rule.where, text=f"`{name}` says: {_says(rules[name])}")


def _listed(names: Iterable[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _or(names: Iterable[str]) -> str:
    return _listed(names).replace(" and ", " or ")


# ------------------------------------------------------------------ targets themselves


def _targets(
    policy: CheckedPolicy, case: Case, rules: dict[str, CompiledRule], blamed: set[str]
) -> Iterator[Finding]:
    for targets in policy.targets:
        bands = {f"{targets.name}.{row.name}" for row in targets.classes}
        aimed = [row for row in targets.classes if row.target is not None]
        if blamed & bands or not aimed:
            continue
        found = _unreachable(case, targets, blamed)
        full = None if found is None else narrowed(policy, case, (*found, *sorted(bands)), rules)
        if found is not None and full is not None and full is not case:
            found = _unreachable(full, targets, blamed, only=frozenset(found))
        if found is not None and full is not None:
            yield _cannot_be_met(targets, found, rules)


def _aims(targets: Targets, laid: Laid) -> tuple[Demand, ...]:
    """Return the demand that each class weighs exactly its target."""
    wanted = {row.name: row.target for row in targets.classes if row.target is not None}
    aims: list[Demand] = []
    for limit in laid.grounded.limits:
        target = wanted.get(limit.target or "")
        if limit.rule.rule.id != targets.name or target is None or limit.base is None:
            continue
        goal = scaled(limit.base, Fraction(target))
        for form in (less(limit.measure, goal), less(goal, limit.measure)):
            aims.append(Demand(limit=limit, side="aim", form=form, level=BLOCK))
    return tuple(aims)


def _unreachable(
    case: Case, targets: Targets, blamed: set[str], *, only: frozenset[str] | None = None
) -> tuple[str, ...] | None:
    """Return the rules that keep the targets from being met, or None where they can be met.

    only: the rules that are looked at, instead of all.
    """
    if not _aims(targets, case.worlds[0]):
        return None
    worlds = tuple(
        Laid(
            world=laid.world,
            rulebook=laid.rulebook,
            ask=partial(_aimed, laid, targets, frozenset(blamed), only),
        )
        for laid in case.worlds
    )
    tried = Case(worlds=worlds)
    names = tried.worlds[0].strain.names
    if not tried.strained(names):
        return None
    aimed = tuple(name for name in names if name.startswith(f"{targets.name}."))
    core = minimal(tried, tuple(sorted(names, key=lambda name: name in aimed)))
    return core


def _aimed(
    laid: Laid, targets: Targets, blamed: frozenset[str], only: frozenset[str] | None
) -> tuple[GroundBook, tuple[Demand, ...]]:
    """Return the demands of a world with the targets in place of their bands."""
    own = {demand.name for demand in laid.demands if demand.limit.rule.rule.id == targets.name}
    kept = tuple(d for d in laid.demands if d.name not in blamed and d.name not in own)
    asked = (*kept, *_aims(targets, laid))
    return laid.grounded, tuple(d for d in asked if only is None or d.name in only)


def _cannot_be_met(targets: Targets, core: tuple[str, ...], rules: dict[str, CompiledRule]) -> Finding:
    own = [row for row in targets.classes if f"{targets.name}.{row.name}" in core]
    others = [name for name in core if rules[name].rule.id != targets.name]
    first = own[0] if own else targets.classes[0]
    weights = ", ".join(f"{row.name} {_percent(row.target)}" for row in own)
    labels = [_said_at(name, rules) for name in others]
    labels += [Label(span=row.span, text="a target that takes part") for row in own[1:]]
    return Finding(
        diagnostic=finding(
            "E0702",
            f"the targets of `{targets.name}` cannot be met: {weights}"
            + (f" under {_listed(others)}" if others else ""),
            first.span,
            label="this target cannot be reached together with the rest",
            secondary=tuple(labels),
            help="move the targets, or the limits that stand against them",
        ),
        rules=core,
    )


def _percent(share: Decimal | None) -> str:
    return "" if share is None else f"{plain(share * 100)}%"


# ------------------------------------------------------------------ the portfolio that shows it


def _nearest(laid: Laid, core: tuple[str, ...], ask: Judge, whole: Rulebook) -> Portfolio | None:
    """Return a portfolio that keeps all of the core but one rule and comes as near to that as can be."""
    for name in reversed(core):
        kept = [demand for demand in laid.demands if demand.name in core and demand.name != name]
        broken = [demand.form for demand in laid.demands if demand.name == name]
        if not broken:
            continue
        try:
            room = Room(laid.world, kept, overdraft=laid.overdraft)
            points = room.farthest(least(*broken))
        except NotRowsError:
            continue
        for held in () if points is None else room.portfolios(points):
            told = _breach(laid, held, core, name, ask, whole)
            if told is not None:
                return _portfolio(laid, held, core, name, told)
    return None


def _breach(
    laid: Laid,
    held: Mapping[Position, Decimal],
    core: tuple[str, ...],
    name: str,
    ask: Judge,
    whole: Rulebook,
) -> Verdict | None:
    """Return the gate's verdict on the rule that is missed, where it finds the others kept."""
    answer = ask(whole, book_of(laid.world, held, ()), (), True)
    if answer is None:
        return None
    named = {rule.rule.id for rule in whole.rules}
    ids = {part if part in named else part.partition(".")[0] for part in core}
    breached = [v for v in answer.verdicts if v.outcome is Outcome.BREACH and v.rule in ids]
    mine = [v for v in breached if v.rule == name or name.startswith(f"{v.rule}.")]
    return mine[0] if mine and len({v.rule for v in breached}) == 1 else None


def _portfolio(
    laid: Laid, held: Mapping[Position, Decimal], core: tuple[str, ...], name: str, verdict: Verdict
) -> Portfolio:
    now = laid.world.situation
    symbols = sorted({place[1] for place in held})
    return Portfolio(
        day=now.day,
        worth=now.worth,
        facts=now.facts,
        held=held,
        securities={symbol: laid.world.made.securities[symbol] for symbol in symbols},
        keeps=tuple(part for part in core if part != name),
        breaks=name,
        reason=verdict.reason,
    )
