"""Slips an author makes in a rule, one a line: code, sentence and cure that `check` gives for each.

The pages of `dsl/codes` show every code once. Most codes are given in several places; each is here.
"""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

import pytest

from dsl.catalogue import DataSchema
from dsl.check import Checked, check
from dsl.diagnostics import Severity
from dsl.library import Library, no_files
from dsl.parse import parse
from dsl.policy import Unit
from dsl.words import shipped
from tests.dsl.helpers import HEADER, TODAY, checked

RULE = 'rule A-1 "t" {} because ips "1"\n'
CAP = RULE.format("limit weight of holdings to at most 5%")
EQUITY = "define a as holdings where asset_class is equity\n"

Finding = tuple[str, str, str | None]


def findings(result: Checked) -> list[Finding]:
    return [(d.code, d.message, d.help) for d in result.diagnostics if d.severity is not Severity.INFO]


def found(body: str, **given: object) -> list[Finding]:
    return findings(checked(body if body.startswith("policy") else HEADER + body, **given))  # type: ignore[arg-type]


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


@pytest.mark.parametrize(("text", "code", "message", "cure"), RULES)
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
