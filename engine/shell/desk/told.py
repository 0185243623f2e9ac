"""Verdicts as the desk shows them, made from the gate's plain answer: live ones and recorded ones alike.

    verdicts_of(answer)[0].after   -> "5.40%"        .gauge -> measured 90, limit 83.3 of the bar

The answer is `guardband/gate/1`, so that the page of a decision made last year is drawn from the very bytes
that were recorded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports import words

QUIET = ("pass", "not_applicable", "excepted")
WORST = {"block": 0, "approval": 1, "warn": 2, "pass": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """Measured against limit, as percent of the bar's width."""

    used: float
    limit: float
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One change that would pass; quantity: of `trade`, where a button can write it into the list."""

    words: str
    trade: int | None
    quantity: str | None
    drop: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One verdict in words. status: block, approval, warn, pass or passive."""

    rule: str
    policy: str
    account: str
    scope: str
    title: str
    status: str
    word: str
    reason: str
    before: str
    after: str
    limit: str
    headroom: str
    measure: str
    limit_words: str
    made_of: str
    responses: str
    because: tuple[tuple[str, str, str], ...]
    considered: tuple[str, ...]
    place: str
    line: int | None
    trades: tuple[int, ...]
    gauge: Gauge | None
    remedies: tuple[Remedy, ...]
    cure_due: str | None
    rule_class: str
    is_loud: bool
    tightness: Decimal | None

    @property
    def clause(self) -> str:
        """The clauses that it rests on: `ips §3.1`."""
        return ", ".join(f"{source} {clause}" for source, clause, _ in self.because)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One trade with its decision."""

    number: int
    account: str
    side: str
    symbol: str
    quantity: str
    price: str | None
    lot: str | None
    reason: str
    decision: str
    rules: tuple[str, ...]
    max_quantity: str | None


def verdicts_of(answer: Mapping[str, Any]) -> tuple[Told, ...]:
    """Return every verdict of an answer, in its order."""
    trades = {row["trade"]: row for row in answer["trades"]}
    return tuple(_told(verdict, trades) for verdict in answer["verdicts"])


def trades_of(answer: Mapping[str, Any]) -> tuple[Decided, ...]:
    """Return every trade of an answer with its decision."""
    return tuple(
        Decided(
            number=row["trade"],
            account=row["account"],
            side=row["side"].replace("_", " "),
            symbol=row["symbol"],
            quantity=row["quantity"],
            price=row.get("price"),
            lot=row.get("lot"),
            reason=row.get("reason", ""),
            decision=row["decision"],
            rules=tuple(row["rules"]),
            max_quantity=row.get("max_quantity"),
        )
        for row in answer["trades"]
    )


def first_sentence(answer: Mapping[str, Any]) -> str:
    """Return the sentence that answers: may this list be traded?"""
    trades = answer["trades"]
    if "fault" in answer:
        return "Blocked: no answer could be reached, so nothing passes until this is mended."
    if not trades:
        return "The list is empty: add a trade and its verdicts appear here."
    counts = {word: sum(row["decision"] == word for row in trades) for word in WORST}
    if answer["decision"] == "pass":
        return "The trade passes." if len(trades) == 1 else f"All {len(trades)} trades pass."
    parts = [f"{counts['pass']} of {words.plural(len(trades), 'trade')} pass"]
    spoken = {"block": "blocked", "approval": "in need of approval", "warn": "warned of"}
    for word, told in spoken.items():
        if counts[word]:
            parts.append(f"{counts[word]} {'is' if counts[word] == 1 else 'are'} {told}")
    rules = list(dict.fromkeys(name for row in trades for name in row["rules"]))
    return f"{'; '.join(parts)}: {', '.join(rules)}." if rules else f"{'; '.join(parts)}."


def quiet_by_rule(told: Iterable[Told]) -> tuple[tuple[Told, ...], ...]:
    """Return what does not object, by rule, each with its tightest verdict first."""
    groups: dict[tuple[str, str], list[Told]] = {}
    for one in told:
        if not one.is_loud:
            groups.setdefault((one.policy, one.rule), []).append(one)
    return tuple(
        tuple(sorted(rows, key=lambda one: (one.tightness is None, one.tightness or 0)))
        for _, rows in sorted(groups.items())
    )


BY_LIST = ", no worse by this list"
"""What a verdict says of a breach that a list leaves as it was; where the book stands, there is no list."""


def _told(verdict: Mapping[str, Any], trades: Mapping[int, Mapping[str, Any]]) -> Told:
    unit = verdict["unit"]
    status, word = _status(verdict)
    groups = (f"{name} {value or 'unknown'}" for name, value in verdict["group"].items())
    group = words.plain_words(", ".join(groups))
    owner = verdict.get("account") or f"household {verdict.get('household')}"
    where = verdict["where"]
    return Told(
        rule=verdict["rule"],
        policy=verdict["policy"] or "",
        account=verdict.get("account") or "",
        scope=f"{owner}, {group}" if group else owner,
        title=words.plain_words(verdict["title"]),
        status=status,
        word=word,
        reason=verdict["reason"] if trades else verdict["reason"].replace(BY_LIST, ""),
        before=_figure(verdict["before"], unit),
        after=_figure(verdict["after"], unit),
        limit=_limit(verdict),
        headroom=_figure(verdict["headroom"], unit),
        measure=verdict["measure"],
        limit_words=verdict.get("limit_words", ""),
        made_of=_made_of(verdict),
        responses=", ".join(verdict["responses"]),
        because=tuple((row["source"], row["clause"], row["quote"] or "") for row in verdict["because"]),
        considered=tuple(verdict.get("considered", ())),
        place=f"{where['file']}:{where['line']}" if where else "built in",
        line=where["line"] if where else None,
        trades=tuple(verdict["trades"]),
        gauge=_gauge(verdict),
        remedies=tuple(_remedy(row, trades) for row in verdict["would_pass"]),
        cure_due=verdict.get("cure_due"),
        rule_class=verdict.get("class", ""),
        is_loud=verdict["outcome"] not in QUIET or verdict["decision"] != "pass",
        tightness=_tightness(verdict),
    )


def _status(verdict: Mapping[str, Any]) -> tuple[str, str]:
    decision = verdict["decision"]
    if verdict["breach"] == "passive":
        return ("passive", "passive") if decision == "pass" else (decision, f"{decision}, passive")
    if decision != "pass":
        return decision, decision
    return "pass", verdict["outcome"].replace("_", " ")


def _figure(text: str | None, unit: str) -> str:
    return words.figure(None if text is None else Decimal(text), unit)


def _limit(verdict: Mapping[str, Any]) -> str:
    low, high = verdict.get("low"), verdict.get("high")
    if low is not None and high is not None and low != high:
        return f"{_figure(low, verdict['unit'])} to {_figure(high, verdict['unit'])}"
    return _figure(verdict["limit"], verdict["unit"])


def _made_of(verdict: Mapping[str, Any]) -> str:
    rows = verdict["contributors"]
    parts = [
        row.get("note") or f"{row['symbol']} {_figure(row['amount'], verdict['unit'])}" for row in rows[:6]
    ]
    more = len(rows) - len(parts)
    return ", ".join(parts) + (f" and {more} more" if more > 0 else "")


def _gauge(verdict: Mapping[str, Any]) -> Gauge | None:
    after, limit = verdict["after"], verdict["limit"]
    if after is None or limit is None or Decimal(limit) <= 0 or Decimal(after) < 0:
        return None
    measured, bound = Decimal(after), Decimal(limit)
    top = max(measured, bound, Decimal(verdict["before"] or 0)) * Decimal("1.08")
    return Gauge(
        used=round(float(100 * measured / top), 2),
        limit=round(float(100 * bound / top), 2),
        over=verdict["headroom"] is not None and Decimal(verdict["headroom"]) < 0,
    )


def _tightness(verdict: Mapping[str, Any]) -> Decimal | None:
    if verdict["headroom"] is None:
        return None
    headroom, limit = Decimal(verdict["headroom"]), Decimal(verdict["limit"] or 0)
    return headroom / abs(limit) if limit else headroom


def _remedy(row: Mapping[str, Any], trades: Mapping[int, Mapping[str, Any]]) -> Remedy:
    trade = trades.get(row["trade"]) if row["trade"] is not None else None
    quantity = None
    told = row["to"]
    if row["change"] == "quantity" and trade is not None:
        quantity = row["to"]
        told = f"{quantity} {trade['symbol']} instead of {trade['quantity']}"
    elif row["change"] == "drop" and trade is not None:
        told = f"leave out {trade['side'].replace('_', ' ')} {trade['quantity']} {trade['symbol']}"
    elif row["change"] == "date":
        told = f"from {row['to']}"
    return Remedy(words=told, trade=row["trade"], quantity=quantity, drop=row["change"] == "drop")
