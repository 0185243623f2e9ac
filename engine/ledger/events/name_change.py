"""Name changes: the security stays what it is and answers to another symbol, in every account."""

from engine.facts.ids import Symbol
from engine.facts.transactions import Transaction
from engine.ledger.events.spin_off import parent_of
from engine.ledger.state import State, pool_key, symbol_of
from engine.ledger.wash import Pool


def name_change(state: State, row: Transaction) -> None:
    """Rename what is held and what recent losses look for; a second report of it changes nothing."""
    old, new = parent_of(row), symbol_of(row)
    for account in state.setting.accounts:
        if pool_key(state.setting, account, old) in state.pools:
            _rename(state.pool(account, old), state.pool(account, new), old, new)


def _rename(source: Pool, target: Pool, old: Symbol, new: Symbol) -> None:
    for account, symbol in [key for key in source.positions if key[1] == old]:
        position = source.positions.pop((account, symbol))
        into = target.position(account, new)
        for piece in list(position.pieces()):
            piece.symbol = new
            into.add(piece)
    for key in [key for key in source.shorts if key[1] == old]:
        shorts = source.shorts.pop(key)
        for short in shorts:
            short.symbol = new
        target.shorts.setdefault((key[0], new), []).extend(shorts)
    if source is not target:
        _move_windows(source, target, old, new)
    for loss in target.waiting:
        if loss.symbol == old:
            loss.symbol = new


def _move_windows(source: Pool, target: Pool, old: Symbol, new: Symbol) -> None:
    """Let losses and recent purchases of the old name go on in the pool of the new one."""
    target.recent = sorted(
        [*target.recent, *(piece for piece in source.recent if piece.symbol == new)],
        key=lambda piece: (piece.acquired, piece.sequence),
    )
    source.recent = [piece for piece in source.recent if piece.symbol != new]
    moved = [loss for loss in source.waiting if loss.symbol == old]
    source.waiting = [loss for loss in source.waiting if loss.symbol != old]
    target.waiting = sorted([*target.waiting, *moved], key=lambda loss: loss.place)
