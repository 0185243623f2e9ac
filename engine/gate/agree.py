"""Agreement: every verdict is reached twice, and the two must be the same.

The reference evaluator answers for every group that is held or traded; the gate tells what the list
touches and what does not pass, and the rest of a rule in one. A group that only the reference names
must pass there, one that only the gate names must say nothing against a trade.

    gate IPS-4.1 / Acme Corp: breach, active, trades {1}     reference: the same     -> agreed
"""

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from engine.facts.trades import Trade
from engine.gate.agreed import Agreed, Told
from engine.gate.builtin import BOOK_SHORT
from engine.gate.engine.gatefacts import Standing
from engine.gate.fingerprint import canonical
from engine.gate.infer import Concluded
from engine.gate.measure import Listed
from engine.gate.reference.answer import Answer, Kept, Part, RuleKey, answer_of
from engine.gate.reference.verdicts import Group, ReferenceVerdict
from engine.gate.verdict import Decision, Fault, Outcome, Verdict

Place = tuple[tuple[str, str | None] | None, str | None, str]
"""Within a rule and scope: group, target, and what kind of answer it is."""

REST, MISSING, MEASURED = "rest", "missing", "measured"
"""The kinds of answers."""

_QUIET = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.EXCEPTED})
_SAYING = frozenset({Outcome.BREACH, Outcome.MISSING_DATA})
_NOBODY: frozenset[int] = frozenset()

Figures = tuple[Fraction | None, Fraction | None, Fraction | None, Fraction | None]
"""Before and after; then the bounds, low and high."""

_NO_FIGURES: Figures = (None, None, None, None)


class Said(NamedTuple):
    """What one side says, figures aside."""

    outcome: Outcome
    breach: str | None
    decision: str
    trades: frozenset[int]
    warned: bool


class Answered(NamedTuple):
    """What one side says of a place, as far as the two must agree.

    parts: how many of what the figures are told in make one: 100 for percent.
    """

    said: Said
    figures: Figures
    parts: int = 1

    def __str__(self) -> str:
        """Return the answer on one line."""
        said = self.said
        numbers = ", ".join(map(str, sorted(said.trades))) or "none"
        before, after, low, high = ("-" if f is None else str(f / self.parts) for f in self.figures)
        words = (said.outcome.value, said.breach or "", said.decision, "warned" if said.warned else "")
        told = f"{' '.join(filter(None, words))}; trades {numbers}; before {before}, after {after}"
        return told if low == high == "-" else f"{told}, between {low} and {high}"


class Agreement(NamedTuple):
    """What comparing the two came to.

    fault: where they differ; None where they agree. unwitnessed: ids of rules that the reference does not
    know.
    """

    fault: Fault | None
    unwitnessed: frozenset[str]


def agreement(
    listed: Listed,
    told: Sequence[Told],
    reference: Answer | tuple[ReferenceVerdict, ...],
    *,
    about: Mapping[str, str],
    agreed: Agreed | None = None,
    kept: Container[int] = (),
) -> Agreement:
    """Return whether gate and reference say the same of a list.

    about: what identifies book and rulebook, kept in the bundle. agreed: what earlier lists on the same
    opened book have agreed on. kept: identities of the verdicts that later lists may have again.
    """
    known = Agreed() if agreed is None else agreed
    answer = reference if isinstance(reference, Answer) else answer_of(reference)
    unwitnessed: set[str] = set()
    found: list[tuple[RuleKey, list[str]]] = []
    for key, (mine, parts) in known.open(told, answer.parts).items():
        if not _agree_plainly(key, mine, parts):
            is_silent = any(_is_silent(part) for part in parts)
            if is_silent:
                unwitnessed.add(key[1])
            differences = _differences(key, mine, parts, is_silent=is_silent)
            if differences:
                found.append((key, differences))
            if differences or is_silent:
                continue
        if len(mine) == len(parts) == 1 and id(mine[0][1]) in kept:
            known.note(mine[0], parts[0])
    return Agreement(_fault(listed, found, about), frozenset(unwitnessed))


def _fault(listed: Listed, found: list[tuple[RuleKey, list[str]]], about: Mapping[str, str]) -> Fault | None:
    """Return the fault that says where the two differ; None where they do nowhere."""
    if not found:
        return None
    lines = [line for _, several in sorted(found) for line in several]
    return Fault(
        reason=f"the two evaluators disagree on {len(lines)} verdicts, first on {lines[0]}",
        bundle=bundle_of(listed.trades, lines, about),
    )


def _is_silent(part: Part) -> bool:
    """Return whether the reference does not know something that the rule names."""
    return not all(row.witnessed for row in part.fresh) or _of_kept(part.kept).is_silent


@dataclass(slots=True, eq=False)
class _Kept:
    """Verdicts that the reference keeps for a rule, indexed once."""

    by_place: dict[Place, list[Answered]]
    places: dict[Group, list[Place]]
    loud: set[Place]  # with an answer that must have its like
    passing: set[Place]  # with one that may only stand among the rest
    is_silent: bool


def _of_kept(kept: Kept) -> _Kept:
    known = kept.told.get(__name__)
    if known is None:
        known = kept.told[__name__] = _indexed(kept)
    assert isinstance(known, _Kept)
    return known


def _indexed(kept: Kept) -> _Kept:
    index = _Kept({}, {}, set(), set(), False)
    for group, rows in kept.by_group.items():
        for row in rows:
            if not row.witnessed:
                index.is_silent = True
                continue
            place = _place_of_reference(row)
            index.by_place.setdefault(place, []).append(_of_reference(row))
            index.places.setdefault(group, []).append(place)
    for place, answers in index.by_place.items():
        if any(answer.said.outcome is Outcome.PASS for answer in answers):
            index.passing.add(place)
        if any(answer.said.outcome not in _QUIET for answer in answers):
            index.loud.add(place)
    return index


def _agree_plainly(key: RuleKey, mine: Sequence[Told], parts: Sequence[Part]) -> bool:
    """Return whether each fresh verdict has its like, and nothing kept must have one: mostly it is so.

    False says that it takes more to tell.
    """
    if len(parts) != 1:
        return False
    part = parts[0]
    index, fresh = _of_kept(part.kept), {_place_of_reference(row): row for row in part.fresh}
    gone = {place for group in part.less for place in index.places.get(group, ())}
    if index.is_silent or len(fresh) != len(part.fresh) or not index.loud <= gone:
        return False
    has_rest = key[1] == BOOK_SHORT
    for pair in mine:
        place = _place_of_gate(*pair)
        if place[-1] is REST:
            if pair[1].outcome not in _QUIET:
                return False
            has_rest = True
            continue
        row = fresh.pop(place, None)
        if row is None or not _are_alike(*pair, row):
            return False
    if not has_rest:
        return not fresh and index.passing <= gone
    return all(row.witnessed and row.outcome is Outcome.PASS and not row.warned for row in fresh.values())


def _are_alike(concluded: Concluded, verdict: Verdict, row: ReferenceVerdict) -> bool:
    """Return whether two verdicts say the same, neither of them a warning."""
    if row.warned or not row.witnessed or concluded.standing is Standing.EARLY:
        return False
    outcome, decision = verdict.outcome, verdict.decision
    if outcome is not row.outcome or verdict.breach != row.breach or decision != row.decision:
        return False
    if (outcome in _SAYING or decision is not Decision.PASS) and frozenset(verdict.trades) != row.trades:
        return False
    if concluded.item.kind != "limit":
        return True
    parts = 100 if verdict.unit == "percent" else 1
    return (
        _is_same_figure(verdict.after, row.after, parts)
        and _is_same_figure(verdict.before, row.before, parts)
        and _is_same_figure(verdict.low, row.low, parts)
        and _is_same_figure(verdict.high, row.high, parts)
    )


def _is_same_figure(mine: Fraction | None, theirs: Fraction | None, parts: int) -> bool:
    """Return whether so many parts of one are the same as a figure; what is not told is not compared."""
    return mine is None or theirs is None or mine == (theirs if parts == 1 else theirs * parts)


def _differences(key: RuleKey, mine: Sequence[Told], parts: Sequence[Part], *, is_silent: bool) -> list[str]:
    """Return where the two differ on one rule in one scope, place by place."""
    ours: dict[Place, list[Answered]] = {}
    for concluded, verdict in mine:
        ours.setdefault(_place_of_gate(concluded, verdict), []).append(_of_gate(concluded, verdict))
    theirs: dict[Place, list[Answered]] = {}
    for part in parts:
        for row in part.fresh:
            if row.witnessed:
                theirs.setdefault(_place_of_reference(row), []).append(_of_reference(row))
    has_rest = key[1] == BOOK_SHORT or any(place[-1] == REST for place in ours)
    for part in parts:
        _add_kept(theirs, ours, part, has_rest=has_rest)
    missed: list[tuple[tuple[str, ...], str]] = []
    for place, answers in theirs.items():
        told = ours.get(place)
        if told is None:
            loud = [answer for answer in answers if not _may_be_left_out(answer, has_rest=has_rest)]
            if loud:
                missed.append((_texts(place), f"gate has no verdict; reference {_listed(loud)}"))
        elif not _match(told, answers, has_rest=has_rest):
            missed.append((_texts(place), f"gate {_listed(told)}; reference {_listed(answers)}"))
    missed.sort()
    alone = [place for place in ours if not (is_silent or place in theirs)]
    for place in sorted(alone, key=_texts):
        if any(answer.said.outcome not in _QUIET for answer in ours[place]):
            missed.append((_texts(place), f"gate {_listed(ours[place])}; reference has no verdict"))
    return [f"{' / '.join(filter(None, (*key, *place)))}: {words}" for place, words in missed]


def _add_kept(
    theirs: dict[Place, list[Answered]], ours: Mapping[Place, object], part: Part, *, has_rest: bool
) -> None:
    """Add what the reference keeps, as far as it must be held against something.

    has_rest: what passes may be left out, because the gate has one verdict for the rest.
    """
    index = _of_kept(part.kept)
    by_place = index.by_place
    if not by_place:
        return
    gone = {place for group in part.less for place in index.places.get(group, ())}
    wanted = {place for place in (*ours, *theirs, *index.loud) if place in by_place}
    if not has_rest and not index.passing <= gone:
        wanted |= index.passing
    for place in wanted - gone:
        answers = by_place[place]
        if part.is_bound_moved:
            answers = [answer._replace(figures=(*answer.figures[:2], None, None)) for answer in answers]
        theirs.setdefault(place, []).extend(answers)


def _may_be_left_out(answer: Answered, *, has_rest: bool) -> bool:
    """Return whether the gate need not name a group: it says nothing, or stands among the rest, unwarned."""
    outcome = answer.said.outcome
    return has_rest and not answer.said.warned if outcome is Outcome.PASS else outcome in _QUIET


def _match(told: list[Answered], theirs: list[Answered], *, has_rest: bool) -> bool:
    """Return whether each answer has its like: a ban and a holding limit of one rule share a place."""
    left = list(theirs)
    for mine in told:
        for number, other in enumerate(left):
            if _same(mine, other):
                del left[number]
                break
        else:
            return False
    return all(_may_be_left_out(answer, has_rest=has_rest) for answer in left)


def _listed(answers: list[Answered]) -> str:
    return " and ".join(map(str, answers))


def _same(one: Answered, other: Answered) -> bool:
    """Return whether an answer of the gate and one of the reference say the same."""
    if one.said != other.said:
        return False
    figures = zip(one.figures, other.figures, strict=True)
    return all(_is_same_figure(mine, theirs, one.parts) for mine, theirs in figures)


# ------------------------------------------------------------------ places and answers


def _place_of_gate(concluded: Concluded, verdict: Verdict) -> Place:
    item = concluded.item
    group = None if item.target or not item.group else item.group[0]
    if item.groups_passed is not None and not item.touched:
        return (group, item.target, REST)
    return (group, item.target, MISSING if verdict.outcome is Outcome.MISSING_DATA else MEASURED)


def _place_of_reference(row: ReferenceVerdict) -> Place:
    return (row.group, row.target, MISSING if row.outcome is Outcome.MISSING_DATA else MEASURED)


def _texts(place: Place) -> tuple[str, ...]:
    """Return a place in words."""
    group, target, kind = place
    if group is None:
        return ("", target or "", kind)
    name, value = group
    return (f"{name}?" if value is None else f"{name}={value}", target or "", kind)


def _of_gate(concluded: Concluded, verdict: Verdict) -> Answered:
    outcome, decision = verdict.outcome, verdict.decision
    is_named = outcome in _SAYING or decision is not Decision.PASS
    trades = frozenset(verdict.trades) if verdict.trades and is_named else _NOBODY
    said = Said(outcome, verdict.breach, decision.value, trades, concluded.standing is Standing.EARLY)
    if concluded.item.kind != "limit":
        return Answered(said, _NO_FIGURES)
    figures = (verdict.before, verdict.after, verdict.low, verdict.high)
    return Answered(said, figures, 100 if verdict.unit == "percent" else 1)


def _of_reference(row: ReferenceVerdict) -> Answered:
    warned = row.warned and bool(row.trades)  # a warning is for the trades that raised the measure
    decision = "pass" if row.warned and not warned else row.decision
    trades = row.trades if row.outcome in _SAYING or decision != "pass" else _NOBODY
    said = Said(row.outcome, row.breach, decision, trades, warned)
    return Answered(said, (row.before, row.after, row.low, row.high))


def bundle_of(trades: tuple[Trade, ...], differences: list[str], about: Mapping[str, str]) -> str:
    """Return what says how to reach a fault again: book and rulebook, the list, and what differs."""
    data = {
        "schema": "guardband/fault/1",
        **about,
        "trades": [canonical(trade) for trade in trades],
        "differences": differences,
    }
    return json.dumps(data, indent=1, ensure_ascii=False)
