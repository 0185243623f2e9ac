"""Compiled policies as rows: every rule, limit, band, clause and citation of a mandate.

    limit weight to at most the smaller of 5% and benchmark_weight
    -> rules: measure weight, for_each issuer;  limits: at_most, never_above 0.05, value unknown

Rows are made once for a mandate and never changed, as its text is not.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlmodel import Session, SQLModel

from dsl.check import clauses_of
from dsl.policy import (
    AllowOnly,
    Amount,
    AnyAmount,
    CheckedPolicy,
    Citation,
    DataRef,
    Forbid,
    Greater,
    Limit,
    Obligation,
    PercentOf,
    Require,
    Smaller,
    Times,
)
from engine.facts.money import EXACT
from engine.shell.store.delivery import Mandate
from engine.shell.store.recording import next_key, table_of
from engine.shell.store.schema import rules
from rulebooks.ground import CompiledRule, Rulebook
from rulebooks.words import amount_words, subject_words

Known = tuple[Decimal | None, Decimal | None]
"""What is known of a bound whatever the data say: never below, never above."""

Rows = list[dict[str, Any]]


def statement_rows(
    session: Session, mandate: Mandate, rulebook: Rulebook, *, mandate_id: int
) -> Iterator[tuple[type[SQLModel], Rows]]:
    """Yield the rows of a mandate, table by table, parents first."""
    policy = mandate.policy
    first = next_key(session, table_of(rules.RuleRow).c.id)
    ids = {_name(rule): first + n for n, rule in enumerate(rulebook.rules)}
    yield rules.RuleRow, [_rule(rule, id=ids[_name(rule)], mandate_id=mandate_id) for rule in rulebook.rules]
    limits = [row for rule in rulebook.rules for row in _limits(rule, ids[_name(rule)])]
    yield rules.LimitRow, _with_ids(session, rules.LimitRow, limits)
    for model, rows in (
        (rules.BandRow, _bands(policy)),
        (rules.CitationRow, list(_citations(policy, rulebook, ids))),
        (rules.ClauseRow, _clauses(mandate)),
        (rules.ManualRow, _manuals(policy)),
    ):
        of_mandate = [{**row, "mandate_id": mandate_id} for row in rows]
        yield model, _with_ids(session, model, of_mandate)
    for keyed, rows in (
        (rules.SourceRow, _sources(policy)),
        (rules.ParameterRow, _parameters(policy)),
        (rules.IdenticalRow, _identical(policy)),
        (rules.SubstituteRow, _substitutes(policy)),
    ):
        yield keyed, [{**row, "mandate_id": mandate_id} for row in rows]


def bounds_of(amount: AnyAmount) -> Known:
    """Return what a bound never is below and never above, in its own unit; None where data decide.

    >>> from dsl.policy import Amount, DataRef, Smaller, Unit
    >>> five = Amount(value=Decimal("0.05"), unit=Unit.SHARE, written="5%")
    >>> bounds_of(Smaller(parts=(five, DataRef(name="benchmark_weight"))))
    (None, Decimal('0.05'))
    """
    match amount:
        case Amount(value=value):
            return value, value
        case Smaller(parts=parts) | Greater(parts=parts):
            (low, high), (other_low, other_high) = map(bounds_of, parts)
            if isinstance(amount, Smaller):
                return _both(min, low, other_low), _either(min, high, other_high)
            return _either(max, low, other_low), _both(max, high, other_high)
        case Times(factor=factor, of=of):
            low, high = bounds_of(of)
            if factor < 0:
                low, high = high, low
            return _times(factor, low), _times(factor, high)
        case PercentOf() | DataRef():
            return None, None


def _both(choose: Any, one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else choose(one, other)


def _either(choose: Any, one: Decimal | None, other: Decimal | None) -> Decimal | None:
    known = [value for value in (one, other) if value is not None]
    return choose(known) if known else None


def _times(factor: Decimal, value: Decimal | None) -> Decimal | None:
    return None if value is None else EXACT.multiply(factor, value)


def _name(rule: CompiledRule) -> tuple[str, str, str]:
    return rule.rule.policy, rule.rule.id, rule.target or ""


def _with_ids(session: Session, model: type[SQLModel], rows: Rows) -> Rows:
    first = next_key(session, table_of(model).c.id)
    return [{**row, "id": first + n} for n, row in enumerate(rows)]


def _rule(compiled: CompiledRule, *, id: int, mandate_id: int) -> dict[str, Any]:
    rule, record = compiled.rule, dict(compiled.record)
    return {
        "id": id,
        "mandate_id": mandate_id,
        "policy": rule.policy,
        "rule": rule.id,
        "title": rule.title,
        "target": compiled.target,
        "kind": _kind(rule.obligation),
        "obligation": record["obligation"],
        "measure": compiled.measure,
        "unit": compiled.unit,
        "form_class": compiled.form_class.value,
        "scope": rule.scope,
        "for_each": record["for_each"] or None,
        "each_of": record["in"] or None,
        "subject": record["subject"],
        "bound": record["bound"] or None,
        "base": rule.base,
        "valued_at": rule.valued_at,
        "looking_through": rule.look_through,
        "tested": record["tested"],
        "when_words": record["when"] or None,
        "unless_words": record["unless"] or None,
        "warn_from": record["warn_from"] or None,
        "missing": record["missing"],
        "on_active": record["active"],
        "on_passive": record["passive"],
        "exception_to": rule.exception_to,
        "effective_from": rule.effective_from,
        "effective_until": rule.effective_until,
        "file": rule.span.file,
        "line": rule.span.line,
    }


def _kind(obligation: Obligation) -> str:
    match obligation:
        case Limit():
            return "limit"
        case Forbid():
            return "forbid"
        case AllowOnly():
            return "allow_only"
        case Require():
            return "require"


def _limits(compiled: CompiledRule, rule_id: int) -> Rows:
    obligation = compiled.rule.obligation
    if not isinstance(obligation, Limit):
        return []
    sides = (("at_least", obligation.low), ("at_most", obligation.high))
    return [_limit(rule_id, side, bound) for side, bound in sides if bound is not None]


def _limit(rule_id: int, side: str, bound: AnyAmount) -> dict[str, Any]:
    low, high = bounds_of(bound)
    literal = bound if isinstance(bound, Amount) else None
    return {
        "rule_id": rule_id,
        "side": side,
        "words": amount_words(bound),
        "unit": None if literal is None else literal.unit.value,
        "currency": None if literal is None else literal.currency,
        "value": low if low == high else None,
        "never_above": high,
        "never_below": low,
        "parameter": None if literal is None else literal.parameter,
    }


def _bands(policy: CheckedPolicy) -> Rows:
    return [
        {
            "targets": targets.name,
            "name": band.name,
            "subject": subject_words(band.subject),
            "target": band.target,
            "low": band.low,
            "high": band.high,
            "within": band.within,
        }
        for targets in policy.targets
        for band in targets.classes
    ]


def _citations(
    policy: CheckedPolicy, rulebook: Rulebook, ids: dict[tuple[str, str, str], int]
) -> Iterator[dict[str, Any]]:
    for compiled in rulebook.rules:
        statement = "rule" if compiled.target is None else "targets"
        rule_id = ids[_name(compiled)]
        yield from _cited(statement, compiled.rule.id, compiled.rule.because, rule_id)
    for row in policy.rebalances:
        yield from _cited("rebalance", row.targets, row.because)
    if policy.harvest is not None:
        yield from _cited("harvest", "harvest", policy.harvest.because)
    for group in policy.identical:
        yield from _cited("identical", group.name, group.because)
    for pair in policy.substitutes:
        yield from _cited("substitute", pair.symbol, pair.because)
    for waiver in policy.waivers:
        yield from _cited("waive", waiver.rule, waiver.because)
    for manual in policy.manuals:
        yield _citation("manual", manual.what, manual.source, manual.clause, None, None)


def _cited(
    statement: str, name: str, because: Sequence[Citation], rule_id: int | None = None
) -> Iterator[dict[str, Any]]:
    for row in because:
        yield _citation(statement, name, row.source, row.clause, row.quote, rule_id)


def _citation(
    statement: str, name: str, source: str, clause: str, quote: str | None, rule_id: int | None
) -> dict[str, Any]:
    return {
        "rule_id": rule_id,
        "statement": statement,
        "name": name,
        "source": source,
        "clause": clause,
        "quote": quote,
    }


def _clauses(mandate: Mandate) -> Rows:
    """Return every clause of the documents at hand, then those that are cited from others."""
    policy, texts = mandate.policy, dict(mandate.files)
    found: dict[tuple[str, str], str | None] = {}
    for source in policy.sources:
        data = texts.get(source.clauses_from or "")
        if data is not None:
            for clause, words in clauses_of(data.decode("utf-8-sig", errors="replace")):
                found.setdefault((source.name, clause), words)
    for rule in policy.rules:
        for cited in rule.because:
            found.setdefault((cited.source, cited.clause), None)
    for manual in policy.manuals:
        found.setdefault((manual.source, manual.clause), None)
    return [
        {"source": source, "clause": clause, "position": n, "words": words}
        for n, ((source, clause), words) in enumerate(found.items(), start=1)
    ]


def _manuals(policy: CheckedPolicy) -> Rows:
    return [
        {
            "source": row.source,
            "clause": row.clause,
            "what": row.what,
            "reviewed_each": row.reviewed_each,
            "reviewed_by": row.by,
        }
        for row in policy.manuals
    ]


def _sources(policy: CheckedPolicy) -> Rows:
    return [
        {
            "source": row.name,
            "title": row.title,
            "dated": row.dated,
            "sha256": row.sha256,
            "clauses_from": row.clauses_from,
        }
        for row in policy.sources
    ]


def _parameters(policy: CheckedPolicy) -> Rows:
    return [
        {
            "parameter": row.name,
            "words": row.value.written,
            "value": row.value.value,
            "low": None if row.low is None else row.low.value,
            "high": None if row.high is None else row.high.value,
            "unit": row.value.unit.value,
        }
        for row in policy.parameters
    ]


def _identical(policy: CheckedPolicy) -> Rows:
    return [
        {"identical": row.name, "symbol": symbol}
        for row in policy.identical
        for symbol in dict.fromkeys(row.symbols)
    ]


def _substitutes(policy: CheckedPolicy) -> Rows:
    pairs = {
        (row.symbol, n): name for row in policy.substitutes for n, name in enumerate(row.replacements, 1)
    }
    return [{"symbol": symbol, "rank": rank, "replacement": name} for (symbol, rank), name in pairs.items()]
