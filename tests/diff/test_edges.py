"""Versions and days at the edges: nothing changed, much to tell apart, nothing governed, no answer."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.facts.book import Records
from engine.facts.failure import GuardbandError
from engine.facts.ids import AccountId, Symbol, TransactionId
from engine.facts.readings import TaxReading
from engine.facts.trades import Side, Trade
from engine.facts.transactions import Transaction, TransactionType
from engine.gate.engine.faults import EngineFault
from engine.gate.engine.inline import Inline
from engine.gate.engine.port import InferenceEngine
from engine.gate.engine.program import Conclusions, Fact, Program
from engine.shell.files.book import read_records
from optimizer.diff.answer import diff_text
from optimizer.diff.compare import compare
from optimizer.diff.difference import Difference
from optimizer.diff.impact import impact
from optimizer.diff.replayed import past_days
from optimizer.diff.tickets import fits_tickets
from rulebooks.catalogue import catalogue
from rulebooks.compile import compile_rulebook
from rulebooks.ground import Rulebook
from tests.diff.test_commands import BOOK, TECH
from tests.diff.test_diff import BASE, HEADER, changes
from tests.diff.test_impact import policy, told
from tests.lint.test_made_up import Mute
from tests.optimizer.hand import MAIN, account, book, laid_out, lot
from tests.rulebooks.tiny import TODAY, policy_of, rule

ENGINE = Inline()


def between(old: str, new: str, *, engine: InferenceEngine = ENGINE) -> Difference:
    before = policy_of(old, header=HEADER)
    after = policy_of(new, header=HEADER.replace("1.0.0", "1.1.0"))
    return compare(before, after, engine=engine, today=TODAY)


def test_a_version_beside_itself_is_the_same_text() -> None:
    same = policy_of(BASE, header=HEADER)
    assert diff_text(compare(same, same, engine=ENGINE, today=TODAY)).splitlines() == [
        "firm.growth 1.0.0 -> firm.growth 1.0.0",
        "the texts are the same",
    ]


def test_more_kinds_than_were_tried_are_owned_up_to() -> None:
    wide = BASE + rule("limit count of holdings to at most 600", name="COUNT")
    words = "the rules tell apart more kinds of securities than were tried; what was not found may exist"
    assert diff_text(between(wide, wide.replace("600", "601"))).endswith(f"\n{words}")
    assert words not in diff_text(between(BASE, BASE.replace("at most 20%", "at most 25%")))


@pytest.mark.parametrize(("sectors", "decided"), [(11, True), (13, False)])
def test_more_kinds_of_groups_than_are_tried_leave_a_change_without_proof_open(
    sectors: int, decided: bool
) -> None:
    """A cap of 10% covers those of 20% and 25%; each sector is of a kind of its own."""
    bans = "".join(
        rule(
            f'forbid buying securities where sector is "s{n:02d}" and rating is worse than "B"', name=f"B-{n}"
        )
        for n in range(sectors)
    )
    each = "for each sector in holdings\n  limit weight to at most {}%"
    covered = bans + rule(each.format(10), name="COVER")
    old, new = (covered + rule(each.format(most), name="EACH") for most in (20, 25))
    (row,) = between(old, new).without_effect
    assert (row.rule, row.decided) == ("EACH", decided)


SIZE = """rule SIZE "Sizes"
  for each trade in trades where {}
  limit trade_value to at least {} USD
  because ips "§1"
"""


def sale(shares: int, *, of: str = "AAA", side: Side = Side.SELL) -> Trade:
    return Trade(number=1, account=MAIN, side=side, symbol=Symbol(of), quantity=Decimal(shares))


@pytest.mark.parametrize(
    ("where", "trade", "fits"),
    [
        ("side is sell", sale(50), False),
        ("side is sell", sale(50, side=Side.BUY), True),  # not a sale
        ("closes_position is no", sale(50), False),
        ("closes_position is no", sale(60), True),  # all 60 are sold
        ("closes_position is yes", sale(60), False),
        ("closes_position is yes", sale(50), True),  # 10 are left
    ],
)
def test_a_least_size_of_1000_asks_only_the_trades_that_it_is_for(
    where: str, trade: Trade, fits: bool
) -> None:
    """Of 60 shares of AAA at 1; a price of 1 makes a share a dollar."""
    on = book([lot("AAA", 60, cost="1")], accounts=[account("MAIN", "5000")], prices={"AAA": "1"})
    before = {(MAIN, Symbol("AAA")): Decimal(60)}
    assert fits_tickets(laid_out(SIZE.format(where, "1,000"), on), (trade,), before) == fits


def test_a_rule_on_sizes_asks_nothing_of_another_account() -> None:
    on = book([lot("AAA", 60, cost="1")], accounts=[account("MAIN", "5000")], prices={"AAA": "1"})
    other = replace(sale(50), account=type(MAIN)("OTHER"))
    assert fits_tickets(laid_out(SIZE.format("side is sell", "1,000"), on), (other,), {})


def sizes(most: str, *, name: str = "SIZE") -> str:
    return rule(f"for each trade\n  limit trade_value to at most {most} USD", name=name)


@pytest.mark.parametrize(
    ("old", "new", "change"), [("0.00", "500", "loosened"), ("500", "0.01", "tightened")]
)
def test_a_largest_size_of_nothing_at_all_is_compared(old: str, new: str, change: str) -> None:
    assert changes(between(sizes(old), sizes(new))) == {"SIZE": change}


def test_where_no_trade_of_any_size_may_be_done_another_size_changes_nothing() -> None:
    none = sizes("0.00", name="NONE")
    found = between(none + sizes("0.01"), none + sizes("500"))
    assert (changes(found), [row.rule for row in found.without_effect]) == ({}, ["SIZE"])


def test_turnover_under_rules_that_no_portfolio_keeps_is_not_settled() -> None:
    stuck = rule("limit weight of tech to at most 20%", name="MOST") + rule(
        "limit weight of tech to at least 25%", name="LEAST"
    )
    turn = rule("limit turnover over the last 12 months to at most 10%", name="TURN")
    found = between(stuck + turn, stuck + turn.replace("10%", "20%"))
    assert changes(found) == {}
    assert [(row.rule, row.decided) for row in found.without_effect] == [("TURN", False)]


# ------------------------------------------------------------------ impact


def test_a_day_on_which_only_others_traded_is_told_as_not_governed(tmp_path: Path) -> None:
    """T3 is a purchase in B; the policy is for A alone, under both versions."""
    rows = "".join(line for line in BOOK["transactions.csv"].splitlines(True) if ",A," not in line)
    old, new = (policy(TECH.format(most=m), version=f"1.{m}.0", of='account "A"') for m in (30, 20))
    _, data = told(tmp_path, old, new, apart={"transactions.csv": rows})
    assert (data["past"]["changed"], data["past"]["not_judged"]) == ([], [])
    assert data["past"]["trades"] == 1


def test_a_morning_that_the_history_does_not_lead_to_is_told_with_its_reason(tmp_path: Path) -> None:
    """The lots of today are given, but on 27 February 5 shares were sold that nobody had bought."""
    lots = "lot,account,symbol,quantity,basis,acquired\nL1,A,ACME,180,18000,2026-03-02\n"
    rows = BOOK["transactions.csv"].replace("T1,", "T0,2026-02-27,A,sell,ACME,5,100\nT1,")
    old, new = (policy(TECH.format(most=m), version=f"1.{m}.0") for m in (30, 20))
    _, data = told(tmp_path, old, new, apart={"transactions.csv": rows, "lots.csv": lots})
    sale, day = data["past"]["not_judged"]
    assert (sale["date"], day["date"]) == ("2026-02-27", "2026-03-02")
    assert "T0" in day["why"]
    assert (data["past"]["lists"], data["past"]["changed"]) == (2, [])


def records(folder: Path) -> Records:
    for name, text in BOOK.items():
        (folder / name).write_text(text)
    return read_records(folder)


def row(number: str, day: str, kind: TransactionType, quantity: str | None) -> Transaction:
    return Transaction(
        id=TransactionId(number),
        date=date.fromisoformat(day),
        account=AccountId("A"),
        type=kind,
        symbol=Symbol("ACME"),
        quantity=None if quantity is None else Decimal(quantity),
    )


def test_what_moves_no_cash_leaves_the_cash_of_a_past_morning(tmp_path: Path) -> None:
    """A has 50,000 and paid 18,000 and 32,000 on 2 March; the split of 5 March costs nothing."""
    known = records(tmp_path)
    split = row("T9", "2026-03-05", TransactionType.SPLIT, "2")
    known = replace(known, transactions=(*(known.transactions or ()), split))
    (day,) = past_days(known, until=TODAY, days=30, reading=TaxReading())
    assert day.book is not None
    assert day.book.accounts[AccountId("A")].cash == 100_000


def test_a_day_of_trades_without_a_size_is_no_list(tmp_path: Path) -> None:
    blank = row("T9", "2026-03-05", TransactionType.BUY, None)
    known = records(tmp_path)
    known = replace(known, transactions=(*(known.transactions or ()), blank))
    days = past_days(known, until=TODAY, days=30, reading=TaxReading())
    assert [day.day.isoformat() for day in days] == ["2026-03-02"]


class Tiring:
    """A rules engine that answers so many questions and no more."""

    def __init__(self, most: int) -> None:
        self.most, self.asked = most, 0

    def infer(self, program: Program, facts: tuple[Fact, ...]) -> Conclusions | EngineFault:
        self.asked += 1
        return ENGINE.infer(program, facts) if self.asked <= self.most else Mute().infer(program, facts)

    def close(self) -> None:
        """Nothing is held."""


def two_versions() -> tuple[Rulebook, Rulebook]:
    old, new = (
        policy_of(TECH.format(most=most), header=HEADER.replace("1.0.0", version))
        for most, version in ((30, "1.0.0"), (20, "1.1.0"))
    )
    return compile_rulebook((old,), catalogue=catalogue()), compile_rulebook((new,), catalogue=catalogue())


def test_a_book_that_the_gate_cannot_judge_has_no_impact_to_tell(tmp_path: Path) -> None:
    old, new = two_versions()
    with pytest.raises(GuardbandError, match=r"could not judge the book: .*no answer in time"):
        impact(old, new, records(tmp_path), as_of=TODAY, days=30, engine=Mute())


def test_a_past_list_that_the_gate_cannot_judge_is_told_with_its_reason(tmp_path: Path) -> None:
    (old, new), known, today = two_versions(), records(tmp_path), Tiring(1000)
    assert impact(old, new, known, as_of=TODAY, days=0, engine=today).lists == 0
    found = impact(old, new, known, as_of=TODAY, days=30, engine=Tiring(today.asked))
    ((day, why),) = found.not_judged
    assert (day, found.lists, found.rejudged) == (date(2026, 3, 2), 1, ())
    assert why.endswith("no answer in time")
