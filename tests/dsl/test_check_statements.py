"""Statements other than rules: targets, lists, parameters, sets, readings, waivers, examples."""

from datetime import date
from decimal import Decimal

import pytest

from dsl import policy as p
from engine.facts.readings import TaxReading, WashReadings
from tests.dsl.helpers import FILES, HEADER, checked, codes, policy_of, reader

CLASSES = """
define a as holdings where asset_class is equity
define b as holdings where asset_class is fixed_income
define c as holdings where asset_class is cash
targets strategic
  because ips "§3"
"""


def bands(rows: str) -> list[tuple[str, str, str]]:
    (targets,) = policy_of(CLASSES + rows).targets
    return [(c.name, f"{c.low:f}", f"{c.high:f}") for c in targets.classes]


def test_bands_of_every_kind() -> None:
    rows = "  a 60% band 5 points\n  b 38% band 25% of target\n  c 2% from 0% to 8%\n"
    assert [(n, Decimal(lo), Decimal(hi)) for n, lo, hi in bands(rows)] == [
        ("a", Decimal("0.55"), Decimal("0.65")),
        ("b", Decimal("0.285"), Decimal("0.475")),
        ("c", Decimal(0), Decimal("0.08")),
    ]


def test_the_5_25_band_takes_the_smaller_width() -> None:
    rows = """
  a 80% band the smaller of 5 points and 25% of target
  b 18% band the smaller of 5 points and 25% of target
  c 2% band the greater of 5 points and 25% of target
"""
    assert [(Decimal(lo), Decimal(hi)) for _, lo, hi in bands(rows)] == [
        (Decimal("0.75"), Decimal("0.85")),
        (Decimal("0.135"), Decimal("0.225")),
        (Decimal(0), Decimal("0.07")),  # a band does not reach below nothing
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("  a 60% band 5 points\n  b 40% band 5 points\n", []),
        ("  a 60% band 5 points\n  b 41% band 5 points\n", ["E0319"]),
        ("  a 60% band 5 points\n  b 39% band 5 points\n", ["W0508"]),
        ("  a 60% band 5 points\n  b from 0% to 50%\n", []),
        ("  a 100% from 20% to 100%\n  b 100% band 5 points within a\n", []),
        ("  a 100% from 20% to 100%\n  b 30% band 5 points within a\n", ["W0508"]),
        ("  a 50% band 5 points\n  b 50% band 5 points\n  c 60% band 5 points within a\n", ["E0319"]),
        ("  a 60% band 5%\n  b 40% band 5 points\n", ["E0303"]),
        ("  a 60% from 65% to 70%\n  b 40% band 5 points\n", ["E0320"]),
        ("  a 60% from 70% to 50%\n  b 40% band 5 points\n", ["E0305"]),
        ("  a 60% band 5 points\n  a 40% band 5 points\n", ["E0211"]),
        ("  a 100% band 5 points within a\n", ["E0321"]),
        ("  a 100% band 5 points within b\n  b 100% band 5 points within a\n", ["E0321"]),
    ],
)
def test_targets_add_up_and_nest(rows: str, expected: list[str]) -> None:
    assert codes(CLASSES + rows) == expected


def test_lists_read_the_column_of_the_attribute() -> None:
    text = """
list dated from "lists/dated.csv"
rule A-1 "t"
  forbid buying securities where issuer is in dated or symbol is in dated or cusip is in dated
  because ips "1"
"""
    policy = policy_of(text, files=reader(FILES))
    (rule,) = policy.rules
    assert isinstance(rule.obligation, p.Forbid)
    where = rule.obligation.subject.where
    assert isinstance(where, p.Or)
    sets = [c.right[0] for c in where.parts if isinstance(c, p.Comparison)]
    assert [s.values for s in sets if isinstance(s, p.TextSet)] == [
        {"Contoso Corp", "Fabrikam Inc"},
        {"CTSO", "FAB"},
        {"CTSO", "FAB"},  # no such column: the first
    ]
    assert isinstance(sets[0], p.TextSet)
    assert sets[0].in_force == (
        ("Contoso Corp", date(2026, 1, 2), date(2026, 6, 30)),
        ("Fabrikam Inc", date(2025, 11, 17), None),
    )


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../x.csv", "a/../../x.csv", "C:/x.csv", "a\\x.csv", " ", "lists/\x7f.csv"]
)
def test_files_outside_the_folder_are_not_even_tried(path: str) -> None:
    asked: list[str] = []

    def files(name: str) -> bytes | None:
        asked.append(name)
        return None

    expected = ["E0401"] if path == "lists/\x7f.csv" else ["E0403"]
    assert codes(f'list x from "{path}"\n', files=files) == expected
    assert asked == ([path] if expected == ["E0401"] else [])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E0404"),
        (b"issuer\nA,B\n", "E0404"),
        (b"\xff", "E0404"),
        (b"from,until\n,\n", "E0404"),
        (b"issuer\n", None),
    ],
)
def test_list_files_that_cannot_be_read(data: bytes, code: str | None) -> None:
    assert codes('list x from "x.csv"\n', files=lambda _: data) == ([code] if code else [])


def test_quotes_and_clauses_are_checked_against_the_document() -> None:
    header = HEADER.replace('statement"', 'statement" clauses from "ips.txt"')
    rule = 'rule A-1 "t" limit weight of holdings to at most 5% because ips "{}" quoting "{}"'
    files = reader(FILES)
    assert (
        codes(header + rule.format("§4.1", "No holding in any one company shall exceed 5%"), files=files)
        == []
    )
    assert codes(header + rule.format("§4.1", "No holding shall exceed 5%"), files=files) == ["E0405"]
    assert codes(header + rule.format("§4.2", "x"), files=files) == ["E0221"]
    assert codes(header + rule.format("§4.2", "x")) == []
    result = checked(header + rule.format("§4.2", "x"))
    assert [d.code for d in result.diagnostics] == ["I0601"]


def test_readings_of_the_law() -> None:
    text = """
wash_sales
  spouse_basis unchanged
  earlier_purchase_replacement no
  because ips "1"
lots relieved by lifo because ips "2"
identical t are "A", "B" because ips "3"
"""
    assert policy_of(text).tax == TaxReading(
        wash=WashReadings(spouse_basis="unchanged", earlier_purchase_replacement=False),
        relief="lifo",
        identical={"A": "t", "B": "t"},  # type: ignore[dict-item]
    )
    assert policy_of("").tax == TaxReading()


def test_every_reading_of_the_facts_can_be_chosen() -> None:
    from dsl.check import SWITCHES

    assert set(SWITCHES) == set(WashReadings.__dataclass_fields__)
    for name, words in SWITCHES.items():
        default = getattr(WashReadings(), name)
        assert default in words.values()
        for word, value in words.items():
            chosen = policy_of(f'wash_sales\n  {name} {word}\n  because ips "1"\n').tax.wash
            assert getattr(chosen, name) == value


def test_waivers_expire_by_themselves() -> None:
    text = """
rule A-1 "t" limit weight of holdings to at most 5% because ips "1"
waive A-1 for account "X" up to 6% until 2026-03-09 approved by "CCO" because ips "2"
"""
    assert codes(text, today=date(2026, 3, 9)) == []
    assert codes(text, today=date(2026, 3, 10)) == ["W0501"]
    assert codes(text, today=None) == []
    assert codes(text.replace("6%", "6 points"), today=None) == ["E0301"]


def test_examples_hold_cells_as_a_data_file_would() -> None:
    text = """
rule A-1 "t" limit weight of holdings to at most 5% because ips "1"
example "e"
  given holding "X" weight 5% with tobacco_revenue 88%, issuer "Altria", asset_class equity,
    market_cap 1,000,000 USD, duration 3.5 years, tilt 25 bps, listed 2020-01-02
  given that net_realized_gains -21,000 USD
  trade buy 1,000 USD of "X" for account "B"
  expect pass
"""
    (example,) = policy_of(text).examples
    assert dict(example.holdings[0].attributes) == {
        "tobacco_revenue": "88%",
        "issuer": "Altria",
        "asset_class": "equity",
        "market_cap": "1000000",
        "duration": "3.5",
        "tilt": "0.25%",
        "listed": "2020-01-02",
    }
    assert example.facts == (("net_realized_gains", "-21000"),)
    assert example.trades[0] == p.ExampleTrade(
        side="buy", amount=Decimal(1000), currency="USD", symbol="X", account="B"
    )


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ('trade buy 5% of "X"', "E0302"),
        ('trade buy 0 USD of "X"', "E0302"),
        ("given date 2026-02-30", "E0308"),
        ("given value 100", "E0302"),
        ('given sail of "X" on 2026-01-01', "E0208"),
        ("expect block by A-9", "E0207"),
        ("expect A-1 measured 5 points", "E0301"),
        ("expect A-1 measured 5%", None),
        ("expect warn by A-1", "E0323"),
        ("expect report by A-1", None),
        ("expect rebalance x", "E0209"),
        ("expect block by BOOK-CASH", None),
        ("expect warn by BOOK-SHORT", "E0323"),
        ("expect BOOK-CASH measured 0 USD", None),
    ],
)
def test_examples_are_checked(part: str, code: str | None) -> None:
    text = """
rule A-1 "t" limit weight of holdings to at most 5% because ips "1"
example "e"
  {}
  expect pass
"""
    assert codes(text.format(part)) == ([code] if code else [])
