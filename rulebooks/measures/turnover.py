"""Turnover: half of purchases plus sales, of the period and the list together, over the base before.

    bought 30,000 and sold 30,000 of net assets 200,000: 15%

Purchases are buys, reinvestments, awards and exercises; sales are sales and short sales: no transfers,
no cash flows. Without a period it is that of the calendar year so far. Without history the account's
own `turnover` stands for the year; where it says none either, past trades are missing data.
"""

from datetime import date
from fractions import Fraction

from dsl.policy import Unit
from engine.facts.ids import AccountId
from engine.facts.transactions import TransactionType
from rulebooks.forms import Term, TermKind, constant, linear
from rulebooks.measures.history import period_start
from rulebooks.measures.model import MeasureModule, whole_account
from rulebooks.scene import Ask, Figure, Scene, Taken

HALF = Fraction(1, 2)
TRADED = frozenset(
    {
        TransactionType.BUY,
        TransactionType.REINVEST,
        TransactionType.AWARD,
        TransactionType.EXERCISE,
        TransactionType.SELL,
        TransactionType.SHORT_SELL,
        TransactionType.BUY_TO_COVER,
    }
)
"""Transactions that turn the portfolio over."""


def traded_since(scene: Scene, account: AccountId, first: date) -> Fraction:
    """Return the value of purchases plus sales of an account from `first` to today."""
    book = scene.facts.book
    rows = (
        Fraction(row.total)
        for row in book.transactions or ()
        if row.account == account and row.type in TRADED and first <= row.date <= book.as_of
    )
    return sum(rows, Fraction(0)) * scene.facts.state.rate_of(account)


def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return half of past and proposed trades, over the base before trading."""
    base = scene.value(scene.base)
    past, missing = Fraction(0), None
    first = period_start(ask.period, scene.setting.today, scene.setting.calendar)
    for account in scene.holds:
        stated = scene.facts.book.accounts[account].turnover
        if scene.facts.book.transactions is not None or scene.facts.book.absent == "no_value":
            traded = traded_since(scene, account, first)
            past += HALF * traded
            missing = missing or (scene.facts.state.lacks_rate(account) if traded else None)
        elif stated is not None:
            past += Fraction(stated) * scene.value(linear({Term(TermKind.NET_ASSETS, account): Fraction(1)}))
        else:
            missing = "no transaction history"
    of_list = {Term(kind, a): HALF for kind in (TermKind.BOUGHT, TermKind.SOLD) for a in scene.holds}
    result = whole_account(scene, taken, ask, linear(of_list, past), base=constant(base))
    return result if missing is None else Figure(measure=result.measure, base=result.base, missing=missing)


TURNOVER = MeasureModule(
    name="turnover",
    definition="half of purchases plus sales of the period and the list, over the base before",
    unit=Unit.SHARE,
    figure=figure,
    needs=("transactions",),
)

MEASURES = (TURNOVER,)
