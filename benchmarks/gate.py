"""How long the gate takes: one trade, and 500 trades, against 50 rules and 500 positions, warm.

    python -m benchmarks.gate [--rounds 200] [--alone]

The book and the mandate are invented and the same in every run. Told are medians and the 95th
percentile of the whole answer (measuring, inference in the child process, explanation, reference) by the
clock and in processor time of this process, which a busy machine distorts less. Then the same limits are
put to other engines (`benchmarks/gate_others.py`; they are installed with the extra `bench`).
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from benchmarks.gate_others import compare
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
from engine.gate.engine.port import InferenceEngine
from engine.gate.judge import judge, measure, open_book
from engine.gate.measure import OpenBook
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground

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


def mandate() -> str:
    """Return 50 rules: caps by group, bands, lists, tickets, a window."""
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
    bodies += [f'limit weight of holdings where industry is "Industry {n}" to at most 30%' for n in range(38)]
    rules = (
        f'\nrule R{number} "Rule {number}"\n  {body}\n  because ips "§{number}"\n'
        for number, body in enumerate(bodies[:50], start=1)
    )
    return HEADER + "".join(rules)


def book() -> Book:
    """Return 500 positions of one account, worth 10 million."""
    securities, prices, lots = {}, {}, []
    for number in range(POSITIONS):
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


def opened() -> OpenBook:
    """Return the book opened under the mandate."""
    checked = check(
        parse(mandate(), file="benchmark.mandate"),
        catalogue=shipped(),
        library=library_of(()),
        files=no_files,
        schema=None,
        today=None,
    )
    assert checked.policy is not None, [d.message for d in checked.diagnostics]
    return open_book(ground(compile_rulebook((checked.policy,)), book()))


def trades(count: int) -> tuple[Trade, ...]:
    """Return a list that buys and sells in turn."""
    return tuple(
        Trade(
            number=n + 1,
            account=ACCOUNT,
            side=Side.SELL if n % 2 else Side.BUY,
            symbol=Symbol(f"S{(n * 7) % POSITIONS:03d}"),
            quantity=Decimal(20),
        )
        for n in range(count)
    )


def timed(name: str, work: Callable[[], object], rounds: int) -> None:
    """Print median and 95th percentile of a piece of work: of the clock, and of this processor's time."""
    work()
    clock, own = [], []
    for _ in range(rounds):
        start, begun = time.perf_counter(), time.process_time()
        work()
        own.append((time.process_time() - begun) * 1000)
        clock.append((time.perf_counter() - start) * 1000)
    told = (f"{statistics.median(spent):8.2f} p95 {_late(spent):8.2f}" for spent in (clock, own))
    print(f"{name:<52} ms: clock {next(told)}   own {next(told)}   ({rounds} rounds)")


def _late(spent: list[float]) -> float:
    return sorted(spent)[min(len(spent) - 1, int(len(spent) * 0.95))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--alone", action="store_true", help="without the other engines")
    asked = parser.parse_args()
    start = time.process_time()
    gate = opened()
    print(f"opened: {len(gate.limits.all)} groups, {(time.process_time() - start) * 1000:.0f} ms")
    with Contained() as engine:
        answer = judge(gate, trades(1), engine=engine)
        assert answer.fault is None, answer.fault
        print(f"one trade: {answer.decision.value}, {len(answer.verdicts)} verdicts; child process, warm")
        speeds(gate, engine, asked.rounds)
        if not asked.alone:
            compare(book(), trades(8), engine, asked.rounds)


def speeds(gate: OpenBook, engine: InferenceEngine, rounds: int) -> None:
    """Print how long one trade and 500 take."""
    one, many, few = trades(1), trades(500), max(1, rounds // 50)
    for listed, times in ((one, rounds), (many, few)):
        name = "one trade" if len(listed) == 1 else f"{len(listed)} trades"
        for words, explained, second in (
            ("both evaluators, explained", True, True),
            ("both evaluators, not explained", False, True),
            ("one evaluator, not explained", False, False),
        ):

            def work(listed: tuple[Trade, ...] = listed, e: bool = explained, s: bool = second) -> object:
                return judge(gate, listed, engine=engine, explained=e, second=s)

            timed(f"{name}, {words}", work, times)
    timed("one trade, measured only", lambda: measure(gate.listed(one)), rounds)


if __name__ == "__main__":
    main()
