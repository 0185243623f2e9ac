"""From the options of `rebalance` to one request, checked against the book.

    --raise 50000 USD by 2026-06-01     the words after the amount may stand without quotes

Amounts are money in the currency of the policy; `USD` after one may be said and is checked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from engine.facts.failure import InputError
from engine.facts.ids import LotId
from engine.facts.money import read_decimal, read_share
from engine.gate.measure import currency_of
from engine.shell import work
from optimizer.settings import BackTo, Intent, IntentKind
from rulebooks.ground import GroundBook

BACK_TO: dict[str, BackTo] = {"target": "target", "edge": "nearest edge", "halfway": "halfway"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was typed; `rest` are words that stand after an amount: a currency, `by` and a date."""

    raising: str | None = None
    investing: str | None = None
    only_harvest: bool = False
    max_gain: str | None = None
    max_tracking_error: str | None = None
    locked: tuple[str, ...] = ()
    to: str | None = None
    transition: bool = False
    rest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A request with what it is asked of: mandates (None: those that govern the book), a book, two times."""

    policy: tuple[str, ...] | None
    book: str
    as_of: datetime | None
    known: datetime | None
    request: Request


@contextmanager
def opened(setup: Setup, *, laid: bool = True) -> Iterator[tuple[work.Desk, Intent]]:
    """Give the desk of a setup, and the intent of its request over that book.

    laid: with the rules laid out, as `work.opened` has it. Raises what `work.opened` does, and InputError
    for what cannot be meant.
    """
    with work.opened(setup.policy, setup.book, setup.as_of, setup.known, laid=laid) as desk:
        yield desk, intent_of(setup.request, desk.ground, currency=currency_of(desk.ground))


def intent_of(request: Request, ground: GroundBook, *, currency: str) -> Intent:
    """Return the intent of a request over a book; raises InputError for what cannot be meant."""
    goals = {
        "--raise": request.raising is not None,
        "--invest": request.investing is not None,
        "--only": request.only_harvest,
        "--transition": request.transition,
    }
    chosen = [name for name, said in goals.items() if said]
    if len(chosen) > 1:
        raise InputError(f"{' and '.join(chosen)} are two requests", place=chosen[1], cure="ask for one")
    if request.to is not None and chosen not in ([], ["--transition"]):
        raise InputError("only a rebalance comes back to a target", place="--to", cure="leave --to out")
    amount, due = _amount_and_day(request, ground, currency)
    return Intent(
        kind=_kind(request),
        amount=amount,
        due=due,
        max_gain=None if request.max_gain is None else _money(request.max_gain, "--max-gain", currency),
        max_tracking_error=_share(request.max_tracking_error, "--max-tracking-error"),
        locked=_lots(request.locked, ground),
        to=_back_to(request),
        anyway=request.transition,
    )


def _kind(request: Request) -> IntentKind:
    if request.raising is not None:
        return "raise"
    if request.investing is not None:
        return "invest"
    return "harvest" if request.only_harvest else "rebalance"


def _back_to(request: Request) -> BackTo | None:
    if request.to is None:
        return "target" if request.transition else None
    return BACK_TO[request.to]


def _amount_and_day(
    request: Request, ground: GroundBook, currency: str
) -> tuple[Decimal | None, date | None]:
    place: Literal["--raise", "--invest"] = "--invest" if request.raising is None else "--raise"
    said = request.investing if request.raising is None else request.raising
    inside = (said or "").split()
    first, words = "".join(inside[:1]), [*inside[1:], *request.rest]
    due = None
    if "by" in words:
        at = words.index("by")
        due = _day(words[at + 1 : at + 2], ground.book.as_of)
        del words[at : at + 2]
        if request.raising is None:
            raise InputError("only cash that is raised has a day", place="by", cure="leave `by` out")
    for word in words:
        if word != currency:
            raise InputError(
                f"`{word}` is no part of an amount", place=place, cure=f"write {place} 50000 {currency}"
            )
    if said is None or (first == "all" and request.investing is not None):
        return None, due
    return _money(first, place, currency), due


def _day(words: list[str], today: date) -> date:
    try:
        day = date.fromisoformat(words[0])
    except (IndexError, ValueError):
        told = f"`{words[0]}` is not a date" if words else "`by` without a date"
        raise InputError(told, place="--raise", cure=f"write by {today.isoformat()}") from None
    if day < today:
        raise InputError(f"{day} is before the book's day, {today}", place="--raise", cure="name a later day")
    return day


def _money(text: str, place: str, currency: str) -> Decimal:
    words = text.split()
    try:
        amount = read_decimal(words[0])
    except (IndexError, ValueError):
        raise InputError(f"`{text}` is not an amount of money", place=place, cure="write 50000") from None
    if words[1:] not in ([], [currency]):
        raise InputError(f"`{text}` is not in {currency}", place=place, cure=f"say it in {currency}")
    if amount < 0 or (amount == 0 and place != "--max-gain"):
        raise InputError(f"{text} is not a positive amount", place=place, cure="write 50000")
    return amount


def _share(text: str | None, place: str) -> Decimal | None:
    """Return a share such as `2%` as a fraction of one; None where none is said."""
    if text is None:
        return None
    try:
        share = read_share(text)
    except ValueError:
        share = Decimal(0)
    if not 0 < share < 1:
        raise InputError(f"`{text}` is not a share between 0% and 100%", place=place, cure="write 2%")
    return share


def _lots(names: tuple[str, ...], ground: GroundBook) -> tuple[LotId, ...]:
    known = {lot.lot for lot in ground.book.lots if lot.account in ground.accounts}
    for name in names:
        if name not in known:
            raise InputError(
                f"there is no open lot `{name}`", place="--lock", cure="`guardband lots` lists the open lots"
            )
    return tuple(LotId(name) for name in dict.fromkeys(names))
