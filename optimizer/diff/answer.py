"""A difference in print: text for people, `guardband/diff/1` for programs.

LOOSENED  T-1  One sector
  was      limit weight of tech to at most 20%   growth.mandate:14
  now      limit weight of tech to at most 25%   growth.mandate:14
  proof    before 20% S3; buy 5,000 S49: block under 1.0.0, pass under 1.1.0
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from dsl.policy import Span
from engine.facts.money import plain, rounded
from engine.gate.answer import figure_text
from optimizer.diff.difference import ChangedRule, Difference, Witness
from optimizer.portfolios.world import Position

_CENT = Decimal("0.01")
_MOST_SHOWN = 8


def diff_answer(difference: Difference) -> dict[str, Any]:
    """Return a difference as plain data, its keys in a fixed order."""
    return {
        "schema": "guardband/diff/1",
        "old": {"id": difference.old[0], "version": difference.old[1]},
        "new": {"id": difference.new[0], "version": difference.new[1]},
        "same_text": difference.same_text,
        "same_rules": difference.same_rules,
        "rules": [_rule(rule) for rule in difference.rules],
        "without_effect": [
            {"rule": row.rule, "fields": list(row.fields), "why": row.why, "decided": row.decided}
            for row in difference.without_effect
        ],
        "statements": [{"change": sign, "statement": words} for sign, words in difference.statements],
        "tried": {"securities": difference.securities, "complete": difference.complete},
    }


def _rule(rule: ChangedRule) -> dict[str, Any]:
    return {
        "rule": rule.rule,
        "title": rule.title,
        "change": rule.change,
        "was": rule.was,
        "now": rule.now,
        "was_at": _where(rule.was_at),
        "now_at": _where(rule.now_at),
        "because": list(rule.because),
        "witnesses": [_witness(witness) for witness in rule.witnesses],
    }


def _where(span: Span | None) -> dict[str, Any] | None:
    return None if span is None else {"file": span.file, "line": span.line, "column": span.column}


def _witness(witness: Witness) -> dict[str, Any]:
    told = witness.told
    return {
        "direction": witness.direction,
        "as_of": witness.day.isoformat(),
        "worth": plain(witness.worth),
        "facts": dict(witness.facts),
        "securities": {symbol: dict(cells) for symbol, cells in witness.securities.items()},
        "before": _holdings(witness.before),
        "after": _holdings(witness.after),
        "history": list(witness.history),
        "trades": [
            {
                "account": trade.account,
                "side": trade.side.value,
                "symbol": trade.symbol,
                "quantity": plain(trade.quantity),
            }
            for trade in witness.trades
        ],
        "old": witness.old,
        "new": witness.new,
        "verdict": {
            "rule": told.rule,
            "group": dict(told.group),
            "measure": told.measure,
            "unit": told.unit,
            "before": None if told.before is None else figure_text(told.before),
            "after": None if told.after is None else figure_text(told.after),
            "limit": None if told.limit is None else figure_text(told.limit),
            "reason": told.reason,
        },
    }


def _holdings(held: Mapping[Position, Decimal]) -> list[dict[str, str]]:
    return [
        {"account": account, "symbol": symbol, "value": plain(money)}
        for (account, symbol), money in sorted(held.items())
    ]


# ------------------------------------------------------------------ text


def diff_text(difference: Difference) -> str:
    """Return a difference for a person."""
    old, new = (f"{name} {version}" for name, version in (difference.old, difference.new))
    lines = [f"{old} -> {new}"]
    if difference.same_text:
        lines.append("the texts are the same")
    elif difference.same_rules and not difference.statements:
        lines.append("the texts differ, and mean the same: no rule admits more or less")
    for rule in difference.rules:
        lines += ["", *_rule_lines(rule, difference)]
    if difference.rules:
        lines += ["", _counted(difference)]
    elif not difference.same_rules:
        lines.append("no rule was found that admits more or less")
    lines += _quiet_lines(difference)
    return "\n".join(lines)


def _counted(difference: Difference) -> str:
    count = {"loosened": 0, "tightened": 0, "both": 0}
    for rule in difference.rules:
        count[rule.change] += 1
    words = [f"{number} {word}" for word, number in count.items() if number]
    return f"rules: {', '.join(words)}; every proof was judged by the gate under both versions"


def _rule_lines(rule: ChangedRule, difference: Difference) -> Iterator[str]:
    word = "LOOSENED and TIGHTENED" if rule.change == "both" else rule.change.upper()
    yield f"{word}  {rule.rule}  {rule.title}"
    for name, words, span in (("was", rule.was, rule.was_at), ("now", rule.now, rule.now_at)):
        place = f"   {span.file}:{span.line}" if span is not None else ""
        absent = "(not there)" if name == "was" else "(removed)"
        yield f"  {name:<8} {absent if words is None else words}{place}"
    for because in rule.because:
        yield f"  because  {because}"
    for witness in rule.witnesses:
        yield from _witness_lines(witness, difference)


def _witness_lines(witness: Witness, difference: Difference) -> Iterator[str]:
    facts = "".join(f", {path} {value}" for path, value in witness.facts)
    yield f"  proof    {witness.direction}: an account of {_money(witness.worth)} on {witness.day}{facts}"
    yield f"  before   {_portfolio(witness.before, witness)}"
    done = "; ".join(
        f"{t.side.value} {_money(t.quantity)} {t.symbol}{_named(witness, t.symbol)}" for t in witness.trades
    )
    if witness.history:
        yield f"  history  {'; '.join(witness.history)}"
    yield f"  list     {done}"
    yield f"  verdict  {witness.told.reason}"
    yield (f"  decided  {witness.old} under {difference.old[1]}, {witness.new} under {difference.new[1]}")


def _portfolio(held: Mapping[Position, Decimal], witness: Witness) -> str:
    ranked = sorted(held.items(), key=lambda row: (-row[1], row[0]))
    parts = [
        f"{_share(money, witness.worth)} {symbol}{_named(witness, symbol)}"
        for (_, symbol), money in ranked[:_MOST_SHOWN]
    ]
    rest = ranked[_MOST_SHOWN:]
    if rest:
        total = sum((money for _, money in rest), Decimal(0))
        parts.append(f"{_share(total, witness.worth)} in {len(rest)} more")
    accounts = len({account for account, _ in held}) or 1
    cash = witness.worth * accounts - sum(held.values(), Decimal(0))
    return ", ".join([*parts, f"{_share(cash, witness.worth)} cash"])


def _named(witness: Witness, symbol: str) -> str:
    cells = witness.securities.get(symbol, {})
    told = [value for name, value in sorted(cells.items()) if name not in ("symbol", "instrument", "issuer")]
    return f" ({', '.join(told)})" if told else ""


def _share(money: Decimal, worth: Decimal) -> str:
    return f"{plain(rounded(Fraction(money * 100) / Fraction(worth), places=2))}%"


def _money(amount: Decimal) -> str:
    whole = amount.quantize(_CENT)
    return f"{whole:,.2f}".removesuffix(".00")


def _quiet_lines(difference: Difference) -> Iterator[str]:
    settled = [row for row in difference.without_effect if row.decided]
    unsettled = [row for row in difference.without_effect if not row.decided]
    if settled:
        yield ""
        yield "said differently, without effect"
        yield from (f"  {row.rule}  ({', '.join(row.fields)})" for row in settled)
    if unsettled:
        yield ""
        yield "said differently; whether it has an effect was not settled"
        yield from (f"  {row.rule}  ({', '.join(row.fields)}): {row.why}" for row in unsettled)
    if difference.statements:
        yield ""
        yield "other statements"
        yield from (f"  {sign} {words}" for sign, words in difference.statements)
    if not difference.complete:
        yield ""
        yield "the rules tell apart more kinds of securities than were tried; what was not found may exist"
