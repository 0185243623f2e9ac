"""Bans laid out: which securities, or lots, of which account a trade must leave alone.

forbid buying securities where issuer is in restricted     (A, CONTOSO) True, the rest absent
allow only buying securities where asset_class is cash      every other security True
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from dsl.policy import Action, AllowOnly, Forbid, Subject
from engine.facts.ids import AccountId, LotId, Symbol
from rulebooks.forms import ZERO
from rulebooks.ground import Bound, CompiledRule, GroundBan, GroundLimit, Scope
from rulebooks.grounding.exceptions import Leaving, excepted_slices, without
from rulebooks.grounding.laying import Laying
from rulebooks.grounding.limits import Sheet, forbidden_subject, sheet_of, waived_weight
from rulebooks.grounding.waivers import waived_ban
from rulebooks.members import Verdict, either, less, memberships, universe_of
from rulebooks.predicates import Test, compiled
from rulebooks.rows import LotRow, Row, SecurityRow, Unpriced
from rulebooks.scene import Figure, Scene
from rulebooks.universe import Slice

Securities = Mapping[tuple[AccountId, Symbol], Verdict]
Lots = Mapping[tuple[AccountId, LotId], Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What a ban or a window covers; excepted: exceptions left nothing of it."""

    securities: Securities
    lots: Lots | None
    excepted: bool = False


def actions_of(rule: CompiledRule) -> frozenset[str]:
    """Return the actions of a ban other than holding."""
    obligation = rule.rule.obligation
    assert isinstance(obligation, Forbid | AllowOnly)
    return frozenset(action.value for action in obligation.actions if action is not Action.HOLDING)


def ground_bans(laying: Laying, rule: CompiledRule, scope: Scope) -> Iterator[GroundBan]:
    """Yield the ban of a rule in a scope; none where it forbids holding only."""
    actions = actions_of(rule)
    if not actions:
        return
    sheet = sheet_of(laying, rule, scope)
    covered = cover(laying, sheet, scope.stops)
    securities, lots = covered.securities, covered.lots
    if sheet.stands.unknown is not None:
        securities = dict.fromkeys(securities)
        lots = None if lots is None else dict.fromkeys(lots)
    waived = waived_ban(sheet.scene, rule.rule.id)
    excepted = covered.excepted and sheet.stands.standing == "applies"
    yield GroundBan(
        rule=rule,
        scope=scope,
        standing="excepted" if excepted else sheet.stands.standing,
        why_not="an exception governs all of it" if excepted else sheet.stands.why_not,
        actions=actions,
        securities=securities,
        lots=lots,
        waiver=waived.told,
        waived=_waived(sheet, waived_weight(waived)),
    )


def cover(laying: Laying, sheet: Sheet, accounts: tuple[AccountId, ...]) -> Covered:
    """Return what a ban or window covers in some accounts: True, or None where membership is unknown."""
    subject = forbidden_subject(sheet.rule)
    if subject.kind == "lots":
        return _lots(laying, sheet, subject, accounts)
    slices = universe_of(sheet.scene, look_through=False)
    members = memberships(sheet.scene, subject, look_through=False)
    gone = excepted_slices(sheet.scene, sheet.lens.excepted, look_through=False)
    wanted = frozenset(accounts)
    found = {
        part.position: member
        for part, member in zip(slices, without(members, gone), strict=True)
        if member is not False and not part.is_cash and part.account in wanted
    }
    return Covered(securities=found, lots=None, excepted=bool(gone) and not found and any(members))


def _lots(laying: Laying, sheet: Sheet, subject: Subject, accounts: tuple[AccountId, ...]) -> Covered:
    rows: dict[tuple[AccountId, Symbol], SecurityRow] = {
        part.position: part.row for part in sheet.scene.universe if not part.is_cash
    }
    test = compiled(subject.where, sheet.scene.setting)
    exceptions = leaving_tests(sheet.scene, sheet.lens.excepted)
    wanted = frozenset(accounts)
    found: dict[tuple[AccountId, LotId], list[Verdict]] = {}
    for lot in laying.book.lots:
        row = rows.get((lot.account, lot.symbol))
        if lot.account not in wanted or row is None:
            continue
        own: Row = LotRow(lot, row)
        if (lot.account, lot.symbol) in sheet.scene.unpriced:
            own = Unpriced(own, held=True)
        verdict = _lot_verdict(own, test, exceptions)
        found.setdefault((lot.account, lot.lot), []).append(verdict)
    lots = {key: verdict for key, parts in found.items() if (verdict := either(parts)) is not False}
    return Covered(securities={}, lots=lots)


def leaving_tests(scene: Scene, gone: tuple[Leaving, ...]) -> list[Test]:
    """Return what leaves a rule as tests of rows."""

    def test_of(row: Leaving) -> Test:
        test = compiled(row.subject.where, scene.setting)
        return lambda cells: row.verdict(test(cells))

    return [test_of(row) for row in gone]


def _lot_verdict(row: Row, test: Test, exceptions: list[Test]) -> Verdict:
    member = test(row)
    return less(member, either([exception(row) for exception in exceptions])) if exceptions else member


def _waived(sheet: Sheet, bound: Bound | None) -> GroundLimit | None:
    """Return the limit that a waiver sets: the weight of what is forbidden, exceptions left out."""
    if bound is None:
        return None
    subject = forbidden_subject(sheet.rule)
    members = memberships(sheet.scene, subject, look_through=False)
    gone = excepted_slices(sheet.scene, sheet.lens.excepted, look_through=False)
    slices: tuple[Slice, ...] = tuple(
        part for part, member in zip(sheet.scene.universe, without(members, gone), strict=True) if member
    )
    worth, lacking = sheet.scene.worth(slices, "market")
    figure = Figure(measure=worth, base=sheet.scene.base, members=tuple(s.position for s in slices))
    return GroundLimit(
        rule=replace(sheet.rule, measure="weight", unit="percent"),
        scope=sheet.scope,
        group=None,
        standing=sheet.stands.standing,
        why_not=sheet.stands.why_not,
        measure=figure.measure if slices else ZERO,
        base=figure.base,
        bound=bound,
        warn=None,
        waiver=None,
        waived=None,
        members=figure.members,
        unknown=lacking,
        missing=None,
    )
