"""What may not trade, and why: bans, windows, failed requirements and missing data, as locks.

A lock closes the purchases or all sales of a position, or the sale of one lot, and keeps the
rule that closed it. Only rules that block or need approval close for good; rules that warn close too, and
their locks are told apart so that they can be let go.

    TLH-1, loss sale of SPY by the spouse on 2026-02-20, today 2026-03-10
      -> purchases of SPY, IVV and VOO are closed in every account of the household
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from dsl.policy import CheckedRule, Response
from engine.facts.book import Book
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.lots import Lot
from rulebooks.ground import GroundBan, GroundBook, GroundLimit, GroundRequire, GroundWindow, PastEvent

Place = tuple[AccountId, Symbol]
Force = Literal["hard", "soft", "none"]
"""hard: blocks or needs approval. soft: warns. none: does not change the decision."""

LAW = "wash sale"
"""Named as the rule where only the law speaks: a loss that would be disallowed is no gain to anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Why something may not trade; `rule` is None for the law."""

    rule: CheckedRule | None
    words: str

    @property
    def name(self) -> str:
        """The rule's id, or the law's name."""
        return LAW if self.rule is None else self.rule.id


@dataclass(slots=True, kw_only=True)
class Locks:
    """Everything closed, first reason kept; filled once while the model is built."""

    buys: dict[Place, Lock] = field(default_factory=dict)
    sales: dict[Place, Lock] = field(default_factory=dict)
    lots: dict[tuple[AccountId, LotId], Lock] = field(default_factory=dict)
    pairs: set[tuple[Place, Place]] = field(default_factory=set)  # a purchase, and sales that exclude it
    exclusive: set[tuple[AccountId, LotId]] = field(default_factory=set)  # lots whose sale does


def force_of(rule: CheckedRule) -> Force:
    """Return what an active breach of the rule does to a list."""
    return response_force(rule.on_active)


def response_force(responses: Iterable[Response]) -> Force:
    """Return the strongest force among responses; none given means block."""
    kinds = {response.kind for response in responses}
    if not kinds or kinds & {"block", "approval"}:
        return "hard"
    return "soft" if "warn" in kinds else "none"


def locks_of(ground: GroundBook, *, soft: bool = True) -> Locks:
    """Return every lock that the ground book holds; soft False leaves out rules that only warn."""
    locks = Locks()
    allowed = {"hard", "soft"} if soft else {"hard"}
    for ban in ground.bans:
        if ban.standing == "applies":
            _ban(locks, ban, allowed)
    for window in ground.windows:
        if window.standing == "applies" and window.waiver is None:
            _window(locks, window, ground.book, allowed)
    for need in ground.requires:
        if need.standing == "applies":
            _require(locks, need, ground.book, allowed)
    for limit in ground.limits:
        if limit.standing == "applies":
            _unknown(locks, limit, allowed)
    return locks


def _ban(locks: Locks, ban: GroundBan, allowed: set[str]) -> None:
    rule = ban.rule.rule
    if ban.waiver is not None and ban.waived is None:
        return
    lock = Lock(rule=rule, words=ban.rule.rule.title)
    known = force_of(rule) in allowed
    unknown = response_force((rule.missing,)) in allowed
    buying, selling = bool(ban.actions & {"buying", "increasing"}), "selling" in ban.actions
    if ban.lots is not None:
        for key, covered in ban.lots.items():
            if selling and ((covered is True and known) or (covered is None and unknown)):
                locks.lots.setdefault(key, lock)
    for place, covered in ban.securities.items():
        if not ((covered is True and known) or (covered is None and unknown)):
            continue
        if buying:
            locks.buys.setdefault(place, lock)
        if selling and ban.lots is None:
            locks.sales.setdefault(place, lock)


def _require(locks: Locks, need: GroundRequire, book: Book, allowed: set[str]) -> None:
    rule = need.rule.rule
    lock = Lock(rule=rule, words=rule.title)
    for (account, symbol), holds in need.facts.items():
        if holds is True:
            continue
        force = force_of(rule) if holds is False else response_force((rule.missing,))
        if force not in allowed:
            continue
        symbols = book.securities if symbol is None else (symbol,)
        for name in symbols:
            locks.buys.setdefault((account, name), lock)
            locks.sales.setdefault((account, name), lock)


def _unknown(locks: Locks, limit: GroundLimit, allowed: set[str]) -> None:
    rule = limit.rule.rule
    if response_force((rule.missing,)) not in allowed:
        return
    lock = Lock(rule=rule, words=f"missing data: {limit.missing or rule.title}")
    places = limit.unknown if limit.missing is None else (*limit.unknown, *limit.members)
    for place in places:
        if place[0] in limit.scope.stops:
            locks.buys.setdefault(place, lock)
            locks.sales.setdefault(place, lock)


# ------------------------------------------------------------------ windows

_SALES = frozenset({"sale", "loss_sale", "gain_sale"})


def _window(locks: Locks, window: GroundWindow, book: Book, allowed: set[str]) -> None:
    rule = window.rule.rule
    buying, selling = bool(window.actions & {"buying", "increasing"}), "selling" in window.actions
    places = {place: known for place, known in window.securities.items() if known is not False}
    lots = _sold_lots(window, book, places) if selling else ()
    if window.missing is not None and response_force((rule.missing,)) in allowed:
        lock = Lock(rule=rule, words=window.missing)
        for place in places if buying else ():
            locks.buys.setdefault(place, lock)
        for lot in lots:
            locks.lots.setdefault((lot.account, lot.lot), lock)
    if force_of(rule) not in allowed:
        return
    meeting, held = _by_symbol(window), _lots_by_symbol(book)
    for place in places if buying else ():
        _buying(locks, window, book, place, meeting, held)
    for lot in lots:
        _selling(locks, window, lot, meeting)
    _past(locks, window, book, held)


def _sold_lots(window: GroundWindow, book: Book, places: Iterable[Place]) -> tuple[Lot, ...]:
    """Return the lots whose sale the window covers."""
    if window.lots is None:
        wanted = set(places)
        return tuple(lot for lot in book.lots if (lot.account, lot.symbol) in wanted)
    known = window.lots
    return tuple(lot for lot in book.lots if known.get((lot.account, lot.lot), False) is not False)


Held = dict[Symbol, list[Lot]]
Meeting = dict[Symbol | None, list[tuple[int, PastEvent]]]
"""Events inside a window by symbol, with their place in its list; None: events of every symbol."""


def _by_symbol(window: GroundWindow) -> Meeting:
    found: Meeting = {}
    for place, event in enumerate(window.events):
        found.setdefault(event.symbol, []).append((place, event))
    return found


def _met(window: GroundWindow, symbol: Symbol, meeting: Meeting) -> Iterator[PastEvent]:
    """Return the events that a trade of the symbol meets, in their order."""
    found = list(meeting.get(None, ()))
    for partner in window.partners.get(symbol, frozenset()):
        found.extend(meeting.get(partner, ()))
    return (event for _, event in sorted(found, key=lambda pair: pair[0]))


def _buying(
    locks: Locks, window: GroundWindow, book: Book, place: Place, meeting: Meeting, held: Held
) -> None:
    for event in _met(window, place[1], meeting):
        locks.buys.setdefault(place, Lock(rule=window.rule.rule, words=_event_words(event)))
        break
    if window.window.event in _SALES:
        for lot in _held(window, held, window.partners.get(place[1], frozenset())):
            if _makes(window.window.event, lot, book):
                locks.pairs.add((place, (lot.account, lot.symbol)))
                locks.exclusive.add((lot.account, lot.lot))


def _lots_by_symbol(book: Book) -> Held:
    found: Held = {}
    for lot in book.lots:
        found.setdefault(lot.symbol, []).append(lot)
    return found


def _held(window: GroundWindow, held: Held, symbols: Iterable[Symbol]) -> Iterator[Lot]:
    return (
        lot for symbol in sorted(symbols) for lot in held.get(symbol, ()) if lot.account in window.scope.holds
    )


def _selling(locks: Locks, window: GroundWindow, lot: Lot, meeting: Meeting) -> None:
    for event in _met(window, lot.symbol, meeting):
        if not _own(event, lot):
            lock = Lock(rule=window.rule.rule, words=_event_words(event))
            locks.lots.setdefault((lot.account, lot.lot), lock)
            break
    if window.window.event == "purchase":
        locks.exclusive.add((lot.account, lot.lot))
        for other in window.partners.get(lot.symbol, frozenset()):
            locks.pairs.update(((holder, other), (lot.account, lot.symbol)) for holder in window.scope.holds)


def _past(locks: Locks, window: GroundWindow, book: Book, held: Held) -> None:
    """A past trade that the subject covers is met by an event of today's list, such as a loss sale."""
    for event in window.past_actions:
        assert event.symbol is not None, "a past trade is of a security"
        lock = Lock(rule=window.rule.rule, words=_event_words(event))
        others = window.partners.get(event.symbol, frozenset())
        if window.window.event == "purchase":
            for holder in window.scope.holds:
                for other in others:
                    locks.buys.setdefault((holder, other), lock)
            continue
        for lot in _held(window, held, others):
            if not _own(event, lot) and _makes(window.window.event, lot, book):
                locks.lots.setdefault((lot.account, lot.lot), lock)


def _own(event: PastEvent, lot: Lot) -> bool:
    """Whether the event is the acquisition of these very shares, or of others of the same order."""
    return event.lot == lot.lot or (event.order is not None and event.order == lot.order)


def _makes(event: str, lot: Lot, book: Book) -> bool:
    """Return whether selling the lot today makes the event."""
    if event == "sale":
        return True
    price = book.prices.get(lot.symbol)
    if book.accounts[lot.account].is_retirement:
        return False
    if price is None:
        return True
    gain = price.price * lot.quantity - lot.basis
    return gain < 0 if event == "loss_sale" else gain > 0


def _event_words(event: PastEvent) -> str:
    name = event.event.replace("_", " ")
    of = f" of {event.symbol}" if event.symbol else ""
    where = f" in {event.account}" if event.account else ""
    return f"{name}{of}{where} on {event.day.isoformat()}"
