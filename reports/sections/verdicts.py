"""What the rules say: breaches first, each down to clause, numbers and file line, then what passed."""

from dataclasses import dataclass
from fractions import Fraction

from engine.gate.verdict import Decision, GateAnswer, Outcome, Verdict
from reports import words
from reports.page import Section, fill
from reports.review import Review

MARKS = {
    Decision.BLOCK: ("■", "block"),
    Decision.APPROVAL: ("◆", "approval"),
    Decision.WARN: ("▲", "warn"),
    Decision.PASS: ("●", "pass"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """Measured against limit as a bar: widths in percent of the bar."""

    used: float
    limit: float
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One verdict, worded."""

    verdict: Verdict
    mark: str
    word: str
    css: str
    title: str
    scope: str
    place: str
    before: str
    after: str
    limit: str
    headroom: str
    contributors: str
    gauge: Gauge | None
    would_pass: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietRule:
    """A rule whose verdicts all pass: the tightest of them, and all of them below."""

    tightest: Card
    cards: tuple[Card, ...]
    shares: bool


def section(review: Review) -> Section:
    """Return the verdicts section."""
    spoken = tuple(card(verdict, review.answer) for verdict in review.answer.verdicts if speaks(verdict))
    quiet: dict[tuple[str, str | None], list[Card]] = {}
    for verdict in review.answer.verdicts:
        if not speaks(verdict):
            quiet.setdefault((verdict.rule, verdict.policy), []).append(card(verdict, review.answer))
    silent = tuple(_quiet(tuple(cards)) for _, cards in sorted(quiet.items(), key=lambda row: row[0][0]))
    first = (
        f"{words.plural(len(spoken), 'verdict asks', 'verdicts ask')} for attention; "
        "every other rule that was tried passes."
        if spoken
        else "No rule objects: every rule that was tried passes, with the headroom shown."
    )
    return Section(
        anchor="verdicts",
        title="What the rules say",
        first=first,
        body=fill("verdicts.html.j2", spoken=spoken, silent=silent),
    )


def _quiet(cards: tuple[Card, ...]) -> QuietRule:
    return QuietRule(
        tightest=min(cards, key=lambda one: _room(one.verdict)),
        cards=cards,
        shares=any(one.verdict.unit == "percent" for one in cards),
    )


def _room(verdict: Verdict) -> tuple[bool, Fraction]:
    """Return how tight a verdict is: headroom as a share of its limit; unmeasured ones last."""
    if verdict.headroom is None:
        return (True, Fraction(0))
    return (False, verdict.headroom / abs(verdict.limit) if verdict.limit else verdict.headroom)


def speaks(verdict: Verdict) -> bool:
    """Return whether a reader should see this verdict in full."""
    return (
        verdict.outcome in (Outcome.BREACH, Outcome.WAIVED, Outcome.MISSING_DATA)
        or verdict.decision is not Decision.PASS
    )


def card(verdict: Verdict, answer: GateAnswer) -> Card:
    """Return a verdict in words."""
    mark, css = MARKS[verdict.decision]
    word = (
        verdict.decision.value
        if verdict.decision is not Decision.PASS
        else verdict.outcome.value.replace("_", " ")
    )
    if verdict.breach == "passive":
        word = f"{word}, passive" if verdict.decision is not Decision.PASS else "passive"
        mark, css = ("○", "passive") if verdict.decision is Decision.PASS else (mark, css)
    where = verdict.where
    return Card(
        verdict=verdict,
        mark=mark,
        word=word,
        css=css,
        title=verdict.title,
        scope=_scope(verdict),
        place=f"{where.file}:{where.line}" if where else "built in",
        before=words.figure(verdict.before, verdict.unit),
        after=words.figure(verdict.after, verdict.unit),
        limit=_limit(verdict),
        headroom=words.figure(verdict.headroom, verdict.unit),
        contributors=_contributors(verdict),
        gauge=_gauge(verdict),
        would_pass=tuple(
            change.to if change.change != "quantity" else _quantity(change.trade, change.to, answer)
            for change in verdict.would_pass
        ),
    )


def _scope(verdict: Verdict) -> str:
    owner = verdict.account or (f"household {verdict.household}" if verdict.household else "the book")
    groups = ", ".join(f"{name} {value or 'unknown'}" for name, value in verdict.group)
    return f"{owner}, {groups}" if groups else str(owner)


def _limit(verdict: Verdict) -> str:
    if verdict.low is not None and verdict.high is not None and verdict.low != verdict.high:
        return f"{words.figure(verdict.low, verdict.unit)} to {words.figure(verdict.high, verdict.unit)}"
    return words.figure(verdict.limit, verdict.unit)


def _contributors(verdict: Verdict) -> str:
    told = [
        item.note or f"{item.symbol} {words.figure(item.amount, verdict.unit)}"
        for item in verdict.contributors[:6]
    ]
    rest = len(verdict.contributors) - len(told)
    return ", ".join(told) + (f" and {rest} more" if rest > 0 else "")


def _gauge(verdict: Verdict) -> Gauge | None:
    if verdict.after is None or verdict.limit is None or verdict.limit <= 0 or verdict.after < 0:
        return None
    top = max(verdict.after, verdict.limit, verdict.before or Fraction(0)) * Fraction(21, 20)
    over = verdict.headroom is not None and verdict.headroom < 0
    return Gauge(
        used=round(float(100 * verdict.after / top), 2),
        limit=round(float(100 * verdict.limit / top), 2),
        over=over,
    )


def _quantity(number: int | None, to: str, answer: GateAnswer) -> str:
    trade = next((row.trade for row in answer.trades if row.trade.number == number), None)
    return (
        f"{to} {trade.symbol} instead of {words.quantity(trade.quantity)}" if trade else f"a quantity of {to}"
    )
