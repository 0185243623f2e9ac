"""Every measure of the catalogue at its limit: exactly there passes, one share further is blocked.

A list that moves the measure is judged under a limit that leaves room; what it then measures is written
as the limit. Under that limit the list passes; with one share more (or less, where the measure is to be at
least) of its last trade it is blocked, by both evaluators. No measure of the catalogue is left out.

    410 shares of 5 years and 390 of 10: 7.4375 years, the limit; a share of 10 years more is too long
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.book import Book, RiskModel
from engine.facts.ids import AccountId, Symbol
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge
from engine.gate.verdict import GateAnswer
from rulebooks.catalogue import MEASURES
from tests.gate.case_files import checked, read_book, trade_of
from tests.gate.test_cases import opened_of

BOOK = """2026-03-10
account A  cash 40,000
security AA  price 100  issuer "Acme Corp"  {more_a}
security BB  price 100  issuer "Beta Corp"  {more_b}
2015-01-02  buy 400 AA in A at 60
2025-10-01  buy 200 BB in A at 80
2026-02-20  sell 10 BB in A at 60
2026-02-20  buy 10 AA in A at 100
"""

COMMON = (
    "shares_outstanding 100000  voting_shares_outstanding 50000  non_voting_shares_outstanding 40000  "
    "volume 1000"
)
MORE_A = (
    f"duration 5  maturity 5  beta 1  yield 2%  expense_ratio 0.1%  esg_score 50  carbon_intensity 100  "
    f"rating A  otc_exposure 1000  {COMMON}"
)
MORE_B = (
    f"duration 10  maturity 10  beta 2  yield 4%  expense_ratio 0.3%  esg_score 20  carbon_intensity 300  "
    f"rating BBB  otc_exposure 3000  {COMMON}"
)

AA = 'holdings where symbol is "AA"'
HOLDINGS = "define all as holdings where asset_class is equity\n"


@dataclass(frozen=True, kw_only=True)
class Edge:
    """How a measure is brought to its limit."""

    measure: str  # as the rule writes it
    trades: tuple[str, ...]
    further: int = 1  # shares by which the last trade goes on
    at_most: bool = True
    loose: str = "100,000,000"  # a limit that leaves room
    unit: str = ""  # written behind the figure
    each: str = ""
    more: str = ""  # further statements
    borrows: bool = False


def share(measure: str, *trades: str, **told: object) -> Edge:
    return Edge(**{"measure": measure, "trades": trades, "loose": "900", "unit": "%", **told})  # type: ignore[arg-type]


def money(measure: str, *trades: str, **told: object) -> Edge:
    return Edge(**{"measure": measure, "trades": trades, "unit": " USD", **told})  # type: ignore[arg-type]


def plain(measure: str, *trades: str, **told: object) -> Edge:
    return Edge(measure=measure, trades=trades, **told)  # type: ignore[arg-type]


BUY, BUY_B = "1  buy 10 AA in A", "1  buy 200 BB in A"
SELL, SELL_B = "1  sell 10 AA in A", "1  sell 10 BB in A"

TARGETS = '\ntargets mix\n  because ips "§3"\n  all 60% band 100 points\n'

EDGES: dict[str, Edge] = {
    "weight": share(f"weight of {AA}", BUY),
    "value": money(f"value of {AA}", BUY),
    "quantity": plain(f"quantity of {AA}", BUY, unit=" shares"),
    "active_weight": share("active_weight", BUY, each="for each issuer in all", unit=" points"),
    "cash": money("cash", BUY, at_most=False, loose="0"),
    "borrowing": share("borrowing", "1  buy 500 AA in A", borrows=True),
    "portfolio_value": money("portfolio_value", "1  buy 10 AA in A at 99"),
    "net_assets": money("net_assets", "1  buy 10 AA in A at 99"),
    "total_assets": money("total_assets", "1  buy 10 AA in A at 99"),
    "gross_exposure": share("gross_exposure", BUY),
    "net_exposure": share("net_exposure", BUY),
    "turnover": share("turnover this calendar_year", BUY),
    "realized_short_term_gains": money("realized_short_term_gains this tax_year", SELL_B),
    "realized_long_term_gains": money("realized_long_term_gains this tax_year", SELL),
    "net_realized_gains": money("net_realized_gains this tax_year", SELL),
    "unrealized_gains": money("unrealized_gains", "1  buy 10 AA in A at 99"),
    "tax_cost": money("tax_cost this tax_year", SELL),
    "disallowed_loss": money("disallowed_loss", "1  sell 10 BB in A at 50", "2  buy 5 BB in A at 100"),
    "duration": plain("duration of all", BUY_B, unit=" years"),
    "maturity": plain("maturity of all", BUY_B, unit=" years"),
    "beta": plain("beta of all", BUY_B),
    "yield": share("yield of all", BUY_B),
    "expense_ratio": share("expense_ratio of all", BUY_B),
    "esg_score": plain("esg_score of all", BUY_B, at_most=False, loose="0"),
    "carbon_intensity": plain("carbon_intensity of all", BUY_B),
    "ownership": share(f"ownership of {AA}", BUY),
    "voting_ownership": share(f"voting_ownership of {AA}", BUY),
    "non_voting_ownership": share(f"non_voting_ownership of {AA}", BUY),
    "days_to_liquidate": plain(f"days_to_liquidate of {AA}", BUY, unit=" days"),
    "capped_weight": share(
        "capped_weight of all", "1  sell 360 AA in A", "2  sell 160 BB in A", at_most=False, loose="0"
    ),
    "drift": share("drift", BUY, more=TARGETS, unit=" points"),
    "tracking_error": plain("tracking_error", SELL_B, loose="90000", unit=" bps"),
    "volatility": plain("volatility", BUY, loose="90000", unit=" bps"),
    "trade_value": money("trade_value", BUY, each="for each trade"),
    "trade_shares": plain("trade_shares", BUY, each="for each trade", unit=" shares"),
}
"""Measures that one share moves."""

STEPS = {
    "rating": ('limit rating of all to at least "A-"', "1  buy 15 BB in A", "1  buy 16 BB in A"),
    "count": ("limit count of holdings to at least 2", "1  sell 189 BB in A", "1  sell 190 BB in A"),
    "otc_exposure": (
        "limit otc_exposure of all to at least 4%",
        "1  sell 189 BB in A",
        "1  sell 190 BB in A",
    ),
}
"""Measures that move by whole notches, names or columns: the list at the limit, and the one beyond."""


def book_of(rule: str) -> tuple[object, Book]:
    policy = checked(HOLDINGS + rule, "edge.mandate")
    book = read_book(BOOK.format(more_a=MORE_A, more_b=MORE_B), reading=policy.tax)
    account = replace(
        book.accounts[AccountId("A")], short_term_rate=Decimal("0.4"), long_term_rate=Decimal("0.2")
    )
    symbols = (Symbol("AA"), Symbol("BB"))
    risk = RiskModel(
        factors=("market",),
        exposures={symbol: {"market": Decimal(1)} for symbol in symbols},
        covariance={("market", "market"): Decimal("0.04")},
        specific={symbols[0]: Decimal("0.1"), symbols[1]: Decimal("0.3")},
    )
    index = {symbols[0]: Decimal("0.3"), symbols[1]: Decimal("0.7")}
    return policy, replace(book, accounts={AccountId("A"): account}, risk=risk, benchmarks={"index": index})


def answered(edge_rule: str, lines: tuple[str, ...], engine: Inline) -> GateAnswer:
    from tests.gate.case_files import Case

    policy, book = book_of(edge_rule)
    case = Case("edge", "", (policy,), book, tuple(map(trade_of, lines)), ())  # type: ignore[arg-type]
    answer = judge(opened_of(case), case.trades, engine=engine, explained=False, every_group=True)
    assert answer.fault is None, answer.fault
    return answer


def rule_of(edge: Edge, limit: str) -> str:
    word = "most" if edge.at_most else "least"
    text = (
        f'rule EDGE "At the limit"\n  {edge.each}\n  limit {edge.measure} to at {word} {limit}{edge.unit}\n'
    )
    text += '  because ips "§1"\n' + edge.more
    if edge.borrows:
        return text
    return text + '\nrule LOAN "Loans"\n  limit borrowing to at most 900%\n  because ips "§2"\n'


def measured(answer: GateAnswer, edge: Edge) -> Fraction:
    found = [v for v in answer.verdicts if v.rule == "EDGE" and v.after is not None and v.trades is not None]
    assert found, [v.reason for v in answer.verdicts if v.rule == "EDGE"]
    assert all(v.outcome.value != "missing_data" for v in answer.verdicts if v.rule == "EDGE")
    figures = [v.after for v in found if v.after is not None]
    figure = max(figures) if edge.at_most else min(figures)
    return figure * 100 if edge.unit == " bps" else figure


def beyond(line: str, shares: int) -> str:
    number, side, size, rest = line.split(maxsplit=3)
    return f"{number}  {side} {int(size) + shares} {rest}"


def text_of(figure: Fraction) -> str:
    told = Decimal(figure.numerator) / Decimal(figure.denominator)
    assert Fraction(told) == figure, f"{figure} is no decimal: the case is to be chosen otherwise"
    return format(told, "f")


@pytest.mark.parametrize("name", EDGES)
def test_exactly_at_the_limit_passes_and_one_share_further_is_blocked(name: str, engine: Inline) -> None:
    edge = EDGES[name]
    limit = text_of(measured(answered(rule_of(edge, edge.loose), edge.trades, engine), edge))
    at = answered(rule_of(edge, limit), edge.trades, engine)
    assert at.decision.value == "pass", [v.reason for v in at.verdicts if v.decision.value != "pass"]
    assert any(v.rule == "EDGE" and v.headroom == 0 for v in at.verdicts)
    further = (*edge.trades[:-1], beyond(edge.trades[-1], edge.further))
    over = answered(rule_of(edge, limit), further, engine)
    assert over.decision.value == "block"
    assert [v.rule for v in over.verdicts if v.breach == "active"] == ["EDGE"]


@pytest.mark.parametrize("name", STEPS)
def test_a_whole_step_at_the_limit_and_one_beyond(name: str, engine: Inline) -> None:
    obligation, at, over = STEPS[name]
    rule = f'rule EDGE "At the limit"\n  {obligation}\n  because ips "§1"\n'
    loan = '\nrule LOAN "Loans"\n  limit borrowing to at most 900%\n  because ips "§2"\n'
    assert answered(rule + loan, (at,), engine).decision.value == "pass"
    beyond_it = answered(rule + loan, (over,), engine)
    assert [v.rule for v in beyond_it.verdicts if v.breach == "active"] == ["EDGE"]


def test_no_measure_is_left_out() -> None:
    assert EDGES.keys() | STEPS.keys() == MEASURES.keys()
