"""Replay: transactions in, ledger out.

    buy 100 at 10 on 2 Jan; sell 100 at 8 on 1 Mar; buy 100 at 9 on 11 Mar
      -> one disposal: gain -200, disallowed 200; one open lot: basis 1,100, held since 13 Jan

Rows may come in any order of dates; those dated after `until` are not known.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import takewhile

from engine.facts.accounts import Account
from engine.facts.failure import InputError, NotModelled
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Disposal, Lot, OpenShort
from engine.facts.readings import TaxReading, WashReadings
from engine.facts.securities import Security
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.abroad import replay_abroad
from engine.ledger.cents import to_cents
from engine.ledger.events.handlers import HANDLERS
from engine.ledger.exact import exact
from engine.ledger.ledger import Ledger
from engine.ledger.pieces import ONE, Piece, Short
from engine.ledger.sequence import in_order
from engine.ledger.state import Setting, State, as_broker, multiplier_of, place_of, right_of, setting_of
from engine.ledger.tell import tell_lots, tell_shorts, tell_sold
from engine.ledger.uncollected import uncollected
from engine.ledger.unmodelled import refuse_unmodelled
from engine.ledger.wash import CHANGE_DAYS

OF_ALL_ACCOUNTS = (TransactionType.SPLIT, TransactionType.NAME_CHANGE)
"""What happens to a security as a whole: such a row may leave the account blank."""


@uncollected()
def replay(
    transactions: Iterable[Transaction],
    *,
    accounts: Mapping[AccountId, Account],
    securities: Mapping[Symbol, Security],
    reading: TaxReading,
    until: date,
    opening: tuple[Lot, ...] = (),
    strict: bool = True,
) -> Ledger:
    """Return lots, disposals and acquisitions as known on `until`.

    opening: lots held before the first transaction.
    strict: raise where more is given up than is held; else note it in `Ledger.shortfalls`.
    Raises InputError with the row that cannot be understood, NotModelled where the law is not.
    """
    state = State(setting=setting_of(accounts, securities, reading, strict=strict))
    rows = in_order(transactions, until=until)
    _refuse_same_names(rows)
    if reading.country not in ("us", "germany"):
        return replay_abroad(state, rows, opening=opening, until=until)
    open_lots(state, opening)
    run(state, rows)
    return ledger_of(state, until=until)


@uncollected()
def extend(ledger: Ledger, transactions: Iterable[Transaction], *, until: date) -> Ledger:
    """Return the ledger after further days; what came before is not replayed.

    Costs what the touched sets of identical securities hold, not what the history is long.
    Raises InputError for a row of a day that the ledger already covers: that needs a replay.
    """
    if ledger.reading.country not in ("us", "germany"):
        raise NotModelled(
            "a ledger of pooled costs is not extended by days", cure="replay the transactions from the start"
        )
    rows = in_order(transactions, until=until)
    if rows and rows[0].date <= ledger.until:
        raise InputError(
            f"a row of {rows[0].date} comes late: the ledger stands at {ledger.until}",
            place=place_of(rows[0]),
            cure="replay the transactions from the start",
        )
    state = ledger.state.fork()
    run(state, rows)
    return ledger_of(state, until=until, before=ledger)


@uncollected()
def replay_as_brokers(
    transactions: Iterable[Transaction],
    *,
    accounts: Mapping[AccountId, Account],
    securities: Mapping[Symbol, Security],
    ledger: Ledger,
    opening: tuple[Lot, ...] = (),
) -> tuple[Disposal, ...]:
    """Return the disposals as the brokers see them: each account alone, identical by CUSIP, default readings.

    The lots sold are those that the ledger sold.
    """
    reading = TaxReading(relief=ledger.reading.relief, wash=WashReadings(cents=ledger.reading.wash.cents))
    setting = as_broker(setting_of(accounts, securities, reading, strict=False))
    state = State(setting=setting)
    open_lots(state, opening)
    run(state, in_order(transactions, until=ledger.until))
    return ledger_of(state, until=ledger.until).disposals


def run(state: State, rows: tuple[Transaction, ...]) -> None:
    """Let transactions happen, in the order given."""
    _count_fills(state, rows)
    for row in rows:
        is_of_all = row.type in OF_ALL_ACCOUNTS and not row.account
        if row.account not in state.setting.accounts and not is_of_all:
            raise InputError(
                f"account `{row.account}` is unknown", place=place_of(row), cure="add it to accounts.csv"
            )
        refuse_unmodelled(state.setting, row)
        state.begin_day(row.date)
        HANDLERS[row.type](state, row)


def ledger_of(state: State, *, until: date, before: Ledger | None = None) -> Ledger:
    """Tell where a replay stands; what `before` told of days long past is taken over."""
    by_row = state.setting.reading.wash.cents == "row_by_row"
    past = () if before is None else _past(before)
    since = past[-1].sold if past else date.min
    sold = [
        row
        for pool in state.pools.values()
        for row in takewhile(lambda row: row.sold > since, reversed(pool.sold))
    ]
    sold.sort(key=lambda row: (row.sold, row.place))
    for row in sold:
        if row.row is None:
            row.row = tell_sold(row, by_row=by_row)
    return Ledger(
        until=until,
        reading=state.setting.reading,
        open_lots=tell_lots(state),
        disposals=past + tuple(row.row for row in sold if row.row is not None),
        acquisitions=tuple(state.acquisitions),
        shortfalls=tuple(state.shortfalls),
        open_shorts=tell_shorts(state),
        state=state,
    )


def _past(ledger: Ledger) -> tuple[Disposal, ...]:
    """Return the disposals that no later transaction can change, all of their days complete."""
    edge = ledger.until - timedelta(days=CHANGE_DAYS)
    return ledger.disposals[: bisect_left(ledger.disposals, edge, key=lambda row: row.sold)]


def open_lots(state: State, lots: Iterable[Lot]) -> None:
    """Hold lots that the records start with, the earliest acquired first; rows of one lot stay together.

    They may replace what is sold within their window, unless they have replaced something already.
    """
    hold_pieces(state, [(lot.sequence, piece_of_lot(state.setting, lot)) for lot in lots])


def hold_pieces(state: State, pieces: Iterable[tuple[int, Piece]]) -> None:
    """Hold pieces of lots; each comes with the sequence that its lot is known to have, 0 where none is."""
    turns: dict[tuple[LotId, date], int] = {}
    ordered = sorted(pieces, key=lambda pair: (pair[1].acquired, pair[0]))
    state.sequence = max((sequence for sequence, _ in ordered), default=0)
    for sequence, piece in ordered:
        key = (piece.lot, piece.acquired)
        if key not in turns:
            turns[key] = sequence or state.next_sequence()
        piece.sequence = turns[key]
        pool = state.pool(piece.account, piece.symbol)
        pool.position(piece.account, piece.symbol).add(piece)
        pool.has_contracts |= piece.right is not None
        if not piece.is_used:
            pool.recent.append(piece)


def piece_of_lot(setting: Setting, lot: Lot) -> Piece:
    """Return a lot as a piece of its own, its place in the order of acquisition still to be given."""
    quantity, original = exact(lot.quantity), exact(lot.original_basis)
    original_unit, told = original / quantity, to_cents(original)
    is_adjusted = lot.basis != lot.original_basis
    basis = exact(lot.basis) if is_adjusted else original
    right = right_of(setting, lot.symbol)
    return Piece(
        lot=lot.lot,
        account=lot.account,
        symbol=lot.symbol,
        quantity=quantity,
        unit=basis / quantity if is_adjusted else original_unit,
        original_unit=original_unit,
        told=to_cents(basis) if is_adjusted else told,
        told_original=told,
        acquired=lot.acquired,
        adjusted=lot.adjusted_acquired,
        sequence=0,
        kind="lot",
        order=lot.order,
        is_used=lot.replaces or lot.basis > lot.original_basis,
        right=right,
        per=multiplier_of(setting, lot.symbol) if right is not None else ONE,
    )


def open_short(state: State, short: OpenShort) -> None:
    """Hold a short sale or written contracts that the records start with."""
    right = right_of(state.setting, short.symbol)
    quantity = exact(short.quantity)
    held = Short(
        lot=short.lot,
        account=short.account,
        symbol=short.symbol,
        quantity=quantity,
        unit=exact(short.proceeds) / quantity,
        told=to_cents(exact(short.proceeds)),
        opened=short.opened,
        sequence=state.next_sequence(),
        order=short.order,
        right=right,
        per=multiplier_of(state.setting, short.symbol) if right is not None else exact(1),
        carried=exact(short.carried) / quantity,
        told_carried=to_cents(exact(short.carried)),
        is_used=short.replaces,
    )
    pool = state.pool(short.account, short.symbol)
    pool.shorts.setdefault((short.account, short.symbol), []).append(held)


def _refuse_same_names(rows: tuple[Transaction, ...]) -> None:
    """Refuse two rows of one id: lots are named by it, and a row imported twice would count twice."""
    seen: dict[TransactionId, Transaction] = {}
    for row in rows:
        other = seen.get(row.id)
        seen[row.id] = row
        if other is not None:
            raise InputError(
                f"the id `{row.id}` stands twice, on {other.date} and {row.date}",
                place=place_of(row),
                cure="give each transaction an id of its own; leave out rows that were imported twice",
            )


def _count_fills(state: State, rows: tuple[Transaction, ...]) -> None:
    """Note how many rows of one day make up each sell order."""
    state.fills_left.clear()
    for row in rows:
        if row.type is TransactionType.SELL and row.order is not None and row.symbol is not None:
            key = (row.date, row.account, row.symbol, row.order)
            state.fills_left[key] = state.fills_left.get(key, 0) + 1
