"""Average cost: by election, the shares of a fund in one account have one basis per share.

    100 bought at 10, 100 at 20; 100 sold at 18: basis 15 a share, a gain of 300, held since the first day

The election stands in accounts.csv, column `average_cost`: `yes` for all funds of the account, or symbols
(also those of a dividend reinvestment plan kept in an account of its own), each with the day from which it
holds where it is not all along: `VFIAX; KO from 2019-03-01`. Shares sold are the earliest acquired ones, so a
sale names no lot; a loss that a wash sale adds to some shares is averaged over all of them.

Rejected: one pool instead of lots. Terms, windows and tacked days still go by the single purchase.
Source: 26 U.S.C. 1012(c), (d); 26 CFR 1.1012-1(e).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import lru_cache

from engine.facts.failure import InputError, NotModelled
from engine.facts.ids import AccountId, Symbol
from engine.facts.securities import EXEMPT_FROM_WASH
from engine.ledger.cents import apportion
from engine.ledger.pieces import ZERO, Piece
from engine.ledger.state import Setting, is_fund

ALL_FUNDS = "yes"


def is_averaged(setting: Setting, account: AccountId, symbol: Symbol, day: date) -> bool:
    """Return whether shares of a security in an account are under the election on a day.

    Raises InputError where accounts.csv says something else than symbols and days.
    """
    said = setting.accounts[account].average_cost
    if said is None or setting.reading.country != "us":
        return False
    since = elections(said, account)
    if symbol in since:
        return since[symbol] <= day
    security = setting.securities.get(symbol)
    is_company = is_fund(security) and security is not None and security.asset_class not in EXEMPT_FROM_WASH
    return is_company and ALL_FUNDS in since and since[ALL_FUNDS] <= day


@lru_cache(maxsize=1024)
def elections(said: str, account: str) -> Mapping[str, date]:
    """Return from when the election holds, by symbol (or `yes`, for all funds)."""
    found: dict[str, date] = {}
    for part in (part.strip() for part in said.split(";")):
        symbol, _, day = part.partition(" from ")
        try:
            found[symbol.strip()] = date.fromisoformat(day.strip()) if day else date.min
        except ValueError:
            raise InputError(
                f"`{part}` names no day from which average cost holds",
                place=f"accounts.csv, account `{account}`, column average_cost",
                cure="write `yes`, or symbols such as `VFIAX; KO from 2019-03-01`",
            ) from None
    found.pop("no", None)
    return found


def average(pieces: Iterable[Piece]) -> None:
    """Give all shares one basis per share; what is told in cents is divided by shares.

    Raises NotModelled for gifts that were worth less than the donor's basis: they have two bases.
    """
    rows = [piece for piece in pieces if piece.quantity]
    if any(row.loss_unit is not None for row in rows):
        raise NotModelled(
            f"a gift of `{rows[0].symbol}` that was worth less than the donor's basis is averaged",
            place="26 CFR 1.1012-1(e)(1)(ii)",
            cure="state the value of the day as its basis, as the election asks",
        )
    if len({(row.unit, row.original_unit) for row in rows}) < 2:
        return
    shares = sum((row.quantity for row in rows), ZERO)
    unit = sum((row.basis for row in rows), ZERO) / shares
    original = sum((row.original_unit * row.quantity for row in rows), ZERO) / shares
    sizes = [row.quantity / shares for row in rows]
    told = _shared(sum(row.told for row in rows), sizes)
    told_original = _shared(sum(row.told_original for row in rows), sizes)
    for row, cents, original_cents in zip(rows, told, told_original, strict=True):
        row.unit, row.original_unit = unit, original
        row.told, row.told_original = cents, original_cents


def _shared(cents: int, sizes: list[Fraction]) -> tuple[int, ...]:
    return apportion(cents, tuple(cents * size for size in sizes))
