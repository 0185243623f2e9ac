"""Agreement: every verdict is reached twice, and the two must be the same.

The reference evaluator answers for every group that is held or traded; the gate tells what the list
touches and what does not pass, and the rest of a rule in one. A group that only the reference names
must pass there, one that only the gate names must say nothing against a trade.

    gate IPS-4.1 / Acme Corp: breach, active, trades {1}     reference: the same     -> agreed
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from engine.facts.trades import Trade
from engine.gate.agreed import Agreed
from engine.gate.builtin import BOOK_SHORT
from engine.gate.engine.gatefacts import Standing
from engine.gate.fingerprint import canonical
from engine.gate.infer import Concluded
from engine.gate.measure import Listed
from engine.gate.reference.answer import Answer, Kept, Part, RuleKey, answer_of
from engine.gate.reference.verdicts import Group, ReferenceVerdict
from engine.gate.verdict import Decision, Fault, Outcome, Verdict
from engine.ledger.exact import exact

Told = tuple[Concluded, Verdict]

Place = tuple[str, str, str]
"""Within a rule and scope: group, target, and what kind of answer it is."""

REST = "rest"
HUNDREDTH = exact(1) / 100
_QUIET = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.EXCEPTED})


class Answered(NamedTuple):
    """What one side says of a key, as far as the two must agree."""

    outcome: Outcome
    breach: str | None
    decision: str
    trades: frozenset[int]
    warned: bool
    figures: tuple[Fraction | None, Fraction | None]
    bounds: tuple[Fraction | None, Fraction | None] = (None, None)

    def __str__(self) -> str:
        """Return the answer on one line."""
        numbers = ", ".join(map(str, sorted(self.trades))) or "none"
        before, after = map(_figure, self.figures)
        parts = (self.outcome.value, self.breach or "", self.decision, "warned" if self.warned else "")
        told = f"{' '.join(filter(None, parts))}; trades {numbers}; before {before}, after {after}"
        low, high = map(_figure, self.bounds)
        return told if low == high == "-" else f"{told}, between {low} and {high}"


def _figure(value: Fraction | None) -> str:
    return "-" if value is None else str(value)


def disagreement(
    listed: Listed,
    told: Iterable[Told],
    reference: Answer | tuple[ReferenceVerdict, ...],
    *,
    about: Mapping[str, str],
    agreed: Agreed | None = None,
) -> Fault | None:
    """Return the fault that says where gate and reference differ, or None where they agree.

    about: what identifies book and rulebook, kept in the bundle. agreed: what earlier lists on the same
    opened book have agreed on.
    """
    known = Agreed() if agreed is None else agreed
    ours: dict[RuleKey, list[Told]] = {}
    theirs: dict[RuleKey, list[Part]] = {}
    for pair in told:
        ours.setdefault(_place(pair[1]), []).append(pair)
    for part in _answer(reference).parts:
        theirs.setdefault(part.key, []).append(part)
    found: list[tuple[RuleKey, list[str]]] = []
    for key in dict.fromkeys((*ours, *theirs)):
        mine, parts = ours.get(key, []), theirs.get(key, [])
        verdicts = [verdict for _, verdict in mine]
        if known.has(key, verdicts, parts):
            continue
        differences = list(_differences(key, mine, parts))
        if differences:
            found.append((key, differences))
        else:
            known.note(key, verdicts, parts)
    if not found:
        return None
    lines = [line for _, several in sorted(found) for line in several]
    return Fault(
        reason=f"the two evaluators disagree on {len(lines)} verdicts, first on {lines[0]}",
        bundle=_bundle(listed.trades, lines, about),
    )


def unwitnessed(reference: Answer | tuple[ReferenceVerdict, ...]) -> frozenset[str]:
    """Return the ids of rules that the reference evaluator does not know."""
    return frozenset(part.key[1] for part in _answer(reference).parts if _is_silent(part))


def _answer(reference: Answer | tuple[ReferenceVerdict, ...]) -> Answer:
    return reference if isinstance(reference, Answer) else answer_of(reference)


def _is_silent(part: Part) -> bool:
    """Return whether the reference does not know something that the rule names."""
    if part.fresh and not all(row.witnessed for row in part.fresh):
        return True
    return _of_kept(part.kept).is_silent


@dataclass(slots=True, eq=False)
class _Kept:
    """Verdicts that the reference keeps for a rule, indexed once."""

    by_place: dict[Place, list[Answered]]
    places: dict[Group, list[Place]]
    loud: list[Place]  # with an answer that must have its like
    passing: set[Place]  # with one that may only stand among the rest
    is_silent: bool


def _of_kept(kept: Kept) -> _Kept:
    known = kept.told.get(__name__)
    if known is None:
        known = kept.told[__name__] = _indexed(kept)
    assert isinstance(known, _Kept)
    return known


def _indexed(kept: Kept) -> _Kept:
    index = _Kept({}, {}, [], set(), False)
    for group, rows in kept.by_group.items():
        for row in rows:
            if not row.witnessed:
                index.is_silent = True
                continue
            place = _place_of_reference(row)
            index.by_place.setdefault(place, []).append(_of_reference(row))
            index.places.setdefault(group, []).append(place)
    for place, answers in index.by_place.items():
        if any(answer.outcome is Outcome.PASS for answer in answers):
            index.passing.add(place)
        if any(answer.outcome not in _QUIET for answer in answers):
            index.loud.append(place)
    return index


def _differences(key: RuleKey, mine: Sequence[Told], parts: Sequence[Part]) -> Iterator[str]:
    """Yield where the two differ on one rule in one scope."""
    ours: dict[Place, list[Answered]] = {}
    for concluded, verdict in mine:
        ours.setdefault(_place_of_gate(concluded, verdict), []).append(_of_gate(concluded, verdict))
    theirs: dict[Place, list[Answered]] = {}
    for row in (row for part in parts for row in part.fresh if row.witnessed):
        theirs.setdefault(_place_of_reference(row), []).append(_of_reference(row))
    _add_kept(theirs, ours, parts, is_told=_has_rest(ours) or key[1] == BOOK_SHORT)
    for place, answers in sorted(theirs.items()):
        told = ours.get(place)
        if told is None:
            loud = [a for a in answers if not _may_be_left_out(key, a, ours)]
            if loud:
                yield f"{_words(key, place)}: gate has no verdict; reference {_listed(loud)}"
        elif not _match(key, told, answers, ours):
            yield f"{_words(key, place)}: gate {_listed(told)}; reference {_listed(answers)}"
    is_silent = any(map(_is_silent, parts))
    for place, told in sorted(ours.items()):
        known = place in theirs or place[-1] == REST or is_silent
        if not known and any(answer.outcome not in _QUIET for answer in told):
            yield f"{_words(key, place)}: gate {_listed(told)}; reference has no verdict"


def _add_kept(
    theirs: dict[Place, list[Answered]],
    ours: Mapping[Place, list[Answered]],
    parts: Sequence[Part],
    *,
    is_told: bool,
) -> None:
    """Add what the reference keeps, as far as it must be held against something.

    is_told: what passes may be left out, because the gate has one verdict for the rest.
    """
    for part in parts:
        index = _of_kept(part.kept)
        gone = {place for group in part.less for place in index.places.get(group, ())}
        wanted = {place for place in (*ours, *theirs) if place in index.by_place}
        wanted.update(index.loud)
        if not is_told and not index.passing <= gone:
            wanted.update(index.passing)
        for place in wanted - gone:
            answers = index.by_place[place]
            if part.is_bound_moved:
                answers = [answer._replace(bounds=(None, None)) for answer in answers]
            theirs.setdefault(place, []).extend(answers)


def _has_rest(ours: Mapping[Place, object]) -> bool:
    return any(place[-1] == REST for place in ours)


def _may_be_left_out(key: RuleKey, answer: Answered, ours: Mapping[Place, object]) -> bool:
    """Return whether the gate need not name a group: it says nothing, or stands among the rest."""
    if answer.outcome is Outcome.PASS:
        return key[1] == BOOK_SHORT or _has_rest(ours)
    return answer.outcome in _QUIET


def _match(key: RuleKey, told: list[Answered], theirs: list[Answered], ours: Mapping[Place, object]) -> bool:
    """Return whether each answer has its like: a ban and a holding limit of one rule share a place."""
    left = list(theirs)
    for mine in told:
        like = next((other for other in left if _same(mine, other)), None)
        if like is None:
            return False
        left.remove(like)
    return all(_may_be_left_out(key, answer, ours) for answer in left)


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
    ours, theirs = (*one.figures, *one.bounds), (*other.figures, *other.bounds)
    return all(a is None or b is None or a == b for a, b in zip(ours, theirs, strict=True))


def _words(key: RuleKey, place: Place) -> str:
    return " / ".join(part for part in (*key, *place) if part)


# ------------------------------------------------------------------ places and answers


def _place(verdict: Verdict) -> RuleKey:
    return (verdict.policy or "", verdict.rule, verdict.account or "", verdict.household or "")


def _place_of_gate(concluded: Concluded, verdict: Verdict) -> Place:
    item = concluded.item
    group = "" if item.target or not item.group else _group_text(item.group[0])
    rest = item.groups_passed is not None and not item.touched
    return (group, item.target or "", REST if rest else _kind(verdict.outcome))


def _place_of_reference(row: ReferenceVerdict) -> Place:
    group = "" if row.group is None else _group_text(row.group)
    return (group, row.target or "", _kind(row.outcome))


def _group_text(group: tuple[str, str | None]) -> str:
    name, value = group
    return f"{name}?" if value is None else f"{name}={value}"


def _kind(outcome: Outcome) -> str:
    return "missing" if outcome is Outcome.MISSING_DATA else "measured"


def _of_gate(concluded: Concluded, verdict: Verdict) -> Answered:
    told: tuple[Fraction | None, ...] = (verdict.before, verdict.after, verdict.low, verdict.high)
    if concluded.item.kind != "limit":
        told = (None, None, None, None)
    elif verdict.unit == "percent":
        told = tuple(None if figure is None else figure * HUNDREDTH for figure in told)
    before, after, low, high = told
    return Answered(
        outcome=verdict.outcome,
        breach=verdict.breach,
        decision=verdict.decision.value,
        trades=frozenset(verdict.trades) if _names_trades(verdict) else frozenset(),
        warned=concluded.standing is Standing.EARLY,
        figures=(before, after),
        bounds=(low, high),
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
        bounds=(row.low, row.high),
    )


def _bundle(trades: tuple[Trade, ...], differences: list[str], about: Mapping[str, str]) -> str:
    data = {
        "schema": "guardband/fault/1",
        **about,
        "trades": [canonical(trade) for trade in trades],
        "differences": differences,
    }
    return json.dumps(data, indent=1, ensure_ascii=False)
