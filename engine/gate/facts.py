"""From measured items to the facts of the inference.

Rules and groups go by their keys, trades by their numbers, days by their ordinals:

    item IPS-4.1 / Acme Corp, before 0.1, after -0.4, lowered by trade 1
      -> Headroom(before=1/10, after=-2/5), Touch(trade="1"), Response(on="active", does="block")
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from dsl.policy import CheckedRule
from engine.facts.trades import Trade
from engine.gate.engine.gatefacts import (
    Exemption,
    GateCase,
    Headroom,
    Response,
    Tie,
    Touch,
    Waiver,
    WindowAct,
    WindowEvent,
)
from engine.gate.items import Item
from engine.gate.window_items import WindowCase


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything measured for one list: items with a headroom (or none, data missing), and windows."""

    items: tuple[Item, ...]
    windows: tuple[WindowCase, ...]

    @property
    def judged(self) -> tuple[Item, ...]:
        """The items that the inference has something to say of."""
        return tuple(item for item in self.items if item.standing != "not_applicable")


Known = dict[str, tuple[Response, ...]]
"""The responses of each rule by its key, found once for an opened book."""


def case_of(trades: Iterable[Trade], measured: Measured, *, known: Known | None = None) -> GateCase:
    """Return the case that is put to the inference; its headrooms follow the items that are judged."""
    said = {} if known is None else known
    judged = measured.judged
    windows = [case for case in measured.windows if _is_open(case)]
    headrooms = tuple(map(_headroom, judged))
    rules = {told.rule: item.rule.rule for told, item in zip(headrooms, judged, strict=True)}
    rules |= {case.item.rule_key: case.item.rule.rule for case in windows}
    return GateCase(
        trades=tuple(str(trade.number) for trade in trades),
        headrooms=headrooms,
        touches=tuple(_touches(headrooms, judged)),
        responses=tuple(chain.from_iterable(_said(said, key, rule) for key, rule in rules.items())),
        waivers=tuple(waiver for item in judged if item.waiver is not None for waiver in _waivers(item)),
        exemptions=tuple(_exemption(item) for item in judged if item.standing == "excepted"),
        events=tuple(fact for case in windows for fact in _events(case)),
        acts=tuple(fact for case in windows for fact in _acts(case)),
        ties=tuple(sorted({tie for case in windows for tie in _ties(case)}, key=_tie_order)),
    )


def _headroom(item: Item) -> Headroom:
    if item.missing is not None:
        return Headroom(item.rule_key, item.group_key, None, None)
    assert item.before is not None
    assert item.after is not None
    return Headroom(item.rule_key, item.group_key, item.before, item.after, item.early)


def _touches(headrooms: tuple[Headroom, ...], judged: tuple[Item, ...]) -> Iterator[Touch]:
    for told, item in zip(headrooms, judged, strict=True):
        early = item.after is not None and item.after >= 0
        for number in item.warned_by if early else item.trades:
            yield Touch(told.rule, told.group, str(number))


def _said(known: Known, key: str, rule: CheckedRule) -> tuple[Response, ...]:
    found = known.get(key)
    if found is None:
        found = known[key] = tuple(_responses(key, rule))
    return found


def _responses(key: str, rule: CheckedRule) -> Iterator[Response]:
    said: set[Response] = set()
    said.update(Response(rule=key, on="active", does=response.kind) for response in rule.on_active)
    said.update(Response(rule=key, on="passive", does=response.kind) for response in rule.on_passive)
    said.add(Response(rule=key, on="missing", does=rule.missing.kind))
    said.add(Response(rule=key, on="early", does="warn"))
    yield from sorted(said, key=lambda response: (response.on, response.does))


def _waivers(item: Item) -> Iterator[Waiver]:
    if item.waiver is not None and item.missing is None:
        name = f"{item.rule_key}\n{item.waiver.until.isoformat()}"
        yield Waiver(name=name, rule=item.rule_key, group=item.group_key, after=item.waived)


def _exemption(item: Item) -> Exemption:
    return Exemption(exception=item.why_not or "an exception", rule=item.rule_key, group=item.group_key)


def _is_open(case: WindowCase) -> bool:
    return bool(case.acts and case.events)


def act_name(case: WindowCase, number: int) -> str:
    """Return the name of an act of a window rule."""
    return f"{case.item.rule_key}\nact {number}"


def event_name(case: WindowCase, number: int) -> str:
    """Return the name of an event of a window rule."""
    return f"{case.item.rule_key}\nevent {number}"


def _acts(case: WindowCase) -> Iterator[WindowAct]:
    waiver = None if case.ground.waiver is None else case.ground.waiver.until.isoformat()
    for number, act in enumerate(case.acts):
        if act.at.symbol is not None:
            yield WindowAct(
                name=act_name(case, number),
                rule=case.item.rule_key,
                scope=act.beside,
                symbol=act.at.symbol,
                day=act.at.day.toordinal(),
                order=act.order,
                trade=_number(act.trade),
                waiver=waiver,
            )


def _events(case: WindowCase) -> Iterator[WindowEvent]:
    for number, event in enumerate(case.events):
        if event.at.symbol is not None:
            yield WindowEvent(
                name=event_name(case, number),
                rule=case.item.rule_key,
                scope=event.beside,
                symbol=event.at.symbol,
                relation=case.ground.window.relation,
                first=event.first.toordinal(),
                last=event.last.toordinal(),
                trade=_number(event.trade),
                apart=event.order,
            )


def _number(trade: int | None) -> str | None:
    return None if trade is None else str(trade)


def _ties(case: WindowCase) -> Iterator[Tie]:
    relation = case.ground.window.relation
    if relation == "same" or not _is_open(case):
        return
    for symbol in {act.at.symbol for act in case.acts if act.at.symbol is not None}:
        for partner in case.ground.partners.get(symbol, frozenset()):
            if partner != symbol:
                yield Tie(relation=relation, one=partner, other=symbol)


def _tie_order(tie: Tie) -> tuple[str, str, str]:
    return (tie.relation, tie.one, tie.other)
