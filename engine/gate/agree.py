"""Agreement: every verdict is reached twice, and the two must be the same.

The reference evaluator answers for every group that is held or traded; the gate tells what the list
touches and what does not pass, and the rest of a rule in one. A group that only the reference names
must pass there, one that only the gate names must say nothing against a trade.

    gate IPS-4.1 / Acme Corp: breach, active, trades {1}     reference: the same     -> agreed
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.facts.trades import Trade
from engine.gate.builtin import BOOK_SHORT
from engine.gate.engine.gatefacts import Standing
from engine.gate.fingerprint import canonical
from engine.gate.infer import Concluded
from engine.gate.measure import Listed
from engine.gate.reference.verdicts import ReferenceVerdict
from engine.gate.verdict import Decision, Fault, Outcome, Verdict

Key = tuple[str, ...]
_PLACE = 4
"""Parts of a key that name rule and scope."""

REST = "rest"
_QUIET = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.EXCEPTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What one side says of a key, as far as the two must agree."""

    outcome: Outcome
    breach: str | None
    decision: str
    trades: frozenset[int]
    warned: bool
    figures: tuple[Fraction | None, Fraction | None]

    def __str__(self) -> str:
        """Return the answer on one line."""
        numbers = ", ".join(map(str, sorted(self.trades))) or "none"
        before, after = ("-" if figure is None else str(figure) for figure in self.figures)
        parts = (self.outcome.value, self.breach or "", self.decision, "warned" if self.warned else "")
        return f"{' '.join(filter(None, parts))}; trades {numbers}; before {before}, after {after}"


def disagreement(
    listed: Listed,
    told: Iterable[tuple[Concluded, Verdict]],
    reference: tuple[ReferenceVerdict, ...],
    *,
    about: Mapping[str, str],
) -> Fault | None:
    """Return the fault that says where gate and reference differ, or None where they agree.

    about: what identifies book and rulebook, kept in the bundle.
    """
    ours: dict[Key, list[Answered]] = {}
    theirs: dict[Key, list[Answered]] = {}
    for concluded, verdict in told:
        ours.setdefault(_key_of(concluded, verdict), []).append(_of_gate(concluded, verdict))
    for row in reference:
        if row.witnessed:
            theirs.setdefault(_key_of_reference(row), []).append(_of_reference(row))
    silent = {_rule_key(row) for row in reference if not row.witnessed}
    differences = list(_differences(ours, theirs, silent))
    if not differences:
        return None
    return Fault(
        reason=f"the two evaluators disagree on {len(differences)} verdicts, first on {differences[0]}",
        bundle=_bundle(listed.trades, differences, about),
    )


def unwitnessed(reference: tuple[ReferenceVerdict, ...]) -> frozenset[str]:
    """Return the ids of rules that the reference evaluator does not know."""
    return frozenset(row.rule for row in reference if not row.witnessed)


def _differences(
    ours: Mapping[Key, list[Answered]], theirs: Mapping[Key, list[Answered]], silent: set[Key]
) -> Iterator[str]:
    rests = {key[:_PLACE] for key in ours if key[-1] == REST}
    for key, answers in sorted(theirs.items()):
        mine = ours.get(key)
        if mine is None:
            loud = [a for a in answers if not _may_be_left_out(key, a, rests)]
            if loud:
                yield f"{_words(key)}: gate has no verdict; reference {_listed(loud)}"
        elif not _match(key, mine, answers, rests):
            yield f"{_words(key)}: gate {_listed(mine)}; reference {_listed(answers)}"
    for key, mine in sorted(ours.items()):
        known = key in theirs or key[-1] == REST or key[:_PLACE] in silent
        if not known and any(answer.outcome not in _QUIET for answer in mine):
            yield f"{_words(key)}: gate {_listed(mine)}; reference has no verdict"


def _may_be_left_out(key: Key, answer: Answered, rests: set[Key]) -> bool:
    """Return whether the gate need not name a group: it says nothing, or stands among the rest."""
    if answer.outcome is Outcome.PASS:
        return key[:_PLACE] in rests or key[1] == BOOK_SHORT
    return answer.outcome in _QUIET


def _match(key: Key, ours: list[Answered], theirs: list[Answered], rests: set[Key]) -> bool:
    """Return whether each answer has its like: a ban and a holding limit of one rule share a key."""
    left = list(theirs)
    for mine in ours:
        like = next((other for other in left if _same(mine, other)), None)
        if like is None:
            return False
        left.remove(like)
    return all(_may_be_left_out(key, answer, rests) for answer in left)


def _listed(answers: list[Answered]) -> str:
    return " and ".join(map(str, answers))


def _same(one: Answered, other: Answered) -> bool:
    if (one.outcome, one.breach, one.decision, one.trades, one.warned) != (
        other.outcome,
        other.breach,
        other.decision,
        other.trades,
        other.warned,
    ):
        return False
    return all(a is None or b is None or a == b for a, b in zip(one.figures, other.figures, strict=True))


def _words(key: Key) -> str:
    return " / ".join(part for part in key if part)


# ------------------------------------------------------------------ keys and answers


def _key_of(concluded: Concluded, verdict: Verdict) -> Key:
    item = concluded.item
    group = "" if item.target or not item.group else _group_text(item.group[0])
    rest = item.groups_passed is not None and not item.touched
    return (*_place(verdict), group, item.target or "", REST if rest else _kind(verdict.outcome))


def _place(verdict: Verdict) -> Key:
    return (verdict.policy or "", verdict.rule, verdict.account or "", verdict.household or "")


def _rule_key(row: ReferenceVerdict) -> Key:
    return (row.policy or "", row.rule, row.account or "", row.household or "")


def _key_of_reference(row: ReferenceVerdict) -> Key:
    group = "" if row.group is None else _group_text(row.group)
    return (*_rule_key(row), group, row.target or "", _kind(row.outcome))


def _group_text(group: tuple[str, str | None]) -> str:
    name, value = group
    return f"{name}?" if value is None else f"{name}={value}"


def _kind(outcome: Outcome) -> str:
    return "missing" if outcome is Outcome.MISSING_DATA else "measured"


def _of_gate(concluded: Concluded, verdict: Verdict) -> Answered:
    scale = Fraction(1, 100) if verdict.unit == "percent" else Fraction(1)
    figures = (verdict.before, verdict.after) if concluded.item.kind == "limit" else (None, None)
    before, after = (None if figure is None else figure * scale for figure in figures)
    return Answered(
        outcome=verdict.outcome,
        breach=verdict.breach,
        decision=verdict.decision.value,
        trades=frozenset(verdict.trades) if _names_trades(verdict) else frozenset(),
        warned=concluded.standing is Standing.EARLY,
        figures=(before, after),
    )


def _names_trades(verdict: Verdict) -> bool:
    return verdict.outcome in (Outcome.BREACH, Outcome.MISSING_DATA) or verdict.decision is not Decision.PASS


def _of_reference(row: ReferenceVerdict) -> Answered:
    warned = row.warned and bool(row.trades)  # a warning is for the trades that raised the measure
    decision = "pass" if row.warned and not warned else row.decision
    says = row.outcome in (Outcome.BREACH, Outcome.MISSING_DATA) or decision != "pass"
    return Answered(
        outcome=row.outcome,
        breach=row.breach,
        decision=decision,
        trades=row.trades if says else frozenset(),
        warned=warned,
        figures=(row.before, row.after),
    )


def _bundle(trades: tuple[Trade, ...], differences: list[str], about: Mapping[str, str]) -> str:
    data = {
        "schema": "guardband/fault/1",
        **about,
        "trades": [canonical(trade) for trade in trades],
        "differences": differences,
    }
    return json.dumps(data, indent=1, ensure_ascii=False)
