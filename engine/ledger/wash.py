"""Wash sales: losses meet replacements, share for share.

A *pool* is one household's shares of one set of identical securities, over all its accounts. Losses take
replacements in the order of the losses; each takes the earliest acquisition first, whatever the account:

    100 sold at a loss of 1,000; 50 bought 21 days before and 25 bought 13 days before
      -> 750 disallowed: 500 to the lot of 50, 250 to the lot of 25 (26 CFR 1.1091-1(c), (d))

Because purchases arrive in order of time, one pass is enough: a loss first takes shares bought before it
that are still held; what is left of it waits 30 days, and each purchase serves the losses that wait.
A replacement share is used once (26 CFR 1.1091-1(e)).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import takewhile
from typing import NamedTuple

from engine.facts.accounts import Account
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.lots import Lot
from engine.facts.readings import WashReadings
from engine.ledger.cents import to_cents
from engine.ledger.holdings import Position
from engine.ledger.pieces import ZERO, Match, Piece, Short, Sold
from engine.ledger.terms import WINDOW_DAYS

CHANGE_DAYS = 2 * WINDOW_DAYS + 2
"""A sale older than this, counted from the last one, is never told differently again."""


@dataclass(slots=True, eq=False)
class Pool:
    """One household's shares of one set of identical securities."""

    positions: dict[tuple[AccountId, Symbol], Position] = field(default_factory=dict)
    recent: list[Piece] = field(default_factory=list)  # may replace, unused, held; by acquisition
    waiting: list[Sold] = field(default_factory=list)  # losses inside their window, by sale
    sold: list[Sold] = field(default_factory=list)
    shorts: dict[tuple[AccountId, Symbol], list[Short]] = field(default_factory=dict)
    closed_short: list[Sold] = field(default_factory=list)  # losses on closing, inside their window
    memory_days: int = WINDOW_DAYS  # how long a purchase is remembered
    has_contracts: bool = False  # options or warrants were ever bought in it
    told: tuple[Lot, ...] | None = None  # its open lots as rows, until something changes

    def position(self, account: AccountId, symbol: Symbol) -> Position:
        """Return what an account holds of a security; an empty position the first time."""
        found = self.positions.get((account, symbol))
        if found is None:
            found = self.positions[(account, symbol)] = Position()
        return found

    def late_sales(self, today: date) -> list[Sold]:
        """Return the sales that a transaction of today can still change, earliest first."""
        reach = today - timedelta(days=CHANGE_DAYS)
        return list(takewhile(lambda row: row.sold >= reach, reversed(self.sold)))[::-1]

    def forget_before(self, today: date) -> None:
        """Let go of what is outside every window that a transaction of today can have."""
        edge = today - timedelta(days=WINDOW_DAYS)
        memory = today - timedelta(days=self.memory_days)
        if self.waiting and self.waiting[0].window_day < edge:
            self.waiting = [loss for loss in self.waiting if loss.window_day >= edge and loss.unreplaced]
        if self.closed_short and self.closed_short[0].sold < edge:
            self.closed_short = [loss for loss in self.closed_short if loss.sold >= edge]
        since = memory
        if self.shorts:
            entries = (short.opened - timedelta(days=WINDOW_DAYS) for short in self.open_shorts())
            since = min((memory, *entries))
        if self.recent and self.recent[0].acquired < since:
            self.recent = [p for p in self.recent if p.acquired >= since and p.quantity and not p.is_used]

    def let_wait(self, loss: Sold) -> None:
        """Let a loss wait for purchases, in the order of the sales."""
        self.waiting.append(loss)
        if len(self.waiting) > 1 and self.waiting[-2].turn > loss.turn:
            self.waiting.sort(key=lambda one: one.turn)

    def open_shorts(self) -> list[Short]:
        """Return what is sold short or written and still open, the earliest first."""
        if not self.shorts:
            return []
        found = [short for shorts in self.shorts.values() for short in shorts if short.quantity]
        return sorted(found, key=lambda short: short.sequence)


def copy_pool(pool: Pool) -> Pool:
    """Return an equal pool of its own, as far as anything in it can still change."""
    pieces: dict[int, Piece] = {}
    positions = {key: position.copy(pieces) for key, position in pool.positions.items()}
    losses = {id(loss): loss.copy() for loss in [*_changeable(pool), *pool.waiting, *pool.closed_short]}
    kept = len(pool.sold) - len(_changeable(pool))
    return Pool(
        positions=positions,
        recent=[pieces[id(piece)] for piece in pool.recent if piece.quantity and id(piece) in pieces],
        waiting=[losses[id(loss)] for loss in pool.waiting],
        sold=pool.sold[:kept] + [losses[id(sold)] for sold in pool.sold[kept:]],
        shorts={key: [replace(short) for short in shorts] for key, shorts in pool.shorts.items()},
        closed_short=[losses[id(loss)] for loss in pool.closed_short],
        memory_days=pool.memory_days,
        has_contracts=pool.has_contracts,
    )


def _changeable(pool: Pool) -> list[Sold]:
    """Return the last sales of a pool, as far back as a loss, or a sale to be restated, can reach."""
    if not pool.sold:
        return []
    return pool.late_sales(pool.sold[-1].sold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What matching depends on besides the shares: the readings and whose account is whose."""

    wash: WashReadings
    accounts: Mapping[AccountId, Account]

    def counts(self, piece: Piece) -> bool:
        """Return whether an acquisition in this account can replace anything at all."""
        owner = self.accounts[piece.account]
        left_out = owner.is_retirement and owner.owner == "spouse"
        return not (left_out and self.wash.spouse_retirement == "not_counted")

    def is_permanent(self, loss: Sold, account: AccountId) -> bool:
        """Return whether the loss is gone for good: the replacement's basis does not rise.

        Source: Rev. Rul. 2008-5; Pub. 550 for the spouse.
        """
        owner = self.accounts[account]
        across_spouses = (owner.owner == "spouse") != (self.accounts[loss.account].owner == "spouse")
        return owner.is_retirement or (across_spouses and self.wash.spouse_basis == "unchanged")


def look_back(pool: Pool, loss: Sold, law: Law) -> None:
    """Match a loss with shares bought before it that are still held."""
    pool.recent = [piece for piece in pool.recent if piece.quantity and not piece.is_used]
    for piece in pool.recent:
        if not loss.unreplaced:
            return
        if is_replacement(loss, piece, law):
            match_shares(pool, loss, piece, law)


def look_ahead(pool: Pool, piece: Piece, law: Law) -> None:
    """Match shares just acquired with the losses that wait, the earliest sale first."""
    for loss in pool.waiting:
        if piece.is_used or not piece.quantity:
            return
        if loss.unreplaced and is_replacement(loss, piece, law):
            match_shares(pool, loss, piece, law)


def is_replacement(loss: Sold, piece: Piece, law: Law) -> bool:
    """Return whether shares held can replace shares sold at a loss."""
    return why_not(loss, piece, law) is None


def why_not(loss: Sold, piece: Piece, law: Law) -> str | None:
    """Return why shares do not replace those sold at a loss, in a few words; None if they do."""
    days = (piece.acquired - loss.window_day).days
    if not is_alike(loss, piece.right, piece.symbol, law):
        return "not substantially identical to what was sold"
    if not piece.may_replace:
        return "not acquired by purchase"
    if piece.is_used:
        return "already used as the replacement of another loss"
    if not piece.quantity:
        return "no longer held when the loss was made"
    if abs(days) > WINDOW_DAYS:
        return f"outside the window by {abs(days) - WINDOW_DAYS} days"
    if is_own(loss, piece, law):
        return "of the same lot or order as the shares sold"
    if not law.wash.earlier_purchase_replacement and piece.sequence < loss.sequence and days <= 0:
        return "bought before the shares sold"
    if not law.counts(piece):
        return "in the spouse's retirement account, which this policy does not count"
    return None


def is_own(loss: Sold, piece: Piece, law: Law) -> bool:
    """Return whether the shares were acquired together with those sold.

    Source: Rev. Rul. 56-602.
    """
    if piece.lot == loss.lot:
        return True
    same_place = piece.account == loss.account and piece.symbol == loss.symbol
    if same_place and piece.order is not None and piece.order == loss.order:
        return True
    together = law.wash.same_day_purchases == "together"
    return together and same_place and piece.acquired == loss.acquired


def is_alike(loss: Sold, right: str | None, symbol: Symbol, law: Law) -> bool:
    """Return whether a security of the pool is identical to what was sold, or a contract to acquire it.

    A call (or warrant) bought replaces shares; an option replaces the same option, shares replace none.
    Source: 26 U.S.C. 1091(a); Pub. 550.
    """
    if loss.right is None:
        return right in (None, "call")
    return symbol == loss.symbol or (law.wash.written_puts and right == loss.right)


def match_shares(pool: Pool, loss: Sold, piece: Piece, law: Law) -> None:
    """Let as many shares of `piece` as there are replace shares of `loss`."""
    is_contract = piece.right is not None and loss.right is None
    there = piece.quantity * piece.per if is_contract else piece.quantity
    quantity = loss.unreplaced
    if there < quantity:
        quantity = there
    assert quantity > ZERO, "a match is of some shares"
    part = _part(pool, piece, quantity / piece.per if is_contract else quantity)
    permanent = law.is_permanent(loss, part.account)
    place = Place(part.lot, part.account, part.symbol, part.acquired)
    match = disallow(loss, place, quantity=quantity, units=part.quantity, permanent=permanent)
    part.is_used = True
    if not permanent and loss.is_loss:
        part.unit += match.disallowed / part.quantity
        part.told += match.told
        part.adjusted = tacked_from(loss, part.adjusted, law.wash)


def _part(pool: Pool, piece: Piece, quantity: Fraction) -> Piece:
    """Return the shares used as a piece of their own, in the same lot."""
    if quantity == piece.quantity:
        return piece
    part = piece.split_off(quantity)
    pool.position(part.account, part.symbol).add_before(part, piece)
    return part


class Place(NamedTuple):
    """What took a loss over: which lot, where, since when."""

    lot: LotId
    account: AccountId
    symbol: Symbol
    acquired: date


def disallow(loss: Sold, place: Place, *, quantity: Fraction, units: Fraction, permanent: bool) -> Match:
    """Record what part of a loss these shares disallow.

    quantity: of the shares sold at the loss; units: of what replaces them.
    Source: 26 U.S.C. 1091(a), (b).
    """
    whole, shares = loss.loss, loss.shares
    loss.replaced = replaced = loss.replaced + quantity if loss.replaced else quantity
    is_all = replaced == shares
    if is_all:
        exact = whole - loss.disallowed if loss.disallowed else whole
        so_far = loss.told_loss
    else:
        exact = whole * quantity / shares
        so_far = min(loss.told_loss, to_cents(loss.disallowed + exact))
    match = Match(
        lot=place.lot,
        account=place.account,
        symbol=place.symbol,
        acquired=place.acquired,
        quantity=units,
        disallowed=exact,
        told=max(0, so_far - loss.told_disallowed),
        permanent=permanent,
    )
    loss.matches += (match,)
    loss.disallowed = whole if is_all else loss.disallowed + exact
    loss.told_disallowed += match.told
    loss.row = None
    assert loss.disallowed <= whole, "no more is disallowed than was lost"
    return match


def tacked_from(loss: Sold, since: date, wash: WashReadings) -> date:
    """Return from when shares held since `since` count as held, once they have replaced those sold.

    By default that date less the days that the shares sold were held; 308 days and 84 days are 392.
    Source: 26 U.S.C. 1223(3).
    """
    held = loss.window_day - loss.adjusted
    match wash.overlapping_days:
        case "both":
            return since - held
        case "once":
            overlap = max(timedelta(0), loss.window_day - max(since, loss.adjusted))
            return since - max(timedelta(0), held - overlap)
        case "old_date":
            return min(since, loss.adjusted)
