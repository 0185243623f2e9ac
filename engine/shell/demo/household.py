"""The household of the demonstration: three accounts of invented people and what they did on seven days.

Everything in this file is invented: who they are, what they bought and why. Chance comes from one seeded
generator. The plan, day by day:

    2014-12-05  three accounts are opened: self (tilted to energy, telecoms and staples), spouse, IRA
    2015-07-08  savings are invested
    2016-02-25  losses are harvested in the account of self and put into other names
    2016-06-10  losses are harvested again, the proceeds wait; spouse buys
    2016-07-08  28 days later: self, spouse and the IRA buy back some of those names (wash sales, the IRA's
                for good); self sells at a loss what spouse bought on 2016-06-10
    2017-03-07  savings are invested, gains are trimmed
    2018-02-08  the valuation day: the IRA buys, spouse sells one name at a loss
"""

import random
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from engine.shell.demo.history import History, OpenLot
from engine.shell.demo.universe import Company

SEED = 254
SELF, SPOUSE, IRA = "ALD-TAX-1", "ALD-TAX-2", "ALD-IRA-1"
ACCOUNTS = (SELF, SPOUSE, IRA)

RESTRICTED = frozenset({"BA", "GS"})
TOBACCO = frozenset({"MO", "PM"})
NOT_HELD = frozenset({"NVDA", "NFLX", "CRM", "ADBE", "MU", "ISRG", "AMAT"})  # what self missed
SELF_TILT = {
    "Energy": Decimal("1.75"),
    "Telecommunication Services": Decimal("1.5"),
    "Consumer Staples": Decimal("1.2"),
    "Utilities": Decimal("1.3"),
    "Industrials": Decimal("1.15"),
    "Information Technology": Decimal("0.72"),
    "Consumer Discretionary": Decimal("0.8"),
}
BALANCED_TILT = {
    "Energy": Decimal("0.65"),
    "Information Technology": Decimal("1.26"),
    "Consumer Discretionary": Decimal("0.93"),
    "Real Estate": Decimal("0.5"),
}

LARGEST = {SELF: Decimal("0.04"), SPOUSE: Decimal("0.032"), IRA: Decimal("0.032")}  # of the opening sum
FAVOURITES = {"GE": Decimal("0.040"), "AMZN": Decimal("0.010")}
NOT_HARVESTED = frozenset({"AAPL", "XOM", "CVX", "GE", "KMI", "GM"})

WASH_SELF = 3  # of the names sold on 2016-06-10, how many self buys back on 2016-07-08
WASH_SPOUSE = 2
WASH_IRA = 1
SPECIAL_DIVIDENDS = (("COST", date(2015, 2, 5), Decimal(5)), ("COST", date(2017, 5, 8), Decimal(7)))
CROSSED = "GM"  # spouse buys it on 2016-06-10, self sells it at a loss on 2016-07-08
TICKET = Decimal(1000)


def live(companies: Sequence[Company], *, until: date) -> History:
    """Return the household's history up to and including a day."""
    chance = random.Random(SEED)
    history = History({company.symbol: company for company in companies}, date(2014, 12, 5))
    for day, step in (
        (date(2014, 12, 5), _open_accounts),
        (date(2015, 7, 8), _invest_savings),
        (date(2016, 2, 25), _harvest_in_winter),
        (date(2016, 6, 10), _harvest_in_june),
        (date(2016, 7, 8), _buy_back),
        (date(2017, 3, 7), _trim_and_invest),
        (date(2018, 2, 8), _valuation_day),
    ):
        if day > until:
            break
        _corporate_actions(history, until=day)
        previous, history.day = history.day, day
        if previous != day:
            _dividends(history, previous)
        step(history, chance)
    return history


def _open_accounts(history: History, chance: random.Random) -> None:
    history.pay(SELF, "deposit", Decimal(760_000), note="opening")
    history.pay(SPOUSE, "deposit", Decimal(205_000), note="opening")
    history.pay(IRA, "deposit", Decimal(225_000), note="rollover")
    tradable = _tradable(history)
    _spread(history, SELF, [s for s in tradable if s not in NOT_HELD], Decimal(738_000), SELF_TILT, chance)
    _spread(history, SPOUSE, [*_some(tradable, 62, chance), "PM"], Decimal(197_000), BALANCED_TILT, chance)
    _spread(history, IRA, _some(tradable, 42, chance), Decimal(218_000), BALANCED_TILT, chance)


def _invest_savings(history: History, chance: random.Random) -> None:
    history.pay(SELF, "deposit", Decimal(48_000), note="savings")
    history.pay(SPOUSE, "deposit", Decimal(22_000), note="savings")
    history.pay(IRA, "deposit", Decimal(5_500), note="contribution")
    _evenly(history, SELF, _some(_tradable(history), 40, chance), Decimal(52_000))
    _evenly(history, SPOUSE, _some(_tradable(history), 16, chance), Decimal(22_000))
    others = [symbol for symbol in _tradable(history) if _sector(history, symbol) != "Health Care"]
    _evenly(history, IRA, _some(others, 16, chance), history.cash[IRA] - 8_500)


def _harvest_in_winter(history: History, chance: random.Random) -> None:
    history.pay(SELF, "deposit", Decimal(40_000), note="savings")
    sold = _harvest(history, SELF, count=9, avoid=NOT_HARVESTED)
    others = [symbol for symbol in _tradable(history) if symbol not in sold]
    _evenly(history, SELF, _some(others, 48, chance), history.cash[SELF] - 22_000)
    _evenly(history, IRA, _some(others, 3, chance), Decimal(3_300))


def _harvest_in_june(history: History, chance: random.Random) -> None:
    bought_in_winter = frozenset(lot.symbol for lot in history.lots if lot.day == date(2016, 2, 25))
    sold = _harvest(history, SELF, count=10, avoid=bought_in_winter | NOT_HARVESTED)
    history.pay(SPOUSE, "deposit", Decimal(24_000), note="savings")
    others = [symbol for symbol in _tradable(history) if symbol not in sold]
    names = _some([symbol for symbol in others if symbol != CROSSED], 17, chance)
    _evenly(history, SPOUSE, [*names, CROSSED], Decimal(24_000))


def _buy_back(history: History, chance: random.Random) -> None:
    sold = [row["symbol"] for row in history.rows if row["type"] == "sell" and row["date"] == "2016-06-10"]
    by_self, by_spouse = sold[:WASH_SELF], sold[WASH_SELF : WASH_SELF + WASH_SPOUSE]
    by_ira = sold[WASH_SELF + WASH_SPOUSE : WASH_SELF + WASH_SPOUSE + WASH_IRA]
    history.sell(SELF, [lot for lot in _lots(history, SELF, CROSSED) if history.loss(lot) > 0], "harvest")
    history.pay(SELF, "deposit", Decimal(14_000), note="savings")
    history.pay(SPOUSE, "deposit", Decimal(18_000), note="savings")
    history.pay(IRA, "deposit", Decimal(5_500), note="contribution")
    note = "bought back 28 days after the sale"
    for account, names, value in (
        (SELF, by_self, 2_400),
        (SPOUSE, by_spouse, 1_800),
        (IRA, by_ira, 2_000),
    ):
        for symbol in names:
            history.buy(account, symbol, _shares(history, symbol, Decimal(value)), note)
    others = [symbol for symbol in _tradable(history) if symbol not in sold and symbol != CROSSED]
    _evenly(history, SELF, _some(others, 42, chance), history.cash[SELF] - 33_000)
    _evenly(history, SPOUSE, _some(others, 15, chance), history.cash[SPOUSE] - 7_000)
    _evenly(history, IRA, _some(others, 6, chance), history.cash[IRA] - 5_000)


def _trim_and_invest(history: History, chance: random.Random) -> None:
    for symbol in ("JPM", "LMT", "UNH", "TXN"):
        oldest = _lots(history, SELF, symbol)[:1]
        if oldest:
            history.sell(SELF, oldest, "trim")
    history.pay(SELF, "deposit", Decimal(90_000), note="savings")
    history.pay(SPOUSE, "deposit", Decimal(40_000), note="savings")
    history.pay(IRA, "deposit", Decimal(6_500), note="contribution")
    _evenly(history, SELF, _some(_tradable(history), 64, chance), history.cash[SELF] - 24_000)
    _evenly(history, SPOUSE, _some(_tradable(history), 34, chance), history.cash[SPOUSE] - 8_000)
    industrials = [symbol for symbol in _tradable(history) if _sector(history, symbol) == "Industrials"]
    _evenly(history, IRA, _some(industrials, 4, chance), history.cash[IRA] - 6_500)


def _valuation_day(history: History, chance: random.Random) -> None:
    history.pay(IRA, "deposit", Decimal(5_500), note="contribution")
    for symbol in ("CVS", "MRK"):
        history.buy(IRA, symbol, _shares(history, symbol, Decimal(2_700)), "contribution invested")
    at_loss = sorted(
        (lot for lot in history.lots if lot.account == SPOUSE and lot.symbol not in ("CVS", "MRK")),
        key=lambda lot: (-history.loss(lot), lot.lot),
    )
    history.sell(SPOUSE, [at_loss[0]], "harvest")


def _tradable(history: History) -> list[str]:
    """Return what the household may buy and what has a price on the day, largest company first."""
    found = [
        company
        for company in history.companies.values()
        if history.day in company.prices and company.symbol not in RESTRICTED | TOBACCO
    ]
    found.sort(key=lambda company: (-company.caps.get(history.day, Decimal(0)), company.symbol))
    return [company.symbol for company in found]


def _sector(history: History, symbol: str) -> str:
    return history.companies[symbol].sector


def _some(symbols: Sequence[str], count: int, chance: random.Random) -> list[str]:
    """Return `count` of the symbols by chance, the larger ones (they stand first) more often."""
    ranked = sorted(range(len(symbols)), key=lambda place: chance.random() * (1 + 2 * place / len(symbols)))
    return [symbols[place] for place in sorted(ranked[:count])]


def _shares(history: History, symbol: str, money: Decimal) -> Decimal:
    """Return the whole shares that a sum buys, at least a minimum ticket's worth."""
    price = history.price(symbol)
    return Decimal(max(int(money / price), int(TICKET / price) + 1))


def _evenly(history: History, account: str, symbols: Sequence[str], budget: Decimal) -> None:
    for symbol in symbols:
        history.buy(account, symbol, _shares(history, symbol, budget / len(symbols)))


def _spread(
    history: History,
    account: str,
    symbols: Sequence[str],
    budget: Decimal,
    tilt: dict[str, Decimal],
    chance: random.Random,
) -> None:
    """Buy sector by sector, each with its share of all market cap, tilted; inside one by cap and chance."""
    companies = history.companies
    sector_caps: dict[str, Decimal] = {}
    for company in companies.values():
        cap = company.caps.get(history.day, Decimal(0)) * tilt.get(company.sector, Decimal(1))
        sector_caps[company.sector] = sector_caps.get(company.sector, Decimal(0)) + cap
    noisy = {symbol: _noise(chance) * companies[symbol].caps[history.day] for symbol in symbols}
    inside: dict[str, Decimal] = {}
    for symbol, cap in noisy.items():
        inside[companies[symbol].sector] = inside.get(companies[symbol].sector, Decimal(0)) + cap
    whole = sum((sector_caps[sector] for sector in inside), Decimal(0))
    for symbol, cap in noisy.items():
        sector = companies[symbol].sector
        part = sector_caps[sector] / whole * cap / inside[sector]
        part = FAVOURITES.get(symbol, min(part, LARGEST[account]))
        history.buy(account, symbol, _shares(history, symbol, budget * part))


def _noise(chance: random.Random) -> Decimal:
    return Decimal(round(800 + 400 * chance.random())) / 1000


def _lots(history: History, account: str, symbol: str) -> list[OpenLot]:
    return [lot for lot in history.lots if lot.account == account and lot.symbol == symbol]


def _harvest(history: History, account: str, *, count: int, avoid: Iterable[str]) -> frozenset[str]:
    """Sell the lots at a loss of the `count` names with the largest losses; return the names."""
    losses: dict[str, Decimal] = {}
    for lot in history.lots:
        if lot.account == account and lot.symbol not in avoid and history.loss(lot) > lot.cost / 20:
            losses[lot.symbol] = losses.get(lot.symbol, Decimal(0)) + history.loss(lot)
    chosen = sorted(losses, key=lambda symbol: (-losses[symbol], symbol))[:count]
    for symbol in chosen:
        history.sell(account, [x for x in _lots(history, account, symbol) if history.loss(x) > 0], "harvest")
    return frozenset(chosen)


def _corporate_actions(history: History, *, until: date) -> None:
    """Write what happened to the shares since the history's day, oldest first."""
    since = history.day
    actions: list[tuple[date, str]] = []
    for company in history.companies.values():
        actions += [(day, company.symbol) for day, _ in company.splits if since < day <= until]
    actions += [(day, symbol) for symbol, day, _ in SPECIAL_DIVIDENDS if since < day <= until]
    for day, symbol in sorted(set(actions)):
        history.day = day
        for when, factor in history.companies[symbol].splits:
            if when == day:
                history.split(symbol, factor)
        for name, when, each in SPECIAL_DIVIDENDS:
            if (name, when) == (symbol, day):
                _special_dividend(history, symbol, each)
    history.day = since


def _special_dividend(history: History, symbol: str, each: Decimal) -> None:
    for account in ACCOUNTS:
        shares = history.shares(account, symbol)
        if shares:
            history.pay(account, "dividend", shares * each, symbol, quantity=str(shares), price=str(each))


def _dividends(history: History, previous: date) -> None:
    """Pay one quarter's estimated dividend on the eight largest payers of each account."""
    for account in ACCOUNTS:
        payers = []
        for symbol in history.symbols(account):
            company = history.companies[symbol]
            day = max((d for d in company.prices if d <= history.day), default=history.day)
            rate = company.dividend_yields.get(day, Decimal(0)) / 100
            payers.append((history.shares(account, symbol) * company.prices[day] * rate / 4, symbol))
        for amount, symbol in sorted(sorted(payers, key=lambda x: x[1]), key=lambda x: -x[0])[:8]:
            history.pay(account, "dividend", amount, symbol, note="one quarter, estimated")
