"""Windows laid out: the events that a trade of today may meet, and the past trades that an event may meet.

    forbid buying … within 30 days after a loss_sale of an identical security, today 2016-07-08
    first 2016-06-08, last today: a loss sale of 2016-06-10 is 28 days before, and is met

`after`: the event is first, or on the same day. `before`: the trade is first, or on the same day; the
event may then be scheduled (events.csv), or stand in the list. Without history, purchases are known
from the acquisition dates of lots; past sales are missing data.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from dsl.policy import Forbid, Window
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.lots import Disposal
from engine.facts.money import plain
from engine.facts.transactions import TransactionType
from rulebooks.ground import CompiledRule, GroundWindow, PastEvent, Scope
from rulebooks.grounding.bans import Covered, actions_of, cover
from rulebooks.grounding.laying import Laying
from rulebooks.grounding.limits import sheet_of
from rulebooks.grounding.waivers import of_any_size, waivers_of
from rulebooks.measures.history import shifted
from rulebooks.members import Verdict
from rulebooks.scene import Scene

PURCHASES = frozenset({"buy", "reinvest", "award", "exercise"})
"""Acquisitions that are purchases."""

_SALES = frozenset({"loss_sale", "gain_sale", "sale"})
NO_HISTORY = "no transaction history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days, both ends included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        """Return whether a day is one of them."""
        return self.first <= day <= self.last


def ground_window(laying: Laying, rule: CompiledRule, scope: Scope) -> GroundWindow:
    """Return the window of a rule in a scope."""
    obligation = rule.rule.obligation
    assert isinstance(obligation, Forbid)
    window = obligation.window
    assert window is not None
    sheet = sheet_of(laying, rule, scope)
    scene, today = sheet.scene, laying.book.as_of
    covered = cover(laying, sheet, scope.holds)
    span = Span(first=_reach(scene, window, back=True), last=_reach(scene, window, back=False))
    actions = actions_of(rule)
    acted = Span(first=shifted(today, window.duration, scene.setting.calendar, back=True), last=today)
    acting = acted if window.before else Span(first=today, last=today)
    looks_back = scene.without_history and window.event in _SALES and window.after
    sold_before = scene.without_history and "selling" in actions and window.before
    past = tuple(_past_actions(laying, scene, actions, covered, acting))
    excepted = covered.excepted and sheet.stands.standing == "applies"
    return GroundWindow(
        rule=rule,
        scope=scope,
        standing="excepted" if excepted else sheet.stands.standing,
        why_not="an exception governs all of it" if excepted else sheet.stands.why_not,
        actions=actions,
        securities=covered.securities,
        lots=covered.lots,
        window=window,
        first=span.first,
        last=span.last,
        events=tuple(_ordered(_events(laying, scene, window.event, span))),
        past_actions=tuple(_ordered(act for act, surely in past if surely)),
        past_doubts=tuple(_ordered(act for act, surely in past if not surely)),
        partners=partners(laying, scene, window),
        missing=sheet.stands.unknown or (NO_HISTORY if looks_back or sold_before else None),
        without_history=looks_back,
        sales_unknown=sold_before,
        waiver=of_any_size(waivers_of(scene, rule.rule.id)),
    )


def _reach(scene: Scene, window: Window, *, back: bool) -> date:
    """Return the earliest (or latest) day of an event that a trade of today meets."""
    today = scene.setting.today
    looks = window.after if back else window.before
    return shifted(today, window.duration, scene.setting.calendar, back=back) if looks else today


def _ordered(events: Iterable[PastEvent]) -> list[PastEvent]:
    return sorted(
        events, key=lambda e: (e.day, e.account or "", e.symbol or "", e.event, e.source, e.lot or "")
    )


# ------------------------------------------------------------------ events


def _events(laying: Laying, scene: Scene, event: str, span: Span) -> Iterator[PastEvent]:
    if event in _SALES:
        yield from _sales(laying, scene, event, span)
    elif event == "purchase":
        yield from _purchases(laying, scene, span)
    else:
        yield from _others(laying, scene, event, span)


def _sales(laying: Laying, scene: Scene, event: str, span: Span) -> Iterator[PastEvent]:
    """Yield disposals: of any result for `sale`; in taxable accounts for `loss_sale` and `gain_sale`."""
    for row in laying.book.disposals or ():
        if row.account not in scene.holds or row.sold not in span or row.sold > laying.book.as_of:
            continue
        taxable = not laying.book.accounts[row.account].is_retirement
        wanted = event == "sale" or (taxable and (row.gain < 0 if event == "loss_sale" else row.gain > 0))
        if wanted:
            yield _sale(row, event)


def _sale(row: Disposal, event: str) -> PastEvent:
    return PastEvent(
        account=row.account,
        symbol=row.symbol,
        day=row.sold,
        event=event,
        source=row.sale,
        quantity=plain(row.quantity),
        loss=plain(-row.gain) if row.gain < 0 else "",
        lot=row.lot,
        order=row.order,
    )


def _purchases(laying: Laying, scene: Scene, span: Span) -> Iterator[PastEvent]:
    """Yield acquisitions that are purchases, and those of open lots of which the history does not tell."""
    known: set[tuple[AccountId, LotId]] = set()
    for row in laying.book.acquisitions:
        known.add((row.account, row.lot))
        if row.account in scene.holds and row.kind in PURCHASES and row.date in span:
            yield PastEvent(
                account=row.account,
                symbol=row.symbol,
                day=row.date,
                event="purchase",
                source=row.lot,
                quantity=plain(row.quantity),
                lot=row.lot,
                order=row.order,
            )
    for lot in laying.book.lots:
        key = (lot.account, lot.lot)
        if lot.account in scene.holds and lot.acquired in span and key not in known:
            known.add(key)
            yield PastEvent(
                account=lot.account,
                symbol=lot.symbol,
                day=lot.acquired,
                event="purchase",
                source=lot.lot,
                quantity=plain(lot.quantity),
                lot=lot.lot,
                order=lot.order,
            )


def _others(laying: Laying, scene: Scene, event: str, span: Span) -> Iterator[PastEvent]:
    """Yield rows of events.csv, and transactions of that type; a row without account or symbol is for all."""
    for row in laying.book.events:
        if row.event == event and row.date in span and (row.account is None or row.account in scene.holds):
            yield PastEvent(
                account=row.account, symbol=row.symbol, day=row.date, event=event, source="events.csv"
            )
    types = {kind.value for kind in TransactionType}
    for done in laying.book.transactions or () if event in types else ():
        if done.type == event and done.account in scene.holds and done.date in span:
            yield PastEvent(
                account=done.account, symbol=done.symbol, day=done.date, event=event, source=done.id
            )


# ------------------------------------------------------------------ past trades


def _past_actions(
    laying: Laying, scene: Scene, actions: frozenset[str], covered: Covered, span: Span
) -> Iterator[tuple[PastEvent, bool]]:
    """Yield past trades that the subject covers, or may (False), as an event of today may meet them."""
    rows: list[PastEvent] = []
    if actions & {"buying", "increasing"}:
        rows.extend(_purchases(laying, scene, span))
    if "selling" in actions:
        rows.extend(_sales(laying, scene, "sale", span))
    for row in rows:
        assert row.account is not None
        assert row.symbol is not None
        verdict = _is_covered(covered, row.account, row.symbol, row.lot)
        if verdict is not False:
            yield row, verdict is True


def _is_covered(covered: Covered, account: AccountId, symbol: Symbol, lot: LotId | None) -> Verdict:
    if covered.lots is None:
        return covered.securities.get((account, symbol), False)
    return covered.lots.get((account, lot), False) if lot is not None else False


# ------------------------------------------------------------------ partners


def partners(laying: Laying, scene: Scene, window: Window) -> Mapping[Symbol, frozenset[Symbol]]:
    """Return, for every security, those whose events count for it."""
    symbols = sorted(laying.book.securities)
    match window.relation:
        case "same":
            return {symbol: frozenset({symbol}) for symbol in symbols}
        case "identical":
            tax = laying.rulebook.tax
            groups: dict[str, set[Symbol]] = {}
            for symbol in (*symbols, *sorted(tax.identical)):
                groups.setdefault(tax.identity(symbol), set()).add(symbol)
            return {symbol: frozenset(groups[tax.identity(symbol)]) for symbol in symbols}
        case "substitute":
            return _substitutes(scene, symbols)
        case _:
            assert_never(window.relation)


def _substitutes(scene: Scene, symbols: list[Symbol]) -> Mapping[Symbol, frozenset[Symbol]]:
    """Return the securities that stand in for each."""
    found: dict[Symbol, set[Symbol]] = {symbol: set() for symbol in symbols}
    for row in scene.policy.substitutes:
        found.setdefault(Symbol(row.symbol), set()).update(map(Symbol, row.replacements))
    return {symbol: frozenset(others) for symbol, others in found.items()}
