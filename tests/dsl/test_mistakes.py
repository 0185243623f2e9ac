"""Slips an author makes, one a line: the code, the sentence and the cure that `check` gives for each.

The pages of `dsl/codes` show every code once. Most codes are given in several places; each is here.
"""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

import pytest

from dsl.catalogue import DataSchema
from dsl.check import Checked, check
from dsl.diagnostics import Severity
from dsl.library import Library, library_of, no_files
from dsl.parse import parse
from dsl.policy import Unit
from dsl.words import shipped
from tests.dsl.helpers import HEADER, TODAY, checked

RULE = 'rule A-1 "t" {} because ips "1"\n'
CAP = RULE.format("limit weight of holdings to at most 5%")
EQUITY = "define a as holdings where asset_class is equity\n"
CLASSES = EQUITY + "define b as holdings where asset_class is fixed_income\n"
TARGETS = CLASSES + 'targets strategic\n  because ips "3"\n'
HALVES = TARGETS + "  a 60% band 5 points\n  b 40% band 5 points\n"
EXAMPLE = CAP + 'example "e"\n  {}\n  expect pass\n'

Finding = tuple[str, str, str | None]


def findings(result: Checked) -> list[Finding]:
    return [(d.code, d.message, d.help) for d in result.diagnostics if d.severity is not Severity.INFO]


def found(body: str, **given: object) -> list[Finding]:
    return findings(checked(body if body.startswith("policy") else HEADER + body, **given))  # type: ignore[arg-type]


def headed(clause: str) -> str:
    return f"{HEADER.rstrip()}\n  {clause}\n{CAP}"


BOUNDS = [
    (
        "limit weight of holdings to at most the smaller of 5% and sesame",
        "E0204",
        "there is no parameter or figure `sesame`",
        "state it with `parameter`, or write the amount itself",
    ),
    (
        "limit value of holdings to at most 5% of net_asets",
        "E0201",
        "there is no definition, weight base or money figure `net_asets`",
        "did you mean `net_assets`?",
    ),
    (
        'limit rating of holdings to at least "AAAA"',
        "E0219",
        "there is no rating `AAAA`",
        "did you mean `AAA`?",
    ),
    (
        "limit rating of holdings to at least 5",
        "E0302",
        "`5` is a bare number where a text is due",
        None,
    ),
    ("limit weight of holdings to at most market_cap", "E0301", "`market_cap` does not fit `weight`", None),
    (
        "limit weight of holdings to at most 2 times net_assets",
        "E0301",
        "`2 times net_assets` does not fit `weight`",
        None,
    ),
    (
        "limit count of holdings to at most the greater of 5 and 6%",
        "E0301",
        "`6%` does not fit `count`",
        None,
    ),
    (
        "limit weight of holdings to at most 5% warn from 4 USD",
        "E0301",
        "`4 USD` does not fit `weight`",
        None,
    ),
    (
        "limit weight of holdings over the last 3 months to at most 5%",
        "E0309",
        "`weight` has no period: value of the subject over the weight base, after the whole list",
        None,
    ),
    (
        "limit turnover this fortnight to at most 5%",
        "E0216",
        "there is no period `fortnight`",
        "it is one of tax_year, calendar_year, year, quarter, month",
    ),
    (
        "limit active_weight of holdings to at most the smaller of 2 points and 5 USD",
        "E0301",
        "`5 USD` does not fit `active_weight`",
        None,
    ),
    ("limit weight of trades to at most 5%", "E0310", "`weight` cannot be taken of trades", None),
]

SUBJECTS = [
    (
        "limit weight of the 2.5 largest issuers in holdings to at most 5%",
        "E0303",
        "`2.5` is not a count",
        "write a whole number",
    ),
    (
        "limit weight of the 0 largest issuers in holdings to at most 5%",
        "E0303",
        "`0` is not a count",
        "write a whole number",
    ),
    (
        "limit weight of the 5 largest isuers in holdings to at most 5%",
        "E0215",
        "there is no kind of group `isuers`",
        "did you mean `issuers`?",
    ),
    (
        "for each issuers in holdings limit weight to at most 5%",
        "E0215",
        "`for each` takes one: `issuer`",
        "write `for each issuer`",
    ),
    (
        "for each beta in holdings limit weight to at most 5%",
        "E0215",
        "`beta` is a plain number: it forms no groups",
        None,
    ),
    (
        "limit weight of issuers in holdings whose wheight is more than 5% to at most 40%",
        "E0202",
        "there is no measure `wheight`",
        "did you mean `weight`?",
    ),
    (
        "limit weight of issuers in holdings whose weight is 5% to at most 40%",
        "E0303",
        "groups are told apart by size, not with `is`",
        "write `is at least`, `is at most`, `is more than` or `is less than`",
    ),
    (
        "limit weight of issuers in holdings whose weight is more than 5 USD to at most 40%",
        "E0301",
        "`5 USD` does not fit `weight`",
        None,
    ),
]

CONDITIONS = [
    (
        "maturity_date is in (x)",
        "E0303",
        "`maturity_date` is a date: it cannot stand in a list of texts",
        None,
    ),
    (
        "maturity_date is before first_call",
        "E0204",
        "there is no date `first_call`",
        "write a date such as 2026-01-31",
    ),
    ("sector is 2026-01-01", "E0303", "`sector` is a text, `2026-01-01` is a date", None),
    ('beta is more than "A"', "E0303", '`"A"` is a text where an amount is due', None),
    ("sector is 5%", "E0303", "`sector` is a text, this is an amount", "put the text in quotes"),
]

CLAUSES = [
    (
        "across everybody limit weight of holdings to at most 5%",
        "E0216",
        "there is no scope `everybody`",
        "write `across household` or `per account`",
    ),
    (
        "looking through wrappers limit weight of holdings to at most 5%",
        "E0216",
        "there is no wrapper to look through `wrappers`",
        "write `looking through funds`",
    ),
    (
        "looking through funds looking through funds limit weight of holdings to at most 5%",
        "E0313",
        "`looking through` is said twice in rule `A-1`",
        "keep one of them",
    ),
    (
        "tested at each fortnight end limit weight of holdings to at most 5%",
        "E0216",
        "there is no period `fortnight`",
        "it is month, quarter or year",
    ),
    (
        "effective from 2026-05-01 until 2026-04-30 limit weight of holdings to at most 5%",
        "E0305",
        "the end lies before the beginning",
        "exchange the two dates",
    ),
    (
        "forbid holding securities within 30 days before a loss_sale of the same security",
        "E0326",
        "holding has no day: it takes no window",
        None,
    ),
    (
        "forbid buying securities within 30 days before a loss_sale of the same colour",
        "E0216",
        "there is no kind of thing `colour`",
        "write `an identical security`",
    ),
    (
        "forbid buying securities within 3 points before a loss_sale of the same security",
        "E0303",
        "`3 points` is not a length of time",
        "write a whole number of days, business_days, months or years",
    ),
]

RULES = [
    *((RULE.format(row[0]), *row[1:]) for row in (*BOUNDS, *SUBJECTS, *CLAUSES)),
    *(
        (RULE.format(f"limit weight of holdings where {row[0]} to at most 4%"), *row[1:])
        for row in CONDITIONS
    ),
]

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


@pytest.mark.parametrize(
    ("text", "code", "message", "cure"), [*RULES, *STATEMENTS, *OF_TARGETS, *EXAMPLES, *HEADERS]
)
def test_a_slip_is_told_once_with_its_cure(text: str, code: str, message: str, cure: str | None) -> None:
    assert found(text) == [(code, message, cure)]


COLUMNS = DataSchema(
    columns={"desk": Unit.TEXT, "score": Unit.NUMBER, "esg_share": Unit.SHARE, "reviewed_on": Unit.DATE}
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for each desk in holdings limit weight to at most 5%", []),
        ("limit count of desks in holdings to at most 4", []),
        (
            "for each dask in holdings limit weight to at most 5%",
            [("E0215", "there is no kind of group `dask`", None)],
        ),
        (
            'limit weight of holdings where dask is "A" to at most 4%',
            [("E0203", "there is no attribute `dask`", "did you mean `desk`?")],
        ),
        ("limit weight of holdings to at most esg_share", []),
        (
            "limit weight of holdings to at most score",
            [("E0301", "`score` does not fit `weight`", None)],
        ),
        ("limit weight of holdings where maturity_date is before reviewed_on to at most 4%", []),
        (
            "limit weight of holdings where maturity_date is before desk to at most 4%",
            [("E0204", "there is no date `desk`", "write a date such as 2026-01-31")],
        ),
    ],
)
def test_the_columns_of_the_data_count_as_names(text: str, expected: list[Finding]) -> None:
    assert found(RULE.format(text), schema=COLUMNS) == expected


def test_a_measure_that_needs_a_period_says_so() -> None:
    catalogue = shipped()
    measures = {**catalogue.measures, "turnover": replace(catalogue.measures["turnover"], period="must")}
    strict = replace(catalogue, measures=MappingProxyType(measures))

    def strictly(text: str) -> Iterable[Finding]:
        parsed = parse(HEADER + RULE.format(text), file="test.mandate")
        return findings(
            check(parsed, catalogue=strict, library=Library(), files=no_files, schema=None, today=TODAY)
        )

    assert strictly("limit turnover to at most 5%") == [
        ("E0309", "`turnover` needs a period", "write `over the last 12 months`")
    ]
    assert strictly("limit turnover over the last 12 months to at most 5%") == []


ETF = RULE.replace("A-1", "A-2").format("exception to A-1 {}")
OTHER = ETF.replace("A-2", "A-3")


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        (
            "limit weight of holdings where {} to at most 6%",
            "limit weight of holdings where {} to at most 7%",
            1,
        ),
        (
            "limit weight of holdings where {} to at most 6%",
            "limit count of holdings where {} to at most 7",
            0,
        ),
        ("limit weight of holdings where {} to at most 6%", "forbid buying holdings where {}", 0),
        ("forbid buying holdings where {}", "forbid selling holdings where {}", 0),
    ],
)
@pytest.mark.parametrize(
    "where",
    [
        "instrument is etf",
        "not (instrument is etf)",
        'instrument is etf and country is "US"',
        '(instrument is etf and country is "US") or sector is "x"',
    ],
)
def test_two_exceptions_disagree_only_where_they_bound_the_same(
    first: str, second: str, overlap: int, where: str
) -> None:
    text = CAP + ETF.format(first.format(where)) + OTHER.format(second.format(where))
    told = ("E0317", "exceptions `A-2` and `A-3` overlap and disagree")
    assert [row[:2] for row in found(text)] == [told] * overlap


def test_a_day_outside_the_calendars_years_is_refused() -> None:
    text = RULE.format("effective from 0026-01-31 limit weight of holdings to at most 5%")
    ((code, message, cure),) = found(text)
    assert (code, cure) == ("E0308", "write the year with its four digits, such as 2026")
    assert message.startswith("0026-01-31 lies outside the years ")


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
