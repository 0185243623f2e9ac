"""Gains: what the year, or another period, has recognized so far, the list included.

    recognized so far 21,000, the list realizes 5,000: net_realized_gains 26,000

Recognized gains are gains after disallowance; sales in retirement accounts are none. The terms count
the calendar year; another period adds what it holds besides, less what of the year it leaves out.
"""

from collections.abc import Collection
from fractions import Fraction

from dsl.policy import Unit
from engine.facts.ids import AccountId
from rulebooks.forms import Term, TermKind, less, linear
from rulebooks.measures.history import period_start
from rulebooks.measures.model import MeasureModule, unknown_of, whole_account
from rulebooks.scene import Ask, Figure, Scene, Taken
from rulebooks.universe import Slice, merged, positions_in

_TERMS = {TermKind.GAIN_SHORT: "short", TermKind.GAIN_LONG: "long"}


def _beyond_the_year(
    scene: Scene, ask: Ask, kinds: tuple[TermKind, ...], accounts: Collection[AccountId]
) -> Fraction:
    """Return recognized gains of accounts in the period less those of the calendar year so far."""
    book, today = scene.facts.book, scene.setting.today
    first = period_start(ask.period, today, scene.setting.calendar)
    start = today.replace(month=1, day=1)
    if first == start:
        return Fraction(0)
    wanted = {_TERMS[kind] for kind in kinds}
    change = Fraction(0)
    for row in book.disposals or ():
        if row.account in accounts and row.term in wanted and row.sold <= today:
            counted = (row.sold >= first) - (row.sold >= start)
            change += counted * Fraction(row.recognized) * scene.facts.state.rate_of(row.account)
    return change


def _missing(scene: Scene, ask: Ask, kinds: tuple[TermKind, ...]) -> str | None:
    """Return why past gains are unknown: no history, and accounts.csv states none; or no rate for them."""
    if not scene.without_history:
        return _without_rate(scene, ask, kinds)
    for account in scene.holds:
        row = scene.facts.book.accounts[account]
        stated = {TermKind.GAIN_SHORT: row.realized_short, TermKind.GAIN_LONG: row.realized_long}
        if not row.is_retirement and any(stated[kind] is None for kind in kinds):
            return "no transaction history"
    return None


def _without_rate(scene: Scene, ask: Ask, kinds: tuple[TermKind, ...]) -> str | None:
    """Return that gains of the period are in a currency without a rate, or None."""
    first = period_start(ask.period, scene.setting.today, scene.setting.calendar)
    wanted = {_TERMS[kind] for kind in kinds}
    lacking = (
        scene.facts.state.lacks_rate(row.account)
        for row in scene.facts.book.disposals or ()
        if row.account in scene.holds and row.term in wanted and first <= row.sold <= scene.setting.today
    )
    return next((words for words in lacking if words is not None), None)


def _realized(scene: Scene, taken: Taken, ask: Ask, *kinds: TermKind) -> Figure:
    terms = {Term(kind, account): Fraction(1) for kind in kinds for account in scene.holds}
    form = linear(terms, _beyond_the_year(scene, ask, kinds, scene.holds))
    figure = whole_account(scene, taken, ask, form, base=None)
    missing = figure.missing or _missing(scene, ask, kinds)
    return Figure(measure=form, base=None, missing=missing)


def short_term(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return recognized short-term gains."""
    return _realized(scene, taken, ask, TermKind.GAIN_SHORT)


def long_term(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return recognized long-term gains."""
    return _realized(scene, taken, ask, TermKind.GAIN_LONG)


def net(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return recognized gains of both terms."""
    return _realized(scene, taken, ask, TermKind.GAIN_SHORT, TermKind.GAIN_LONG)


def unrealized(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return value less basis of what is held."""
    held: tuple[Slice, ...] = tuple(part for part in taken.slices if not part.is_cash)
    worth, lacking = scene.worth(held, "market")
    basis = merged((Term(TermKind.COST, s.account, s.symbol), s.share) for s in held)
    form = less(worth, basis)
    return Figure(measure=form, base=None, members=positions_in(held), unknown=unknown_of(taken, lacking))


def tax_cost(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return tax on the list's gains at each account's own rates; on the period's where one is named."""
    terms: dict[Term, Fraction] = {}
    offset, missing = Fraction(0), None
    for account in scene.holds:
        row = scene.facts.book.accounts[account]
        if row.is_retirement:
            continue
        missing = missing or scene.facts.state.lacks_rate(account)
        rates = {TermKind.GAIN_SHORT: row.short_term_rate, TermKind.GAIN_LONG: row.long_term_rate}
        for kind, rate in rates.items():
            if rate is None:
                missing = f"no tax rates of account {account}"
                continue
            term = Term(kind, account)
            terms[term] = Fraction(rate)
            if ask.period is None:
                offset -= Fraction(rate) * scene.facts.state(term)
            else:
                offset += Fraction(rate) * _beyond_the_year(scene, ask, (kind,), (account,))
    figure = whole_account(scene, taken, ask, linear(terms, offset), base=None)
    if ask.period is not None:
        missing = missing or _missing(scene, ask, tuple(_TERMS))
    return Figure(measure=figure.measure, base=None, missing=figure.missing or missing)


def disallowed(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the losses of the list that replacements disallow."""
    terms = {Term(TermKind.DISALLOWED, account): Fraction(1) for account in scene.holds}
    return whole_account(scene, taken, ask, linear(terms), base=None)


_HISTORY = ("lots", "transactions")

REALIZED_SHORT_TERM_GAINS = MeasureModule(
    name="realized_short_term_gains",
    definition="recognized short-term gains less losses of the year so far and the list",
    unit=Unit.MONEY,
    figure=short_term,
    needs=_HISTORY,
)
REALIZED_LONG_TERM_GAINS = MeasureModule(
    name="realized_long_term_gains",
    definition="recognized long-term gains less losses of the year so far and the list",
    unit=Unit.MONEY,
    figure=long_term,
    needs=_HISTORY,
)
NET_REALIZED_GAINS = MeasureModule(
    name="net_realized_gains",
    definition="recognized gains less recognized losses, after disallowance, of the year so far and the list",
    unit=Unit.MONEY,
    figure=net,
    needs=_HISTORY,
)
UNREALIZED_GAINS = MeasureModule(
    name="unrealized_gains",
    definition="value less adjusted basis of open lots",
    unit=Unit.MONEY,
    figure=unrealized,
    needs=("lots",),
)
TAX_COST = MeasureModule(
    name="tax_cost",
    definition="tax on the gains that the list realizes, at the account's own rates",
    unit=Unit.MONEY,
    figure=tax_cost,
    needs=("lots",),
)
DISALLOWED_LOSS = MeasureModule(
    name="disallowed_loss",
    definition="losses of the list that a replacement disallows",
    unit=Unit.MONEY,
    figure=disallowed,
    needs=_HISTORY,
)

MEASURES = (
    REALIZED_SHORT_TERM_GAINS,
    REALIZED_LONG_TERM_GAINS,
    NET_REALIZED_GAINS,
    UNREALIZED_GAINS,
    TAX_COST,
    DISALLOWED_LOSS,
)
