"""Losses on shares of a fund held six months or less: what its dividends make of them.

    bought at 40, an exempt-interest dividend of 5, sold at 34: a loss of 6, of which 5 is disallowed
    bought at 40, a capital gain dividend of 4, sold at 34: a loss of 6, of which 4 is long-term

The dividends are rows of `dividend` whose note says `exempt interest` or `capital gain`. Six months run from
the day after the purchase; days taken over from washed sales do not count (26 U.S.C. 246(c)(3)).
Source: 26 U.S.C. 852(b)(4); Pub. 550.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine.facts.failure import NotModelled
from engine.facts.ids import Symbol
from engine.facts.lots import Disposal
from engine.facts.money import cents_half_up
from engine.facts.securities import Security
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.state import is_fund
from engine.ledger.tax.stretches import Stretch, ex_date_of
from engine.ledger.terms import months_after

MONTHS = 6
EXEMPT_INTEREST = "exempt interest"
CAPITAL_GAIN = "capital gain"


@dataclass(frozen=True, slots=True, kw_only=True)
class FundLoss:
    """A loss of which a part is disallowed or long-term; both are sizes, together no more than the loss."""

    row: Disposal
    disallowed: Decimal  # by exempt-interest dividends; gone for good
    long: Decimal  # by capital gain dividends


def is_marked(row: Transaction, words: str) -> bool:
    """Return whether a dividend is of a kind, by its note."""
    return row.type is TransactionType.DIVIDEND and is_noted(row, words)


def is_noted(row: Transaction, words: str) -> bool:
    """Return whether the note of a row has these words."""
    return words in " ".join((row.note or "").casefold().replace("-", " ").split())


def fund_losses(
    disposals: Iterable[Disposal],
    transactions: Iterable[Transaction],
    held: Iterable[Stretch],
    *,
    securities: Mapping[Symbol, Security],
) -> tuple[FundLoss, ...]:
    """Return the losses on short-held fund shares that such dividends change.

    held: all shares of the return, sold or not, with the days on which they were held.
    Funds marked `daily_exempt_interest yes` in securities.csv are outside the first rule (852(b)(4)(E)).
    Raises NotModelled where such a loss is a wash sale too, or a split lies between dividend and sale.
    """
    rows = tuple(transactions)
    paid = [row for row in rows if is_marked(row, EXEMPT_INTEREST) or is_marked(row, CAPITAL_GAIN)]
    if not paid:
        return ()
    stretches = tuple(held)
    splits = [row for row in rows if row.type is TransactionType.SPLIT]
    found = []
    for row in disposals:
        own = [one for one in paid if (one.account, one.symbol) == (row.account, row.symbol)]
        own = [one for one in own if row.acquired < ex_date_of(one) <= row.sold]
        if own and _is_short_held_loss(row, securities.get(row.symbol)):
            _refuse(row, own, splits)
            found.append(_fund_loss(row, own, stretches, securities.get(row.symbol)))
    return tuple(one for one in found if one.disallowed or one.long)


def _is_short_held_loss(row: Disposal, security: Security | None) -> bool:
    is_taxed_loss = row.term == "short" and row.gain < 0
    return is_taxed_loss and is_fund(security) and row.sold <= months_after(row.acquired, MONTHS)


def _fund_loss(
    row: Disposal, dividends: list[Transaction], held: tuple[Stretch, ...], security: Security | None
) -> FundLoss:
    is_daily = security is not None and security.attributes.get("daily_exempt_interest") == "yes"
    exempt = Decimal(0) if is_daily else _received(row, dividends, held, EXEMPT_INTEREST)
    disallowed = min(-row.gain, exempt)
    long = min(-row.gain - disallowed, _received(row, dividends, held, CAPITAL_GAIN))
    return FundLoss(row=row, disallowed=disallowed, long=long)


def _received(row: Disposal, dividends: list[Transaction], held: tuple[Stretch, ...], words: str) -> Decimal:
    """Return what the shares of a sale received of one kind: their part of all shares entitled to it."""
    total = Fraction(0)
    for one in dividends:
        if is_marked(one, words):
            ex, place = ex_date_of(one), (row.account, row.symbol)
            entitled = sum(
                (
                    Fraction(s.quantity)
                    for s in held
                    if (s.account, s.symbol) == place and s.start < ex <= s.end
                ),
                Fraction(0),
            )
            total += Fraction(one.total) * Fraction(row.quantity) / entitled
    return cents_half_up(total)


def _refuse(row: Disposal, dividends: list[Transaction], splits: list[Transaction]) -> None:
    place, cure = f"sale `{row.sale}` of {row.sold}", "have this sale computed by hand"
    if row.disallowed:
        raise NotModelled(
            f"the loss on `{row.symbol}`, held six months or less, is a wash sale and meets dividends of "
            "26 U.S.C. 852(b)(4): which rule goes first is not settled",
            place=place,
            cure=cure,
        )
    first = min(ex_date_of(one) for one in dividends)
    if any(one.symbol == row.symbol and one.date >= first for one in splits):
        raise NotModelled(
            f"`{row.symbol}` was split after a dividend that changes a loss (26 U.S.C. 852(b)(4))",
            place=place,
            cure=cure,
        )
