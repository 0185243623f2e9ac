"""Slips an author makes outside rules: in statements, targets, examples and headers, each with its cure."""

import pytest

from dsl.library import library_of, no_files
from tests.dsl.helpers import HEADER
from tests.dsl.test_mistakes import CAP, EQUITY, RULE, Finding, found

CLASSES = EQUITY + "define b as holdings where asset_class is fixed_income\n"
TARGETS = CLASSES + 'targets strategic\n  because ips "3"\n'
HALVES = TARGETS + "  a 60% band 5 points\n  b 40% band 5 points\n"
EXAMPLE = CAP + 'example "e"\n  {}\n  expect pass\n'


def headed(clause: str) -> str:
    return f"{HEADER.rstrip()}\n  {clause}\n{CAP}"


STATEMENTS: list[tuple[str, str, str, str | None]] = [
    (
        EQUITY + RULE.format("limit a_weight of holdings to at most 5%"),
        "E0310",
        "`a_weight` already says what it is the weight of",
        None,
    ),
    (
        EQUITY + RULE.format("when a_weight is less than 2 USD limit count of holdings to at most 4"),
        "E0301",
        "`2 USD` does not fit `a_weight`",
        None,
    ),
    (
        "define a as issuers in holdings\n"
        + RULE.format('limit weight of a where country is "US" to at most 5%'),
        "E0218",
        "`a` is a set of groups: it takes no `where`",
        "write `a in holdings where …`",
    ),
    (
        "parameter cap = 5% between 1 USD and 10%\n" + CAP.replace("5%", "cap"),
        "E0301",
        "`1 USD` does not fit `cap`",
        None,
    ),
    (
        "parameter cap = 5% between 10% and 1%\n" + CAP.replace("5%", "cap"),
        "E0305",
        "the lower bound is above the upper bound",
        "exchange the two",
    ),
    (
        'parameter cap = 5%\nset cap = 4% because ips "1"\nset cap = 3% because ips "1"\n'
        + CAP.replace("5%", "cap"),
        "E0313",
        "`cap` is set twice",
        "keep one of them",
    ),
    (
        'substitute "A" with "B" because ips "1"\nsubstitute "A" with "C" because ips "1"\n',
        "E0211",
        "substitutes for `A` are named twice",
        None,
    ),
    (
        'harvest losses from holdings because ips "1"\n',
        "E0310",
        "losses are harvested from lots, not from holdings",
        "write `lots where …`",
    ),
    (
        'harvest losses from lots replacing with cousins because ips "1"\n',
        "E0216",
        "there is no kind of replacement `cousins`",
        None,
    ),
    ('wash_sales\n  spouses together\n  because ips "1"\n', "E0210", "there is no reading `spouses`", None),
    (
        'wash_sales\n  spouse_basis unchanged\n  spouse_basis unchanged\n  because ips "1"\n',
        "E0313",
        "`spouse_basis` is said twice",
        None,
    ),
    (
        'lots relieved by lifo because ips "1"\nlots relieved by fifo because ips "1"\n',
        "E0313",
        "`lots relieved by` is said twice",
        "join the two statements",
    ),
    (
        'manual ips "§9" "Review brokers" reviewed each fortnight by "CCO"\n',
        "E0216",
        "there is no period `fortnight`",
        None,
    ),
    (CAP + CAP, "E0211", "rule `A-1` is defined twice", "give one of them another id"),
]

BANDS: list[tuple[str, str, str, str | None]] = [
    ("", "E0311", "targets `strategic` name no class", "add a line for each class"),
    (
        "  a 60% band 5 points\n  b 140% band 5 points\n",
        "E0320",
        "a target of 140% is no share of a portfolio",
        None,
    ),
    (
        "  a 60% band the smaller of 5% and 2 points\n  b 40% band 5 points\n",
        "E0303",
        "`5%` is not the width of a band",
        "write `5 points`, or `5% of target`",
    ),
    (
        "  a 60% band -5 points\n  b 40% band 5 points\n",
        "E0303",
        "`-5 points` is not the width of a band",
        "write `5 points`, or `5% of target`",
    ),
    (
        "  a 60% band 2 times target\n  b 40% band 5 points\n",
        "E0303",
        "this is not the width of a band",
        "write `5 points`, `25% of target`, or `from 2% to 8%` in place of `band`",
    ),
]

OF_TARGETS: list[tuple[str, str, str, str | None]] = [
    *((TARGETS + row[0], *row[1:]) for row in BANDS),
    (HALVES + HALVES[len(CLASSES) :], "E0211", "targets `strategic` are defined twice", None),
    (
        HALVES + 'rebalance strategic each fortnight back to target because ips "1"\n',
        "E0216",
        "there is no period `fortnight`",
        "it is month, quarter or year",
    ),
    (
        HALVES + 'rebalance strategic each month on the third business day back to target because ips "1"\n',
        "E0216",
        "there is no day of the period: `third`",
        "write `first` or `last`",
    ),
]

EXAMPLES: list[tuple[str, str, str, str | None]] = [
    (
        EXAMPLE.format("given date 2026-01-01\n  given date 2026-01-02"),
        "E0313",
        "this is given twice",
        None,
    ),
    (
        EXAMPLE.format('given holding "X" weight 5% with issuer "A", issuer "B"'),
        "E0313",
        "`issuer` is given twice",
        None,
    ),
    (
        EXAMPLE.format('given lot "X" bought 2025-02-03 cost 10% worth 9 USD'),
        "E0302",
        "`10%` is not an amount of money",
        None,
    ),
    (
        EXAMPLE.format('given sale of "X" on 2026-02-30'),
        "E0308",
        "there is no day 2026-02-30 in the calendar",
        None,
    ),
    (
        EXAMPLE.format('given holding "X" weight 5'),
        "E0101",
        "`5` cannot stand here",
        "write 5% if a share is meant",
    ),
]

HEADERS: list[tuple[str, str, str, str | None]] = [
    (
        headed("weights of net_asets"),
        "E0216",
        "there is no weight base `net_asets`",
        "did you mean `net_assets`?",
    ),
    (
        headed('applies to houshold "H"'),
        "E0216",
        "there is no kind of client `houshold`",
        "did you mean `household`?",
    ),
    (headed('owner "A"\n  owner "B"'), "E0313", "`owner` is said twice in the header", "keep one of them"),
    (headed('source ips = "Again"'), "E0211", "source `ips` is named twice", "give each its own name"),
    (
        headed('source law = "Law" sha256 "12"')
        + RULE.replace("A-1", "A-2").format("limit count to at most 5"),
        "E0406",
        "`12` is not a SHA-256",
        "write its 64 hexadecimal digits, or at least the first 4",
    ),
]


@pytest.mark.parametrize(("text", "code", "message", "cure"), [*STATEMENTS, *OF_TARGETS, *EXAMPLES, *HEADERS])
def test_a_slip_is_told_once_with_its_cure(text: str, code: str, message: str, cure: str | None) -> None:
    assert found(text) == [(code, message, cure)]


def test_a_list_file_of_another_encoding_is_refused() -> None:
    header = HEADER.replace('statement"', 'statement" clauses from "ips.txt"')
    rows = found(header + CAP, files=lambda _: "§4.1 Größe".encode("latin-1"))
    assert ("E0404", "`ips.txt` is not UTF-8 text", "save it as UTF-8") in rows


def test_a_manual_duty_cites_a_clause_of_its_document() -> None:
    header = HEADER.replace('statement"', 'statement" clauses from "ips.txt"')
    text = header + 'manual ips "§9" "Review brokers" reviewed each year by "CCO"\n'
    assert found(text) == []
    document = "§4.1\nNo holding in any one company shall exceed 5%\n".encode()
    assert [row[:2] for row in found(text, files=lambda _: document)] == [
        ("E0221", "there is no clause of `ips` `§9`")
    ]


HOUSE = """policy "House"
  id house
  version 1.0.0
  source ips = "Policy statement"
list banned are "A"
parameter cap = 5 USD between 1 USD and 9 USD
rule L-1 "t" forbid buying securities where symbol is in banned because ips "1"
rule L-2 "t" limit value of holdings to at most cap because ips "1"
"""
CHILD = HEADER.replace("  source", "  extends house version 1.0.0\n  source")


def test_what_the_house_lacks_is_told_with_what_there_is() -> None:
    house = library_of([("house.mandate", HOUSE, no_files), ("loose.mandate", 'policy "x"\n', no_files)])
    assert found(CHILD.replace("house version 1.0.0", "house version 2.0.0"), library=house) == [
        ("E0213", "there is no version 2.0.0 of policy `house`", "at hand: 1.0.0")
    ]
    assert found(CHILD.replace("house version", "hose version"), library=house) == [
        ("E0213", "there is no policy `hose`", "did you mean `house`?")
    ]


def test_a_parameter_is_set_in_the_currency_of_the_policy_that_declares_it() -> None:
    euro = CHILD.replace("  source", "  currency EUR\n  source")
    rows = found(
        euro + 'set cap = 4 EUR because ips "1"\n', library=library_of([("h.mandate", HOUSE, no_files)])
    )
    assert rows[0][0] in ("E0304", "E0222")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ('set cap = 4 USD because ips "1"\n', []),
        (
            'set cap = 10 USD because ips "1"\n',
            [
                (
                    "E0306",
                    "10 USD lies outside the range of `cap`",
                    "choose a value in the range, or have the range changed where it is declared",
                )
            ],
        ),
    ],
)
def test_a_parameter_of_the_house_is_set_within_its_bounds(text: str, expected: list[Finding]) -> None:
    rows = found(CHILD + text, library=library_of([("house.mandate", HOUSE, no_files)]))
    assert rows == expected
