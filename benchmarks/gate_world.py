"""The invented book and mandate that the gate is measured on, and the clock it is measured with.

500 positions of one account worth 10 million under 50 rules, the same in every run; lists take another
security with each trade and each list, so that no answer can be that of the list before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter, process_time

from dsl.check import check
from dsl.library import library_of, no_files
from dsl.parse import parse
from dsl.words import shipped
from engine.facts.accounts import Account
from engine.facts.book import Book
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol
from engine.facts.lots import Lot
from engine.facts.securities import Price, Security
from engine.facts.trades import Side, Trade
from engine.gate.engine.contained import Contained
from engine.gate.judge import open_book
from engine.gate.measure import OpenBook
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground

RULES = 50
POSITIONS = 500
TODAY = date(2026, 3, 10)
ACCOUNT = AccountId("A")

HEADER = """policy "Benchmark"
  id benchmark
  version 1.0.0
  effective from 2020-01-01
  source ips = "Invented"
  currency USD
  calendar "NYSE"
  weights of net_assets
  missing data block

define equities as holdings where asset_class is equity
define cash as holdings where asset_class is cash
list restricted are "Issuer 7", "Issuer 11"
"""


def mandate(rules: int = RULES) -> str:
    """Return so many rules: caps by group, bands, lists, tickets, a window; then industry by industry."""
    bodies = [
        "for each issuer in equities\n  limit weight to at most 5%",
        "for each sector in equities\n  limit weight to at most 40%",
        "for each country in equities\n  limit weight to at most 60%",
        "limit weight of the 10 largest issuers in equities to at most 60%",
        "limit weight of issuers in equities whose weight is more than 4% to at most 40%",
        "limit count of holdings to between 100 and 600",
        "limit weight of cash to between 0% and 20%",
        "limit esg_score of equities to at least 20",
        "forbid buying or selling securities where issuer is in restricted",
        "forbid shorting securities",
        "for each trade\n  limit trade_value to at least 100 USD",
        "forbid buying securities within 30 days after a loss_sale of an identical security",
    ]
    industry = 'limit weight of holdings where industry is "Industry {}" to at most 30%'
    bodies += [industry.format(number) for number in range(rules)]
    written = (
        f'\nrule R{number} "Rule {number}"\n  {body}\n  because ips "§{number}"\n'
        for number, body in enumerate(bodies[:rules], start=1)
    )
    return HEADER + "".join(written)


def book(positions: int = POSITIONS) -> Book:
    """Return so many positions of one account; 500 are worth 10 million."""
    securities, prices, lots = {}, {}, []
    for number in range(positions):
        symbol = Symbol(f"S{number:03d}")
        attributes = {
            "symbol": symbol,
            "asset_class": "equity",
            "instrument": "common_stock",
            "issuer": f"Issuer {number % 450}",
            "sector": f"Sector {number % 11}",
            "industry": f"Industry {number % 40}",
            "country": "US" if number % 3 else "CA",
            "esg_score": str(30 + number % 50),
        }
        securities[symbol] = Security(
            symbol=symbol,
            asset_class="equity",
            instrument="common_stock",
            issuer=attributes["issuer"],
            attributes=attributes,
        )
        prices[symbol] = Price(symbol=symbol, date=TODAY, price=Decimal(number % 97 + 3) + Decimal("0.37"))
        lots.append(_lot(number, symbol))
    account = Account(
        account=ACCOUNT,
        household=HouseholdId("H"),
        owner="self",
        kind="taxable",
        currency="USD",
        cash=Decimal(500_000),
    )
    return Book(
        as_of=TODAY,
        accounts={ACCOUNT: account},
        securities=securities,
        prices=prices,
        lots=tuple(lots),
        transactions=(),
        disposals=(),
        acquisitions=(),
    )


def _lot(number: int, symbol: Symbol) -> Lot:
    bought = date(2020 + number % 5, 1 + number % 12, 3)
    basis = Decimal(200 + number) * 40
    return Lot(
        lot=LotId(f"L{number}"),
        account=ACCOUNT,
        symbol=symbol,
        quantity=Decimal(200 + number),
        basis=basis,
        acquired=bought,
        adjusted_acquired=bought,
        original_basis=basis,
    )


def opened(*, rules: int = RULES, positions: int = POSITIONS) -> OpenBook:
    """Return the book opened under the mandate."""
    checked = check(
        parse(mandate(rules), file="benchmark.mandate"),
        catalogue=shipped(),
        library=library_of(()),
        files=no_files,
        schema=None,
        today=None,
    )
    assert checked.policy is not None, [d.message for d in checked.diagnostics]
    return open_book(ground(compile_rulebook((checked.policy,)), book(positions)))


def trades(count: int, *, first: int = 0, positions: int = POSITIONS) -> tuple[Trade, ...]:
    """Return a list that buys and sells in turn, beginning with one of the securities."""
    return tuple(
        Trade(
            number=n + 1,
            account=ACCOUNT,
            side=Side.SELL if (n + first) % 2 else Side.BUY,
            symbol=Symbol(f"S{(first * 37 + n * 7) % positions:03d}"),
            quantity=Decimal(20),
        )
        for n in range(count)
    )


# ------------------------------------------------------------------ the clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Milliseconds of one piece of work after another: by the clock, of this processor, of the child's."""

    clock: tuple[float, ...]
    own: tuple[float, ...]
    child: float | None  # the mean; None where the system does not tell

    def words(self) -> str:
        """Return median and 95th percentile on one line."""
        child = "" if self.child is None else f"   child {self.child:7.2f}"
        told = (f"{late(row, 0.5):9.2f} p95 {late(row, 0.95):9.2f}" for row in (self.own, self.clock))
        return f"own {next(told)}{child}   clock {next(told)}"


def late(spent: tuple[float, ...], part: float) -> float:
    """Return what so large a part of the times stays below."""
    return sorted(spent)[min(len(spent) - 1, int(len(spent) * part))]


def timed(work: Callable[[int], object], rounds: int, engine: Contained | None = None) -> Spent:
    """Return what a piece of work takes, done so many times with the number of the round."""
    work(rounds)
    clock, own, begun = [], [], _child_ms(engine)
    for number in range(rounds):
        start, used = perf_counter(), process_time()
        work(number)
        own.append((process_time() - used) * 1000)
        clock.append((perf_counter() - start) * 1000)
    ended = _child_ms(engine)
    child = None if begun is None or ended is None else (ended - begun) / rounds
    return Spent(clock=tuple(clock), own=tuple(own), child=child)


def _child_ms(engine: Contained | None) -> float | None:
    """Return the processor time that the child has used so far, where the system tells."""
    if engine is None or engine.process_id is None:
        return None
    try:
        told = Path(f"/proc/{engine.process_id}/schedstat").read_text(encoding="ascii")
    except OSError:
        return None
    return int(told.split()[0]) / 1e6
