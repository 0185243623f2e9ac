"""Verdicts: what was concluded, worded and explained, as the value that answers and reports print."""

from datetime import date
from fractions import Fraction
from typing import Literal

from engine.facts.money import plain, rounded
from engine.gate.consider import considered
from engine.gate.contribute import contributors
from engine.gate.cure import cure_due
from engine.gate.engine.gatefacts import Standing
from engine.gate.infer import Concluded
from engine.gate.items import Item, Meeting
from engine.gate.measure import Listed
from engine.gate.rule_words import words_of
from engine.gate.verdict import Contributor, Decision, Outcome, Verdict
from engine.gate.wording import deciding, event_words, limit_words, reason_of
from engine.gate.would_pass import would_pass

_OUTCOMES = {
    Standing.HOLDS: Outcome.PASS,
    Standing.EARLY: Outcome.PASS,
    Standing.NEW: Outcome.BREACH,
    Standing.WORSENED: Outcome.BREACH,
    Standing.PASSIVE: Outcome.BREACH,
    Standing.WAIVED: Outcome.WAIVED,
    Standing.EXCEPTED: Outcome.EXCEPTED,
    Standing.MISSING: Outcome.MISSING_DATA,
}

_PLAIN = (Standing.HOLDS, Standing.EXCEPTED, None)
_ACTIVE = (Standing.NEW, Standing.WORSENED)


def verdict_of(listed: Listed, concluded: Concluded, *, explained: bool = True) -> Verdict:
    """Return the verdict; without explanation, contributors and what would pass are left out."""
    item, standing, decision = concluded.item, concluded.standing, concluded.decision
    compiled, kind, told = item.rule, item.kind, item.told
    rule, words = compiled.rule, words_of(listed.opened, compiled)
    outcome = Outcome.NOT_APPLICABLE if standing is None else _OUTCOMES[standing]
    is_breach = outcome is Outcome.BREACH
    says = decision is not Decision.PASS or is_breach or outcome is Outcome.MISSING_DATA
    account, household = item.scope.account, item.scope.household
    pair = deciding(item) if item.meetings else None
    limit = limit_words(item, words) if kind in ("limit", "trade") else ""
    return Verdict(
        rule=rule.id,
        policy=rule.policy or None,
        account=account,
        household=household if account is None else None,
        title=rule.title,
        group=item.group,
        outcome=outcome,
        breach=_breach(standing),
        responses=concluded.responses if says else (),
        decision=decision,
        measure=compiled.measure,
        unit=compiled.unit,
        before=told.before,
        after=told.after,
        limit=told.limit,
        headroom=told.headroom,
        low=told.low,
        high=told.high,
        contributors=_parts(listed, concluded) if explained else item.contributors,
        trades=item.warned_by if standing is Standing.EARLY else item.trades,
        because=rule.because,
        where=rule.where if rule.where.file else None,
        reason=reason_of(listed, concluded, words=words, limit=limit),
        groups_passed=item.groups_passed,
        rule_class=words.form_class,
        warned=standing is Standing.EARLY,
        limit_words=limit,
        coverage=listed.opened.book.coverage if _reads_history(listed, item) else None,
        window=None if pair is None else (pair.first, pair.last),
        event=None if pair is None else _event(listed, pair),
        cure_due=_cure_due(listed, concluded) if is_breach else None,
        considered=considered(listed.opened, concluded, words) if explained else (),
        would_pass=would_pass(listed, concluded) if explained and says else (),
    )


def _cure_due(listed: Listed, concluded: Concluded) -> date | None:
    opened = listed.opened
    calendar = opened.calendar_of(concluded.item.rule.governed_by)
    return cure_due(concluded.responses, today=opened.book.as_of, calendar=calendar)


def _breach(standing: Standing | None) -> Literal["active", "passive"] | None:
    if standing is Standing.PASSIVE:
        return "passive"
    return "active" if standing in _ACTIVE else None


def _parts(listed: Listed, concluded: Concluded) -> tuple[Contributor, ...]:
    item = concluded.item
    if item.meetings:
        return _of_events(listed, item)
    if item.kind == "limit" and item.source is not None and concluded.standing not in _PLAIN:
        return contributors(listed, listed.opened.limits.all[item.source])
    return item.contributors


def _reads_history(listed: Listed, item: Item) -> bool:
    if item.kind == "window":
        return True
    return item.kind == "limit" and item.source is not None and listed.opened.limits.all[item.source].history


def _event(listed: Listed, pair: Meeting) -> tuple[tuple[str, str], ...]:
    event = pair.event
    rows = [
        ("event", event.event),
        ("symbol", event.symbol or ""),
        ("account", event.account or ""),
        ("date", event.day.isoformat()),
        ("quantity", plain(rounded(Fraction(event.quantity), places=6)) if event.quantity else ""),
        ("loss", plain(rounded(Fraction(event.loss), places=2)) if event.loss else ""),
        ("source", event.source),
        ("words", event_words(listed, pair)),
    ]
    return tuple((name, value) for name, value in rows if value)


def _of_events(listed: Listed, item: Item) -> tuple[Contributor, ...]:
    """Return the events behind a window, each once, the one that stays open longest first."""
    pairs = sorted(item.meetings, key=lambda pair: (pair.last, pair.event.source), reverse=True)
    told: dict[tuple[str, str], Contributor] = {}
    for pair in pairs:
        event = pair.event
        key = (event.source, event.lot or "")
        if key not in told:
            told[key] = Contributor(
                symbol=event.symbol or "",
                amount=Fraction(event.quantity) if event.quantity else Fraction(0),
                account=event.account,
                note=event_words(listed, pair),
            )
    return tuple(told.values())
